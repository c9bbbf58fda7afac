package provider

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
)

// threeHosts asks three hosts.
var threeHosts = strings.Replace(asLive, "[credential.verify]\n", "[credential.verify]\nhosts = [\"eu.acme.example\", \"sandbox.acme.example\"]\n", 1)

func TestDeadOnlyWhenAllHostsSaidSo(t *testing.T) {
	const dead, live, known, other = `{"code":10003}`, `{"ok":true}`, `{"code":10004}`, `{"code":1}`
	for name, tt := range map[string]struct {
		answers []string
		want    Status
		reason  string
		host    string
		calls   int
	}{
		"all dead":              {[]string{dead, dead, dead}, Dead, "no such key", "sandbox.acme.example", 3},
		"live at the second":    {[]string{dead, live, dead}, Live, "", "eu.acme.example", 2},
		"live at the first":     {[]string{live, dead, dead}, Live, "", "api.acme.example", 1},
		"one unclear":           {[]string{dead, other, dead}, Unknown, "eu.acme.example: an answer that says neither yes nor no (200)", "eu.acme.example", 3},
		"unclear, then live":    {[]string{other, dead, live}, Live, "", "sandbox.acme.example", 3},
		"known at the second":   {[]string{dead, known, live}, Unknown, "the secret is not its own", "eu.acme.example", 2},
		"unclear, then known":   {[]string{other, known, live}, Unknown, "the secret is not its own", "eu.acme.example", 2},
		"dead, the last a page": {[]string{dead, dead, "<html>"}, Unknown, "sandbox.acme.example: a web page in place of an answer (200)", "sandbox.acme.example", 3},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			i := &issuer{answer: func(*http.Request) (*http.Response, error) { n++; return says(200, tt.answers[n-1]), nil }}
			got := client(t, i).Verify(t.Context(), Query{Credential: credential(t, threeHosts)})
			if got.Status != tt.want || got.Reason != tt.reason || got.Host != tt.host || i.calls() != tt.calls || len(got.Asked) != tt.calls {
				t.Errorf("got %s (%s) by %s in %d calls, want %s (%s) by %s in %d", got.Status, got.Reason, got.Host, i.calls(), tt.want, tt.reason, tt.host, tt.calls)
			}
		})
	}
}

func TestOverrides(t *testing.T) {
	for name, tt := range map[string]struct {
		override Override
		want     []string
	}{
		"base for all": {Override{BaseURL: "http://127.0.0.1:7/x/"}, []string{"GET http://127.0.0.1:7/x/v1/me?at=1700000000123"}},
		"base and a host": {Override{BaseURL: "http://127.0.0.1:7", Hosts: map[string]string{"eu.acme.example": "http://[::1]:8"}},
			[]string{"GET http://127.0.0.1:7/v1/me?at=1700000000123", "GET http://[::1]:8/v1/me?at=1700000000123"}},
		"one host": {Override{Hosts: map[string]string{"eu.acme.example": "https://proxy.example/eu"}},
			[]string{"GET https://api.acme.example/v1/me?at=1700000000123", "GET https://proxy.example/eu/v1/me?at=1700000000123", "GET https://sandbox.acme.example/v1/me?at=1700000000123"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := always(401, `{"code":10003}`)
			c := client(t, i, func(o *Options) { o.Overrides = map[string]Override{"acme": tt.override} })
			if got := c.Verify(t.Context(), Query{Credential: credential(t, threeHosts)}); got.Status != Dead {
				t.Errorf("verdict is %+v", got)
			}
			if diff := cmp.Diff(tt.want, i.seen); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, bad := range []string{"127.0.0.1:7", "ftp://a.example", "http://user:pass@a.example", "http://", "http://a.example/?x=1"} {
		_, err := New(Options{Overrides: map[string]Override{"acme": {BaseURL: bad}}})
		if err == nil || strings.Contains(err.Error(), "pass") {
			t.Errorf("%q: error is %v", bad, err)
		}
	}
}

const testCall = `
[credential.verify.test]
get = "https://sandbox.acme.example/me"
[[credential.verify.test.reply]]
json = { ok = true }
is   = "live"
`

func TestEnvironments(t *testing.T) {
	all := strings.Replace(asLive, "[credential.verify]\n", "[credential.verify]\nenvironments = \"all\"\n", 1)
	for name, tt := range map[string]struct {
		calls, environment, ruleIs, want string
		status                           Status
	}{
		"live key":                {asLive, "", "", "api.acme.example", Live},
		"test key, no test call":  {asLive, "testnet", "", "", Unasked},
		"test key, test call":     {asLive + testCall, "sandbox", "", "sandbox.acme.example", Live},
		"live key, test call":     {asLive + testCall, "", "", "api.acme.example", Live},
		"test key, host for all":  {all, "demo", "", "api.acme.example", Live},
		"rule of the environment": {asLive, "testnet", "testnet", "api.acme.example", Live},
		"rule of another":         {asLive, "demo", "testnet", "", Unasked},
	} {
		t.Run(name, func(t *testing.T) {
			i := always(200, `{"ok":true}`)
			cred := credential(t, tt.calls)
			cred.Rule.Environment = tt.ruleIs
			got := client(t, i).Verify(t.Context(), Query{Credential: cred, Environment: tt.environment})
			if got.Status != tt.status || got.Host != tt.want || (i.calls() == 0) != (tt.status == Unasked) {
				t.Errorf("got %+v in %d calls", got, i.calls())
			}
		})
	}
}

func TestWhatIsNotAsked(t *testing.T) {
	configured := strings.NewReplacer("https://api.acme.example/", "https://configured/", "[credential.verify]\n", "[credential.verify]\nhost = \"configured\"\n").Replace(asLive)
	base := credential(t, asLive)
	withParts := func(parts map[string]string) detectors.Credential {
		c := base
		c.Parts = map[string]detectors.Secret{}
		for name, text := range parts {
			c.Parts[name] = detectors.NewSecret(text)
		}
		return c
	}
	for name, tt := range map[string]struct {
		query Query
		want  Verdict
	}{
		"no call":           {Query{Credential: credential(t, "")}, Verdict{Status: Unasked, Reason: "there is nothing to ask the issuer"}},
		"part not found":    {Query{Credential: base, Missing: []string{"secret"}}, Verdict{Status: Unasked, Reason: "its secret was not found"}},
		"no value":          {Query{Credential: withParts(map[string]string{"secret": theSecret})}, Verdict{Status: Unasked, Reason: "its key was not found"}},
		"no host":           {Query{Credential: credential(t, configured)}, Verdict{Status: Unasked, Reason: "its host is not known: set base_url under [providers.acme]"}},
		"canary's account":  {Query{Credential: withParts(map[string]string{"key": "AKIAAYLPMN5HAAISUO2M", "secret": theSecret})}, Verdict{Status: Unknown, Reason: "a canary: not asked"}},
		"canary's domain":   {Query{Credential: withParts(map[string]string{"key": "https://x.canarytokens.com/y"})}, Verdict{Status: Unknown, Reason: "a canary: not asked"}},
		"configured canary": {Query{Credential: withParts(map[string]string{"key": "trap", "secret": theSecret})}, Verdict{Status: Unknown, Reason: "a canary: not asked"}},
		"canary by a fact":  {Query{Credential: base, Identity: []detectors.Fact{{Name: "account", Value: "TRAP"}}}, Verdict{Status: Unknown, Reason: "a canary: not asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := always(200, `{"ok":true}`)
			got := client(t, i, func(o *Options) { o.Canaries = []string{"Trap"} }).Verify(t.Context(), tt.query)
			if diff := cmp.Diff(tt.want, got); diff != "" || i.calls() != 0 {
				t.Errorf("%d calls, %s", i.calls(), diff)
			}
		})
	}
	if got := awsAccount("AKIAY34FZKBOKMUTVV7A"); got != "609629065308" {
		t.Errorf("account is %s", got)
	}
}

func TestDuplicatesShareOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{answer: func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return says(200, `{"ok":true}`), nil
		}}
		c := client(t, i)
		cred := credential(t, asLive)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if v := c.Verify(t.Context(), Query{Credential: cred}); v.Status != Live {
					t.Errorf("verdict is %+v", v)
				}
			})
		}
		wg.Wait()
		if i.calls() != 1 {
			t.Errorf("%d calls", i.calls())
		}
		c.Verify(t.Context(), Query{Credential: cred, Fresh: true})
		if i.calls() != 2 {
			t.Errorf("%d calls after a fresh one", i.calls())
		}
	})
}

// refusal is an error that quotes what it must not.
func refusal(r *http.Request) error { return fmt.Errorf("proxyconnect %s: %v", r.URL, r.Header) }

func TestRetries(t *testing.T) {
	ok := func() *http.Response { return says(200, `{"ok":true}`) }
	for name, tt := range map[string]struct {
		calls   string
		answers []func(r *http.Request) (*http.Response, error)
		want    string
		made    int
		took    time.Duration
	}{
		"two faults of the issuer": {asLive, []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) { return says(500, ""), nil },
			func(*http.Request) (*http.Response, error) { return says(502, ""), nil },
			func(*http.Request) (*http.Response, error) { return ok(), nil },
		}, "live", 3, 600 * time.Millisecond},
		"faults without end": {asLive, []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) { return says(503, ""), nil },
		}, "unknown: a fault of the issuer (503)", 3, 600 * time.Millisecond},
		"a broken connection": {asLive, []func(*http.Request) (*http.Response, error){
			func(r *http.Request) (*http.Response, error) { return nil, refusal(r) },
			func(*http.Request) (*http.Response, error) { return ok(), nil },
		}, "live", 2, 200 * time.Millisecond},
		"no connection": {asLive, []func(*http.Request) (*http.Response, error){
			func(r *http.Request) (*http.Response, error) { return nil, refusal(r) },
		}, "unknown: the connection failed", 3, 600 * time.Millisecond},
		"asked to wait a little": {asLive, []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) { return says(429, "", "Retry-After", "3"), nil },
			func(*http.Request) (*http.Response, error) { return ok(), nil },
		}, "live", 2, 3 * time.Second},
		"asked to wait too long": {asLive, []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) { return says(429, "", "Retry-After", "60"), nil },
		}, "unknown: rate limit (429)", 1, 0},
		"slow faults end with the deadline": {asLive, []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) { time.Sleep(6 * time.Second); return says(500, ""), nil },
		}, "unknown: no answer within 10s", 2, 12200 * time.Millisecond},
		"an answer that no row knows": {asLive, []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) { return says(400, `{}`), nil },
		}, "unknown: an answer that says neither yes nor no (400)", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				i := &issuer{}
				i.answer = func(r *http.Request) (*http.Response, error) {
					n++
					f := tt.answers[min(n, len(tt.answers))-1]
					type pair struct {
						resp *http.Response
						err  error
					}
					done := make(chan pair, 1)
					go func() { resp, err := f(r); done <- pair{resp, err} }()
					select {
					case p := <-done:
						return p.resp, p.err
					case <-r.Context().Done():
						<-done
						return nil, r.Context().Err()
					}
				}
				began := time.Now()
				got := client(t, i).Verify(t.Context(), Query{Credential: credential(t, tt.calls)})
				if text := strings.TrimSuffix(string(got.Status)+": "+got.Reason, ": "); text != tt.want || i.calls() != tt.made {
					t.Errorf("got %q in %d calls, want %q in %d", text, i.calls(), tt.want, tt.made)
				}
				if took := time.Since(began).Truncate(10 * time.Millisecond); took != tt.took {
					t.Errorf("took %s, want %s", took, tt.took)
				}
			})
		})
	}
}

// drip is a body that never ends.
type drip struct{ done <-chan struct{} }

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-d.done:
		return 0, errors.New("closed")
	}
}
func (drip) Close() error { return nil }

func TestDeadlineEndsSlowBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
			resp := says(200, "")
			resp.Body = drip{r.Context().Done()}
			return resp, nil
		}}
		began := time.Now()
		got := client(t, i, func(o *Options) { o.Timeout = 7 * time.Second }).Verify(t.Context(), Query{Credential: credential(t, asLive)})
		if got.Reason != "no answer within 7s" || time.Since(began) > 8*time.Second {
			t.Errorf("%q after %s", got.Reason, time.Since(began))
		}
	})
}

func TestCutAnswer(t *testing.T) {
	i := &issuer{answer: func(*http.Request) (*http.Response, error) {
		resp := says(200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"ok":true}`), failing{}))
		return resp, nil
	}}
	got := client(t, i, func(o *Options) { o.Attempts = 1 }).Verify(t.Context(), Query{Credential: credential(t, asLive)})
	if got.Status != Unknown || got.Reason != "an answer that was cut off" {
		t.Errorf("verdict is %+v", got)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
