package detectors

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// patterns are the rules in gitleaks' form, with the allowlists of a configuration. They mean what they mean to gitleaks
// 8.30, but for two of its faults: a match on a last line without a line break has that line, not the whole text, as its
// line; and an empty match is none. Patterns are not changed once made, and are safe for concurrent use.
type patterns struct {
	allowlists
	rules  []*patternRule
	byID   map[string]*patternRule
	words  []string // distinct keywords of all rules, in lower case; those of ASCII only
	finder *keywords
	hits   *sync.Pool // of *hitBuffer

	// ignoreAllow makes matches count although their lines have an allow comment.
	ignoreAllow bool
}

// patternRule is one rule, with where its keywords are.
type patternRule struct {
	*Rule
	words    []int    // indexes of patterns.words
	foreign  []string // keywords with other letters than ASCII, in lower case
	required []requiredRule
	generic  bool // a match gives way to that of a more special rule
	windows  *windows
}

type requiredRule struct {
	Required
	rule *patternRule
}

// PathOnly says whether the rule looks at the names of files alone. Its match spans no text, and holds for a file as a
// whole: in a file of several chunks, that of the first one counts.
func (r *Rule) PathOnly() bool { return r.Pattern != nil && r.Pattern.Regex == nil }

// Part names of a match of a rule in gitleaks' form.
const (
	patternPart = "secret" // what the expression found
	filePart    = "file"   // the path, for a rule that looks at paths only
)

// compilePatterns takes from rules those in gitleaks' form. Global are the allowlists outside rules; one that names
// target rules may name others than the rules given.
func compilePatterns(rules []Rule, global []Allowlist) (*patterns, error) {
	lists, err := newAllowlists(rules, global)
	if err != nil {
		return nil, err
	}
	p := &patterns{allowlists: lists, byID: map[string]*patternRule{}, hits: &sync.Pool{New: func() any { return new(hitBuffer) }}}
	index := map[string]int{}
	for i := range rules {
		r := &patternRule{Rule: &rules[i]}
		if r.Pattern == nil {
			continue
		}
		if err := r.valid(); err != nil {
			return nil, err
		}
		r.generic = strings.Contains(strings.ToLower(r.ID), "generic")
		if r.Pattern.Regex != nil {
			r.windows = newWindows(r.Pattern.Regex)
		}
		p.addKeywords(r, index)
		p.rules = append(p.rules, r)
		p.byID[r.ID] = r
	}
	p.finder = newKeywords(p.words)
	return p, p.linkRequired()
}

// valid says what makes the rule one that cannot work.
func (r *patternRule) valid() error {
	switch {
	case len(r.Parts) != 1:
		return fmt.Errorf("rule %s: %d parts, want the one that ReadConfig gives", r.ID, len(r.Parts))
	case r.Pattern.Regex == nil && r.Pattern.Path == nil:
		return fmt.Errorf("rule %s: neither regex nor path", r.ID)
	case r.Pattern.SecretGroup < 0:
		return fmt.Errorf("rule %s: secretGroup %d is negative", r.ID, r.Pattern.SecretGroup)
	case r.Pattern.Regex != nil && r.Pattern.SecretGroup > r.Pattern.Regex.NumSubexp():
		return fmt.Errorf("rule %s: secretGroup is %d, but regex has %d groups", r.ID, r.Pattern.SecretGroup, r.Pattern.Regex.NumSubexp())
	}
	return nil
}

func (p *patterns) addKeywords(r *patternRule, index map[string]int) {
	for _, w := range r.Pattern.Keywords {
		w = strings.ToLower(w)
		if strings.ContainsFunc(w, func(c rune) bool { return c >= utf8.RuneSelf }) {
			r.foreign = append(r.foreign, w)
			continue
		}
		if _, ok := index[w]; !ok {
			index[w] = len(p.words)
			p.words = append(p.words, w)
		}
		r.words = append(r.words, index[w])
	}
}

func (p *patterns) linkRequired() error {
	for _, r := range p.rules {
		for _, need := range r.Pattern.Required {
			other, ok := p.byID[need.ID]
			if !ok {
				return fmt.Errorf("rule %s: required rule %q does not exist", r.ID, need.ID)
			}
			r.required = append(r.required, requiredRule{need, other})
		}
	}
	return nil
}

// scan yields the matches of all rules in data, and returns false when yield did.
func (p *patterns) scan(data []byte, at Hint, yield func(Match) bool) bool {
	return p.scanSeen(data, at, p.seen(data), yield)
}

// seen says for each of p.words whether it occurs in data.
func (p *patterns) seen(data []byte) []bool {
	seen := make([]bool, len(p.words))
	buf := p.hits.Get().(*hitBuffer)
	defer p.hits.Put(buf)
	for _, h := range p.finder.scan(data, buf) {
		seen[h.word] = true
	}
	return seen
}

// spots appends where keywords stand in data: a text without any spot can be left alone. When some rule needs no
// keyword, all of data is a spot; without a path, so it is for a rule that looks at paths. Rules look at all of the
// text, so a spot says whether to scan it, not where.
func (p *patterns) spots(data []byte, at Hint, spots []Span) []Span {
	for _, r := range p.rules {
		if r.wants(nil, nil) && (r.Pattern.Path == nil || at.Path == "" || r.Pattern.Path.MatchString(at.Path)) {
			return append(spots, Span{0, len(data)})
		}
	}
	buf := p.hits.Get().(*hitBuffer)
	defer p.hits.Put(buf)
	for _, h := range p.finder.scan(data, buf) {
		spots = append(spots, Span{h.end - len(p.words[h.word]), h.end})
	}
	if lower := p.lower(data); lower != nil {
		for _, r := range p.rules {
			if len(r.foreign) > 0 && r.wants(nil, lower) {
				return append(spots, Span{0, len(data)})
			}
		}
	}
	return spots
}

// lower returns data in lower case for keywords with letters beyond ASCII, or nil if no rule has one.
func (p *patterns) lower(data []byte) []byte {
	for _, r := range p.rules {
		if len(r.foreign) > 0 {
			return bytes.ToLower(data)
		}
	}
	return nil
}

// wants says whether the rule has to look at a text, given which words it holds.
func (r *patternRule) wants(seen []bool, lower []byte) bool {
	if len(r.Pattern.Keywords) == 0 {
		return true
	}
	return slices.ContainsFunc(r.words, func(i int) bool { return i < len(seen) && seen[i] }) ||
		slices.ContainsFunc(r.foreign, func(w string) bool { return bytes.Contains(lower, []byte(w)) })
}

// scanSeen is scan for a caller that already knows which of p.words the text holds.
func (p *patterns) scanSeen(data []byte, at Hint, seen []bool, yield func(Match) bool) bool {
	if len(p.rules) == 0 {
		return true
	}
	buf := p.hits.Get().(*hitBuffer)
	defer p.hits.Put(buf)
	s := &patternScan{patterns: p, judge: p.judge(data, at), hits: buf, found: map[*patternRule][]Match{}}
	if s.skipsAll() {
		return true
	}
	lower := p.lower(data)
	var all []Match
	for _, r := range p.rules {
		if r.Pattern.SkipReport || !r.wants(seen, lower) {
			continue
		}
		all = append(all, s.complete(r, s.matches(r))...)
	}
	for _, m := range s.withoutGeneric(all) {
		if !yield(m) {
			return false
		}
	}
	return true
}

// shannon returns the bits per byte of text as gitleaks counts them: characters are counted, and divided by bytes. The sum
// is made in a fixed order, so that it is the same in every run.
func shannon(text string) float64 {
	var ascii [utf8.RuneSelf]int
	rest := map[rune]int{}
	for _, c := range text {
		if c < utf8.RuneSelf {
			ascii[c]++
		} else {
			rest[c]++
		}
	}
	bits := 0.0
	add := func(n int) {
		if n > 0 {
			f := float64(n) / float64(len(text))
			bits -= f * math.Log2(f)
		}
	}
	for _, n := range ascii {
		add(n)
	}
	for _, c := range slices.Sorted(maps.Keys(rest)) {
		add(rest[c])
	}
	return bits
}
