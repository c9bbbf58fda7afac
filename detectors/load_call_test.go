package detectors

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// caller is a rules file with a call of every kind, without a fault.
const caller = `id         = "acme"
title      = "Acme"
keywords   = ["acme"]
site       = "https://www.acme.test"
hosts      = ["api.acme.example"]
test_hosts = ["sandbox.acme.example"]

[[credential]]
id       = "acme-api-key"
title    = "Acme API key pair"
severity = "high"

[credential.parts.key]
regex = '''\b([a-z0-9]{32})\b'''

[credential.parts.secret]
regex = '''\b([a-z0-9]{64})\b'''

[credential.verify]
get     = "https://api.acme.example/me?at={unix_ms}&of={lookup}"
headers = { X-Key = "{key}" }
hosts   = ["eu.acme.test"]
account = "list[key={key}].user\\.id"
ips     = "ips.0"

[credential.verify.lookup]
get  = "https://api.acme.test/keys"
take = "0.id"

[[credential.verify.lookup.reply]]
json = { "." = { has = "{key}" } }
is   = "found"

[[credential.verify.reply]]
status = 200
json   = { ok = true, "a.b" = "*", n = { any = [1, "2"] }, list = { has = ["w", "*", 1] }, error = { not = 0 } }
is     = "live"

[[credential.verify.reply]]
json   = { code = -2014 }
is     = "dead"

[[credential.verify.permission]]
json = { rights = { has = "withdraw" } }
is   = "withdraw"

[credential.verify.test]
get = "https://sandbox.acme.example/me"

[[credential.verify.test.reply]]
text = "ok"
is   = "live"

[[credential.revoke]]
delete     = "https://api.acme.example/keys/{lookup}"
headers    = { X-Key = "{signer.key}" }
way        = "master"
credential = "acme-master"
proof      = "lookup"
effect     = "The key ends."

[credential.revoke.lookup]
get     = "https://api.acme.example/keys"
headers = { X-Key = "{signer.key}" }
take    = "list[key={key}].id"

[[credential.revoke.lookup.reply]]
status = 200
json   = { list = "*" }
is     = "found"

[[credential.revoke.reply]]
status = 204
is     = "done"

[[credential.contain]]
patch  = "https://configured/keys/{key}"
host   = "configured"
way    = "self"
proof  = "argument"
effect = "The key may only read."
undo   = "Give the rights back."

[[credential.contain.reply]]
status = 403
is     = "refused"
reason = "the right is missing"
`

func TestCallsLoad(t *testing.T) {
	rules, err := LoadFile("acme.toml", []byte(caller))
	if err != nil {
		t.Fatal(err)
	}
	r := rules[0]
	var names []string
	for c := range r.Calls() {
		names = append(names, c.Name+" "+c.Method)
	}
	if want := []string{"verify GET", "verify.lookup GET", "verify.test GET", "revoke.0 DELETE", "revoke.0.lookup GET", "contain.0 PATCH"}; !cmp.Equal(names, want) {
		t.Errorf("calls are %q, want %q", names, want)
	}
	if got, want := r.Verify.Account, (Path{{Key: "list"}, {Member: "key", Value: "{key}"}, {Key: "user.id"}}); !cmp.Equal(got, want) {
		t.Errorf("account is %v, want %v", got, want)
	}
	want := []Condition{
		{Path{{Key: "a"}, {Key: "b"}}, Present, nil}, {Path{{Key: "error"}}, Not, int64(0)}, {Path{{Key: "list"}}, Has, []any{"w", "*", int64(1)}},
		{Path{{Key: "n"}}, Any, []any{int64(1), "2"}}, {Path{{Key: "ok"}}, Equals, true},
	}
	if diff := cmp.Diff(want, r.Verify.Replies[0].JSON); diff != "" {
		t.Error(diff)
	}
	if got := r.Verify.Lookup.Replies[0].JSON[0].Path.String(); got != "." {
		t.Errorf("the whole answer is %q", got)
	}
}

func TestCallErrorsNameFileLineAndKey(t *testing.T) {
	for _, tt := range []fault{
		{"two methods", `ips     = "ips.0"`, `post = "https://api.acme.test/"`, `acme.toml:19: credential[0].verify: more than one of get, post, put, patch, delete`},
		{"no method", `patch  = "https://configured/keys/{key}"`, ``, `acme.toml:76: credential[0].contain[0]: no URL that begins with https:// under get, post, put, patch or delete`},
		{"in the clear", `get = "https://sandbox`, `get = "http://sandbox`, `acme.toml:48: credential[0].verify.test.get: no URL that begins with https:// under get, post, put, patch or delete`},
		{"mistyped scheme", `get = "https://sandbox`, `get = "htps://sandbox`, `acme.toml:48: credential[0].verify.test.get: no URL that begins with https:// under get, post, put, patch or delete`},
		{"mistyped host", `https://sandbox.acme`, `https://sandbox.acne`, `acme.toml:48: credential[0].verify.test.get: "sandbox.acne.example" is none of the file's hosts, test_hosts and site, nor below one: a slip, or name it there`},
		{"mistyped further host", `["eu.acme.test"]`, `["eu,acme.test"]`, `acme.toml:22: credential[0].verify.hosts: "eu,acme.test" is not a literal host name in lower case`},
		{"host that stands twice", `["eu.acme.test"]`, `["api.acme.example"]`, `acme.toml:22: credential[0].verify.hosts: api.acme.example stands twice`},
		{"placeholder in the host", `https://sandbox.acme`, `https://{key}.acme`, `acme.toml:48: credential[0].verify.test.get: not a URL with a literal host, without port, user and fragment`},
		{"port", `https://sandbox.acme.example/`, `https://sandbox.acme.example:80/`, `acme.toml:48: credential[0].verify.test.get: "sandbox.acme.example:80" is not a literal host name in lower case`},
		{"user in the URL", `https://sandbox.acme.example/`, `https://sandbox.acme.example@evil.test/`, `acme.toml:48: credential[0].verify.test.get: not a URL with a literal host, without port, user and fragment`},
		{"configured without saying so", `host   = "configured"`, ``, `acme.toml:77: credential[0].contain[0].patch: host = "configured" and https://configured/ go together`},
		{"unknown placeholder", `of={lookup}"`, `of={look}"`, `acme.toml:20: credential[0].verify.get: {look} is neither a part nor one of {lookup}, {unix}, {unix_ms}, {iso}, {nonce}, {uuid}`},
		{"unknown part in a header", `X-Key = "{key}"`, `X-Key = "{kex}"`, `acme.toml:21: credential[0].verify.headers: {kex} is neither a part nor one of {lookup}, {unix}, {unix_ms}, {iso}, {nonce}, {uuid}`},
		{"signer of a verification", `X-Key = "{key}"`, `X-Key = "{signer.key}"`, `acme.toml:21: credential[0].verify.headers: {signer.key}: only ways master and admin have a signer`},
		{"lookup that takes nothing", `take = "0.id"`, ``, `acme.toml:20: credential[0].verify.get: {lookup}: there is no lookup that takes a value`},
		{"unknown part in a path", `"list[key={key}].user`, `"list[key={kee}].user`, `acme.toml:23: credential[0].verify.account: {kee} is neither a part nor one of {lookup}, {unix}, {unix_ms}, {iso}, {nonce}, {uuid}`},
		{"bad path", `"ips.0"`, `"ips..0"`, `acme.toml:24: credential[0].verify.ips: "ips..0": not a path: members and list indexes joined by dots, list[member={part}], or . for the whole answer`},
		{"header's name", `X-Key = "{key}"`, `"X Key" = "{key}"`, `acme.toml:21: credential[0].verify.headers: "X Key" is not a header's name`},
		{"take outside a lookup", `ips     = "ips.0"`, `take = "ips.0"`, `acme.toml:24: credential[0].verify.take: only a lookup takes a value`},
		{"lookup without found", `is   = "found"`, `is   = "dead"`, `acme.toml:26: credential[0].verify.lookup.reply: no row says is = "found"`},
		{"no rows", "[[credential.verify.test.reply]]\ntext = \"ok\"\nis   = \"live\"", ``, `acme.toml:47: credential[0].verify.test.reply: missing: without rows every answer is unknown`},
		{"live by status alone", `text = "ok"`, `status = 200`, `acme.toml:50: credential[0].verify.test.reply[0]: live needs json or text: a status is no evidence`},
		{"dead by status alone", `json   = { code = -2014 }`, `status = 401`, `acme.toml:39: credential[0].verify.reply[1]: dead needs json or text: a status is no evidence`},
		{"right by status alone", `json = { rights = { has = "withdraw" } }`, `status = 200`, `acme.toml:43: credential[0].verify.permission[0]: withdraw needs json or text: a status is no evidence`},
		{"row without a condition", `json   = { code = -2014 }`, ``, `acme.toml:39: credential[0].verify.reply[1]: no condition: a row fits what it names, never everything`},
		{"row for a rate limit", `json   = { code = -2014 }`, `status = 429`, `acme.toml:40: credential[0].verify.reply[1].status: 429: redirects, 429 and 5xx are unknown before any row is looked at`},
		{"row for an outage", `json   = { code = -2014 }`, `status = 503`, `acme.toml:40: credential[0].verify.reply[1].status: 503: redirects, 429 and 5xx are unknown before any row is looked at`},
		{"meaning of revocation in verify", `is     = "dead"`, `is     = "done"`, `acme.toml:41: credential[0].verify.reply[1].is: "done" is none of live, restricted, dead, unknown`},
		{"meaning of verify in revocation", `is     = "done"`, `is     = "dead"`, `acme.toml:74: credential[0].revoke[0].reply[0].is: "dead" is none of done, gone, refused, unknown`},
		{"right that is none", "is   = \"withdraw\"", "is   = \"steal\"", `acme.toml:45: credential[0].verify.permission[0].is: "steal" is none of read, trade, transfer, withdraw, admin`},
		{"no reason", `reason = "the right is missing"`, ``, `acme.toml:84: credential[0].contain[0].reply[0].reason: missing: a person must learn why it is refused`},
		{"known and live", `text = "ok"`, "text = \"ok\"\nknown = true", `acme.toml:52: credential[0].verify.test.reply[0].known: only for calls that failed: unknown and restricted`},
		{"unknown operator", `{ has = "withdraw" }`, `{ is = "withdraw" }`, `acme.toml:44: credential[0].verify.permission[0].json: "rights": no operator "is"; use has, any or not, and quote a path with dots whole`},
		{"path that is not quoted", `"a.b" = "*"`, `a.b = "*"`, `acme.toml:36: credential[0].verify.reply[0].json: "a": no operator "b"; use has, any or not, and quote a path with dots whole`},
		{"any of one", `{ any = [1, "2"] }`, `{ any = 1 }`, `acme.toml:36: credential[0].verify.reply[0].json: "n": not a list with elements`},
		{"list to be equal to", `ok = true`, `ok = [true]`, `acme.toml:36: credential[0].verify.reply[0].json: "ok": not a text, number or truth value`},
		{"unknown part in a condition", `has = "{key}"`, `has = "{kay}"`, `acme.toml:31: credential[0].verify.lookup.reply[0].json: {kay} is neither a part nor one of {lookup}, {unix}, {unix_ms}, {iso}, {nonce}, {uuid}`},
		{"environments", `ips     = "ips.0"`, `environments = "both"`, `acme.toml:24: credential[0].verify.environments: "both" is not all`},
		{"test beside all environments", `ips     = "ips.0"`, `environments = "all"`, `acme.toml:47: credential[0].verify.test: only verify has a test call, and not when its hosts serve all environments`},
		{"way in verify", `ips     = "ips.0"`, `way = "self"`, `acme.toml:19: credential[0].verify: way, credential, proof, effect, undo and consents are for revoke and contain`},
		{"account in revoke", `credential = "acme-master"`, `account = "id"`, `acme.toml:54: credential[0].revoke[0]: account, label, ips, expires, sub, environments, permission and test are for verify`},
		{"way that is none", `way        = "master"`, `way = "boss"`, `acme.toml:57: credential[0].revoke[0].way: "boss" is none of self, master, admin`},
		{"master without a credential", `credential = "acme-master"`, ``, `acme.toml:54: credential[0].revoke[0].credential: way master needs the name of a configured credential: letters, digits, - and _`},
		{"no proof", `proof      = "lookup"`, ``, `acme.toml:54: credential[0].revoke[0].proof: "" is none of self, lookup, argument`},
		{"proof self with another's key", `proof      = "lookup"`, `proof = "self"`, `acme.toml:59: credential[0].revoke[0].proof: self is no proof when another key makes the call`},
		{"proof lookup that compares nothing", `list[key={key}].id`, `list.0.id`, `acme.toml:59: credential[0].revoke[0].proof: lookup needs one whose found rows, or take, compare with a part such as {key}`},
		{"proof argument without one", `configured/keys/{key}`, `configured/keys/1`, `acme.toml:80: credential[0].contain[0].proof: argument needs a part such as {key} in the URL, the body or a header`},
		{"no effect", `effect = "The key may only read."`, ``, `acme.toml:76: credential[0].contain[0].effect: missing`},
		{"no undo", `undo   = "Give the rights back."`, ``, `acme.toml:76: credential[0].contain[0].undo: missing`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(caller, tt.old) == 0 {
				t.Fatalf("the sound file has no %q", tt.old)
			}
			_, err := LoadFile("acme.toml", []byte(strings.Replace(caller, tt.old, tt.new, 1)))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// TestCredentialsShareACall is about revoke calls with a batch.
func TestCredentialsShareACall(t *testing.T) {
	const batch = `
[[credential.revoke]]
post   = "https://api.acme.example/end"
body   = '{"keys":[{batch}]}'
way    = "self"
proof  = "argument"
effect = "The keys end."
batch  = 1000
each   = '"{key}"'

[[credential.revoke.reply]]
status = 202
is     = "done"
`
	rules, err := LoadFile("acme.toml", []byte(caller+batch))
	if err != nil {
		t.Fatal(err)
	}
	if c := rules[0].Revoke[1]; c.Batch != 1000 || c.Each != `"{key}"` {
		t.Errorf("got %+v", c)
	}
	for _, tt := range []struct{ name, old, new, want string }{
		{"of one", "batch  = 1000", "batch  = 1", "batch (2 or more), each and {batch} in the body go together"},
		{"without each", `each   = '"{key}"'`, "", "batch (2 or more), each and"},
		{"not in the body", "{batch}", "", "batch (2 or more), each and"},
		{"in the URL", "/end", "/end/{key}", "parts stand in each only"},
		{"in a header", `way    = "self"`, "way    = \"self\"\nheaders = { X-Key = \"{key}\" }", "parts stand in each only"},
		{"each without a part", `'"{key}"'`, `'"{unix}"'`, "needs a part such as {key}"},
		{"each with an unknown name", `'"{key}"'`, `'"{key}{colour}"'`, "{colour} is neither a part"},
		{"proof self", `proof  = "argument"`, `proof  = "self"`, "only for a revoke call with proof"},
		{"signed", `way    = "self"`, "way    = \"self\"\nsign = { scheme = \"hmac\" }", "only for a revoke call with proof"},
		{"in verify", `ips     = "ips.0"`, "batch = 5", "batch (2 or more), each and"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := caller + strings.Replace(batch, tt.old, tt.new, 1)
			if !strings.Contains(batch, tt.old) {
				text = strings.Replace(caller, tt.old, tt.new, 1)
			}
			if _, err := LoadFile("acme.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %s", err, tt.want)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	for text, want := range map[string]Path{
		"":               nil,
		".":              {{}},
		"a":              {{Key: "a"}},
		"a.0.b":          {{Key: "a"}, {Key: "0"}, {Key: "b"}},
		`a\.b.c\[d`:      {{Key: "a.b"}, {Key: "c[d"}},
		"[k={key}]":      {{Member: "k", Value: "{key}"}},
		"[k={key}].id":   {{Member: "k", Value: "{key}"}, {Key: "id"}},
		"a.l[k=v].b.c":   {{Key: "a"}, {Key: "l"}, {Member: "k", Value: "v"}, {Key: "b"}, {Key: "c"}},
		"l[a=1][b=2].id": {{Key: "l"}, {Member: "a", Value: "1"}, {Member: "b", Value: "2"}, {Key: "id"}},
	} {
		got, err := ParsePath(text)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
		if got != nil && got.String() != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
	for _, text := range []string{"a.", ".a", "a..b", "a[", "a[b]", "a[=c]", "a[b=]", "a[b=c]d", "a[b=c].", "a.[b=c]"} {
		if got, err := ParsePath(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}
