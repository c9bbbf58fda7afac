package detectors

import (
	"regexp"
	"regexp/syntax"
	"sync"
)

// Expression is a regular expression that is compiled when it is first used: of the thousands that the rules have, a
// run needs a few. It is safe for concurrent use.
type Expression struct {
	text    string
	longest bool // leftmost-longest matches instead of leftmost-first
	compile func() *regexp.Regexp
}

// NewExpression checks the text, and fails as regexp.Compile does.
func NewExpression(text string) (*Expression, error) {
	if _, err := syntax.Parse(text, syntax.Perl); err != nil {
		return nil, err // it says already what it is
	}
	return newExpression(text, false), nil
}

func newExpression(text string, longest bool) *Expression {
	return &Expression{text: text, longest: longest, compile: sync.OnceValue(func() *regexp.Regexp {
		re := regexp.MustCompile(text)
		if longest {
			re.Longest()
		}
		return re
	})}
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

// FindStringIndex is regexp.Regexp.FindStringIndex.
func (e *Expression) FindStringIndex(s string) []int { return e.compile().FindStringIndex(s) }

// FindAllStringIndex is regexp.Regexp.FindAllStringIndex.
func (e *Expression) FindAllStringIndex(s string, n int) [][]int {
	return e.compile().FindAllStringIndex(s, n)
}

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
