package revoke

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// acme is a provider whose keys end in every way: by themselves, by a master key, by an administrator.
const acme = `id       = "acme"
title    = "Acme"
kind     = "exchange"
keywords = ["acme"]
site     = "https://www.acme.test"
hosts    = ["api.acme.test"]

[[credential]]
id       = "acme-key"
title    = "Acme key pair"
severity = "critical"

[credential.parts.key]
regex = '''\b([a-z0-9]{8})\b'''

[credential.parts.secret]
regex = '''\b([a-z0-9]{32})\b'''

[credential.verify]
get     = "https://api.acme.test/me"
headers = { X-Key = "{key}", X-Secret = "{secret}" }
[[credential.verify.reply]]
json = { key = "{key}" }
is   = "live"
[[credential.verify.reply]]
json = { error = "no such key" }
is   = "dead"

[[credential.revoke]]
delete  = "https://api.acme.test/me"
headers = { X-Key = "{key}", X-Secret = "{secret}" }
way     = "self"
proof   = "self"
effect  = "Ends the key. It can not be undone."
needs   = "transfer"
[[credential.revoke.reply]]
json = { ok = true }
is   = "done"

[[credential.revoke]]
delete     = "https://api.acme.test/keys/{lookup}"
headers    = { X-Key = "{signer.key}" }
way        = "master"
credential = "acme-master"
proof      = "lookup"
effect     = "Ends the key of the sub-account. It can not be undone."
[credential.revoke.lookup]
get     = "https://api.acme.test/keys"
headers = { X-Key = "{signer.key}" }
take    = "keys[key={key}].id"
[[credential.revoke.lookup.reply]]
json = { keys = { has = "{key}" } }
is   = "found"
[[credential.revoke.lookup.reply]]
json = { keys = "*" }
is   = "gone"
[[credential.revoke.reply]]
json = { ok = true }
is   = "done"

[[credential.revoke]]
post     = "https://api.acme.test/keys/end-all"
headers  = { X-Key = "{key}" }
way      = "self"
proof    = "argument"
effect   = "Ends every key of the account. It can not be undone."
consents = ["acme-all-keys"]
[[credential.revoke.reply]]
json = { ok = true }
is   = "done"

[[credential.contain]]
patch   = "https://api.acme.test/me?read_only=1"
headers = { X-Key = "{key}" }
way     = "self"
proof   = "self"
effect  = "The key may only read."
undo    = "Give the key its rights back in the console."
[[credential.contain.reply]]
json = { ok = true }
is   = "done"

[[credential]]
id       = "acme-token"
title    = "Acme token"
severity = "high"

[credential.parts.token]
regex = '''\b(at_[a-z0-9]{8})\b'''

[credential.verify]
get     = "https://api.acme.test/token"
headers = { Authorization = "Bearer {token}" }
[[credential.verify.reply]]
json = { token = "{token}" }
is   = "live"

[[credential.revoke]]
post   = "https://api.acme.test/tokens/end"
body   = '{"tokens":[{batch}]}'
way    = "self"
proof  = "argument"
effect = "Ends the tokens. It can not be undone."
batch  = 3
each   = '"{token}"'
[[credential.revoke.reply]]
json = { ok = true }
is   = "done"

[[credential]]
id       = "acme-webhook"
title    = "Acme webhook secret"
severity = "high"

[credential.parts.secret]
regex = '''\b(wh_[a-z0-9]{8})\b'''

[credential.playbook]
console = "https://www.acme.test/hooks"
steps   = ["Roll the secret."]
`

// fakeIssuer holds the credentials of acme in memory.
type fakeIssuer struct {
	t       *testing.T
	keys    map[string]scanner.Status // by key or token; what is missing is dead
	ending  []string                  // calls that are still to take effect, each at one verification
	answers map[string][]Answer       // by call name: what the next calls come to, instead of working
	acted   map[string]bool           // by call name: the call works, whatever answers says
	calls   []string                  // everything that was asked, in order
	verdict map[string]scanner.Verdict
	foreign bool   // the master key is of another account
	onCall  func() // called with every call; may be nil
	now     func() time.Time
}

func (f *fakeIssuer) name(c detectors.Credential) string {
	for _, part := range []string{"key", "token", "secret"} {
		if s, ok := c.Parts[part]; ok {
			return s.Reveal()
		}
	}
	return ""
}

func (f *fakeIssuer) Verify(_ context.Context, at scanner.Finding) scanner.Verdict {
	name := f.name(at.Credential)
	f.calls = append(f.calls, "verify "+name)
	status := f.keys[name]
	if slices.Contains(f.ending, name) {
		f.ending = slices.DeleteFunc(f.ending, func(s string) bool { return s == name })
		delete(f.keys, name)
	}
	if status == "" {
		status = scanner.Dead
	}
	if v, ok := f.verdict[name]; ok && status == scanner.Dead {
		return v
	}
	return scanner.Verdict{Status: status, AskedAt: f.now()}
}

func (f *fakeIssuer) Describe(c *detectors.Call, _ scanner.Finding) (string, error) {
	return c.Method + " " + c.URL, nil
}

func (f *fakeIssuer) Act(_ context.Context, a Action) Answer {
	if a.Call.Lookup != nil || strings.HasSuffix(a.Call.Name, ".lookup") {
		got := f.lookup(a)
		if got.Is != detectors.IsFound || a.Call.Lookup == nil {
			return got
		}
	}
	if err := a.Before("call", a.Call.Method+" "+a.Call.URL); err != nil {
		return Answer{Is: detectors.IsUnknown, Reason: err.Error()}
	}
	var names []string
	for _, at := range a.Findings {
		names = append(names, f.name(at.Credential))
	}
	f.calls = append(f.calls, a.Call.Name+" "+strings.Join(names, ","))
	if f.onCall != nil {
		f.onCall()
	}
	got := Answer{Is: detectors.IsDone, Status: 200, Sent: true}
	next := f.answers[a.Call.Name]
	if len(next) > 0 {
		got, f.answers[a.Call.Name] = next[0], next[1:]
	}
	if got.Is == detectors.IsDone && !strings.HasPrefix(a.Call.Name, "contain") && len(next) == 0 || f.acted[a.Call.Name] {
		for _, n := range names {
			delete(f.keys, n)
		}
	}
	if got.Sent {
		a.After("call", got)
	}
	return got
}

func (f *fakeIssuer) lookup(a Action) Answer {
	name := f.name(a.Findings[0].Credential)
	if err := a.Before("lookup", "GET https://api.acme.test/keys"); err != nil {
		return Answer{Is: detectors.IsUnknown, Reason: err.Error()}
	}
	f.calls = append(f.calls, "lookup "+name)
	got := Answer{Is: detectors.IsFound, Status: 200}
	if _, lives := f.keys[name]; !lives || f.foreign {
		got.Is = detectors.IsGone
	}
	if next := f.answers["lookup"]; len(next) > 0 {
		got, f.answers["lookup"] = next[0], next[1:]
	}
	a.After("lookup", got)
	return got
}

// setting is a revoker over the fake issuer, with a log, whose clock can be set.
type setting struct {
	*Revoker
	issuer *fakeIssuer
	rules  map[string]*detectors.Rule
	clock  time.Time
	path   string
}

func newSetting(t *testing.T) *setting {
	t.Helper()
	s := &setting{rules: map[string]*detectors.Rule{}, clock: time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC)}
	s.issuer = &fakeIssuer{t: t, keys: map[string]scanner.Status{}, answers: map[string][]Answer{}, acted: map[string]bool{}, now: s.now}
	rules, err := detectors.LoadFile("acme.toml", []byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rules {
		s.rules[rules[i].ID] = &rules[i]
	}
	s.path = filepath.Join(t.TempDir(), "audit.jsonl")
	s.Revoker = &Revoker{Issuer: s.issuer, Policy: Policy{Yes: true}, Now: s.now}
	s.open(t)
	return s
}

// open begins a new run on the same log.
func (s *setting) open(t *testing.T) {
	t.Helper()
	log, err := audit.Open(t.Context(), s.path, audit.Options{Actor: "ada", Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	s.Log, s.begun = log, 0
}

// now moves by a second whenever it is asked, so that nothing happens twice at a time.
func (s *setting) now() time.Time {
	s.clock = s.clock.Add(time.Second)
	return s.clock
}

// finding is a live key pair, verified now.
func (s *setting) finding(key string) scanner.Finding {
	s.issuer.keys[key] = scanner.Live
	return s.of("acme-key", map[string]string{"key": key, "secret": "secret-of-" + key})
}

func (s *setting) of(rule string, parts map[string]string) scanner.Finding {
	c := detectors.Credential{Rule: s.rules[rule], Provider: "acme", Parts: map[string]detectors.Secret{}}
	for name, value := range parts {
		c.Parts[name] = detectors.NewSecret(value)
	}
	return scanner.Finding{
		Credential: c, Fingerprint: c.Fingerprint(), Severity: c.Rule.Severity,
		Verdict: scanner.Verdict{Status: scanner.Live, AskedAt: s.now(), Account: "4711", Permissions: []string{"read", "withdraw"}},
	}
}

// revoke revokes one finding and returns its receipt.
func (s *setting) revoke(t *testing.T, f scanner.Finding) scanner.Receipt {
	t.Helper()
	all := []scanner.Finding{f}
	s.Revoke(t.Context(), all)
	if all[0].Receipt == nil {
		t.Fatal("no receipt")
	}
	return *all[0].Receipt
}

func masterKey(name string) error {
	if name != "acme-master" {
		return errors.New("not configured")
	}
	return nil
}

func sentence(r scanner.Receipt) string {
	return fmt.Sprintf("%s %s: %s", r.Status, r.Way, r.Reason)
}
