package report

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

func TestNoFormatShowsASecretByDefault(t *testing.T) {
	findings := sample()
	// A line format cannot know what later findings hold.
	findings[0], findings[1] = findings[1], findings[0]
	for _, name := range Formats() {
		t.Run(name, func(t *testing.T) {
			summary := t.TempDir() + "/summary.md"
			got := render(t, name, findings, incomplete(), Options{Summary: summary})
			got = append(got, readIfThere(t, summary)...)
			for _, secret := range secrets() {
				for how, text := range written(secret) {
					if bytes.Contains(got, []byte(text)) {
						t.Errorf("report holds %q as %s", detectors.NewSecret(secret), how)
					}
				}
			}
			if bytes.Contains(got, []byte("useful legal winner")) || bytes.Contains(got, []byte("winner thank year")) {
				t.Error("report holds words of the mnemonic")
			}
			if len(got) == 0 {
				t.Error("report is empty")
			}
		})
	}
}

func TestRevealShowsWholeValues(t *testing.T) {
	got := string(render(t, "json", sample(), complete(), Options{Reveal: 100}))
	for _, want := range []string{`"Secret": "` + secretValue + `"`, keyValue, mnemonic} {
		if !strings.Contains(got, want) {
			t.Errorf("revealed report lacks %q", want)
		}
	}
}

func TestPartialRevealShowsThatShare(t *testing.T) {
	got := string(render(t, "json", []scanner.Finding{loneFinding()}, complete(), Options{Reveal: 25}))
	if want := `"Secret": "` + liveValue[:10] + `****"`; !strings.Contains(got, want) {
		t.Errorf("report lacks %s:\n%s", want, got)
	}
	if strings.Contains(got, liveValue[:11]) {
		t.Error("report shows more than a quarter")
	}
}

func TestRevealRestoresARedactedMatch(t *testing.T) {
	f := loneFinding()
	f.Occurrences[0].Match = "kraken = '" + f.Parts[0].Value.Redacted() + "'"
	got := string(render(t, "json", []scanner.Finding{f}, complete(), Options{Reveal: 100}))
	if want := `"Match": "kraken = '` + liveValue + `'"`; !strings.Contains(got, strings.ReplaceAll(want, "'", `'`)) {
		t.Errorf("report lacks %s:\n%s", want, got)
	}
}

func TestHideFindsValuesHoweverWritten(t *testing.T) {
	f := pairFinding()
	m := newMasks(0)
	m.addFinding(f)
	m.addSpread(f)
	for how, rest := range written(secretValue) {
		text := rest
		if shift, ok := strings.CutPrefix(how, "base64 at "); ok {
			text = base64.StdEncoding.EncodeToString([]byte("123"[:shift[0]-'0'] + secretValue + "x"))
		}
		got := m.hide("before " + text + " after")
		if strings.Contains(got, rest) || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: got %q", how, got)
		}
	}
	if got := m.hide("nothing to hide"); got != "nothing to hide" {
		t.Errorf("text without a value became %q", got)
	}
}

func TestMatchThatCutsAnotherFindingsSecretHidesTheRest(t *testing.T) {
	other, one := pairFinding(), loneFinding()
	one.Occurrences[0].Match = keyValue[30:] + " and " + liveValue + " and " + secretValue[:20]
	for _, e := range newRun([]scanner.Finding{one, other}, nil, Options{}).Entries {
		if e.RuleID == one.Credential.Rule.ID && e.Match != "iLeX**** and dQaV**** and ddMD****" {
			t.Errorf("match is %q", e.Match)
		}
	}
}

func TestShortValuesAreNotLookedFor(t *testing.T) {
	rule := &detectors.Rule{ID: "r", Title: "main", Parts: []detectors.Part{{Name: "password"}}}
	secret := detectors.NewSecret("main")
	f := scanner.Finding{
		Credential: detectors.Credential{Rule: rule, Parts: map[string]detectors.Secret{"password": secret}}, Secret: "password",
		Parts: []scanner.PartAt{{Name: "password", Value: secret}}, Occurrences: []scanner.Occurrence{{File: "cmd/main.go", Region: region(1, 1, 1)}},
	}
	e := newRun([]scanner.Finding{f}, nil, Options{}).Entries[0]
	if e.File != "cmd/main.go" || e.Secret != "****" {
		t.Errorf("File %q, Secret %q", e.File, e.Secret)
	}
}

func TestZeroFindingRenders(t *testing.T) {
	for _, name := range Formats() {
		render(t, name, []scanner.Finding{{}}, scanner.Coverage{}, Options{})
		render(t, name, []scanner.Finding{{}}, scanner.Coverage{}, Options{Reveal: 100, Color: true, Width: 80})
	}
}
