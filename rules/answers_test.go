package rules_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/rules"
)

// TestAnswersMeanWhatTheySay reads every recorded answer as a client would and compares what it makes of it, and demands
// an answer for every row. The calls are built and signed, and go no further than the transport of the test.
func TestAnswersMeanWhatTheySay(t *testing.T) {
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*detectors.Cases{}
	for i := range all {
		r := &all[i]
		if files[r.Provider] == nil {
			files[r.Provider] = readCases(t, r.Provider)
		}
		for call := range r.Calls() {
			t.Run(r.ID+"/"+call.Name, func(t *testing.T) { recordedCall(t, r, call, files[r.Provider]) })
		}
	}
}

func readCases(t *testing.T, id string) *detectors.Cases {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "providers", id+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := detectors.ReadCases(id, text)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// recordedCall reads the answers to one call, or to one lookup.
func recordedCall(t *testing.T, r *detectors.Rule, call *detectors.Call, cases *detectors.Cases) {
	answers := answersTo(cases, r, call.Name)
	if len(answers) < len(call.Replies) {
		t.Errorf("%d rows and %d answers", len(call.Replies), len(answers))
	}
	parts, err := cases.Sample(r, 7)
	if err != nil {
		t.Fatal(err)
	}
	cred := detectors.Credential{Rule: r, Provider: r.Provider, Parts: map[string]detectors.Secret{}}
	for name, value := range parts {
		cred.Parts[name] = detectors.NewSecret(value)
	}
	for _, a := range answers {
		t.Run(a.Name, func(t *testing.T) {
			if strings.HasPrefix(call.Name, "verify") {
				asVerdict(t, cred, a, cases)
			} else {
				asOutcome(t, cred, a, cases)
			}
		})
	}
}

func answersTo(cases *detectors.Cases, r *detectors.Rule, call string) []detectors.Answer {
	var out []detectors.Answer
	for _, a := range cases.Answer {
		if a.Rule == r.ID && a.Call == call {
			out = append(out, a)
		}
	}
	return out
}

// asVerdict reads an answer to verify, verify.test or a lookup of theirs.
func asVerdict(t *testing.T, cred detectors.Credential, a detectors.Answer, cases *detectors.Cases) {
	if a.Is == "found" {
		return // the answers to the main call follow it
	}
	q := provider.Query{Credential: cred, Environment: cred.Rule.Environment}
	if strings.HasPrefix(a.Call, "verify.test") {
		q.Environment = "testnet"
	}
	v := recordedClient(t, cred, a, cases).Verify(t.Context(), q)
	got := []string{string(v.Status), strings.Join(v.Permissions, " "), v.Account, v.Label, strings.Join(v.IPs, " "), v.Expires, v.Sub}
	want := []string{a.Is, strings.Join(a.Permissions, " "), a.Account, a.Label, strings.Join(a.IPs, " "), a.Expires, a.Sub}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s; status, permissions, account, label, ips, expires, sub (-recorded +read):\n%s", v.Reason, diff)
	}
}

// asOutcome reads an answer to revoke, contain or a lookup of theirs.
func asOutcome(t *testing.T, cred detectors.Credential, a detectors.Answer, cases *detectors.Cases) {
	call := cred.Rule.CallAt(strings.TrimSuffix(a.Call, ".lookup"))
	if a.Is == "found" {
		return
	}
	o := recordedClient(t, cred, a, cases).Change(t.Context(), call, cred, "")
	keptBack := strings.HasSuffix(a.Call, ".lookup") && a.Is == "unknown" && o.Is == detectors.IsRefused && !o.Sent
	if string(o.Is) != a.Is && !keptBack { // a lookup's answer that no row fits proves nothing
		t.Errorf("the outcome is %s (%s), want %s", o.Is, o.Reason, a.Is)
	}
}

// recordedClient is a client whose issuer gives the answer, after one that finds the credential when a lookup comes before.
func recordedClient(t *testing.T, cred detectors.Credential, a detectors.Answer, cases *detectors.Cases) *provider.Client {
	t.Helper()
	script := []detectors.Answer{a}
	if call := cred.Rule.CallAt(a.Call); call.Lookup != nil {
		found := answersTo(cases, cred.Rule, a.Call+".lookup")
		i := slices.IndexFunc(found, func(a detectors.Answer) bool { return a.Is == "found" })
		if i < 0 {
			t.Fatal("no answer to the lookup finds the credential")
		}
		script = []detectors.Answer{found[i], a}
	}
	c, err := provider.New(provider.Options{
		Transport: &recorder{script: script, parts: cred.Values()}, Rate: 1e6, Jitter: func() float64 { return 0 },
		Overrides: overrides(cred.Rule),
		Signer:    func(string) (map[string]detectors.Secret, error) { return signerOf(cred), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func overrides(r *detectors.Rule) map[string]provider.Override {
	for c := range r.Calls() {
		if strings.HasPrefix(c.URL, "https://"+detectors.Configured) {
			return map[string]provider.Override{r.Provider: {BaseURL: "https://own.example"}}
		}
	}
	return nil
}

// signerOf has all that the templates of the rule want of a configured credential, and the parts of the leaked one, which
// is of the same kind.
func signerOf(cred detectors.Credential) map[string]detectors.Secret {
	out := map[string]detectors.Secret{"key": detectors.NewSecret("signer-key"), "secret": detectors.NewSecret("signer-secret")}
	for name, value := range cred.Values() {
		out[name] = value
	}
	for c := range cred.Rule.Calls() {
		texts := []string{c.URL, c.Body}
		for _, h := range c.Headers {
			texts = append(texts, h)
		}
		for _, p := range detectors.Placeholders(strings.Join(texts, " ")) {
			name, ok := strings.CutPrefix(p.Name, "signer.")
			if _, has := out[name]; ok && !has {
				out[name] = detectors.NewSecret("1234567890") // may stand for a number
			}
		}
	}
	return out
}

// recorder gives the answers of its script in turn, over and over.
type recorder struct {
	script []detectors.Answer
	parts  map[string]detectors.Secret
	n      int
}

func (r *recorder) RoundTrip(*http.Request) (*http.Response, error) {
	a := r.script[r.n%len(r.script)]
	r.n++
	res := &http.Response{StatusCode: a.Status, Status: fmt.Sprint(a.Status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(r.fill(a.Body)))}
	for name, value := range a.Headers {
		res.Header.Set(name, value)
	}
	return res, nil
}

// fill writes the parts that the issuer echoes.
func (r *recorder) fill(body string) string {
	found := detectors.Placeholders(body)
	for _, p := range slices.Backward(found) {
		if value, ok := r.parts[p.Name]; ok {
			body = body[:p.Start] + value.Reveal() + body[p.End:]
		}
	}
	return body
}
