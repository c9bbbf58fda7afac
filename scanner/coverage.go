package scanner

import (
	"fmt"
	"strings"
	"time"
)

// Coverage says what a run covered. A run is complete when every unit was covered, or left out on purpose.
type Coverage struct {
	Units    int            // units covered
	Skipped  map[string]int // units that were not, by reason
	Skips    []SkippedUnit  // the same one by one, at most MaxSkips of them
	Bytes    int64          // bytes of the covered units
	Findings int
	Complete bool
	Reason   string // why the run is not complete, when it is not a matter of single units: time-out, cancelled, source error
	Elapsed  time.Duration
	Verdicts Verdicts
	Receipts Receipts
}

// Verdicts counts what came of asking issuers. Its zero value says that nobody was asked.
type Verdicts struct {
	Asked      int // findings that an issuer was asked about
	Live       int // live and restricted ones
	Dead       int
	Unknown    int // all without a clear answer
	Unanswered int // those of them that asking later may tell
	Unasked    int // findings that could not be asked about
	Proved     int // those that arithmetic proved to be usable, without an issuer to ask
}

// Receipts counts how revocations ended. Its zero value says that nobody asked for any.
type Receipts map[Outcome]int

// String says how they ended, or nothing when nobody asked for any.
func (r Receipts) String() string {
	var parts []string
	for _, s := range []Outcome{Done, Contained, Requested, Failed, Refused, Planned, NoWay} {
		if n := r[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "revocations: " + strings.Join(parts, ", ")
}

func (r *Receipts) add(one *Receipt) {
	if one == nil {
		return
	}
	if *r == nil {
		*r = Receipts{}
	}
	(*r)[one.Status]++
}

// MaxSkips bounds Coverage.Skips; Skipped counts on.
const MaxSkips = 1000

// SkippedUnit is a unit that was not covered.
type SkippedUnit struct {
	Unit   string
	Reason string
	Err    string
	Benign bool
}

// String says what came of asking, or nothing when nobody was asked.
func (v Verdicts) String() string {
	if v == (Verdicts{}) {
		return ""
	}
	out := fmt.Sprintf("issuers asked about %d: %d live, %d dead, %d unknown", v.Asked, v.Live, v.Dead, v.Unknown)
	if v.Unanswered > 0 {
		out += fmt.Sprintf(" (%d got no answer)", v.Unanswered)
	}
	if v.Unasked > 0 {
		out += fmt.Sprintf(", %d not asked", v.Unasked)
	}
	return out
}
