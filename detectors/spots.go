package detectors

import "bytes"

// Reach is how many bytes before and after a place decide whether it is a spot.
func (s *Set) Reach() int { return spotReach }

const (
	spotReach  = maxToken + hintBefore
	hintBefore = 320
	hintAfter  = 96
	spotBytes  = 480 // of a spot of more than one token; what decides about it lies within spotReach
	literalAt  = 64  // bytes before a token that a shape with a literal may begin at
)

// Spots appends the places overlapping data[from:to] that a finding could come from, and returns the list. Text without
// a spot has no match: Scan reads on only where there is one. Whether a place is a spot depends on the Reach bytes
// around it alone, so that a text that was changed in places needs to be looked at there only.
func (s *Set) Spots(dst []Span, data []byte, from, to int) []Span {
	sp := spotter{set: s, data: data, dst: dst}
	sp.find(from, to)
	if s.depth > 0 {
		sp.coded(from, to)
	}
	return sp.dst
}

type spotter struct {
	set  *Set
	data []byte
	dst  []Span
	once bool // stop at the first spot
}

func (sp *spotter) add(s Span) { sp.dst = append(sp.dst, s) }

func (sp *spotter) done() bool { return sp.once && len(sp.dst) > 0 }

func (sp *spotter) find(from, to int) {
	tokens(sp.data, from, to, func(t *token) {
		if !sp.done() && sp.token(t) {
			sp.add(Span{t.Start, min(t.End, t.Start+maxToken)})
		}
	})
	for _, look := range []func(from, to int){sp.pems, sp.ints, sp.rows, sp.words, sp.besides, sp.patterns} {
		if !sp.done() {
			look(from, to)
		}
	}
}

func (sp *spotter) besides(from, to int) {
	sp.set.beside(sp.data, from, to, func(g guarded) bool {
		sp.add(g.at)
		return !sp.once
	})
}

func (sp *spotter) pems(from, to int) {
	end := min(len(sp.data), to+len(pemBegin)-1)
	for p := max(0, from-len(pemBegin)+1); p < end; {
		i := bytes.Index(sp.data[p:end], pemBegin)
		if i < 0 {
			return
		}
		start := p + i
		p = start + len(pemBegin)
		if bytes.Contains(sp.data[p:min(len(sp.data), p+48)], pemPrivate) {
			sp.add(Span{start, p})
		}
	}
}

var pemPrivate = []byte("PRIVATE KEY")

func (sp *spotter) ints(from, to int) {
	if len(sp.set.ints) > 0 {
		intSpots(sp.data, from, to, sp.add)
	}
}

func (sp *spotter) rows(from, to int) {
	if len(sp.set.rows) > 0 {
		digitRows(sp.data, from, to, sp.add)
	}
}

func (sp *spotter) words(from, to int) {
	if len(sp.set.words) > 0 {
		wordSpots(sp.data, from, to, sp.add)
	}
}

// patterns finds the keywords of rules in gitleaks' form. A rule without keywords makes every text a spot.
func (sp *spotter) patterns(from, to int) {
	start, end := max(0, from-hintBefore), min(len(sp.data), to+hintBefore)
	if sp.set.always {
		sp.add(Span{start, end})
		return
	}
	if len(sp.set.patterns.rules) > 0 {
		for _, s := range sp.set.patterns.spots(sp.data[start:end], Hint{}, nil) {
			sp.add(Span{start + s.Start, start + s.End})
		}
	}
}

// token reports whether a random-looking token may be a part: its shape needs no context, or the text around it names
// it as parts are named.
func (sp *spotter) token(t *token) bool {
	if sp.set.shaped(sp.data, t) || sp.set.placeable(sp.data, t) {
		return true
	}
	if t.End-t.Start > maxToken {
		return false
	}
	window := Span{max(0, t.Start-hintBefore), min(len(sp.data), t.End+hintAfter)}
	return sp.set.hints.contains(sp.data[window.Start:window.End]) && sp.set.nameable(sp.data, t.Span, window)
}

// shaped reports whether a token may be a part of a rule that needs no context.
func (s *Set) shaped(data []byte, t *token) bool {
	if s.literals.contains(data[max(0, t.Start-literalAt):min(len(data), t.End, t.Start+maxToken)]) {
		return true
	}
	n := t.End - t.Start
	for _, sh := range s.shapes {
		if sh.literal == "" && n+3 >= sh.shortest && n <= sh.longest+literalAt && sh.part.Regex.Match(data[max(0, t.Start-1):min(len(data), t.End+3)]) {
			return true
		}
		if sh.literal == "" && sh.pieces && n <= sh.longest {
			if text := data[max(0, t.Start-literalAt):min(len(data), t.End+literalAt)]; sh.hasMusts(text) && sh.part.Regex.Match(text) {
				return true
			}
		}
	}
	return false
}

// nameable reports whether the text in the window names the value at v like a part of some rule. It reads the names as
// Scan does, from the window alone.
func (s *Set) nameable(data []byte, v, window Span) bool {
	d := &document{data: data[window.Start:window.End]}
	n := d.naming(Span{v.Start - window.Start, v.End - window.Start})
	if n.url.End > 0 && s.mentions.contains(d.data[n.url.Start:n.url.End]) || n.table {
		return true
	}
	odd := n.arg >= 0 && n.call != "" && (constructor.MatchString(n.call) || s.mentions.contains([]byte(n.call)))
	for _, name := range n.names {
		word := normalize(name)
		if s.partWords.contains([]byte(word)) || s.calls.MatchString(name) || s.nameWords.MatchString(word) {
			return true
		}
		odd = odd || s.oddNames.MatchString(word)
	}
	return odd && s.mentions.contains(d.data)
}
