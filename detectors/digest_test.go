package detectors

import (
	"strings"
	"testing"
)

func TestDigestsSayThatTheyAre(t *testing.T) {
	b43, b86 := strings.Repeat("aB3/", 11)[:43], strings.Repeat("Zk7+", 22)[:86]
	for _, c := range []struct {
		text, token string
		is          bool
	}{
		{"golang.org/x/net v0.8.0 h1:" + b43 + "=\n", b43, true},
		{"golang.org/x/net v0.8.0/go.mod h1:" + b43 + "=\n", b43, true},
		{"integrity sha512-" + b86 + "==", "sha512-" + b86, true},
		{`"integrity": "sha256-` + b43 + `="`, "sha256-" + b43, true},
		{"image: redis@sha256:" + strings.Repeat("0a", 32), strings.Repeat("0a", 32), true},
		{"SHA256:" + b43, b43, true},
		{`resolved "https://host/a.tgz#` + strings.Repeat("1f", 20) + `"`, strings.Repeat("1f", 20), true},
		{"password: ENC[AES256_GCM,data:" + b43 + "=,iv:x]", b43, true},
		{"golang.org/x/sync v0.0.0-20191109021931-daa7c04131f5 // indirect", "0-20191109021931-daa7c04131f5", true},
		{"v1.2.4-pre.0.20191109021931-daa7c04131f5", "20191109021931-daa7c04131f5", true},
		{"id: 20191109021931-daa7c04131f5", "20191109021931-daa7c04131f5", false},
		{"v2.0.0-rc.1.0-20191109021931-daa7c04131f5", "0-20191109021931-daa7c04131f5", true},
		{"key: 0-20191109021931-daa7c04131fZ", "0-20191109021931-daa7c04131fZ", false},
		{"key: " + b43, b43, false},
		{"KEY=sha512-" + b43, "sha512-" + b43, false},
		{"path1:" + b43 + "=", b43, false},
		{"h1:" + b43 + "x", b43 + "x", false},
		{"page#" + strings.Repeat("1f", 20), strings.Repeat("1f", 20), false},
	} {
		at := strings.Index(c.text, c.token)
		if got := digested([]byte(c.text), Span{at, at + len(c.token)}); got != c.is {
			t.Errorf("%q: %v", c.text, got)
		}
	}
}
