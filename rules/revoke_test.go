package rules_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/rules"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/revoke"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// TestEveryAdapterEndsTheLeakedKey runs every call that ends or limits a credential through the whole flow, against an
// account that answers as recorded: once as it should be, and once for every way in which it may go wrong.
func TestEveryAdapterEndsTheLeakedKey(t *testing.T) {
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	n, folder := 0, memory(t)
	for i := range all {
		r := &all[i]
		for j, call := range slices.Concat(r.Revoke, r.Contain) {
			n++
			a := adapter{rule: r, call: call, contain: j >= len(r.Revoke), cases: readCases(t, r.Provider), folder: folder, samples: map[uint64]map[string]string{}}
			t.Run(r.ID+"/"+call.Name, a.run)
		}
	}
	if n < 100 {
		t.Errorf("only %d calls that end or limit credentials", n)
	}
}

// adapter is one call under test.
type adapter struct {
	rule    *detectors.Rule
	call    *detectors.Call
	contain bool
	cases   *detectors.Cases
	folder  string                       // for logs
	samples map[uint64]map[string]string // by seed; keys take long to make
}

// memory returns a folder for logs, in memory where there is such a thing: they are synced thousands of times.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keysweep-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (a adapter) run(t *testing.T) {
	t.Run("as it should be", a.succeeds)
	t.Run("time-out after it was done", a.lost)
	t.Run("too many calls", func(t *testing.T) {
		got := a.flow(t, &account{limited: true})
		got.want(t, scanner.Failed, 1)
	})
	for _, name := range []string{a.call.Name, a.call.Name + ".lookup"} {
		for _, answer := range answersTo(a.cases, a.rule, name) {
			if answer.Is != "done" && answer.Is != "found" {
				t.Run(name+" "+answer.Name, func(t *testing.T) { a.answered(t, name, answer) })
			}
		}
	}
	if a.call.Proof == detectors.ProofLookup {
		for _, kind := range []string{"another key", "a key with the same beginning"} {
			if kind != "another key" && len(a.rule.Pieces) > 0 {
				continue // the beginning is the key's id: who has it has the key
			}
			t.Run("the account has "+kind, func(t *testing.T) {
				got := a.flow(t, &account{holds: kind})
				if got.main != 0 || got.receipt.Status == scanner.Done || got.receipt.Status == scanner.Contained {
					t.Errorf("%s: %s, %d calls", got.receipt.Status, got.receipt.Reason, got.main)
				}
			})
		}
	}
}

func (a adapter) succeeds(t *testing.T) {
	got := a.flow(t, new(account))
	want := scanner.Done
	switch {
	case a.contain:
		want = scanner.Contained
		if got.receipt.Undo == "" {
			t.Error("the receipt does not say how to undo it")
		}
	case !got.tells:
		want = scanner.Requested // nothing that the issuer says proves it dead
	}
	got.want(t, want, 1)
	if got.receipt.Proof == "" || got.receipt.Audit.Last == 0 {
		t.Errorf("receipt %+v", got.receipt)
	}
}

// lost has the answer to the call go missing, after the issuer carried it out.
func (a adapter) lost(t *testing.T) {
	got := a.flow(t, &account{lost: true})
	if !a.contain && got.tells {
		got.want(t, scanner.Done, 1)
		return
	}
	got.want(t, scanner.Requested, 1)
}

// answered gives one recorded answer that is no success.
func (a adapter) answered(t *testing.T, name string, answer detectors.Answer) {
	got := a.flow(t, &account{instead: map[string]detectors.Answer{name: answer}})
	switch lookup := strings.HasSuffix(name, ".lookup"); {
	case lookup && got.main != 0:
		t.Errorf("called after a lookup that did not find it")
	case lookup && (got.receipt.Status == scanner.Done || got.receipt.Status == scanner.Requested || got.receipt.Status == scanner.Contained):
		t.Errorf("%s: %s", got.receipt.Status, got.receipt.Reason)
	case lookup:
	case answer.Is == "refused":
		got.want(t, scanner.Refused, 1)
		if !strings.Contains(got.receipt.Reason, "by ") {
			t.Errorf("reason %q", got.receipt.Reason)
		}
	case answer.Is == "gone" && a.rule.Verify == nil:
		got.want(t, scanner.Requested, 1)
	case answer.Is == "gone":
		got.want(t, scanner.Failed, 1) // it still lives: the two answers contradict each other
	case a.contain:
		got.want(t, scanner.Requested, 1)
	default:
		got.want(t, scanner.Requested, 2) // once more after the issuer said that it lives
	}
}

// ended is how a flow ended.
type ended struct {
	receipt scanner.Receipt
	main    int  // times the call itself went out
	tells   bool // the issuer has an answer that says dead
}

func (e ended) want(t *testing.T, status scanner.Outcome, calls int) {
	t.Helper()
	if e.receipt.Status != status || e.main != calls {
		t.Errorf("%s after %d calls, want %s after %d: %s; steps %+v", e.receipt.Status, e.main, status, calls, e.receipt.Reason, e.receipt.Steps)
	}
}

// flow revokes a leaked credential of the rule by this one call.
func (a adapter) flow(t *testing.T, at *account) ended {
	t.Helper()
	rule := *a.rule
	rule.Revoke, rule.Contain = []*detectors.Call{a.call}, nil
	if a.contain {
		rule.Revoke, rule.Contain = nil, []*detectors.Call{a.call}
	}
	cred := a.sample(t, &rule, 7)
	at.adapter, at.parts, at.holder = a, cred.Values(), a.holder(t, at.holds, cred)
	client := a.client(t, at, cred)
	dir, err := os.MkdirTemp(a.folder, "")
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "audit.jsonl")
	opened, err := audit.Open(t.Context(), log, audit.Options{Actor: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	r := &revoke.Revoker{
		Issuer: told{revoke.Provider{Client: client}, at}, Log: opened,
		Policy: revoke.Policy{Yes: true, Consents: a.call.Consents, Rules: &detectors.RevokeConfig{Verdicts: []string{"live", "restricted", "unknown", "unasked"}}},
		Signer: func(string) error { return nil },
	}
	f := scanner.Finding{Credential: cred, Fingerprint: cred.Fingerprint(), Severity: rule.Severity, Environment: rule.Environment}
	f.Verdict = r.Issuer.Verify(t.Context(), f)
	if rule.Verify != nil && f.Verdict.Status != scanner.Live {
		t.Fatalf("before: %s: %s", f.Verdict.Status, f.Verdict.Reason)
	}
	all := []scanner.Finding{f}
	r.Revoke(t.Context(), all)
	a.checkSilence(t, log, all[0], cred)
	return ended{*all[0].Receipt, at.main, at.tells()}
}

func (a adapter) sample(t *testing.T, rule *detectors.Rule, seed uint64) detectors.Credential {
	t.Helper()
	parts := a.samples[seed]
	if parts == nil {
		var err error
		if parts, err = a.cases.Sample(rule, seed); err != nil {
			t.Fatal(err)
		}
		a.samples[seed] = parts
	}
	cred := detectors.Credential{Rule: rule, Provider: rule.Provider, Parts: map[string]detectors.Secret{}}
	for name, value := range parts {
		cred.Parts[name] = detectors.NewSecret(value)
	}
	return cred
}

// holder is the credential that the account's lists show.
func (a adapter) holder(t *testing.T, kind string, leaked detectors.Credential) map[string]detectors.Secret {
	switch kind {
	case "another key":
		return a.sample(t, leaked.Rule, 8).Values()
	case "a key with the same beginning":
		near := detectors.Credential{Rule: leaked.Rule, Parts: map[string]detectors.Secret{}}
		for name, part := range leaked.Parts {
			text := part.Reveal()
			last := map[bool]string{true: "a", false: "b"}[!strings.HasSuffix(text, "a")]
			near.Parts[name] = detectors.NewSecret(text[:len(text)-1] + last)
		}
		return near.Values()
	}
	return leaked.Values()
}

func (a adapter) client(t *testing.T, at *account, cred detectors.Credential) *provider.Client {
	t.Helper()
	client, err := provider.New(provider.Options{
		Transport: at, Rate: 1e6, Attempts: 1, Overrides: overrides(a.rule),
		Signer: func(string) (map[string]detectors.Secret, error) { return signerOf(cred), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// checkSilence looks for parts of the credential in all that is kept.
func (a adapter) checkSilence(t *testing.T, log string, f scanner.Finding, cred detectors.Credential) {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := json.Marshal(f.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	for name, part := range cred.Parts {
		if p := cred.Rule.Part(name); part.Len() >= 8 && p.Form != detectors.FormText && strings.Contains(string(text)+string(receipt), part.Reveal()) {
			t.Errorf("the %s stands in the log or the receipt", name)
		}
	}
	if s, err := audit.Verify(strings.NewReader(string(text))); err != nil || len(s.Problems) > 0 {
		t.Errorf("log: %+v, %v", s.Problems, err)
	}
}

// told is an Issuer that tells the account which call comes next.
type told struct {
	revoke.Provider
	at *account
}

func (i told) Verify(ctx context.Context, f scanner.Finding) scanner.Verdict {
	i.at.call, i.at.asked = "verify", 0
	return i.Provider.Verify(ctx, f)
}

func (i told) Act(ctx context.Context, act revoke.Action) revoke.Answer {
	before := act.Before
	act.Before = func(step, text string) error {
		i.at.call = act.Call.Name
		if step == audit.Lookup && !strings.HasSuffix(i.at.call, ".lookup") {
			i.at.call += ".lookup"
		}
		return before(step, text)
	}
	return i.Provider.Act(ctx, act)
}

// account answers as the cases file has it: live until the call was carried out, dead afterwards.
type account struct {
	adapter adapter
	parts   map[string]detectors.Secret // of the leaked credential
	holder  map[string]detectors.Secret // of the credential that its lists show

	lost    bool                        // the answer to the call is lost
	limited bool                        // the call is one too many
	instead map[string]detectors.Answer // by call: what is answered instead of success
	holds   string                      // what credential its lists show

	call  string // the one under way
	asked int    // requests of the verification under way
	main  int    // times the call went out
	dead  bool
}

// RoundTrip answers a request.
func (a *account) RoundTrip(*http.Request) (*http.Response, error) {
	name := a.call
	lookup := strings.HasSuffix(name, ".lookup")
	switch {
	case name == "verify":
		return a.verdict()
	case lookup && a.dead:
		return a.one(name, a.holder, "gone", "refused", "unknown"), nil
	case !lookup:
		a.main++
	}
	if answer, ok := a.instead[name]; ok {
		return respond(answer, a.holder), nil
	}
	switch {
	case lookup:
		return a.one(name, a.holder, "found"), nil
	case a.limited:
		return respond(detectors.Answer{Status: http.StatusTooManyRequests}, nil), nil
	}
	a.dead = !a.adapter.contain
	if a.lost {
		return nil, errors.New("connection reset")
	}
	return a.one(name, a.parts, "done"), nil
}

// verdict answers one request of a verification, which may have a lookup first.
func (a *account) verdict() (*http.Response, error) {
	a.asked++
	first := a.adapter.rule.Verify.Lookup != nil && a.asked%2 == 1
	name := map[bool]string{true: "verify.lookup", false: "verify"}[first]
	switch {
	case a.dead && first:
		a.asked-- // the next host begins with its lookup again, if this one ends here
		if !a.has(name, "dead") {
			a.asked++
		}
		return a.one(name, a.parts, "dead", "found"), nil
	case a.dead:
		return a.one(name, a.parts, "dead"), nil
	case first:
		return a.one(name, a.parts, "found"), nil
	}
	return a.one(name, a.parts, "live"), nil
}

func (a *account) has(call, is string) bool {
	return slices.ContainsFunc(answersTo(a.adapter.cases, a.adapter.rule, call), func(x detectors.Answer) bool { return x.Is == is })
}

// tells says whether the issuer can say that the credential is dead.
func (a *account) tells() bool {
	lookup := a.adapter.call.Name + ".lookup"
	return a.has("verify", "dead") || a.has("verify.lookup", "dead") || a.adapter.call.Lookup != nil && a.has(lookup, "gone")
}

// one answers with the first recorded answer of one of the meanings, or with what says nothing.
func (a *account) one(call string, parts map[string]detectors.Secret, meanings ...string) *http.Response {
	for _, is := range meanings {
		for _, x := range answersTo(a.adapter.cases, a.adapter.rule, call) {
			if x.Is == is {
				return respond(x, parts)
			}
		}
	}
	return respond(detectors.Answer{Status: http.StatusNotFound}, nil)
}

func respond(a detectors.Answer, parts map[string]detectors.Secret) *http.Response {
	filled := (&recorder{parts: parts}).fill(a.Body)
	res := &http.Response{StatusCode: cmp.Or(a.Status, 200), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(filled))}
	for name, value := range a.Headers {
		res.Header.Set(name, value)
	}
	return res
}
