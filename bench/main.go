//go:build linux

// Command bench measures a built keysweep binary: start-up, a staged scan in a long history, a large tree against grep,
// full histories against git log -p, and peak memory. Every figure is a median, and every ratio is of the same run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	binary := flag.String("binary", "./keysweep", "the keysweep `BINARY` to measure")
	rounds := flag.Int("rounds", 5, "runs of each command, of which the median counts")
	repos := flag.String("git", "", "measure only full histories of these `PATHS`, split at spaces, against git log -p; further arguments go to keysweep git")
	long := flag.String("commits", "", "measure only synthetic histories of these `NUMBERS` of commits, split at spaces, against git log -p")
	objects := flag.Int("objects", 0, "measure only buckets: so many small objects on a local S3 server, and one large one")
	gigabytes := flag.Int64("gigabytes", 5, "size of the large object of -objects")
	plain := flag.String("plain", "", "be the plain reader of -objects, of the server at this `URL`")
	flag.Parse()
	path, err := filepath.Abs(*binary)
	if err == nil {
		b := bench{keysweep: path, rounds: *rounds, args: flag.Args()}
		switch {
		case *plain != "":
			err = plainReader(context.Background(), *plain)
		case *objects > 0:
			err = b.buckets(*objects, *gigabytes)
		case *repos != "":
			err = b.histories(strings.Fields(*repos))
		case *long != "":
			err = b.synthetic(strings.Fields(*long))
		default:
			err = b.all()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	keysweep string
	rounds   int
	args     []string // further ones for a scan of a history
}

// figure is the median run of a command.
type figure struct {
	wall time.Duration
	cpu  time.Duration
	peak int64 // bytes of resident memory
	code int
}

// measure runs the command rounds times, after one run that warms the caches.
func (b bench) measure(dir, name string, args ...string) (figure, error) {
	var runs []figure
	for range b.rounds + 1 {
		f, err := once(dir, name, args...)
		if err != nil {
			return figure{}, err
		}
		runs = append(runs, f)
	}
	return typical(runs[1:]), nil
}

// once runs the command one time.
func once(dir, name string, args ...string) (figure, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir // with no Stdout, output goes to the null device without a copy
	begin := time.Now()
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		return figure{}, err
	}
	f := figure{wall: time.Since(begin), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), code: cmd.ProcessState.ExitCode()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.peak = usage.Maxrss << 10 // Linux counts in kilobytes
	}
	return f, nil
}

// typical is the median of the runs by wall time, with the highest peak of all.
func typical(runs []figure) figure {
	slices.SortFunc(runs, func(a, b figure) int { return int(a.wall - b.wall) })
	m := runs[len(runs)/2]
	for _, r := range runs {
		m.peak = max(m.peak, r.peak)
	}
	return m
}

func (b bench) all() error {
	for _, step := range []func() error{b.startUp, b.staged, b.tree} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// startUps is the least number of runs of start-up: one takes less than what else goes on in the machine.
const startUps = 50

func (b bench) startUp() error {
	dir, err := os.MkdirTemp("", "keysweep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.rounds = max(b.rounds, startUps)
	f, err := b.measure(dir, b.keysweep, "dir", dir)
	if err != nil {
		return err
	}
	return say("start-up, all rules, empty folder", f, "goal 30ms")
}

// staged measures git --staged with ten changed files in a history of 20,000 commits.
func (b bench) staged() error {
	dir, err := os.MkdirTemp("", "keysweep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := longHistory(dir, 20_000); err != nil {
		return fmt.Errorf("make history: %w", err)
	}
	f, err := b.measure(dir, b.keysweep, "git", "--staged")
	if err != nil {
		return err
	}
	return say("git --staged, 10 files, 20,000 commits", f, "goal 100ms")
}

// longHistory makes a repository with that many commits and ten staged changes.
func longHistory(dir string, commits int) error {
	if err := git(dir, nil, "init", "-q", "-b", "main"); err != nil {
		return err
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeHistory(w, commits)) }()
	if err := git(dir, r, "fast-import", "--quiet"); err != nil {
		return err
	}
	if err := git(dir, nil, "reset", "-q", "--hard", "main"); err != nil {
		return err
	}
	for i := range 10 {
		text := strings.Repeat(fmt.Sprintf("def trade_%d(order):\n    return exchange.submit(order)\n", i), 200)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("new%d.py", i)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return git(dir, nil, "add", "-A")
}

// writeHistory writes a fast-import stream: each commit changes one of 500 files in 25 folders.
func writeHistory(w io.Writer, commits int) error {
	for i := range commits {
		text := fmt.Sprintf("# revision %d\ndef f(x):\n    return x + %d\n", i, i)
		message := fmt.Sprintf("change %d\n", i)
		_, err := fmt.Fprintf(w, "commit refs/heads/main\ncommitter Ada <ada@example.com> %d +0000\ndata %d\n%sM 100644 inline d%d/f%d.py\ndata %d\n%s\n",
			1_600_000_000+i, len(message), message, i%25, i%500, len(text), text)
		if err != nil {
			return err
		}
	}
	return nil
}

func git(dir string, in io.Reader, args ...string) error {
	cmd := exec.Command("git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.com"}, args...)...)
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, in, os.Stderr
	return cmd.Run()
}

// tree measures dir over the Go source tree against grep for a word that does not occur.
func (b bench) tree() error {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	root := strings.TrimSpace(string(out))
	grep, err := b.measure("", "grep", "-rcF", "zzzz", root)
	if err != nil {
		return err
	}
	f, err := b.measure("", b.keysweep, "dir", root)
	if err != nil {
		return err
	}
	if err := say("grep -rcF zzzz GOROOT", grep, ""); err != nil {
		return err
	}
	return say("dir GOROOT", f, fmt.Sprintf("%.1f times grep, goal 6; memory goal 512 MiB", float64(f.wall)/float64(grep.wall)))
}

func say(what string, f figure, note string) error {
	_, err := fmt.Printf("%-42s %9s  cpu %9s  peak %4d MiB  exit %d  %s\n", what, f.wall.Round(100*time.Microsecond), f.cpu.Round(100*time.Microsecond), f.peak>>20, f.code, note)
	return err
}
