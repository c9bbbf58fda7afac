package revoke

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// execution carries out plans while the log is locked.
type execution struct {
	revoker *Revoker
	log     *audit.Session
	broken  error // the log could not be written: nothing more may go out
}

const (
	attempts  = 2                // of a call whose answer is not clear, each after the issuer said that the credential still lives
	afterward = 60 * time.Second // for asking after a call, even when the run is over
)

// batches groups jobs that one call can end together. Others are alone.
func batches(jobs []*job) [][]*job {
	var out [][]*job
	open := map[*detectors.Call]int{}
	for _, j := range jobs {
		if !j.ready {
			continue
		}
		call := j.calls[j.first()]
		at, ok := open[call]
		if ok && len(out[at]) < call.Batch {
			out[at] = append(out[at], j)
			continue
		}
		open[call] = len(out)
		out = append(out, []*job{j})
	}
	return out
}

// first returns the index of the first way that is open.
func (j *job) first() int {
	return slices.IndexFunc(j.receipt.Plan.Ways, func(w scanner.PlannedWay) bool { return w.Blocked == "" })
}

// run settles what earlier runs left, begins the plans, and takes their ways in order.
func (x *execution) run(ctx context.Context, group []*job) {
	for _, j := range group {
		x.settle(ctx, j)
	}
	for _, j := range group {
		if j.ready {
			x.begin(j)
		}
	}
	if group = ready(group); len(group) > 1 {
		x.take(ctx, group[0].first(), group)
	}
	for _, j := range ready(group) {
		x.ways(ctx, j)
	}
}

func ready(group []*job) []*job {
	return slices.DeleteFunc(slices.Clone(group), func(j *job) bool { return !j.ready })
}

// settle asks again when the verdict is old, or older than what the log has of the credential: another process, or one
// that died, may have ended it since.
func (x *execution) settle(ctx context.Context, j *job) {
	state, now := x.log.State(j.finding.Fingerprint), x.revoker.now()
	asked := j.finding.Verdict.AskedAt
	if now.Sub(asked) > fresh || !state.Touched.IsZero() && !asked.After(state.Touched) {
		x.verify(ctx, j)
	}
	unclear := !lives(j.finding.Verdict)
	if !state.Sent.IsZero() && unclear && j.finding.Verdict.Status != scanner.Dead {
		x.missing(ctx, j)
	}
	err := x.revoker.Policy.allow(*j.finding, now)
	switch {
	case x.broken != nil:
		j.end(x.log, scanner.Failed, x.broken.Error())
	case j.finding.Verdict.Status == scanner.Dead && !state.Sent.IsZero():
		j.receipt.Way = state.Way
		j.end(x.log, scanner.Done, "a call of "+state.Sent.UTC().Format(time.RFC3339)+" ended it")
	case j.finding.Verdict.Status == scanner.Dead:
		j.end(x.log, scanner.Done, "the issuer says that it is dead already")
	case state.Open && unclear:
		j.receipt.Way = state.Way
		j.end(x.log, scanner.Requested, "a call of "+state.Sent.UTC().Format(time.RFC3339)+" may have ended it, and the issuer gives no clear answer"+because(j.finding.Verdict))
	case err != nil:
		j.end(x.log, scanner.Refused, err.Error())
	}
}

// begin holds the plan against the limits and writes that it begins.
func (x *execution) begin(j *job) {
	hour := x.log.Begun(x.revoker.now().Add(-time.Hour))
	if err := x.revoker.Policy.limit(x.revoker.begun, hour, 1); err != nil {
		j.end(x.log, scanner.Refused, err.Error())
		return
	}
	if err := j.append(x.log, audit.Record{Event: audit.Started, Reason: j.receipt.Reason}); err != nil {
		x.fail(j, err)
		return
	}
	x.revoker.begun++
}

// ways takes the ways that are left, until one settles the job.
func (x *execution) ways(ctx context.Context, j *job) {
	for i, w := range j.receipt.Plan.Ways {
		if w.Blocked == "" && j.ready && !slices.Contains(j.taken, i) {
			x.take(ctx, i, []*job{j})
		}
	}
	if j.ready {
		j.end(x.log, scanner.Refused, strings.Join(append(j.refusals, j.others()...), "; "))
	}
}

// others tells of the ways that were not open.
func (j *job) others() []string {
	var out []string
	for _, w := range j.receipt.Plan.Ways {
		if w.Blocked != "" {
			out = append(out, wayName(w)+": "+w.Blocked)
		}
	}
	return out
}

// take makes the call of a way for the jobs, and again for those whose answer was not clear and that still live.
func (x *execution) take(ctx context.Context, i int, group []*job) {
	for _, j := range group {
		j.taken = append(j.taken, i)
	}
	for n := 1; len(group) > 0; n++ {
		answer := x.act(ctx, i, group)
		switch w := group[0].receipt.Plan.Ways[i]; {
		case answer.Is == detectors.IsRefused && len(group) > 1: // one of them may be the reason
			for _, j := range group {
				x.take(ctx, i, []*job{j})
			}
			return
		case answer.Is == detectors.IsDone && !w.Contain, answer.Is == detectors.IsGone && answer.Sent:
			x.confirm(ctx, group, i, answer)
			return
		}
		group = slices.DeleteFunc(slices.Clone(group), func(j *job) bool { return !x.judge(ctx, j, i, answer, n < attempts) })
	}
}

// act makes the call once. What goes out is in the log before, what comes back after.
func (x *execution) act(ctx context.Context, i int, group []*job) Answer {
	return x.request(ctx, group[0].calls[i], "", group[0].receipt.Plan.Ways[i], group)
}

// request makes a call. Step takes the place of what the issuer calls it, unless it is empty.
func (x *execution) request(ctx context.Context, call *detectors.Call, is string, way scanner.PlannedWay, group []*job) Answer {
	var sending string
	a := Action{Call: call}
	for _, j := range group {
		a.Findings = append(a.Findings, *j.finding)
	}
	a.Before = func(step, text string) error {
		step, sending = cmp.Or(is, step), text
		return x.all(group, audit.Record{Event: audit.Sending, Way: way.Way, Step: step, Call: text})
	}
	a.After = func(step string, got Answer) {
		step = cmp.Or(is, step)
		for _, j := range group {
			if got.Is == detectors.IsFound {
				j.found = append(j.found, sending)
			}
			j.step(scanner.ReceiptStep{What: step, Way: way.Way, Call: sending, Status: got.Status, Code: got.Code, Outcome: string(got.Is), Reason: got.Reason})
		}
		_ = x.all(group, audit.Record{Event: audit.Answered, Way: way.Way, Step: step, Call: sending, Status: got.Status, Code: got.Code, Outcome: string(got.Is), Reason: got.Reason})
	}
	return x.revoker.Issuer.Act(ctx, a)
}

// all writes a record for each job. After an error nothing more may go out.
func (x *execution) all(group []*job, r audit.Record) error {
	for _, j := range group {
		if x.broken == nil {
			x.broken = j.append(x.log, r)
		}
	}
	return x.broken
}

func (x *execution) fail(j *job, err error) {
	x.broken = err
	j.end(nil, scanner.Failed, err.Error())
}

// judge settles a job by the answer. It returns true when the call must be made again.
func (x *execution) judge(ctx context.Context, j *job, i int, a Answer, more bool) (again bool) {
	w := j.receipt.Plan.Ways[i]
	switch {
	case a.Is == detectors.IsRefused:
		j.refusals = append(j.refusals, wayName(w)+": "+a.Reason)
		return false
	case a.Is == detectors.IsGone: // the lookup says so: the call was not made
		x.verify(ctx, j)
		if !x.ended(ctx, j, i) {
			j.refusals = append(j.refusals, wayName(w)+": the account of "+cmp.Or(w.Signer, "the key")+" does not have it")
		}
		return false
	case a.Is == detectors.IsDone: // a call that contains; others are confirmed
		j.receipt.Way, j.receipt.Proof, j.receipt.Undo = w.Way, w.Proof, w.Undo
		x.afterwards(ctx, 1, func(ctx context.Context) { x.verify(ctx, j) })
		j.end(x.log, scanner.Contained, w.Effect)
		return false
	case !a.Sent:
		j.end(x.log, scanner.Failed, wayName(w)+": "+unsent(a))
		return false
	case a.Limited:
		j.receipt.Way = w.Way
		j.end(x.log, scanner.Failed, wayName(w)+": the issuer takes no more calls for now; try again later")
		return false
	}
	j.receipt.Way, j.receipt.Proof = w.Way, w.Proof
	more = more && ctx.Err() == nil
	x.afterwards(ctx, 1, func(ctx context.Context) { again = x.unclear(ctx, j, i, a, more) })
	return again
}

func unsent(a Answer) string {
	if a.Reason == "" {
		return "the call did not go out"
	}
	return "the call did not go out: " + a.Reason
}

// afterwards lets f ask the issuer about n credentials even when the run is over, since a call went out.
func (x *execution) afterwards(ctx context.Context, n int, f func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterward+time.Duration(n)*time.Second)
	defer cancel()
	f(ctx)
}

// confirm asks about all that a call ended until the issuer says dead, or the pauses are over.
func (x *execution) confirm(ctx context.Context, group []*job, i int, a Answer) {
	for _, j := range group {
		w := j.receipt.Plan.Ways[i]
		j.receipt.Way, j.receipt.Proof = w.Way, w.Proof
	}
	x.afterwards(ctx, len(group), func(ctx context.Context) {
		for n := 0; ; n++ {
			for _, j := range ready(group) {
				x.verify(ctx, j)
				x.ended(ctx, j, i)
			}
			if len(ready(group)) == 0 || n >= len(x.revoker.Pauses) || !wait(ctx, x.revoker.Pauses[n]) {
				return
			}
		}
	})
	for _, j := range ready(group) {
		x.unproved(j, a)
	}
}

// unproved ends a job whose call was accepted, and whose credential is not known to be dead.
func (x *execution) unproved(j *job, a Answer) {
	switch v := j.finding.Verdict; {
	case a.Is == detectors.IsGone && lives(v):
		j.end(x.log, scanner.Failed, "the issuer says that there is no such key, and that it is "+string(v.Status))
	case a.Is == detectors.IsGone:
		j.end(x.log, scanner.Requested, "the issuer says that there is no such key; the verdict afterwards is "+string(v.Status)+because(v))
	case x.broken != nil:
		j.end(x.log, scanner.Requested, "the issuer accepted the call, and "+x.broken.Error())
	default:
		j.end(x.log, scanner.Requested, "the issuer accepted the call; the verdict afterwards is "+string(v.Status)+because(v))
	}
}

// ended settles the job when the credential is dead by now.
func (x *execution) ended(ctx context.Context, j *job, i int) bool {
	if v := j.finding.Verdict; v.Status != scanner.Dead && !lives(v) {
		x.listed(ctx, j, i)
	}
	if j.finding.Verdict.Status != scanner.Dead {
		return false
	}
	j.end(x.log, scanner.Done, "the issuer says that it is dead"+because(j.finding.Verdict))
	return true
}

// unclear asks after a call whose answer is not clear. It returns true when the call must be made again.
func (x *execution) unclear(ctx context.Context, j *job, i int, a Answer, more bool) bool {
	x.verify(ctx, j)
	if x.ended(ctx, j, i) {
		return false
	}
	w, v := j.receipt.Plan.Ways[i], j.finding.Verdict
	if more && lives(v) && !w.Contain && x.broken == nil {
		return true
	}
	j.end(x.log, scanner.Requested, fmt.Sprintf("%s: a call went out and the answer was not clear (%s); the verdict afterwards is %s%s", wayName(w), a.Reason, v.Status, because(v)))
	return false
}

// verify asks the issuer and notes the answer. What only a live key tells is kept when it is dead.
func (x *execution) verify(ctx context.Context, j *job) {
	old := j.finding.Verdict
	v := x.revoker.Issuer.Verify(ctx, *j.finding)
	x.verdict(j, v, old)
}

func (x *execution) verdict(j *job, v, old scanner.Verdict) {
	if !lives(v) {
		kept := old
		kept.Status, kept.Reason, kept.AskedAt, kept.Known, kept.Unanswered = v.Status, v.Reason, v.AskedAt, v.Known, v.Unanswered
		v = kept
	}
	j.finding.Verdict = v
	j.step(scanner.ReceiptStep{What: "verify", Outcome: string(v.Status), Reason: v.Reason})
	_ = x.all([]*job{j}, audit.Record{Event: audit.Verified, Outcome: string(v.Status), Reason: v.Reason})
}

// missing looks whether the issuer's lists still have the credential, by any way that is open.
func (x *execution) missing(ctx context.Context, j *job) {
	for i, w := range j.receipt.Plan.Ways {
		if w.Blocked == "" && j.finding.Verdict.Status != scanner.Dead {
			x.listed(ctx, j, i)
		}
	}
}

// listed makes the lookup of a way alone: some issuers tell the key itself nothing clear, but tell the account above that
// it does not exist any more. That counts only where the same lookup found it before: another account never had it.
func (x *execution) listed(ctx context.Context, j *job, i int) {
	lookup := j.calls[i].Lookup
	if lookup == nil || !slices.ContainsFunc(lookup.Replies, func(r detectors.Reply) bool { return r.Is == detectors.IsGone }) {
		return
	}
	calls := j.receipt.Plan.Ways[i].Calls
	if found := append(j.found, x.log.State(j.finding.Fingerprint).Found); len(calls) == 0 || !slices.Contains(found, calls[0]) {
		return
	}
	if a := x.request(ctx, lookup, audit.Lookup, j.receipt.Plan.Ways[i], []*job{j}); a.Is == detectors.IsGone {
		v := j.finding.Verdict
		v.Status, v.Reason, v.AskedAt = scanner.Dead, "the account above it does not have it any more", x.revoker.now()
		x.verdict(j, v, v)
	}
}

func because(v scanner.Verdict) string {
	if v.Reason == "" {
		return ""
	}
	return " (" + v.Reason + ")"
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
