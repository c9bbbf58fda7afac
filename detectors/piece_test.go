package detectors

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const pieced = `id    = "acme"
title = "Acme"
kind  = "general"
site  = "https://acme.test"

[[credential]]
id      = "acme-key"
title   = "Acme key"
context = "none"

[credential.parts.token]
regex = '''\b(AC\.[a-z0-9]{8}\.[a-z0-9]{16})\b'''

[credential.pieces.id]
of    = "token"
regex = '''^AC\.([a-z0-9]{8})\.'''

[credential.pieces.tail]
of    = "token"
regex = '''([a-z0-9]{3})$'''

[credential.verify]
get = "https://acme.test/keys/{id}?tail={tail}"

[[credential.verify.reply]]
json = { id = "{id}" }
is = "live"
`

func TestPiecesAreCutOutOfParts(t *testing.T) {
	rules, err := LoadFile("acme.toml", []byte(pieced))
	if err != nil {
		t.Fatal(err)
	}
	whole := "AC.0a1b2c3d.0123456789abcdef"
	c := Credential{Rule: &rules[0], Provider: "acme", Parts: map[string]Secret{"token": NewSecret(whole)}}
	got := map[string]string{}
	for name, value := range c.Values() {
		got[name] = value.Reveal()
	}
	if diff := cmp.Diff(map[string]string{"token": whole, "id": "0a1b2c3d", "tail": "def"}, got); diff != "" {
		t.Error(diff)
	}
	if len(c.Parts) != 1 {
		t.Errorf("the pieces became parts: %v", c.Parts)
	}
	c.Parts["token"] = NewSecret("other")
	if v, ok := c.Values()["id"]; ok {
		t.Errorf("a value without the piece has it as %q", v.Reveal())
	}
}

func TestPiecesThatCanNotBe(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"of no part", `of    = "token"`, `of    = "secret"`, `acme.toml:15: credential[0].pieces.id.of: no part is called "secret"`},
		{"named as a part", "[credential.pieces.id]", "[credential.pieces.token]", `acme.toml:14: credential[0].pieces.token: a part has that name`},
		{"without a group", `^AC\.([a-z0-9]{8})\.`, `^AC\.[a-z0-9]{8}\.`, `acme.toml:16: credential[0].pieces.id.regex: a piece is what the one group holds`},
		{"unknown key", `of    = "token"`, `part  = "token"`, `acme.toml:15: credential.pieces.id.part: unknown key`},
		{"that a call names and none is", "keys/{id}", "keys/{ids}", `acme.toml:23: credential[0].verify.get: {ids} is neither a part nor one of {lookup}, {unix}, {unix_ms}, {iso}, {nonce}, {uuid}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := LoadFile("acme.toml", []byte(strings.Replace(pieced, tt.old, tt.new, 1)))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
