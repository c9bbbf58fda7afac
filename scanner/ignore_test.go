package scanner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
)

const (
	known = "00112233445566778899aabbccddeeff"
	other = "ffeeddccbbaa99887766554433221100"
)

func ignoredFinding(places ...Occurrence) Finding {
	rule := &detectors.Rule{ID: "acme-key"}
	return Finding{
		Fingerprint: known,
		Credential:  detectors.Credential{Rule: rule, Parts: map[string]detectors.Secret{"key": detectors.NewSecret("s3cr3t-value")}},
		Occurrences: places,
	}
}

func at(commit, file string, line int) Occurrence {
	return Occurrence{Commit: commit, File: file, Region: Region{StartLine: line}}
}

func date(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

func TestIgnoreByFingerprint(t *testing.T) {
	g, err := ParseIgnore(".keysweepignore", []byte("\ufeff# known\r\n"+strings.ToUpper(known)+" expires=2026-12-01 # rotated, see the runbook\r\n\r\n"+other+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	f := ignoredFinding(at("", "a.go", 1))
	for _, c := range []struct {
		now  time.Time
		want bool
	}{{date("2026-11-30"), true}, {date("2026-12-01"), false}} {
		if got := g.Match(f, c.now); got != c.want {
			t.Errorf("on %s: Match = %v, want %v", c.now.Format(time.DateOnly), got, c.want)
		}
	}
	first := Entry{Text: known, File: ".keysweepignore", Line: 2, Expires: date("2026-12-01"), Reason: "rotated, see the runbook"}
	if diff := cmp.Diff([]Entry{{Text: other, File: ".keysweepignore", Line: 4}}, g.Unused()); diff != "" {
		t.Errorf("unused (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Entry{first}, g.Expired(date("2027-01-01"))); diff != "" {
		t.Errorf("expired (-want +got):\n%s", diff)
	}
	if got := g.Expired(date("2026-01-01")); len(got) != 0 {
		t.Errorf("expired too early: %v", got)
	}
}

func TestIgnoreFileOfAnotherFormIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		"\nabc":                         "i:2: does not begin with a fingerprint of 32 hex digits",
		known + " expires=soon":         `i:1: "expires=soon" is not expires=YYYY-MM-DD; a reason stands after a #`,
		known + " because":              `i:1: "because" is not expires=YYYY-MM-DD; a reason stands after a #`,
		known + " expires=2026-02-30":   `i:1: "expires=2026-02-30" is not expires=YYYY-MM-DD; a reason stands after a #`,
		known + known[:8] + " # longer": "i:1: does not begin with a fingerprint of 32 hex digits",
	} {
		if _, err := ParseIgnore("i", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: error is %v, want %s", text, err, want)
		}
	}
}

func TestIgnoreByPlace(t *testing.T) {
	for name, c := range map[string]struct {
		entry string
		at    []Occurrence
		want  bool
	}{
		"in its commit":                      {"c1:a.go:acme-key:7", []Occurrence{at("c1", "a.go", 7)}, true},
		"in another commit":                  {"c1:a.go:acme-key:7", []Occurrence{at("c2", "a.go", 7)}, false},
		"in any commit":                      {"a.go:acme-key:7", []Occurrence{at("c2", "a.go", 7)}, true},
		"outside git":                        {"a.go:acme-key:7", []Occurrence{at("", "a.go", 7)}, true},
		"on another line":                    {"a.go:acme-key:8", []Occurrence{at("", "a.go", 7)}, false},
		"of another rule":                    {"a.go:acme:7", []Occurrence{at("", "a.go", 7)}, false},
		"moved later in the same file":       {"c1:a.go:acme-key:7", []Occurrence{at("c1", "a.go", 7), at("c2", "a.go", 9)}, true},
		"in another file too":                {"c1:a.go:acme-key:7", []Occurrence{at("c1", "a.go", 7), at("c1", "b.go", 7)}, false},
		"in both files":                      {"a.go:acme-key:7\nb.go:acme-key:7", []Occurrence{at("c1", "a.go", 7), at("c1", "b.go", 7)}, true},
		"within an archive":                  {"x.zip!in/a.go:acme-key:7", []Occurrence{at("", "x.zip!in/a.go", 7)}, true},
		"with the separator of Windows":      {`in\a.go:acme-key:7`, []Occurrence{at("", "in/a.go", 7)}, true},
		"in a comment":                       {"# a.go:acme-key:7", []Occurrence{at("", "a.go", 7)}, false},
		"in a path with a colon":             {"a:b.go:acme-key:7", []Occurrence{at("", "a:b.go", 7)}, true},
		"nowhere, for a finding of no place": {"a.go:acme-key:7", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := ParseGitleaksIgnore(".gitleaksignore", []byte("\n"+c.entry+"\r\n"))
			if got := g.Match(ignoredFinding(c.at...), time.Time{}); got != c.want {
				t.Errorf("Match = %v, want %v", got, c.want)
			}
		})
	}
}

func TestBaseline(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"our report":                       {`[{"RuleID":"x","Fingerprint":"` + other + `"},{"RuleID":"acme-key","Fingerprint":"` + known + `"}]`, true},
		"our report, line by line":         {`{"RuleID":"x","Fingerprint":"` + other + `"}` + "\n" + `{"RuleID":"acme-key","Fingerprint":"` + known + `"}` + "\n", true},
		"our report without it":            {`[{"RuleID":"x","Fingerprint":"` + other + `"}]`, false},
		"an empty report":                  {`[]`, false},
		"gitleaks, with secrets":           {`[{"RuleID":"generic-api-key","File":"a.go","StartLine":2,"Commit":"c0","Secret":"s3cr3t-value","Fingerprint":"c0:a.go:generic-api-key:2"}]`, true},
		"gitleaks, with another secret":    {`[{"RuleID":"acme-key","File":"a.go","StartLine":7,"Commit":"c1","Secret":"other","Fingerprint":"c1:a.go:acme-key:7"}]`, false},
		"gitleaks, in another file":        {`[{"RuleID":"acme-key","File":"b.go","StartLine":7,"Commit":"c1","Secret":"s3cr3t-value"}]`, false},
		"gitleaks, redacted":               {`[{"RuleID":"acme-key","File":"a.go","StartLine":7,"Commit":"c1","Secret":"REDACTED"}]`, true},
		"gitleaks, half redacted":          {`[{"RuleID":"acme-key","File":"a.go","StartLine":7,"Commit":"","Secret":"s3cr..."}]`, true},
		"gitleaks, redacted, another line": {`[{"RuleID":"acme-key","File":"a.go","StartLine":8,"Commit":"c1","Secret":"REDACTED"}]`, false},
		"an ignore file":                   {"# known\n" + known + "\n", true},
		"gitleaks' ignore file":            {"# known\nc1:a.go:acme-key:7\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := ParseBaseline("b.json", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if got := g.Match(ignoredFinding(at("c1", "a.go", 7)), time.Time{}); got != c.want {
				t.Errorf("Match = %v, want %v", got, c.want)
			}
		})
	}
}

func TestBaselineOfAnotherFormIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		`[{"RuleID":"x"},`:             "b: finding 2: ",
		`[{"RuleID":"x"}`:              "b: cut off: ",
		`[{"RuleID":1}]`:               "b: finding 1: RuleID holds a JSON number",
		`{"runs":[]}`:                  "b: finding 1: no RuleID",
		`[1]`:                          "b: finding 1: ",
		"some words":                   "neither a json report nor an ignore file: b:1: ",
		`[{"RuleID":"x","Secret":{}}]`: "b: finding 1: Secret holds a JSON object",
	} {
		_, err := ParseBaseline("b", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error is %v, want one that begins with %s", text, err, want)
		}
	}
}

func TestMergedIgnoresHoldTogether(t *testing.T) {
	var all Ignore
	ours, err := ParseIgnore("i", []byte(other))
	if err != nil {
		t.Fatal(err)
	}
	all.Merge(ours, nil, ParseGitleaksIgnore("g", []byte("a.go:acme-key:7")))
	if !all.Match(ignoredFinding(at("", "a.go", 7)), time.Time{}) {
		t.Error("the finding is not ignored")
	}
	if diff := cmp.Diff([]Entry{{Text: other, File: "i", Line: 1}}, all.Unused()); diff != "" {
		t.Errorf("unused (-want +got):\n%s", diff)
	}
}
