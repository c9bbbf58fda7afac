package provider

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
)

// byMaster ends a key that a lookup found by the leaked one.
const byMaster = `[[credential.revoke]]
delete     = "https://api.acme.example/keys/{lookup}"
headers    = { X-Key = "{signer.key}" }
hosts      = ["eu.acme.example"]
sign       = { scheme = "hmac", hash = "sha256", payload = "{method}{path_query}", encode = "hex", header = "X-Sign" }
way        = "master"
credential = "acme-master"
proof      = "lookup"
effect     = "The key ends."

[credential.revoke.lookup]
get     = "https://api.acme.example/keys"
headers = { X-Key = "{signer.key}" }
take    = "list[apiKey={key}].id"

[[credential.revoke.lookup.reply]]
json   = { list = "*" }
is     = "found"

[[credential.revoke.lookup.reply]]
json   = { code = 403 }
is     = "refused"
reason = "the master key may not list keys"

[[credential.revoke.reply]]
status = 204
is     = "done"

[[credential.revoke.reply]]
json   = { code = 404 }
is     = "gone"
`

func TestChangeProvesTheKeyFirst(t *testing.T) {
	list := func(entries string) string { return `{"list":[` + entries + `]}` }
	const ours, other = `{"apiKey":"` + theKey + `","id":"id-1"}`, `{"apiKey":"another","id":"id-2"}`
	for name, tt := range map[string]struct {
		lookup string
		status int
		body   string
		want   Outcome
		made   []string
	}{
		"found and ended":           {list(other + "," + ours), 204, "", Outcome{Is: "done"}, []string{"GET https://api.acme.example/keys", "DELETE https://api.acme.example/keys/id-1"}},
		"found, already gone":       {list(ours), 404, `{"code":404}`, Outcome{Is: "gone"}, []string{"GET https://api.acme.example/keys", "DELETE https://api.acme.example/keys/id-1"}},
		"not among the keys":        {list(other), 204, "", Outcome{Is: "refused", Reason: "the issuer's answer does not name exactly this credential", Unanswered: true}, []string{"GET https://api.acme.example/keys"}},
		"twice among the keys":      {list(ours + "," + ours), 204, "", Outcome{Is: "refused", Reason: "the issuer's answer does not name exactly this credential", Unanswered: true}, []string{"GET https://api.acme.example/keys"}},
		"id that is empty":          {list(`{"apiKey":"` + theKey + `","id":""}`), 204, "", Outcome{Is: "refused", Reason: "the issuer's answer does not name exactly this credential", Unanswered: true}, []string{"GET https://api.acme.example/keys"}},
		"no keys":                   {list(""), 204, "", Outcome{Is: "refused", Reason: "an answer that says neither yes nor no (200)", Unanswered: true}, []string{"GET https://api.acme.example/keys"}},
		"may not list":              {`{"code":403}`, 204, "", Outcome{Is: "refused", Reason: "the master key may not list keys"}, []string{"GET https://api.acme.example/keys"}},
		"answer that no row knows":  {list(ours), 400, `{}`, Outcome{Is: "unknown", Reason: "an answer that says neither yes nor no (400)", Unanswered: true}, []string{"GET https://api.acme.example/keys", "DELETE https://api.acme.example/keys/id-1"}},
		"outage is not tried again": {list(ours), 503, ``, Outcome{Is: "unknown", Reason: "a fault of the issuer (503)", Unanswered: true}, []string{"GET https://api.acme.example/keys", "DELETE https://api.acme.example/keys/id-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
				if r.Header.Get("X-Key") != "m4ster" {
					t.Errorf("%s was made with key %q", r.URL.Path, r.Header.Get("X-Key"))
				}
				if r.Method == "GET" {
					return says(200, tt.lookup), nil
				}
				return says(tt.status, tt.body), nil
			}}
			cred := credential(t, byMaster)
			c := client(t, i, withSigner)
			got := c.Change(t.Context(), cred.Rule.Revoke[0], cred, "")
			if diff := cmp.Diff(tt.made, i.seen); diff != "" {
				t.Error(diff)
			}
			tt.want.At, tt.want.Asked, tt.want.Status, tt.want.Code, tt.want.Sent = got.At, got.Asked, got.Status, got.Code, len(i.seen) > 1
			if diff := cmp.Diff(tt.want, got); diff != "" || len(got.Asked) != len(tt.made) {
				t.Errorf("%s asked %+v", diff, got.Asked)
			}
		})
	}
}

func withSigner(o *Options) {
	o.Signer = func(name string) (map[string]detectors.Secret, error) {
		if name != "acme-master" {
			return nil, errors.New("not configured")
		}
		return map[string]detectors.Secret{"key": detectors.NewSecret("m4ster"), "secret": detectors.NewSecret("m4ster-secret")}, nil
	}
}

func TestChangeGoesToTheHostThatVerified(t *testing.T) {
	i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
		if r.Method == "GET" {
			return says(200, `{"list":[{"apiKey":"`+theKey+`","id":"id/1?x"}]}`), nil
		}
		return says(204, ""), nil
	}}
	cred := credential(t, byMaster)
	got := client(t, i, withSigner).Change(t.Context(), cred.Rule.Revoke[0], cred, "eu.acme.example")
	want := []string{"GET https://eu.acme.example/keys", "DELETE https://eu.acme.example/keys/id%2F1%3Fx"}
	if diff := cmp.Diff(want, i.seen); diff != "" || got.Is != "done" {
		t.Errorf("%+v %s", got, diff)
	}
}

func TestChangeWithoutItsSigner(t *testing.T) {
	cred := credential(t, byMaster)
	for name, tt := range map[string]struct {
		signer func(string) (map[string]detectors.Secret, error)
		want   string
	}{
		"none":          {nil, "no credential acme-master is configured"},
		"unreadable":    {func(string) (map[string]detectors.Secret, error) { return nil, errors.New("ACME_MASTER is not set") }, "credential acme-master: ACME_MASTER is not set"},
		"without a key": {func(string) (map[string]detectors.Secret, error) { return nil, nil }, "its key in the configured credential acme-master was not found"},
	} {
		i := always(204, "")
		got := client(t, i, func(o *Options) { o.Signer = tt.signer }).Change(t.Context(), cred.Rule.Revoke[0], cred, "")
		if got.Is != detectors.IsRefused || got.Reason != tt.want || i.calls() != 0 {
			t.Errorf("%s: got %+v in %d calls, want %s", name, got, i.calls(), tt.want)
		}
	}
}

// nonces signs lookup and call with growing numbers.
const nonces = `[credential.verify]
post = "https://api.acme.example/0/private/Info"
body = "nonce={nonce}&of={lookup}&key={key}"
headers = { Content-Type = "application/x-www-form-urlencoded" }
sign = { scheme = "kraken" }

[credential.verify.lookup]
post = "https://api.acme.example/0/private/First"
body = "nonce={nonce}"
headers = { Content-Type = "application/x-www-form-urlencoded" }
sign = { scheme = "kraken" }
take = "id"

[[credential.verify.lookup.reply]]
json = { id = "*" }
is   = "found"

[[credential.verify.reply]]
json = { ok = true }
is   = "live"
`

func TestNoncesAreNotUsedTwice(t *testing.T) {
	var bodies []string
	i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		bodies = append(bodies, string(body))
		if strings.HasSuffix(r.URL.Path, "First") {
			return says(200, `{"id":"a&b=c"}`), nil
		}
		return says(500, ""), nil
	}}
	got := client(t, i).Verify(t.Context(), Query{Credential: credential(t, nonces)})
	want := []string{"nonce=1700000000123", "nonce=1700000000124&of=a%26b%3Dc&key=" + theKey}
	if diff := cmp.Diff(want, bodies); diff != "" || got.Reason != "a fault of the issuer (500)" {
		t.Errorf("%+v %s", got, diff)
	}
}

func TestValuesAreEscapedWhereTheyStand(t *testing.T) {
	const call = `[credential.verify]
post = "https://api.acme.example/{key}/x?k={key}&u={uuid}&t={unix}&d={iso}&n={nonce}"
headers = { X-Key = "{key}", Content-Type = "KIND" }
body = '''BODY'''

[[credential.verify.reply]]
json = { ok = true, echo = "{key}" }
is   = "live"
`
	for name, tt := range map[string]struct{ kind, body, key, want string }{
		"json": {"application/json", `{"a":{"b":"{key}"},"c":{}}`, `a/b"c\d é&`, `{"a":{"b":"a/b\"c\\d é&"},"c":{}}`},
		"form": {"application/x-www-form-urlencoded", `a={key}`, `a/b"c d&e=f`, `a=a%2Fb%22c%20d%26e%3Df`},
		"xml":  {"text/xml", `<a>{key}</a>`, `<b>&`, `<a>&lt;b&gt;&amp;</a>`},
		"text": {"text/plain", `{key} {unknown name}`, `a`, `a {unknown name}`},
	} {
		t.Run(name, func(t *testing.T) {
			var body, uri, header string
			i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
				b := make([]byte, r.ContentLength)
				_, _ = r.Body.Read(b)
				body, uri, header = string(b), r.URL.RequestURI(), r.Header.Get("X-Key")
				return says(200, `{"ok":true,"echo":`+quoted(tt.key)+`}`), nil
			}}
			cred := credential(t, strings.NewReplacer("KIND", tt.kind, "BODY", tt.body).Replace(call))
			cred.Parts["key"] = detectors.NewSecret(tt.key)
			got := client(t, i, func(o *Options) { o.UUID = func() string { return "uu-id" } }).Verify(t.Context(), Query{Credential: cred})
			if got.Status != Live || body != tt.want || header != tt.key {
				t.Errorf("%s %q: body is %s, want %s, header is %q", got.Status, got.Reason, body, tt.want, header)
			}
			escaped, _ := queryText(tt.key)
			if uri != "/"+url.PathEscape(tt.key)+"/x?k="+escaped+"&u=uu-id&t=1700000000&d=2023-11-14T22%3A13%3A20Z&n=1700000000123" {
				t.Errorf("asked %s", uri)
			}
		})
	}
	cred := credential(t, strings.NewReplacer("KIND", "application/json", "BODY", "").Replace(call))
	cred.Parts["key"] = detectors.NewSecret("a\r\nX-Evil: 1")
	i := always(200, "{}")
	if got := client(t, i).Verify(t.Context(), Query{Credential: cred}); got.Reason != "the request can not be made: a control character in a value" || i.calls() != 0 {
		t.Errorf("%+v in %d calls", got, i.calls())
	}
}

func quoted(s string) string { text, _ := jsonText(s); return `"` + text + `"` }

func TestNoValueLeavesItsPath(t *testing.T) {
	const call = `[credential.verify]
get = "https://api.acme.example/keys/{key}"

[[credential.verify.reply]]
json = { ok = true }
is   = "live"
`
	for _, value := range []string{".", ".."} {
		cred := credential(t, call)
		cred.Parts["key"] = detectors.NewSecret(value)
		i := always(200, `{"ok":true}`)
		if got := client(t, i).Verify(t.Context(), Query{Credential: cred}); got.Status != Unknown || i.calls() != 0 {
			t.Errorf("%q: %+v in %d calls", value, got, i.calls())
		}
	}
}
