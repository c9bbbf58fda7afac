package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// totals returns "3 findings (1 critical, 2 high)" and how many of them work.
func totals(all []*entry) string {
	if len(all) == 0 {
		return "no findings"
	}
	bySev, live := map[detectors.Severity]int{}, 0
	for _, e := range all {
		bySev[e.Severity]++
		if e.Verdict.Status == scanner.Live {
			live++
		}
	}
	var list []string
	for s := detectors.Critical; s >= detectors.Info; s-- {
		if n := bySev[s]; n > 0 {
			list = append(list, fmt.Sprintf("%d %s", n, s))
		}
	}
	out := fmt.Sprintf("%s (%s)", count(len(all), "finding"), strings.Join(list, ", "))
	if live > 0 {
		out += fmt.Sprintf(", %d live", live)
	}
	return out
}

// covered says what a run read, and what issuers answered.
func covered(c *scanner.Coverage) string {
	out := fmt.Sprintf("%s covered (%s) in %s", count(c.Units, "unit"), size(c.Bytes), c.Elapsed.Round(time.Millisecond))
	for _, answers := range []string{c.Verdicts.String(), c.Receipts.String()} {
		if answers != "" {
			out += "; " + answers
		}
	}
	return out
}

func size(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	x, i := float64(n), 0
	for ; x >= 999.5 && i < len(units)-1; i++ {
		x /= 1000
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.3g %s", x, units[i])
}

// skipped is one reason with how many units it kept from being read.
type skipped struct {
	Reason string
	Count  int
	Benign bool // all of them were left out on purpose
	Advice string
	Units  []scanner.SkippedUnit // the first few
}

// shownUnits is how many units of a reason a summary names.
const shownUnits = 3

// skippedBy groups skipped units by reason, those that make a run incomplete first.
func skippedBy(c *scanner.Coverage) []skipped {
	var out []skipped
	for _, reason := range slices.Sorted(maps.Keys(c.Skipped)) {
		s := skipped{Reason: reason, Count: c.Skipped[reason], Advice: advice(reason)}
		benign, known := 0, 0
		for _, u := range c.Skips {
			if u.Reason != reason {
				continue
			}
			known++
			if u.Benign {
				benign++
			}
			if len(s.Units) < shownUnits {
				s.Units = append(s.Units, u)
			}
		}
		s.Benign = c.Complete || known > 0 && benign == known
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b skipped) int {
		return cmp.Or(rank(a.Benign)-rank(b.Benign), b.Count-a.Count)
	})
	return out
}

func rank(benign bool) int {
	if benign {
		return 1
	}
	return 0
}

// advice says what a person can do about units that were skipped for a reason, or a run that stopped for it. A row
// applies when a word of the reason starts with one of its words.
func advice(reason string) string {
	rows := []struct{ words, text string }{
		{"denied", "give the credentials read access, or leave it out with --exclude"},
		{"credentials", "renew the credentials and scan again; with --state only what is missing is read"},
		{"region", "say region= in the URL"},
		{"throttled", "scan again with fewer --workers; with --state only what is missing is read"},
		{"connection server", "scan again; with --state only what is missing is read"},
		{"archived", "restore it from the archive, then scan again"},
		{"customer", "its owner keeps the key that it is encrypted with: decrypt a copy, and scan that"},
		{"permission", "scan as a user who may read it"},
		{"shallow", "fetch the rest: git fetch --unshallow"},
		{"missing promised partial", "fetch the missing objects: git fetch --refetch, or scan a full clone"},
		{"lfs", "fetch the files: git lfs pull, then scan the folder"},
		{"corrupt truncated checksum", "run git fsck, or get a good copy and scan again"},
		{"timeout time deadline", "raise --timeout, or scan a smaller range"},
		{"cancel canceled cancelled interrupt", "run the scan to its end"},
		{"rate quota", "wait until the limit has passed, then scan again"},
		{"size large big", "raise --max-target-megabytes"},
		{"depth nest", "raise --max-archive-depth, or unpack it and scan the folder"},
		{"encrypt password", "decrypt it and scan the result"},
		{"bomb limit ratio", "unpack it where there is room, and scan the folder"},
		{"vanish changed", "scan again when nothing writes there"},
		{"found", "check the path"},
		{"loop", "scan what the link should lead to"},
		{"internal", "a fault of keysweep: report it with the error above, and scan the unit by other means"},
	}
	words := strings.FieldsFunc(strings.ToLower(reason), between)
	for _, row := range rows {
		for start := range strings.FieldsSeq(row.words) {
			if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, start) }) {
				return row.text
			}
		}
	}
	return "see what stands in the way, then scan again"
}

// summary ends a text report. Without coverage it only counts.
func (p *page) summary(r run) {
	style := green
	if len(r.Entries) > 0 {
		style = bold
	}
	p.printf("%s", p.paint(style, totals(r.Entries)))
	c := r.Coverage
	if c == nil {
		p.printf("\n")
		return
	}
	p.printf("; %s\n", covered(c))
	p.coverage(c)
}

// coverage says what was not read, why, and what to do about it.
func (p *page) coverage(c *scanner.Coverage) {
	if !c.Complete {
		p.printf("%s\n", p.paint(red, "INCOMPLETE: not everything could be read, so what was not read may hold further credentials."))
		if c.Reason != "" {
			p.row("stopped", plain(c.Reason))
			p.row("to do", advice(c.Reason))
		}
	}
	for _, s := range skippedBy(c) {
		p.skipped(s)
	}
}

// why names the reasons of an incomplete run. The text is not safe to print yet.
func why(c *scanner.Coverage) string {
	var out []string
	if c.Reason != "" {
		out = append(out, c.Reason)
	}
	for _, s := range skippedBy(c) {
		if !s.Benign {
			out = append(out, fmt.Sprintf("%s: %s", count(s.Count, "unit"), s.Reason))
		}
	}
	if len(out) == 0 {
		return "the run did not reach its end"
	}
	return strings.Join(out, "; ")
}

func (p *page) skipped(s skipped) {
	if s.Benign {
		p.row("left out", fmt.Sprintf("%s: %s", count(s.Count, "unit"), plain(s.Reason)))
		return
	}
	p.row("not read", p.paint(yellow, fmt.Sprintf("%s: %s", count(s.Count, "unit"), plain(s.Reason))))
	for _, u := range s.Units {
		line := plain(cut(u.Unit, 200))
		if u.Err != "" {
			line += ": " + plain(cut(u.Err, 300))
		}
		p.row("", "- "+line)
	}
	if n := s.Count - len(s.Units); n > 0 {
		p.row("", fmt.Sprintf("- and %d more", n))
	}
	p.row("to do", s.Advice)
}
