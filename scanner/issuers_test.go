package scanner

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
)

type answers func(r *http.Request) string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a(r)))}, nil
}

func TestIssuersOfWallets(t *testing.T) {
	const used, unused, broken = `{"result":"0x1"}`, `{"result":"0x0"}`, `{"result":null}`
	rule := &detectors.Rule{ID: "evm-private-key", Provider: "evm", Severity: detectors.High}
	for name, tt := range map[string]struct {
		answer      string
		was         Status
		environment string
		want        Verdict
		severity    detectors.Severity
	}{
		"proved and used":      {used, Proved, "", Verdict{Status: Proved, Reason: "checksum", Holdings: []detectors.Fact{{Name: "balance of 0xAb", Value: "0.000000000000000001 ETH, 1 transactions sent"}}}, detectors.Critical},
		"proved, never used":   {unused, Proved, "", Verdict{Status: Proved, Reason: "checksum"}, detectors.High},
		"proved, node is down": {broken, Proved, "", Verdict{Status: Proved, Reason: "checksum; its balance is not known: main: an answer that does not tell the balance"}, detectors.High},
		"likely and used":      {used, Unasked, "", Verdict{Status: Live, Reason: "a ledger knows its address", Holdings: []detectors.Fact{{Name: "balance of 0xAb", Value: "0.000000000000000001 ETH, 1 transactions sent"}}}, detectors.Critical},
		"likely, never used":   {unused, Unasked, "", Verdict{Status: Unknown, Reason: "no ledger knows its address"}, detectors.High},
		"likely, node is down": {broken, Unasked, "", Verdict{Status: Unknown, Reason: "its balance is not known: main: an answer that does not tell the balance", Unanswered: true}, detectors.High},
		"of a test network":    {used, Unasked, "testnet", Verdict{Status: Unasked, Reason: "there is nothing to ask the issuer"}, detectors.High},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			client, err := provider.New(provider.Options{
				Rate: 1000, Ledgers: map[string]provider.Ledger{"main": {Kind: "evm", URL: "https://node.example"}},
				Transport: answers(func(r *http.Request) string {
					calls++
					if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "pr1vate") || !strings.Contains(string(body), "0xAb") {
						t.Errorf("sent %s", body)
					}
					return tt.answer
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			f := Finding{
				Credential: detectors.Credential{Rule: rule, Provider: "evm", Parts: map[string]detectors.Secret{"private_key": detectors.NewSecret("pr1vate")}},
				Severity:   detectors.High, Environment: tt.environment, Identity: []detectors.Fact{{Name: "evm_address", Value: "0xAb"}},
				Verdict: Verdict{Status: tt.was, Reason: "checksum"}, Occurrences: []Occurrence{{}},
			}
			r := &run{scanner: &Scanner{Verifier: &Issuers{Client: client}}}
			got := r.verify(t.Context(), []Finding{f})[0]
			if (calls == 0) != (tt.environment != "") || got.Verdict.AskedAt.IsZero() != (calls == 0) {
				t.Errorf("%d calls, asked at %s", calls, got.Verdict.AskedAt)
			}
			got.Verdict.AskedAt = time.Time{}
			if diff := cmp.Diff(tt.want, got.Verdict); diff != "" || got.Severity != tt.severity {
				t.Errorf("severity %s, want %s; %s", got.Severity, tt.severity, diff)
			}
		})
	}
}

func TestMomentsOfIssuers(t *testing.T) {
	for in, want := range map[string]string{
		"1700000000": "2023-11-14T22:13:20Z", "1700000000123": "2023-11-14T22:13:20Z", "0": "", "-1": "", "2027-01-02": "2027-01-02", "": "", "90": "90",
	} {
		if got := readMoment(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestThousandFindingsOverFortyProviders holds the stage to what the caps allow, plus ten per cent: 25 calls to each host
// at 5 a second, with answers that take 700 ms.
func TestThousandFindingsOverFortyProviders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules, err := detectors.LoadFile("acme.toml", []byte(`id = "acme"
title = "Acme"
hosts = ["api.acme.example"]
[[credential]]
id = "acme-token"
title = "Acme token"
context = "none"
[credential.parts.token]
regex = 'x'
[credential.verify]
get = "https://api.acme.example/me?t={token}"
[[credential.verify.reply]]
json = { ok = true }
is = "live"
`))
		if err != nil {
			t.Fatal(err)
		}
		var calls atomic.Int64
		o := provider.Options{Overrides: map[string]provider.Override{}, Transport: answers(func(*http.Request) string {
			calls.Add(1)
			time.Sleep(700 * time.Millisecond)
			return `{"ok":true}`
		})}
		const providers, each = 40, 25
		var all []Finding
		for n := range providers * each {
			name := fmt.Sprintf("acme%d", n/each)
			o.Overrides[name] = provider.Override{BaseURL: "https://" + name + ".example"}
			all = append(all, Finding{
				Credential:  detectors.Credential{Rule: &rules[0], Provider: name, Parts: map[string]detectors.Secret{"token": detectors.NewSecret(fmt.Sprint(n))}},
				Occurrences: []Occurrence{{}},
			})
		}
		client, err := provider.New(o)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := &run{scanner: &Scanner{Verifier: &Issuers{Client: client}}}
		r.verify(t.Context(), all)
		allowed := each * time.Second / 5
		if took := time.Since(began); took > allowed*11/10 || r.cov.Verdicts.Live != providers*each || calls.Load() != providers*each {
			t.Errorf("%d calls, %d live, after %s; allowed are %s", calls.Load(), r.cov.Verdicts.Live, took, allowed)
		}
	})
}
