package scanner

import "time"

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
