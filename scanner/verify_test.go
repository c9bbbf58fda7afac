package scanner

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
)

// verifier answers by the value of the first part.
type verifier struct {
	mu     sync.Mutex
	asked  []string
	most   int // at once, of one provider
	now    map[string]int
	answer func(ctx context.Context, f Finding) Verdict
}

func (v *verifier) Verify(ctx context.Context, f Finding) Verdict {
	v.mu.Lock()
	if v.now == nil {
		v.now = map[string]int{}
	}
	v.asked = append(v.asked, f.Fingerprint)
	v.now[f.Credential.Provider]++
	v.most = max(v.most, v.now[f.Credential.Provider])
	v.mu.Unlock()
	defer func() {
		v.mu.Lock()
		v.now[f.Credential.Provider]--
		v.mu.Unlock()
	}()
	return v.answer(ctx, f)
}

func asked(status Status, permissions ...string) Verdict {
	return Verdict{Status: status, Permissions: permissions, AskedAt: time.UnixMilli(1)}
}

func TestVerdictGrades(t *testing.T) {
	public := []Occurrence{{Object: &Object{Access: Public}}}
	rule := &detectors.Rule{ID: "r", Severity: detectors.High}
	for name, tt := range map[string]struct {
		finding Finding
		verdict Verdict
		want    detectors.Severity
		status  Status
	}{
		"may withdraw":                  {Finding{Severity: detectors.Medium}, asked(Live, "read", "withdraw"), detectors.Critical, Live},
		"may transfer":                  {Finding{}, asked(Live, "read", "transfer"), detectors.Critical, Live},
		"may administer":                {Finding{}, asked(Live, "admin"), detectors.Critical, Live},
		"may trade":                     {Finding{}, asked(Live, "read", "trade"), detectors.High, Live},
		"may read":                      {Finding{Severity: detectors.High}, asked(Live, "read"), detectors.Medium, Live},
		"rights are not told":           {Finding{Severity: detectors.Low}, asked(Live), detectors.High, Live},
		"restricted, may withdraw":      {Finding{}, asked(Restricted, "withdraw"), detectors.Critical, Restricted},
		"dead":                          {Finding{Severity: detectors.Critical}, asked(Dead), detectors.Low, Dead},
		"unknown":                       {Finding{Severity: detectors.Medium}, asked(Unknown), detectors.Medium, Unknown},
		"unasked":                       {Finding{Severity: detectors.Medium}, Verdict{Status: Unasked}, detectors.Medium, Unasked},
		"may withdraw, on a testnet":    {Finding{Environment: "testnet"}, asked(Live, "withdraw"), detectors.High, Live},
		"may read, in a sandbox":        {Finding{Environment: "sandbox"}, asked(Live, "read"), detectors.Low, Live},
		"dead, in a demo":               {Finding{Environment: "demo"}, asked(Dead), detectors.Info, Dead},
		"may trade, for anyone to read": {Finding{Occurrences: public}, asked(Live, "trade"), detectors.Critical, Live},
		"dead, for anyone to read":      {Finding{Occurrences: public}, asked(Dead), detectors.Low, Dead},
		"proved, nothing to ask":        {Finding{Severity: detectors.Critical, Verdict: Verdict{Status: Proved}}, Verdict{Status: Unasked}, detectors.Critical, Proved},
		"proved, then dead":             {Finding{Severity: detectors.High, Verdict: Verdict{Status: Proved}}, asked(Dead), detectors.Low, Dead},
	} {
		t.Run(name, func(t *testing.T) {
			f := tt.finding
			f.Credential.Rule = rule
			if len(f.Occurrences) == 0 {
				f.Occurrences = []Occurrence{{}}
			}
			r := &run{scanner: &Scanner{Verifier: &verifier{answer: func(context.Context, Finding) Verdict { return tt.verdict }}}}
			got := r.verify(t.Context(), []Finding{f})[0]
			if got.Severity != tt.want || got.Verdict.Status != tt.status {
				t.Errorf("got %s, %s, want %s, %s", got.Severity, got.Verdict.Status, tt.want, tt.status)
			}
		})
	}
}

func TestVerifyCountsAndSorts(t *testing.T) {
	rule := &detectors.Rule{ID: "r", Severity: detectors.High}
	var all []Finding
	for i, status := range []Status{Dead, Unknown, Unasked, Restricted, Live} {
		all = append(all, Finding{Fingerprint: string(status), Severity: detectors.High, Credential: detectors.Credential{Rule: rule, Provider: fmt.Sprint(i)}, Occurrences: []Occurrence{{}}})
	}
	v := &verifier{answer: func(_ context.Context, f Finding) Verdict {
		out := asked(Status(f.Fingerprint), "withdraw")
		if out.Status == Unasked {
			out.AskedAt = time.Time{}
		}
		out.Unanswered = out.Status == Unknown
		return out
	}}
	r := &run{scanner: &Scanner{Verifier: v, Progress: new(Progress)}}
	var order []string
	for _, f := range r.verify(t.Context(), all) {
		order = append(order, f.Fingerprint)
	}
	if want := []string{"restricted", "live", "unknown", "unasked", "dead"}; !cmp.Equal(order, want) {
		t.Errorf("order is %v, want %v", order, want)
	}
	if want := (Verdicts{Asked: 4, Live: 2, Dead: 1, Unknown: 1, Unanswered: 1, Unasked: 1}); r.cov.Verdicts != want {
		t.Errorf("counted %+v, want %+v", r.cov.Verdicts, want)
	}
	if n := r.scanner.Progress.Asked.Load(); n != 5 {
		t.Errorf("progress is %d", n)
	}
}

func TestOneSlowProviderHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := &detectors.Rule{ID: "r"}
		var all []Finding
		for i := range 400 {
			provider := "slow"
			if i >= 200 {
				provider = fmt.Sprint("p", i%20)
			}
			all = append(all, Finding{Fingerprint: fmt.Sprint(i), Credential: detectors.Credential{Rule: rule, Provider: provider}, Occurrences: []Occurrence{{}}})
		}
		began := time.Now()
		var last time.Duration
		var mu sync.Mutex
		v := &verifier{}
		v.answer = func(_ context.Context, f Finding) Verdict {
			if f.Credential.Provider == "slow" {
				time.Sleep(10 * time.Second)
				return asked(Unknown)
			}
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			last = max(last, time.Since(began))
			return asked(Live)
		}
		r := &run{scanner: &Scanner{Verifier: v}}
		r.verify(t.Context(), all)
		if last != time.Second || v.most > verifyWorkers || len(v.asked) != 400 {
			t.Errorf("the fast ones took %s, %d at once, %d asked", last, v.most, len(v.asked))
		}
	})
}

func TestEndedRunAsksNoMore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	v := &verifier{}
	v.answer = func(context.Context, Finding) Verdict { cancel(); return asked(Live) }
	rule := &detectors.Rule{ID: "r"}
	var all []Finding
	for range verifyWorkers * 3 {
		all = append(all, Finding{Credential: detectors.Credential{Rule: rule}, Occurrences: []Occurrence{{}}})
	}
	r := &run{scanner: &Scanner{Verifier: v}}
	out := r.verify(ctx, all)
	if len(v.asked) > verifyWorkers || len(out) != len(all) {
		t.Errorf("%d were asked after the end, %d came back", len(v.asked), len(out))
	}
	if last := out[len(out)-1].Verdict; last.Status != Unasked || !last.Unanswered {
		t.Errorf("the last is %+v", last)
	}
}
