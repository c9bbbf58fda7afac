package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// remaining says how far a scan of a history is, and how long the rest may take.
type remaining struct {
	stats func() *gitpack.Stats // nil, or of nil, when there is nothing to say

	begun time.Time     // of the stage whose end is known
	left  time.Duration // the latest estimate; 0 is none yet
	said  time.Time     // when that was
}

// soonest is how long a stage has to run before its end is guessed.
const soonest = 2 * time.Second

// describe is the line of progress at some time.
func (r *remaining) describe(now time.Time, p *scanner.Progress) string {
	units, findings := p.Units.Load(), plural(p.Findings.Load(), "finding")
	read := size(p.Bytes.Load())
	var s *gitpack.Stats
	if r.stats != nil {
		s = r.stats()
	}
	switch {
	case p.Asked.Load() > 0:
		return fmt.Sprintf("%s; issuers asked about %s", findings, count(p.Asked.Load()))
	case s == nil:
		return fmt.Sprintf("%s units, %s, %s", count(units), read, findings)
	case s.Units.Load() == 0:
		return fmt.Sprintf("walking history: %s, %s", plural(s.Commits.Load(), "commit"), plural(s.Trees.Load(), "folder"))
	case s.Done.Load() >= s.Units.Load():
		return fmt.Sprintf("%s units, %s, %s; looking up commits", count(units), read, findings)
	}
	done := share(s)
	line := fmt.Sprintf("%s of %s units, %s, %s; %.0f%%", count(s.Done.Load()), count(s.Units.Load()), read, findings, 100*done)
	if left := r.estimate(now, done); left > 0 {
		line += ", about " + roughly(left) + " left"
	}
	return line
}

// share is the part of the scan that is done, 0 to 1: of the bytes to inflate, and of the units where nothing is packed.
// The number of units says less of the time they take: commits come first, and are short.
func share(s *gitpack.Stats) float64 {
	if s.Total.Load() == 0 {
		return ratio(s.Done.Load(), s.Units.Load())
	}
	return ratio(s.Read.Load(), s.Total.Load())
}

func ratio(part, whole int64) float64 { return min(1, float64(part)/float64(max(1, whole))) }

// estimate is the time until the end by the pace up to now, and does not jump: a tenth of what is new enters each time.
func (r *remaining) estimate(now time.Time, done float64) time.Duration {
	if r.begun.IsZero() {
		r.begun = now
	}
	spent := now.Sub(r.begun)
	if spent < soonest || done < 0.1 { // what comes first is the heaviest, and not like the rest
		return 0
	}
	left := time.Duration(float64(spent) * (1 - done) / done)
	if r.left > 0 {
		left = r.left - now.Sub(r.said) + (left-r.left+now.Sub(r.said))/10
	}
	r.left, r.said = max(left, time.Second), now
	return r.left
}

// roughly writes a time for people: "8s", "3m20s", "2h10m".
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		return d.Round(10 * time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// reading is the part of the stats file about a history.
type reading struct {
	Objects  int64        `json:"objects"` // in the repository
	Commits  int64        `json:"commits"` // reached, and so on
	Trees    int64        `json:"trees"`
	Blobs    int64        `json:"blobs"`
	Inflated int64        `json:"bytes_inflated"`
	Scanned  int64        `json:"bytes_scanned"` // handed to the detector's first pass; what a delta copies is not scanned again
	Seconds  stageSeconds `json:"seconds"`
}

type stageSeconds struct {
	Walk      float64 `json:"walk"`
	Scan      float64 `json:"scan"`
	Attribute float64 `json:"attribute"`
}

// readingOf takes the counters; nil stays nil.
func readingOf(stats func() *gitpack.Stats) *reading {
	if stats == nil {
		return nil
	}
	s := stats()
	if s == nil {
		return nil
	}
	return &reading{
		Objects: s.Objects.Load(), Commits: s.Commits.Load(), Trees: s.Trees.Load(), Blobs: s.Blobs.Load(),
		Inflated: s.Inflated.Load(), Scanned: s.Scanned.Load(),
		Seconds: stageSeconds{inSeconds(s.ReachNanos.Load()), inSeconds(s.ScanNanos.Load()), inSeconds(s.AttributeNanos.Load())},
	}
}

func inSeconds(nanos int64) float64 { return time.Duration(nanos).Seconds() }
