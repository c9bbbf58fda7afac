package provider

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keysweep/keysweep/detectors"
)

func TestPauses(t *testing.T) {
	now := time.UnixMilli(1700000000000)
	for name, tt := range map[string]struct {
		status  int
		headers []string
		want    time.Duration
	}{
		"seconds":                   {429, []string{"Retry-After", "7"}, 7 * time.Second},
		"date":                      {503, []string{"Retry-After", now.Add(9 * time.Second).UTC().Format(http.TimeFormat)}, 9 * time.Second},
		"date gone by":              {429, []string{"Retry-After", now.Add(-time.Minute).UTC().Format(http.TimeFormat)}, 0},
		"ban of Binance":            {418, []string{"Retry-After", "120"}, 2 * time.Minute},
		"a year":                    {429, []string{"Retry-After", "31536000"}, maxPause},
		"nonsense":                  {429, []string{"Retry-After", "soon"}, 0},
		"on a good answer":          {200, []string{"Retry-After", "7"}, 0},
		"reset in seconds":          {429, []string{"X-RateLimit-Reset", "5"}, 5 * time.Second},
		"reset as a time":           {429, []string{"X-RateLimit-Reset", "1700000004"}, 4 * time.Second},
		"Bybit's reset":             {200, []string{"X-Bapi-Limit-Status", "0", "X-Bapi-Limit-Reset-Timestamp", "1700000001500"}, 1500 * time.Millisecond},
		"KuCoin's reset":            {429, []string{"gw-ratelimit-remaining", "0", "gw-ratelimit-reset", "2500"}, 2500 * time.Millisecond},
		"calls left":                {200, []string{"X-RateLimit-Remaining", "3", "X-RateLimit-Reset", "5"}, 0},
		"no calls left, still good": {200, []string{"RateLimit-Remaining", "0", "RateLimit-Reset", "5"}, 5 * time.Second},
	} {
		resp := says(tt.status, "", tt.headers...)
		if got := pauseOf(resp, now); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

func TestPauseHoldsForAllCallsToTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var late []time.Duration
		i := &issuer{}
		i.answer = func(*http.Request) (*http.Response, error) {
			late = append(late, time.Since(began))
			if len(late) == 1 {
				return says(429, "", "Retry-After", "4"), nil
			}
			return says(200, `{"ok":true}`), nil
		}
		c := client(t, i)
		first := credential(t, asLive)
		second := credential(t, asLive)
		second.Parts["key"] = detectors.NewSecret("an0ther123456789")
		if v := c.Verify(t.Context(), Query{Credential: first}); v.Status != Live {
			t.Errorf("first is %+v", v)
		}
		if v := c.Verify(t.Context(), Query{Credential: second}); v.Status != Live {
			t.Errorf("second is %+v", v)
		}
		if len(late) != 3 || late[1] < 4*time.Second {
			t.Errorf("calls at %v", late)
		}
		c.governor.pause("api.acme.example", time.Hour)
		if v := c.Verify(t.Context(), Query{Credential: first, Fresh: true}); v.Reason != "rate limit: the host wants no calls for 1h0m0s" || len(late) != 3 {
			t.Errorf("third is %+v after %d calls", v, len(late))
		}
	})
}

// TestThousandCredentialsOverFortyHosts holds the speed goal: what the caps allow plus ten per cent, with answers that take
// 300 ms each.
func TestThousandCredentialsOverFortyHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hosts, each = 40, 25
		i := &issuer{answer: func(*http.Request) (*http.Response, error) {
			time.Sleep(300 * time.Millisecond)
			return says(200, `{"ok":true}`), nil
		}}
		o := Options{Transport: i, Overrides: map[string]Override{}}
		for h := range hosts {
			o.Overrides[fmt.Sprintf("acme%d", h)] = Override{BaseURL: fmt.Sprintf("https://h%d.acme.example", h)}
		}
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var wg sync.WaitGroup
		rule := credential(t, asLive).Rule
		for n := range hosts * each {
			cred := detectors.Credential{Rule: rule, Provider: fmt.Sprintf("acme%d", n%hosts), Parts: map[string]detectors.Secret{
				"key": detectors.NewSecret(fmt.Sprintf("k%015d", n)), "secret": detectors.NewSecret(theSecret),
			}}
			wg.Go(func() {
				if v := c.Verify(t.Context(), Query{Credential: cred}); v.Status != Live {
					t.Errorf("verdict is %+v", v)
				}
			})
		}
		wg.Wait()
		allowed := time.Duration(each) * time.Second / 5
		if took := time.Since(began); took > allowed*11/10 || i.calls() != hosts*each {
			t.Errorf("%d calls took %s, allowed are %s", i.calls(), took, allowed)
		}
	})
}

func TestEndOfTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{answer: func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }}
		c := client(t, i, func(o *Options) { o.Rate, o.Timeout = 0.001, time.Hour })
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for n := range 3 {
			cred := credential(t, asLive)
			cred.Parts["key"] = detectors.NewSecret(fmt.Sprintf("k%015d", n))
			wg.Go(func() {
				if v := c.Verify(ctx, Query{Credential: cred}); v.Status != Unknown || !v.Unanswered || !strings.HasPrefix(v.Reason, "the run") {
					t.Errorf("verdict is %+v", v)
				}
			})
		}
		wg.Wait()
	})
}

func TestSilentHostIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := true
		i := &issuer{answer: func(r *http.Request) (*http.Response, error) {
			if !silent {
				return says(200, `{"ok":true}`), nil
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}}
		c := client(t, i, func(o *Options) { o.Attempts = 1 })
		ask := func(n int) Verdict {
			cred := credential(t, asLive)
			cred.Parts["key"] = detectors.NewSecret(fmt.Sprintf("k%015d", n))
			return c.Verify(t.Context(), Query{Credential: cred})
		}
		began := time.Now()
		for n := range 50 {
			if v := ask(n); v.Status != Unknown || !v.Unanswered {
				t.Errorf("verdict is %+v", v)
			}
		}
		if took := time.Since(began); took != maxSilent*10*time.Second || i.calls() != maxSilent {
			t.Errorf("50 credentials took %s and %d calls", took, i.calls())
		}
		if v := ask(50); v.Reason != "the host did not answer 5 calls before this one" {
			t.Errorf("reason is %q", v.Reason)
		}
		silent = false
		time.Sleep(11 * time.Second)
		if v := ask(51); v.Status != Live {
			t.Errorf("after a while: %+v", v)
		}
		if v := ask(52); v.Status != Live {
			t.Errorf("after an answer: %+v", v)
		}
	})
}
