package revoke

import (
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// TestEachRuleOfThePolicy sets one rule at a time, once so that it lets the revocation pass and once so that it does not.
func TestEachRuleOfThePolicy(t *testing.T) {
	night, err := detectors.ConfigReader{Trusted: true}.Read("c.toml", []byte("[revoke]\nquiet_hours = ['22:00-06:00']\ntime_zone = 'America/New_York'"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		rules  detectors.RevokeConfig
		set    func(*setting, *scanner.Finding)
		refuse string // what the reason holds; empty when it passes
	}{
		{name: "nothing is set"},
		{name: "verdict, live by default"},
		{name: "verdict, restricted by default", set: status(scanner.Restricted)},
		{name: "verdict, unknown by default", set: status(scanner.Unknown), refuse: "policy, verdicts: the verdict is unknown"},
		{name: "verdict, unasked by default", set: status(scanner.Unasked), refuse: "policy, verdicts: the verdict is unasked"},
		{name: "verdict, proved by default", set: status(scanner.Proved), refuse: "policy, verdicts: the verdict is proved"},
		{name: "verdict that is listed", rules: detectors.RevokeConfig{Verdicts: []string{"unknown"}}, set: status(scanner.Unknown)},
		{name: "verdict that is not listed", rules: detectors.RevokeConfig{Verdicts: []string{"restricted"}}, refuse: "policy, verdicts: the verdict is live, not restricted"},
		{name: "severity that is listed", rules: detectors.RevokeConfig{Severities: []detectors.Severity{detectors.Critical}}},
		{name: "severity that is not listed", rules: detectors.RevokeConfig{Severities: []detectors.Severity{detectors.High}}, refuse: "policy, severities: the severity is critical"},
		{name: "provider allowed", rules: detectors.RevokeConfig{Allow: []string{"acme"}}},
		{name: "rule allowed", rules: detectors.RevokeConfig{Allow: []string{"acme-key"}}},
		{name: "another provider allowed", rules: detectors.RevokeConfig{Allow: []string{"bybit"}}, refuse: "policy, allow: it names neither acme nor acme-key"},
		{name: "another provider denied", rules: detectors.RevokeConfig{Deny: []string{"bybit"}}},
		{name: "rule denied, provider allowed", rules: detectors.RevokeConfig{Allow: []string{"acme"}, Deny: []string{"acme-key"}}, refuse: "policy, deny: it names acme or acme-key"},
		{name: "production allowed", rules: detectors.RevokeConfig{Environments: []string{"production"}}},
		{name: "only testnet allowed", rules: detectors.RevokeConfig{Environments: []string{"testnet"}}, refuse: "policy, environments: it is a production key"},
		{name: "a testnet key", rules: detectors.RevokeConfig{Environments: []string{"testnet"}}, set: func(_ *setting, f *scanner.Finding) {
			f.Environment, f.Verdict.Host = "testnet", "api.acme.test"
		}},
		{name: "a testnet key whose host is not that of the calls", set: func(_ *setting, f *scanner.Finding) {
			f.Environment, f.Verdict.Host = "testnet", "testnet.acme.test"
		}, refuse: "nothing is known of ending a testnet key"},
		{name: "way allowed", rules: detectors.RevokeConfig{Ways: []string{"self"}}},
		{name: "no open way allowed", rules: detectors.RevokeConfig{Ways: []string{"admin"}}, refuse: "the policy's ways are admin"},
		{name: "public source wanted", rules: detectors.RevokeConfig{Sources: []string{"public"}}, set: func(s *setting, _ *scanner.Finding) { s.Policy.Public = true }},
		{name: "public source wanted, and it is not known", rules: detectors.RevokeConfig{Sources: []string{"public"}}, refuse: "policy, sources: what was scanned is not known to be public"},
		{name: "private source wanted", rules: detectors.RevokeConfig{Sources: []string{"private"}}},
		{name: "private source wanted, and it is public", rules: detectors.RevokeConfig{Sources: []string{"private"}}, set: func(s *setting, _ *scanner.Finding) { s.Policy.Public = true }, refuse: "policy, sources: what was scanned is public"},
		{name: "first of a run", rules: detectors.RevokeConfig{MaxPerRun: 1}},
		{name: "one too many in a run", rules: detectors.RevokeConfig{MaxPerRun: 1}, set: earlier, refuse: "policy, max_per_run: 1 credentials of this run are the most"},
		{name: "within the hour's number", rules: detectors.RevokeConfig{MaxPerHour: 2}, set: earlier},
		{name: "one too many in an hour", rules: detectors.RevokeConfig{MaxPerHour: 1}, set: anotherRun, refuse: "policy, max_per_hour: 1 credentials in an hour are the most"},
		{name: "an hour later", rules: detectors.RevokeConfig{MaxPerHour: 1}, set: func(s *setting, f *scanner.Finding) {
			anotherRun(s, f)
			s.clock = s.clock.Add(61 * time.Minute)
			f.Verdict.AskedAt = s.clock
		}},
		{name: "by day in New York", rules: *night.Revoke},
		{name: "by night in New York", rules: *night.Revoke, refuse: "policy, quiet_hours: it is Wed 04:00 EST", set: func(s *setting, f *scanner.Finding) {
			s.clock = time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)
			f.Verdict.AskedAt = s.clock
		}},
		{name: "hash wanted, none given", rules: detectors.RevokeConfig{Approval: "hash"}, refuse: "policy, approval: it wants a second command with --approve "},
		{name: "hash wanted, another given", rules: detectors.RevokeConfig{Approval: "hash"}, set: func(s *setting, _ *scanner.Finding) { s.Policy.Approved = []string{strings.Repeat("0", 32)} }, refuse: "policy, approval: it wants a second command"},
		{name: "hash wanted and given", rules: detectors.RevokeConfig{Approval: "hash"}, set: approve},
		{name: "hash given instead of --yes", set: func(s *setting, f *scanner.Finding) { approve(s, f); s.Policy.Yes = false }},
		{name: "auto instead of --yes", rules: detectors.RevokeConfig{Auto: true}, set: func(s *setting, f *scanner.Finding) { s.Policy.Yes = false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSetting(t)
			f := s.finding("k1")
			s.Policy.Rules = &tt.rules
			if tt.set != nil {
				tt.set(s, &f)
			}
			r := s.revoke(t, f)
			if tt.refuse == "" && r.Status != scanner.Done {
				t.Errorf("got %s", sentence(r))
			}
			want := scanner.Refused
			if strings.HasPrefix(tt.refuse, "policy, approval") {
				want = scanner.Planned // it waits
			}
			if tt.refuse != "" && (r.Status != want || !strings.Contains(r.Reason, tt.refuse)) {
				t.Errorf("got %s, want refused for %s", sentence(r), tt.refuse)
			}
			if _, lives := s.issuer.keys["k1"]; lives != (tt.refuse != "") {
				t.Errorf("the key lives: %v", lives)
			}
			checkLog(t, s.path)
		})
	}
}

func status(v scanner.Status) func(*setting, *scanner.Finding) {
	return func(s *setting, f *scanner.Finding) {
		f.Verdict.Status = v
		s.issuer.keys["k1"] = v
	}
}

// earlier revokes another key in the same run.
func earlier(s *setting, _ *scanner.Finding) {
	all := []scanner.Finding{s.finding("k0")}
	rules := s.Policy.Rules
	s.Policy.Rules = nil
	s.Revoke(s.issuer.t.Context(), all)
	s.Policy.Rules = rules
}

// anotherRun revokes another key in an earlier run.
func anotherRun(s *setting, f *scanner.Finding) {
	earlier(s, f)
	s.open(s.issuer.t)
}

func approve(s *setting, f *scanner.Finding) {
	_, plan := s.plan(*f)
	s.Policy.Approved = []string{plan.Hash}
}

// TestAbsentPolicyRevokesNothing is about neither a table nor a word of a person.
func TestAbsentPolicyRevokesNothing(t *testing.T) {
	s := newSetting(t)
	f := s.finding("k1")
	s.Policy = Policy{}
	if r := s.revoke(t, f); r.Status != scanner.Planned || len(s.issuer.calls) > 0 {
		t.Errorf("got %s, calls %v", sentence(r), s.issuer.calls)
	}
}

func TestRunsAreBoundedWithoutAPolicy(t *testing.T) {
	s := newSetting(t)
	var all []scanner.Finding
	for i := range defaultPerRun + 1 {
		all = append(all, s.finding("k"+string(rune('A'+i))))
	}
	s.Revoke(t.Context(), all)
	for i, f := range all {
		if want := map[bool]scanner.Outcome{true: scanner.Done, false: scanner.Refused}[i < defaultPerRun]; f.Receipt.Status != want {
			t.Errorf("%d: %s", i, sentence(*f.Receipt))
		}
	}
}

func TestAPlansHashIsOfWhatItDoes(t *testing.T) {
	s := newSetting(t)
	hash := func(f scanner.Finding) string {
		_, p := s.plan(f)
		return p.Hash
	}
	f := s.finding("k1")
	first := hash(f)
	f.Severity, f.Verdict.Account, f.Occurrences = detectors.Low, "", []scanner.Occurrence{{File: "x"}}
	if hash(f) != first {
		t.Error("where it was found changes the hash")
	}
	if hash(s.finding("k2")) == first {
		t.Error("two keys have one hash")
	}
	s.Signer = masterKey
	if hash(f) == first {
		t.Error("a further way does not change the hash")
	}
	s.Signer, s.Policy.Consents = nil, []string{"acme-all-keys"}
	if hash(f) == first {
		t.Error("a wider way does not change the hash")
	}
}

// person is an approver with a key.
type person struct {
	signer ssh.Signer
	line   string
}

func newPerson(t *testing.T, name string) person {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return person{signer, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))) + " " + name}
}

func (p person) sign(t *testing.T, text, namespace string) string {
	t.Helper()
	sig, err := sshsig.Sign(strings.NewReader(text), p.signer, sshsig.HashSHA512, namespace)
	if err != nil {
		t.Fatal(err)
	}
	return string(sshsig.Armor(sig))
}

func TestSignedApprovals(t *testing.T) {
	ada, bob, eve := newPerson(t, "ada"), newPerson(t, "bob"), newPerson(t, "eve")
	s := newSetting(t)
	f := s.finding("k1")
	_, plan := s.plan(f)
	file := "# the leaked bot key\n" + plan.Hash + "\n"
	other := strings.Repeat("0", 32) + "\n"
	for _, tt := range []struct {
		name, file, signatures string
		approvals              int
		fault, refuse          string // what the error of reading, or the reason, holds
	}{
		{name: "one of one", file: file, signatures: ada.sign(t, file, namespace), approvals: 1},
		{name: "two of two", file: file, signatures: ada.sign(t, file, namespace) + bob.sign(t, file, namespace), approvals: 2},
		{name: "one of two", file: file, signatures: ada.sign(t, file, namespace), approvals: 2, refuse: "policy, approval: 1 of 2 signed approvals"},
		{name: "one person twice", file: file, signatures: ada.sign(t, file, namespace) + ada.sign(t, file, namespace), approvals: 2, refuse: "policy, approval: 1 of 2 signed approvals"},
		{name: "of another plan", file: other, signatures: ada.sign(t, other, namespace), approvals: 1, refuse: "policy, approval: 0 of 1 signed approvals"},
		{name: "still good", file: plan.Hash + " expires=2026-11-04\n", signatures: ada.sign(t, plan.Hash+" expires=2026-11-04\n", namespace), approvals: 1},
		{name: "expired", file: plan.Hash + " expires=2026-11-03\n", signatures: ada.sign(t, plan.Hash+" expires=2026-11-03\n", namespace), approvals: 1, refuse: "policy, approval: 0 of 1"},
		{name: "of a stranger", file: file, signatures: eve.sign(t, file, namespace), approvals: 1, fault: "signature 1: not by an approver"},
		{name: "of another text", file: file, signatures: ada.sign(t, other, namespace), approvals: 1, fault: "signature 1: by ada: "},
		{name: "for another purpose", file: file, signatures: ada.sign(t, file, "file"), approvals: 1, fault: "signature 1: by ada: namespace"},
		{name: "no signature", file: file, approvals: 1, fault: "no SSH signature"},
		{name: "no plan's hash", file: "yes\n", signatures: ada.sign(t, "yes\n", namespace), approvals: 1, fault: "line 1: not a plan's hash"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSetting(t)
			f := s.finding("k1")
			approvers, err := ParseApprovers([]string{ada.line, bob.line})
			if err != nil {
				t.Fatal(err)
			}
			err = s.Policy.Approvals.Add([]byte(tt.file), []byte(tt.signatures), approvers)
			if (err == nil) != (tt.fault == "") || err != nil && !strings.HasPrefix(err.Error(), tt.fault) {
				t.Fatalf("error %v, want %q", err, tt.fault)
			}
			if tt.fault != "" {
				return
			}
			s.Policy.Rules = &detectors.RevokeConfig{Approval: "signed", Approvals: tt.approvals}
			r := s.revoke(t, f)
			if tt.refuse == "" && r.Status != scanner.Done || tt.refuse != "" && (r.Status != scanner.Planned || !strings.Contains(r.Reason, tt.refuse)) {
				t.Errorf("got %s, want %q", sentence(r), tt.refuse)
			}
		})
	}
}

func TestApproversAreKeys(t *testing.T) {
	ada := newPerson(t, "ada")
	for text, want := range map[string]string{
		"ssh-ed25519 AAAA ada":            "approver 1: ",
		"command=\"x\" " + ada.line:       "approver 1: one key without options",
		ada.line + "\n" + ada.line:        "approver 1: one key without options",
		"from=\"10.0.0.0/8\" " + ada.line: "approver 1: one key without options",
	} {
		if _, err := ParseApprovers([]string{text}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ParseApprovers([]string{ada.line, ada.line}); err == nil {
		t.Error("one key twice is accepted")
	}
}
