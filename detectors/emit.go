package detectors

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/detectors/check"
)

// match makes a match of parts that belong together.
func (r *reading) match(fits []fit) Match {
	rule := fits[0].rule
	m := Match{
		Credential: Credential{Rule: rule, Provider: rule.Provider, Parts: map[string]Secret{}},
		Spans:      map[string]Span{}, Span: fits[0].at,
		Severity: rule.Severity, Confidence: rule.Confidence, Stem: fits[0].stem,
	}
	best := levelNone
	for _, f := range fits {
		m.Credential.Parts[f.part.Name] = NewSecret(f.text)
		m.Spans[f.part.Name] = f.at
		m.Span = Span{min(m.Span.Start, f.at.Start), max(m.Span.End, f.at.End)}
		best = max(best, f.level)
		if f.vendor != "" {
			m.Credential.Provider = f.vendor
		}
		if f.proof != nil {
			r.prove(&m, *f.proof)
		}
	}
	r.weigh(&m, best, rule)
	r.environment(&m, fits)
	return m
}

// weigh sets confidence and severity by what was found and how the text says so.
func (r *reading) weigh(m *Match, best level, rule *Rule) {
	for _, p := range rule.Parts {
		if _, ok := m.Credential.Parts[p.Name]; !ok && !p.Optional {
			m.Missing = append(m.Missing, p.Name)
		}
	}
	if !m.Proved && (rule.Contexts == ContextProvider || rule.Contexts == ContextDecisive) {
		switch {
		case best >= levelScope:
		case best >= levelPath:
			m.Confidence = min(m.Confidence, Likely)
		case len(m.Missing) > 0:
			m.Confidence = Unsure
		default:
			m.Confidence = min(m.Confidence, Likely)
		}
	}
	if secrecy(m.Secret()) < 3 && len(m.Missing) > 0 {
		m.Severity = min(m.Severity, Low)
	} else if len(m.Missing) > 0 {
		m.Severity = max(min(m.Severity, Low), m.Severity-1)
	}
}

var testWords = late(`(?i)(?:^|[^a-z])(testnet|sandbox|demo|paper)(?:[^a-z]|$)`)
var testFlag = late(`(?i)["']?\b(?:use_?|is_?|set_?|enable_?)?(testnet|sandbox|demo|paper|papertrade|paper_?trading|simulated)(?:_?mode|_?trading)?["']?\s*[:=(]>?\s*["']?(?:true|1|yes|on)\b`)

// testCall switches a client made above to the test network, and testHeader asks for it with every request.
var (
	testCall   = late(`(?i)\bset_?(sandbox|demo)_?(?:mode|trading)?\(\s*true`)
	testHeader = late(`(?i)["']?(?:x-simulated-trading|paptrading)["']?\s*[:=,]\s*["']?1\b`)
)

// environment grades a key of a test network lower, when the text says that it is one.
func (r *reading) environment(m *Match, fits []fit) {
	m.Environment = cmp.Or(m.Environment, m.Credential.Rule.Environment)
	for _, f := range fits {
		if m.Environment != "" || !r.speaksOfTests() {
			break
		}
		r.describe(f.v)
		r.enclose(f.v)
		m.Environment = cmp.Or(r.testWord(f.v), r.testHost(&f))
	}
	if m.Environment != "" {
		m.Severity = max(min(m.Severity, Low), m.Severity-1)
		m.Notes = append(m.Notes, "the text says that the key is for "+m.Environment)
	}
}

// speaksOfTests reports whether the text has any word that the environment could be read from.
func (r *reading) speaksOfTests() bool {
	if r.tests == unread {
		r.tests = no
		if testHints.contains(r.data) || slices.ContainsFunc(r.mentions(), func(m mention) bool { return m.test }) {
			r.tests = yes
		}
	}
	return r.tests == yes
}

// answer is what was read of a text, if it was.
type answer int

const (
	unread answer = iota
	no
	yes
)

// testHints are words of which every expression for environments has one. Read-only.
var testHints = newKeywords([]string{"testnet", "sandbox", "demo", "paper", "simulated", "paptrading"})

// testSwitches are words of which testCall and testHeader have one. Read-only.
var testSwitches = newKeywords([]string{"setsandbox", "set_sandbox", "setdemo", "set_demo", "simulated-trading", "paptrading"})

// testHost looks for a host of the provider's test network: in the value's own URL, in its object, or the lines around.
func (r *reading) testHost(f *fit) string {
	span := Span{min(f.v.reach, f.v.Start), f.v.Start}
	if len(f.v.scopes) > 0 && r.scopes[f.v.scopes[0]].End-r.scopes[f.v.scopes[0]].Start < siblingBytes {
		span = r.scopes[f.v.scopes[0]].Span
	} else if f.v.url.End == 0 {
		span = Span{r.lineSpan(max(0, f.v.line-nearLines)).Start, r.lineSpan(min(len(r.lineStarts())-1, f.v.line+nearLines)).End}
	}
	for _, m := range r.within(span) {
		if !m.test || m.provider != f.provider {
			continue
		}
		for _, word := range []string{"sandbox", "demo", "paper"} {
			if strings.Contains(m.text, word) {
				return word
			}
		}
		return "testnet"
	}
	return ""
}

func (r *reading) testWord(v *value) string {
	for _, name := range v.words {
		if w := testWordIn(name); w != "" {
			return w
		}
	}
	for i, s := range v.scopes {
		sc := r.scopes[s]
		if w := testWordIn(r.text(r.labelOf(s))); w != "" {
			return w
		}
		if i == 0 && sc.End-sc.Start < siblingBytes && testHints.contains(r.data[sc.Start:sc.End]) {
			if w := testFlag.FindSubmatch(r.data[sc.Start:sc.End]); w != nil {
				return strings.ToLower(string(w[1]))
			}
		}
	}
	return r.testBelow(v)
}

// testWordIn returns the word for a test network that stands in a name.
func testWordIn(name string) string {
	if !testHints.contains([]byte(name)) {
		return ""
	}
	if w := testWords.FindStringSubmatch(name); w != nil {
		return strings.ToLower(w[1])
	}
	return ""
}

// testBelow looks at the lines around the value's statement for what switches its client.
func (r *reading) testBelow(v *value) string {
	line := r.line(v.Start)
	last := line
	if len(v.scopes) > 0 {
		if sc := &r.scopes[v.scopes[0]]; sc.bracket() && sc.End-v.Start < objectBytes {
			last = r.line(sc.End)
		}
	}
	below := Span{v.Start, min(r.lineSpan(min(len(r.lineStarts())-1, last+nearLines)).End, v.Start+objectBytes+nearBytes)}
	around := Span{max(r.lineSpan(max(0, line-nearLines)).Start, v.Start-nearBytes), below.End}
	if !testSwitches.contains(r.data[around.Start:around.End]) {
		return ""
	}
	if w := testCall.FindSubmatch(r.data[below.Start:below.End]); w != nil {
		return strings.ToLower(string(w[1]))
	}
	if testHeader.Match(r.data[around.Start:around.End]) {
		return "demo"
	}
	return ""
}

// prove puts what a check learnt into the match.
func (r *reading) prove(m *Match, p check.Proof) {
	m.Identity = append(m.Identity, p.Facts...)
	if p.Network != "" {
		m.Identity = append(m.Identity, Fact{Name: "network", Value: p.Network})
	}
	m.Proved = m.Proved || !p.Weak && len(p.Facts) > 0
	switch {
	case p.Famous != "":
		m.Famous = p.Famous
		m.Severity = Info
		m.Notes = append(m.Notes, "published test material: "+p.Famous)
	case p.Test:
		m.Environment = "testnet"
		m.Severity = max(min(m.Severity, Low), m.Severity-1)
	case p.Encrypted:
		m.Severity = min(m.Severity, Medium)
		m.Notes = append(m.Notes, "encrypted: a password is needed before it can be used")
	}
	if p.Weak {
		m.Confidence = min(m.Confidence, Likely)
	}
}

// emit fills in the rest and keeps the match, unless a comment allows it, documentation publishes a part of it, or it is
// famous test material.
func (r *reading) emit(m Match) {
	if m.Famous != "" && !r.set.famous {
		return
	}
	if len(m.Spans) == 1 {
		for _, s := range m.Spans {
			m.Span = s
		}
	}
	m.Line = r.linesOf(m.Span)
	secret := m.Secret()
	m.Entropy = shannon(m.Credential.Parts[secret].Reveal())
	if r.allow.on(r.linesOf(m.Spans[secret])) || r.set.published(m) || r.twice(m) {
		return
	}
	r.found = append(r.found, m)
}

// twice reports whether the same parts at the same place were just kept: a value with dots is met at each of its tokens.
func (r *reading) twice(m Match) bool {
	same := func(o Match) bool {
		return o.Span == m.Span && o.Credential.Rule == m.Credential.Rule && maps.Equal(o.Spans, m.Spans)
	}
	return slices.ContainsFunc(r.found[max(0, len(r.found)-8):], same)
}

// published reports whether a part of the credential stands in the documentation of its provider, or of any, when the rule
// is for keys of all shapes.
func (s *Set) published(m Match) bool {
	examples := m.Credential.Rule.Examples
	if m.Credential.Rule.Fallback {
		for i := range s.rules {
			examples = append(examples[:len(examples):len(examples)], s.rules[i].Examples...)
		}
	}
	if len(examples) == 0 {
		return false
	}
	for _, p := range m.Credential.Parts {
		sum := sha256.Sum256([]byte(p.Reveal()))
		if slices.Contains(examples, hex.EncodeToString(sum[:])) {
			return true
		}
	}
	return false
}
