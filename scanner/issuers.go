package scanner

import (
	"context"
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
	return VerdictOf(i.Client.Verify(ctx, provider.Query{
		Credential: f.Credential, Environment: f.Environment, Missing: f.Missing, Identity: f.Identity,
	}))
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
