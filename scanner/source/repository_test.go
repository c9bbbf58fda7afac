package source

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testRepo is a repository made by real git, with nothing of the machine's configuration. Each commit is a minute
// younger than the one before.
type testRepo struct {
	t     *testing.T
	dir   string
	clock *int
}

func newRepo(t *testing.T, initArgs ...string) testRepo {
	t.Helper()
	return repoIn(t, filepath.Join(tempDir(t), "repo"), initArgs...)
}

func repoIn(t *testing.T, dir string, initArgs ...string) testRepo {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	r := testRepo{t: t, dir: dir, clock: new(int)}
	r.git(append([]string{"init", "-q", "-b", "main"}, initArgs...)...)
	return r
}

// git runs a command and returns its output without the last line end.
func (r testRepo) git(args ...string) string { return r.input("", args...) }

func (r testRepo) input(stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(stdin)
	*r.clock++
	date := fmt.Sprintf("2024-01-01T%02d:%02d:00Z", *r.clock/60, *r.clock%60)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
		"GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_DATE=" + date, "GIT_EDITOR=true", "GIT_ALLOW_PROTOCOL=file", "LC_ALL=C"}
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		r.t.Fatalf("git %q: %v", args, err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// file writes a file of the worktree.
func (r testRepo) file(name, text string) {
	r.t.Helper()
	plant(r.t, r.dir, map[string]string{name: text})
}

// commit writes a file, commits everything and returns the commit.
func (r testRepo) commit(name, text string) string {
	r.t.Helper()
	r.file(name, text)
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", "change")
	return r.git("rev-parse", "HEAD")
}

func TestFindRepository(t *testing.T) {
	r := newRepo(t)
	r.commit("sub/file", "text")
	r.git("worktree", "add", "-q", "../linked")
	base := filepath.Dir(r.dir)
	r.git("clone", "-q", "--bare", ".", "../bare.git")
	r.git("clone", "-q", "--separate-git-dir", "../apart.git", ".", "../apart")
	type place struct{ GitDir, Common, Worktree string }
	tests := []struct {
		name, path string
		want       place
	}{
		{"a worktree", "repo", place{"repo/.git", "repo/.git", "repo"}},
		{"a folder in a worktree", "repo/sub", place{"repo/.git", "repo/.git", "repo"}},
		{"the git folder", "repo/.git", place{"repo/.git", "repo/.git", "repo"}},
		{"a linked worktree", "linked", place{"repo/.git/worktrees/linked", "repo/.git", "linked"}},
		{"the .git file of a linked worktree", "linked/.git", place{"repo/.git/worktrees/linked", "repo/.git", "linked"}},
		{"a folder in a linked worktree", "linked/sub", place{"repo/.git/worktrees/linked", "repo/.git", "linked"}},
		{"a bare repository", "bare.git", place{"bare.git", "bare.git", ""}},
		{"a folder in a bare repository", "bare.git/refs", place{"bare.git", "bare.git", ""}},
		{"a separate git folder", "apart", place{"apart.git", "apart.git", "apart"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := findRepository(filepath.Join(base, test.path))
			must(t, err)
			short := func(path string) string { return strings.TrimPrefix(path, base+"/") }
			if diff := cmp.Diff(test.want, place{short(got.gitDir), short(got.common), short(got.worktree)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindRepositoryRefuses(t *testing.T) {
	dir := tempDir(t)
	plant(t, dir, map[string]string{"plain/file": "text", "pointer/.git": "gitdir: ../nowhere\n", "other/.git": "hello\n",
		"storage/HEAD": "ref: refs/heads/.invalid\n", "storage/objects/": "", "storage/refs/": "",
		"storage/config": "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = sqlite\n",
		"future/HEAD":    "ref: refs/heads/main\n", "future/objects/": "", "future/refs/": "",
		"future/config": "[extensions]\n\tobjectFormat = sha3\n"})
	for path, want := range map[string]error{
		"plain": ErrNotRepository, "plain/file": ErrNotRepository, "missing": ErrNotRepository, "pointer": ErrNotRepository,
		"other": ErrNotRepository, "storage": ErrUnsupported, "future": ErrUnsupported,
	} {
		for _, src := range sourcesOf(filepath.Join(dir, path)) {
			_, err := gather(t.Context(), src)
			if !errors.Is(err, want) || !strings.Contains(err.Error(), filepath.Base(path)) {
				t.Errorf("%s: %T: got error %v, want %v", path, src, err, want)
			}
		}
	}
}
