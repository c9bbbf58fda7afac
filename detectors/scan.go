package detectors

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/keysweep/keysweep/detectors/check"
)

// Scan finds the credentials in data, which is the whole text of a unit or a window of it. Matches come in the order
// of their places; one credential that stands twice is two matches. Data is only read.
func (s *Set) Scan(data []byte, at Hint) iter.Seq[Match] {
	return func(yield func(Match) bool) {
		for _, m := range s.matches(data, at) {
			if !yield(m) {
				return
			}
		}
	}
}

func (s *Set) matches(data []byte, at Hint) []Match {
	spots := at.Spots
	if !at.Spotted {
		spots = s.Spots(nil, data, 0, len(data))
	}
	if len(spots) == 0 {
		return nil
	}
	keep := s.patterns.keep(data, at)
	if keep == nil {
		return nil
	}
	if len(s.patterns.rules) > 0 { // rules in gitleaks' form see the whole text
		kinds := Kind(0)
		for _, spot := range spots {
			kinds |= spot.Kind
		}
		found := s.plain(data, at, kinds, keep)
		if kinds&(OfEncoding|ofManifest) != 0 {
			found = s.decoded(data, at, found)
		}
		return found
	}
	var found []Match
	all := &mentionBlocks{set: s, data: data}
	for _, w := range s.windows(data, spots) {
		for _, m := range s.window(data, at, w, all) {
			if m.shift(w.Start); keep(&m) {
				found = append(found, m)
			}
		}
	}
	return found
}

// window returns the matches in a window of data, by their places in it.
func (s *Set) window(data []byte, at Hint, w window, all *mentionBlocks) []Match {
	o := &surroundings{at: w.Span, binary: isBinary(data)}
	if w.Start > 0 {
		o.head, _, _ = bytes.Cut(data[:min(len(data), firstLine)], []byte{'\n'})
	}
	outer := func() (before, after []mention) { return o.outer(all) }
	text := data[w.Start:w.End]
	var k memoKey
	if len(text) < len(data) {
		k = s.memo.key(text, at, w.kinds, o)
		if found, ok := s.memo.find(k, outer); ok {
			return found
		}
	}
	r := newReading(s, text, at)
	r.binary = o.binary
	if len(text) < len(data) {
		r.outer, r.head = outer, o.head
		r.lineBase = func() int { return bytes.Count(data[:w.Start], []byte{'\n'}) }
	}
	found := r.matches(w.kinds)
	if w.kinds&(OfEncoding|ofManifest) != 0 {
		found = s.decoded(text, at, found)
	}
	if len(text) < len(data) && !r.numbered {
		e := memoEntry{found: found, outer: o.read}
		if o.read {
			e.before, e.after = wordsOf(o.before), wordsOf(o.after)
		}
		s.memo.add(k, e)
	}
	return found
}

func isBinary(data []byte) bool { return bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 }

// plain returns the matches of the text as it stands, rules in gitleaks' form included, that keep keeps.
func (s *Set) plain(data []byte, at Hint, kinds Kind, keep func(*Match) bool) []Match {
	var found []Match
	if len(s.rules) > len(s.patterns.rules) {
		r := newReading(s, data, at)
		r.binary = isBinary(data)
		found = slices.DeleteFunc(r.matches(kinds), func(m Match) bool { return !keep(&m) })
	}
	s.patterns.scan(data, at, func(m Match) bool {
		found = append(found, m)
		return true
	})
	return found
}

// piece returns the matches of a piece of decoded text with spots of these kinds.
func (s *Set) piece(text []byte, at Hint, kinds Kind) []Match {
	keep := s.patterns.keep(text, at)
	if keep == nil {
		return nil
	}
	return s.plain(text, at, kinds, keep)
}

// value is a piece of text that may be a part, with what stands around it.
type value struct {
	Span
	naming
	form   Form
	words  []string // normalized names
	scopes []int    // around it, innermost first; see enclose
	line   int
	used   bool

	enclosed bool
}

// fit is a value read as a part of a rule.
type fit struct {
	*shape
	v      *value
	at     Span   // the value proper; a token may hold more
	text   string // the value as checks and signers want it
	name   int    // which of the value's names fits, -1 when none does
	stem   string // what is left of the fitting name
	public bool   // the name is that of a public key, which is a part beside a private one only
	level  level  // how the text names the provider
	raised bool   // see claim
	vendor string // the provider named, for a fallback rule
	proof  *check.Proof
}

// reading is the work on one text.
type reading struct {
	*document
	binary   bool                             // the text is a program's, or other data with NUL bytes
	lineBase func() int                       // lines of the text before the window
	outer    func() (before, after []mention) // the providers named beyond the window; nil when there is nothing beyond
	numbered bool                             // a note tells the number of a line, which depends on where the window lies
	set      *Set
	at       Hint
	values   []*value
	names    []mention // see mentions
	path     []mention
	allow    allowMarks
	found    []Match
	stated   map[string]bool  // see addresses
	actives  []int            // see active
	braces   map[Span]*object // what fitObject read
	literals []hit            // see leads
	led      bool
	pathed   answer // see ofPath
	tests    answer // see speaksOfTests
	nameful  bool
}

func newReading(s *Set, data []byte, at Hint) *reading {
	r := &reading{document: &document{data: data}, set: s, at: at, braces: map[Span]*object{}, allow: newAllowMarks(data), lineBase: func() int { return 0 }}
	r.path = s.mentionsIn([]byte(at.Path))
	return r
}

// beyond returns the providers named last before the window, and first after it.
func (r *reading) beyond() (before, after []mention) {
	if r.outer == nil {
		return nil, nil
	}
	return r.outer()
}

// mentions are the places of the text that name a provider; read on first use.
func (r *reading) mentions() []mention {
	if !r.nameful {
		r.nameful, r.names = true, r.set.mentionsIn(r.data)
	}
	return r.names
}

// matches reads the text for what the kinds of its spots say that it may hold.
func (r *reading) matches(kinds Kind) []Match {
	if kinds&OfWords != 0 {
		r.findWords()
	}
	if kinds&^(OfWords|OfBeside|OfEncoding|ofManifest) != 0 {
		r.gather(kinds)
		r.objects()
		fits := r.contextual()
		r.alone()
		r.byName()
		r.byAddress()
		r.partial(fits)
	}
	if kinds&OfBeside != 0 {
		r.findBeside()
	}
	slices.SortStableFunc(r.found, func(a, b Match) int { return a.Span.Start - b.Span.Start })
	return r.found
}

// gather collects the values of the text: tokens, PEM blocks, lists of numbers.
func (r *reading) gather(kinds Kind) {
	add := func(s Span, form Form) {
		r.values = append(r.values, &value{Span: s, form: form})
	}
	var blocks []Span
	pems(r.data, 0, len(r.data), func(s Span) {
		add(s, FormPEM)
		blocks = append(blocks, s)
	})
	if kinds&OfInts != 0 {
		intLists(r.data, 0, len(r.data), minInts, func(s Span) { add(s, FormInts) })
	}
	if len(r.set.rows) > 0 && kinds&OfRows != 0 {
		digitRows(r.data, 0, len(r.data), func(s Span) { add(s, FormRows) })
	}
	next := 0
	tokens(r.data, 0, len(r.data), func(t *token) {
		for next < len(blocks) && blocks[next].End <= t.Start {
			next++
		}
		if next < len(blocks) && blocks[next].Start < t.End || digested(r.data, t.Span) {
			return
		}
		if r.anchored(t.Start) {
			add(t.Span, FormJSON)
		}
		if v := (&value{Span: t.Span, form: FormToken}); r.candidate(v) {
			r.values = append(r.values, v)
		}
	})
	slices.SortFunc(r.values, func(a, b *value) int { return a.Start - b.Start })
}

// candidate reports whether a token may be a value of some shape, or a piece of one. Most are none, and nothing more is
// read of what stands around them.
func (r *reading) candidate(v *value) bool {
	if len(r.tokenShapes(v)) > 0 {
		return true
	}
	if !r.mayBePart(v) && !r.mayBeNamed(v) && !r.set.stately(r.data, v.Span) {
		return false
	}
	sign := signatureOf(r.data, v.Span)
	fitting := r.set.fitting(nil, r.data, v.Span, &sign)
	return slices.ContainsFunc(fitting, func(sh *shape) bool {
		return sh.rule.Contexts == ContextName || slices.Contains(r.active(), sh.provider) || sh.rule.Fallback && slices.ContainsFunc(r.active(), r.set.ofLooseShape)
	})
}

func (s *Set) ofLooseShape(provider int) bool { return s.providers[provider].loose }

// active are the providers that the text or its path names.
func (r *reading) active() []int {
	if r.actives == nil {
		r.actives = []int{}
		before, after := r.beyond()
		for _, list := range [][]mention{r.mentions(), r.path, before, after} {
			for _, m := range list {
				if !slices.Contains(r.actives, m.provider) {
					r.actives = append(r.actives, m.provider)
				}
			}
		}
	}
	return r.actives
}

// describe reads the names of a value, once.
func (r *reading) describe(v *value) {
	if v.words != nil {
		return
	}
	v.naming = r.naming(v.Span)
	v.words = make([]string, 0, len(v.names)+1)
	for _, n := range v.names {
		v.words = append(v.words, normalize(n))
	}
	v.line = r.line(v.Start)
}

// enclose reads the scopes around a value, once.
func (r *reading) enclose(v *value) {
	if !v.enclosed {
		v.enclosed, v.scopes = true, r.enclosing(v.Start)
	}
}

// alone reports the values whose shape decides by itself.
func (r *reading) alone() {
	for _, v := range r.values {
		if v.used {
			continue
		}
		if m, ok := r.single(v); ok {
			r.cover(m.Span)
			r.emit(m)
		}
	}
}

func (r *reading) single(v *value) (Match, bool) {
	for _, sh := range r.freeShapes(v) {
		if f, ok := r.freestanding(v, sh); ok {
			return r.match([]fit{f}), true
		}
	}
	return Match{}, false
}

// freestanding reads the value as a part whose shape, or check, decides by itself.
func (r *reading) freestanding(v *value, sh *shape) (fit, bool) {
	if len(sh.rule.Parts) > 1 && sh.part != &sh.rule.Parts[0] {
		return fit{}, false
	}
	f, ok := r.fit(v, sh)
	return f, ok && r.proved(&f) && (sh.part.check != nil || v.form != FormToken || !placeholder(sh.fixed.Replace(f.text)))
}

// byName reports the values, not yet part of a credential, whose name or call alone says what they are.
func (r *reading) byName() {
	if len(r.set.named) == 0 {
		return
	}
	for _, v := range r.values {
		if v.used {
			continue
		}
		if m, ok := r.nameOnly(v); ok {
			v.used = true
			r.emit(m)
		}
	}
}

func (r *reading) nameOnly(v *value) (Match, bool) {
	if v.form == FormToken && !r.mayBeNamed(v) {
		return Match{}, false
	}
	for _, sh := range r.set.named {
		if sh.part.Form != v.form {
			continue
		}
		f, ok := r.fit(v, sh)
		if !ok {
			continue
		}
		if f.at.Start < v.Start { // what stands before the token is part of the value, and no name of it
			v = &value{Span: f.at, form: v.form}
			f.v = v
		}
		r.describe(v)
		if (v.namedFor(sh) || r.placed(v, sh.rule)) && !r.foreign(v, sh.rule) && r.proved(&f) && (sh.part.check != nil || !placeholder(sh.fixed.Replace(f.text))) {
			f.setName()
			return r.statedMatch(f), true
		}
	}
	return Match{}, false
}

// placed reports whether a word near a value, or the path of the file that is all about it, does what a name does.
func (r *reading) placed(v *value, rule *Rule) bool {
	if len(v.words) == 0 && slices.ContainsFunc(rule.Paths, func(re *regexp.Regexp) bool { return re.MatchString(r.at.Path) }) {
		return true
	}
	if len(rule.Near) == 0 {
		return false
	}
	near := r.nearText(v.Span)
	return slices.ContainsFunc(rule.Near, func(w string) bool { return strings.Contains(near, w) })
}

// nearText is the path and what stands around s, in lower case.
func (r *reading) nearText(s Span) string {
	return strings.ToLower(r.at.Path + " " + string(r.data[max(0, s.Start-foreignReach):s.Start]) + string(r.data[s.End:min(len(r.data), s.End+foreignReach)]))
}

const foreignReach = 300 // bytes around a value in which a word of Near or NotNear counts

// ofPath reports whether the path says what the file is all about.
func (r *reading) ofPath() bool {
	if r.pathed == unread {
		r.pathed = no
		if slices.ContainsFunc(r.set.named, func(sh *shape) bool {
			return slices.ContainsFunc(sh.rule.Paths, func(re *regexp.Regexp) bool { return re.MatchString(r.at.Path) })
		}) {
			r.pathed = yes
		}
	}
	return r.pathed == yes
}

// foreign reports whether the text around a value, or the path, says that it is of another kind.
func (r *reading) foreign(v *value, rule *Rule) bool {
	if len(rule.NotNear) == 0 {
		return false
	}
	near := r.nearText(v.Span)
	for _, own := range rule.Keywords {
		if strings.Contains(near, own) {
			return false
		}
	}
	return slices.ContainsFunc(rule.NotNear, func(w string) bool { return strings.Contains(near, w) })
}

// mayBeNamed reports whether any rule's names, calls, words or paths fit what stands around a token. Most tokens fail it,
// and no expression is tried on them.
func (r *reading) mayBeNamed(v *value) bool {
	if v.Start > 0 && strings.IndexByte(":.~", r.data[v.Start-1]) >= 0 {
		return true // the value may begin before the token, and its name before that
	}
	if r.describe(v); len(v.words) == 0 && r.ofPath() {
		return true
	}
	for i, w := range v.words {
		if r.set.plainlyNamed(w) || r.set.callers.any(v.names[i]) {
			return true
		}
	}
	if v.call != "" && r.set.callers.any(v.place()) {
		return true
	}
	if !r.set.ofPlace(r.data, v.Span) {
		return false
	}
	return r.set.near.contains(r.data[max(0, v.Start-foreignReach):min(len(r.data), v.End+foreignReach)]) || r.set.near.contains([]byte(r.at.Path))
}

// freeShapes returns the shapes that need no context and that the value may have.
func (r *reading) freeShapes(v *value) []*shape {
	switch v.form {
	case FormInts:
		return r.set.ints
	case FormPEM:
		return r.set.pemShapes
	case FormJSON:
		return r.set.objects
	case FormRows:
		return r.set.rows
	}
	return r.tokenShapes(v)
}

// tokenShapes returns, in the order of the rules, the shapes that begin with a literal near the value, and those without
// one that its bytes admit.
func (r *reading) tokenShapes(v *value) []*shape {
	sign := signatureOf(r.data, v.Span)
	var found []int
	for _, i := range r.set.plainest {
		if r.set.shapes[i].outline.quick(&sign, v.End-v.Start) {
			found = append(found, i)
		}
	}
	leads := r.leads()
	first := sort.Search(len(leads), func(i int) bool { return leads[i].end > v.Start-literalAt })
	for _, h := range leads[first:] {
		if h.end > v.End+maxLiteral+literalAt {
			break
		}
		found = append(found, r.set.leads[h.word]...)
	}
	slices.Sort(found)
	out := make([]*shape, 0, len(found))
	for _, i := range slices.Compact(found) {
		out = append(out, r.set.shapes[i])
	}
	return out
}

// leads are the literals that values begin with, where they stand in the text; read on first use.
func (r *reading) leads() []hit {
	if !r.led {
		var hits hitBuffer
		r.led, r.literals = true, slices.DeleteFunc(r.set.literals.scan(r.data, &hits), func(h hit) bool { return r.set.leads[h.word] == nil })
	}
	return r.literals
}
