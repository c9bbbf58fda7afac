package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/keysweep/keysweep/detectors"
)

// pairRule is what fakeDetector finds.
var pairRule = &detectors.Rule{ID: "acme-api-key", Provider: "acme", Severity: detectors.High, Parts: []detectors.Part{{Name: "key"}, {Name: "secret"}}}

var fakeMatch = regexp.MustCompile(`(?:(\w*):)?(key|secret)=(\w+)(?: secret=(\w+))?(?: in=(\w+))?`)

// fakeDetector finds key=... and secret=... of pairRule, each by itself or both on a line, with a stem before a colon.
// The word panic makes it panic.
type fakeDetector struct{}

func (fakeDetector) Scan(data []byte, _ detectors.Hint) iter.Seq[detectors.Match] {
	return func(yield func(detectors.Match) bool) {
		if strings.Contains(string(data), "panic") {
			panic("panic over " + string(data))
		}
		for _, m := range fakeMatch.FindAllSubmatchIndex(data, -1) {
			if !yield(fakeFound(data, m)) {
				return
			}
		}
	}
}

func fakeFound(data []byte, m []int) detectors.Match {
	text := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return string(data[m[2*i]:m[2*i+1]])
	}
	f := detectors.Match{
		Credential: detectors.Credential{Rule: pairRule, Provider: "acme", Parts: map[string]detectors.Secret{text(2): detectors.NewSecret(text(3))}},
		Span:       detectors.Span{Start: m[6], End: m[7]}, Spans: map[string]detectors.Span{text(2): {Start: m[6], End: m[7]}},
		Severity: detectors.High, Confidence: detectors.Sure, Stem: text(1),
	}
	f.Line = f.Span
	if m[8] >= 0 {
		f.Credential.Parts["secret"] = detectors.NewSecret(text(4))
		f.Spans["secret"] = detectors.Span{Start: m[8], End: m[9]}
		f.Span.End = m[9]
	} else {
		f.Missing, f.Severity = []string{map[string]string{"key": "secret", "secret": "key"}[text(2)]}, detectors.Low
	}
	if m[10] >= 0 {
		f.AllowedIn = []string{text(5)}
	}
	return f
}

// fakeSource yields its chunks and then fails with err, if that is set.
type fakeSource struct {
	chunks []Chunk
	err    error
}

func (s fakeSource) Chunks(_ context.Context, yield func(Chunk) error) error {
	for _, c := range s.chunks {
		if err := yield(c); err != nil {
			return err
		}
	}
	return s.err
}

// files makes a source of files, given as name, text, name, text.
func files(namesAndTexts ...string) fakeSource {
	var s fakeSource
	for i := 0; i < len(namesAndTexts); i += 2 {
		s.chunks = append(s.chunks, fileChunk(namesAndTexts[i], namesAndTexts[i+1]))
	}
	return s
}

func fileChunk(name, text string) Chunk {
	return Chunk{Unit: name, Data: []byte(text), At: Occurrence{File: name, Place: InFile}}
}

// fakeSink keeps what it gets, and fails when it is told to.
type fakeSink struct {
	findings           []Finding
	closed             int
	writeErr, closeErr error
}

func (s *fakeSink) Write(f Finding) error {
	s.findings = append(s.findings, f)
	return s.writeErr
}

func (s *fakeSink) Close() error {
	s.closed++
	return s.closeErr
}

// lines writes each finding as its parts and places.
func (s *fakeSink) lines() []string {
	out := []string{}
	for _, f := range s.findings {
		var line []string
		for _, p := range f.Parts {
			line = append(line, p.Name+"="+p.Value.Reveal())
		}
		for _, o := range f.Occurrences {
			at := fmt.Sprintf("%s:%d:%d", o.File, o.StartLine, o.StartColumn)
			if o.Commit != "" {
				at = o.Commit + ":" + at
			}
			line = append(line, at)
		}
		out = append(out, strings.Join(line, " "))
	}
	return out
}

// scanFiles runs a scan with a few workers and fails the test when it leaves a goroutine.
func scanFiles(t *testing.T, s *Scanner, src Source) (*fakeSink, Coverage, error) {
	t.Helper()
	sink := &fakeSink{}
	s.Detector, s.Workers = fakeDetector{}, 3
	cov, err := s.Run(t.Context(), src, sink)
	goleak.VerifyNone(t)
	if sink.closed != 1 {
		t.Errorf("the sink was closed %d times", sink.closed)
	}
	return sink, cov, err
}

func checkLines(t *testing.T, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("findings differ (-want +got):\n%s", diff)
	}
}

func TestRunReportsFindingsAndCoverage(t *testing.T) {
	progress := &Progress{}
	clock := time.Unix(0, 0)
	s := &Scanner{Progress: progress, Now: func() time.Time { clock = clock.Add(time.Second); return clock }}
	sink, cov, err := scanFiles(t, s, files("a.env", "\n  key=k1 secret=s1\n", "b.env", "nothing", "empty", ""))
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, sink.lines(), []string{"key=k1 secret=s1 a.env:2:7"})
	want := Coverage{Units: 3, Skipped: map[string]int{}, Bytes: 27, Findings: 1, Complete: true, Elapsed: time.Second}
	if diff := cmp.Diff(want, cov); diff != "" {
		t.Error(diff)
	}
	if u, b, f := progress.Units.Load(), progress.Bytes.Load(), progress.Findings.Load(); u != 3 || b != 27 || f != 1 {
		t.Errorf("progress says %d units, %d bytes, %d findings", u, b, f)
	}
}

func TestRunCountsWhatTheSourceCoveredItself(t *testing.T) {
	one, two := fileChunk("a", "some text"), fileChunk("a", "more text")
	one.More, one.Clean, one.Bytes = true, 5, 100
	src := fakeSource{chunks: []Chunk{one, two, {Clean: 7, Bytes: 50}}}
	_, cov, err := scanFiles(t, &Scanner{}, src)
	if err != nil || cov.Units != 13 || cov.Bytes != 168 || !cov.Complete {
		t.Errorf("got %+v, %v", cov, err)
	}
}

func TestRunCountsSkips(t *testing.T) {
	skipped := func(unit, reason string, benign bool) Chunk {
		return Chunk{Unit: unit, Skip: &Skip{Reason: reason, Err: errors.New(reason + " it is"), Benign: benign}}
	}
	for _, tt := range []struct {
		name     string
		skips    []Chunk
		want     map[string]int
		complete bool
	}{
		{"none", nil, map[string]int{}, true},
		{"benign", []Chunk{skipped("a", "size", true), skipped("b", "size", true)}, map[string]int{"size": 2}, true},
		{"not benign", []Chunk{skipped("a", "permission", false)}, map[string]int{"permission": 1}, false},
		{"both", []Chunk{skipped("a", "size", true), skipped("b", "corrupt", false), skipped("c", "size", true)}, map[string]int{"size": 2, "corrupt": 1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := files("a.env", "key=k1 secret=s1")
			src.chunks = append(tt.skips, src.chunks...)
			sink, cov, err := scanFiles(t, &Scanner{}, src)
			if err != nil || cov.Complete != tt.complete || cov.Units != 1 || !cmp.Equal(cov.Skipped, tt.want) || len(cov.Skips) != len(tt.skips) {
				t.Errorf("got %+v, %v", cov, err)
			}
			for _, skip := range cov.Skips {
				if skip.Err != skip.Reason+" it is" || skip.Unit == "" {
					t.Errorf("a skip says %+v", skip)
				}
			}
			checkLines(t, sink.lines(), []string{"key=k1 secret=s1 a.env:1:5"})
		})
	}
}

func TestRunListsABoundedNumberOfSkips(t *testing.T) {
	var src fakeSource
	for range MaxSkips + 5 {
		src.chunks = append(src.chunks, Chunk{Unit: "u", Skip: &Skip{Reason: "missing"}})
	}
	_, cov, _ := scanFiles(t, &Scanner{}, src)
	if len(cov.Skips) != MaxSkips || cov.Skipped["missing"] != MaxSkips+5 {
		t.Errorf("%d skips are listed and %d counted", len(cov.Skips), cov.Skipped["missing"])
	}
}

func TestPanicOfTheDetectorSkipsItsUnitAlone(t *testing.T) {
	sink, cov, err := scanFiles(t, &Scanner{}, files("a", "key=k1 secret=s1", "b", "panic key=k2 secret=s2", "c", "key=k3 secret=s3"))
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, sink.lines(), []string{"key=k1 secret=s1 a:1:5", "key=k3 secret=s3 c:1:5"})
	want := []SkippedUnit{{Unit: "b", Reason: "internal", Err: "detector panicked: string"}}
	if diff := cmp.Diff(want, cov.Skips); diff != "" || cov.Complete || cov.Units != 2 {
		t.Errorf("%s\n%+v", diff, cov)
	}
}

func TestSourceErrorKeepsWhatWasFound(t *testing.T) {
	src := files("a", "key=k1 secret=s1")
	src.err = errors.New("pack ended early")
	sink, cov, err := scanFiles(t, &Scanner{}, src)
	if !errors.Is(err, src.err) || cov.Complete || cov.Reason != "pack ended early" {
		t.Errorf("got %+v, %v", cov, err)
	}
	checkLines(t, sink.lines(), []string{"key=k1 secret=s1 a:1:5"})
}

func TestSinkErrorEndsTheRun(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sink    fakeSink
		want    string
		written int
	}{
		{"write", fakeSink{writeErr: errors.New("disk full")}, "write finding: disk full", 1},
		{"close", fakeSink{closeErr: errors.New("disk full")}, "disk full", 2},
		{"both", fakeSink{writeErr: errors.New("disk full"), closeErr: errors.New("still full")}, "write finding: disk full\nstill full", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &Scanner{Detector: fakeDetector{}}
			_, err := s.Run(t.Context(), files("a", "key=k1 secret=s1", "b", "key=k2 secret=s2"), &tt.sink)
			goleak.VerifyNone(t)
			if err == nil || err.Error() != tt.want || len(tt.sink.findings) != tt.written || tt.sink.closed != 1 {
				t.Errorf("got %v after %d findings, closed %d times", err, len(tt.sink.findings), tt.sink.closed)
			}
		})
	}
}

// endless yields chunks until it is told to stop, and says once it has begun.
type endless struct {
	begun  chan struct{}
	yields atomic.Int64
}

func (s *endless) Chunks(_ context.Context, yield func(Chunk) error) error {
	for i := 0; ; i++ {
		if err := yield(fileChunk("f", fmt.Sprintf("key=k%d secret=s%d", i%3, i%3))); err != nil {
			return err
		}
		s.yields.Add(1)
		if i == 20 {
			close(s.begun)
		}
	}
}

func TestCancelEndsARun(t *testing.T) {
	src := &endless{begun: make(chan struct{})}
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-src.begun
		cancel(errors.New("interrupted"))
	}()
	sink := &fakeSink{}
	s := &Scanner{Detector: fakeDetector{}, Workers: 2}
	cov, err := s.Run(ctx, src, sink)
	goleak.VerifyNone(t)
	if cov.Complete || cov.Reason != "interrupted" || len(sink.findings) != 3 || sink.closed != 1 {
		t.Errorf("got %+v, %v, %d findings", cov, err, len(sink.findings))
	}
}

func TestDeadlineIsTheCoveragesReasonAndNoError(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	cov, err := (&Scanner{Detector: fakeDetector{}}).Run(ctx, &endless{begun: make(chan struct{})}, &fakeSink{})
	goleak.VerifyNone(t)
	if err != nil || cov.Complete || cov.Reason != context.DeadlineExceeded.Error() {
		t.Errorf("got %+v, %v", cov, err)
	}
}

// heldDetector finds nothing and returns only when it is let go.
type heldDetector struct{ release chan struct{} }

func (d heldDetector) Scan([]byte, detectors.Hint) iter.Seq[detectors.Match] {
	<-d.release
	return func(func(detectors.Match) bool) {}
}

func TestSlowDetectorHoldsTheSourceBack(t *testing.T) {
	const workers = 3
	synctest.Test(t, func(t *testing.T) {
		d, src := heldDetector{make(chan struct{})}, &endless{begun: make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = (&Scanner{Detector: d, Workers: workers}).Run(ctx, src, &fakeSink{}) }()
		synctest.Wait() // until everyone stands still
		if n := src.yields.Load(); n != 2*workers {
			t.Errorf("%d chunks are under way, want %d: one with each worker and as many before them", n, 2*workers)
		}
		cancel()
		close(d.release)
	})
}

func TestOverlapIsReportedOnce(t *testing.T) {
	text := "key=k1 secret=s1\nkey=k2 secret=s2\nkey=k3 secret=s3\n"
	const line = 17
	first, second := fileChunk("f", text[:2*line]), fileChunk("f", text[line:])
	first.More = true
	second.Offset, second.Line, second.Overlap = line, 1, line
	for _, chunks := range [][]Chunk{{first, second}, {second, first}} {
		sink, cov, err := scanFiles(t, &Scanner{}, fakeSource{chunks: chunks})
		if err != nil || cov.Units != 1 || cov.Bytes != int64(len(text)) {
			t.Errorf("got %+v, %v", cov, err)
		}
		checkLines(t, sink.lines(), []string{"key=k1 secret=s1 f:1:5", "key=k2 secret=s2 f:2:5", "key=k3 secret=s3 f:3:5"})
	}
}

func TestMatchAcrossTheOverlapIsReported(t *testing.T) {
	text := "0123456789 key=k1 secret=s1"
	first, second := fileChunk("f", text[:16]), fileChunk("f", text[5:])
	first.Data, first.More = []byte("0123456789 key="), true
	second.Offset, second.Overlap = 5, 11
	sink, _, err := scanFiles(t, &Scanner{}, fakeSource{chunks: []Chunk{first, second}})
	if err != nil || len(sink.findings) != 1 {
		t.Errorf("got %q, %v", sink.lines(), err)
	}
}

func TestDropLeavesFindingsOut(t *testing.T) {
	v := &verifier{answer: func(_ context.Context, f Finding) Verdict { return asked(Unknown) }}
	s := &Scanner{Drop: func(f Finding) bool { return f.Occurrences[0].File == "a" }, Verifier: v}
	sink, cov, err := scanFiles(t, s, files("a", "key=k1 secret=s1", "b", "key=k2 secret=s2"))
	if err != nil || cov.Findings != 1 {
		t.Errorf("got %+v, %v", cov, err)
	}
	checkLines(t, sink.lines(), []string{"key=k2 secret=s2 b:1:5"})
	if len(v.asked) != 1 || cov.Verdicts.Asked != 1 {
		t.Errorf("%d were asked about, %+v", len(v.asked), cov.Verdicts)
	}
}

func TestZeroScannerRuns(t *testing.T) {
	sink := &fakeSink{}
	cov, err := (&Scanner{Detector: fakeDetector{}}).Run(t.Context(), fakeSource{}, sink)
	if err != nil || !cov.Complete || cov.Units != 0 || sink.closed != 1 {
		t.Errorf("got %+v, %v", cov, err)
	}
}

func TestFindingsNeverPrintTheirSecrets(t *testing.T) {
	const secret = "Zq7Wx9Vk3Jh5Yp2Rt8Ng4Bd6Fm1Lc0Xs"
	sink, _, err := scanFiles(t, &Scanner{}, files("a", "x key=k1 secret="+secret+" y"))
	if err != nil || len(sink.findings) != 1 {
		t.Fatalf("got %q, %v", sink.lines(), err)
	}
	f := sink.findings[0]
	for _, v := range []any{f, &f, f.Parts, f.Parts[1], &f.Parts[1], f.Occurrences, f.Credential, []Finding{f}, map[string]any{"a": f}, struct{ f Finding }{f}, struct{ p *PartAt }{&f.Parts[1]}} {
		outs := []string{fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v), fmt.Sprintf("%x", v), fmt.Sprintf("%q", v)}
		if asJSON, err := json.Marshal(v); err == nil {
			outs = append(outs, string(asJSON))
		}
		for _, out := range outs {
			if strings.Contains(out, secret[4:9]) || strings.Contains(out, fmt.Sprintf("%x", secret[4:9])) {
				t.Errorf("%T prints its secret: %s", v, out)
			}
		}
	}
}

func TestDoneIsCalledForEveryChunkThatWasTaken(t *testing.T) {
	var mu sync.Mutex
	calls := map[string]string{}
	src := files("a", "key=k1 secret=s1 key=k2 secret=s2", "b", "nothing", "c", "panic", "d", "")
	src.chunks[3].Skip = &Skip{Reason: "missing"}
	for i := range src.chunks {
		unit := src.chunks[i].Unit
		src.chunks[i].Done = func(n int, err error) {
			mu.Lock()
			defer mu.Unlock()
			calls[unit] += fmt.Sprint(n, " ", err)
		}
	}
	if _, _, err := scanFiles(t, &Scanner{}, src); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "2 <nil>", "b": "0 <nil>", "c": "0 detector panicked: string", "d": "0 <nil>"}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestPublicObjectsRaiseTheSeverity(t *testing.T) {
	for access, step := range map[Access]int{Public: 1, Private: 0, AccessUnknown: 0} {
		src := files("a", "key=k1 secret=s1", "b", "key=k1 secret=s1")
		plain, _, _ := scanFiles(t, &Scanner{}, src)
		src.chunks[1].At.Object = &Object{Access: access, Granted: "object ACL"}
		sink, _, err := scanFiles(t, &Scanner{}, src)
		if err != nil || len(sink.findings) != 1 {
			t.Fatalf("got %d findings, %v", len(sink.findings), err)
		}
		got, want := sink.findings[0], min(plain.findings[0].Severity+detectors.Severity(step), detectors.Critical)
		if got.Severity != want || len(got.Notes)-len(plain.findings[0].Notes) != step {
			t.Errorf("%q: severity %s, want %s; notes %q", access, got.Severity, want, got.Notes)
		}
	}
}

// revokerFunc is a Revoker.
type revokerFunc func([]Finding)

func (f revokerFunc) Revoke(_ context.Context, findings []Finding) { f(findings) }

func TestFindingsAreRevokedOnceBeforeTheyAreWritten(t *testing.T) {
	var seen int
	s := &Scanner{Revoker: revokerFunc(func(findings []Finding) {
		seen += len(findings)
		for i := range findings {
			findings[i].Receipt, findings[i].Verdict.Status = &Receipt{Status: Done}, Dead
		}
	})}
	sink, cov, err := scanFiles(t, s, files("a", "key=k1 secret=s1\nkey=k1 secret=s1\n", "b", "key=k1 secret=s1\nkey=k2 secret=s2"))
	if err != nil || seen != 2 || cov.Receipts[Done] != 2 || cov.Verdicts.Dead != 2 {
		t.Errorf("revoked %d, %+v, %v", seen, cov, err)
	}
	for _, f := range sink.findings {
		if f.Receipt == nil || f.Receipt.Status != Done {
			t.Errorf("written without its receipt: %+v", f)
		}
	}
}
