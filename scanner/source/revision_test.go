package source

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// line commits one marker after the other on the current branch, each in its own file and for good.
func (r testRepo) line(names ...string) {
	r.t.Helper()
	for _, name := range names {
		r.commit(name+".txt", plantWord(name))
	}
}

// forked has a, b, c on main, b2 and b3 on side from b, and HEAD on main.
func forked(t *testing.T) testRepo {
	r := newRepo(t)
	r.line("a", "b")
	r.git("tag", "-a", "v1", "-m", "one")
	r.git("checkout", "-q", "-b", "side")
	r.line("b2", "b3")
	r.git("checkout", "-q", "main")
	r.line("c")
	r.git("tag", "-a", "v2", "-m", plantWord("tagged"), "v1")
	r.git("config", "remote.up.url", "/nowhere")
	r.git("config", "remote.up.fetch", "+refs/heads/*:refs/remotes/up/*")
	r.git("update-ref", "refs/remotes/up/main", "main~1")
	r.git("branch", "-q", "--set-upstream-to", "up/main")
	return r
}

func TestGitNarrowsHistory(t *testing.T) {
	r := forked(t)
	head := r.git("rev-parse", "main")
	tests := []struct {
		name string
		git  *Git
		want string
	}{
		{"everything", &Git{}, "a b b2 b3 c tagged"},
		{"a range", &Git{Range: "v1..side"}, "b2 b3"},
		{"a range to HEAD", &Git{Range: "v1.."}, "c"},
		{"a range from HEAD", &Git{Range: "..side"}, "b2 b3"},
		{"a symmetric range", &Git{Range: "main...side"}, "b2 b3 c"},
		{"a commit alone", &Git{Range: "side^!"}, "b3"},
		{"an empty range", &Git{Range: "main..main"}, ""},
		{"a single revision", &Git{Range: "side"}, "a b b2 b3"},
		{"two words", &Git{Range: "side ^main"}, "b2 b3"},
		{"a range from zeros", &Git{Range: strings.Repeat("0", 40) + "..main~1"}, "a b"},
		{"short names and steps", &Git{Range: head[:7] + "~2..refs/heads/side^"}, "b b2"},
		{"reflog and upstream", &Git{Range: "main@{1}..main"}, "c"},
		{"upstream", &Git{Range: "@{u}..@"}, "c"},
		{"as git describe says", &Git{Range: "v1-1-g" + head[:9] + "^!"[:1] + "..main"}, "c"},
		{"a tag with its message", &Git{Range: "side..v2"}, "tagged"},
		{"tag and type", &Git{Range: "v1^{commit}..main^0"}, "c"},
		{"since a commit", &Git{SinceCommit: "v1"}, "b2 b3 c tagged"},
		{"a branch", &Git{Branch: "side"}, "a b b2 b3"},
		{"a remote branch", &Git{Branch: "up/main"}, "a b"},
		{"a branch since a commit", &Git{Branch: "side", SinceCommit: "side~1"}, "b3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.git.Repository = r.dir
			defer test.git.Close()
			got := collect(t, test.git)
			if diff := cmp.Diff(test.want, strings.Join(foundIn(got), " ")); diff != "" || len(got.skips) > 0 {
				t.Errorf("skips %v, %s", got.skips, diff)
			}
		})
	}
}

func TestGitRefusesBadRevisions(t *testing.T) {
	r := forked(t)
	for _, g := range []*Git{{Range: "nope..main"}, {Range: "main..nope"}, {Range: "main~9"}, {Range: "main^2"}, {Range: "^"}, {Range: "main^{tree}"},
		{Range: strings.Repeat("1", 40) + ".."}, {Range: "main@{99}"}, {Range: "side@{u}"}, {Range: "main@{yesterday}"}, {Range: "abc"}, {Range: "a^{"},
		{SinceCommit: "nope"}, {Branch: "nope"}, {Range: "--all"}, {Range: "main...nope"}, {Range: "main~99999999999999999999"}, {Range: "main~1!"}, {Range: "main^!x"}, {Range: "nope^!"}} {
		g.Repository = r.dir
		_, err := gather(t.Context(), g)
		if !errors.Is(err, ErrBadRevision) {
			t.Errorf("%q %q %q: got error %v, want %v", g.Range, g.SinceCommit, g.Branch, err, ErrBadRevision)
		}
		must(t, g.Close())
	}
}

func TestGitRangeYieldsNamesThatItAdds(t *testing.T) {
	r := newRepo(t)
	r.commit("dir/"+plantWord("name-from-before"), "x")
	r.commit("dir/"+plantWord("name-that-is-new"), "x")
	for _, spotter := range []gitpack.Spotter{nil, toySpotter{}} {
		g := &Git{Repository: r.dir, Range: "HEAD~1..HEAD", Spotter: spotter}
		places, _ := attributed(t, g, map[string]string{r.git("rev-parse", "HEAD"): "last"})
		want := map[string][]string{plantWord("name-that-is-new"): {"name dir/" + plantWord("name-that-is-new") + " in last head"}}
		if diff := cmp.Diff(want, places); diff != "" {
			t.Error(diff)
		}
	}
}
