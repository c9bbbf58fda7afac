package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// TestProgressOfAHistory follows a scan of 100 units that ends after 100 seconds, slower at its end.
func TestProgressOfAHistory(t *testing.T) {
	var s gitpack.Stats
	var p scanner.Progress
	r := remaining{stats: func() *gitpack.Stats { return &s }}
	s.Commits.Store(1200)
	start := time.Unix(1_700_000_000, 0)
	if got, want := r.describe(start, &p), "walking history: 1,200 commits, 0 folders"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.Units.Store(100)
	s.Total.Store(1000)
	said := map[int]string{}
	for second := 0; second <= 100; second++ {
		done := int64(second)
		if second > 50 {
			done = 50 + int64(second-50)*9/10
		}
		s.Done.Store(done)
		s.Read.Store(10 * done)
		p.Units.Store(done)
		for tick := range 5 {
			said[second] = r.describe(start.Add(time.Duration(second)*time.Second+time.Duration(tick)*200*time.Millisecond), &p)
		}
	}
	s.Done.Store(100)
	said[101] = r.describe(start.Add(101*time.Second), &p)
	got := map[int]string{}
	for _, second := range []int{1, 20, 50, 90, 101} {
		got[second] = said[second]
	}
	want := map[int]string{
		1:   "1 of 100 units, 0 bytes, 0 findings; 1%",
		20:  "20 of 100 units, 0 bytes, 0 findings; 20%, about 1m20s left",
		50:  "50 of 100 units, 0 bytes, 0 findings; 50%, about 50s left",
		90:  "86 of 100 units, 0 bytes, 0 findings; 86%, about 14s left",
		101: "95 units, 0 bytes, 0 findings; looking up commits",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{
		8400 * time.Millisecond: "8s", 204 * time.Second: "3m20s", 130*time.Minute + 12*time.Second: "2h10m",
	} {
		if got := roughly(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
