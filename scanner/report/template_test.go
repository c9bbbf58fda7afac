package report

import (
	"strings"
	"testing"

	"github.com/keysweep/keysweep/scanner"
)

func TestTemplateFunctions(t *testing.T) {
	for text, want := range map[string]string{
		`{{range .}}{{.RuleID}} {{.File}}{{end}}`:                   "kraken-api-key a.py",
		`{{range .}}{{(part . "key").Value}}{{end}}`:                "dQaV****",
		`{{range .}}{{with part . "none"}}x{{else}}y{{end}}{{end}}`: "y",
		`{{range .}}{{fact . "address" | default "none"}}{{end}}`:   "none",
		`{{totals}}`: "1 finding (1 medium), 1 live",
		`{{coverage.Units}} {{coverage.Complete}}`:                   "1 true",
		`{{range .}}{{range .Occurrences}}{{where .}}{{end}}{{end}}`: "a.py:7",
		`{{range .}}{{json .Permissions}}{{end}}`:                    `["read","trade"]`,
		`{{csv "=1,\"x\""}}`:                                         `"'=1,""x"""`,
		`{{html "<b>"}}{{xml "<b>"}}{{md "*"}}`:                      "&lt;b&gt;&lt;b&gt;&#42;",
		`{{plain "a\x1bb"}}{{upper "a"}}{{lower "B"}}`:               `a\x1bbAb`,
		`{{join ", " (index . 0).Permissions}}`:                      "read, trade",
		`{{replace "a" "b" "aa"}}{{trim " x "}}{{cut 4 "abcdefg"}}`:  "bbxa...",
	} {
		if got := string(render(t, "template", []scanner.Finding{loneFinding()}, complete(), Options{Template: text})); got != want {
			t.Errorf("%s = %q, want %q", text, got, want)
		}
	}
}

func TestBadTemplateIsRefusedBeforeTheScan(t *testing.T) {
	for _, text := range []string{"", "{{", "{{nothing}}"} {
		if _, err := New("template", nil, Options{Template: text}); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestTemplateThatFailsIsAnError(t *testing.T) {
	w, err := New("template", new(strings.Builder), Options{Template: "{{range .}}{{.NoSuchField}}{{end}}"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(loneFinding()); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(complete()); err == nil || !strings.Contains(err.Error(), "NoSuchField") {
		t.Errorf("got %v", err)
	}
}
