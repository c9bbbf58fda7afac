package detectors

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/detectors/check"
)

// Scan finds the credentials in data, which is the whole text of a unit or a window of it. Matches come in the order
// of their places; one credential that stands twice is two matches. Data is only read.
func (s *Set) Scan(data []byte, at Hint) iter.Seq[Match] {
	return func(yield func(Match) bool) {
		found := s.plain(data, at)
		if s.depth > 0 && s.isCoded(data) {
			found = s.decoded(data, at, found)
		}
		for _, m := range found {
			if !yield(m) {
				return
			}
		}
	}
}

// isCoded reports whether decoding may show what the text as it stands does not.
func (s *Set) isCoded(data []byte) bool {
	sp := spotter{set: s, data: data, once: true}
	sp.coded(0, len(data))
	return len(sp.dst) > 0
}

// plain returns the matches of the text as it stands.
func (s *Set) plain(data []byte, at Hint) []Match {
	sp := spotter{set: s, data: data, once: true}
	if sp.find(0, len(data)); len(sp.dst) == 0 {
		return nil
	}
	keep := s.patterns.keep(data, at)
	if keep == nil {
		return nil
	}
	var found []Match
	if len(s.rules) > len(s.patterns.rules) {
		found = slices.DeleteFunc(newReading(s, data, at).matches(), func(m Match) bool { return !keep(&m) })
	}
	s.patterns.scan(data, at, func(m Match) bool {
		found = append(found, m)
		return true
	})
	return found
}

// value is a piece of text that may be a part, with what stands around it.
type value struct {
	Span
	naming
	form   Form
	words  []string // normalized names
	scopes []int    // around it, innermost first
	line   int
	used   bool
}

// fit is a value read as a part of a rule.
type fit struct {
	*shape
	v      *value
	at     Span   // the value proper; a token may hold more
	text   string // the value as checks and signers want it
	name   int    // which of the value's names fits, -1 when none does
	stem   string // what is left of the fitting name
	level  level  // how the text names the provider
	vendor string // the provider named, for a fallback rule
	proof  *check.Proof
}

// reading is the work on one text.
type reading struct {
	*document
	binary   bool // the text is a program's, or other data with NUL bytes
	set      *Set
	at       Hint
	values   []*value
	mentions []mention
	path     []mention
	allow    allowMarks
	found    []Match
	stated   map[string]bool // see addresses
}

func newReading(s *Set, data []byte, at Hint) *reading {
	r := &reading{document: &document{data: data}, set: s, at: at, allow: newAllowMarks(data)}
	r.mentions = s.mentionsIn(data)
	r.binary = bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0
	r.path = s.mentionsIn([]byte(at.Path))
	return r
}

func (r *reading) matches() []Match {
	r.findWords()
	r.gather()
	r.objects()
	fits := r.contextual()
	r.alone()
	r.byName()
	r.byAddress()
	r.partial(fits)
	r.findBeside()
	slices.SortStableFunc(r.found, func(a, b Match) int { return a.Span.Start - b.Span.Start })
	return r.found
}

// gather collects the values of the text: tokens, PEM blocks, lists of numbers.
func (r *reading) gather() {
	add := func(s Span, form Form) {
		r.values = append(r.values, &value{Span: s, form: form})
	}
	var blocks []Span
	pems(r.data, 0, len(r.data), func(s Span) {
		add(s, FormPEM)
		blocks = append(blocks, s)
	})
	intLists(r.data, 0, len(r.data), minInts, func(s Span) { add(s, FormInts) })
	if len(r.set.rows) > 0 {
		digitRows(r.data, 0, len(r.data), func(s Span) { add(s, FormRows) })
	}
	next := 0
	tokens(r.data, 0, len(r.data), func(t *token) {
		for next < len(blocks) && blocks[next].End <= t.Start {
			next++
		}
		if next < len(blocks) && blocks[next].Start < t.End || r.digest(t.Start) {
			return
		}
		if r.anchored(t.Start) {
			add(t.Span, FormJSON)
		}
		add(t.Span, FormToken)
	})
	slices.SortFunc(r.values, func(a, b *value) int { return a.Start - b.Start })
}

var digestBefore = regexp.MustCompile(`(?i)(?:sha(?:1|256|384|512)[-:]|ENC\[AES256_GCM,[^"'\s]*)$`)

// digest reports whether the text before p says that a digest or an encrypted value begins there.
func (r *reading) digest(p int) bool {
	before := r.data[max(0, p-400):p]
	if i := bytes.LastIndexAny(before, " \t\n\"'"); i >= 0 {
		before = before[i+1:]
	}
	return len(before) > 4 && digestBefore.Match(before)
}

// describe reads the names and scopes of a value, once.
func (r *reading) describe(v *value) {
	if v.words != nil {
		return
	}
	v.naming = r.naming(v.Span)
	v.words = make([]string, 0, len(v.names)+1)
	for _, n := range v.names {
		v.words = append(v.words, normalize(n))
	}
	v.scopes = r.enclosing(v.Start)
	v.line = r.line(v.Start)
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
	for _, sh := range r.set.freestanding(v.form) {
		if f, ok := r.fit(v, sh); ok && r.proved(&f) && (sh.part.check != nil || v.form != FormToken || !placeholder(sh.fixed.Replace(f.text))) {
			if len(sh.rule.Parts) == 1 || sh.part == &sh.rule.Parts[0] {
				r.describe(v)
				return r.match([]fit{f}), true
			}
		}
	}
	return Match{}, false
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
		if (r.namedFor(v, sh) || r.placed(v, sh.rule)) && !r.foreign(v, sh.rule) && r.proved(&f) && (sh.part.check != nil || !placeholder(sh.fixed.Replace(f.text))) {
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
	r.describe(v)
	if len(v.words) == 0 && r.set.paths {
		return true
	}
	for i, w := range v.words {
		if r.set.partWords.contains([]byte(w)) || r.set.nameWords.MatchString(w) || r.set.calls.MatchString(v.names[i]) {
			return true
		}
	}
	return r.set.near.contains(r.data[max(0, v.Start-foreignReach):min(len(r.data), v.End+foreignReach)]) || r.set.near.contains([]byte(r.at.Path))
}

// freestanding returns the shapes of the form that need no context.
func (s *Set) freestanding(form Form) []*shape {
	switch form {
	case FormInts:
		return s.ints
	case FormPEM:
		return s.pemShapes
	case FormJSON:
		return s.objects
	case FormRows:
		return s.rows
	}
	return s.shapes
}

// namedFor reports whether the value's name or call says that it is the shape's part.
func (r *reading) namedFor(v *value, sh *shape) bool {
	if sh.calls != nil {
		if v.call != "" && sh.calls.MatchString(v.call) {
			return true
		}
		for _, n := range v.names {
			if sh.calls.MatchString(n) {
				return true
			}
		}
	}
	call := normalize(v.call)
	for _, w := range v.words {
		if w == call && len(w) <= len("pk") { // pk(...) of a descriptor takes a public key
			continue
		}
		if sh.names != nil && sh.notNames.MatchString(w) && !sh.names.MatchString(w) {
			return false
		}
		if sh.names != nil && sh.names.MatchString(w) && !sh.negated(w) {
			return true
		}
	}
	return false
}

// negated reports whether a name that fits says that the value is something else after all: private_key_hash, or
// public_key where the part is just a key.
func (sh *shape) negated(word string) bool {
	not := lastMatch(sh.notNames, word)
	if not == nil {
		return false
	}
	is := lastMatch(sh.names, word)
	return is == nil || not[1] > is[1] || not[1] == is[1] && not[0] < is[0]
}

// lastMatch returns where the last match begins and ends, without the number that may end a name: key_1 ends with its key.
func lastMatch(re *Expression, word string) []int {
	all := re.FindAllStringIndex(word, -1)
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	return []int{last[0], last[1] - trailingDigits(word[:last[1]])}
}

// fit tries the shape's expression on the value.
func (r *reading) fit(v *value, sh *shape) (fit, bool) {
	f := fit{v: v, shape: sh, name: -1}
	switch v.form {
	case FormInts:
		f.at, f.text = v.Span, jsonInts(r.data[v.Start:v.End])
		return f, sh.part.Regex.MatchString(f.text)
	case FormPEM:
		f.at, f.text = v.Span, unescapePEM(r.text(v.Span))
		return f, sh.part.Regex.MatchString(f.text)
	case FormJSON:
		return f, r.fitObject(&f)
	case FormRows:
		f.at, f.text = v.Span, bareRows(r.text(v.Span))
		return f, sh.part.Regex.MatchString(f.text)
	}
	n := v.End - v.Start
	if n+3 < sh.shortest && sh.literal == "" && !sh.pieces || n > sh.longest+maxToken/2 && sh.literal == "" {
		return f, false
	}
	from, to := r.around(v, sh)
	if !sh.mayHold(r.data[from:to]) {
		return f, false
	}
	for _, m := range sh.part.Regex.FindAllSubmatchIndex(r.data[from:to], 4) {
		at := Span{m[0] + from, m[1] + from}
		start := at.Start
		if len(m) > 3 && m[2] >= 0 {
			at = Span{m[2] + from, m[3] + from}
		}
		if at.End <= v.Start || at.Start >= v.End || !r.whole(Span{r.matched(start, at.Start), at.End}, sh) {
			continue
		}
		f.at, f.text = at, r.text(at)
		if sh.part.Min > len(f.text) || sh.part.Entropy > 0 && shannon(f.text) < sh.part.Entropy {
			continue
		}
		return f, true
	}
	return f, false
}

// matched returns where a value begins with the letters that the expression itself has before it, as "bot" before a token
// in a URL.
func (r *reading) matched(start, value int) int {
	if start < value && tokenClass[r.data[value-1]] >= classDigit {
		return start
	}
	return value
}

const maxLiteral = 2 << 10 // bytes behind a token that a value with a literal may go on for

// around widens a token to what stands beside it without a space: a value may hold dots and colons, and more tokens.
func (r *reading) around(v *value, sh *shape) (from, to int) {
	from, to = v.Start, v.End
	reach := literalAt
	if sh.literal != "" {
		reach = max(reach, min(sh.longest, maxLiteral))
	}
	for from > 0 && v.Start-from < literalAt && r.data[from-1] > ' ' {
		from--
	}
	limit := min(len(r.data), v.End+reach, v.Start+sh.longest+2*literalAt)
	for to < limit && r.data[to] > ' ' {
		to++
	}
	return from, to
}

// whole reports whether the value ends where the expression says: nothing of its own kind goes on at either side. A
// slash may, since paths join with it, unless the value has slashes itself.
func (r *reading) whole(at Span, sh *shape) bool {
	before, after := byte(0), byte(0)
	if at.Start > 0 {
		before = r.data[at.Start-1]
	}
	if at.End < len(r.data) {
		after = r.data[at.End]
	}
	if tokenClass[before] >= classDigit && !(sh.literal == "" && before == 'n' && at.Start > 1 && r.data[at.Start-2] == '\\') {
		return false
	}
	if tokenClass[after] >= classDigit {
		return false
	}
	value := r.text(at)
	if before == '/' || before == '+' {
		if strings.ContainsAny(value, "+/=") {
			return false
		}
	}
	if after == '+' || after == '=' && r.padding(at.End) {
		return false
	}
	if after == '/' && strings.ContainsAny(value, "+/") {
		return false
	}
	return before != '-' && before != '_' && after != '-' && after != '_'
}

// padding reports whether the "=" at p ends base64 text, rather than a name that is assigned to.
func (r *reading) padding(p int) bool {
	for p < len(r.data) && r.data[p] == '=' {
		p++
	}
	return p >= len(r.data) || !isWord(r.data[p]) && !isQuote(r.data[p]) && r.data[p] != ' ' || p < len(r.data) && isQuote(r.data[p]) && (p+1 >= len(r.data) || !isWord(r.data[p+1]))
}

func unescapePEM(text string) string {
	return strings.NewReplacer(`\\n`, "\n", `\n`, "\n", `\r`, "", "\r", "").Replace(text)
}

// proved runs the part's check, if it has one, and keeps what it proved.
func (r *reading) proved(f *fit) bool {
	if f.part.check == nil || f.proof != nil {
		return true
	}
	p, ok := f.part.check(f.text)
	if ok {
		f.proof = &p
	}
	return ok
}
