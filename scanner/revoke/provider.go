package revoke

import (
	"context"
	"errors"
	"strings"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// Provider is the Issuer that reaches the issuers of credentials. The client's Signer must give what Revoker.Signer says
// is there.
type Provider struct{ Client *provider.Client }

// Verify asks anew.
func (p Provider) Verify(ctx context.Context, f scanner.Finding) scanner.Verdict {
	return scanner.VerdictOf(p.Client.Verify(ctx, provider.Query{
		Credential: f.Credential, Environment: f.Environment, Missing: f.Missing, Identity: f.Identity, Fresh: true,
	}))
}

// Describe returns method and URL of a call as a template.
func (p Provider) Describe(call *detectors.Call, f scanner.Finding) (string, error) {
	if p.Client.Canary(provider.Query{Credential: f.Credential, Identity: f.Identity}) {
		return "", errors.New("it is a canary: its owner learns of every call")
	}
	return p.Client.Address(f.Credential, call, f.Verdict.Host)
}

// Act makes a call once.
func (p Provider) Act(ctx context.Context, a Action) Answer {
	act := provider.Action{
		Call: a.Call, Host: a.Findings[0].Verdict.Host,
		Before: func(call, text string) error { return a.Before(stepOf(call), text) },
		After:  func(call string, o provider.Outcome) { a.After(stepOf(call), answerOf(o)) },
	}
	for _, f := range a.Findings {
		act.Credentials = append(act.Credentials, f.Credential)
	}
	return answerOf(p.Client.Act(ctx, act))
}

// stepOf says what kind of call has that name in a rules file.
func stepOf(call string) string {
	if strings.HasSuffix(call, ".lookup") {
		return audit.Lookup
	}
	return "call"
}

func answerOf(o provider.Outcome) Answer {
	return Answer{Is: o.Is, Reason: o.Reason, Status: o.Status, Code: o.Code, Sent: o.Sent, Limited: o.Limited}
}
