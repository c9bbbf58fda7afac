package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/scanner"
)

// shownSkips is how many skipped units a summary names without -v.
const shownSkips = 3

// summarize tells on standard error how the run went. A text report on standard output says the same in full, so then
// only what kept the run from being complete is said again.
func (s scan) summarize(outs *reports, cov scanner.Coverage, runErr error) {
	if why := outs.hide(stopped(cov, runErr)); why != "" {
		fmt.Fprintf(s.err, "keysweep: %s\n", why)
	}
	if s.flags.quiet {
		return
	}
	shown := toStdout(s.flags.reports.specs()) && s.flags.reports.specs()[0].format == "text"
	if !shown || s.flags.verbose {
		s.listSkips(outs, cov)
		s.sayTotals(cov)
	} else if !cov.Complete {
		fmt.Fprintf(s.err, "keysweep: incomplete: %s\n", skipTotals(cov))
	}
	if cov.Receipts[scanner.Planned] > 0 && !s.flags.revocation.dryRun {
		fmt.Fprintln(s.err, "what is planned only was not revoked; --yes carries it out, or --approve HASH one plan, unless the policy wants signed approvals")
	}
	for _, o := range outs.outs {
		if o.file != nil && o.err == nil {
			fmt.Fprintf(s.err, "report: %s\n", o.name)
		}
	}
}

// stopped says what ended the run early, or returns "".
func stopped(cov scanner.Coverage, runErr error) string {
	switch {
	case runErr != nil:
		return runErr.Error()
	case cov.Reason == errInterrupted.Error():
		return "interrupted; what was found until then is reported"
	case cov.Reason == errTimeout.Error():
		return "time-out; what was found until then is reported; raise --timeout for the rest"
	}
	return cov.Reason
}

func (s scan) listSkips(outs *reports, cov scanner.Coverage) {
	shown := 0
	for _, u := range cov.Skips {
		if u.Benign && !s.flags.verbose {
			continue
		}
		if shown++; shown > shownSkips && !s.flags.verbose {
			fmt.Fprintf(s.err, "not read: more; -v lists them\n")
			return
		}
		word, detail := "not read", ""
		if u.Benign {
			word = "left out"
		}
		if u.Err != "" && u.Err != u.Reason {
			detail = " (" + outs.hide(u.Err) + ")"
		}
		fmt.Fprintf(s.err, "%s: %s: %s%s\n", word, outs.hide(u.Unit), u.Reason, detail)
	}
}

// oneLine makes a name safe to print: no control characters, not endless.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 300 {
		return string(runes[:300]) + "..."
	}
	return s
}

func (s scan) sayTotals(cov scanner.Coverage) {
	verdict := "complete"
	if !cov.Complete {
		verdict = "INCOMPLETE: " + skipTotals(cov)
	}
	for _, answers := range []string{cov.Verdicts.String(), cov.Receipts.String()} {
		if answers != "" {
			verdict += "; " + answers
		}
	}
	fmt.Fprintf(s.err, "%s in %s (%s); %s\n", plural(int64(cov.Findings), "finding"), plural(int64(cov.Units), "unit"), size(cov.Bytes), verdict)
}

// skipTotals counts what was not read, by reason.
func skipTotals(cov scanner.Coverage) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(cov.Skipped)) {
		parts = append(parts, fmt.Sprintf("%s %s", count(int64(cov.Skipped[reason])), reason))
	}
	if len(parts) == 0 {
		return "the run did not get to its end"
	}
	return "not read: " + strings.Join(parts, ", ")
}

// stats is the file of --stats-path.
type stats struct {
	Version  string           `json:"version"`
	Complete bool             `json:"complete"`
	Reason   string           `json:"reason,omitempty"` // why the run did not get to its end
	Findings int              `json:"findings"`
	Units    int              `json:"units"`   // covered
	Skipped  map[string]int   `json:"skipped"` // not covered, by reason
	Skips    []skip           `json:"skips"`   // one by one, the first thousand
	Bytes    int64            `json:"bytes"`
	Seconds  float64          `json:"seconds"`
	Git      *reading         `json:"git,omitempty"`         // of a history
	Revoked  scanner.Receipts `json:"revocations,omitempty"` // by how they ended
}

type skip struct {
	Unit   string `json:"unit"`
	Reason string `json:"reason"`
	Error  string `json:"error,omitempty"`
	Benign bool   `json:"benign,omitempty"` // left out on purpose
}

func writeStats(w io.Writer, outs *reports, cov scanner.Coverage, git *reading) error {
	s := stats{
		Version:  version(),
		Complete: cov.Complete,
		Reason:   cov.Reason,
		Findings: cov.Findings,
		Units:    cov.Units,
		Skipped:  cov.Skipped,
		Skips:    []skip{},
		Bytes:    cov.Bytes,
		Seconds:  cov.Elapsed.Seconds(),
		Git:      git,
		Revoked:  cov.Receipts,
	}
	if s.Skipped == nil {
		s.Skipped = map[string]int{}
	}
	for _, u := range cov.Skips {
		s.Skips = append(s.Skips, skip{outs.hide(u.Unit), u.Reason, outs.hide(u.Err), u.Benign})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
