package issuer_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/internal/issuer"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/revoke"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// TestRevocations makes every call that ends or contains a credential, in an account that holds others too. Requests are
// checked as TestProviders has them checked, those of master and admin keys as well; what counts is which key the issuer
// was told to end.
func TestRevocations(t *testing.T) {
	s := newStand(t, issuer.Options{})
	n := 0
	for i := range s.rules {
		r := &s.rules[i]
		for _, call := range slices.Concat(r.Revoke, r.Contain) {
			n++
			t.Run(r.ID+"/"+call.Name, func(t *testing.T) {
				t.Parallel()
				v := &revocation{stand: s, rule: r, call: call, contain: strings.HasPrefix(call.Name, "contain")}
				v.run(t)
			})
		}
	}
	if n < 100 {
		t.Errorf("only %d calls", n)
	}
}

// revocation is one call under test.
type revocation struct {
	*stand
	rule    *detectors.Rule
	call    *detectors.Call
	contain bool
}

func (r *revocation) run(t *testing.T) {
	t.Run("among other keys", r.amongOthers)
	t.Run("another account", r.elsewhere)
	t.Run("time-out after it was done", r.lost)
	t.Run("too many requests", func(t *testing.T) {
		at := r.scene(t, false)
		at.account.Trouble(r.call.Name, issuer.Trouble{Answer: issuer.TooMany(60)})
		at.revoke(t)
		at.untouched(t, scanner.Failed)
	})
	for _, a := range r.answers(r.rule, r.call.Name) {
		if a.Is == "refused" {
			t.Run("refused: "+a.Name, func(t *testing.T) {
				at := r.scene(t, false)
				at.account.Trouble(r.call.Name, issuer.Trouble{Answer: recorded(a, reveal(at.leaked.Values()))})
				at.revoke(t)
				at.untouched(t, scanner.Refused)
			})
		}
	}
	if r.call.Batch > 1 {
		t.Run("many at once", r.batch)
	}
}

// scene is an account with the leaked key, one that differs from it in a letter, and another.
type scene struct {
	*revocation
	account *issuer.Account
	leaked  detectors.Credential
	others  map[string]detectors.Credential
	signer  map[string]detectors.Secret
	receipt scanner.Receipt
}

// scene makes the account. Alike lets the twin stand also where the issuer's lists show too little to tell it from the
// leaked key.
func (r *revocation) scene(t *testing.T, alike bool) *scene {
	t.Helper()
	at := &scene{revocation: r, account: r.server.Open(r.rule, r.cases[r.rule.Provider].Answer), others: map[string]detectors.Credential{}}
	at.account.Focus(r.call.Name)
	at.leaked = r.credential(t, r.rule, t.Name())
	at.others["another"] = r.credential(t, r.rule, t.Name()+" another")
	at.others["twin"] = twin(at.leaked)
	if r.confused(at.leaked, at.others["twin"]) || !alike && !r.shows(at) {
		delete(at.others, "twin")
	}
	for name, cred := range at.others { // first, so that whoever takes the first one of a list is found out
		at.account.Hold(name, reveal(cred.Values()))
	}
	at.account.Hold("leaked", reveal(at.leaked.Values()))
	if r.call.Way != detectors.WaySelf {
		at.signer = r.signerKey(t)
		at.account.Master("master", reveal(at.signer))
	}
	return at
}

// twin differs from a credential in the middle letter of each part, but in private keys.
func twin(cred detectors.Credential) detectors.Credential {
	out := detectors.Credential{Rule: cred.Rule, Parts: map[string]detectors.Secret{}}
	for name, p := range cred.Parts {
		text := p.Reveal()
		if i := len(text) / 2; !strings.Contains(text, "PRIVATE KEY") && len(text) > 4 {
			text = text[:i] + map[bool]string{true: "7", false: "3"}[text[i] == '3'] + text[i+1:]
		}
		out.Parts[name] = detectors.NewSecret(text)
	}
	return out
}

// confused reports whether no issuer could tell the two apart by what the calls name: then they can not both exist.
func (r *revocation) confused(a, b detectors.Credential) bool {
	va, vb := reveal(a.Values()), reveal(b.Values())
	for _, name := range []string{"key", "token", "secret", "url"} {
		if va[name] != "" && va[name] == vb[name] && va["key"] == vb["key"] {
			return true
		}
	}
	for _, p := range r.rule.Pieces { // a piece with an id's name is an id
		if va[p.Name] == vb[p.Name] && p.Name != "head" && p.Name != "tail" {
			return true
		}
	}
	return false
}

// shows reports whether lists of the call show a part only in pieces that the twin has too.
func (r *revocation) shows(at *scene) bool {
	two, ok := at.others["twin"]
	if r.call.Lookup == nil || !ok {
		return true
	}
	named := detectors.Placeholders(r.call.Lookup.Take.String())
	for _, row := range r.call.Lookup.Replies {
		for _, c := range row.JSON {
			text, _ := c.Want.(string)
			named = append(named, detectors.Placeholders(c.Path.String()+text)...)
		}
	}
	va, vb := reveal(at.leaked.Values()), reveal(two.Values())
	pieces := 0
	for _, p := range named {
		if va[p.Name] != vb[p.Name] {
			return true
		}
		if r.rule.Part(p.Name) == nil && va[p.Name] != "" {
			pieces++
		}
	}
	return pieces == 0
}

// revoke runs the whole flow for credentials of the scene, the leaked one first.
func (at *scene) revoke(t *testing.T, more ...detectors.Credential) []scanner.Finding {
	t.Helper()
	rule := *at.rule
	rule.Revoke, rule.Contain = []*detectors.Call{at.call}, nil
	if at.contain {
		rule.Revoke, rule.Contain = nil, []*detectors.Call{at.call}
	}
	client, log := at.asker(t, at.rule, provider.Options{Timeout: ample, Attempts: 1, Signer: func(string) (map[string]detectors.Secret, error) { return at.signer, nil }})
	file := filepath.Join(memory(t), "audit.jsonl")
	opened, err := audit.Open(t.Context(), file, audit.Options{Actor: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	r := &revoke.Revoker{
		Issuer: revoke.Provider{Client: client}, Log: opened, Signer: func(string) error { return nil },
		Policy: revoke.Policy{Yes: true, Consents: at.call.Consents, Rules: &detectors.RevokeConfig{Verdicts: []string{"live", "restricted", "unknown", "unasked"}}},
	}
	var all []scanner.Finding
	for _, cred := range append([]detectors.Credential{at.leaked}, more...) {
		cred.Rule = &rule
		f := scanner.Finding{Credential: cred, Fingerprint: cred.Fingerprint(), Severity: rule.Severity, Environment: rule.Environment}
		if f.Verdict = r.Issuer.Verify(t.Context(), f); rule.Verify != nil && f.Verdict.Status != scanner.Live {
			t.Fatalf("before: %s (%s)", f.Verdict.Status, f.Verdict.Reason)
		}
		all = append(all, f)
	}
	r.Revoke(t.Context(), all)
	at.receipt = *all[0].Receipt
	at.secrecy(t, file, log.String(), all)
	return all
}

// secrecy looks for parts of the leaked and of the configured credential in all that is kept and shown.
func (at *scene) secrecy(t *testing.T, file, log string, all []scanner.Finding) {
	t.Helper()
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	told := rendered(t, scanner.Finding{Credential: detectors.Credential{Rule: at.rule}, Fingerprint: all[0].Fingerprint, Verdict: all[0].Verdict, Receipt: &at.receipt})
	for _, parts := range []map[string]detectors.Secret{at.leaked.Parts, {"key": at.signer["key"], "secret": at.signer["secret"], "token": at.signer["token"]}} {
		quiet(t, "the audit log", string(kept), reveal(parts))
		quiet(t, "the log", log, reveal(parts))
		quiet(t, "a report", told, reveal(parts))
		quiet(t, "the receipt", shown(at.receipt, all[0].Verdict), reveal(parts))
	}
}

// memory is a folder that takes many small writes to disk quickly, where there is one.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keysweep-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// amongOthers ends the leaked key, and no other one. Where the issuer's lists show too little to tell it from its twin,
// nothing may happen.
func (r *revocation) amongOthers(t *testing.T) {
	at := r.scene(t, true)
	if !r.shows(at) {
		at.revoke(t)
		at.untouched(t, scanner.Refused)
		return
	}
	at.revoke(t)
	at.hit(t, scanner.Done)
	at.othersWork(t)
}

// hit wants the leaked key ended (or contained), by one call.
func (at *scene) hit(t *testing.T, status scanner.Outcome) {
	t.Helper()
	ended, contained := []string{"leaked"}, []string(nil)
	switch {
	case at.contain:
		ended, contained = nil, []string{"leaked"}
		if status == scanner.Done {
			status = scanner.Contained
		}
	case !at.tells():
		status = scanner.Requested
	}
	if len(at.call.Consents) > 0 && strings.Contains(at.call.URL, "_all_") {
		ended = append(ended, "another", "twin") // what the person consented to
	}
	if got := at.account.Ended(); !same(got, ended) {
		t.Errorf("ended are %q, want %q", got, ended)
	}
	if got := at.account.Contained(); !at.wholeAccount() && !same(got, contained) || at.wholeAccount() && !slices.Contains(got, "leaked") {
		t.Errorf("contained are %q, want %q", got, contained)
	}
	if at.receipt.Status != status {
		t.Errorf("the receipt says %s (%s), want %s; steps %+v", at.receipt.Status, at.receipt.Reason, status, at.receipt.Steps)
	}
	if n := at.account.Acted(at.call.Name); n != 1 {
		t.Errorf("the issuer acted %d times", n)
	}
}

// wholeAccount reports whether the call freezes the account of the key, not the key.
func (at *scene) wholeAccount() bool {
	return at.contain && len(at.account.Contained()) > 1 && at.freezes()
}

func (at *scene) freezes() bool {
	for _, text := range []string{"freeze", "frozen", "/lock", "/block", "management"} {
		if strings.Contains(at.call.URL, text) {
			return true
		}
	}
	return false
}

func same(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// tells reports whether the issuer has an answer from which the key's end can be known.
func (at *scene) tells() bool {
	dead := func(call, is string) bool { return first(at.answers(at.rule, call), is) != nil }
	return dead("verify", "dead") || dead("verify.lookup", "dead") || at.call.Lookup != nil && dead(at.call.Name+".lookup", "gone")
}

// untouched wants that no key was ended or contained, and a receipt that says so.
func (at *scene) untouched(t *testing.T, status scanner.Outcome) {
	t.Helper()
	if got := slices.Concat(at.account.Ended(), at.account.Contained()); len(got) > 0 || at.account.Acted(at.call.Name) > 0 {
		t.Errorf("ended or contained: %q", got)
	}
	if at.receipt.Status != status || at.receipt.Reason == "" {
		t.Errorf("the receipt says %s (%s), want %s; steps %+v", at.receipt.Status, at.receipt.Reason, status, at.receipt.Steps)
	}
	at.othersWork(t)
}

// othersWork asks the issuer about the keys that nobody meant.
func (at *scene) othersWork(t *testing.T) {
	t.Helper()
	if at.rule.Verify == nil || strings.Contains(at.call.URL, "_all_") {
		return
	}
	client, _ := at.asker(t, at.rule, provider.Options{Timeout: ample, Attempts: 1})
	for name, cred := range at.others {
		if v := client.Verify(t.Context(), provider.Query{Credential: cred, Environment: at.rule.Environment}); v.Status != provider.Live {
			t.Errorf("%s is %s (%s) now", name, v.Status, v.Reason)
		}
	}
}

// elsewhere has the leaked key in an account that the configured one does not rule.
func (r *revocation) elsewhere(t *testing.T) {
	if r.call.Way == detectors.WaySelf {
		t.Skip("the key makes the call in its own account")
	}
	at := r.scene(t, false)
	mine := at.account
	at.leaked = r.credential(t, r.rule, t.Name()+" in another account")
	theirs := r.server.Open(r.rule, r.cases[r.rule.Provider].Answer)
	theirs.Hold("leaked", reveal(at.leaked.Values()))
	at.revoke(t)
	if got := slices.Concat(mine.Ended(), mine.Contained(), theirs.Ended(), theirs.Contained()); len(got) > 0 {
		t.Errorf("ended or contained: %q", got)
	}
	if at.receipt.Status == scanner.Done || at.receipt.Status == scanner.Contained {
		t.Errorf("the receipt says %s (%s)", at.receipt.Status, at.receipt.Reason)
	}
	at.othersWork(t)
}

// lost does what was asked and loses the answer.
func (r *revocation) lost(t *testing.T) {
	at := r.scene(t, false)
	at.account.Trouble(r.call.Name, issuer.Trouble{Answer: issuer.Reset(), Acts: true})
	at.revoke(t)
	status := scanner.Done
	if r.contain {
		status = scanner.Requested
	}
	at.hit(t, status)
	at.othersWork(t)
}

// batch ends three leaked keys by one call, and leaves the rest.
func (r *revocation) batch(t *testing.T) {
	at := r.scene(t, false)
	var more []detectors.Credential
	for i := range 2 {
		cred := r.credential(t, r.rule, fmt.Sprint(t.Name(), i))
		at.account.Hold(fmt.Sprint("leaked ", i), reveal(cred.Values()))
		more = append(more, cred)
	}
	for _, f := range at.revoke(t, more...) {
		if f.Receipt.Status != scanner.Done && f.Receipt.Status != scanner.Requested {
			t.Errorf("a receipt says %s (%s)", f.Receipt.Status, cmp.Or(f.Receipt.Reason, "without a reason"))
		}
	}
	if got := at.account.Ended(); !same(got, []string{"leaked", "leaked 0", "leaked 1"}) || at.account.Acted(at.call.Name) != 1 {
		t.Errorf("ended are %q by %d calls", got, at.account.Acted(at.call.Name))
	}
	at.othersWork(t)
}
