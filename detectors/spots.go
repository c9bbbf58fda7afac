package detectors

import (
	"bytes"
	"slices"

	"github.com/keysweep/keysweep/detectors/decode"
)

// Reach is how many bytes before and after a place decide whether it is a spot.
func (s *Set) Reach() int { return spotReach }

const (
	spotReach  = maxToken + hintBefore
	hintBefore = 320
	hintAfter  = 96
	spotBytes  = 480 // of a spot of more than one token; what decides about it lies within spotReach
	literalAt  = 64  // bytes before a token that a shape with a literal may begin at
)

// Spot is a place that a finding could come from, and what sort of finding.
type Spot struct {
	Start, End int
	Kind       Kind
}

// Kind is a set of sorts of findings.
type Kind uint16

// The sorts. A text is read only for those that its spots name.
const (
	OfShape    Kind = 1 << iota // a token whose shape decides
	OfName                      // a token that is named like a part, or may have a partner
	OfObject                    // a token in an object
	OfPEM                       // a PEM block
	OfInts                      // a list of numbers
	OfRows                      // rows of digits
	OfWords                     // a run of list words
	OfBeside                    // a value beside an anchor
	OfPattern                   // what rules in gitleaks' form look for
	OfEncoding                  // an encoding that may hide any of the others
	ofManifest                  // a manifest whose values are encoded
)

// Spots appends the places overlapping data[from:to] that a finding could come from, and returns the list. Text without
// a spot has no match: Scan reads on only where there is one. Whether a place is a spot depends on the Reach bytes
// around it alone, so that a text that was changed in places needs to be looked at there only.
func (s *Set) Spots(dst []Spot, data []byte, from, to int) []Spot {
	sp := spotter{set: s, data: data, dst: dst, begins: s.depth > 0}
	sp.find(from, to)
	if s.depth > 0 {
		sp.coded(from, to)
	}
	return sp.dst
}

type spotter struct {
	set    *Set
	data   []byte
	dst    []Spot
	once   bool // stop at the first spot
	begins bool // look for runs that read as text once decoded
	fits   []*shape
}

func (sp *spotter) add(s Span, kind Kind) { sp.dst = append(sp.dst, Spot{s.Start, s.End, kind}) }

func (sp *spotter) done() bool { return sp.once && len(sp.dst) > 0 }

func (sp *spotter) find(from, to int) {
	var t token
	runs(sp.data, from, to, func(start, end int, cut bool) {
		if sp.done() {
			return
		}
		if !cut && min(end, start+maxToken) > from && measure(sp.data, start, end, &t) {
			if kind := sp.token(&t); kind != 0 {
				sp.add(Span{start, min(end, start+maxToken)}, kind)
			}
			if sp.begins {
				sp.joined(Span{start, end})
			}
		}
		if sp.begins && end-start >= decode.MinRun {
			sp.begun(start, end, from, to, cut)
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
		sp.add(g.at, OfBeside)
		return !sp.once
	})
}

func (sp *spotter) pems(from, to int) {
	const rare = len("-----") // the offset of its rarest byte
	end := min(len(sp.data), to+len(pemBegin)-1)
	for p := max(0, from-len(pemBegin)+1); p < end; {
		i := bytes.IndexByte(sp.data[p:end], pemBegin[rare])
		if i < 0 {
			return
		}
		p += i + 1
		start := p - 1 - rare
		if start < max(0, from-len(pemBegin)+1) || !bytes.HasPrefix(sp.data[start:end], pemBegin) {
			continue
		}
		p = start + len(pemBegin)
		if bytes.Contains(sp.data[p:min(len(sp.data), p+48)], pemPrivate) && nextToken(sp.data[:min(len(sp.data), p+spotBytes)], p+48) < p+spotBytes-minToken {
			sp.add(Span{start, p}, OfPEM)
		}
	}
}

var pemPrivate = []byte("PRIVATE KEY")

func (sp *spotter) ints(from, to int) {
	if len(sp.set.ints) > 0 {
		intSpots(sp.data, from, to, func(s Span) { sp.add(s, OfInts) })
	}
}

func (sp *spotter) rows(from, to int) {
	if len(sp.set.rows) > 0 {
		digitRows(sp.data, from, to, func(s Span) { sp.add(s, OfRows) })
	}
}

func (sp *spotter) words(from, to int) {
	if len(sp.set.words) > 0 {
		wordSpots(sp.data, from, to, func(s Span) { sp.add(s, OfWords) })
	}
}

// patterns finds the keywords of rules in gitleaks' form. A rule without keywords makes every text a spot.
func (sp *spotter) patterns(from, to int) {
	start, end := max(0, from-hintBefore), min(len(sp.data), to+hintBefore)
	if sp.set.always {
		sp.add(Span{start, end}, OfPattern)
		return
	}
	if len(sp.set.patterns.rules) > 0 {
		for _, s := range sp.set.patterns.spots(sp.data[start:end], Hint{}, nil) {
			sp.add(Span{start + s.Start, start + s.End}, OfPattern)
		}
	}
}

// token says how a random-looking token may be a part: by its shape, or because the text around it names it as parts are
// named. One of a shape that other parts may go with counts as both.
func (sp *spotter) token(t *token) (kind Kind) {
	if digested(sp.data, t.Span) {
		return 0
	}
	slot, key := sp.set.known.token(sp.data, t.Span)
	if known := slot.Load(); known&^kindsOfToken == key {
		return Kind(known & kindsOfToken)
	}
	kind = sp.judge(t)
	slot.Store(key | uint64(kind))
	return kind
}

// judge is token for one that was not met before.
func (sp *spotter) judge(t *token) (kind Kind) {
	if kind = sp.set.shaped(sp.data, t); kind == OfObject || t.End-t.Start > maxToken {
		return kind
	}
	window := Span{max(0, t.Start-hintBefore), min(len(sp.data), t.End+hintAfter)}
	r := &reading{document: &document{data: sp.data[window.Start:window.End]}, set: sp.set}
	v := &value{Span: Span{t.Start - window.Start, t.End - window.Start}, form: FormToken}
	near, named := sp.set.mayBePlaced(sp.data, t, window), r.mayBePart(v) && sp.hinted(window)
	if kind == 0 && !near && !named {
		return 0
	}
	sign := signatureOf(sp.data, t.Span)
	sp.fits = sp.set.fitting(sp.fits[:0], sp.data, t.Span, &sign)
	if len(sp.fits) == 0 {
		return kind
	}
	switch {
	case kind != 0 && slices.ContainsFunc(sp.fits, func(sh *shape) bool { return len(sh.outline.head) > 0 && len(sh.holds) > 0 }),
		near && sp.set.placeable(sp.data, t, window, sp.fits),
		named && r.nameable(v, sp.fits):
		return kind | OfName
	}
	return kind
}

// hinted reports whether a text has a word that stands near keys.
func (sp *spotter) hinted(window Span) bool {
	return sp.set.hints.contains(sp.data[window.Start:window.End])
}

// fitting appends the shapes that need a name or a provider and that a token may be a value of.
func (s *Set) fitting(dst []*shape, data []byte, at Span, sign *signature) []*shape {
	for k := range s.loose {
		l := &s.loose[k]
		n := longestRun(data, at, &l.bytes)
		if n < l.shortest {
			continue
		}
		for _, i := range l.needy {
			o := s.needy[i].outline
			if n >= o.shortest && (len(o.head) == 0 || o.admits(data, at)) {
				dst = append(dst, s.needy[i].shapes...)
			}
		}
	}
	if sign.open {
		for i := range s.needy {
			if o := s.needy[i].outline; o.boxed && o.admits(data, at) {
				dst = append(dst, s.needy[i].shapes...)
			}
		}
		return dst
	}
	for k := range sign.words[:sign.n] {
		dst = s.fittingWords(dst, data, sign, k)
	}
	return dst
}

// fittingWords appends the shapes whose values are whole words and that word k of a token may be a value of, but those
// that a word before it may be, too.
func (s *Set) fittingWords(dst []*shape, data []byte, sign *signature, k int) []*shape {
	w := sign.words[k]
	for j := range s.boxed[w.length] {
		l := &s.boxed[w.length][j]
		if w.kinds&^l.kinds != 0 || !l.bytes.all(data[w.start:w.start+w.length]) {
			continue
		}
		for _, i := range l.needy {
			o := s.needy[i].outline
			if o.startsAt(data, w.start) && !slices.ContainsFunc(sign.words[:k], func(b wordSign) bool { return o.holds(data, b) }) {
				dst = append(dst, s.needy[i].shapes...)
			}
		}
	}
	return dst
}

// longestRun returns the length of the longest run of a set's bytes that overlaps a token, as far as it matters.
func longestRun(data []byte, at Span, set *byteSet) int {
	p := at.Start
	for p > 0 && at.Start-p < maxToken && set.has(data[p-1]) {
		p--
	}
	longest := 0
	for p < at.End {
		q := p
		for q < len(data) && q-p < 2*maxToken && set.has(data[q]) {
			q++
		}
		longest = max(longest, q-p)
		p = q + 1
	}
	return longest
}

// shaped says whether a token may be a part of a rule that needs no context, or a member of an object that one describes.
func (s *Set) shaped(data []byte, t *token) Kind {
	var hits hitBuffer
	from := max(0, t.Start-literalAt)
	for _, h := range s.literals.scan(data[from:min(len(data), t.End, t.Start+maxToken)], &hits) {
		if s.leads[h.word] == nil && from+h.end <= t.Start && isMember(data, Span{from + h.end - len(s.literals.words[h.word]), from + h.end}) {
			return OfObject
		}
		for _, i := range s.leads[h.word] {
			if s.stands(data, t, s.shapes[i]) {
				return OfShape
			}
		}
	}
	if t.End-t.Start > maxToken {
		if s.longShape(data, t) {
			return OfShape
		}
		return 0
	}
	sign := signatureOf(data, t.Span)
	for _, i := range s.plainest {
		sh := s.shapes[i]
		if sh.outline.quick(&sign, t.End-t.Start) && s.stands(data, t, sh) {
			return OfShape
		}
	}
	return 0
}

// longShape is for tokens that are longer than most values.
func (s *Set) longShape(data []byte, t *token) bool {
	for _, i := range s.plainest {
		if sh := s.shapes[i]; sh.longest > maxToken && s.stands(data, t, sh) {
			return true
		}
	}
	return false
}

// stands reports whether the text around a token, as far as a spot reaches, holds a value of a shape that needs no
// context, or the first bytes of a value that goes on beyond.
func (s *Set) stands(data []byte, t *token, sh *shape) bool {
	lo, hi := max(0, t.Start-spotReach), min(len(data), t.Start+spotReach)
	if sh.longest > maxToken {
		from, to := t.Start-literalAt, min(t.End, t.Start+maxToken)
		if !sh.outline.begins(data, from, to) {
			return false
		}
		if sh.outline.reaches(data, from, to, hi) {
			return true
		}
	}
	r := reading{document: &document{data: data[lo:hi]}, set: s}
	v := value{Span: Span{t.Start - lo, min(t.End, hi) - lo}, form: FormToken}
	_, ok := r.freestanding(&v, sh)
	return ok
}

// mayBePart reports whether what a window says of a token may make it a part of any shape: most names are those of none,
// and its shapes need not be looked for.
func (r *reading) mayBePart(v *value) bool {
	if v.Start > 0 && r.set.before.has(r.data[v.Start-1]) {
		return true
	}
	if r.describe(v); r.pointed(v) || r.odd(v) || slices.ContainsFunc(v.words, r.set.names.any) {
		return true
	}
	return v.call != "" && (r.set.callers.any(v.call) || r.set.callers.any(v.place())) || slices.ContainsFunc(v.names, r.set.callers.any)
}

// pointed reports whether it is for what stands around a value, and not for its name, that it may be a part.
func (r *reading) pointed(v *value) bool {
	return v.table || v.url.End > 0 && r.set.mentions.contains(r.data[v.url.Start:v.url.End]) || r.set.envs.contains(r.data[min(v.reach, v.Start):v.Start])
}

// odd reports whether a value is the argument of a call that may take parts under any name.
func (r *reading) odd(v *value) bool {
	return v.arg >= 0 && v.call != "" && (r.set.makers.any(v.call) || slices.ContainsFunc(v.names, func(name string) bool {
		return r.set.mentions.contains([]byte(name))
	}))
}

// nameable reports whether the text of a window names the value v like a part of one of the fitting shapes. It reads the
// names as Scan does, from the window alone.
func (r *reading) nameable(v *value, fitting []*shape) bool {
	if r.describe(v); r.pointed(v) {
		return true
	}
	odd := r.odd(v)
	told := map[int]int{}
	for _, sh := range fitting {
		says := noName
		if sh.pieces {
			says = r.pieceFor(v, sh)
		} else if known, ok := told[sh.named]; ok {
			says = known
		} else {
			says = r.named(v, sh)
			told[sh.named] = says
		}
		if says == noName || says == oddName && odd || !sh.pieces && !r.mayFit(v, sh) {
			continue
		}
		if says == plainName {
			return true
		}
		odd = true
	}
	return odd && r.set.mentions.contains(r.data)
}

// What the name of a value says of a part: nothing, that it may be the part, or that it is one by a word that names of
// parts have.
const (
	noName = iota
	oddName
	plainName
)

// pieceFor reads a value of which the token may be a piece, and its name as that of the part: what stands before the
// token may be part of the value, and no name of it.
func (r *reading) pieceFor(v *value, sh *shape) int {
	if sh.longest > maxToken {
		return r.named(v, sh)
	}
	f, ok := r.fit(v, sh)
	if !ok {
		return noName
	}
	if f.at.Start < v.Start {
		v = &value{Span: f.at, form: FormToken}
		r.describe(v)
	}
	return r.named(v, sh)
}

// mayFit reports whether the value is one of the shape's, as far as a spot reaches.
func (r *reading) mayFit(v *value, sh *shape) bool {
	if sh.longest > maxToken {
		return true
	}
	_, ok := r.fit(v, sh)
	return ok
}

// named says what the names of the value tell of the part.
func (r *reading) named(v *value, sh *shape) int {
	if sh.rule.Contexts == ContextName && v.namedFor(sh) || v.calledFor(sh) {
		return plainName
	}
	f := fit{v: v, shape: sh}
	switch f.setName(); {
	case f.name < 0 || sh.rule.Contexts == ContextName:
		return noName
	case r.set.plainlyNamed(v.words[f.name]):
		return plainName
	}
	return oddName
}

// plainlyNamed reports whether a name has one of the words that almost every name of a part has.
func (s *Set) plainlyNamed(word string) bool {
	return s.partWords.contains([]byte(word)) || s.nameWords.in(word)
}
