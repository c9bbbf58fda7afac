package provider

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/detectors"
)

// Action is a call that changes something, with its lookup before. The lookup of such a call alone is one too.
type Action struct {
	Call        *detectors.Call
	Credentials []detectors.Credential // of one rule; more than one when Call.Batch allows it
	Host        string                 // the host that verification named; empty for the call's own

	// Before is called with the name of each call and what it sends, as a template, before it goes out. An error keeps it
	// back. It may be nil.
	Before func(call, text string) error

	// After is called with what came back, unless nothing went out. It may be nil.
	After func(call string, o Outcome)
}

// Act makes a call of Revoke or Contain, with its lookup, at one host. It is made once, whatever comes of it, unless the
// issuer says that it did not look at it.
func (c *Client) Act(ctx context.Context, act Action) Outcome {
	first := act.Credentials[0]
	a := &asking{client: c, rule: first.Rule, provider: providerOf(first), parts: reveal(first.Values()), act: &act}
	for _, cred := range act.Credentials {
		a.batch = append(a.batch, reveal(cred.Values()))
	}
	if n := len(a.batch); n > max(1, act.Call.Batch) {
		return Outcome{Is: detectors.IsRefused, Reason: "more credentials than the call takes", At: c.opts.Now()}
	}
	return a.change(ctx, act.Call, act.Host)
}

// Address returns method and URL of a call as a template, its host replaced as configured.
func (c *Client) Address(cred detectors.Credential, call *detectors.Call, host string) (string, error) {
	targets := c.targets(providerOf(cred), call)
	if len(targets) == 0 {
		return "", errors.New("its host is not known: set base_url under [providers." + providerOf(cred) + "]")
	}
	return address(call, targets[hostIndex(targets, host)]), nil
}

func address(call *detectors.Call, t target) string {
	return call.Method + " " + t.base.Scheme + "://" + t.base.Host + strings.TrimSuffix(t.base.Path, "/") + templatePath(call) + templateQuery(call)
}

// hostIndex returns the target of that name, or the first: some issuers are asked and changed through different hosts.
func hostIndex(targets []target, host string) int {
	return max(0, slices.IndexFunc(targets, func(t target) bool { return t.host == host }))
}

// before tells of a call that is about to go out.
func (a *asking) before(call *detectors.Call, t target) error {
	if a.act == nil || a.act.Before == nil {
		return nil
	}
	return a.act.Before(call.Name, address(call, t))
}

// after tells of an answer.
func (a *asking) after(call *detectors.Call, row *detectors.Reply, ans *answer) {
	if a.act != nil && a.act.After != nil && ans.sent {
		a.act.After(call.Name, a.outcome(row, ans))
	}
}

// body fills the template of a call's body: once, or once for each credential that shares the call.
func (a *asking) body(call *detectors.Call, v *values, escape func(string) (string, error)) (string, error) {
	if call.Batch == 0 {
		return v.expand(call.Body, escape)
	}
	var all []string
	for _, parts := range a.batch {
		one := *v
		one.parts = parts
		text, err := one.expand(call.Each, escape)
		if err != nil {
			return "", err
		}
		all = append(all, text)
	}
	head, tail, _ := strings.Cut(call.Body, "{batch}")
	head, err := v.expand(head, escape)
	if err != nil {
		return "", err
	}
	tail, err = v.expand(tail, escape)
	return head + strings.Join(all, ",") + tail, err
}
