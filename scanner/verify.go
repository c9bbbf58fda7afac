package scanner

import (
	"context"
	"slices"
	"sync"

	"github.com/keysweep/keysweep/detectors"
)

// Verifier says what a credential is worth. It must be safe for concurrent use, end soon after ctx, and return Unasked
// for what it has nothing to ask about. *Issuers is the one in use.
type Verifier interface {
	Verify(ctx context.Context, f Finding) Verdict
}

// verifyWorkers is how many credentials of one provider are asked about at once. The verifier keeps hosts to their rates;
// with several providers asked side by side, a slow one does not hold up the others.
const verifyWorkers = 16

// verify asks about every finding and grades it by the answer. The order is worst first again.
func (r *run) verify(ctx context.Context, findings []Finding) []Finding {
	if r.scanner.Verifier == nil {
		return findings
	}
	groups := map[string]chan *Finding{}
	for i := range findings {
		provider := findings[i].Credential.Provider
		if groups[provider] == nil {
			groups[provider] = make(chan *Finding, len(findings))
		}
		groups[provider] <- &findings[i]
	}
	var wg sync.WaitGroup
	for _, group := range groups {
		close(group)
		for range min(verifyWorkers, len(group)) {
			wg.Go(func() {
				for f := range group {
					r.ask(ctx, f)
				}
			})
		}
	}
	wg.Wait()
	for i := range findings {
		r.cov.Verdicts.add(&findings[i])
	}
	slices.SortStableFunc(findings, compareFindings)
	return findings
}

// ask takes the verifier's verdict, unless it had nothing to ask about a credential that arithmetic proved.
func (r *run) ask(ctx context.Context, f *Finding) {
	v := Verdict{Status: Unasked, Reason: "the run ended before it was asked", Unanswered: true}
	if ctx.Err() == nil {
		v = r.scanner.Verifier.Verify(ctx, *f)
	}
	if p := r.scanner.Progress; p != nil {
		p.Asked.Add(1)
	}
	if f.Verdict.Status == Proved && v.Status == Unasked {
		v.Status, v.Reason = Proved, f.Verdict.Reason
	}
	f.Verdict = v
	f.grade()
}

func (v *Verdicts) add(f *Finding) {
	switch f.Verdict.Status {
	case Live, Restricted:
		v.Live++
	case Dead:
		v.Dead++
	case Unknown:
		v.Unknown++
	case Unasked:
		v.Unasked++
	case Proved:
		v.Proved++
	}
	if f.Verdict.Unanswered {
		v.Unanswered++
	}
	if !f.Verdict.AskedAt.IsZero() {
		v.Asked++
	}
}

// grade sets the severity by what the credential was shown to be able to do: a live one that can move funds is critical,
// one that can trade is high, one that can only read is medium, a dead one is low, and those of a test environment are one
// step lower each. A live one of unknown rights has its rule's severity. A public place is one step higher again.
func (f *Finding) grade() {
	s := f.Verdict.Status
	if s != Live && s != Restricted && s != Dead && len(f.Verdict.Holdings) == 0 {
		return
	}
	f.Severity = Grade(f.Credential.Rule, f.Environment, f.Verdict)
	if s == Dead {
		return
	}
	f.Confidence = detectors.Sure
	if f.public() >= 0 {
		f.Severity = min(f.Severity+1, detectors.Critical)
	}
}

// Grade is the severity of a whole credential of a rule by its verdict. Environment is empty for a live one.
func Grade(rule *detectors.Rule, environment string, v Verdict) detectors.Severity {
	severity := rule.Severity
	switch {
	case len(v.Holdings) > 0:
		severity = detectors.Critical
	case v.Status == Live || v.Status == Restricted:
		severity = severityOf(v.Permissions, rule.Severity)
	case v.Status == Dead:
		severity = detectors.Low
	}
	if environment != "" {
		severity = max(severity-1, detectors.Info)
	}
	return severity
}

func severityOf(permissions []string, otherwise detectors.Severity) detectors.Severity {
	can := func(right string) bool { return slices.Contains(permissions, right) }
	switch {
	case can("withdraw"), can("transfer"), can("admin"):
		return detectors.Critical
	case can("trade"):
		return detectors.High
	case can("read"):
		return detectors.Medium
	}
	return otherwise
}
