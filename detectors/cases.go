package detectors

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
)

// Case is one text with what must be found in it.
type Case struct {
	Name        string            `toml:"name"`
	Path        string            `toml:"path"`
	Text        string            `toml:"text"`
	Rule        string            `toml:"rule"`
	Parts       map[string]string `toml:"parts"`
	Severity    string            `toml:"severity"`
	Confidence  string            `toml:"confidence"`
	Environment *string           `toml:"environment"`
	Missing     []string          `toml:"missing"`
	Provider    string            `toml:"provider"`
	Finds       *int              `toml:"finds"`
	Identity    map[string]string `toml:"identity"`
}

// Cases are the cases of a rules file; package rules documents the file.
type Cases struct {
	Hit    []Case   `toml:"hit"`
	Quiet  []Case   `toml:"quiet"`
	Answer []Answer `toml:"answer"`

	file  string
	lines map[string]int
}

// ReadCases reads a cases file. Name is used in errors.
func ReadCases(name string, text []byte) (*Cases, error) {
	l := loader{file: name, lines: keyLines(text)}
	c := &Cases{file: name, lines: l.lines}
	meta, err := toml.Decode(string(text), c)
	if err != nil {
		return nil, l.syntax(err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, l.unknown(unknown[0])
	}
	for i, h := range c.Hit {
		if h.Rule == "" || len(h.Parts) == 0 {
			return nil, l.at(fmt.Sprintf("hit[%d]", i), errors.New("rule or parts missing"))
		}
	}
	if err := c.checkAnswers(l); err != nil {
		return nil, err
	}
	return c, nil
}

// Run scans every case with random values made from seed, and returns an error for each that comes out otherwise. The
// errors quote generated values only.
func (c *Cases) Run(s *Set, seed uint64) []error {
	var errs []error
	for kind, list := range map[string][]Case{"hit": c.Hit, "quiet": c.Quiet} {
		for i, one := range list {
			if err := one.run(s, newSampler(seed+uint64(i)), kind == "hit"); err != nil {
				line := c.lines[fmt.Sprintf("%s[%d]", kind, i)]
				errs = append(errs, fmt.Errorf("%s:%d: %s %q: %w", c.file, line, kind, one.Name, err))
			}
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

func (c *Case) run(s *Set, values *sampler, hit bool) error {
	text, err := values.fill(c.Text)
	if err != nil {
		return err
	}
	found := slices.Collect(s.Scan([]byte(text), Hint{Path: c.Path}))
	if !hit {
		if len(found) > 0 {
			return fmt.Errorf("found %s", describeMatches(found))
		}
		return nil
	}
	want := map[string]string{}
	for name, value := range c.Parts {
		if want[name], err = values.fill(value); err != nil {
			return err
		}
	}
	if n := cmpFinds(c.Finds); distinct(found) != n {
		return fmt.Errorf("%d findings, want %d: %s", distinct(found), n, describeMatches(found))
	}
	var reasons []string
	for _, m := range found {
		reason := c.differs(m, want)
		if reason == "" {
			return nil
		}
		reasons = append(reasons, reason)
	}
	return errors.New(strings.Join(append(reasons, "no finding is as stated"), "; "))
}

func cmpFinds(n *int) int {
	if n == nil {
		return 1
	}
	return *n
}

func distinct(ms []Match) int {
	seen := map[string]bool{}
	for _, m := range ms {
		seen[m.Credential.Fingerprint()] = true
	}
	return len(seen)
}

// differs says in what a match is not the one that the case states, or returns "".
func (c *Case) differs(m Match, want map[string]string) string {
	if m.Credential.Rule.ID != c.Rule {
		return fmt.Sprintf("rule is %s, want %s", m.Credential.Rule.ID, c.Rule)
	}
	got := map[string]string{}
	for name, p := range m.Credential.Parts {
		got[name] = p.Reveal()
	}
	if !maps.Equal(got, want) {
		return fmt.Sprintf("parts are %q, want %q", got, want)
	}
	for _, f := range []struct{ what, got, want string }{
		{"severity", m.Severity.String(), c.Severity}, {"confidence", m.Confidence.String(), c.Confidence}, {"provider", m.Credential.Provider, c.Provider},
	} {
		if f.want != "" && f.got != f.want {
			return fmt.Sprintf("%s is %s, want %s", f.what, f.got, f.want)
		}
	}
	if c.Environment != nil && m.Environment != *c.Environment {
		return fmt.Sprintf("environment is %q, want %q", m.Environment, *c.Environment)
	}
	if !slices.Equal(m.Missing, c.Missing) {
		return fmt.Sprintf("missing is %q, want %q", m.Missing, c.Missing)
	}
	for name, value := range c.Identity {
		if !slices.Contains(m.Identity, Fact{Name: name, Value: value}) {
			return fmt.Sprintf("identity %v has no %s = %s", m.Identity, name, value)
		}
	}
	return ""
}

func describeMatches(ms []Match) string {
	var out []string
	for _, m := range ms {
		parts := []string{}
		for _, name := range slices.Sorted(maps.Keys(m.Credential.Parts)) {
			parts = append(parts, name+"="+m.Credential.Parts[name].Reveal())
		}
		out = append(out, m.Credential.Rule.ID+"("+strings.Join(parts, " ")+")")
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (s *sampler) fill(text string) (string, error) {
	t, err := template.New("case").Funcs(s.funcs()).Parse(text)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, nil); err != nil {
		return "", err
	}
	return out.String(), nil
}
