package detectors

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"testing"
	texttemplate "text/template"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// hidden is the text of the tests' secrets: it says what it is, and every part of it can be told from other output.
const hidden = "Zq7Wx9Vk3Jh5Yp2Rt8Ng4Bd6Fm1Lc0Xs"

// nesting holds a secret in every way that a struct can.
type nesting struct {
	Value    Secret
	Pointer  *Secret
	List     []Secret
	Array    [1]Secret
	Map      map[string]Secret
	Any      any
	private  Secret
	pointer  *Secret
	list     []Secret
	byName   map[string]Secret
	anything any
	inner    struct{ deep Secret }
	Secret
}

func nested() nesting {
	s := NewSecret(hidden)
	n := nesting{
		Value: s, Pointer: &s, List: []Secret{s}, Array: [1]Secret{s}, Map: map[string]Secret{"part": s}, Any: s,
		private: s, pointer: &s, list: []Secret{s}, byName: map[string]Secret{"part": s}, anything: s, Secret: s,
	}
	n.inner.deep = s
	return n
}

// holders lists what may come to a print with a secret in it.
func holders() map[string]any {
	s, n := NewSecret(hidden), nested()
	rule := &Rule{ID: "binance-api-key", Provider: "binance", Parts: []Part{{Name: "secret"}}}
	c := Credential{Rule: rule, Provider: "binance", Parts: map[string]Secret{"secret": s}}
	m := Match{Credential: c, Spans: map[string]Span{"secret": {}}}
	return map[string]any{
		"secret": s, "pointer to a secret": &s, "slice": []Secret{s}, "slice of pointers": []*Secret{&s}, "map": map[string]Secret{"a": s},
		"map key": map[Secret]int{s: 1}, "struct": n, "pointer to a struct": &n, "any in a slice": []any{s, &s, n},
		"struct without a name": struct{ v Secret }{s}, "struct in a struct": struct{ v struct{ w any } }{struct{ w any }{s}},
		"error": fmt.Errorf("sign in with %v", s), "wrapped error": fmt.Errorf("ask: %w", errors.New(fmt.Sprint(s))),
		"credential": c, "pointer to a credential": &c, "credentials": []Credential{c}, "match": m, "pointer to a match": &m,
		"unexported credential": struct{ c Credential }{c}, "matches by name": map[string]Match{"a": m},
	}
}

// checkHidden fails the test when out shows more of the secret than its first four characters, in plain or in hex.
func checkHidden(t *testing.T, how, out string) {
	t.Helper()
	for i := 0; i+5 <= len(hidden); i++ {
		piece := hidden[i : i+5]
		for _, form := range []string{piece, fmt.Sprintf("%x", piece), fmt.Sprintf("%X", piece), fmt.Sprintf("% x", piece), strings.Trim(fmt.Sprint([]byte(piece)), "[]")} {
			if strings.Contains(out, form) {
				t.Errorf("%s shows %q of the secret: %s", how, form, out)
				return
			}
		}
	}
}

func TestSecretIsRedactedByEveryVerb(t *testing.T) {
	for name, v := range holders() {
		for _, verb := range "vsqxXdtbcoOUeEfFgGpTw" {
			for _, flags := range []string{"", "+", "#", "-", " ", "0", "+#", "50", "-50", ".40", "50.40", "# ", "[1]"} {
				format := "%" + flags + string(verb)
				checkHidden(t, name+" with "+format, fmt.Sprintf(format, v))
			}
		}
		checkHidden(t, name+" with Sprint", fmt.Sprint(v))
		checkHidden(t, name+" with Sprintln", fmt.Sprintln(v))
		wrong := "%d%" + strings.TrimSpace(" !") // put together here, since staticcheck refuses it whole
		checkHidden(t, name+" as a wrong argument", fmt.Sprintf(wrong, v, v))
		checkHidden(t, name+" in Errorf", fmt.Errorf("ask: %v, %s, %+v", v, v, v).Error())
	}
}

func TestSecretPrintsItsRedactedFormItself(t *testing.T) {
	s := NewSecret(hidden)
	want := "Zq7W****"
	texts := map[string]string{
		"%v": fmt.Sprintf("%v", s), "%+v": fmt.Sprintf("%+v", s), "%#v": fmt.Sprintf("%#v", s), "%s": fmt.Sprintf("%s", s), "%x": fmt.Sprintf("%x", s), "%d": fmt.Sprintf("%d", s),
		"String": s.String(), "GoString": s.GoString(), "pointer": fmt.Sprint(&s), "slice": strings.Trim(fmt.Sprint([]Secret{s}), "[]"),
	}
	for how, got := range texts {
		if got != want {
			t.Errorf("%s printed %q, want %q", how, got, want)
		}
	}
}

func TestSecretIsRedactedByEveryEncoding(t *testing.T) {
	for name, v := range holders() {
		if out, err := json.Marshal(v); err == nil {
			checkHidden(t, name+" as JSON", string(out))
		}
		var indented bytes.Buffer
		if enc := json.NewEncoder(&indented); enc.Encode(v) == nil {
			checkHidden(t, name+" as a JSON stream", indented.String())
		}
		if out, err := xml.Marshal(v); err == nil {
			checkHidden(t, name+" as XML", string(out))
		}
		var text bytes.Buffer
		if toml.NewEncoder(&text).Encode(v) == nil {
			checkHidden(t, name+" as TOML", text.String())
		}
	}
	s := NewSecret(hidden)
	wants := map[string]string{"json": `"Zq7W****"`, "xml": `<Secret>Zq7W****</Secret>`, "text": "Zq7W****"}
	asJSON, err1 := json.Marshal(s)
	asXML, err2 := xml.Marshal(s)
	asText, err3 := s.MarshalText()
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for how, got := range map[string]string{"json": string(asJSON), "xml": string(asXML), "text": string(asText)} {
		if got != wants[how] {
			t.Errorf("as %s it is %s, want %s", how, got, wants[how])
		}
	}
}

func TestSecretIsRedactedInLogs(t *testing.T) {
	for name, v := range holders() {
		var text, asJSON bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&asJSON, nil)} {
			log := slog.New(h).With("with", v).WithGroup("group")
			log.Info("asked", "value", v, slog.Group("more", "inner", v))
			log.Info(fmt.Sprint(v), "error", fmt.Errorf("ask: %v", v))
		}
		checkHidden(t, name+" in a text log", text.String())
		checkHidden(t, name+" in a JSON log", asJSON.String())
	}
}

func TestSecretIsRedactedInTemplates(t *testing.T) {
	const page = `<p title="{{.}}">{{.}}</p><script>let v = {{.}}</script><a href="?q={{.}}">{{printf "%v %#v %x" . . .}}</a>`
	for name, v := range holders() {
		var out bytes.Buffer
		if err := template.Must(template.New("").Parse(page)).Execute(&out, v); err == nil {
			checkHidden(t, name+" in html/template", out.String())
		}
		out.Reset()
		if err := texttemplate.Must(texttemplate.New("").Parse(`{{.}} {{print .}} {{printf "%q" .}}`)).Execute(&out, v); err == nil {
			checkHidden(t, name+" in text/template", out.String())
		}
	}
}

func TestMaskKeepsTheLeadingPart(t *testing.T) {
	for _, tt := range []struct {
		text    string
		percent int
		want    string
	}{
		{"0123456789", 100, "0****"},
		{"0123456789", 101, "0****"},
		{"0123456789", 90, "0****"},
		{"0123456789", 50, "01234****"},
		{"0123456789", 1, "012345678****"},
		{"0123456789", 0, "0123456789"},
		{"0123456789", -5, "0123456789"},
		{"0123456", 100, "****"},
		{"ключ-ключ", 100, "к****"},
		{"ключ-ключ", 50, "ключ****"},
		{"", 100, ""},
		{"", 50, ""},
		{"", 0, ""},
	} {
		if got := NewSecret(tt.text).Mask(tt.percent); got != tt.want {
			t.Errorf("Mask(%d) of %q is %q, want %q", tt.percent, tt.text, got, tt.want)
		}
	}
}

func TestRedactedShowsFourCharactersOrAnEighthAtMost(t *testing.T) {
	for n := range 200 {
		shown, ok := strings.CutSuffix(NewSecret(strings.Repeat("ab", n)[:n]).Redacted(), "****")
		if n > 0 && !ok {
			t.Errorf("%d characters are redacted without asterisks", n)
		}
		if k := utf8.RuneCountInString(shown); k > 4 || k*8 > n {
			t.Errorf("%d of %d characters are shown", k, n)
		}
	}
}

func TestZeroSecretHoldsTheEmptyText(t *testing.T) {
	var s Secret
	if s.Reveal() != "" || s.Len() != 0 || s.String() != "" || fmt.Sprintf("%v%+v%#v", s, s, s) != "" {
		t.Errorf("the zero Secret prints %q", s)
	}
}

func TestCredentialPrintsItsRuleAndRedactedParts(t *testing.T) {
	out, err := json.Marshal(Credential{Provider: "binance", Parts: map[string]Secret{"secret": NewSecret(hidden)}})
	if want := `{"Rule":null,"Provider":"binance","Parts":{"secret":"Zq7W****"}}`; err != nil || string(out) != want {
		t.Errorf("got %s, %v, want %s", out, err, want)
	}
}
