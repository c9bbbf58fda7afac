package source

import (
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

// plant writes files below dir; a name that ends in a slash makes a folder.
func plant(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o755))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// row is what a test says of a unit.
type row struct{ Text, File, Link string }

// rows are the units below dir, with dir cut from every path.
func (h *harvest) rows(dir string) map[string]row {
	rows := map[string]row{}
	for unit, text := range h.units {
		at := h.at[unit]
		rows[strings.ReplaceAll(unit, dir+"/", "")] = row{text, strings.TrimPrefix(at.File, dir+"/"), strings.TrimPrefix(at.SymlinkFile, dir+"/")}
	}
	return rows
}

func (h *harvest) skipsBelow(dir string) []skipRow {
	var skips []skipRow
	for _, s := range h.skips {
		s.Unit = strings.ReplaceAll(s.Unit, dir+"/", "")
		skips = append(skips, s)
	}
	return skips
}

func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return dir
}

func TestDirReadsEveryFileOnce(t *testing.T) {
	dir := tempDir(t)
	plant(t, dir, map[string]string{
		"a.txt": "one", "sub/b.txt": "two", "sub/deep/c.txt": "", "sub/bom.txt": "\xef\xbb\xbfthree", ".hidden": "four",
		".gitignore": "a.txt\n", "sub/PLANT-in-a-file-name-END.txt": "five", "wide.txt": string(wide(binary.LittleEndian, "key = six")),
	})
	got := collect(t, &Dir{Paths: []string{dir, filepath.Join(dir, "sub"), filepath.Join(dir, "a.txt"), filepath.Join(dir, "a.txt")}})
	const long = "sub/PLANT-in-a-file-name-END.txt"
	want := map[string]row{
		"a.txt": {"one", "a.txt", ""}, "sub/b.txt": {"two", "sub/b.txt", ""}, "sub/deep/c.txt": {"", "sub/deep/c.txt", ""},
		"sub/bom.txt": {"three", "sub/bom.txt", ""}, ".hidden": {"four", ".hidden", ""}, ".gitignore": {"a.txt\n", ".gitignore", ""},
		long: {"five", long, ""}, "name " + long: {"PLANT-in-a-file-name-END.txt", long, ""}, "wide.txt": {"key = six", "wide.txt", ""},
	}
	if diff := cmp.Diff(want, got.rows(dir)); diff != "" {
		t.Error(diff)
	}
	if got.at["name "+filepath.Join(dir, long)].Place != scanner.InName || len(got.skips) > 0 {
		t.Errorf("place of the name: %v, skips: %v", got.at, got.skips)
	}
}

func TestDirLeavesOutWhatItIsTold(t *testing.T) {
	files := map[string]string{
		"keep.txt": "k", "big.txt": strings.Repeat("x", 101), "skip/one.txt": "1", "deep/skip.txt": "2",
		".gitignore": "*.log\n!keep.log\nbuild/\n/only-here\n", "a.log": "", "keep.log": "", "build/x": "", "only-here": "", "sub/only-here": "",
		"sub/.gitignore": "local\n", "sub/local": "", "local": "", ".git/info/exclude": "private\n", "private": "",
	}
	tests := []struct {
		name string
		dir  Dir
		want []string
		skip []skipRow
	}{
		{"a size limit", Dir{MaxBytes: 100}, without(files, "big.txt"), []skipRow{{"big.txt", SkipSize, true}}},
		{"excluded paths", Dir{Exclude: func(path string, dir bool) bool { return dir && filepath.Base(path) == "skip" }},
			without(files, "skip/one.txt"), []skipRow{{"skip", SkipExcluded, true}}},
		{"ignored paths", Dir{Gitignore: true}, without(files, "a.log", "build/x", "only-here", "sub/local", "private"),
			[]skipRow{{"a.log", SkipIgnored, true}, {"build", SkipIgnored, true}, {"only-here", SkipIgnored, true},
				{"private", SkipIgnored, true}, {"sub/local", SkipIgnored, true}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := tempDir(t)
			plant(t, dir, files)
			test.dir.Paths = []string{dir}
			got := collect(t, &test.dir)
			if diff := cmp.Diff(test.want, slices.Sorted(maps.Keys(got.rows(dir)))); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.skip, got.skipsBelow(dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func without(files map[string]string, names ...string) []string {
	rest := maps.Clone(files)
	for _, name := range names {
		delete(rest, name)
	}
	return slices.Sorted(maps.Keys(rest))
}

func TestDirUsesIgnoreFilesAboveItsPath(t *testing.T) {
	dir := tempDir(t)
	plant(t, dir, map[string]string{".git/HEAD": "", ".gitignore": "sub/deep/*.log\n", "sub/deep/a.log": "", "sub/deep/b.txt": ""})
	got := collect(t, &Dir{Paths: []string{filepath.Join(dir, "sub", "deep")}, Gitignore: true})
	if diff := cmp.Diff([]skipRow{{"sub/deep/a.log", SkipIgnored, true}}, got.skipsBelow(dir)); diff != "" {
		t.Error(diff)
	}
}

func TestDirReadsGitFolderButItsObjects(t *testing.T) {
	dir := tempDir(t)
	plant(t, dir, map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/config": "url = https://PLANT-config-END@host/\n",
		".git/refs/heads/main": "", ".git/objects/pack/p.pack": "PACK", "objects/kept": "k"})
	got := collect(t, &Dir{Paths: []string{dir}})
	want := []string{".git/HEAD", ".git/config", ".git/refs/heads/main", "objects/kept"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got.rows(dir)))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]skipRow{{".git/objects", SkipGitObjects, true}}, got.skipsBelow(dir)); diff != "" {
		t.Error(diff)
	}
}

func TestDirFollowsSymlinksOnce(t *testing.T) {
	base := tempDir(t)
	dir := filepath.Join(base, "walked")
	plant(t, base, map[string]string{"walked/a.txt": "one", "walked/sub/b.txt": "two", "outside/c.txt": "three", "single.txt": "four"})
	for link, target := range map[string]string{
		"to-a": "a.txt", "to-sub": "sub", "sub/loop": "..", "up": "../..", "to-outside": "../outside", "again": "../outside",
		"to-single": "../single.txt", "again-single": "../single.txt", "dangling": "nowhere-PLANT-link-END", "self": "self",
	} {
		must(t, os.Symlink(target, filepath.Join(dir, link)))
	}
	got := collect(t, &Dir{Paths: []string{dir}})
	rows := got.rows(base)
	for unit, want := range map[string]row{
		"walked/a.txt":     {"one", "walked/a.txt", ""},
		"walked/sub/b.txt": {"two", "walked/sub/b.txt", ""},
		"walked/dangling":  {"nowhere-PLANT-link-END", "walked/dangling", ""},
		"walked/to-a":      {"a.txt", "walked/to-a", ""},
	} {
		if diff := cmp.Diff(want, rows[unit]); diff != "" {
			t.Errorf("%s: %s", unit, diff)
		}
	}
	through := map[string][]string{rows["outside/c.txt"].Link: {"walked/again/c.txt", "walked/to-outside/c.txt"}, rows["single.txt"].Link: {"walked/again-single", "walked/to-single"}}
	for link, among := range through {
		if !slices.Contains(among, link) {
			t.Errorf("reached through %q, want one of %q", link, among)
		}
	}
	if len(rows) != 4+10 {
		t.Errorf("got units %q", slices.Sorted(maps.Keys(rows)))
	}
	want := []skipRow{{"target of walked/self", SkipLoop, true}, {"target of walked/up", SkipLoop, true}}
	if diff := cmp.Diff(want, got.skipsBelow(base)); diff != "" {
		t.Error(diff)
	}
}

func TestDirNoFollowReadsLinkTextOnly(t *testing.T) {
	base := tempDir(t)
	plant(t, base, map[string]string{"outside/c.txt": "three", "walked/": ""})
	must(t, os.Symlink("../outside/c.txt", filepath.Join(base, "walked", "link")))
	got := collect(t, &Dir{Paths: []string{filepath.Join(base, "walked")}, NoFollow: true})
	want := map[string]row{"walked/link": {"../outside/c.txt", "walked/link", ""}}
	if diff := cmp.Diff(want, got.rows(base)); diff != "" {
		t.Error(diff)
	}
}

func TestDirReadsSparseFileOfTwoGigabytes(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 2 GiB")
	}
	dir := tempDir(t)
	path := filepath.Join(dir, "big")
	const size = 2<<30 + 5
	f, err := os.Create(path)
	must(t, err)
	_, err = f.WriteAt([]byte("\nPLANT-at-the-end-END"), size)
	must(t, err)
	must(t, f.Close())
	var bytes int64
	var last scanner.Chunk
	must(t, (&Dir{Paths: []string{dir}, Workers: 1}).Chunks(t.Context(), func(c scanner.Chunk) error {
		bytes += int64(len(c.Data) - c.Overlap)
		last = c
		return nil
	}))
	if bytes != size+21 || marker().FindString(string(last.Data)) == "" || last.Offset+int64(len(last.Data)) != bytes {
		t.Errorf("read %d bytes, last chunk at %d", bytes, last.Offset)
	}
}
