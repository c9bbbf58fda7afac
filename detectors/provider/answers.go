package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/detectors"
)

// CheckAnswers reads every recorded answer of a cases file as Verify and Act would, and returns an error for each that
// means something else than it states. The calls are built and signed with made-up credentials, and nothing is sent.
func CheckAnswers(ctx context.Context, rules []detectors.Rule, cases *detectors.Cases) []error {
	var errs []error
	made := map[string]detectors.Credential{} // some keys take long to make
	for i, a := range cases.Answer {
		at := slices.IndexFunc(rules, func(r detectors.Rule) bool { return r.ID == a.Rule })
		if at < 0 || a.Is == string(detectors.IsFound) {
			continue // Fit refuses the one, and whatever follows a lookup tries the other
		}
		cred, ok := made[a.Rule]
		var err error
		if !ok {
			if cred, err = sample(&rules[at], cases); err == nil {
				made[a.Rule] = cred
			}
		}
		if err == nil {
			err = checkAnswer(ctx, cred, cases, a)
		}
		if err != nil {
			errs = append(errs, cases.At(i, err))
		}
	}
	return errs
}

func sample(r *detectors.Rule, cases *detectors.Cases) (detectors.Credential, error) {
	parts, err := cases.Sample(r, 1)
	cred := detectors.Credential{Rule: r, Provider: r.Provider, Parts: map[string]detectors.Secret{}}
	for name, text := range parts {
		cred.Parts[name] = detectors.NewSecret(text)
	}
	return cred, err
}

func checkAnswer(ctx context.Context, cred detectors.Credential, cases *detectors.Cases, a detectors.Answer) error {
	r := cred.Rule
	c, err := replaying(r, cases, a, cred)
	if err != nil {
		return err
	}
	defer c.Close()
	if !strings.HasPrefix(a.Call, "verify") {
		return compareOutcome(c.Change(ctx, r.CallAt(strings.TrimSuffix(a.Call, ".lookup")), cred, ""), a)
	}
	q := Query{Credential: cred, Environment: r.Environment}
	if strings.HasPrefix(a.Call, "verify.test") {
		q.Environment = "testnet"
	}
	return compareVerdict(c.Verify(ctx, q), a)
}

// compareOutcome lets a lookup's answer that no row fits be a refusal: it proves nothing, and nothing was changed.
func compareOutcome(o Outcome, a detectors.Answer) error {
	keptBack := strings.HasSuffix(a.Call, ".lookup") && a.Is == string(detectors.IsUnknown) && o.Is == detectors.IsRefused && !o.Sent
	if string(o.Is) == a.Is || keptBack {
		return nil
	}
	return fmt.Errorf("means %s (%s), not %s", o.Is, o.Reason, a.Is)
}

func compareVerdict(v Verdict, a detectors.Answer) error {
	if string(v.Status) != a.Is {
		return fmt.Errorf("means %s (%s), not %s", v.Status, cmp.Or(v.Reason, "no reason"), a.Is)
	}
	for _, f := range []struct{ what, got, want string }{
		{"permissions", strings.Join(v.Permissions, " "), strings.Join(a.Permissions, " ")}, {"account", v.Account, a.Account}, {"label", v.Label, a.Label},
		{"ips", strings.Join(v.IPs, " "), strings.Join(a.IPs, " ")}, {"expires", v.Expires, a.Expires}, {"sub", v.Sub, a.Sub},
	} {
		if f.got != f.want {
			return fmt.Errorf("%s is %q, not %q", f.what, f.got, f.want)
		}
	}
	return nil
}

// replaying is a client whose issuer gives the answer, at every host, after one that finds the credential where a lookup
// comes before.
func replaying(r *detectors.Rule, cases *detectors.Cases, a detectors.Answer, cred detectors.Credential) (*Client, error) {
	call := r.CallAt(a.Call)
	if call == nil {
		return nil, fmt.Errorf("rule %s has no call %s", r.ID, a.Call)
	}
	script := []detectors.Answer{a}
	if call.Lookup != nil {
		i := slices.IndexFunc(cases.Answer, func(x detectors.Answer) bool {
			return x.Rule == r.ID && x.Call == a.Call+".lookup" && x.Is == string(detectors.IsFound)
		})
		if i < 0 {
			return nil, fmt.Errorf("no answer to %s.lookup finds the credential", a.Call)
		}
		script = []detectors.Answer{cases.Answer[i], a}
	}
	values := cred.Values()
	return New(Options{
		Transport: &replay{script: script, values: values}, Rate: 1e6, Attempts: 1,
		Overrides: map[string]Override{r.Provider: {Hosts: map[string]string{detectors.Configured: "https://configured.example"}}},
		Signer:    func(string) (map[string]detectors.Secret, error) { return stranger(call, values), nil },
	})
}

// stranger is a made-up configured credential: the leaked one's parts, since it is of the same kind, and a number for
// whatever else the calls name.
func stranger(call *detectors.Call, parts map[string]detectors.Secret) map[string]detectors.Secret {
	out := map[string]detectors.Secret{"key": detectors.NewSecret("0123456789"), "secret": detectors.NewSecret("0123456789"), "token": detectors.NewSecret("0123456789")}
	for name, p := range parts {
		out[name] = p
	}
	for _, c := range []*detectors.Call{call, call.Lookup} {
		if c == nil {
			continue
		}
		text := c.URL + c.Body
		for _, h := range c.Headers {
			text += h
		}
		for _, p := range detectors.Placeholders(text) {
			name, ok := strings.CutPrefix(p.Name, "signer.")
			if _, has := out[name]; ok && !has {
				out[name] = detectors.NewSecret("123456789")
			}
		}
	}
	return out
}

// replay answers requests with what is recorded, over and over.
type replay struct {
	script []detectors.Answer
	values map[string]detectors.Secret
	n      int
}

// RoundTrip sends nothing.
func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	a := r.script[r.n%len(r.script)]
	r.n++
	body := a.Body
	for _, p := range slices.Backward(detectors.Placeholders(body)) {
		v, ok := r.values[p.Name]
		if !ok {
			continue
		}
		text, err := json.Marshal(v.Reveal())
		if err != nil {
			return nil, errors.New("a value that is not JSON")
		}
		body = body[:p.Start] + string(text[1:len(text)-1]) + body[p.End:]
	}
	res := &http.Response{StatusCode: a.Status, Status: http.StatusText(a.Status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
	for name, value := range a.Headers {
		res.Header.Set(name, value)
	}
	return res, nil
}
