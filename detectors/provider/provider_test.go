package provider

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// acme is a rules file; tests put their rows and calls into it.
const acme = `id         = "acme"
title      = "Acme"
keywords   = ["acme"]
hosts      = ["api.acme.example", "eu.acme.example"]
test_hosts = ["sandbox.acme.example"]

[[credential]]
id       = "acme-api-key"
title    = "Acme API key pair"
severity = "high"

[credential.parts.key]
regex = '''\b([a-z0-9]{16})\b'''

[credential.parts.secret]
regex = '''\b([a-z0-9]{32})\b'''

`

const (
	theKey    = "k3y0123456789abc"
	theSecret = "s3cr3t0123456789abcdef0123456789"
)

// asLive is a verify call that is live when the body says ok.
const asLive = `[credential.verify]
get     = "https://api.acme.example/v1/me?at={unix_ms}"
headers = { X-Key = "{key}" }
account = "user.id"
label   = "label"
ips     = "ips"
expires = "until"
sub     = "sub"

[[credential.verify.reply]]
status = 200
json   = { ok = true }
is     = "live"

[[credential.verify.reply]]
json   = { code = 10003 }
is     = "dead"
reason = "no such key"

[[credential.verify.reply]]
json   = { code = 10004 }
is     = "unknown"
reason = "the secret is not its own"
known  = true

[[credential.verify.reply]]
json   = { code = 10010 }
is     = "restricted"
reason = "bound to other addresses"

[[credential.verify.permission]]
json = { rights = { has = "withdraw" } }
is   = "withdraw"

[[credential.verify.permission]]
json = { rights = { has = "read" } }
is   = "read"
`

// credential is one of acme, with calls of the test.
func credential(t *testing.T, calls string) detectors.Credential {
	t.Helper()
	rules, err := detectors.LoadFile("acme.toml", []byte(acme+calls))
	if err != nil {
		t.Fatal(err)
	}
	return detectors.Credential{Rule: &rules[0], Provider: "acme", Parts: map[string]detectors.Secret{
		"key": detectors.NewSecret(theKey), "secret": detectors.NewSecret(theSecret),
	}}
}

// issuer answers in place of the network.
type issuer struct {
	mu     sync.Mutex
	seen   []string
	answer func(r *http.Request) (*http.Response, error)
}

func (i *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	i.mu.Lock()
	i.seen = append(i.seen, r.Method+" "+r.URL.String())
	i.mu.Unlock()
	return i.answer(r)
}

func (i *issuer) calls() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.seen)
}

func says(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for n := 0; n+1 < len(headers); n += 2 {
		h.Set(headers[n], headers[n+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func always(status int, body string, headers ...string) *issuer {
	return &issuer{answer: func(*http.Request) (*http.Response, error) { return says(status, body, headers...), nil }}
}

// client asks the issuer fast and at a fixed time.
func client(t *testing.T, i *issuer, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{Transport: i, Rate: 1e6, Now: func() time.Time { return time.UnixMilli(1700000000123) }, Jitter: func() float64 { return 0 }}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestVerdictsOfAnswers(t *testing.T) {
	cred := credential(t, asLive)
	for name, tt := range map[string]struct {
		status  int
		body    string
		headers []string
		want    Verdict
	}{
		"live with rights and facts": {200, `{"ok":true,"rights":["withdraw","read"],"user":{"id":7},"label":"bot","ips":["1.2.3.4","5.6.7.8"],"until":1700000000,"sub":"s1"}`, nil,
			Verdict{Status: Live, Permissions: []string{"read", "withdraw"}, Account: "7", Label: "bot", IPs: []string{"1.2.3.4", "5.6.7.8"}, Expires: "1700000000", Sub: "s1"}},
		"rights as words":                {200, `{"ok":true,"rights":"read, withdraw"}`, nil, Verdict{Status: Live, Permissions: []string{"read", "withdraw"}}},
		"live without rights":            {200, `{"ok":true}`, nil, Verdict{Status: Live}},
		"facts never show the key":       {200, `{"ok":true,"label":"x` + theKey + `y\u0007"}`, nil, Verdict{Status: Live, Label: "xk3****y "}},
		"dead":                           {401, `{"code":10003}`, nil, Verdict{Status: Dead, Reason: "no such key"}},
		"number as text":                 {401, `{"code":"10003"}`, nil, Verdict{Status: Dead, Reason: "no such key"}},
		"secret wrong":                   {401, `{"code":10004}`, nil, Verdict{Status: Unknown, Reason: "the secret is not its own", Known: true}},
		"restricted":                     {403, `{"code":10010}`, nil, Verdict{Status: Restricted, Reason: "bound to other addresses"}},
		"no row":                         {401, `{"code":1}`, nil, Verdict{Status: Unknown, Reason: "an answer that says neither yes nor no (401)", Unanswered: true}},
		"right words, wrong status":      {403, `{"ok":true}`, nil, Verdict{Status: Unknown, Reason: "an answer that says neither yes nor no (403)", Unanswered: true}},
		"truth as text":                  {200, `{"ok":"true"}`, nil, Verdict{Status: Unknown, Reason: "an answer that says neither yes nor no (200)", Unanswered: true}},
		"empty":                          {200, ``, nil, Verdict{Status: Unknown, Reason: "an empty answer (200)", Unanswered: true}},
		"cut":                            {200, `{"ok":true,"rights":["wit`, nil, Verdict{Status: Unknown, Reason: "a broken answer (200)", Unanswered: true}},
		"XML that is cut":                {200, `<?xml version="1.0"?><Result><ok>true</ok>`, nil, Verdict{Status: Unknown, Reason: "a broken answer (200)", Unanswered: true}},
		"XML that is whole":              {200, `<?xml version="1.0"?><Result><ok>true</ok></Result>`, nil, Verdict{Status: Unknown, Reason: "an answer that says neither yes nor no (200)", Unanswered: true}},
		"two values":                     {200, `{"ok":true}{"ok":true}`, nil, Verdict{Status: Unknown, Reason: "a broken answer (200)", Unanswered: true}},
		"page of a firewall":             {403, "<!DOCTYPE html><html>{\"code\":10003}", nil, Verdict{Status: Unknown, Reason: "a web page in place of an answer (403)", Unanswered: true}},
		"page that looks like an answer": {200, "\n <html><body>{\"ok\":true}</body></html>", nil, Verdict{Status: Unknown, Reason: "a web page in place of an answer (200)", Unanswered: true}},
		"redirect":                       {302, `{"code":10003}`, []string{"Location", "https://elsewhere.example/"}, Verdict{Status: Unknown, Reason: "a redirect, not followed (302)", Unanswered: true}},
		"outage that says dead":          {503, `{"code":10003}`, nil, Verdict{Status: Unknown, Reason: "a fault of the issuer (503)", Unanswered: true}},
		"rate limit that says dead":      {429, `{"code":10003}`, []string{"Retry-After", "3600"}, Verdict{Status: Unknown, Reason: "rate limit (429)", Unanswered: true}},
		"oversized":                      {200, `{"ok":true,"x":"` + strings.Repeat("x", maxAnswer) + `"}`, nil, Verdict{Status: Unknown, Reason: "an answer larger than 1 MiB", Unanswered: true}},
	} {
		t.Run(name, func(t *testing.T) {
			i := always(tt.status, tt.body, tt.headers...)
			got := client(t, i, func(o *Options) { o.Attempts = 1 }).Verify(t.Context(), Query{Credential: cred})
			tt.want.AskedAt, tt.want.Host, tt.want.Asked = got.AskedAt, "api.acme.example", got.Asked
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if len(got.Asked) != 1 || got.Asked[0].Path != "/v1/me" || got.Asked[0].Status != tt.status {
				t.Errorf("asked %+v", got.Asked)
			}
			for _, part := range []string{theKey, theSecret} {
				if text := fmt.Sprintf("%+v %#v", got, got); strings.Contains(text, part) {
					t.Errorf("a part shows in %s", text)
				}
			}
		})
	}
}

func TestRealServer(t *testing.T) {
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		fmt.Fprint(w, `{"ok":true}`)
	}))
	defer server.Close()
	c, err := New(Options{Overrides: map[string]Override{"acme": {BaseURL: server.URL + "/proxy"}}, Now: func() time.Time { return time.UnixMilli(5) }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	v := c.Verify(t.Context(), Query{Credential: credential(t, asLive)})
	if v.Status != Live {
		t.Fatalf("verdict is %+v", v)
	}
	if got.URL.String() != "/proxy/v1/me?at=5" || got.Header.Get("X-Key") != theKey || !strings.HasPrefix(got.Header.Get("User-Agent"), "keysweep") {
		t.Errorf("asked %s with %v", got.URL, got.Header)
	}
}
