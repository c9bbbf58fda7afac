package revoke

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

func TestEveryAnswerEndsInItsReceipt(t *testing.T) {
	refused := func(reason string) Answer {
		return Answer{Is: detectors.IsRefused, Reason: reason, Status: 403, Sent: true}
	}
	lost := Answer{Is: detectors.IsUnknown, Reason: "time-out", Sent: true}
	const self, master, contain = "revoke.0", "revoke.1", "contain.0"
	for _, tt := range []struct {
		name    string
		answers map[string][]Answer
		set     func(*setting)
		want    string
		calls   []string // after the scan's own verification
	}{
		{name: "accepted, and dead afterwards", want: "done self: the issuer says that it is dead", calls: []string{"revoke.0 k1", "verify k1"}},
		{name: "accepted, and it takes a while", answers: map[string][]Answer{self: {{Is: detectors.IsDone, Sent: true}}},
			set:  func(s *setting) { s.Pauses = []time.Duration{0, 0}; s.issuer.ending = []string{"k1"} },
			want: "done self: the issuer says that it is dead", calls: []string{"revoke.0 k1", "verify k1", "verify k1"}},
		{name: "accepted, and still alive", answers: map[string][]Answer{self: {{Is: detectors.IsDone, Sent: true}}},
			want: "requested self: the issuer accepted the call; the verdict afterwards is live", calls: []string{"revoke.0 k1", "verify k1"}},
		{name: "no such key, and dead", answers: map[string][]Answer{self: {{Is: detectors.IsGone, Sent: true}}}, set: func(s *setting) { s.issuer.acted[self] = true },
			want: "done self: the issuer says that it is dead", calls: []string{"revoke.0 k1", "verify k1"}},
		{name: "no such key, and alive", answers: map[string][]Answer{self: {{Is: detectors.IsGone, Sent: true}}},
			want: "failed self: the issuer says that there is no such key, and that it is live", calls: []string{"revoke.0 k1", "verify k1"}},
		{name: "a time-out, but the server acted", answers: map[string][]Answer{self: {lost}}, set: func(s *setting) { s.issuer.acted[self] = true },
			want: "done self: the issuer says that it is dead", calls: []string{"revoke.0 k1", "verify k1"}},
		{name: "a time-out, and once more", answers: map[string][]Answer{self: {lost}},
			want: "done self: the issuer says that it is dead", calls: []string{"revoke.0 k1", "verify k1", "revoke.0 k1", "verify k1"}},
		{name: "time-outs without end", answers: map[string][]Answer{self: {lost, lost, lost}},
			want:  "requested self: revocation by the key itself: a call went out and the answer was not clear (time-out); the verdict afterwards is live",
			calls: []string{"revoke.0 k1", "verify k1", "revoke.0 k1", "verify k1"}},
		{name: "too many calls", answers: map[string][]Answer{self: {{Is: detectors.IsUnknown, Reason: "rate limit", Status: 429, Sent: true, Limited: true}}},
			want: "failed self: revocation by the key itself: the issuer takes no more calls for now; try again later", calls: []string{"revoke.0 k1"}},
		{name: "it did not go out", answers: map[string][]Answer{self: {{Is: detectors.IsUnknown, Reason: "no address"}}},
			want: "failed : revocation by the key itself: the call did not go out: no address", calls: []string{"revoke.0 k1"}},
		{name: "a right is missing, contained instead", answers: map[string][]Answer{self: {refused("the key lacks the transfer right")}},
			want: "contained self: The key may only read.", calls: []string{"revoke.0 k1", "contain.0 k1", "verify k1"}},
		{name: "a second factor, and nothing else works", answers: map[string][]Answer{self: {refused("a second factor is asked for")}, contain: {refused("another address")}},
			want: "refused : revocation by the key itself: a second factor is asked for; containment by the key itself: another address; " +
				"revocation by master key: no credential acme-master is configured; revocation by the key itself: it reaches further than the leaked key, and wants the consent acme-all-keys",
			calls: []string{"revoke.0 k1", "contain.0 k1"}},
		{name: "the master key ends it", answers: map[string][]Answer{self: {refused("no right")}}, set: func(s *setting) { s.Signer = masterKey },
			want: "done master: the issuer says that it is dead", calls: []string{"revoke.0 k1", "lookup k1", "revoke.1 k1", "verify k1"}},
		{name: "a key of another account", answers: map[string][]Answer{self: {refused("no right")}, "lookup": {refused("no sub-account has the key")}, contain: {refused("no right")}},
			set: func(s *setting) { s.Signer = masterKey },
			want: "refused : revocation by the key itself: no right; revocation by master key: no sub-account has the key; containment by the key itself: no right; " +
				"revocation by the key itself: it reaches further than the leaked key, and wants the consent acme-all-keys",
			calls: []string{"revoke.0 k1", "lookup k1", "contain.0 k1"}},
		{name: "the wide way with consent", answers: map[string][]Answer{self: {refused("no right")}}, set: func(s *setting) { s.Policy.Consents = []string{"acme-all-keys"} },
			want: "done self: the issuer says that it is dead", calls: []string{"revoke.0 k1", "revoke.2 k1", "verify k1"}},
		{name: "dead, but only the list says so", answers: map[string][]Answer{self: {refused("no right")}},
			set: func(s *setting) {
				s.Signer = masterKey
				s.issuer.verdict = map[string]scanner.Verdict{"k1": {Status: scanner.Unknown, Reason: "-2015"}}
			},
			want: "done master: the issuer says that it is dead (the account above it does not have it any more)", calls: []string{"revoke.0 k1", "lookup k1", "revoke.1 k1", "verify k1", "lookup k1"}},
		{name: "the master key of another account", answers: map[string][]Answer{self: {refused("no right")}, contain: {refused("no right")}},
			set: func(s *setting) { s.Signer, s.issuer.foreign = masterKey, true },
			want: "refused : revocation by the key itself: no right; revocation by master key: the account of acme-master does not have it; containment by the key itself: no right; " +
				"revocation by the key itself: it reaches further than the leaked key, and wants the consent acme-all-keys",
			calls: []string{"revoke.0 k1", "lookup k1", "verify k1", "contain.0 k1"}},
		{name: "another account's list proves no death", set: func(s *setting) {
			s.Signer, s.issuer.foreign = masterKey, true
			s.issuer.verdict = map[string]scanner.Verdict{"k1": {Status: scanner.Unknown, Reason: "-2015"}}
		}, want: "requested self: the issuer accepted the call; the verdict afterwards is unknown (-2015)", calls: []string{"revoke.0 k1", "verify k1"}},
		{name: "accepted, and the verdict is not clear", set: func(s *setting) {
			s.issuer.verdict = map[string]scanner.Verdict{"k1": {Status: scanner.Unknown, Reason: "-2015"}}
		}, want: "requested self: the issuer accepted the call; the verdict afterwards is unknown (-2015)", calls: []string{"revoke.0 k1", "verify k1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSetting(t)
			f, other := s.finding("k1"), s.finding("k2")
			if tt.answers != nil {
				s.issuer.answers = tt.answers
			}
			if tt.set != nil {
				tt.set(s)
			}
			r := s.revoke(t, f)
			if got := sentence(r); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if diff := cmp.Diff(tt.calls, s.issuer.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if s.issuer.keys[s.issuer.name(other.Credential)] != scanner.Live {
				t.Error("another key was hit")
			}
			checkLog(t, s.path)
		})
	}
}

// checkLog proves the chain, and that nothing secret is in the log.
func checkLog(t *testing.T, path string) []audit.Record {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret-of-") {
		t.Error("the log holds a secret")
	}
	var all []audit.Record
	s, err := audit.Walk(strings.NewReader(string(text)), func(r audit.Record, _ string) { all = append(all, r) })
	if err != nil || len(s.Problems) > 0 {
		t.Errorf("log: %+v, %v", s.Problems, err)
	}
	return all
}

func TestAReceiptSaysWhatWasDone(t *testing.T) {
	s := newSetting(t)
	all := []scanner.Finding{s.finding("k1")}
	s.Revoke(t.Context(), all)
	f := all[0]
	if f.Verdict.Status != scanner.Dead || f.Verdict.Account != "4711" || len(f.Verdict.Permissions) != 2 {
		t.Errorf("verdict %+v", f.Verdict)
	}
	r := *f.Receipt
	if r.Proof == "" || r.Plan.Hash == "" || r.Plan.Account != "4711" || len(r.Plan.Ways) != 4 {
		t.Errorf("receipt %+v", r)
	}
	wantSteps := []scanner.ReceiptStep{
		{What: "call", Way: "self", Call: "DELETE https://api.acme.test/me", Status: 200, Outcome: "done"}, {What: "verify", Outcome: "dead"},
	}
	if diff := cmp.Diff(wantSteps, r.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	var events []string
	records := checkLog(t, s.path)
	for _, rec := range records {
		events = append(events, string(rec.Event)+" "+rec.Outcome)
		if rec.Fingerprint != f.Fingerprint || rec.Rule != "acme-key" || rec.Actor != "ada" || rec.Plan != r.Plan.Hash {
			t.Errorf("record %+v", rec)
		}
	}
	if diff := cmp.Diff([]string{"start ", "send ", "answer done", "verify dead", "receipt done"}, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if want := (scanner.AuditRange{First: 1, Last: 5}); r.Audit != want {
		t.Errorf("audit %+v", r.Audit)
	}
}

func TestWhatIsDeadNeedsNoCall(t *testing.T) {
	s := newSetting(t)
	f := s.finding("k1")
	f.Verdict.Status = scanner.Dead
	if r := s.revoke(t, f); r.Status != scanner.Done || len(s.issuer.calls) > 0 {
		t.Errorf("%s, calls %v", sentence(r), s.issuer.calls)
	}
}

func TestASecondRunDoesNotCallAgain(t *testing.T) {
	s := newSetting(t)
	f := s.finding("k1")
	s.revoke(t, f)
	s.issuer.calls = nil
	s.open(t)
	if r := s.revoke(t, f); r.Status != scanner.Done || !cmp.Equal(s.issuer.calls, []string{"verify k1"}) { // the verdict is of before
		t.Errorf("%s, calls %v", sentence(r), s.issuer.calls)
	}
}

func TestAnOldVerdictIsAskedAnew(t *testing.T) {
	s := newSetting(t)
	f := s.finding("k1")
	delete(s.issuer.keys, "k1")
	f.Verdict.AskedAt = s.clock.Add(-time.Hour)
	if r := s.revoke(t, f); r.Status != scanner.Done || !cmp.Equal(s.issuer.calls, []string{"verify k1"}) {
		t.Errorf("%s, calls %v", sentence(r), s.issuer.calls)
	}
}

func TestDryRunsPlan(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy Policy
		want   string
	}{
		{"nothing said", Policy{}, "planned : nothing was done; it would be allowed"},
		{"a table without auto", Policy{Rules: &detectors.RevokeConfig{}}, "planned : nothing was done; it would be allowed"},
		{"dry run", Policy{DryRun: true, Yes: true}, "planned : nothing was done, as --dry-run asks; it would be allowed"},
		{"it would be refused", Policy{Rules: &detectors.RevokeConfig{Deny: []string{"acme"}}}, "refused : policy, deny: it names acme or acme-key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSetting(t)
			f := s.finding("k1")
			s.Policy = tt.policy
			r := s.revoke(t, f)
			if got := sentence(r); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if len(s.issuer.calls) > 0 || r.Plan.Hash == "" || r.Audit.Last != 0 {
				t.Errorf("calls %v, receipt %+v", s.issuer.calls, r)
			}
		})
	}
}

func TestWithoutAWayAPersonActs(t *testing.T) {
	s := newSetting(t)
	if r := s.revoke(t, s.of("acme-webhook", map[string]string{"secret": "wh_abcdefgh"})); r.Status != scanner.NoWay {
		t.Error(sentence(r))
	}
}

func TestALonePartIsNotEnough(t *testing.T) {
	s := newSetting(t)
	f := s.of("acme-key", map[string]string{"key": "k1"})
	f.Credential.Parts = map[string]detectors.Secret{"secret": detectors.NewSecret("secret-of-k1")}
	r := s.revoke(t, f)
	if r.Status != scanner.Refused || !strings.Contains(r.Reason, "the call needs what was not found: key") || len(s.issuer.calls) > 0 {
		t.Errorf("%s, calls %v", sentence(r), s.issuer.calls)
	}
}

func TestTokensShareACall(t *testing.T) {
	s := newSetting(t)
	var all []scanner.Finding
	for _, name := range []string{"at_a", "at_b", "at_c", "at_d"} {
		s.issuer.keys[name] = scanner.Live
		all = append(all, s.of("acme-token", map[string]string{"token": name}))
	}
	s.Revoke(t.Context(), all)
	for _, f := range all {
		if f.Receipt.Status != scanner.Done || f.Verdict.Status != scanner.Dead {
			t.Errorf("%s", sentence(*f.Receipt))
		}
	}
	calls := slices.DeleteFunc(s.issuer.calls, func(c string) bool { return strings.HasPrefix(c, "verify") })
	if diff := cmp.Diff([]string{"revoke.0 at_a,at_b,at_c", "revoke.0 at_d"}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	checkLog(t, s.path)
}

// TestABatchThatIsRefusedIsTakenApart has an issuer that refuses all for the sake of one.
func TestABatchThatIsRefusedIsTakenApart(t *testing.T) {
	s := newSetting(t)
	var all []scanner.Finding
	for _, name := range []string{"at_a", "at_b", "at_c"} {
		s.issuer.keys[name] = scanner.Live
		all = append(all, s.of("acme-token", map[string]string{"token": name}))
	}
	s.issuer.answers["revoke.0"] = []Answer{{Is: detectors.IsRefused, Reason: "a token of another form", Sent: true}, {Is: detectors.IsRefused, Reason: "a token of another form", Sent: true}}
	s.Revoke(t.Context(), all)
	var got []scanner.Outcome
	for _, f := range all {
		got = append(got, f.Receipt.Status)
	}
	if diff := cmp.Diff([]scanner.Outcome{scanner.Refused, scanner.Done, scanner.Done}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestARunThatEndsIsNotTriedAgain ends the run while a call is under way whose answer is lost.
func TestARunThatEndsIsNotTriedAgain(t *testing.T) {
	s := newSetting(t)
	all := []scanner.Finding{s.finding("k1")}
	ctx, cancel := context.WithCancel(t.Context())
	s.issuer.answers["revoke.0"] = []Answer{{Is: detectors.IsUnknown, Reason: "the run ended", Sent: true}}
	s.issuer.onCall = cancel
	s.Revoke(ctx, all)
	r := *all[0].Receipt
	if r.Status != scanner.Requested || !cmp.Equal(s.issuer.calls, []string{"revoke.0 k1", "verify k1"}) {
		t.Errorf("%s, calls %v", sentence(r), s.issuer.calls)
	}
}

func TestNothingGoesOutWithoutTheLog(t *testing.T) {
	s := newSetting(t)
	f := s.finding("k1")
	s.Log = nil
	if r := s.revoke(t, f); r.Status != scanner.Refused || len(s.issuer.calls) > 0 {
		t.Errorf("%s, calls %v", sentence(r), s.issuer.calls)
	}
	s.open(t)
	if err := os.WriteFile(s.path, []byte("{}\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := s.revoke(t, f); r.Status != scanner.Failed || len(s.issuer.calls) > 0 {
		t.Errorf("%s, calls %v", sentence(r), s.issuer.calls)
	}
}

func TestAnEndedRunIsFailed(t *testing.T) {
	s := newSetting(t)
	all := []scanner.Finding{s.finding("k1")}
	held, err := s.Log.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Revoke(ctx, all)
	if r := *all[0].Receipt; r.Status != scanner.Failed || len(s.issuer.calls) > 0 {
		t.Error(sentence(r))
	}
}
