package detectors

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeysHaveTheirLines(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       map[string]int
	}{
		{"empty", "", map[string]int{}},
		{"top level", "id = 1\n\n# note = 2\ntitle= 'x'\n", map[string]int{"id": 1, "title": 4}},
		{"table", "[a]\nx = 1\n[b.c]\ny = 2", map[string]int{"a": 1, "a.x": 2, "b.c": 3, "b.c.y": 4}},
		{"array of tables", "[[c]]\nid = 1\n[[c]]\nid = 2\n", map[string]int{"c[0]": 1, "c[0].id": 2, "c[1]": 3, "c[1].id": 4}},
		{"table in an array of tables", "[[c]]\n[c.parts.key]\nregex = ''\n[[c]]\n[c.parts.key]\nregex = ''",
			map[string]int{"c[0]": 1, "c[0].parts.key": 2, "c[0].parts.key.regex": 3, "c[1]": 4, "c[1].parts.key": 5, "c[1].parts.key.regex": 6}},
		{"array in an array", "[[c]]\n[[c.v.reply]]\nis = 1\n[[c.v.reply]]\nis = 2\n[[c]]\n[[c.v.reply]]\nis = 3", map[string]int{
			"c[0]": 1, "c[0].v.reply[0]": 2, "c[0].v.reply[0].is": 3, "c[0].v.reply[1]": 4, "c[0].v.reply[1].is": 5,
			"c[1]": 6, "c[1].v.reply[0]": 7, "c[1].v.reply[0].is": 8}},
		{"dotted keys", "a.b.c = 1\n[t]\nd.e = 2", map[string]int{"a.b.c": 1, "t": 2, "t.d.e": 3}},
		{"quoted keys", "\"a\" = 1\n[\"t\".u]\nb = 2", map[string]int{"a": 1, "t.u": 2, "t.u.b": 3}},
		{"blank around keys", "  [ t ]\n\tx\t= 1", map[string]int{"t": 1, "t.x": 2}},
		{"multi-line text", "a = '''\nb = 1\n[c]\n'''\nd = 2", map[string]int{"a": 1, "d": 5}},
		{"multi-line text with escapes", "a = \"\"\"\nb = 1\n\"\"\"\nd = 2", map[string]int{"a": 1, "d": 4}},
		{"text on one line", "a = '''x'''\nb = 1", map[string]int{"a": 1, "b": 2}},
		{"multi-line text never closed", "a = '''\nb = 1", map[string]int{"a": 1}},
		{"array over lines", "a = [\n  'x',\n  \"y\",\n]\nb = 1", map[string]int{"a": 1, "b": 5}},
		{"inline table", "[t]\nsign = { scheme = 'x', hash = 'y' }\nz = 1", map[string]int{"t": 1, "t.sign": 2, "t.z": 3}},
		{"Windows line ends", "[t]\r\nx = 1\r\n", map[string]int{"t": 1, "t.x": 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, keyLines([]byte(tt.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzKeyLines(f *testing.F) {
	f.Add([]byte(sound))
	f.Add([]byte("[[a.b]]\n[a.b.c]\nx='''\n'''y=1\n[[]]\n[.]\n\"\"=1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := strings.Count(string(text), "\n") + 1
		for key, n := range keyLines(text) {
			if n < 1 || n > lines {
				t.Errorf("%q is on line %d of %d", key, n, lines)
			}
		}
	})
}
