package source

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors/decode"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// foundIn lists the markers of a harvest without their frame.
func foundIn(h *harvest) []string {
	var words []string
	for m := range h.found {
		words = append(words, strings.TrimSuffix(strings.TrimPrefix(m, "PLANT-"), "-END"))
	}
	slices.Sort(words)
	return words
}

func TestGitOpensEveryKindOfRepository(t *testing.T) {
	r := newRepo(t)
	r.git("remote", "add", "origin", "https://"+plantWord("config-token")+"@example.org/x.git")
	r.commit("sub/a.txt", plantWord("content"))
	r.git("clone", "-q", "--bare", ".", "../bare.git")
	bare := testRepo{t, filepath.Join(filepath.Dir(r.dir), "bare.git"), r.clock}
	bare.git("config", "remote.origin.url", "https://"+plantWord("config-token")+"@example.org/x.git")
	r.git("worktree", "add", "-q", "--detach", "../linked")
	base := filepath.Dir(r.dir)
	for path, config := range map[string]string{"repo": ".git/config", "repo/sub": ".git/config", "repo/.git": ".git/config", "linked": ".git/config",
		"linked/.git": ".git/config", "bare.git": "config", "bare.git/refs": "config"} {
		g := &Git{Repository: filepath.Join(base, path)}
		got := collect(t, g)
		if diff := cmp.Diff([]string{"config-token", "content"}, foundIn(got)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		if diff := cmp.Diff([]string{config}, got.found[plantWord("config-token")]); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		must(t, g.Close())
	}
	g := &Git{Repository: "file://" + r.dir}
	defer g.Close()
	if got := collect(t, g); len(got.found) != 2 {
		t.Errorf("file URL: found %v", got.found)
	}
}

func TestGitEmptyRepositoryIsClean(t *testing.T) {
	for _, args := range [][]string{nil, {"--bare"}, {"--object-format=sha256"}} {
		r := newRepo(t, args...)
		for _, unreachable := range []bool{false, true} {
			g := &Git{Repository: r.dir, Unreachable: unreachable}
			if got := collect(t, g); len(got.skips) > 0 || len(got.found) > 0 {
				t.Errorf("%q: skips %v", args, got.skips)
			}
			must(t, g.Close())
		}
		g := &Git{Repository: r.dir, Range: "HEAD~1..HEAD"}
		if _, err := gather(t.Context(), g); !errors.Is(err, ErrBadRevision) {
			t.Errorf("%q: got error %v, want %v", args, err, ErrBadRevision)
		}
		must(t, g.Close())
	}
}

// broken is a way to break a repository that has the markers a, b and c, each in its own commit.
type breakage struct {
	name   string
	do     func(testRepo) string // returns the folder to scan
	found  string
	reason string
}

func breakages() []breakage {
	return []breakage{
		{"shallow", func(r testRepo) string {
			r.git("clone", "-q", "--depth=1", "file://"+r.dir, "../shallow")
			return filepath.Join(filepath.Dir(r.dir), "shallow")
		}, "a b c", "shallow"},
		{"partial clone", func(r testRepo) string {
			r.git("config", "uploadpack.allowFilter", "true")
			r.git("rm", "-q", "a.txt")
			r.git("commit", "-q", "-m", "remove")
			r.git("clone", "-q", "--no-local", "--filter=blob:none", "--no-checkout", "file://"+r.dir, "../partial")
			return filepath.Join(filepath.Dir(r.dir), "partial")
		}, "", "promised"},
		{"missing blob", func(r testRepo) string {
			must(r.t, os.Remove(r.loose("main:b.txt")))
			return r.dir
		}, "a c", "missing"},
		{"missing tree", func(r testRepo) string {
			must(r.t, os.Remove(r.loose("main~1^{tree}")))
			return r.dir
		}, "a b c", "missing"},
		{"missing commit", func(r testRepo) string {
			must(r.t, os.Remove(r.loose("main~1")))
			return r.dir
		}, "a b c", "missing"},
		{"corrupt blob", func(r testRepo) string {
			path := r.loose("main:b.txt")
			must(r.t, os.Chmod(path, 0o644))
			must(r.t, os.WriteFile(path, []byte("garbage"), 0o644))
			return r.dir
		}, "a c", "corrupt"},
		{"broken ref", func(r testRepo) string {
			r.file(".git/refs/heads/bad", "not an object name\n")
			return r.dir
		}, "a b c", "corrupt"},
		{"ref to nothing", func(r testRepo) string {
			r.file(".git/refs/heads/bad", strings.Repeat("1", 40)+"\n")
			return r.dir
		}, "a b c", "missing"},
		{"truncated pack", func(r testRepo) string {
			r.git("repack", "-q", "-a", "-d")
			r.line("d")
			pack := r.pack()
			must(r.t, os.Chmod(pack, 0o644))
			must(r.t, os.Truncate(pack, 40))
			return r.dir
		}, "d", ""},
		{"broken config", func(r testRepo) string {
			r.file(".git/config", "[core\nthis is no config\n")
			return r.dir
		}, "a b c", SkipUnreadable},
		{"broken index", func(r testRepo) string {
			r.file(".git/index", "no index")
			return r.dir
		}, "a b c", "corrupt"},
	}
}

func (r testRepo) loose(rev string) string {
	r.t.Helper()
	id := r.git("rev-parse", rev)
	return filepath.Join(r.dir, ".git", "objects", id[:2], id[2:])
}

func (r testRepo) pack() string {
	r.t.Helper()
	packs, err := filepath.Glob(filepath.Join(r.dir, ".git", "objects", "pack", "*.pack"))
	must(r.t, err)
	if len(packs) != 1 {
		r.t.Fatalf("got packs %q, want one", packs)
	}
	return packs[0]
}

func TestGitTellsWhatIsBrokenAndReadsTheRest(t *testing.T) {
	for _, b := range breakages() {
		t.Run(b.name, func(t *testing.T) {
			r := newRepo(t)
			r.line("a", "b", "c")
			g := &Git{Repository: b.do(r)}
			defer g.Close()
			got := collect(t, g)
			var reasons []string
			for i, s := range got.skips {
				reasons = append(reasons, s.Reason)
				if s.Benign {
					t.Errorf("%v is benign", s)
				}
				if got.errs[i] == nil {
					t.Errorf("%v does not say why", s)
				}
			}
			reasons = slices.Compact(reasons)
			if diff := cmp.Diff(b.found, strings.Join(foundIn(got), " ")); diff != "" {
				t.Error(diff)
			}
			if len(reasons) == 0 || b.reason != "" && !slices.Equal(reasons, []string{b.reason}) {
				t.Errorf("got skips %v (%v), want %q", got.skips, got.errs, b.reason)
			}
		})
	}
}

func TestGitShallowNamesTheRemedy(t *testing.T) {
	r := newRepo(t)
	r.line("a", "b")
	r.git("clone", "-q", "--depth=1", "file://"+r.dir, "../shallow")
	g := &Git{Repository: filepath.Join(filepath.Dir(r.dir), "shallow")}
	defer g.Close()
	got := collect(t, g)
	if len(got.errs) != 1 || !strings.Contains(got.errs[0].Error(), "git fetch --unshallow") {
		t.Errorf("got skips %v", got.errs)
	}
}

func TestGitLeavesOutWhatItIsTold(t *testing.T) {
	r := newRepo(t)
	r.commit("vendor/only.txt", plantWord("vendored"))
	r.commit("vendor/both.txt", plantWord("both"))
	r.commit("src/both.txt", plantWord("both"))
	big := r.commit("src/big.txt", plantWord("big")+strings.Repeat("x", 1000))
	g := &Git{Repository: r.dir, MaxBytes: 500, Exclude: func(path string, dir bool) bool { return dir && path == "vendor" }}
	places, got := attributed(t, g, map[string]string{})
	want := map[string][]string{plantWord("both"): {"blob src/both.txt in " + r.git("rev-parse", "HEAD~1") + " head"}}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Error(diff)
	}
	skips := []skipRow{{r.git("rev-parse", "HEAD:vendor/only.txt"), SkipExcluded, true}, {r.git("rev-parse", big+":src/big.txt"), SkipSize, true}}
	slices.SortFunc(skips, func(a, b skipRow) int { return strings.Compare(a.Unit, b.Unit) })
	if diff := cmp.Diff(skips, got.skips); diff != "" {
		t.Error(diff)
	}
}

func TestGitAttributesEverything(t *testing.T) {
	r := newRepo(t)
	r.git("remote", "add", "origin", "git@github.com:owner/name.git")
	first := r.commit("dir/a b.txt", plantWord("token"))
	last := r.commit("other.txt", "x")
	g := &Git{Repository: r.dir, Spotter: toySpotter{}}
	defer g.Close()
	got := collect(t, g)
	if got.clean == 0 {
		t.Error("no unit was counted as clean")
	}
	var places []scanner.Occurrence
	must(t, g.Attribute(t.Context(), got.found[plantWord("token")], func(_ string, at scanner.Occurrence) error {
		at.Date = at.Date.UTC()
		places = append(places, at)
		return nil
	}))
	if len(places) != 1 {
		t.Fatalf("got places %v", places)
	}
	want := []scanner.Occurrence{{File: "dir/a b.txt", Place: scanner.InBlob, Commit: first, LastCommit: last, Author: "Ada", Email: "ada@example.org",
		Message: "change\n", AtHead: true, Link: "https://github.com/owner/name/blob/" + first + "/dir/a%20b.txt", Date: places[0].Date}}
	if diff := cmp.Diff(want, places); diff != "" || places[0].Date.Year() != 2024 {
		t.Error(diff, places[0].Date)
	}
}

func TestGitEndsWithContextAndError(t *testing.T) {
	r := newRepo(t)
	r.line("a", "b", "c")
	stop := errors.New("enough")
	for n := range int64(8) {
		for _, want := range []error{stop, context.Canceled} {
			ctx, cancel := context.WithCancel(t.Context())
			g := &Git{Repository: r.dir}
			var seen atomic.Int64
			err := g.Chunks(ctx, func(scanner.Chunk) error {
				if seen.Add(1) <= n {
					return nil
				}
				if want == stop {
					return stop
				}
				cancel()
				return ctx.Err()
			})
			if !errors.Is(err, want) {
				t.Errorf("after %d chunks: got error %v, want %v", n, err, want)
			}
			cancel()
			must(t, g.Close())
			must(t, g.Close())
		}
	}
}

func TestGitReadsRepositoryOfAnotherOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	r := newRepo(t)
	r.line("a")
	must(t, filepath.WalkDir(r.dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, 65534, 65534)
	}))
	g := &Git{Repository: r.dir}
	defer g.Close()
	if got := collect(t, g); len(got.found) != 1 || len(got.skips) > 0 {
		t.Errorf("found %v, skips %v", got.found, got.skips)
	}
}

// A scan that ran anything of the repository's configuration would leave the file behind.
func TestGitExecutesNothing(t *testing.T) {
	r := newRepo(t)
	r.line("a")
	mark := filepath.Join(filepath.Dir(r.dir), "executed")
	script := filepath.Join(r.dir, ".git", "hooks", "run")
	plant(t, r.dir, map[string]string{".git/hooks/run": "#!/bin/sh\ntouch " + mark + "\n", ".gitattributes": "* filter=evil diff=evil\n"})
	must(t, os.Chmod(script, 0o755))
	r.git("add", "-A")
	for _, hook := range []string{"post-checkout", "pre-commit", "reference-transaction", "post-index-change"} {
		must(t, os.Symlink(script, filepath.Join(r.dir, ".git", "hooks", hook)))
	}
	config := "[core]\n\tfsmonitor = %\n\tsshCommand = %\n\tgitProxy = %\n\thooksPath = .git/hooks\n\talternateRefsCommand = %\n\tpager = %\n\teditor = %\n" +
		"[filter \"evil\"]\n\tclean = %\n\tsmudge = %\n\tprocess = %\n[diff \"evil\"]\n\ttextconv = %\n\tcommand = %\n" +
		"[remote \"origin\"]\n\turl = ext::%\n\tuploadpack = %\n\tpromisor = true\n[uploadpack]\n\tpackObjectsHook = %\n[credential]\n\thelper = !%\n[extensions]\n\tpartialClone = origin\n"
	r.file(".git/config", strings.ReplaceAll(config, "%", script))
	r.file(".git/refs/heads/missing", strings.Repeat("1", 40)+"\n")
	for _, src := range append(sourcesOf(r.dir), &Git{Repository: "file://" + r.dir}) {
		if _, err := gather(t.Context(), src); err != nil {
			t.Error(err)
		}
		if g, ok := src.(*Git); ok {
			must(t, g.Close())
		}
	}
	if _, err := os.Lstat(mark); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something of the repository was executed")
	}
}

func TestLink(t *testing.T) {
	blob := scanner.Occurrence{File: "dir/a b.txt", Commit: "abc", Place: scanner.InBlob}
	message := scanner.Occurrence{Commit: "abc", Place: scanner.InMessage}
	for remote, want := range map[string][2]string{
		"https://github.com/o/r.git":                  {"https://github.com/o/r/blob/abc/dir/a%20b.txt", "https://github.com/o/r/commit/abc"},
		"git@github.com:o/r.git":                      {"https://github.com/o/r/blob/abc/dir/a%20b.txt", "https://github.com/o/r/commit/abc"},
		"ssh://git@gitlab.example.org:2222/g/s/r.git": {"https://gitlab.example.org/g/s/r/-/blob/abc/dir/a%20b.txt", "https://gitlab.example.org/g/s/r/-/commit/abc"},
		"https://user:word@bitbucket.org/o/r/":        {"https://bitbucket.org/o/r/src/abc/dir/a%20b.txt", "https://bitbucket.org/o/r/commits/abc"},
		"https://git.example.org/o/r.git":             {"", ""},
		"/srv/git/github/r.git":                       {"", ""},
		"file:///srv/github.com/r.git":                {"", ""},
		"":                                            {"", ""},
	} {
		if got := [2]string{link(remote, blob), link(remote, message)}; got != want {
			t.Errorf("%s: got %q, want %q", remote, got, want)
		}
	}
}

func TestRefsOfManyKinds(t *testing.T) {
	r := forked(t)
	r.git("pack-refs", "--all")
	r.git("update-ref", "refs/heads/side", "main")
	repo, err := findRepository(r.dir)
	must(t, err)
	got, err := readRefs(repo)
	must(t, err)
	want := map[string]string{}
	for _, line := range strings.Split(r.git("for-each-ref", "--format=%(objectname) %(refname)"), "\n") {
		id, name, _ := strings.Cut(line, " ")
		want[name] = id
	}
	ids := map[string]string{}
	for name, id := range got.ids {
		ids[name] = id.String()
	}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"HEAD": "refs/heads/main"}, got.symbolic); diff != "" {
		t.Error(diff)
	}
	if len(got.broken) > 0 {
		t.Error(slices.Collect(maps.Values(got.broken)))
	}
}

func TestGitCutsLargeBlobsInWindows(t *testing.T) {
	text := long(3 * windowSize)
	blobs := map[string]string{"plain.txt": text, "le.txt": "\xff\xfe" + string(wide(binary.LittleEndian, text)), "be.txt": string(wide(binary.BigEndian, text)),
		"bom.txt": "\xef\xbb\xbf" + text, "odd.txt": string(wide(binary.BigEndian, text))[:9_999_999]}
	r := newRepo(t)
	for name, data := range blobs {
		r.file(name, data)
	}
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "large")
	for _, state := range []string{"loose", "packed"} {
		if state == "packed" {
			r.git("-c", "core.bigFileThreshold=1m", "repack", "-q", "-a", "-d")
		}
		g := &Git{Repository: r.dir, Memory: 16 << 20}
		got := collect(t, g)
		must(t, g.Close())
		for name, data := range blobs {
			want, _ := decode.Text([]byte(data))
			if text := got.units[r.git("rev-parse", "HEAD:"+name)]; text != string(want) {
				t.Errorf("%s, %s: got %d bytes, want %d", state, name, len(text), len(want))
			}
		}
		if len(got.skips) > 0 {
			t.Errorf("%s: skips %v: %v", state, got.skips, got.errs)
		}
	}
}

func TestGitAttributesNamesToTheirFirstCommit(t *testing.T) {
	r := newRepo(t)
	file := "dir/" + plantWord("name-of-a-file") + "/inner.txt"
	r.commit("before.txt", "x")
	labels := map[string]string{r.commit(file, "one"): "first"}
	r.commit(file, "two")
	labels[r.commit("after.txt", "x")] = "after"
	r.git("rm", "-q", file)
	r.commit("gone.txt", "x")
	for _, spotter := range []gitpack.Spotter{nil, toySpotter{}} {
		g := &Git{Repository: r.dir, Spotter: spotter}
		places, h := attributed(t, g, labels)
		want := map[string][]string{plantWord("name-of-a-file"): {"name dir/" + plantWord("name-of-a-file") + " in first"}}
		if diff := cmp.Diff(want, places); diff != "" {
			t.Error(diff)
		}
		must(t, g.Attribute(t.Context(), h.found[plantWord("name-of-a-file")], func(_ string, at scanner.Occurrence) error {
			if labels[at.LastCommit] != "after" {
				t.Errorf("last commit is %s", at.LastCommit)
			}
			return nil
		}))
	}
}
