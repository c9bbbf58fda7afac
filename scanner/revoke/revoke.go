// Package revoke ends leaked credentials: it plans, asks the policy, calls the issuer, asks the issuer again, and writes a
// receipt. Every call is in the audit log before it goes out. A credential is done when the issuer says that it is dead.
package revoke

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// Issuer is who verifies and is called. It never shows a secret in a text that it returns.
type Issuer interface {
	// Verify asks what the credential is worth now, whatever was asked before.
	Verify(ctx context.Context, f scanner.Finding) scanner.Verdict

	// Describe returns method and URL of a call for the finding, with placeholders where values go, or why the call can
	// not be made: no host is configured.
	Describe(call *detectors.Call, f scanner.Finding) (string, error)

	// Act makes one call that ends or contains credentials, with its lookup before. It makes no call twice.
	Act(ctx context.Context, a Action) Answer
}

// Action is one call to make.
type Action struct {
	Call     *detectors.Call
	Findings []scanner.Finding // one, or up to Call.Batch of them

	// Before is called with every request (lookup or call) before it goes out, and its template. An error stops it.
	Before func(step, call string) error
	// After is called with what came back.
	After func(step string, a Answer)
}

// Answer is what a call came to.
type Answer struct {
	Is      detectors.Meaning // found (of a lookup), done, gone, refused or unknown
	Reason  string
	Status  int    // of HTTP, 0 without an answer
	Code    string // the issuer's own, when it gave one
	Sent    bool   // the call itself may have reached the issuer
	Limited bool   // the issuer refused to look at it: too many calls
}

// Revoker revokes the findings of a run. It is the only place that does, for commands, scans and fleets alike.
type Revoker struct {
	Issuer Issuer
	Log    *audit.Log // nil when nothing is to be done but planning
	Policy Policy
	Signer func(name string) error // why a configured credential can not be used, or nil; a nil func has none
	Pauses []time.Duration         // before each further look whether an accepted revocation took effect
	Now    func() time.Time        // nil takes time.Now

	begun int // plans carried out in this run
}

// fresh is how old a verdict may be when a revocation rests on it.
const fresh = 2 * time.Minute

func (r *Revoker) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// Revoke gives each finding its receipt and, where the issuer was asked again, the newer verdict. Findings must differ in
// their fingerprints, so that a credential is revoked once, wherever it stands. It is not safe for concurrent use.
func (r *Revoker) Revoke(ctx context.Context, findings []scanner.Finding) {
	jobs := make([]*job, len(findings))
	for i := range findings {
		jobs[i] = &job{revoker: r, finding: &findings[i]}
		jobs[i].prepare()
	}
	r.record(ctx, jobs)
	for _, group := range batches(jobs) {
		r.run(ctx, group)
	}
	for _, j := range jobs {
		j.finding.Receipt = &j.receipt
	}
}

func lives(v scanner.Verdict) bool {
	return v.Status == scanner.Live || v.Status == scanner.Restricted
}

// record writes which live credentials the policy refused to revoke.
func (r *Revoker) record(ctx context.Context, jobs []*job) {
	refused := slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool {
		return j.receipt.Status != scanner.Refused || !j.receipt.Plan.Open() || !lives(j.finding.Verdict)
	})
	if r.Log == nil || len(refused) == 0 || !r.Policy.Acts() {
		return
	}
	s, err := r.Log.Lock(ctx)
	for _, j := range refused {
		if err != nil {
			j.receipt.Reason += "; " + err.Error()
			continue
		}
		j.end(s, scanner.Refused, j.receipt.Reason)
	}
	if err == nil {
		_ = s.Unlock()
	}
}

// run carries out a group of jobs that share their first way, and takes what that leaves one by one.
func (r *Revoker) run(ctx context.Context, group []*job) {
	s, err := r.Log.Lock(ctx)
	if err != nil {
		for _, j := range group {
			j.end(nil, scanner.Failed, err.Error())
		}
		return
	}
	x := &execution{revoker: r, log: s}
	x.run(ctx, group)
	if err := s.Unlock(); err != nil {
		for _, j := range group {
			j.receipt.Reason = strings.TrimPrefix(j.receipt.Reason+"; unlock audit log: "+err.Error(), "; ")
		}
	}
}

// job is the revocation of one credential.
type job struct {
	revoker *Revoker
	finding *scanner.Finding
	calls   []*detectors.Call // those of the plan's ways, in its order
	receipt scanner.Receipt

	ready    bool     // planned, allowed and to be carried out
	taken    []int    // ways that were tried
	found    []string // lookups that found it in their account
	refusals []string // why they did not end it
}

// prepare plans, and asks the policy for all that can be told before the log is locked.
func (j *job) prepare() {
	f, p := j.finding, j.revoker.Policy
	j.calls, j.receipt.Plan = j.revoker.plan(*f)
	now := j.revoker.now()
	refused := p.allow(*f, now)
	why, err := p.approval(j.receipt.Plan, now)
	switch {
	case f.Verdict.Status == scanner.Dead:
		j.receipt.Status, j.receipt.Reason = scanner.Done, "the issuer says that it is dead already"
	case len(j.receipt.Plan.Ways) == 0:
		j.receipt.Status, j.receipt.Reason = scanner.NoWay, noWay(*f)
	case !j.receipt.Plan.Open():
		j.receipt.Status, j.receipt.Reason = scanner.Refused, j.blocked()
	case refused != nil:
		j.receipt.Status, j.receipt.Reason = scanner.Refused, refused.Error()
	case !p.runs(j.receipt.Plan) || err != nil: // a person may approve the plan that is shown
		j.receipt.Status, j.receipt.Reason = scanner.Planned, p.planned(err)
	case j.revoker.Log == nil:
		j.receipt.Status, j.receipt.Reason = scanner.Refused, "no audit log"
	default:
		j.ready, j.receipt.Reason = true, why
	}
}

func noWay(f scanner.Finding) string {
	if f.Credential.Rule.Kind == "wallet" {
		return "a wallet key can not be revoked; a person moves what it controls, as the playbook says"
	}
	return "no call of the issuer ends it; a person does, as the playbook says"
}

// blocked joins why no way is open.
func (j *job) blocked() string {
	var all []string
	for _, w := range j.receipt.Plan.Ways {
		if text := wayName(w) + ": " + w.Blocked; !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}

func wayName(w scanner.PlannedWay) string {
	if w.Contain {
		return "containment by " + whose(w)
	}
	return "revocation by " + whose(w)
}

func whose(w scanner.PlannedWay) string {
	if w.Way == string(detectors.WaySelf) {
		return "the key itself"
	}
	return w.Way + " key"
}

// step notes what was done in the receipt.
func (j *job) step(s scanner.ReceiptStep) { j.receipt.Steps = append(j.receipt.Steps, s) }

// end settles the receipt and, when calls may have gone out or the policy decided, writes it to the log.
func (j *job) end(log *audit.Session, status scanner.Outcome, reason string) {
	j.ready = false
	j.receipt.Status, j.receipt.Reason = status, reason
	if log == nil {
		return
	}
	if err := j.append(log, audit.Record{Event: audit.Ended, Way: j.receipt.Way, Outcome: string(status), Reason: reason, Undo: j.receipt.Undo}); err != nil {
		j.receipt.Reason = strings.TrimPrefix(reason+"; "+err.Error(), "; ")
		if status != scanner.Done && status != scanner.Contained {
			j.receipt.Status = scanner.Failed
		}
	}
}

// append writes a record of the job.
func (j *job) append(log *audit.Session, r audit.Record) error {
	r.Fingerprint, r.Rule, r.Plan, r.Account = j.finding.Fingerprint, j.finding.Credential.Rule.ID, j.receipt.Plan.Hash, j.finding.Verdict.Account
	seq, err := log.Append(r)
	if err != nil {
		return err
	}
	if j.receipt.Audit.First == 0 {
		j.receipt.Audit.First = seq
	}
	j.receipt.Audit.Last = seq
	return nil
}

// refusedBy is the error of a rule of the policy.
func refusedBy(rule, format string, args ...any) error {
	return fmt.Errorf("policy, %s: %s", rule, fmt.Sprintf(format, args...))
}
