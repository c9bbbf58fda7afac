//go:build linux

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cost is what one run of a command took.
type cost struct {
	wall, user, system time.Duration
	anonymous          int64 // bytes at the peak, files that are mapped left out
	code               int
}

// histories measures full histories against git log -p. The two take turns, so that what else the machine does falls on
// both; a ratio is of two runs in a row.
func (b bench) histories(paths []string) error {
	for _, p := range paths {
		if err := b.history(p); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// synthetic measures histories whose commits change one file of 500 each.
func (b bench) synthetic(numbers []string) error {
	for _, number := range numbers {
		n, err := strconv.Atoi(number)
		if err != nil {
			return err
		}
		dir, err := os.MkdirTemp("", "keysweep-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := errors.Join(longHistory(dir, n), git(dir, nil, "repack", "-adq")); err != nil {
			return fmt.Errorf("make history: %w", err)
		}
		fmt.Printf("%d commits: ", n)
		if err := b.history(dir); err != nil {
			return err
		}
	}
	return nil
}

func (b bench) history(path string) error {
	reads := []string{"-C", path, "--no-pager", "log", "-p", "-U0", "--full-history", "--all"}
	var logs, scans []cost
	for round := range b.rounds + 1 {
		log, err := spend("git", reads...)
		if err != nil {
			return err
		}
		if log.code != 0 {
			return errors.New("git log -p cannot read all of it; testdata/git/complete makes a copy in which it can")
		}
		scan, err := spend(b.keysweep, append([]string{"git", path, "--progress", "never", "-q"}, b.args...)...)
		if err != nil {
			return err
		}
		if round > 0 { // the first one warms the caches
			logs, scans = append(logs, log), append(scans, scan)
		}
	}
	return report(path, logs, scans)
}

func report(path string, logs, scans []cost) error {
	wall := func(c cost) float64 { return c.wall.Seconds() }
	user := func(c cost) float64 { return c.user.Seconds() }
	busy := func(c cost) float64 { return (c.user + c.system).Seconds() }
	var walls, cpus []float64
	for i, log := range logs {
		walls = append(walls, wall(scans[i])/wall(log))
		cpus = append(cpus, busy(scans[i])/busy(log))
	}
	peak := int64(0)
	for _, s := range scans {
		peak = max(peak, s.anonymous)
	}
	_, err := fmt.Printf("%s, medians of %d\n  git log -p -U0  %7.2fs wall %7.2fs user\n  keysweep git    %7.2fs wall %7.2fs user  anonymous memory %d MiB at the peak, exit %d\n"+
		"  ratio           %7.2f  wall (%.2f to %.2f) %7.2f  CPU\n",
		path, len(logs), median(logs, wall), median(logs, user), median(scans, wall), median(scans, user), peak>>20, scans[0].code,
		middle(walls), slices.Min(walls), slices.Max(walls), middle(cpus))
	return err
}

func median(runs []cost, of func(cost) float64) float64 {
	var values []float64
	for _, r := range runs {
		values = append(values, of(r))
	}
	return middle(values)
}

func middle[T cmp.Ordered](values []T) T { return slices.Sorted(slices.Values(values))[len(values)/2] }

// spend runs a command to its end, and watches its memory.
func spend(name string, args ...string) (cost, error) {
	cmd := exec.Command(name, args...) // with no Stdout, output goes to the null device without a copy
	cmd.Stderr = os.Stderr
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	done, peak := make(chan struct{}), make(chan int64)
	go func() { peak <- watch(cmd.Process.Pid, done) }()
	err := cmd.Wait()
	c := cost{wall: time.Since(begin)}
	close(done)
	c.anonymous = <-peak
	if cmd.ProcessState == nil {
		return c, err
	}
	c.code = cmd.ProcessState.ExitCode()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.user, c.system = time.Duration(usage.Utime.Nano()), time.Duration(usage.Stime.Nano())
	}
	return c, nil
}

// watch returns the most anonymous memory that a process was seen with, in bytes.
func watch(pid int, done <-chan struct{}) (peak int64) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		peak = max(peak, anonymous(pid))
		select {
		case <-tick.C:
		case <-done:
			return peak
		}
	}
}

func anonymous(pid int) (kib int64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if n, _ := fmt.Sscanf(line, "RssAnon: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
