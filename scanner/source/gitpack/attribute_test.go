package gitpack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// history is what git says of every blob: the oldest commit for each path, and the newest commit.
type history struct {
	first map[string]map[string]string
	last  map[string]string
	head  map[string]bool // "blob path"
}

func (r *repo) history(args ...string) history {
	r.t.Helper()
	h := history{map[string]map[string]string{}, map[string]string{}, map[string]bool{}}
	main := r.git("rev-parse", "main")
	commits := strings.Fields(r.git(append([]string{"rev-list", "--date-order", "--reverse"}, args...)...))
	for _, c := range commits {
		for line := range strings.SplitSeq(r.git("ls-tree", "-r", c), "\n") {
			meta, path, _ := strings.Cut(line, "\t")
			words := strings.Fields(meta)
			if len(words) < 3 || words[1] != "blob" {
				continue
			}
			blob := words[2]
			if h.first[blob] == nil {
				h.first[blob] = map[string]string{}
			}
			if h.first[blob][path] == "" {
				h.first[blob][path] = c
			}
			h.last[blob] = c
			if c == main {
				h.head[blob+" "+path] = true
			}
		}
	}
	return h
}

func (r *repo) attributed(s *Store, tips Tips, blobs []ID) history {
	r.t.Helper()
	reached, err := s.Reach(r.t.Context(), tips)
	if err != nil {
		r.t.Fatal(err)
	}
	h := history{map[string]map[string]string{}, map[string]string{}, map[string]bool{}}
	err = reached.Attribute(r.t.Context(), blobs, func(id ID, at At) error {
		if h.first[id.String()] == nil {
			h.first[id.String()] = map[string]string{}
		}
		h.first[id.String()][at.Path] = at.First.ID.String()
		h.last[id.String()] = at.Last.String()
		if at.Head {
			h.head[id.String()+" "+at.Path] = true
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return h
}

func TestAttributeEqualsGit(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			generate(r, rand.New(rand.NewPCG(9, seed)), 100)
			want := r.history("--branches")
			var blobs []ID
			for name := range want.first {
				id, err := ParseID(name)
				if err != nil {
					t.Fatal(err)
				}
				blobs = append(blobs, id)
			}
			slices.SortFunc(blobs, func(a, b ID) int { return strings.Compare(a.String(), b.String()) })
			tips := Tips{Include: r.refs(), Head: []ID{r.id("main")}}
			got := r.attributed(r.open(Options{Workers: 1 + int(seed)}), tips, blobs)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(history{})); diff != "" {
				t.Fatalf("(-git +gitpack):\n%.3000s", diff)
			}
		})
	}
}

// TestAttributeEvilMerge has a merge with content that no parent has, next to content that one has.
func TestAttributeEvilMerge(t *testing.T) {
	r := newRepo(t)
	r.feed(`commit refs/heads/main
mark :1
committer C <c@example.org> 1700000000 +0000
data 5
first
M 100644 inline a
data 1
a
commit refs/heads/side
mark :2
committer C <c@example.org> 1700000100 +0000
data 4
side
from :1
M 100644 inline b
data 1
b
commit refs/heads/main
mark :3
committer C <c@example.org> 1700000200 +0000
data 4
main
from :1
M 100644 inline c
data 1
c
commit refs/heads/main
mark :4
author A <a@example.org> 1700000250 -0230
committer C <c@example.org> 1700000300 +0000
data 5
merge
merge :2
M 100644 inline b
data 1
b
M 100644 inline evil
data 4
evil
`, "fast-import", "--quiet")
	s := r.open(Options{})
	reached, err := s.Reach(t.Context(), Tips{Include: r.refs(), Head: []ID{r.id("main")}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = reached.Attribute(t.Context(), []ID{r.id("main:evil"), r.id("main:b"), r.id("main:c")}, func(_ ID, at At) error {
		c := at.First
		got = append(got, fmt.Sprintf("%s in %q by %s <%s> %s, last %v, head %v", at.Path, c.Message, c.Author.Name,
			c.Author.Email, c.Author.When.Format("15:04 -0700"), at.Last == r.id("main"), at.Head))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`evil in "merge" by A <a@example.org> 19:47 -0230, last true, head true`,
		`b in "side" by C <c@example.org> 22:15 +0000, last true, head true`,
		`c in "main" by C <c@example.org> 22:16 +0000, last true, head true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

// TestAttributeOldContentAtNewPath asks for content that a range does not bring, but gives a new name.
func TestAttributeOldContentAtNewPath(t *testing.T) {
	r := newRepo(t)
	r.feed(`commit refs/heads/main
committer C <c@example.org> 1700000000 +0000
data 3
one
M 100644 inline old
data 1
a
commit refs/heads/main
committer C <c@example.org> 1700000100 +0000
data 3
two
M 100644 inline new
data 1
a
`, "fast-import", "--quiet")
	tips := Tips{Include: r.refs(), Exclude: []ID{r.id("main~1")}}
	got := r.attributed(r.open(Options{}), tips, []ID{r.id("main:new")})
	want := map[string]map[string]string{r.git("rev-parse", "main:new"): {"new": r.git("rev-parse", "main")}}
	if diff := cmp.Diff(want, got.first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
