package source

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withReftables unpacks the repositories that testdata/git/reftables made.
func withReftables(t *testing.T) (dir string) {
	t.Helper()
	dir = tempDir(t)
	f, err := os.Open("testdata/reftables.tar.gz")
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		must(t, err)
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			must(t, os.MkdirAll(path, 0o755))
			continue
		}
		data, err := io.ReadAll(r)
		must(t, err)
		must(t, os.WriteFile(path, data, 0o644))
	}
}

func TestReftables(t *testing.T) {
	dir := withReftables(t)
	for _, format := range []string{"sha1", "sha256"} {
		repo, err := findRepository(filepath.Join(dir, format))
		must(t, err)
		refs, err := readRefs(repo)
		must(t, err)
		if len(refs.broken) > 0 {
			t.Error(refs.broken)
		}
		expected, err := os.ReadFile(filepath.Join(dir, format, ".git/expected-refs"))
		must(t, err)
		got := ""
		for _, name := range refs.names() {
			if id, ok := refs.lookup(name); ok && strings.HasPrefix(name, "refs/") {
				got += fmt.Sprintln(id, name)
			}
		}
		if diff := cmp.Diff(string(expected), got); diff != "" {
			t.Errorf("%s (-git +reftable):\n%s", format, diff)
		}
		if diff := cmp.Diff("refs/heads/main", refs.symbolic["HEAD"]); diff != "" {
			t.Error(diff)
		}
		if n := len(refs.heads()); n != 2 {
			t.Errorf("%d heads, want that of the linked worktree too", n)
		}
	}
}

func TestNothingHidesInReftables(t *testing.T) {
	dir := withReftables(t)
	reachable := []string{"detached", "first", "linked", "newer-stash", "note", "older-stash", "second", "side", "tag"}
	for _, format := range []string{"sha1", "sha256"} {
		for _, unreachable := range []bool{false, true} {
			g := &Git{Repository: filepath.Join(dir, format), Unreachable: unreachable}
			h := collect(t, g)
			want := reachable
			if unreachable {
				want = []string{"detached", "dropped", "first", "gone", "linked", "newer-stash", "note", "older-stash", "second", "side", "tag"}
			}
			if diff := cmp.Diff(want, foundIn(h)); diff != "" || len(h.skips) > 0 {
				t.Errorf("%s, unreachable %v: %s skips %v", format, unreachable, diff, h.skips)
			}
			must(t, g.Close())
		}
	}
}

func TestRevisionsInReftables(t *testing.T) {
	dir := withReftables(t)
	for rng, want := range map[string][]string{
		"stash@{1}^!":      {"older-stash"},
		"HEAD@{0}..linked": {"linked"},
		"main~1..alias":    {"side"},
	} {
		g := &Git{Repository: filepath.Join(dir, "sha1"), Range: rng}
		h := collect(t, g)
		if diff := cmp.Diff(want, foundIn(h)); diff != "" {
			t.Errorf("%s: %s", rng, diff)
		}
		must(t, g.Close())
	}
}

// TestStagedInReftables takes the last commit's files for the index of an empty worktree: nothing is staged.
func TestStagedInReftables(t *testing.T) {
	dir := withReftables(t)
	h := collect(t, &Staged{Path: filepath.Join(dir, "sha1")})
	if len(h.units)+len(h.skips) > 0 {
		t.Errorf("units %v, skips %v", h.units, h.skips)
	}
}

func TestBrokenReftable(t *testing.T) {
	dir := filepath.Join(withReftables(t), "sha1")
	list, err := os.ReadFile(filepath.Join(dir, ".git/reftable/tables.list"))
	must(t, err)
	last := strings.Fields(string(list))[0]
	must(t, os.WriteFile(filepath.Join(dir, ".git/reftable", last), []byte("REFT\x01junk"), 0o644))
	g := &Git{Repository: dir}
	h := collect(t, g)
	defer g.Close()
	broken := false
	for _, s := range h.skips {
		broken = broken || strings.HasPrefix(s.Unit, "ref reftable") && !s.Benign
	}
	if !broken || len(h.found) == 0 {
		t.Errorf("skips %v, found %v", h.skips, foundIn(h))
	}
}

// TestReftablesOfThisGit uses the git that is there, when it can.
func TestReftablesOfThisGit(t *testing.T) {
	dir := tempDir(t)
	if err := exec.CommandContext(t.Context(), "git", "init", "-q", "-b", "main", "--ref-format=reftable", dir).Run(); err != nil {
		t.Logf("this git makes no reftables; the fixture stands for it: %v", err)
		return
	}
	r := testRepo{t, dir, new(int)}
	r.commit("a.txt", plantWord("live"))
	g := &Git{Repository: r.dir}
	defer g.Close()
	if diff := cmp.Diff([]string{"live"}, foundIn(collect(t, g))); diff != "" {
		t.Error(diff)
	}
}
