package detectors

import (
	"bytes"
	"index/suffixarray"
	"slices"
	"sort"
	"strings"
)

// patternScan is the work on one text.
type patternScan struct {
	*patterns
	*judge
	breaks []int // offsets of the line breaks, once needed
	split  bool
	hits   *hitBuffer
	marks  allowMarks
	marked bool
	found  map[*patternRule][]Match // by the rules that were asked so far
}

// matches returns what the rule alone finds, without what it requires.
func (s *patternScan) matches(r *patternRule) []Match {
	if got, ok := s.found[r]; ok {
		return got
	}
	s.found[r] = s.find(r)
	return s.found[r]
}

func (s *patternScan) find(r *patternRule) []Match {
	if s.skips(r.ID) || r.Pattern.Path != nil && !r.Pattern.Path.MatchString(s.path) {
		return nil
	}
	if r.PathOnly() {
		return s.file(r)
	}
	var found []Match
	for _, at := range s.findAll(r) {
		if m, ok := s.match(r, at[0], at[1]); ok && !s.allows(m.Line) && !s.drops(&m) {
			found = append(found, m)
		}
	}
	return found
}

// allows says whether the lines have an allow comment that counts.
func (s *patternScan) allows(lines Span) bool {
	if s.ignoreAllow {
		return false
	}
	if !s.marked {
		s.marks, s.marked = newAllowMarks(s.data), true
	}
	return s.marks.on(lines)
}

// file returns the match of a rule that looks at paths only.
func (s *patternScan) file(r *patternRule) []Match {
	m := Match{
		Credential: Credential{Rule: r.Rule, Provider: r.Provider, Parts: map[string]Secret{filePart: NewSecret(s.path)}},
		Spans:      map[string]Span{filePart: {}}, Severity: r.Severity, Confidence: r.Confidence,
		Notes: []string{"the file itself is the finding"},
	}
	if s.drops(&m) {
		return nil
	}
	return []Match{m}
}

// match makes the match of the expression at data[start:end], unless it is empty or its entropy is too low.
func (s *patternScan) match(r *patternRule, start, end int) (Match, bool) {
	text := bytes.Trim(s.data[start:end], "\n")
	if len(text) == 0 {
		return Match{}, false
	}
	// A match that begins with line breaks begins on the line after the first of them, as in gitleaks.
	lead := bytes.Index(s.data[start:end], text)
	span, first := Span{start + min(lead, 1), start + lead + len(text)}, start+lead
	group := secretGroup(r.Pattern, text)
	secret := string(text[group.Start:group.End])
	bits := shannon(secret)
	if r.Pattern.Entropy != 0 && bits <= r.Pattern.Entropy {
		return Match{}, false
	}
	if secret == "" {
		group, secret = Span{0, len(text)}, string(text)
	}
	return Match{
		Credential: Credential{Rule: r.Rule, Provider: r.Provider, Parts: map[string]Secret{patternPart: NewSecret(secret)}},
		Span:       span, Spans: map[string]Span{patternPart: {first + group.Start, first + group.End}},
		Line: s.line(span), Severity: r.Severity, Confidence: r.Confidence, Entropy: bits,
	}, true
}

// secretGroup returns where in text, a whole match, the secret stands. The expression is asked again about the match
// alone, as gitleaks does: what needed the text around it may then choose another group, or none.
func secretGroup(p *Pattern, text []byte) Span {
	whole := Span{0, len(text)}
	if p.Regex.NumSubexp() == 0 {
		return whole
	}
	groups := p.Regex.FindSubmatchIndex(text)
	if groups == nil {
		return whole
	}
	if n := p.SecretGroup; n > 0 {
		return Span{max(0, groups[2*n]), max(0, groups[2*n+1])}
	}
	for i := 2; i < len(groups); i += 2 {
		if groups[i] < groups[i+1] {
			return Span{groups[i], groups[i+1]}
		}
	}
	return whole
}

// splitLines finds the line breaks of the text once.
func (s *patternScan) splitLines() {
	if s.split {
		return
	}
	s.split = true
	for from := 0; ; {
		i := bytes.IndexByte(s.data[from:], '\n')
		if i < 0 {
			return
		}
		s.breaks = append(s.breaks, from+i)
		from += i + 1
	}
}

// row counts the line breaks before offset i, which is the number of its line from 0.
func (s *patternScan) row(i int) int {
	s.splitLines()
	return sort.SearchInts(s.breaks, i)
}

// line returns the lines that span lies on, without the last line break.
func (s *patternScan) line(span Span) Span {
	line := Span{0, len(s.data)}
	if row := s.row(span.Start); row > 0 {
		line.Start = s.breaks[row-1] + 1
	}
	if i := s.row(span.End); i < len(s.breaks) {
		line.End = s.breaks[i]
	}
	return line
}

// withoutGeneric leaves out a generic rule's match when a special rule's match, beginning on the same line, holds its
// secret.
func (s *patternScan) withoutGeneric(all []Match) []Match {
	isGeneric := func(m Match) bool { return s.byID[m.Credential.Rule.ID].generic }
	if !slices.ContainsFunc(all, isGeneric) {
		return all
	}
	special := map[int][]string{}
	for _, m := range all {
		if row := s.row(m.Span.Start); !isGeneric(m) {
			special[row] = append(special[row], m.secretText())
		}
	}
	indexes := map[int]*suffixarray.Index{}
	return slices.DeleteFunc(all, func(m Match) bool {
		row := s.row(m.Span.Start)
		if !isGeneric(m) || len(special[row]) == 0 {
			return false
		}
		if indexes[row] == nil {
			indexes[row] = suffixarray.New([]byte(strings.Join(special[row], "\x00")))
		}
		return len(indexes[row].Lookup([]byte(m.secretText()), 1)) > 0
	})
}

// secretText returns the value of the match's only part. It stays within the package.
func (m Match) secretText() string {
	for _, part := range m.Credential.Parts {
		return part.Reveal()
	}
	return ""
}
