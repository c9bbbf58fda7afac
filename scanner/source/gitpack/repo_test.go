package gitpack

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// repo is a repository made by real git.
type repo struct {
	t   testing.TB
	dir string
}

func newRepo(t testing.TB, args ...string) *repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := &repo{t, t.TempDir()}
	r.git(append([]string{"init", "-q", "--bare", "-b", "main"}, args...)...)
	return r
}

func (r *repo) git(args ...string) string { return r.feed("", args...) }

func (r *repo) feed(input string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "HOME="+r.dir, "GIT_DIR="+r.dir,
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_AUTHOR_DATE=1700000000 +0100",
		"GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.org", "GIT_COMMITTER_DATE=1700000100 +0000")
	cmd.Stdin = strings.NewReader(input)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

func (r *repo) open(o Options) *Store {
	r.t.Helper()
	s, err := Open(r.dir, o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { s.Close() })
	return s
}

func (r *repo) id(name string) ID {
	r.t.Helper()
	id, err := ParseID(r.git("rev-parse", name))
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// refs are the targets of all refs.
func (r *repo) refs() (ids []ID) {
	r.t.Helper()
	for _, line := range strings.Fields(r.git("for-each-ref", "--format=%(objectname)")) {
		id, err := ParseID(line)
		if err != nil {
			r.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}
