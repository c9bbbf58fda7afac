package decode

import "testing"

func TestJoins(t *testing.T) {
	for text, want := range map[string]string{
		"k = 'ab12' +\n  'cd34';":          "k = 'ab12cd34';",
		"k = (\n 'ab12'\n 'cd34'\n)":       "k = (\n 'ab12cd34'\n)",
		`k = "ab12" . "cd34"`:              `k = "ab12cd34"`,
		`k = "ab12" .. "cd34"`:             `k = "ab12cd34"`,
		"k = 'ab' + 'cd' + 'ef'":           "k = 'abcdef'",
		"export K=ab12\\\ncd34":            "export K=ab12cd34",
		"#define K \"ab12\" \\\n \"cd34\"": `#define K "ab12cd34"`,
	} {
		l := Decode([]byte(text), 1)
		if l == nil || string(l.Text) != want {
			t.Errorf("%q is %+v, want %q", text, l, want)
		}
	}
	for _, text := range []string{`["ab12", "cd34"]`, `{"ab12": "cd34"}`, `f("ab12" "cd34")`, "say 'word ' +\n 'word'", `"ab12" + 'cd34'`, "x = a12 \\\n b34", `"ab12" + cd34`} {
		if l := Decode([]byte(text), 1); l != nil {
			t.Errorf("%q became %q", text, l.Text)
		}
	}
}

func TestJoinsLeadBack(t *testing.T) {
	l := Decode([]byte("k = 'ab12' +\n  'cd34';"), 1)
	if at, encodings := l.Source(Span{5, 13}); at != (Span{5, 20}) || len(encodings) != 1 || encodings[0] != Join {
		t.Errorf("source is %v, %v", at, encodings)
	}
}
