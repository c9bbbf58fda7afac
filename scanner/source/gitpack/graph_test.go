package gitpack

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// octopus adds a merge of all branches, and of as many commits again.
func (r *repo) octopus() {
	r.t.Helper()
	args := []string{"commit-tree", "main^{tree}", "-m", "octopus", "-p", "main"}
	for _, name := range []string{"side1", "side2", "side3", "main~3", "main~5", "main~8"} {
		args = append(args, "-p", name)
	}
	r.git("update-ref", "refs/heads/main", r.git(args...))
}

func TestCommitGraph(t *testing.T) {
	for name, shape := range map[string]func(*repo){
		"one file": func(r *repo) { r.git("commit-graph", "write", "--reachable") },
		"a chain": func(r *repo) {
			for _, ref := range []string{"main~20", "main~5", "main", "side1"} {
				r.feed(r.git("rev-parse", ref)+"\n", "commit-graph", "write", "--stdin-commits", "--split=no-merge")
			}
		},
		"of older commits": func(r *repo) {
			r.feed(r.git("rev-parse", "main~10")+"\n", "commit-graph", "write", "--stdin-commits")
		},
		"with changed paths": func(r *repo) { r.git("commit-graph", "write", "--reachable", "--changed-paths") },
	} {
		for _, format := range []string{"sha1", "sha256"} {
			t.Run(name+" "+format, func(t *testing.T) {
				t.Parallel()
				r := newRepo(t, "--object-format="+format)
				generate(r, rand.New(rand.NewPCG(22, 22)), 150)
				r.octopus()
				r.git("repack", "-adfq")
				shape(r)
				s := r.open(Options{})
				if s.commitGraph() == nil {
					t.Fatal("the graph is not used")
				}
				r.check(s)
				want, got := r.history("--branches"), history{}
				var blobs []ID
				for name := range want.first {
					id, err := ParseID(name)
					if err != nil {
						t.Fatal(err)
					}
					blobs = append(blobs, id)
				}
				got = r.attributed(s, Tips{Include: r.refs(), Head: []ID{r.id("main")}}, blobs)
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(history{})); diff != "" {
					t.Errorf("(-git +gitpack):\n%.2000s", diff)
				}
			})
		}
	}
}

// TestCommitGraphIsNoAuthority damages the graph: either everything is seen all the same, or a commit is told of that
// does not agree.
func TestCommitGraphIsNoAuthority(t *testing.T) {
	r := newRepo(t)
	generate(r, rand.New(rand.NewPCG(23, 23)), 60)
	r.git("repack", "-adfq")
	r.git("commit-graph", "write", "--reachable")
	file := filepath.Join(r.dir, "objects/info/commit-graph")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, tips := slices.Sorted(maps.Keys(r.everything("--all"))), Tips{Include: r.refs()}
	rnd := rand.New(rand.NewPCG(24, 24))
	told, fine := 0, 0
	for range 150 {
		bad := bytes.Clone(good)
		for range 1 + rnd.IntN(3) {
			bad[rnd.IntN(len(bad))] ^= byte(1 << rnd.IntN(8))
		}
		if rnd.IntN(10) == 0 {
			bad = bad[:rnd.IntN(len(bad))]
		}
		r.replace(file, bad)
		s := r.open(Options{Workers: 1})
		got := r.scan(s, tips, nil, false)
		switch {
		case len(got.skipped) > 0:
			told++
		case slices.Equal(want, slices.Sorted(maps.Keys(got.visited))):
			fine++
		default:
			t.Fatalf("%d objects visited of %d, and nothing said", len(got.visited), len(want))
		}
		s.Close()
	}
	if told == 0 || fine == 0 {
		t.Errorf("told %d times, fine %d times: want some of both", told, fine)
	}
}

func TestCommitGraphIsLeftAlone(t *testing.T) {
	r := smallRepo(t)
	r.git("commit-graph", "write", "--reachable")
	r.write("info/grafts", fmt.Sprintf("%s\n", r.id("main~1")))
	if r.open(Options{}).commitGraph() != nil {
		t.Error("used beside grafts, which it does not know")
	}
}

func FuzzCommitGraph(f *testing.F) {
	r := newRepo(f)
	generate(r, rand.New(rand.NewPCG(6, 6)), 60)
	r.octopus()
	r.git("commit-graph", "write", "--reachable")
	data, err := os.ReadFile(filepath.Join(r.dir, "objects/info/commit-graph"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, byte(0))
	f.Fuzz(func(t *testing.T, data []byte, first byte) {
		l, err := parseGraph(data, 20, 0)
		if err != nil {
			return
		}
		g := &graph{hash: 20, layers: []graphLayer{l}}
		for i := range min(l.n, 200) {
			id, _ := g.name(i)
			g.commit(id, nil)
			g.agrees(id, []byte("tree "+id.String()+"\n\n"))
		}
		g.commit(named(first), nil)
	})
}
