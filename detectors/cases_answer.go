package detectors

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Answer is a recorded answer of an issuer to one call of a rule, with what must be made of it. Its body may name a part
// of the credential in braces where the issuer echoes it.
type Answer struct {
	Rule        string            `toml:"rule"`
	Call        string            `toml:"call"` // verify, verify.test, revoke.0, contain.0, each also with .lookup
	Name        string            `toml:"name"`
	Status      int               `toml:"status"`
	Headers     map[string]string `toml:"headers"`
	Body        string            `toml:"body"`
	Is          string            `toml:"is"`
	Permissions []string          `toml:"permissions"` // in the order read trade transfer withdraw admin
	Account     string            `toml:"account"`
	Label       string            `toml:"label"`
	IPs         Texts             `toml:"ips"`
	Expires     string            `toml:"expires"`
	Sub         string            `toml:"sub"`
	Source      string            `toml:"source"` // where the answer was documented; for people
}

// Texts is a text or a list of texts.
type Texts []string

// UnmarshalTOML accepts both forms.
func (w *Texts) UnmarshalTOML(v any) error {
	if text, ok := v.(string); ok {
		*w = Texts{text}
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return errors.New("neither a text nor a list of texts")
	}
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return errors.New("neither a text nor a list of texts")
		}
		*w = append(*w, text)
	}
	return nil
}

// answerRights are what a credential can do, in the order in which they are listed.
var answerRights = []string{"read", "trade", "transfer", "withdraw", "admin"}

// answerOutcomes lists what an answer can mean, by the kind of the call.
var answerOutcomes = map[string][]string{
	"verify":  {"live", "restricted", "dead", "unknown"},
	"revoke":  {"done", "gone", "refused", "unknown"},
	"contain": {"done", "gone", "refused", "unknown"},
}

var answerCall = late(`^(verify(\.test)?|(revoke|contain)\.\d+)(\.lookup)?$`)

// check reports what no rules file can make right.
func (a *Answer) check() error {
	for _, f := range []struct{ name, value string }{{"rule", a.Rule}, {"call", a.Call}, {"name", a.Name}, {"is", a.Is}, {"source", a.Source}} {
		if f.value == "" {
			return errors.New(f.name + " missing")
		}
	}
	if !answerCall.MatchString(a.Call) {
		return fmt.Errorf("call %q is none of verify, verify.test, revoke.N, contain.N, with or without .lookup", a.Call)
	}
	if a.Status < 200 || a.Status > 599 {
		return fmt.Errorf("status %d is none of a final answer", a.Status)
	}
	kind, _, _ := strings.Cut(a.Call, ".")
	allowed := slices.Clone(answerOutcomes[kind])
	if strings.HasSuffix(a.Call, ".lookup") {
		allowed = append(allowed, "found", "refused")
	}
	if !slices.Contains(allowed, a.Is) {
		return fmt.Errorf("is %q is none of %s", a.Is, strings.Join(allowed, ", "))
	}
	return a.checkFacts()
}

func (a *Answer) checkFacts() error {
	if len(a.Permissions) > 0 && !strings.HasPrefix(a.Call, "verify") {
		return errors.New("permissions are of verify only")
	}
	last := -1
	for _, p := range a.Permissions {
		at := slices.Index(answerRights, p)
		if at < 0 {
			return fmt.Errorf("permission %q is none of %s", p, strings.Join(answerRights, ", "))
		}
		if at <= last {
			return fmt.Errorf("permissions are not in the order %s", strings.Join(answerRights, " "))
		}
		last = at
	}
	return nil
}

// checkAnswers reports the first answer that is not well formed, and two that bear one name.
func (c *Cases) checkAnswers(l loader) error {
	seen := map[string]int{}
	for i, a := range c.Answer {
		key := fmt.Sprintf("answer[%d]", i)
		if err := a.check(); err != nil {
			return l.at(key, err)
		}
		id := a.Rule + " " + a.Call + " " + a.Name
		if first, twice := seen[id]; twice {
			return l.at(key, fmt.Errorf("named as the one of line %d", first))
		}
		seen[id] = l.line(key)
	}
	return nil
}

// Fit returns an error for each answer that names a rule or a call which the rules do not have.
func (c *Cases) Fit(rules []Rule) []error {
	byID := map[string]*Rule{}
	for i := range rules {
		byID[rules[i].ID] = &rules[i]
	}
	var errs []error
	for i, a := range c.Answer {
		r := byID[a.Rule]
		switch {
		case r == nil:
			errs = append(errs, c.At(i, fmt.Errorf("no rule is called %q", a.Rule)))
		case r.CallAt(a.Call) == nil:
			errs = append(errs, c.At(i, fmt.Errorf("rule %s has no call %s; it has %s", r.ID, a.Call, cmp.Or(strings.Join(r.callNames(), ", "), "none"))))
		}
	}
	return errs
}

// At puts file, line and name of an answer before an error.
func (c *Cases) At(answer int, err error) error {
	key := fmt.Sprintf("answer[%d]", answer)
	return fmt.Errorf("%s:%d: answer %q: %w", c.file, c.lines[key], c.Answer[answer].Name, err)
}

// CallAt returns the call of that name (as Answer.Call has it), or nil.
func (r *Rule) CallAt(name string) *Call { return r.calls()[name] }

func (r *Rule) callNames() []string { return slices.Sorted(maps.Keys(r.calls())) }

// calls returns every call of the rule by its name.
func (r *Rule) calls() map[string]*Call {
	all := map[string]*Call{}
	add := func(name string, c *Call) {
		if c == nil {
			return
		}
		all[name] = c
		if c.Lookup != nil {
			all[name+".lookup"] = c.Lookup
		}
	}
	add("verify", r.Verify)
	if r.Verify != nil {
		add("verify.test", r.Verify.Test)
	}
	for i, c := range r.Revoke {
		add(fmt.Sprintf("revoke.%d", i), c)
	}
	for i, c := range r.Contain {
		add(fmt.Sprintf("contain.%d", i), c)
	}
	return all
}
