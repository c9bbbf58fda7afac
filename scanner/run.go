package scanner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keysweep/keysweep/detectors"
)

// Scanner runs a detector over a source. Its zero value, with a Detector, is ready.
type Scanner struct {
	Detector Detector
	Verifier Verifier           // nil asks nobody
	Revoker  Revoker            // nil ends nothing
	Workers  int                // that scan chunks; 0 takes one per processor
	Drop     func(Finding) bool // leaves findings out: ignore lists, baselines; nil keeps all. Called from one goroutine
	Log      *slog.Logger       // nil is silent
	Progress *Progress          // counts while the run goes on; nil counts nothing
	Now      func() time.Time   // nil takes time.Now
}

// Progress is counters of a run, which any goroutine may read while it goes on.
type Progress struct{ Units, Bytes, Findings, Asked atomic.Int64 }

// Run scans all chunks of src, gathers the matches by credential, asks the Verifier about each that Drop keeps, hands them
// to the Revoker, and writes the findings to sink, worst first. It closes sink, whatever happens. The Coverage is true even
// with an error. A unit that could not be read does not end the run; when src fails or ctx ends, what was found until then
// is still written, and the Coverage says that it is not complete. The error is sink's own, or src's.
func (s *Scanner) Run(ctx context.Context, src Source, sink Sink) (Coverage, error) {
	r := &run{scanner: s, start: s.now(), gather: newGather(), cov: Coverage{Skipped: map[string]int{}, Complete: true}}
	srcErr := r.scan(ctx, src)
	findings, err := r.gather.findings(ctx, src)
	if err != nil {
		srcErr = errors.Join(srcErr, fmt.Errorf("attribute findings: %w", err))
	}
	findings = r.verify(ctx, r.keep(findings))
	r.revoke(ctx, findings)
	r.conclude(ctx, srcErr)
	sinkErr := r.write(findings, sink)
	r.cov.Elapsed = s.now().Sub(r.start)
	if ctx.Err() != nil && errors.Is(srcErr, ctx.Err()) {
		srcErr = nil // the coverage says so
	}
	return r.cov, errors.Join(srcErr, sinkErr)
}

func (s *Scanner) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// run is one call of Run.
type run struct {
	scanner *Scanner
	start   time.Time
	gather  *gather

	mu  sync.Mutex // guards gather and cov while workers run
	cov Coverage
}

// scan moves chunks from the source to the workers until the source ends.
func (r *run) scan(ctx context.Context, src Source) error {
	workers := r.scanner.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	chunks := make(chan Chunk, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for c := range chunks {
				r.chunk(c)
			}
		})
	}
	err := src.Chunks(ctx, func(c Chunk) error {
		select {
		case chunks <- c:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(chunks)
	wg.Wait()
	return err
}

// chunk scans one chunk and counts it.
func (r *run) chunk(c Chunk) {
	var hits []hit
	var err error
	if c.Skip == nil && len(c.Data) > 0 {
		if hits, err = r.matches(c); err != nil {
			c.Skip = &Skip{Reason: "internal", Err: err}
		}
	}
	r.take(c, hits)
	if c.Done != nil {
		c.Done(len(hits), err)
	}
}

func (r *run) take(c Chunk, hits []hit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range hits {
		r.gather.add(h)
	}
	r.count(c, len(hits))
}

// matches runs the detector. A panic of the detector ends the unit, not the run; its text is not kept, since it could
// quote content.
func (r *run) matches(c Chunk) (hits []hit, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("detector panicked: %T", p)
		}
	}()
	var lines lineIndex
	for m := range r.scanner.Detector.Scan(c.Data, detectors.Hint{Path: c.At.File, Spots: c.Spots, Spotted: c.Spots != nil}) {
		if m.Span.End <= c.Overlap && c.Overlap > 0 || m.Credential.Rule.PathOnly() && c.Offset > 0 {
			continue
		}
		if lines == nil {
			lines = newLineIndex(c.Data)
		}
		hits = append(hits, newHit(c, m, lines))
	}
	return hits, nil
}

func (r *run) count(c Chunk, hits int) {
	units, bytes := c.Clean, c.Bytes
	switch {
	case c.Skip != nil:
		r.skip(c)
	case c.Unit != "" && !c.More:
		units++
	}
	bytes += int64(len(c.Data) - c.Overlap)
	r.cov.Units += units
	r.cov.Bytes += bytes
	if p := r.scanner.Progress; p != nil {
		p.Units.Add(int64(units))
		p.Bytes.Add(bytes)
		p.Findings.Add(int64(hits))
	}
}

func (r *run) skip(c Chunk) {
	r.cov.Skipped[c.Skip.Reason]++
	r.cov.Complete = r.cov.Complete && c.Skip.Benign
	text := ""
	if c.Skip.Err != nil {
		text = c.Skip.Err.Error()
	}
	if len(r.cov.Skips) < MaxSkips {
		r.cov.Skips = append(r.cov.Skips, SkippedUnit{Unit: c.Unit, Reason: c.Skip.Reason, Err: text, Benign: c.Skip.Benign})
	}
	if r.scanner.Log != nil {
		r.scanner.Log.Debug("unit skipped", "unit", c.Unit, "reason", c.Skip.Reason, "error", text)
	}
}

// conclude says why a run is not complete.
func (r *run) conclude(ctx context.Context, srcErr error) {
	switch {
	case ctx.Err() != nil:
		r.cov.Complete, r.cov.Reason = false, context.Cause(ctx).Error()
	case srcErr != nil:
		r.cov.Complete, r.cov.Reason = false, srcErr.Error()
	}
}

// keep leaves out what is known, before anyone is asked about it.
func (r *run) keep(findings []Finding) []Finding {
	if r.scanner.Drop == nil {
		return findings
	}
	return slices.DeleteFunc(findings, r.scanner.Drop)
}

// revoke lets the Revoker end credentials. Severities stay as they were found: what a key that lived could do is what a
// person must look at, whether it is dead now or not.
func (r *run) revoke(ctx context.Context, findings []Finding) {
	if r.scanner.Revoker == nil {
		return
	}
	r.scanner.Revoker.Revoke(ctx, findings)
	r.cov.Verdicts = Verdicts{}
	for i := range findings {
		r.cov.Verdicts.add(&findings[i])
		r.cov.Receipts.add(findings[i].Receipt)
	}
}

func (r *run) write(findings []Finding, sink Sink) error {
	for _, f := range findings {
		r.cov.Findings++
		if err := sink.Write(f); err != nil {
			return errors.Join(fmt.Errorf("write finding: %w", err), sink.Close())
		}
	}
	if p := r.scanner.Progress; p != nil {
		p.Findings.Store(int64(r.cov.Findings))
	}
	return sink.Close()
}
