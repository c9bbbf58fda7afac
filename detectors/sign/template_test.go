package sign

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestExpand(t *testing.T) {
	known := func(name string) (string, error) {
		if name == "a" {
			return "{b}", nil
		}
		return "", errors.New("no variable")
	}
	cases := map[string]struct {
		template, want string
		fails          bool
	}{
		"text alone":                   {template: "GET", want: "GET"},
		"a value is not expanded":      {template: "{a}{a}", want: "{b}{b}"},
		"braces of JSON stay":          {template: `{"x":{a}}`, want: `{"x":{b}}`},
		"an open brace at the end":     {template: "x{", want: "x{"},
		"a name that never closes":     {template: "{a", want: "{a"},
		"a brace before a variable":    {template: "{{a}", want: "{{b}"},
		"empty braces stay":            {template: "{}", want: "{}"},
		"upper case is no name":        {template: "{A}", want: "{A}"},
		"an unknown variable is wrong": {template: "{c}", fails: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := expand(c.template, known)
			if got != c.want || (err != nil) != c.fails {
				t.Errorf("expand(%q) = %q, %v; want %q", c.template, got, err, c.want)
			}
		})
	}
}

// FuzzExpand holds expansion to a second, slower reading: names found by trying each at each brace.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"{method}{path_query}{body}", "{ts_ms}{", "{{key}}", `{"a":{nonce}}`, "{}", "{nope}", "{query_plain}\n{body_sha512}"} {
		f.Add(seed, "a=%20b", `{"key":1}`)
	}
	f.Fuzz(func(t *testing.T, template, query, body string) {
		v := values{r: &Request{Method: "GET", Path: "/p", Query: query, Body: body}, in: Inputs{Parts: map[string]string{"key": "{body}", "secret": "s", "passphrase": "p"}, Nonce: "{nonce}", Now: time.Unix(1, 0)}}
		got, err := expand(template, v.value)
		want, slowErr := slowExpand(template, v)
		if (err == nil) != (slowErr == nil) {
			t.Fatalf("expand(%q): %v, the slow reading: %v", template, err, slowErr)
		}
		if err == nil && got != want {
			t.Fatalf("expand(%q) = %q, want %q", template, got, want)
		}
		if checkTemplate(template) != nil && err == nil {
			t.Fatalf("expand(%q) worked though its check says no", template)
		}
	})
}

func slowExpand(template string, v values) (string, error) {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
	out := ""
	for i := 0; i < len(template); i++ {
		end := strings.IndexByte(template[i:], '}')
		if template[i] != '{' || end < 2 || strings.Trim(template[i+1:i+end], letters) != "" {
			out += template[i : i+1]
			continue
		}
		text, err := v.value(template[i+1 : i+end])
		if err != nil {
			return "", err
		}
		out += text
		i += end
	}
	return out, nil
}
