package provider

import (
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
)

// FuzzJudge feeds answers of any form to every operator. None may be live that does not say so in whole JSON, and no fact
// may show the key.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{`{"ok":true,"rights":["a",["withdraw","x",1]],"list":[{"id":1}],"user":{"id":"` + theKey + `"}}`, `[1,{"a":null}]`, `{"ok":true`, "<html>", "", "null", `"ok"`, "\ufeff{}"} {
		f.Add(200, seed)
	}
	rules, err := detectors.LoadFile("acme.toml", []byte(acme+asLive+`
[[credential.verify.permission]]
json = { rights = { has = ["withdraw", "*", 1] }, "." = "*", "list[id=1].id" = { any = [1, "2", true] }, code = { not = 0.5 }, "user.id" = { has = "{key}" } }
is   = "trade"
`))
	if err != nil {
		f.Fatal(err)
	}
	call := rules[0].Verify
	a := &asking{rule: &rules[0], parts: map[string]string{"key": theKey, "secret": theSecret}}
	v := &values{parts: a.parts}
	f.Fuzz(func(t *testing.T, status int, body string) {
		ans := &answer{status: status, body: body}
		ans.understand()
		if ans.fault != "" {
			return
		}
		row := ans.row(call.Replies, v)
		if row != nil && row.Is == detectors.IsLive && (status != 200 || !ans.isJSON || !strings.Contains(body, "true")) {
			t.Errorf("%d %q is live", status, body)
		}
		for i := range call.Permits {
			ans.fits(&call.Permits[i], v)
		}
		for _, p := range []detectors.Path{call.Account, call.Label, call.IPs} {
			if text := strings.Join(a.facts(ans, p, v), " "); strings.Contains(text, theKey) {
				t.Errorf("a fact shows the key: %q", text)
			}
		}
	})
}
