package provider

import (
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
)

const deskRules = `id = "desk"
title = "Desk"
kind = "general"
site = "https://desk.example"
keywords = ["desk"]
hosts = ["api.desk.example"]

[[credential]]
id = "desk-token"
title = "Desk token"
severity = "high"

[credential.parts.token]
regex = '''\b(dk_[0-9a-f]{32})\b'''

[credential.verify]
get = "https://api.desk.example/me"
headers = { Authorization = "Bearer {token}" }
account = "id"

[[credential.verify.reply]]
status = 200
json = { id = "*" }
is = "live"

[[credential.verify.reply]]
status = 401
json = { error = "no such token" }
is = "dead"
reason = "the desk does not know it"

[[credential.verify.permission]]
json = { admin = true }
is = "admin"
`

const deskCases = `
[[hit]]
name = "shell"
rule = "desk-token"
text = 'export DESK_TOKEN=dk_{{hex "t" 32}}'
parts = { token = 'dk_{{val "t"}}' }

[[answer]]
rule = "desk-token"
call = "verify"
name = "known"
status = 200
body = '{"id": "7", "admin": true, "token": "{token}"}'
is = "live"
permissions = ["admin"]
account = "7"
source = "made up"

[[answer]]
rule = "desk-token"
call = "verify"
name = "unknown"
status = 401
body = '{"error": "no such token"}'
is = "dead"
source = "made up"
`

func TestCheckAnswers(t *testing.T) {
	rules, err := detectors.LoadFile("desk.toml", []byte(deskRules))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"as recorded":         {"", "", ""},
		"another verdict":     {`is = "dead"`, `is = "live"`, `answer "unknown": means dead (the desk does not know it), not live`},
		"another account":     {`account = "7"`, `account = "8"`, `answer "known": account is "7", not "8"`},
		"a right too few":     {`permissions = ["admin"]`, `permissions = ["read"]`, `permissions is "admin", not "read"`},
		"an answer of no row": {`no such token`, `no`, `answer "unknown": means unknown (an answer that says neither yes nor no (401)), not dead`},
	} {
		t.Run(name, func(t *testing.T) {
			cases, err := detectors.ReadCases("cases.toml", []byte(strings.Replace(deskCases, c.from, c.to, 1)))
			if err != nil {
				t.Fatal(err)
			}
			errs := CheckAnswers(t.Context(), rules, cases)
			if c.want == "" && len(errs) > 0 || c.want != "" && (len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want)) {
				t.Errorf("errors are %v, want %q", errs, c.want)
			}
		})
	}
}
