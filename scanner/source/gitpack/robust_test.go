package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a repository with three commits, all objects loose: a, then b, then a changed.
func smallRepo(t *testing.T, args ...string) *repo {
	t.Helper()
	r := newRepo(t, args...)
	r.feed(`commit refs/heads/main
mark :1
committer C <c@example.org> 1700000000 +0000
data 5
first
M 100644 inline a
data 5
one a
commit refs/heads/main
mark :2
committer C <c@example.org> 1700000100 +0000
data 6
second
M 100644 inline dir/b
data 5
one b
commit refs/heads/main
mark :3
committer C <c@example.org> 1700000200 +0000
data 5
third
M 100644 inline a
data 5
two a
`, "fast-import", "--quiet")
	r.unpack()
	return r
}

func (r *repo) remove(name string) ID {
	r.t.Helper()
	id := r.id(name)
	if err := os.Remove(loosePath(filepath.Join(r.dir, "objects"), id, 20)); err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *repo) write(file, text string) {
	r.t.Helper()
	name := filepath.Join(r.dir, file)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// texts are the contents visited, commits by their message.
func (g result) texts() (list []string) {
	for _, data := range g.visited {
		if strings.HasPrefix(data, "tree ") {
			_, data, _ = strings.Cut(data, "\n\n")
		}
		list = append(list, data)
	}
	slices.Sort(list)
	return list
}

func TestMissingObjects(t *testing.T) {
	all := []string{"first", "one a", "one b", "second", "third", "two a"}
	but := func(words ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(words, s) })
	}
	cases := []struct {
		name, object, reason string
		promised             bool
		want                 []string
	}{
		{"blob", "main~2:a", "missing", false, but("one a")},
		{"promised blob", "main~2:a", "promised", true, but("one a")},
		{"tree", "main:dir", "missing", false, but("one b")},
		{"root tree", "main^{tree}", "missing", false, but("two a")},
		{"commit", "main~1", "missing", false, but("first", "second", "one a")},
		{"tip", "main", "missing", false, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := smallRepo(t)
			tip := r.id("main")
			gone := r.remove(c.object)
			if c.promised {
				r.write("objects/pack/pack-x.promisor", "")
			}
			got := r.scan(r.open(Options{}), Tips{Include: []ID{tip}}, nil, false)
			if diff := cmp.Diff(c.want, got.texts()); diff != "" {
				t.Errorf("visited (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(map[string]string{gone.String(): c.reason}, got.skipped); diff != "" {
				t.Errorf("skipped (-want +got):\n%s", diff)
			}
		})
	}
}

func TestShallowHistory(t *testing.T) {
	r := smallRepo(t)
	edge, tips := r.id("main~1"), Tips{Include: r.refs()}
	r.remove("main~2")
	r.write("shallow", edge.String()+"\n")
	got := r.scan(r.open(Options{}), tips, nil, false)
	want := []string{"one a", "one b", "second", "third", "two a"}
	if diff := cmp.Diff(want, got.texts()); diff != "" {
		t.Errorf("visited (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{edge.String(): "shallow"}, got.skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
}

func TestGraftedHistory(t *testing.T) {
	r := smallRepo(t)
	r.feed("commit refs/heads/other\ncommitter C <c@example.org> 1600000000 +0000\ndata 3\nold\nM 100644 inline z\ndata 3\nzzz\n",
		"fast-import", "--quiet")
	tip, old := r.id("main"), r.id("other")
	r.write("info/grafts", fmt.Sprintf("%s %s\n%s %s\n", r.id("main~2"), old, old, tip))
	got := r.scan(r.open(Options{}), Tips{Include: []ID{tip}}, nil, false)
	want := []string{"first", "old", "one a", "one b", "second", "third", "two a", "zzz"}
	if diff := cmp.Diff(want, got.texts()); diff != "" {
		t.Errorf("visited (-want +got):\n%s", diff)
	}
}

func TestRange(t *testing.T) {
	r := smallRepo(t)
	tips := Tips{Include: []ID{r.id("main")}, Exclude: []ID{r.id("main~1")}}
	got := r.scan(r.open(Options{}), tips, nil, false)
	if diff := cmp.Diff([]string{"third", "two a"}, got.texts()); diff != "" {
		t.Errorf("visited (-want +got):\n%s", diff)
	}
}

// TestRangesEqualGit compares ranges between random commits of random histories with rev-list.
func TestRangesEqualGit(t *testing.T) {
	r := newRepo(t)
	rnd := rand.New(rand.NewPCG(13, 13))
	generate(r, rnd, 120)
	commits := strings.Fields(r.git("rev-list", "--branches"))
	s := r.open(Options{})
	for range 40 {
		from, to := commits[rnd.IntN(len(commits))], commits[rnd.IntN(len(commits))]
		var tips Tips
		tips.Exclude, tips.Include = append(tips.Exclude, r.id(from)), append(tips.Include, r.id(to))
		reached, err := s.Reach(t.Context(), tips)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range reached.commits {
			if c.flags&outside == 0 {
				got = append(got, s.tables.Load().id(c.num).String())
			}
		}
		want := strings.Fields(r.git("rev-list", "--date-order", to, "^"+from))
		if !slices.Equal(want, got) {
			t.Fatalf("%s..%s (-git +gitpack):\n%s", from, to, cmp.Diff(want, got))
		}
	}
}

func TestUnreachable(t *testing.T) {
	r := smallRepo(t)
	middle, tip := r.id("main~1"), r.id("main")
	r.feed("dangling", "hash-object", "-w", "--stdin")
	for _, tips := range []Tips{{Include: []ID{middle}, All: true}, {Include: []ID{middle}, Logs: []ID{tip}, All: true}} {
		reached, err := r.open(Options{Workers: 1}).Reach(t.Context(), tips)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		err = reached.s.Scan(t.Context(), reached, nil, Visitor{Visit: func(o Object) error {
			text := string(o.Data)
			if o.Type == Commit {
				_, text, _ = strings.Cut(text, "\n\n")
			}
			got[text] = o.Unreachable
			return nil
		}, Skip: func(s Skipped) { t.Error(s.Err) }})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{"first": false, "one a": false, "one b": false, "second": false, "third": true,
			"two a": true, "dangling": true}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("unreachable (-want +got):\n%s", diff)
		}
	}
}

func TestAlternates(t *testing.T) {
	far := newRepo(t)
	generate(far, rand.New(rand.NewPCG(3, 3)), 60)
	near := newRepo(t)
	near.write("objects/info/alternates", "# a comment\n"+filepath.Join(far.dir, "objects")+"\n/nowhere\n")
	far.write("objects/info/alternates", filepath.Join(near.dir, "objects")+"\n") // a loop
	near.git("update-ref", "refs/heads/main", far.git("rev-parse", "main"))
	s := near.open(Options{})
	near.check(s)
	if len(s.Problems()) != 1 {
		t.Errorf("problems %v, want one", s.Problems())
	}
}

// TestRepackWhileScanning replaces every pack and loose object between the steps.
func TestRepackWhileScanning(t *testing.T) {
	for _, moment := range []string{"opened", "reached"} {
		t.Run(moment, func(t *testing.T) {
			r := newRepo(t)
			generate(r, rand.New(rand.NewPCG(4, 4)), 60)
			r.unpack()
			want := trimmed(r.everything("--all"))
			s, tips := r.open(Options{Workers: 1}), Tips{Include: r.refs()}
			repack := func() { r.git("repack", "-adq"); r.git("prune-packed") }
			if moment == "opened" {
				repack()
			}
			reached, err := s.Reach(t.Context(), tips)
			if err != nil {
				t.Fatal(err)
			}
			if moment == "reached" {
				repack()
			}
			got := map[string]string{}
			run := scan{s: s, r: reached, v: Visitor{
				Visit: func(o Object) error { got[o.ID.String()] = string(o.Data); return nil },
				Skip:  func(s Skipped) { t.Error(s.Err) }}}
			if err := run.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, trimmed(got)); diff != "" {
				t.Errorf("(-git +gitpack):\n%.1000s", diff)
			}
		})
	}
}

// TestBrokenFiles damages packs, indexes and loose objects at random. Whatever the damage, every object ends once and
// nothing panics.
func TestBrokenFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		times int
		shape func(*repo) []string
	}{
		{"packed", 100, func(r *repo) []string {
			r.git("repack", "-adfq", "--depth=100")
			return append(r.glob("objects/pack/*.pack"), r.glob("objects/pack/*.idx")...)
		}},
		{"loose", 20, func(r *repo) []string {
			r.unpack()
			return r.glob("objects/??/*")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRepo(t)
			rnd := rand.New(rand.NewPCG(5, 5))
			generate(r, rnd, 60)
			files := c.shape(r)
			tips := Tips{Include: r.refs(), All: true}
			for range c.times {
				r.damage(rnd, files[rnd.IntN(len(files))], tips)
			}
		})
	}
}

// damage scans with a broken file, and puts the good one back.
func (r *repo) damage(rnd *rand.Rand, file string, tips Tips) {
	r.t.Helper()
	good, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	bad := bytes.Clone(good)
	if rnd.IntN(8) == 0 {
		bad = bad[:rnd.IntN(len(bad))]
	}
	for range 1 + rnd.IntN(20) {
		if len(bad) > 0 {
			bad[rnd.IntN(len(bad))] ^= byte(1 << rnd.IntN(8))
		}
	}
	r.replace(file, bad)
	if s, err := Open(r.dir, Options{Memory: 32 << 20, Workers: 1}); err == nil {
		r.endsOnce(s, tips)
		s.Close()
	}
	r.replace(file, good)
}

// TestPackCutOffWhileScanning takes away the end of a pack, and then of its index, under a mapping.
func TestPackCutOffWhileScanning(t *testing.T) {
	r := newRepo(t)
	generate(r, rand.New(rand.NewPCG(15, 15)), 200)
	r.git("repack", "-adfq", "--window=0")
	tips := Tips{Include: r.refs()}
	s := r.open(Options{Workers: 1})
	cut := func(file string, size int64) {
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(file, size); err != nil {
			t.Fatal(err)
		}
	}
	reached, err := s.Reach(t.Context(), tips)
	if err != nil {
		t.Fatal(err)
	}
	cut(r.glob("objects/pack/*.pack")[0], 8192)
	ends := 0
	err = s.Scan(t.Context(), reached, nil, Visitor{Visit: func(Object) error { ends++; return nil }, Skip: func(s Skipped) {
		ends++
		if Reason(s.Err) != "corrupt" {
			t.Error(s.Err)
		}
	}})
	if err != nil || ends != reached.Units() {
		t.Errorf("%d of %d objects ended, %v", ends, reached.Units(), err)
	}
	cut(r.glob("objects/pack/*.idx")[0], 0)
	if _, err := s.Reach(t.Context(), tips); !errors.Is(err, ErrCorrupt) {
		t.Errorf("error %v, want one of corruption", err)
	}
}

func (r *repo) replace(file string, data []byte) {
	r.t.Helper()
	if err := os.Remove(file); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) endsOnce(s *Store, tips Tips) {
	r.t.Helper()
	reached, err := s.Reach(r.t.Context(), tips)
	if err != nil {
		r.t.Fatal(err)
	}
	ends := map[ID]int{}
	told := map[ID]bool{}
	clean, skipped := 0, 0
	for _, skip := range reached.Skips() {
		told[skip.ID] = true
	}
	early := len(reached.Skips())
	err = s.Scan(r.t.Context(), reached, toy{}, Visitor{
		Visit: func(o Object) error { ends[o.ID]++; return nil },
		Skip: func(s Skipped) {
			if early--; early < 0 {
				skipped++
			}
		},
		Clean: func(n int, _ int64) { clean += n },
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if n := len(ends) + skipped + clean; n != reached.Units() {
		r.t.Fatalf("%d visited, %d skipped, %d clean of %d", len(ends), skipped, clean, reached.Units())
	}
	ids := slices.Collect(maps.Keys(ends))
	if err := reached.Attribute(r.t.Context(), ids, func(ID, At) error { return nil }); err != nil {
		r.t.Fatal(err)
	}
}
