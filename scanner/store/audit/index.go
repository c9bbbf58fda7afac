package audit

import (
	"slices"
	"time"
)

// State is what a log knows of a credential.
type State struct {
	Open    bool      // a call may have gone out, and no receipt follows
	Sent    time.Time // when the last call went out; zero for none
	Way     string    // of that call
	Found   string    // the lookup that last found it in its account
	Outcome string    // of the last receipt
	Touched time.Time // when the last record was written
}

// index is what the records of a log add up to.
type index struct {
	states map[string]State
	begun  []time.Time // when plans were begun, in order
}

func newIndex() index { return index{states: map[string]State{}} }

func (x *index) add(r Record) {
	if r.Event == Started {
		x.begun = append(x.begun, r.Time)
	}
	if r.Fingerprint == "" {
		return
	}
	s := x.states[r.Fingerprint]
	s.Touched = r.Time
	switch {
	case r.Event == Sending && r.Step != Lookup:
		s.Open, s.Sent, s.Way = true, r.Time, r.Way
	case r.Event == Answered && r.Step == Lookup && r.Outcome == "found":
		s.Found = r.Call
	case r.Event == Ended:
		s.Open, s.Outcome = false, r.Outcome
	}
	x.states[r.Fingerprint] = s
}

// since counts the plans begun at t or later. Clocks may have been set back, so the times need not be in order.
func (x *index) since(t time.Time) int {
	n := 0
	for _, at := range slices.Backward(x.begun) {
		if !at.Before(t) {
			n++
		}
	}
	return n
}
