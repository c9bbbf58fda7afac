package issuer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/report"
)

func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b[1 : len(b)-1])
}

// forms are the ways in which a part's text could stand in something that is shown.
func forms(parts map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range parts {
		pieces := []string{value}
		if lines := strings.Fields(strings.ReplaceAll(value, `\n`, "\n")); len(lines) > 1 {
			pieces = append(pieces, lines...)
		}
		for _, p := range pieces {
			if len(p) < 8 || strings.HasPrefix(p, "-----") || p == "PRIVATE" {
				continue
			}
			out[p] = name
			out[url.QueryEscape(p)] = name + ", percent-encoded"
			out[url.PathEscape(p)] = name + ", percent-encoded"
			out[jsonText(p)] = name + ", as JSON"
			out[hex.EncodeToString([]byte(p))] = name + ", in hex"
			for skip := range 3 { // base64 of it wherever it begins within a longer text
				text := base64.StdEncoding.EncodeToString([]byte("xxx"[:skip] + p))
				inner := strings.TrimRight(text, "=")
				inner = inner[4*((skip+2)/3) : len(inner)-2]
				if len(inner) >= 8 {
					out[inner] = name + ", in base64"
					out[strings.NewReplacer("+", "-", "/", "_").Replace(inner)] = name + ", in base64url"
				}
			}
		}
	}
	return out
}

// shown is everything that can be made of values.
func shown(values ...any) string {
	var b strings.Builder
	for _, v := range values {
		text, err := json.Marshal(v)
		fmt.Fprintf(&b, "%v\n%+v\n%#v\n%q\n%s\n%v\n", v, v, v, v, text, err)
	}
	return b.String()
}

// rendered is a finding in every format of reports, the facts of its verdict and receipt at least.
func rendered(t *testing.T, f scanner.Finding) string {
	t.Helper()
	var b bytes.Buffer
	for _, name := range report.Formats() {
		o := report.Options{}
		if name == "template" {
			o.Template = "{{range .}}{{json .}}{{end}}"
		}
		if err := report.Render(name, &b, []scanner.Finding{f}, o); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return b.String()
}

// quiet fails when a text holds a part of the credential in any form.
func quiet(t *testing.T, what, text string, parts map[string]string) {
	t.Helper()
	for form, how := range forms(parts) {
		if strings.Contains(text, form) {
			t.Errorf("%s holds part %s", what, how)
		}
	}
}

func TestFormsFindParts(t *testing.T) {
	parts := map[string]string{"secret": "a+b/c d\"e&f01234567"}
	for name, text := range map[string]string{
		"plain": "x" + parts["secret"], "a query": "https://x/?s=" + url.QueryEscape(parts["secret"]), "JSON": shown(map[string]string{"a": parts["secret"]}),
		"basic authentication": base64.StdEncoding.EncodeToString([]byte("user:" + parts["secret"])), "bytes": fmt.Sprintf("%x", parts["secret"]),
		"a token": base64.RawURLEncoding.EncodeToString([]byte(`{"a":1}` + parts["secret"])),
	} {
		found := false
		for form := range forms(parts) {
			found = found || strings.Contains(text, form)
		}
		if !found {
			t.Errorf("%s: not found", name)
		}
	}
	if text := shown(detectors.NewSecret(parts["secret"])); strings.Contains(text, "34567") {
		t.Errorf("a secret shows itself: %s", text)
	}
}
