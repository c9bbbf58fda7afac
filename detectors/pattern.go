package detectors

import "regexp"

// Pattern is a rule in gitleaks' form: one expression over the whole text, and lists of what to leave out.
type Pattern struct {
	Regex       *regexp.Regexp
	Path        *regexp.Regexp // alone: the file itself is the finding; with Regex: both must match
	SecretGroup int            // 0 takes the first group that is not empty
	Entropy     float64
	Keywords    []string // one of them must occur in the text, in any case
	Allowlists  []Allowlist
	Required    []Required
	SkipReport  bool
}

// Allowlist says which matches are none. Its lists are joined by And, or else by or.
type Allowlist struct {
	Description string
	And         bool
	Commits     []string
	Paths       []*regexp.Regexp
	Regexes     []*regexp.Regexp
	RegexTarget string // "", "secret", "match" or "line"
	StopWords   []string
	TargetRules []string // for a global list: the rules it holds for; empty means all
}

// Required names a rule that must match nearby.
type Required struct {
	ID            string
	WithinLines   *int
	WithinColumns *int
}
