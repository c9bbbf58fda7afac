package detectors

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"sync/atomic"
)

// Expression is a regular expression that is compiled when it is first used: of the thousands that the rules have, a
// run needs a few. It is safe for concurrent use.
type Expression struct {
	text    string
	longest bool // leftmost-longest matches instead of leftmost-first

	compiling sync.Once
	compiled  *regexp.Regexp
	ordering  sync.Once
	ordered   *sequence // the expression as a sequence, nil when it is none
	searching sync.Once
	literals  []string // of which every match in a name holds one; none when that is not sure

	names sync.Map     // what last found in a name
	known atomic.Int32 // names in it
}

// NewExpression checks the text, and fails as regexp.Compile does.
func NewExpression(text string) (*Expression, error) {
	if _, err := syntax.Parse(text, syntax.Perl); err != nil {
		return nil, err // it says already what it is
	}
	return newExpression(text, false), nil
}

// late returns an expression of this package, which a test holds to be sound: to compile them all takes a tenth of
// start-up.
func late(text string) *Expression { return newExpression(text, false) }

func newExpression(text string, longest bool) *Expression {
	return &Expression{text: text, longest: longest}
}

func (e *Expression) compile() *regexp.Regexp {
	e.compiling.Do(func() {
		if e.compiled = regexp.MustCompile(e.text); e.longest {
			e.compiled.Longest()
		}
	})
	return e.compiled
}

// sequence returns the sequence that the expression is, or nil.
func (e *Expression) sequence() *sequence {
	e.ordering.Do(func() { e.ordered = sequenceOf(treeOf(e.text)) })
	return e.ordered
}

func (e *Expression) holds() []string {
	e.searching.Do(func() { e.literals = shortLiterals(e.text) })
	return e.literals
}

// nameAt is where the last match of an expression lies in a name, from -1 when there is none.
type nameAt struct{ start, end int }

// maxNames bounds the names that an expression remembers; a text with more of them makes it forget.
const maxNames = 1 << 12

// last returns where the last match in a name lies. Names recur, so the answers are kept.
func (e *Expression) last(name string) (nameAt, bool) {
	if !e.mayMatch(name) {
		return nameAt{-1, -1}, false
	}
	if known, ok := e.names.Load(name); ok {
		at := known.(nameAt)
		return at, at.start >= 0
	}
	at := nameAt{-1, -1}
	if all := e.compile().FindAllStringIndex(name, -1); len(all) > 0 {
		at = nameAt{all[len(all)-1][0], all[len(all)-1][1]}
	}
	if e.known.Add(1) > maxNames {
		e.known.Store(0)
		e.names.Clear()
	}
	e.names.Store(strings.Clone(name), at)
	return at, at.start >= 0
}

// mayMatch reports whether a name has one of the literals that every match has one of.
func (e *Expression) mayMatch(name string) bool {
	list := e.holds()
	for _, text := range list {
		if strings.Contains(name, text) {
			return true
		}
	}
	return len(list) == 0
}

// in reports whether the expression matches within a name.
func (e *Expression) in(name string) bool {
	_, ok := e.last(name)
	return ok
}

// String returns the text of the expression.
func (e *Expression) String() string { return e.text }

// Regexp returns the compiled expression, which must not be changed.
func (e *Expression) Regexp() *regexp.Regexp { return e.compile() }

// The methods below are those of regexp.Regexp.

// Match is regexp.Regexp.Match.
func (e *Expression) Match(b []byte) bool { return e.compile().Match(b) }

// MatchString is regexp.Regexp.MatchString.
func (e *Expression) MatchString(s string) bool { return e.compile().MatchString(s) }

// Find is regexp.Regexp.Find.
func (e *Expression) Find(b []byte) []byte { return e.compile().Find(b) }

// FindIndex is regexp.Regexp.FindIndex.
func (e *Expression) FindIndex(b []byte) []int { return e.compile().FindIndex(b) }

// FindSubmatch is regexp.Regexp.FindSubmatch.
func (e *Expression) FindSubmatch(b []byte) [][]byte { return e.compile().FindSubmatch(b) }

// FindSubmatchIndex is regexp.Regexp.FindSubmatchIndex.
func (e *Expression) FindSubmatchIndex(b []byte) []int { return e.compile().FindSubmatchIndex(b) }

// FindStringSubmatch is regexp.Regexp.FindStringSubmatch.
func (e *Expression) FindStringSubmatch(s string) []string { return e.compile().FindStringSubmatch(s) }

// FindAllStringSubmatch is regexp.Regexp.FindAllStringSubmatch.
func (e *Expression) FindAllStringSubmatch(s string, n int) [][]string {
	return e.compile().FindAllStringSubmatch(s, n)
}

// ReplaceAllString is regexp.Regexp.ReplaceAllString.
func (e *Expression) ReplaceAllString(s, by string) string {
	return e.compile().ReplaceAllString(s, by)
}

// FindStringIndex is regexp.Regexp.FindStringIndex.
func (e *Expression) FindStringIndex(s string) []int { return e.compile().FindStringIndex(s) }

// FindAllIndex is regexp.Regexp.FindAllIndex.
func (e *Expression) FindAllIndex(b []byte, n int) [][]int { return e.compile().FindAllIndex(b, n) }

// FindAllSubmatchIndex is regexp.Regexp.FindAllSubmatchIndex.
func (e *Expression) FindAllSubmatchIndex(b []byte, n int) [][]int {
	return e.compile().FindAllSubmatchIndex(b, n)
}

// expressions makes each expression of a set of rules once.
type expressions map[string]*Expression

func (m expressions) get(text string, longest bool) *Expression {
	e := m[text]
	if e == nil || e.longest != longest {
		e = newExpression(text, longest)
		m[text] = e
	}
	return e
}

// check checks a text that was not checked before.
func (m expressions) check(text string) (*Expression, error) {
	if e := m[text]; e != nil {
		return e, nil
	}
	e, err := NewExpression(text)
	if err == nil {
		m[text] = e
	}
	return e, err
}
