package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// entry is one finding as reports show it: values masked, texts scrubbed. Its fields are those of the json format, in
// its order; a template sees them by the same names. Notes and Missing follow the documented fields when there are any.
type entry struct {
	RuleID      string
	Description string
	StartLine   int
	EndLine     int
	StartColumn int
	EndColumn   int
	Match       string
	Secret      string
	File        string
	SymlinkFile string
	Commit      string
	Link        string
	Entropy     float64
	Author      string
	Email       string
	Date        string
	Message     string
	Tags        []string
	Fingerprint string

	Provider    string
	Severity    detectors.Severity
	Confidence  detectors.Confidence
	Environment string
	Parts       parts
	Identity    facts
	Occurrences []occurrence
	Verdict     verdict
	Permissions []string
	Receipt     *receipt
	Playbook    playbook
	Notes       []string `json:",omitempty"`
	Missing     []string `json:",omitempty"`
}

type part struct {
	Name        string `json:"-"`
	Value       string
	File        string
	StartLine   int
	EndLine     int
	StartColumn int
	EndColumn   int
	Encodings   []string
}

// parts is an object keyed by part name, in the rule's order.
type parts []part

func (p parts) MarshalJSON() ([]byte, error) {
	return marshalObject(len(p), func(i int) (string, any) { return p[i].Name, p[i] })
}

func (p *parts) UnmarshalJSON(data []byte) error {
	*p = nil
	return unmarshalObject(data, func(name string, value json.RawMessage) error {
		one := part{Name: name}
		if err := json.Unmarshal(value, &one); err != nil {
			return fmt.Errorf("part %s: %w", name, err)
		}
		*p = append(*p, one)
		return nil
	})
}

// facts is an object of strings, most telling first.
type facts []detectors.Fact

func (f facts) MarshalJSON() ([]byte, error) {
	return marshalObject(len(f), func(i int) (string, any) { return f[i].Name, f[i].Value })
}

func (f *facts) UnmarshalJSON(data []byte) error {
	*f = nil
	return unmarshalObject(data, func(name string, value json.RawMessage) error {
		one := detectors.Fact{Name: name}
		if err := json.Unmarshal(value, &one.Value); err != nil {
			return fmt.Errorf("identity %s: %w", name, err)
		}
		*f = append(*f, one)
		return nil
	})
}

type occurrence struct {
	File        string
	StartLine   int
	EndLine     int
	StartColumn int
	EndColumn   int
	Commit      string
	LastCommit  string
	Author      string
	Email       string
	Date        string
	Place       scanner.Place
	AtHead      bool
	Link        string
	Unreachable bool    `json:",omitempty"`
	Object      *object `json:",omitempty"`
}

// object is what is known of an object in a bucket. The occurrence's Date is when it was last modified.
type object struct {
	Bucket  string
	Key     string
	Version string
	Owner   string
	Access  scanner.Access
	Granted string
}

func newObject(o *scanner.Object, hide func(string) string) *object {
	if o == nil {
		return nil
	}
	return &object{hide(o.Bucket), hide(o.Key), hide(o.Version), hide(o.Owner), o.Access, hide(o.Granted)}
}

type verdict struct {
	Status     scanner.Status
	Reason     string
	AskedAt    string
	Account    string
	Host       string   `json:",omitempty"`
	Label      string   `json:",omitempty"`
	Sub        string   `json:",omitempty"`
	IPs        []string `json:",omitempty"`
	Expires    string   `json:",omitempty"`
	Holdings   facts    `json:",omitempty"`
	Known      bool     `json:",omitempty"`
	Unanswered bool     `json:",omitempty"`
}

type playbook struct {
	Console string
	Steps   []string
	Damage  []string
	Tell    []string
}

func newPlaybook(p detectors.Playbook) playbook {
	return playbook{p.Console, list(p.Steps), list(p.Damage), list(p.Tell)}
}

// newEntry masks and scrubs a finding. All holds the values of every finding that is known.
func newEntry(f scanner.Finding, all *masks, reveal int) *entry {
	rule := f.Credential.Rule
	if rule == nil {
		rule = &detectors.Rule{}
	}
	own := newMasks(reveal)
	own.addSpread(f)
	hide := func(s string) string { return valid(all.hide(own.hide(s))) }
	e := &entry{
		RuleID: rule.ID, Description: rule.Title, Entropy: finite(f.Entropy),
		Tags: list(rule.Tags), Fingerprint: fingerprint(f, hide), Provider: valid(cmp.Or(f.Credential.Provider, rule.Provider)),
		Severity: f.Severity, Confidence: f.Confidence, Environment: valid(f.Environment),
		Identity: named(f.Identity, hide), Verdict: newVerdict(f.Verdict, hide), Permissions: list(f.Verdict.Permissions),
		Receipt: newReceipt(f.Receipt, hide), Notes: each(f.Notes, hide), Missing: each(f.Missing, valid),
		Playbook: newPlaybook(rule.Playbook),
	}
	e.setParts(f, reveal, hide)
	e.setPlaces(f, hide)
	if len(f.Occurrences) > 0 {
		e.Match = valid(all.hideCut(own.hide(revealed(f.Occurrences[0].Match, f.Parts, reveal))))
	}
	return e
}

func (e *entry) setParts(f scanner.Finding, reveal int, hide func(string) string) {
	for i, p := range f.Parts {
		value := valid(shown(p, reveal))
		if p.Name == f.Secret || i == 0 {
			e.Secret = value
		}
		e.Parts = append(e.Parts, part{
			Name: p.Name, Value: value, File: hide(p.File), StartLine: p.StartLine, EndLine: p.EndLine,
			StartColumn: p.StartColumn, EndColumn: p.EndColumn, Encodings: list(p.Encodings),
		})
		for _, enc := range p.Encodings {
			if tag := decodedTag + enc; !slices.Contains(e.Tags, tag) {
				e.Tags = append(e.Tags, tag)
			}
		}
	}
}

const decodedTag = "decoded:"

func (e *entry) setPlaces(f scanner.Finding, hide func(string) string) {
	e.Occurrences = make([]occurrence, 0, len(f.Occurrences))
	for _, o := range f.Occurrences {
		e.Occurrences = append(e.Occurrences, occurrence{
			File: hide(o.File), StartLine: o.StartLine, EndLine: o.EndLine, StartColumn: o.StartColumn, EndColumn: o.EndColumn,
			Commit: o.Commit, LastCommit: o.LastCommit, Author: hide(o.Author), Email: hide(o.Email), Date: moment(o.Date),
			Place: o.Place, AtHead: o.AtHead, Link: hide(o.Link), Unreachable: o.Unreachable, Object: newObject(o.Object, hide),
		})
	}
	if len(f.Occurrences) == 0 {
		return
	}
	first, full := e.Occurrences[0], f.Occurrences[0]
	e.StartLine, e.EndLine, e.StartColumn, e.EndColumn = first.StartLine, first.EndLine, first.StartColumn, first.EndColumn
	e.File, e.Commit, e.Author, e.Email, e.Date, e.Link = first.File, first.Commit, first.Author, first.Email, first.Date, first.Link
	e.SymlinkFile, e.Message = hide(full.SymlinkFile), hide(full.Message)
}

// fingerprint scrubs one in gitleaks' form, which holds a file name.
func fingerprint(f scanner.Finding, hide func(string) string) string {
	switch {
	case f.Fingerprint == "" && f.Credential.Rule != nil:
		return f.Credential.Fingerprint()
	case len(f.Fingerprint) == 32 && isHex(f.Fingerprint):
		return f.Fingerprint
	}
	return hide(f.Fingerprint)
}

func newVerdict(v scanner.Verdict, hide func(string) string) verdict {
	out := verdict{
		Status: cmp.Or(v.Status, scanner.Unasked), Reason: hide(v.Reason), AskedAt: moment(v.AskedAt), Account: hide(v.Account), Host: hide(v.Host),
		Label: hide(v.Label), Sub: hide(v.Sub), IPs: each(v.IPs, hide), Expires: hide(v.Expires), Known: v.Known, Unanswered: v.Unanswered,
	}
	if len(v.Holdings) > 0 {
		out.Holdings = named(v.Holdings, hide)
	}
	return out
}

// named numbers the facts of one name, because a JSON object holds a name once.
func named(in []detectors.Fact, hide func(string) string) facts {
	out := make(facts, 0, len(in))
	taken := map[string]bool{}
	for _, f := range in {
		name := hide(f.Name)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s %d", hide(f.Name), n)
		}
		taken[name] = true
		out = append(out, detectors.Fact{Name: name, Value: hide(f.Value)})
	}
	return out
}

func each(in []string, f func(string) string) []string {
	var out []string
	for _, s := range in {
		out = append(out, f(s))
	}
	return out
}

// list returns a copy that JSON writes as [] when it is empty.
func list(in []string) []string { return append(make([]string, 0, len(in)), in...) }

// valid shows bytes that are no UTF-8 as \xff. No format can hold them, and a report that is read back must not change.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// moment returns nothing for a time that RFC 3339 cannot say; a commit may claim any.
func moment(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format(time.RFC3339)
}

func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return math.Round(x*1e4) / 1e4
}

func sortEntries(all []*entry) {
	slices.SortStableFunc(all, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.StartLine, b.StartLine), cmp.Compare(a.RuleID, b.RuleID),
			cmp.Compare(a.StartColumn, b.StartColumn), cmp.Compare(a.Commit, b.Commit), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
}
