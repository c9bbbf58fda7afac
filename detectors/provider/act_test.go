package provider

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
)

func TestActTellsOfEveryCallBeforeAndAfter(t *testing.T) {
	i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
		if r.Method == "GET" {
			return says(200, `{"list":[{"apiKey":"`+theKey+`","id":"id-1"}]}`), nil
		}
		return says(204, ""), nil
	}}
	cred := credential(t, byMaster)
	var told []string
	act := Action{
		Call: cred.Rule.Revoke[0], Credentials: []detectors.Credential{cred},
		Before: func(call, text string) error {
			told = append(told, "before "+call+" "+text)
			return nil
		},
		After: func(call string, o Outcome) { told = append(told, "after "+call+" "+string(o.Is)) },
	}
	got := client(t, i, withSigner).Act(t.Context(), act)
	want := []string{
		"before revoke.0.lookup GET https://api.acme.example/keys", "after revoke.0.lookup found",
		"before revoke.0 DELETE https://api.acme.example/keys/{lookup}", "after revoke.0 done",
	}
	if diff := cmp.Diff(want, told); diff != "" || got.Is != detectors.IsDone || !got.Sent || got.Status != 204 {
		t.Errorf("%+v (-want +got):\n%s", got, diff)
	}

	i.seen = nil
	act.Before = func(call, _ string) error {
		if call == "revoke.0" {
			return errors.New("no log")
		}
		return nil
	}
	got = client(t, i, withSigner).Act(t.Context(), act)
	if got.Is != detectors.IsUnknown || got.Reason != "kept back: no log" || got.Sent || len(i.seen) != 1 {
		t.Errorf("%+v, calls %v", got, i.seen)
	}
}

func TestALookupAlone(t *testing.T) {
	i := &issuer{answer: func(*http.Request) (*http.Response, error) { return says(200, `{"list":[]}`), nil }}
	cred := credential(t, byMaster)
	got := client(t, i, withSigner).Act(t.Context(), Action{Call: cred.Rule.Revoke[0].Lookup, Credentials: []detectors.Credential{cred}})
	if got.Is != detectors.IsRefused || got.Sent || len(i.seen) != 1 {
		t.Errorf("%+v, calls %v", got, i.seen)
	}
}

const batched = `[[credential.revoke]]
post   = "https://api.acme.example/end"
body   = '{"credentials":[{batch}],"at":{unix}}'
way    = "self"
proof  = "argument"
effect = "The keys end."
batch  = 2
each   = '"{key}"'

[[credential.revoke.reply]]
status = 202
is     = "done"
`

func TestCredentialsShareACall(t *testing.T) {
	var body string
	i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
		b := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(b)
		body = string(b)
		return says(202, ""), nil
	}}
	one := credential(t, batched)
	two := detectors.Credential{Rule: one.Rule, Provider: one.Provider, Parts: map[string]detectors.Secret{"key": detectors.NewSecret(`a"b`)}}
	c := client(t, i)
	got := c.Act(t.Context(), Action{Call: one.Rule.Revoke[0], Credentials: []detectors.Credential{one, two}})
	if want := `{"credentials":["` + theKey + `","a\"b"],"at":1700000000}`; body != want || got.Is != detectors.IsDone {
		t.Errorf("%+v, body %s, want %s", got, body, want)
	}
	got = c.Act(t.Context(), Action{Call: one.Rule.Revoke[0], Credentials: []detectors.Credential{one, two, one}})
	if got.Is != detectors.IsRefused || i.calls() != 1 {
		t.Errorf("%+v in %d calls", got, i.calls())
	}
}

// TestSentIsWhatMayHaveReachedTheHost uses real connections: one that is refused, and one that ends without an answer.
func TestSentIsWhatMayHaveReachedTheHost(t *testing.T) {
	hang := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Close()
		}
	}))
	defer hang.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for url, want := range map[string]bool{hang.URL: true, "http://" + closed.Addr().String(): false} {
		c, err := New(Options{Overrides: map[string]Override{"acme": {BaseURL: url}}, Attempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		cred := credential(t, batched)
		got := c.Act(t.Context(), Action{Call: cred.Rule.Revoke[0], Credentials: []detectors.Credential{cred}})
		if got.Is != detectors.IsUnknown || got.Sent != want || strings.Contains(got.Reason, theKey) {
			t.Errorf("%s: %+v", url, got)
		}
		c.Close()
	}
}

func TestAddressesAreTemplates(t *testing.T) {
	cred := credential(t, byMaster)
	c := client(t, always(200, ""), func(o *Options) {
		o.Overrides = map[string]Override{"acme": {Hosts: map[string]string{"eu.acme.example": "http://127.0.0.1:9/p/"}}}
	})
	for host, want := range map[string]string{"": "DELETE https://api.acme.example/keys/{lookup}", "eu.acme.example": "DELETE http://127.0.0.1:9/p/keys/{lookup}"} {
		if got, err := c.Address(cred, cred.Rule.Revoke[0], host); err != nil || got != want {
			t.Errorf("%s: %s, %v", host, got, err)
		}
	}
}

func TestCodesOfTheIssuerAreNoProse(t *testing.T) {
	for body, want := range map[string]string{
		`{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}`:          "-2015",
		`{"retCode":10003,"retMsg":"API key is invalid."}`:                                "10003",
		`{"error":{"code":13009,"message":"unauthorized"}}`:                               "13009",
		`{"error":"invalid_token"}`:                                                       "invalid_token",
		`{"ok":false,"error":"token_revoked"}`:                                            "token_revoked",
		`{"message":"Bad credentials"}`:                                                   "",
		`{"error":"` + theKey + `"}`:                                                      "",
		`{"error":"key-` + theKey + `"}`:                                                  "",
		`{"error":"` + theKey[:8] + `"}`:                                                  "",
		`<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>`: "InvalidClientTokenId",
		`["code"]`:         "",
		`{"code":{"a":1}}`: "",
		`{"code":"` + strings.Repeat("x", 60) + `"}`: "",
	} {
		cred := credential(t, batched)
		got := client(t, always(400, body)).Change(t.Context(), cred.Rule.Revoke[0], cred, "")
		if got.Code != want {
			t.Errorf("%s: code %q, want %q", body, got.Code, want)
		}
	}
}
