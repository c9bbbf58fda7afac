package scanner

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/keysweep/keysweep/detectors/provider"
)

// Issuers is the Verifier that asks the issuers of credentials.
type Issuers struct {
	Client *provider.Client
}

// Verify asks the issuer of the finding's credential.
func (i *Issuers) Verify(ctx context.Context, f Finding) Verdict {
	v, _ := i.Ask(ctx, f)
	return v
}

// Ask is Verify with the calls that were made.
func (i *Issuers) Ask(ctx context.Context, f Finding) (Verdict, []provider.Asked) {
	said := i.Client.Verify(ctx, provider.Query{Credential: f.Credential, Environment: f.Environment, Missing: f.Missing, Identity: f.Identity})
	v, asked := VerdictOf(said), said.Asked
	if f.Environment == "" {
		asked = append(slices.Clip(asked), i.holdings(ctx, &f, &v)...)
	}
	if f.Verdict.Status == Proved && v.Status == Unasked { // what arithmetic proved stays proved
		v.Status, v.Reason = Proved, f.Verdict.Reason
	}
	return v, asked
}

// holdings asks ledgers about the addresses that arithmetic derived. That they know an address proves its key; that they
// do not proves nothing, since funds may lie on further addresses, or be tokens.
func (i *Issuers) holdings(ctx context.Context, f *Finding, v *Verdict) []provider.Asked {
	h := i.Client.Holdings(ctx, f.Identity)
	if h.AskedAt.IsZero() {
		return nil
	}
	v.Holdings = h.Facts
	if v.AskedAt.IsZero() {
		v.AskedAt = h.AskedAt
	}
	switch {
	case v.Status != Unasked:
	case f.Verdict.Status == Proved:
		v.Status, v.Reason = Proved, f.Verdict.Reason
		if h.Fault != "" {
			v.Reason += "; its balance is not known: " + h.Fault
		}
	case h.Used:
		v.Status, v.Reason = Live, "a ledger knows its address"
	case h.Fault != "":
		v.Status, v.Reason, v.Unanswered = Unknown, "its balance is not known: "+h.Fault, true
	default:
		v.Status, v.Reason = Unknown, "no ledger knows its address"
	}
	return h.Asked
}

// VerdictOf puts an issuer's verdict into the form of findings.
func VerdictOf(v provider.Verdict) Verdict {
	return Verdict{
		Status: Status(v.Status), Reason: v.Reason, AskedAt: v.AskedAt, Account: v.Account, Permissions: v.Permissions, Host: v.Host,
		Label: v.Label, Sub: v.Sub, IPs: v.IPs, Expires: readMoment(v.Expires), Known: v.Known, Unanswered: v.Unanswered,
	}
}

// readMoment turns Unix seconds and milliseconds into RFC 3339, and numbers that stand for never into nothing.
func readMoment(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return text
	case n <= 0:
		return ""
	case n > 1e11 && n < 1e14:
		return time.UnixMilli(int64(n)).UTC().Format(time.RFC3339)
	case n > 1e8 && n < 1e11:
		return time.Unix(int64(n), 0).UTC().Format(time.RFC3339)
	}
	return text
}
