package detectors

import (
	"bytes"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// windows says where in a text an expression can match at all: around literals of which every match holds one. To search
// there alone finds the same matches as to search everywhere, in a fraction of the time.
type windows struct {
	factors *keywords
	before  []reach // how far a match may begin before a literal, nearest first
	after   []reach // how far it may end behind one
}

// reach is a step away from a literal: over at most so many bytes, all of a set. Steps in a row cover all that an
// expression can match, since none leads back, and one from further on ends no earlier.
type reach struct {
	most int
	set  [256]bool
}

// margin is more than what \b and the like look at beside a match, with a character cut in two besides.
const margin = 8

const (
	maxFactors = 128
	maxExact   = 32
)

// newWindows returns nil for an expression that may match anywhere.
func newWindows(re *regexp.Regexp) *windows {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	f := factorsOf(tree)
	if f.shortest() < 2 {
		return nil
	}
	return &windows{factors: newKeywords(f.words), before: f.before, after: f.after}
}

// factors are literals, in lower case, of which every match holds one, with how far the match goes on around it. When
// exact, a match is one of them in some case.
type factors struct {
	words         []string
	exact         bool
	before, after []reach
}

// shortest returns the length of the shortest word, 0 when there is none.
func (f factors) shortest() int {
	if len(f.words) == 0 {
		return 0
	}
	n := math.MaxInt
	for _, w := range f.words {
		n = min(n, len(w))
	}
	return n
}

func factorsOf(re *syntax.Regexp) factors {
	switch re.Op {
	case syntax.OpLiteral:
		return literalFactor(re.Rune)
	case syntax.OpCharClass:
		return classFactors(re.Rune)
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return factors{words: []string{""}, exact: true}
	case syntax.OpCapture:
		return factorsOf(re.Sub[0])
	case syntax.OpQuest:
		if f := factorsOf(re.Sub[0]); f.exact && len(f.words) < maxExact {
			f.words = append(slices.Clone(f.words), "")
			return f
		}
	case syntax.OpPlus, syntax.OpRepeat:
		return repeatFactors(re)
	case syntax.OpConcat:
		return concatFactors(re.Sub)
	case syntax.OpAlternate:
		return alternateFactors(re.Sub)
	}
	return factors{}
}

// literalFactor is a literal. Letters that have another case beyond ASCII, k and s, are left to findAll.
func literalFactor(runes []rune) factors {
	text := string(runes)
	if strings.ContainsFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return factors{}
	}
	return factors{words: []string{strings.ToLower(text)}, exact: true}
}

// classFactors are the characters of a small class.
func classFactors(ranges []rune) factors {
	f := factors{exact: true}
	for i := 0; i < len(ranges); i += 2 {
		for c := ranges[i]; c <= ranges[i+1]; c++ {
			if foreignCase(c) {
				continue
			}
			if c >= utf8.RuneSelf || len(f.words) == 8 {
				return factors{}
			}
			f.words = append(f.words, strings.ToLower(string(c)))
		}
	}
	slices.Sort(f.words)
	f.words = slices.Compact(f.words)
	return f
}

// foreignCase says whether c is a letter beyond ASCII that differs by its case only from one of ASCII.
func foreignCase(c rune) bool {
	return c >= utf8.RuneSelf && (unicode.SimpleFold(c) < utf8.RuneSelf || unicode.SimpleFold(unicode.SimpleFold(c)) < utf8.RuneSelf)
}

func repeatFactors(re *syntax.Regexp) factors {
	if re.Op == syntax.OpRepeat && re.Min == 0 {
		return factors{}
	}
	f := factorsOf(re.Sub[0])
	f.exact = false
	around := extent(re)
	f.before = append(slices.Clone(f.before), around)
	f.after = append(slices.Clone(f.after), around)
	return f
}

func alternateFactors(subs []*syntax.Regexp) factors {
	all := factors{exact: true}
	var before, after [][]reach
	for _, sub := range subs {
		f := factorsOf(sub)
		if len(f.words) == 0 || len(all.words)+len(f.words) > maxFactors {
			return factors{}
		}
		all.words = append(all.words, f.words...)
		all.exact = all.exact && f.exact
		before, after = append(before, f.before), append(after, f.after)
	}
	slices.Sort(all.words)
	all.words = slices.Compact(all.words)
	all.before, all.after = widest(before), widest(after)
	return all
}

// widest returns a reach that covers each of the lists.
func widest(lists [][]reach) []reach {
	var all reach
	for _, list := range lists {
		sum := 0
		for _, r := range list {
			sum += r.most
			all.add(r)
		}
		all.most = max(all.most, min(sum, unbounded))
	}
	return []reach{all}
}

func (r *reach) add(other reach) {
	for b, ok := range other.set {
		r.set[b] = r.set[b] || ok
	}
}

// concatFactors chooses the best literals of a sequence; neighbours that are exact make longer ones.
func concatFactors(subs []*syntax.Regexp) factors {
	best, all := factors{}, true
	run := factors{words: []string{""}, exact: true}
	start := 0
	consider := func(f factors, from, to int) {
		if f.shortest() <= best.shortest() {
			return
		}
		f.before = append(slices.Clone(f.before), extents(subs[:from], true)...)
		f.after = append(slices.Clone(f.after), extents(subs[to:], false)...)
		best = f
	}
	for i, sub := range subs {
		f := factorsOf(sub)
		if f.exact && len(f.words)*len(run.words) <= maxExact {
			run.words = product(run.words, f.words)
			continue
		}
		all = false
		run.exact = false
		consider(run, start, i)
		run, start = factors{words: []string{""}, exact: true}, i+1
		if f.exact {
			run, start = f, i
			continue
		}
		consider(f, i, i+1)
	}
	if all {
		return run
	}
	run.exact = false
	consider(run, start, len(subs))
	return best
}

func product(a, b []string) []string {
	var out []string
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// extents returns how far a sequence goes, beginning at the end nearest to the literal.
func extents(subs []*syntax.Regexp, backwards bool) []reach {
	var out []reach
	for _, sub := range subs {
		if sub.Op == syntax.OpCapture {
			sub = sub.Sub[0]
		}
		if sub.Op == syntax.OpConcat {
			inner := extents(sub.Sub, false)
			out = append(out, inner...)
		} else if r := extent(sub); r.most > 0 {
			out = append(out, r)
		}
	}
	if backwards {
		slices.Reverse(out)
	}
	return out
}

const unbounded = 1 << 20 // bytes; what reaches further has no end

// extent returns how far one expression goes.
func extent(re *syntax.Regexp) reach {
	var r reach
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			r.literal(c, re.Flags&syntax.FoldCase != 0)
		}
	case syntax.OpCharClass:
		r.class(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		r.class([]rune{0, unicode.MaxRune})
		r.set['\n'] = re.Op == syntax.OpAnyChar
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			s := extent(sub)
			r.add(s)
			r.most = max(r.most, s.most)
		}
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		r = extent(re.Sub[0])
		switch {
		case re.Op == syntax.OpRepeat && re.Max >= 0:
			r.most = min(unbounded, r.most*re.Max)
		case r.most > 0:
			r.most = unbounded
		}
	default:
		for _, sub := range re.Sub {
			s := extent(sub)
			r.add(s)
			r.most = min(unbounded, r.most+s.most)
		}
	}
	return r
}

func (r *reach) literal(c rune, fold bool) {
	r.most += max(utf8.RuneLen(c), 1)
	if c >= utf8.RuneSelf {
		r.beyondASCII()
		if fold {
			r.most += 2 // another case may be longer
		}
		return
	}
	r.set[c] = true
	if fold && unicode.IsLetter(c) {
		r.set[c^0x20] = true
	}
}

// class adds the characters of a class. Those that differ by case only from ASCII are left to findAll.
func (r *reach) class(ranges []rune) {
	for i := 0; i < len(ranges); i += 2 {
		low, high := ranges[i], ranges[i+1]
		if low == high && foreignCase(low) {
			continue
		}
		for c := low; c <= high && c < utf8.RuneSelf; c++ {
			r.set[c] = true
		}
		if high >= utf8.RuneSelf {
			r.beyondASCII()
		}
		r.most = max(r.most, utf8.RuneLen(high))
	}
}

func (r *reach) beyondASCII() {
	for b := utf8.RuneSelf; b < len(r.set); b++ {
		r.set[b] = true
	}
}

// foreignLetters are the letters beyond ASCII that (?i) takes for k and s.
var foreignLetters = [][]byte{[]byte("\u212a"), []byte("\u017f")}

// findAll returns all matches of the rule's expression in the text.
func (s *patternScan) findAll(r *patternRule) [][]int {
	re := r.Pattern.Regex
	if r.windows == nil || slices.ContainsFunc(foreignLetters, func(c []byte) bool { return bytes.Contains(s.data, c) }) {
		return re.FindAllIndex(s.data, -1)
	}
	spans, ok := s.windows(r.windows)
	if !ok {
		return re.FindAllIndex(s.data, -1)
	}
	var all [][]int
	for _, w := range spans {
		for _, at := range re.FindAllIndex(s.data[w.Start:w.End], -1) {
			all = append(all, []int{at[0] + w.Start, at[1] + w.Start})
		}
	}
	return all
}

// windows returns the parts of the text that can hold a match, in order and apart from each other. It gives up when
// finding them takes longer than to read the text a few times, as on one line full of literals.
func (s *patternScan) windows(w *windows) (apart []Span, ok bool) {
	var spans []Span
	left := 4 * len(s.data)
	for _, h := range w.factors.scan(s.data, s.hits) {
		start, end := h.end-len(w.factors.words[h.word]), h.end
		for i := range w.before {
			start = w.before[i].back(s.data, start)
		}
		for i := range w.after {
			end = w.after[i].forth(s.data, end)
		}
		if left -= end - start; left < 0 {
			return nil, false
		}
		spans = append(spans, Span{max(0, start-margin), min(len(s.data), end+margin)})
	}
	slices.SortFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	for _, sp := range spans {
		if n := len(apart); n > 0 && sp.Start <= apart[n-1].End {
			apart[n-1].End = max(apart[n-1].End, sp.End)
			continue
		}
		apart = append(apart, sp)
	}
	return apart, true
}

func (r *reach) back(data []byte, at int) int {
	stop := 0
	if r.most < unbounded {
		stop = max(0, at-r.most)
	}
	for at > stop && r.set[data[at-1]] {
		at--
	}
	return at
}

func (r *reach) forth(data []byte, at int) int {
	stop := len(data)
	if r.most < unbounded {
		stop = min(stop, at+r.most)
	}
	for at < stop && r.set[data[at]] {
		at++
	}
	return at
}
