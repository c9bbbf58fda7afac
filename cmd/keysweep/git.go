package main

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner/source"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
	"github.com/spf13/cobra"
)

// gitFlags are the flags of keysweep git beside those of every scan.
type gitFlags struct {
	scanFlags
	staged      bool
	rangeOf     string
	since       string
	branch      string
	unreachable bool
	logOpts     string
	hook        bool // git runs this
}

func newGit(c console) *cobra.Command {
	var f gitFlags
	cmd := &cobra.Command{
		Use:   "git [PATH or URL]",
		Short: "Scan a repository's history, or what is staged",
		Long: `Scan the full history of a repository: every blob, commit message and tag message that any ref, stash or note reaches,
each once. PATH is a repository or a folder in it, bare or not; the current folder if there is none. A URL is cloned to a
temporary folder, which is removed afterwards.

Configuration and ignore files are looked for in the working tree of a local repository.`,
		Example: `  keysweep git
  keysweep git ~/src/bot --branch main
  keysweep git https://github.com/freqtrade/freqtrade -f json -r findings.json
  keysweep git --range origin/main..HEAD
  keysweep git --staged`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, c, strings.Join(args, ""))
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.staged, "staged", false, "only what the next commit would add")
	flags.StringVar(&f.rangeOf, "range", "", "only what `A..B` adds")
	flags.StringVar(&f.since, "since-commit", "", "only what is not in this `REVISION` yet")
	flags.StringVar(&f.branch, "branch", "", "only what the branch `NAME` reaches")
	flags.BoolVar(&f.unreachable, "unreachable", false, "also what only reflogs name, and dangling objects")
	flags.StringVar(&f.logOpts, "log-opts", "", "")
	_ = flags.MarkHidden("log-opts")
	f.bind(cmd)
	return cmd
}

func (f *gitFlags) run(cmd *cobra.Command, c console, repository string) error {
	if cmd.Flags().Changed("log-opts") {
		return usagef("--log-opts is not supported: keysweep does not read git log; use --range A..B, --since-commit or --branch")
	}
	if f.staged {
		if f.rangeOf != "" || f.since != "" || f.branch != "" || f.unreachable {
			return usagef("--staged looks at the index alone; leave out --range, --since-commit, --branch and --unreachable")
		}
		return f.scanStaged(cmd, c, repository)
	}
	src := &source.Git{Repository: repository, Range: f.rangeOf, SinceCommit: f.since, Branch: f.branch, Unreachable: f.unreachable}
	return f.scanHistory(cmd, c, src, worktree(cmp.Or(repository, ".")))
}

// scanStaged scans the index of the repository at path, or the one that git handed to the hook that runs this.
func (f *gitFlags) scanStaged(cmd *cobra.Command, c console, path string) error {
	exclude, err := excluder(f.exclude)
	if err != nil {
		return err
	}
	src := &source.Staged{
		Path:     path,
		MaxBytes: int64(f.maxMegabytes) << 20,
		Workers:  f.workers,
	}
	if path == "" {
		src.Index = c.env("GIT_INDEX_FILE")
	}
	s := scan{console: c, flags: &f.scanFlags, target: worktree(cmp.Or(path, ".")), hook: f.hook, partial: true, source: f.unpacked(src)}
	s.prepare = func(set settings) { src.Exclude = set.excluding(exclude) }
	return s.run(cmd.Context())
}

// scanHistory scans what src says of a repository, with the limits that the flags set. Target is where configuration lies.
func (f *gitFlags) scanHistory(cmd *cobra.Command, c console, src *source.Git, target string) error {
	exclude, err := excluder(f.exclude)
	if err != nil {
		return err
	}
	src.MaxBytes = int64(f.maxMegabytes) << 20
	src.Memory = int64(f.memory) << 20
	src.Workers = f.workers
	src.Env = c.env
	defer src.Close()
	opened := f.unpacked(src)
	s := scan{console: c, flags: &f.scanFlags, target: target, hook: f.hook, source: opened, reading: src.Stats}
	s.partial = src.Range != "" || src.SinceCommit != "" || src.Branch != ""
	s.prepare = func(set settings) {
		src.Exclude = set.excluding(exclude)
		src.Spotter, src.Named, opened.Spotter = f.spotter(set.detector), f.named(), spotter{set.detector}
	}
	return s.run(cmd.Context())
}

// worktree returns the top folder of the working tree that path lies in, path itself when it is in none, and "" for a
// URL.
func worktree(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return ""
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for dir := abs; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return path
		}
	}
}

// spotter tells the git reader which places may hold a match, so that it skips what does not.
type spotter struct{ set *detectors.Set }

// Spots appends the places of data that overlap data[from:to]; see gitpack.Spotter.
//
// A panic of the detector makes the text one that is looked at: the scan meets it again, and leaves out that text alone.
func (s spotter) Spots(dst []gitpack.Span, data []byte, from, to int) (spots []gitpack.Span) {
	defer func() {
		if recover() != nil {
			spots = append(dst, gitpack.Span{Start: from, End: min(to, from+1)})
		}
	}()
	for _, at := range s.set.Spots(nil, data, from, to) {
		dst = append(dst, gitpack.Span{Start: at.Start, End: at.End, Kind: uint16(at.Kind)})
	}
	return dst
}

// Reach returns how many bytes around a place decide.
func (s spotter) Reach() int { return s.set.Reach() }
