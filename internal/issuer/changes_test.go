package issuer_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/internal/issuer"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/revoke"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// TestChanges ends or limits a credential by every call that does so, over TLS, at an issuer that checks each signature by
// code of its own. The issuer holds the leaked credential, another one of the same account, and the key of whoever may
// end them: the leaked one ends, the other still works.
func TestChanges(t *testing.T) {
	s := newStand(t, issuer.Options{})
	logs := logFolder(t)
	for i := range s.rules {
		r := &s.rules[i]
		for j, call := range slices.Concat(r.Revoke, r.Contain) {
			t.Run(r.ID+"/"+call.Name, func(t *testing.T) {
				t.Parallel()
				(&ending{stand: s, rule: r, call: call, contain: j >= len(r.Revoke)}).run(t, logs)
			})
		}
	}
}

// logFolder is in memory where there is such a thing: a log is synced at every line.
func logFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keysweep-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// ending is one call that ends or limits a credential.
type ending struct {
	*stand
	rule    *detectors.Rule
	call    *detectors.Call
	contain bool
	parts   map[string]string // of the leaked credential
	other   map[string]string // of another one of the account

	mu        sync.Mutex
	now       string // the call under way
	asked     int    // requests of it
	made      int    // times the call under test was made
	bystander bool   // the other credential is asked about
}

func (e *ending) run(t *testing.T, logs string) {
	leaked, other := e.alone(e.credential(t, e.rule, "leaked "+e.call.Name)), e.alone(e.credential(t, e.rule, "other "+e.call.Name))
	e.parts, e.other = reveal(leaked.Values()), reveal(other.Values())
	e.issue(t, leaked, e.serve)
	e.issue(t, other, e.serve)
	signer := e.signer(t)
	client, _ := e.asker(t, e.rule, provider.Options{Timeout: ample, Attempts: 1, Signer: func(string) (map[string]detectors.Secret, error) { return signer, nil }})
	dir, err := os.MkdirTemp(logs, "")
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(t.Context(), filepath.Join(dir, "audit.jsonl"), audit.Options{Actor: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	issuers := told{revoke.Provider{Client: client}, e}
	revoker := &revoke.Revoker{
		Issuer: issuers, Log: log, Signer: func(string) error { return nil },
		Policy: revoke.Policy{Yes: true, Consents: e.call.Consents, Rules: &detectors.RevokeConfig{Verdicts: []string{"live", "unasked"}}},
	}
	all := []scanner.Finding{e.finding(leaked)}
	all[0].Verdict = issuers.Verify(t.Context(), all[0])
	revoker.Revoke(t.Context(), all)
	e.check(t, all[0])
	e.bystander = true
	if f := e.finding(other); e.rule.Verify != nil {
		if v := issuers.Verify(t.Context(), f); v.Status != scanner.Live {
			t.Errorf("the other credential is %s: %s", v.Status, v.Reason)
		}
	}
}

// alone is the credential with no way but the one under test.
func (e *ending) alone(cred detectors.Credential) detectors.Credential {
	rule := *e.rule
	rule.Revoke, rule.Contain = []*detectors.Call{e.call}, nil
	if e.contain {
		rule.Revoke, rule.Contain = nil, []*detectors.Call{e.call}
	}
	cred.Rule = &rule
	return cred
}

func (e *ending) finding(cred detectors.Credential) scanner.Finding {
	return scanner.Finding{Credential: cred, Fingerprint: cred.Fingerprint(), Severity: e.rule.Severity, Environment: e.rule.Environment}
}

func (e *ending) check(t *testing.T, f scanner.Finding) {
	t.Helper()
	want := scanner.Done
	switch dead := first(e.answers(e.rule, "verify"), "dead"); {
	case e.contain:
		want = scanner.Contained
	case dead == nil && first(e.answers(e.rule, "verify.lookup"), "dead") == nil && first(e.answers(e.rule, e.call.Name+".lookup"), "gone") == nil:
		want = scanner.Requested
	}
	if f.Receipt.Status != want || e.made != 1 {
		t.Errorf("%s after %d calls, want %s after 1: %s; steps %+v", f.Receipt.Status, e.made, want, f.Receipt.Reason, f.Receipt.Steps)
	}
}

// told is an Issuer that tells the test which call comes next, since one URL may serve several.
type told struct {
	revoke.Provider
	e *ending
}

func (i told) Verify(ctx context.Context, f scanner.Finding) scanner.Verdict {
	i.e.begin("verify", 0)
	return i.Provider.Verify(ctx, f)
}

func (i told) Act(ctx context.Context, act revoke.Action) revoke.Answer {
	before := act.Before
	act.Before = func(step, text string) error {
		name := act.Call.Name
		if step == audit.Lookup && !strings.HasSuffix(name, step) {
			name += "." + step
		}
		i.e.begin(name, 0)
		return before(step, text)
	}
	return i.Provider.Act(ctx, act)
}

func (e *ending) begin(call string, asked int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now, e.asked = call, asked
}

// serve answers whoever asks by the call under way. That a request fits the call was checked, and its signature.
func (e *ending) serve(c *issuer.Call) issuer.Answer {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked++
	name := e.now
	if name == "verify" && e.rule.Verify.Lookup != nil && e.fits(c, "verify.lookup") && (e.asked%2 == 1 || !e.fits(c, "verify")) {
		name = "verify.lookup"
	}
	if !e.fits(c, name) {
		return issuer.Answer{Status: 404}
	}
	switch dead := e.made > 0 && !e.contain && !e.bystander; {
	case strings.HasPrefix(name, "verify") && dead:
		return e.answer(name, e.parts, "dead", "found")
	case strings.HasPrefix(name, "verify") && e.bystander:
		return e.answer(name, e.other, "live", "found")
	case strings.HasPrefix(name, "verify"):
		return e.answer(name, e.parts, "live", "found")
	case strings.HasSuffix(name, ".lookup") && dead:
		return e.answer(name, e.parts, "gone")
	case strings.HasSuffix(name, ".lookup"):
		return e.answer(name, e.parts, "found")
	}
	e.made++
	return e.answer(name, e.parts, "done")
}

func (e *ending) fits(c *issuer.Call, name string) bool {
	return slices.Contains(c.Fits, issuer.Ref{Rule: e.rule.ID, Call: name})
}

func (e *ending) answer(name string, parts map[string]string, means ...string) issuer.Answer {
	for _, is := range means {
		if a := first(e.answers(e.rule, name), is); a != nil {
			return recorded(*a, parts)
		}
	}
	return issuer.Answer{Status: 404}
}

// signer issues the key of whoever may end the leaked one.
func (e *ending) signer(t *testing.T) map[string]detectors.Secret {
	t.Helper()
	if e.call.Way == detectors.WaySelf {
		return nil
	}
	out := map[string]detectors.Secret{}
	if e.call.Sign != nil {
		out = e.credential(t, e.kind(), "signer of "+e.rule.ID+" "+e.call.Name).Values()
		for _, part := range []string{"key", "secret"} {
			if _, has := out[part]; !has {
				out[part] = own(t, part)
			}
		}
	}
	for _, c := range []*detectors.Call{e.call, e.call.Lookup} {
		if c == nil {
			continue
		}
		texts := append(slices.Collect(maps.Values(c.Headers)), c.URL, c.Body)
		for _, p := range detectors.Placeholders(strings.Join(texts, " ")) {
			name, ok := strings.CutPrefix(p.Name, "signer.")
			if _, has := out[name]; ok && !has {
				out[name] = own(t, name)
			}
		}
	}
	e.server.Issue(t.Name()+" signer", e.kind().ID, reveal(out), e.serve)
	return out
}

// own is a value that no other test has; it may stand for a number.
func own(t *testing.T, name string) detectors.Secret {
	sum := fnv.New64()
	fmt.Fprintln(sum, t.Name(), name)
	return detectors.NewSecret(fmt.Sprint(1e9 + sum.Sum64()%1e9))
}

// kind is the rule whose credentials sign as the call wants.
func (e *ending) kind() *detectors.Rule {
	if e.call.Sign == nil || e.rule.Verify == nil || e.rule.Verify.Sign == nil || e.rule.Verify.Sign.Scheme == e.call.Sign.Scheme {
		return e.rule
	}
	for i := range e.rules {
		if r := &e.rules[i]; r.Provider == e.rule.Provider && r.Verify != nil && r.Verify.Sign != nil && r.Verify.Sign.Scheme == e.call.Sign.Scheme {
			return r
		}
	}
	return e.rule
}
