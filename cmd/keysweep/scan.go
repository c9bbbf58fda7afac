package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/report"
	"github.com/keysweep/keysweep/scanner/source/bucket"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

var errTimeout = errors.New("time-out")

// scan is one run: a source, the flags, and where its configuration lies.
type scan struct {
	console
	flags  *scanFlags
	target string // folder whose configuration and ignore files count; empty for none
	source scanner.Source

	hook    bool                  // a clean run says nothing
	garbage int                   // the garbage collector's percentage; 0 takes scanGC
	partial bool                  // the source leaves out what ignore files may speak of
	prepare func(settings)        // tells the source what is looked for; may be nil
	state   string                // file of what was covered, for a source that keepState tells of it
	keep    func(*bucket.State)   // hands the source the opened state; set when state is
	reading func() *gitpack.Stats // counters of a source that reads a history; may be nil, and return nil
}

// run scans and reports. What stops a run before it starts is a plain error; afterwards the error is an exitCode.
func (s scan) run(ctx context.Context) error {
	if err := s.flags.check(); err != nil {
		return err
	}
	set, err := s.settings()
	if err != nil {
		return err
	}
	if s.flags.revoke {
		if set.revoker, err = s.flags.revocation.revoker(ctx, s.console, set.config, set.client, s.target); err != nil {
			return err
		}
	}
	known, err := s.ignores()
	if err != nil {
		return fmt.Errorf("ignore: %w", err)
	}
	outs, err := s.openReports(set.rules)
	if err != nil {
		return err
	}
	defer outs.discard()
	outs.state, err = s.openState(set)
	if err != nil {
		return err
	}
	defer outs.state.Close()
	s.limitMemory()
	if s.prepare != nil {
		s.prepare(set)
	}
	if s.flags.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(s.flags.timeout), errTimeout)
		defer cancel()
	}
	cov, runErr := s.pipe(ctx, set, known, outs)
	s.tellStale(known, cov.Complete && !s.partial)
	return s.conclude(outs, cov, runErr)
}

// pipe runs the pipeline with progress on standard error.
func (s scan) pipe(ctx context.Context, set settings, known *scanner.Ignore, outs *reports) (scanner.Coverage, error) {
	progress := new(scanner.Progress)
	if s.flags.progress == "always" || s.flags.progress == "auto" && !s.flags.quiet && isTerminal(s.err) {
		defer showProgress(s.err, progress, s.reading)()
	}
	sc := scanner.Scanner{
		Detector: set.detector,
		Workers:  s.flags.workers,
		Drop:     func(f scanner.Finding) bool { return known.Match(f, time.Now()) || outs.state.Reported(f) },
		Progress: progress,
	}
	if set.client != nil {
		defer set.client.Close()
		sc.Verifier = &scanner.Issuers{Client: set.client}
	}
	if set.revoker != nil {
		sc.Revoker = set.revoker
	}
	return sc.Run(ctx, s.source, outs)
}

// conclude finishes reports and stats, sums up, and returns the exit code.
func (s scan) conclude(outs *reports, cov scanner.Coverage, runErr error) error {
	if s.hook && cov.Complete && cov.Findings == 0 {
		outs.dropText()
	}
	failed := outs.finish(cov)
	if failed == nil {
		failed = outs.state.Commit()
	} else {
		failed = errors.Join(failed, outs.state.Abort())
	}
	if s.flags.stats != "" {
		failed = errors.Join(failed, writeOutput(s.flags.stats, func(w io.Writer) error { return writeStats(w, outs, cov, readingOf(s.reading)) }))
	}
	s.summarize(outs, cov, runErr)
	if failed != nil {
		fmt.Fprintf(s.err, "keysweep: %v\n", failed)
	}
	switch {
	case s.fails(cov):
		return exitCode(s.flags.exitCode)
	case failed != nil:
		return exitCode(exitUsage)
	case !cov.Complete || runErr != nil:
		return exitCode(exitIncomplete)
	case s.flags.failOn == "live" && cov.Receipts[scanner.Requested]+cov.Receipts[scanner.Failed] > 0:
		fmt.Fprintln(s.err, "keysweep: incomplete: a revocation is not proved, and what it is of could be live")
		return exitCode(exitIncomplete)
	case s.flags.failOn == "live" && cov.Verdicts.Unanswered > 0:
		fmt.Fprintf(s.err, "keysweep: incomplete: %s got no answer, and could be live\n", plural(int64(cov.Verdicts.Unanswered), "finding"))
		return exitCode(exitIncomplete)
	}
	return nil
}

// fails says whether the findings set the exit code.
func (s scan) fails(cov scanner.Coverage) bool {
	switch s.flags.failOn {
	case "any":
		return cov.Findings > 0
	case "live":
		return cov.Verdicts.Live+cov.Verdicts.Proved > 0
	}
	return false
}

// The garbage collector's percentage while scanning.
const (
	firstGC  = 800 // until the first collection, at 32 MiB
	scanGC   = 100
	bucketGC = 300 // many small objects leave little behind; the limit of --memory holds all the same
)

// limitMemory asks the runtime to collect in time, unless the person set GOMEMLIMIT. A small scan ends before it is worth
// to collect what start-up left behind.
func (s scan) limitMemory() {
	if s.env("GOGC") == "" {
		debug.SetGCPercent(firstGC)
		unheld := new(*scan) // gone after the first collection
		runtime.AddCleanup(unheld, func(percent int) { debug.SetGCPercent(percent) }, cmp.Or(s.garbage, scanGC))
	}
	if s.env("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(s.flags.memory) << 20 / 8 * 7) // the collector lags, and does not count all
	}
}

// reports is the sink of a run: every report that was asked for. One that can not be written does not stop the others;
// finish tells of it.
type reports struct {
	outs  []*reportOut
	found []detectors.Secret // what no message may show
	state *bucket.State      // keeps what was reported; may be nil
}

type reportOut struct {
	report.Writer
	format string
	file   *outputFile // nil for standard output
	name   string
	err    error // the first error of writing
}

// openReports opens all reports, so that a path that can not be written ends the run before it starts.
func (s scan) openReports(rules []detectors.Rule) (*reports, error) {
	specs := s.flags.reports.specs()
	if s.flags.verbose && !toStdout(specs) {
		specs = append(specs, reportSpec{format: "text"})
	}
	rs := new(reports)
	for _, spec := range specs {
		if err := rs.open(s, spec, rules); err != nil {
			rs.discard()
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	if s.flags.stats != "" {
		probe, err := createOutput(s.flags.stats)
		if err != nil {
			rs.discard()
			return nil, fmt.Errorf("stats: %w", err)
		}
		probe.discard()
	}
	return rs, nil
}

func toStdout(specs []reportSpec) bool {
	for _, s := range specs {
		if s.path == "" {
			return true
		}
	}
	return false
}

func (rs *reports) open(s scan, spec reportSpec, rules []detectors.Rule) error {
	o := report.Options{Reveal: 100 - int(s.flags.redact), Version: version(), Rules: rules, Summary: s.env("GITHUB_STEP_SUMMARY")}
	if s.flags.template != "" {
		text, err := os.ReadFile(s.flags.template)
		if err != nil {
			return err
		}
		o.Template = string(text)
	}
	if spec.path == "" {
		o.Color, o.Width = s.colored(s.out, s.flags.noColor), width(s.out)
		w, err := report.New(spec.format, s.out, o)
		rs.outs = append(rs.outs, &reportOut{Writer: w, format: spec.format, name: "standard output"})
		return err
	}
	f, err := createOutput(spec.path)
	if err != nil {
		return err
	}
	w, err := report.New(spec.format, f, o)
	rs.outs = append(rs.outs, &reportOut{Writer: w, format: spec.format, file: f, name: spec.path})
	return err
}

// Write hands a finding to every report.
func (rs *reports) Write(f scanner.Finding) error {
	for _, p := range f.Parts {
		rs.found = append(rs.found, p.Value)
	}
	if err := f.Credential.Rule.Complete(); err != nil {
		return fmt.Errorf("built-in rules: %w", err)
	}
	rs.state.Report(f)
	for _, o := range rs.outs {
		if o.err == nil {
			o.err = o.Writer.Write(f)
		}
	}
	return nil
}

// hide makes a text that came from the scanned content safe to show: on one line, not endless, without the secrets that
// were found, which may stand in a file's name.
func (rs *reports) hide(text string) string {
	for _, secret := range rs.found {
		if secret.Len() > 0 {
			text = strings.ReplaceAll(text, secret.Reveal(), secret.Redacted())
		}
	}
	return oneLine(text)
}

// Close does nothing: the reports are closed by finish, which knows the coverage.
func (rs *reports) Close() error { return nil }

// finish ends all reports and moves the files to their places. It goes on after an error and returns all of them.
func (rs *reports) finish(cov scanner.Coverage) error {
	var failed error
	var files []string
	for _, o := range rs.outs {
		if o.err == nil {
			o.err = errors.Join(o.Finish(cov), o.Close())
		}
		if o.file != nil && o.file.path != "" {
			files = append(files, o.file.Name())
		}
	}
	if err := rs.state.Prepare(files); err != nil {
		return err
	}
	for _, o := range rs.outs {
		if o.err == nil && o.file != nil {
			o.err = o.file.commit()
		}
		if o.err != nil {
			failed = errors.Join(failed, fmt.Errorf("report %s: %w", o.name, o.err))
		}
	}
	return failed
}

// dropText leaves out text reports on standard output.
func (rs *reports) dropText() {
	rs.outs = slices.DeleteFunc(rs.outs, func(o *reportOut) bool { return o.file == nil && o.format == "text" })
}

// discard removes files that were not finished.
func (rs *reports) discard() {
	for _, o := range rs.outs {
		if o.file != nil {
			o.file.discard()
		}
	}
}
