package issuer

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
)

// rulesOfTwo are two rules of one provider and one of another.
func rulesOfTwo() []detectors.Rule {
	bearer := map[string]string{"Authorization": "Bearer {token}"}
	return []detectors.Rule{
		{ID: "openai-api-key", Verify: &detectors.Call{Name: "verify", Method: "GET", URL: "https://api.openai.com/v1/models", Headers: bearer}},
		{ID: "telegram-bot-token", Verify: &detectors.Call{Name: "verify", Method: "GET", URL: "https://api.telegram.org/bot{token}/getMe"}},
	}
}

// client sends like any program that was told to trust the server.
func client(s *Server) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: s.Dial, TLSClientConfig: &tls.Config{RootCAs: s.Roots()}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func ask(t *testing.T, s *Server, url, token string) (int, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client(s).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, string(body), err
}

const models = "https://api.openai.com/v1/models"

func TestServerPlaysAllHosts(t *testing.T) {
	s := New(t, rulesOfTwo(), Options{})
	one := s.Issue("one", "openai-api-key", map[string]string{"token": "sk-one"}, Always(Answer{Status: 200, Body: "1"}))
	two := s.Issue("two", "telegram-bot-token", map[string]string{"token": "7:two"}, InTurn(Broken(503), Answer{Status: 200, Body: "2"}))
	for _, c := range []struct {
		url, token string
		status     int
		body       string
	}{{models, "sk-one", 200, "1"}, {"https://api.telegram.org/bot7%3Atwo/getMe", "", 503, `{"message":"internal error"}`}, {"https://api.telegram.org/bot7:two/getMe", "", 200, "2"}} {
		status, body, err := ask(t, s, c.url, c.token)
		if err != nil || status != c.status || body != c.body {
			t.Errorf("%s: %d %q %v", c.url, status, body, err)
		}
	}
	if len(one.Calls()) != 1 || len(two.Calls()) != 2 || !one.Calls()[0].Is("verify") || s.Hits("api.telegram.org") != 2 {
		t.Errorf("calls: %d and %d; %d hits", len(one.Calls()), len(two.Calls()), s.Hits("api.telegram.org"))
	}
}

func TestServerKeepsFaults(t *testing.T) {
	s := New(t, rulesOfTwo(), Options{})
	key := s.Issue("one", "openai-api-key", map[string]string{"token": "sk-one"}, Always(Answer{Status: 200, Body: "1"}))
	for url, token := range map[string]string{models: "sk-two", "https://api.example.com/": "sk-one", "https://api.openai.com/v1/chat": "sk-one"} {
		if _, _, err := ask(t, s, url, token); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := ask(t, s, models, ""); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range s.TakeFaults() {
		got[f] = true
		if strings.Contains(f, "sk-") {
			t.Errorf("a fault quotes the credential: %s", f)
		}
	}
	want := map[string]bool{
		"GET https://api.openai.com/v1/models: the key is unknown (credential)": true, "GET https://api.example.com/...: no issuer has that host (api.example.com)": true,
		"GET https://api.openai.com/...: no call of a rules file goes there (GET)": true, "GET https://api.openai.com/v1/models: something that the issuer needs is missing (header Authorization)": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	key.Expect(FaultEndpoint)
	if _, _, err := ask(t, s, "https://api.openai.com/v1/chat", "sk-one"); err != nil || len(s.Faults()) > 0 {
		t.Errorf("an expected fault was kept: %v %v", s.Faults(), err)
	}
}

func TestMisbehaviour(t *testing.T) {
	good := Answer{Status: 200, Body: `{"object":"list","data":[]}`}
	for name, c := range map[string]struct {
		answer Answer
		status int
		body   string
		fails  func(error) bool
	}{
		"too many":      {TooMany(3), 429, `{"message":"too many requests"}`, nil},
		"a firewall":    {Wall(), 403, Wall().Body, nil},
		"empty":         {Empty(), 200, "", nil},
		"truncated":     {Truncated(good), 200, good.Body[:13], nil},
		"cut off":       {CutOff(good), 200, good.Body[:13], func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		"redirect":      {Redirect(302), 302, "<a href=\"https://elsewhere.example/v1/models\">Found</a>.\n\n", nil},
		"slow drip":     {Drip(200, time.Millisecond), 200, "", func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		"silence":       {Silent(), 0, "", func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		"reset":         {Reset(), 0, "", func(err error) bool { return err != nil && !errors.Is(err, context.DeadlineExceeded) }},
		"page":          {Page(), 200, Page().Body, nil},
		"oversized":     {Oversized(good, 10), 200, `{"object":"list","data":[],"padding":"xxxxxxxxxx"}`, nil},
		"server's case": {Broken(500), 500, `{"message":"internal error"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(t, rulesOfTwo(), Options{})
			s.Issue("one", "openai-api-key", map[string]string{"token": "sk-one"}, Always(c.answer))
			status, body, err := ask(t, s, models, "sk-one")
			if c.fails == nil && err != nil || c.fails != nil && !c.fails(err) {
				t.Fatalf("error is %v", err)
			}
			if status != c.status || name != "slow drip" && body != c.body {
				t.Errorf("%d %q, want %d %q", status, body, c.status, c.body)
			}
		})
	}
}

func TestBadTLS(t *testing.T) {
	s := New(t, rulesOfTwo(), Options{BadTLS: true})
	s.Issue("one", "openai-api-key", map[string]string{"token": "sk-one"}, Always(Empty()))
	_, _, err := ask(t, s, models, "sk-one")
	if unknown := new(tls.CertificateVerificationError); !errors.As(err, &unknown) {
		t.Errorf("error is %v", err)
	}
}
