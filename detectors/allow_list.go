package detectors

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// allowlist is an Allowlist ready to be asked.
type allowlist struct {
	and     bool
	commits []string
	paths   []*regexp.Regexp
	regexes []*regexp.Regexp
	target  string
	stop    *keywords // nil without stop words
}

// candidate is what an allowlist looks at.
type candidate struct {
	path   string
	secret string
	match  []byte
	line   []byte // from the line break before the first line, as gitleaks has it
	file   bool   // the file itself is the finding: there is no text to look at
	lines  map[*allowlist]lineVerdict
	span   Span // of the line
}

// lineVerdict is what a list said of a line. Kept, because many matches may lie on one endless line.
type lineVerdict struct {
	span Span
	ok   bool
}

func newAllowlist(a Allowlist) *allowlist {
	l := &allowlist{and: a.And, paths: joined(a.Paths), regexes: joined(a.Regexes), target: a.RegexTarget}
	for _, c := range a.Commits {
		l.commits = append(l.commits, strings.ToLower(strings.TrimSpace(c)))
	}
	slices.Sort(l.commits)
	l.commits = slices.Compact(l.commits)
	if len(a.StopWords) > 0 {
		words := make([]string, len(a.StopWords))
		for i, w := range a.StopWords {
			words[i] = strings.ToLower(w)
		}
		l.stop = newKeywords(words)
	}
	return l
}

// joined makes one alternation of the expressions, which is faster, and what gitleaks does: a flag such as (?i) at the
// head of one holds for those after it too. Expressions that cannot be joined (two groups of one name) stay apart.
func joined(list []*regexp.Regexp) []*regexp.Regexp {
	if len(list) < 2 {
		return list
	}
	texts := make([]string, len(list))
	for i, re := range list {
		texts[i] = re.String()
	}
	one, err := regexp.Compile("(?:" + strings.Join(texts, "|") + ")")
	if err != nil {
		return list
	}
	return []*regexp.Regexp{one}
}

func anyMatch(list []*regexp.Regexp, text string) bool {
	return text != "" && slices.ContainsFunc(list, func(re *regexp.Regexp) bool { return re.MatchString(text) })
}

// judge says whether the list drops c, or else in which commits it does.
func (a *allowlist) judge(c *candidate) (drop bool, in []string) {
	if !a.and {
		if anyMatch(a.paths, c.path) || a.allowsText(c) || a.stops(c) {
			return true, nil
		}
		return false, a.commits
	}
	switch {
	case len(a.paths) > 0 && !anyMatch(a.paths, c.path),
		len(a.regexes) > 0 && !a.allowsText(c),
		a.stop != nil && !a.stops(c):
		return false, nil
	}
	return len(a.commits) == 0, a.commits
}

func (a *allowlist) stops(c *candidate) bool {
	return a.stop != nil && !c.file && a.stop.contains([]byte(strings.ToLower(c.secret)))
}

func (a *allowlist) allowsText(c *candidate) bool {
	if len(a.regexes) == 0 || c.file {
		return false
	}
	matches := func(text []byte) bool {
		return len(text) > 0 && slices.ContainsFunc(a.regexes, func(re *regexp.Regexp) bool { return re.Match(text) })
	}
	switch a.target {
	case "match":
		return matches(c.match)
	case "line":
		if v, ok := c.lines[a]; ok && v.span == c.span {
			return v.ok
		}
		ok := matches(c.line)
		c.lines[a] = lineVerdict{c.span, ok}
		return ok
	}
	return anyMatch(a.regexes, c.secret)
}

// skips says whether the list leaves out a whole file by its path, whatever is in it.
func (a *allowlist) skips(path string) bool {
	if a.and && (len(a.regexes) > 0 || a.stop != nil || len(a.commits) > 0) {
		return false
	}
	return len(a.paths) > 0 && anyMatch(a.paths, path)
}

// allowlists are the lists of a configuration, those for every rule and those for one.
type allowlists struct {
	global []*allowlist
	rule   map[string][]*allowlist
}

func newAllowlists(rules []Rule, global []Allowlist) (allowlists, error) {
	all := allowlists{rule: map[string][]*allowlist{}}
	add := func(id string, list Allowlist) error {
		if err := list.valid(); err != nil {
			return fmt.Errorf("allowlist of rule %s: %w", id, err)
		}
		all.rule[id] = append(all.rule[id], newAllowlist(list))
		return nil
	}
	for _, r := range rules {
		if r.Pattern == nil {
			continue
		}
		for _, list := range r.Pattern.Allowlists {
			if err := add(r.ID, list); err != nil {
				return all, err
			}
		}
	}
	for _, list := range global {
		for _, id := range list.TargetRules {
			if err := add(id, list); err != nil {
				return all, err
			}
		}
		if len(list.TargetRules) > 0 {
			continue
		}
		if err := list.valid(); err != nil {
			return all, fmt.Errorf("global allowlist: %w", err)
		}
		all.global = append(all.global, newAllowlist(list))
	}
	return all, nil
}

// judge asks the lists about the matches of one text.
type judge struct {
	lists *allowlists
	data  []byte
	path  string
	lines map[*allowlist]lineVerdict
}

func (a *allowlists) judge(data []byte, at Hint) *judge {
	return &judge{lists: a, data: data, path: at.Path, lines: map[*allowlist]lineVerdict{}}
}

// skipsAll says whether a global list leaves out the whole file.
func (j *judge) skipsAll() bool { return j.anySkips(j.lists.global) }

// skips says whether a list of the rule leaves out the whole file.
func (j *judge) skips(rule string) bool { return j.anySkips(j.lists.rule[rule]) }

func (j *judge) anySkips(lists []*allowlist) bool {
	return slices.ContainsFunc(lists, func(a *allowlist) bool { return a.skips(j.path) })
}

// drops says whether a list drops m, which may be of any rule, gitleaks' form or not. When it does so in some commits
// only, those are noted in m.AllowedIn.
func (j *judge) drops(m *Match) bool {
	global, own := j.lists.global, j.lists.rule[m.Credential.Rule.ID]
	if len(global)+len(own) == 0 {
		return false
	}
	c := candidate{
		path: j.path, match: j.data[m.Span.Start:m.Span.End], file: m.Credential.Rule.PathOnly(), lines: j.lines,
		line: j.data[max(0, m.Line.Start-1):m.Line.End], span: m.Line,
		secret: m.Credential.Parts[m.Secret()].Reveal(),
	}
	for _, lists := range [][]*allowlist{global, own} {
		for _, a := range lists {
			drop, in := a.judge(&c)
			if drop {
				return true
			}
			m.AllowedIn = append(m.AllowedIn, in...)
		}
	}
	return false
}

// keep returns a function that says whether a match in data, of a rule of any form, stays although there are allowlists;
// it notes in the match in which commits it does not. Keep returns nil when a list leaves out the whole file.
func (a *allowlists) keep(data []byte, at Hint) func(*Match) bool {
	j := a.judge(data, at)
	if j.skipsAll() {
		return nil
	}
	return func(m *Match) bool { return !j.skips(m.Credential.Rule.ID) && !j.drops(m) }
}

// valid says why the list could never allow anything, or nothing but what was meant.
func (a Allowlist) valid() error {
	if len(a.Commits)+len(a.Paths)+len(a.Regexes)+len(a.StopWords) == 0 {
		return errors.New("needs at least one of commits, paths, regexes, stopwords")
	}
	if !slices.Contains([]string{"", "secret", "match", "line"}, a.RegexTarget) {
		return fmt.Errorf("regexTarget %q is none of secret, match, line", a.RegexTarget)
	}
	return nil
}
