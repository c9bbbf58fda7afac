package gitpack

import (
	"fmt"
	"strings"
	"testing"
)

// TestCommitsAreReadAheadWhileOfUse walks a pack of four branches: all of them, for which it is read ahead whole, and one
// of them, when three of four commits in it are of no use.
func TestCommitsAreReadAheadWhileOfUse(t *testing.T) {
	const branches, commits = 4, 5000
	r := newRepo(t)
	var in strings.Builder
	for i := range commits {
		for b := range branches {
			fmt.Fprintf(&in, "commit refs/heads/b%d\ncommitter C <c@example.org> %d +0000\ndata %d\n%s\n", b, 1_700_000_000+60*i+b, len(fmt.Sprint(b, " ", i)), fmt.Sprint(b, " ", i))
		}
	}
	r.feed(in.String(), "fast-import", "--quiet")
	r.git("repack", "-adq")
	for _, test := range []struct {
		tips              []ID
		commits, min, max int
	}{
		{r.refs(), branches * commits, branches * commits * 9 / 10, branches * commits},
		{r.refs()[:1], commits, 1, branches * commits / 4},
	} {
		s := r.open(Options{})
		w := newCommitWalk(s)
		if err := w.run(t.Context(), Tips{Include: test.tips}); err != nil {
			t.Fatal(err)
		}
		read := 0
		for _, p := range w.ahead.packs {
			read += p.read
		}
		if len(w.commits) != test.commits || read < test.min || read > test.max {
			t.Errorf("%d tips: %d commits, %d of them read ahead, want %d to %d", len(test.tips), len(w.commits), read, test.min, test.max)
		}
		if got := len(w.reached().texts); got < test.commits {
			t.Errorf("%d tips: the texts of %d commits were kept", len(test.tips), got)
		}
	}
}
