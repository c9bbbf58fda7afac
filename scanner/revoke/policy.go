package revoke

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// Policy decides what may be revoked. The zero Policy lets nothing be done.
type Policy struct {
	Rules     *detectors.RevokeConfig // the table [revoke]; nil when there is none
	Yes       bool                    // a person said that it may be done
	DryRun    bool                    // nothing may be done, whatever else says so
	Public    bool                    // what is scanned is public
	Consents  []string                // given by a person, beside those of the table
	Approved  []string                // hashes of plans that a person named
	Approvals Approvals               // signed ones
}

// defaultPerRun bounds the credentials that a run revokes when nothing else is said: a run that wants more is more
// likely wrong than right.
const defaultPerRun = 50

var defaultVerdicts = []string{string(scanner.Live), string(scanner.Restricted)}

// Acts says whether anything may be done at all. Without, no log is needed.
func (p Policy) Acts() bool {
	return !p.DryRun && (p.Yes || p.rules().Auto || len(p.Approved) > 0)
}

// runs says whether a plan is to be carried out, if the rules allow it.
func (p Policy) runs(plan scanner.Plan) bool {
	return !p.DryRun && (p.Yes || p.rules().Auto || slices.Contains(p.Approved, plan.Hash))
}

func (p Policy) rules() detectors.RevokeConfig {
	if p.Rules == nil {
		return detectors.RevokeConfig{}
	}
	return *p.Rules
}

// planned words the receipt of a plan that is not carried out; err is what approval it lacks.
func (p Policy) planned(err error) string {
	out := "nothing was done"
	if p.DryRun {
		out += ", as --dry-run asks"
	}
	if err != nil {
		return out + "; " + err.Error()
	}
	return out + "; it would be allowed"
}

// allow checks the rules that hold for the credential, but for approvals.
func (p Policy) allow(f scanner.Finding, now time.Time) error {
	for _, rule := range []func(detectors.RevokeConfig, scanner.Finding) error{verdictRule, severityRule, providerRule, environmentRule} {
		if err := rule(p.rules(), f); err != nil {
			return err
		}
	}
	return cmp.Or(p.sourceRule(f), quietRule(p.rules(), now))
}

func verdictRule(r detectors.RevokeConfig, f scanner.Finding) error {
	allowed := r.Verdicts
	if len(allowed) == 0 {
		allowed = defaultVerdicts
	}
	if !slices.Contains(allowed, string(f.Verdict.Status)) {
		text := "the verdict is " + string(f.Verdict.Status)
		if f.Verdict.Reason != "" {
			text += " (" + f.Verdict.Reason + ")"
		}
		return refusedBy("verdicts", "%s, not %s", text, strings.Join(allowed, " or "))
	}
	return nil
}

func severityRule(r detectors.RevokeConfig, f scanner.Finding) error {
	if len(r.Severities) > 0 && !slices.Contains(r.Severities, f.Severity) {
		return refusedBy("severities", "the severity is %s", f.Severity)
	}
	return nil
}

func providerRule(r detectors.RevokeConfig, f scanner.Finding) error {
	provider, rule := cmp.Or(f.Credential.Provider, f.Credential.Rule.Provider), f.Credential.Rule.ID
	named := func(list []string) bool {
		return slices.Contains(list, provider) || slices.Contains(list, rule)
	}
	switch {
	case named(r.Deny):
		return refusedBy("deny", "it names %s or %s", provider, rule)
	case len(r.Allow) > 0 && !named(r.Allow):
		return refusedBy("allow", "it names neither %s nor %s", provider, rule)
	}
	return nil
}

// environment of a finding that says none.
const production = "production"

func environmentRule(r detectors.RevokeConfig, f scanner.Finding) error {
	env := cmp.Or(f.Environment, production)
	if len(r.Environments) > 0 && !slices.Contains(r.Environments, env) {
		return refusedBy("environments", "it is a %s key", env)
	}
	return nil
}

// sourceRule takes for public what a person says is, and what stands in an object of a bucket that anyone may read.
func (p Policy) sourceRule(f scanner.Finding) error {
	source := "private"
	if p.Public || slices.ContainsFunc(f.Occurrences, func(o scanner.Occurrence) bool { return o.Object != nil && o.Object.Access == scanner.Public }) {
		source = "public"
	}
	if list := p.rules().Sources; len(list) > 0 && !slices.Contains(list, source) {
		if source == "private" {
			source = "not known to be public"
		}
		return refusedBy("sources", "what was scanned is %s", source)
	}
	return nil
}

func quietRule(r detectors.RevokeConfig, now time.Time) error {
	if r.Zone != nil {
		now = now.In(r.Zone)
	}
	for _, q := range r.Quiet {
		if q.Holds(now) {
			return refusedBy("quiet_hours", "it is %s", now.Format("Mon 15:04 MST"))
		}
	}
	return nil
}

// approval says who lets the plan run.
func (p Policy) approval(plan scanner.Plan, now time.Time) (why string, err error) {
	r := p.rules()
	switch {
	case r.Approval == "signed":
		by := p.Approvals.of(plan.Hash, now)
		if len(by) < r.Approvals {
			return "", refusedBy("approval", "%d of %d signed approvals of plan %s", len(by), r.Approvals, plan.Hash)
		}
		return "approved by " + strings.Join(by, " and "), nil
	case slices.Contains(p.Approved, plan.Hash):
		return "a person approved plan " + plan.Hash, nil
	case r.Approval == "hash":
		return "", refusedBy("approval", "it wants a second command with --approve %s", plan.Hash)
	case p.Yes:
		return "a person said --yes", nil
	}
	return "the policy says auto", nil
}

// blocks says why the policy keeps a way from being taken, or "".
func (p Policy) blocks(w scanner.PlannedWay) string {
	name := w.Way
	if w.Contain {
		name = "contain"
	}
	if ways := p.rules().Ways; len(ways) > 0 && !slices.Contains(ways, name) {
		return fmt.Sprintf("the policy's ways are %s", strings.Join(ways, ", "))
	}
	var lacks []string
	for _, c := range w.Consents {
		if !slices.Contains(p.Consents, c) && !slices.Contains(p.rules().Consents, c) {
			lacks = append(lacks, c)
		}
	}
	if len(lacks) > 0 {
		return "it reaches further than the leaked key, and wants the consent " + strings.Join(lacks, ", ")
	}
	return ""
}

// limit checks the numbers: plans of this run, and those of the last hour that the log tells of.
func (p Policy) limit(inRun, inHour, more int) error {
	most := cmp.Or(p.rules().MaxPerRun, defaultPerRun)
	if inRun+more > most {
		return refusedBy("max_per_run", "%d credentials of this run are the most", most)
	}
	if hourly := p.rules().MaxPerHour; hourly > 0 && inHour+more > hourly {
		return refusedBy("max_per_hour", "%d credentials in an hour are the most", hourly)
	}
	return nil
}
