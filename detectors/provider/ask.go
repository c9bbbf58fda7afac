package provider

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
)

// asking is the conversation about one credential.
type asking struct {
	client   *Client
	rule     *detectors.Rule
	provider string
	parts    map[string]string
	signer   map[string]string // of a configured credential; nil when the credential itself signs
	asked    []Asked
	nonce    int64               // the last one that was used
	act      *Action             // nil when nothing is to be changed
	batch    []map[string]string // the parts of all credentials that share the call
}

// verify asks host after host until one has the credential. It is dead when all of them said so.
func (a *asking) verify(ctx context.Context, call *detectors.Call) Verdict {
	targets := a.client.targets(a.provider, call)
	if len(targets) == 0 {
		return Verdict{Status: Unasked, Reason: "its host is not known: set base_url under [providers." + a.provider + "]"}
	}
	if name := a.lacks(call); name != "" {
		return Verdict{Status: Unasked, Reason: "its " + name + " was not found"}
	}
	var all []Verdict
	for _, t := range targets {
		v := a.verdict(ctx, call, t)
		v.AskedAt, v.Host = a.client.opts.Now(), t.host
		all = append(all, v)
		if v.Status == Live || v.Status == Restricted || v.Known {
			break
		}
	}
	v := decide(all)
	v.Asked = a.asked
	return v
}

// decide takes the verdict of the host that has the credential, or else the least certain one.
func decide(all []Verdict) Verdict {
	last := all[len(all)-1]
	if last.Status == Live || last.Status == Restricted || last.Known {
		return last
	}
	if i := slices.IndexFunc(all, func(v Verdict) bool { return v.Status != Dead }); i >= 0 {
		if len(all) > 1 {
			all[i].Reason = all[i].Host + ": " + all[i].Reason
		}
		return all[i]
	}
	return last
}

// verdict asks one host.
func (a *asking) verdict(ctx context.Context, call *detectors.Call, t target) Verdict {
	found, row, ans := a.run(ctx, call, t)
	if row == nil {
		return Verdict{Status: Unknown, Reason: ans.reason(), Unanswered: true}
	}
	v := Verdict{Status: Status(row.Is), Reason: row.Reason, Known: row.Known}
	if v.Status == Live || v.Status == Restricted {
		for _, p := range call.Permits {
			if ans.fits(&p, found) && !slices.Contains(v.Permissions, string(p.Is)) {
				v.Permissions = append(v.Permissions, string(p.Is))
			}
		}
		slices.SortFunc(v.Permissions, func(x, y string) int {
			return slices.Index(detectors.Rights(), x) - slices.Index(detectors.Rights(), y)
		})
		v.Account, v.Label, v.Sub = a.fact(ans, call.Account, found), a.fact(ans, call.Label, found), a.fact(ans, call.Sub, found)
		v.Expires, v.IPs = a.fact(ans, call.Expires, found), a.facts(ans, call.IPs, found)
	}
	return v
}

// change makes a call that changes something at one host.
func (a *asking) change(ctx context.Context, call *detectors.Call, host string) Outcome {
	out := Outcome{Is: detectors.IsRefused, At: a.client.opts.Now()}
	targets := a.client.targets(a.provider, call)
	if len(targets) == 0 {
		out.Reason = "its host is not known: set base_url under [providers." + a.provider + "]"
		return out
	}
	if out.Reason = a.prepare(call); out.Reason != "" {
		return out
	}
	_, row, ans := a.run(ctx, call, targets[hostIndex(targets, host)])
	return a.outcome(row, ans)
}

// outcome puts an answer into words.
func (a *asking) outcome(row *detectors.Reply, ans *answer) Outcome {
	out := Outcome{
		At: a.client.opts.Now(), Asked: a.asked, Status: ans.status, Sent: ans.sent && !ans.lookup,
		Limited: ans.status == http.StatusTooManyRequests, Code: a.code(ans),
	}
	switch {
	case row != nil:
		out.Is, out.Reason = row.Is, row.Reason
	case ans.lookup && ans.fault == "":
		out.Is, out.Reason, out.Unanswered = detectors.IsRefused, ans.reason(), true // nothing was changed, and nothing will be
	default:
		out.Is, out.Reason, out.Unanswered = detectors.IsUnknown, ans.reason(), true
	}
	return out
}

// prepare gets what the call signs with, or says what is missing.
func (a *asking) prepare(call *detectors.Call) string {
	if call.Way != detectors.WaySelf {
		if a.client.opts.Signer == nil {
			return "no credential " + call.Credential + " is configured"
		}
		secrets, err := a.client.opts.Signer(call.Credential)
		if err != nil {
			return "credential " + call.Credential + ": " + err.Error()
		}
		a.signer = reveal(secrets)
	}
	if name := a.lacks(call); name != "" {
		return "its " + name + " was not found"
	}
	return ""
}

// lacks returns the first name of the call's templates that has no value.
func (a *asking) lacks(call *detectors.Call) string {
	for c := call; c != nil; c = c.Lookup {
		texts := []string{c.URL, c.Body}
		for _, h := range c.Headers {
			texts = append(texts, h)
		}
		for _, text := range texts {
			for _, p := range detectors.Placeholders(text) {
				if signer, ok := strings.CutPrefix(p.Name, "signer."); ok && a.signer[signer] == "" {
					return signer + " in the configured credential " + call.Credential
				} else if !ok && a.rule.Part(p.Name) != nil && a.parts[p.Name] == "" {
					return p.Name
				}
			}
		}
	}
	return ""
}

// run makes the lookup and the call. The row is nil when none fits or no answer came. The values are those that templates
// of the answer's rows have.
func (a *asking) run(ctx context.Context, call *detectors.Call, t target) (*values, *detectors.Reply, *answer) {
	v := a.values("")
	if call.Lookup != nil {
		at := t
		if own := a.client.targets(a.provider, call.Lookup); hostOf(call.Lookup) != hostOf(call) && len(own) > 0 {
			at = own[0]
		}
		row, ans := a.one(ctx, call.Lookup, at, v)
		if row == nil || row.Is != detectors.IsFound {
			return v, row, ans
		}
		taken, ok := "", true
		if len(call.Lookup.Take) > 0 {
			taken, ok = scalarText(find(ans.doc, call.Lookup.Take, v))
		}
		if !ok || len(call.Lookup.Take) > 0 && taken == "" {
			ans.unmatched = "the issuer's answer does not name exactly this credential"
			a.note(ans.unmatched)
			return v, nil, ans
		}
		v = a.values(taken)
	}
	row, ans := a.one(ctx, call, t, v)
	return v, row, ans
}

// one makes one call and finds the row that fits its answer.
func (a *asking) one(ctx context.Context, call *detectors.Call, t target, v *values) (*detectors.Reply, *answer) {
	if err := a.before(call, t); err != nil {
		return nil, &answer{fault: "kept back: " + err.Error()}
	}
	ans := a.client.send(ctx, t, policyOf(call), func() (*request, error) { return a.build(call, t, v) })
	note := Asked{Method: call.Method, Host: t.host, Path: templatePath(call), Status: ans.status, Note: ans.fault}
	if t.private {
		note.Through = t.base.String()
	}
	var row *detectors.Reply
	if ans.fault == "" {
		if row = ans.row(call.Replies, v); row != nil {
			note.Note = strings.TrimSuffix(string(row.Is)+": "+row.Reason, ": ")
		} else {
			note.Note = ans.reason()
		}
	}
	a.asked = append(a.asked, note)
	ans.lookup = strings.HasSuffix(call.Name, ".lookup")
	a.after(call, row, ans)
	a.client.opts.Log.Debug("asked", "rule", a.rule.ID, "call", call.Name, "host", t.host, "status", ans.status, "note", note.Note)
	return row, ans
}

func (a *asking) note(text string) { a.asked[len(a.asked)-1].Note = text }

func (a *asking) values(lookup string) *values {
	return &values{parts: a.parts, signer: a.signer, lookup: lookup, uuid: a.client.opts.UUID()}
}

// nextNonce never gives the same number twice for a credential.
func (a *asking) nextNonce(unit string, now time.Time) int64 {
	n := now.UnixMilli()
	if unit == "s" {
		n = now.Unix()
	}
	a.nonce = max(n, a.nonce+1)
	return a.nonce
}
