package detectors

import "bytes"

// Reach is how many bytes before and after a place decide whether it is a spot.
func (s *Set) Reach() int { return spotReach }

const (
	spotReach  = maxToken + hintBefore
	hintBefore = 256
	hintAfter  = 64
)

// Spots appends the places overlapping data[from:to] that a finding could come from, and returns the list. Text without
// a spot has no match: Scan reads on only where there is one. Whether a place is a spot depends on the Reach bytes
// around it alone, so that a text that was changed in places needs to be looked at there only.
func (s *Set) Spots(dst []Span, data []byte, from, to int) []Span {
	sp := spotter{set: s, data: data, dst: dst}
	sp.find(from, to)
	return sp.dst
}

type spotter struct {
	set  *Set
	data []byte
	dst  []Span
	hits hitBuffer
	once bool // stop at the first spot
}

func (sp *spotter) add(s Span) { sp.dst = append(sp.dst, s) }

func (sp *spotter) find(from, to int) {
	tokens(sp.data, from, to, func(t *token) {
		if !sp.done() && sp.token(t) {
			sp.add(t.Span)
		}
	})
	if sp.done() {
		return
	}
	sp.pems(from, to)
	if len(sp.set.ints) > 0 {
		intLists(sp.data, from, to, minInts/2, sp.add)
	}
	if len(sp.set.words) > 0 && !sp.done() {
		wordRuns(sp.data, from, to, spotWords, func(run []Span) { sp.add(Span{run[0].Start, run[len(run)-1].End}) })
	}
	if !sp.done() {
		sp.patterns(from, to)
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

func (sp *spotter) done() bool { return sp.once && len(sp.dst) > 0 }

func (sp *spotter) pems(from, to int) {
	for p := from; p < to; {
		i := bytes.Index(sp.data[p:to], pemBegin)
		if i < 0 {
			return
		}
		sp.add(Span{p + i, p + i + len(pemBegin)})
		p += i + len(pemBegin)
	}
}

// token reports whether a random-looking token may be a part: its shape needs no context, or there is a hint near it.
func (sp *spotter) token(t *token) bool {
	for _, sh := range sp.set.shapes {
		if sh.fits(sp.data, t) {
			return true
		}
	}
	if t.End-t.Start > maxToken {
		return false
	}
	return sp.set.hints.contains(sp.data[max(0, t.Start-hintBefore):min(len(sp.data), t.End+hintAfter)])
}

// fits is a cheap test that a token holds a value of the shape; a yes is to be confirmed by the expression.
func (sh *shape) fits(data []byte, t *token) bool {
	if sh.literal != "" {
		return bytes.Contains(data[max(0, t.Start-64):min(len(data), t.End, t.Start+maxToken)], []byte(sh.literal))
	}
	n := t.End - t.Start
	if n+3 < sh.shortest || n > sh.longest+64 {
		return false
	}
	return sh.part.Regex.Match(data[max(0, t.Start-1):min(len(data), t.End+3)])
}
