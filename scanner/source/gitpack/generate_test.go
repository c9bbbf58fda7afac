package gitpack

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// generate fills a repository with random history: branches, merges, renames, edits that leave most of a file alone,
// links, a submodule, tags.
func generate(r *repo, rnd *rand.Rand, commits int) {
	var in bytes.Buffer
	data := func(b []byte) { fmt.Fprintf(&in, "data %d\n%s\n", len(b), b) }
	files, tip := map[string]map[string][]byte{}, map[string]int{}
	branches := []string{"main"}
	for i := range commits {
		b := branches[rnd.IntN(len(branches))]
		from := ""
		if len(branches) < 5 && i > 10 && rnd.IntN(10) == 0 {
			from, b = b, fmt.Sprintf("side%d", len(branches))
			branches = append(branches, b)
			files[b] = map[string][]byte{}
			for k, v := range files[from] {
				files[b][k] = v
			}
		}
		if files[b] == nil {
			files[b] = map[string][]byte{}
		}
		fmt.Fprintf(&in, "commit refs/heads/%s\nmark :%d\ncommitter C <c@example.org> %d +0000\n", b, i+1, 1700000000+60*i)
		data(append([]byte("change "), randomText(rnd, rnd.IntN(6))...))
		if from != "" {
			fmt.Fprintf(&in, "from :%d\n", tip[from])
		} else if other := branches[rnd.IntN(len(branches))]; other != b && rnd.IntN(6) == 0 {
			fmt.Fprintf(&in, "merge :%d\n", tip[other])
		}
		tip[b] = i + 1
		for range 1 + rnd.IntN(3) {
			change(&in, rnd, files[b], data)
		}
		if i == 20 {
			fmt.Fprintf(&in, "M 120000 inline link\n")
			data([]byte("key=0123abcd"))
			fmt.Fprintf(&in, "M 160000 %s sub\n", strings.Repeat("5", len(strings.TrimSpace(r.git("hash-object", "-t", "blob", "/dev/null")))))
		}
	}
	fmt.Fprintf(&in, "tag v1\nfrom :%d\ntagger T <t@example.org> 1700000000 +0000\n", commits)
	data([]byte("release key=deadbeef\n"))
	r.feed(in.String(), "fast-import", "--quiet")
}

func change(in *bytes.Buffer, rnd *rand.Rand, files map[string][]byte, data func([]byte)) {
	names := []string{}
	for k := range files {
		names = append(names, k)
	}
	slices.Sort(names)
	if len(names) > 0 && rnd.IntN(12) == 0 {
		old := names[rnd.IntN(len(names))]
		name := fmt.Sprintf("moved%d/f%d", rnd.IntN(3), rnd.IntN(99))
		if _, ok := files[name]; !ok {
			fmt.Fprintf(in, "R %s %s\n", old, name)
			files[name] = files[old]
			delete(files, old)
			return
		}
	}
	name := fmt.Sprintf("d%d/e%d/f%d", rnd.IntN(3), rnd.IntN(3), rnd.IntN(4))
	text := files[name]
	if text == nil {
		text = randomText(rnd, rnd.IntN(400))
	} else {
		at := rnd.IntN(len(text) + 1)
		end := min(len(text), at+rnd.IntN(30))
		text = slices.Concat(text[:at], randomText(rnd, rnd.IntN(8)), text[end:])
	}
	files[name] = text
	fmt.Fprintf(in, "M 100644 inline %s\n", name)
	data(text)
}

// everything is what git says the refs reach: content by name, without trees.
func (r *repo) everything(args ...string) map[string]string {
	r.t.Helper()
	names := r.git(append([]string{"rev-list", "--objects", "--no-object-names"}, args...)...)
	out := r.feed(names+"\n", "cat-file", "--batch", "--buffer")
	all := map[string]string{}
	for len(out) > 0 {
		var id, kind string
		var size int
		line, rest, _ := strings.Cut(out, "\n")
		if _, err := fmt.Sscan(line, &id, &kind, &size); err != nil {
			r.t.Fatalf("cat-file: %q: %v", line, err)
		}
		size = min(size, len(rest))
		if kind != "tree" {
			all[id] = rest[:size]
		}
		out = strings.TrimPrefix(rest[size:], "\n")
	}
	return all
}

// result is what a scan told.
type result struct {
	visited map[string]string
	skipped map[string]string
	clean   int
}

func (r *repo) scan(s *Store, tips Tips, sp Spotter, whole bool) result {
	r.t.Helper()
	reached, err := s.Reach(r.t.Context(), tips)
	if err != nil {
		r.t.Fatal(err)
	}
	got := result{visited: map[string]string{}, skipped: map[string]string{}}
	var mu sync.Mutex
	run := scan{s: s, r: reached, sp: sp, whole: whole, v: Visitor{
		Visit: func(o Object) error {
			mu.Lock()
			defer mu.Unlock()
			got.visited[o.ID.String()] += string(o.Data[o.Overlap:])
			return nil
		},
		Skip: func(sk Skipped) {
			mu.Lock()
			defer mu.Unlock()
			got.skipped[sk.ID.String()] = Reason(sk.Err)
		},
		Clean: func(n int, _ int64) {
			mu.Lock()
			defer mu.Unlock()
			got.clean += n
		},
	}}
	if err := run.run(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return got
}

// check compares all three designs with git.
func (r *repo) check(s *Store) {
	r.t.Helper()
	want := r.everything("--all")
	spotted := map[string]string{}
	for id, data := range want {
		if len((toy{}).Spots(nil, []byte(data), 0, len(data))) > 0 {
			spotted[id] = data
		}
	}
	tips := Tips{Include: r.refs()}
	if diff := cmp.Diff(trimmed(want), trimmed(r.scan(s, tips, nil, false).visited)); diff != "" {
		r.t.Fatalf("objects (-git +gitpack):\n%.2000s", diff)
	}
	for _, whole := range []bool{true, false} {
		got := r.scan(s, tips, toy{}, whole)
		if diff := cmp.Diff(trimmed(spotted), trimmed(got.visited)); diff != "" {
			r.t.Fatalf("spotted, whole %v (-git +gitpack):\n%.2000s", whole, diff)
		}
		if got.clean+len(got.visited) != len(want) || len(got.skipped) > 0 {
			r.t.Fatalf("%d clean, %d visited, %d skipped of %d", got.clean, len(got.visited), len(got.skipped), len(want))
		}
	}
}

// trimmed evens out the last line end, which the batch output of git loses.
func trimmed(m map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = strings.TrimSpace(v)
	}
	return out
}

func TestScanEqualsGit(t *testing.T) {
	cases := []struct {
		name  string
		init  []string
		shape func(*repo)
	}{
		{"as imported", nil, func(*repo) {}},
		{"loose objects", nil, func(r *repo) { r.unpack() }},
		{"one pack", nil, func(r *repo) { r.git("repack", "-adfq") }},
		{"deep deltas", nil, func(r *repo) { r.git("repack", "-adfq", "--depth=4095", "--window=250") }},
		{"deltas by name", nil, func(r *repo) { r.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=200") }},
		{"index version 1", nil, func(r *repo) { r.git("-c", "pack.indexVersion=1", "repack", "-adfq") }},
		{"several packs", nil, func(r *repo) { r.several() }},
		{"several packs with one index", nil, func(r *repo) {
			r.several()
			r.git("multi-pack-index", "write")
		}},
		{"large offsets", nil, func(r *repo) {
			r.git("repack", "-adfq")
			pack := r.glob("objects/pack/*.pack")
			idx := strings.TrimSuffix(pack[0], "pack") + "idx"
			os.Remove(idx)
			r.git("index-pack", "--index-version=2,0x40", "-o", idx, pack[0])
		}},
		{"sha256", []string{"--object-format=sha256"}, func(r *repo) { r.git("repack", "-adfq") }},
		{"sha256 loose", []string{"--object-format=sha256"}, func(r *repo) { r.unpack() }},
	}
	for seed, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t, c.init...)
			generate(r, rand.New(rand.NewPCG(7, uint64(seed))), 120)
			c.shape(r)
			s := r.open(Options{Workers: 3})
			r.check(s)
			if len(s.Problems()) > 0 {
				t.Error(s.Problems())
			}
		})
	}
}

func (r *repo) glob(pattern string) []string {
	r.t.Helper()
	names, err := filepath.Glob(filepath.Join(r.dir, pattern))
	if err != nil || len(names) == 0 {
		r.t.Fatalf("%s: %d files, %v", pattern, len(names), err)
	}
	return names
}

// unpack turns all packs into loose objects.
func (r *repo) unpack() {
	r.t.Helper()
	packs, _ := filepath.Glob(filepath.Join(r.dir, "objects/pack/*.pack")) // none when git wrote loose objects at once
	for _, p := range packs {
		data, err := os.ReadFile(p)
		if err != nil {
			r.t.Fatal(err)
		}
		os.Remove(p)
		os.Remove(strings.TrimSuffix(p, "pack") + "idx")
		r.feed(string(data), "unpack-objects", "-q")
	}
}

// several packs every branch on its own, and leaves the tag loose.
func (r *repo) several() {
	r.t.Helper()
	branches := strings.Fields(r.git("for-each-ref", "--format=%(refname)", "refs/heads"))
	for _, ref := range branches {
		r.feed(r.git("rev-list", "--objects", "--no-object-names", ref)+"\n", "pack-objects", "-q", filepath.Join(r.dir, "objects/pack/pack"))
	}
	old := r.glob("objects/pack/*.pack")
	if len(old) < 2 {
		r.t.Fatalf("%d packs of %d branches", len(old), len(branches))
	}
}
