package issuer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/detectors/sign"
	"github.com/keysweep/keysweep/internal/issuer"
	"github.com/keysweep/keysweep/scanner"
)

// TestProviders runs every rule that asks its issuer through all that an issuer can answer: what is recorded of it, and
// what any server may do. It holds the verdict, the host and the number of calls, and looks for parts of the credential
// in everything that comes out.
func TestProviders(t *testing.T) {
	s := newStand(t, issuer.Options{})
	bad := s.again(t, issuer.Options{BadTLS: true})
	for i := range s.rules {
		r := &s.rules[i]
		if r.Verify == nil {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			for _, call := range []*detectors.Call{r.Verify, r.Verify.Test} {
				if call != nil {
					t.Run(call.Name, func(t *testing.T) { (&matrix{stand: s, rule: r, call: call}).run(t, bad) })
				}
			}
		})
	}
}

// matrix is one rule's call against all answers.
type matrix struct {
	*stand
	rule *detectors.Rule
	call *detectors.Call
	cred detectors.Credential // the one that is asked about, time and again by other clients
}

func (m *matrix) run(t *testing.T, bad *stand) {
	answers := m.answers(m.rule, m.call.Name)
	live := first(answers, "live")
	if live == nil {
		t.Fatalf("testdata/providers/%s.toml records no live answer to %s of %s", m.rule.Provider, m.call.Name, m.rule.ID)
	}
	m.cred = m.credential(t, m.rule, m.call.Name)
	reached := map[string]bool{}
	for _, a := range answers {
		t.Run("recorded: "+a.Name, func(t *testing.T) {
			v := m.recorded(t, a)
			reached[string(v.Status)+": "+strings.TrimPrefix(v.Reason, v.Host+": ")] = true
		})
	}
	for i, row := range m.call.Replies {
		if meaning := string(row.Is) + ": " + row.Reason; !reached[meaning] {
			t.Errorf("no recorded answer reaches row %d of %s (%s)", i, m.call.Name, meaning)
		}
	}
	for _, a := range m.answers(m.rule, m.call.Name+".lookup") {
		t.Run("recorded lookup: "+a.Name, func(t *testing.T) { m.lookup(t, a) })
	}
	for _, g := range generic(*live) {
		t.Run(g.name, func(t *testing.T) { m.generic(t, g) })
	}
	t.Run("fine at the second try", func(t *testing.T) { m.recovers(t, *live) })
	t.Run("another secret", m.wrongSecret)
	t.Run("untrusted certificate", func(t *testing.T) {
		other := &matrix{stand: bad, rule: m.rule, call: m.call, cred: m.cred}
		other.generic(t, misdeed{name: "TLS", answer: issuer.Empty(), calls: 0})
	})
	t.Run("asked once", func(t *testing.T) { m.once(t, *live) })
}

// ask issues a fresh credential that the script answers, and verifies it.
func (m *matrix) ask(t *testing.T, timeout time.Duration, attempts int, script func(parts map[string]string) issuer.Script) (provider.Verdict, *issuer.Key) {
	t.Helper()
	key := m.issue(t, m.cred, script(reveal(m.cred.Values())))
	client, log := m.asker(t, m.rule, provider.Options{Timeout: timeout, Attempts: attempts})
	v := client.Verify(t.Context(), m.query(m.cred))
	quiet(t, "the verdict", shown(v), reveal(m.cred.Parts))
	quiet(t, "the log", log.String(), reveal(m.cred.Parts))
	return v, key
}

func (m *matrix) query(cred detectors.Credential) provider.Query {
	q := provider.Query{Credential: cred, Environment: m.rule.Environment}
	if m.call == m.rule.Verify.Test {
		q.Environment = "testnet"
	}
	return q
}

const ample = 20 * time.Second

// recorded gives an answer that is documented, at every host.
func (m *matrix) recorded(t *testing.T, a detectors.Answer) provider.Verdict {
	v, key := m.ask(t, ample, 1, func(parts map[string]string) issuer.Script {
		return m.script(m.rule, m.call.Name, parts, issuer.Always(recorded(a, parts)))
	})
	m.holds(t, v, a)
	f := scanner.Finding{Credential: detectors.Credential{Rule: m.rule}, Fingerprint: m.cred.Fingerprint(), Severity: m.rule.Severity, Verdict: scanner.VerdictOf(v)}
	quiet(t, "a report", rendered(t, f), reveal(m.cred.Parts))
	asks := 1
	if v.Status != provider.Live && v.Status != provider.Restricted && !v.Known {
		asks = hosts(m.call)
	}
	m.count(t, key, asks)
	m.where(t, v, key)
	return v
}

// holds compares a verdict with what the answer must mean.
func (m *matrix) holds(t *testing.T, v provider.Verdict, a detectors.Answer) {
	t.Helper()
	if string(v.Status) != a.Is {
		t.Fatalf("the verdict is %s (%s), want %s", v.Status, v.Reason, a.Is)
	}
	if (v.Status == provider.Unknown || v.Status == provider.Restricted) && v.Reason == "" {
		t.Error("no reason")
	}
	got := []string{strings.Join(v.Permissions, " "), v.Account, v.Label, strings.Join(v.IPs, " "), v.Expires, v.Sub}
	want := []string{strings.Join(a.Permissions, " "), a.Account, a.Label, strings.Join(a.IPs, " "), a.Expires, a.Sub}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permissions, account, label, ips, expires, sub (-recorded +read):\n%s", diff)
	}
}

// lookup gives a documented answer to the call made first.
func (m *matrix) lookup(t *testing.T, a detectors.Answer) {
	if a.Is == "found" {
		return // every other case has it
	}
	v, key := m.ask(t, ample, 1, func(parts map[string]string) issuer.Script { return issuer.Always(recorded(a, parts)) })
	m.holds(t, v, a)
	for _, c := range key.Calls() {
		if c.Is(m.call.Name) && !c.Is(m.call.Name+".lookup") {
			t.Error("the call was made although the lookup had settled it")
		}
	}
}

// misdeed is what any server may do. It never says anything about the credential.
type misdeed struct {
	name   string
	answer issuer.Answer
	calls  int  // by host
	slow   bool // the client gives up
}

func generic(live detectors.Answer) []misdeed {
	good := issuer.Answer{Status: 200, Body: live.Body}
	padded := issuer.Answer{Status: 200, Body: `{"a":1}`}
	all := []misdeed{
		{"too many requests", issuer.TooMany(60), 1, false},
		{"500", issuer.Broken(500), 1, false},
		{"503", issuer.Broken(503), 1, false},
		{"a firewall's page", issuer.Wall(), 1, false},
		{"a page", issuer.Page(), 1, false},
		{"an empty answer", issuer.Empty(), 1, false},
		{"no content", issuer.Answer{Status: 204}, 1, false},
		{"401 and nothing", issuer.Answer{Status: 401}, 1, false},
		{"403 and nothing", issuer.Answer{Status: 403}, 1, false},
		{"404 and nothing", issuer.Answer{Status: 404}, 1, false},
		{"an empty object", issuer.Answer{Status: 200, Body: "{}"}, 1, false},
		{"another object", issuer.Answer{Status: 400, Body: `{"fake":true}`}, 1, false},
		{"null", issuer.Answer{Status: 200, Body: "null"}, 1, false},
		{"cut off", issuer.CutOff(good), 1, false},
		{"a redirect", issuer.Redirect(302), 1, false},
		{"a permanent redirect", issuer.Redirect(308), 1, false},
		{"a slow drip", issuer.Drip(200, 5*time.Millisecond), 1, true},
		{"silence", issuer.Silent(), 1, true},
		{"oversized", issuer.Oversized(padded, 2<<20), 1, false},
		{"connection reset", issuer.Reset(), 1, false},
	}
	if strings.HasPrefix(strings.TrimSpace(live.Body), "{") {
		all = append(all, misdeed{"truncated", issuer.Truncated(good), 1, false})
	}
	return all
}

// generic wants unknown, with a reason, from every host once.
func (m *matrix) generic(t *testing.T, g misdeed) {
	script := func(map[string]string) issuer.Script { return issuer.Always(g.answer) }
	timeout := ample
	if g.slow { // a request that comes in when the client has given up must not count as the next one's
		timeout, m = patience, &matrix{stand: m.stand, rule: m.rule, call: m.call, cred: m.credential(t, m.rule, m.call.Name+g.name)}
	}
	v, key := m.ask(t, timeout, 1, script)
	for g.slow && len(key.Calls()) == 0 && timeout < ample { // the machine is busy
		timeout *= 4
		m.cred = m.credential(t, m.rule, fmt.Sprint(m.call.Name, g.name, timeout))
		v, key = m.ask(t, timeout, 1, script)
	}
	if v.Status != provider.Unknown || v.Reason == "" {
		t.Errorf("the verdict is %s (%s), want unknown and why", v.Status, v.Reason)
	}
	if len(v.Permissions) > 0 || v.Account != "" || v.Known {
		t.Errorf("facts from nowhere: %+v", v)
	}
	calls := len(key.Calls())
	if most := g.calls * hosts(m.call); calls > most || g.calls > 0 && calls == 0 {
		t.Errorf("%d calls, want %d", calls, most)
	}
	if n := m.server.Hits(issuer.Elsewhere); n != 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
}

// recovers answers 503 once, then well.
func (m *matrix) recovers(t *testing.T, live detectors.Answer) {
	v, key := m.ask(t, ample, 2, func(parts map[string]string) issuer.Script {
		good := m.script(m.rule, m.call.Name, parts, issuer.Always(recorded(live, parts)))
		return func(c *issuer.Call) issuer.Answer {
			if c.N == 0 {
				return issuer.Broken(503)
			}
			return good(c)
		}
	})
	if m.growing() && hosts(m.call) == 1 {
		if v.Status != provider.Unknown || len(key.Calls()) != 1 {
			t.Errorf("%s after %d calls: a nonce was spent twice", v.Status, len(key.Calls()))
		}
		return
	}
	if v.Status != provider.Live {
		t.Errorf("the verdict is %s (%s), want live", v.Status, v.Reason)
	}
}

// growing reports whether the call uses a nonce that must grow.
func (m *matrix) growing() bool {
	if m.call.Sign == nil {
		return false
	}
	unit := sign.NonceOf(m.call.Sign.Scheme, m.call.Sign.Params)
	return unit == "ms" || unit == "s" || strings.Contains(m.call.Body, "{unix")
}

// wrongSecret verifies a credential whose key the issuer knows with another secret.
func (m *matrix) wrongSecret(t *testing.T) {
	cred := m.cred
	if cred.Parts["key"].Len() == 0 || cred.Parts["secret"].Len() == 0 || m.call.Sign == nil {
		t.Skip("nothing is signed")
	}
	other, parts := m.credential(t, m.rule, otherSecret), reveal(cred.Values())
	answer := issuer.Answer{Status: 401, Body: `{"fake":"wrong signature"}`}
	for _, a := range m.answers(m.rule, m.call.Name) {
		if strings.Contains(strings.ToLower(a.Name), "signature") || strings.Contains(strings.ToLower(a.Name), "secret") {
			answer = recorded(a, parts)
			break
		}
	}
	key := m.issue(t, cred, issuer.Always(answer))
	for _, f := range []issuer.Fault{issuer.FaultSignature, issuer.FaultPassphrase, issuer.FaultKey} {
		key.Expect(f)
	}
	wrong := detectors.Credential{Rule: m.rule, Parts: map[string]detectors.Secret{}}
	for name, p := range cred.Parts {
		wrong.Parts[name] = p
	}
	wrong.Parts["secret"] = other.Parts["secret"]
	client, _ := m.asker(t, m.rule, provider.Options{Timeout: ample, Attempts: 1})
	v := client.Verify(t.Context(), m.query(wrong))
	if v.Status == provider.Live || v.Status == provider.Restricted {
		t.Errorf("the verdict is %s", v.Status)
	}
	calls := key.Calls()
	if len(calls) == 0 {
		t.Fatal("the issuer was not asked")
	}
	for _, c := range calls {
		if c.Fault == "" {
			t.Error("the issuer took a request that another secret has signed")
		}
	}
}

// once verifies a credential from many places at once.
func (m *matrix) once(t *testing.T, live detectors.Answer) {
	parts := reveal(m.cred.Values())
	key := m.issue(t, m.cred, m.script(m.rule, m.call.Name, parts, issuer.Always(recorded(live, parts))))
	client, _ := m.asker(t, m.rule, provider.Options{Timeout: ample})
	done := make(chan provider.Verdict)
	for range 4 {
		go func() { done <- client.Verify(t.Context(), m.query(m.cred)) }()
	}
	for range 4 {
		if v := <-done; v.Status != provider.Live {
			t.Errorf("the verdict is %s (%s)", v.Status, v.Reason)
		}
	}
	m.count(t, key, 1)
}

// count demands that many rounds of calls, each with its lookup.
func (m *matrix) count(t *testing.T, key *issuer.Key, rounds int) {
	t.Helper()
	each := 1
	if m.call.Lookup != nil {
		each = 2
	}
	if n := len(key.Calls()); n != rounds*each {
		t.Errorf("%d calls, want %d", n, rounds*each)
	}
}

// where demands that the verdict names a host that was asked, and that every call went where the rules file says.
func (m *matrix) where(t *testing.T, v provider.Verdict, key *issuer.Key) {
	t.Helper()
	asked := []string{}
	for _, c := range key.Calls() {
		asked = append(asked, c.Host)
		if !c.Is(m.call.Name) && !c.Is(m.call.Name+".lookup") {
			t.Errorf("a call to %s is none of the rule's", c.Host)
		}
	}
	host := v.Host
	if host == detectors.Configured {
		host = issuer.Configured
	}
	if !slices.Contains(asked, host) {
		t.Errorf("the verdict is of %s; asked were %s", v.Host, fmt.Sprint(asked))
	}
}
