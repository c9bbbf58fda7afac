package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func sourcesOf(path string) []scanner.Source {
	return []scanner.Source{&Git{Repository: path}, &Staged{Path: path}}
}

// stagedTexts are the staged units of a repository with their text.
func stagedTexts(t *testing.T, path string) map[string]string {
	t.Helper()
	got := collect(t, &Staged{Path: path})
	if len(got.skips) > 0 {
		t.Errorf("skips: %v: %v", got.skips, got.errs)
	}
	for unit, at := range got.at {
		file, _, _ := strings.Cut(strings.TrimPrefix(unit, "name "), ":")
		want := scanner.Occurrence{File: file, Place: scanner.InIndex}
		if strings.HasPrefix(unit, "name ") {
			want.Place = scanner.InName
		}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("%s: %s", unit, diff)
		}
	}
	return got.units
}

func TestStagedYieldsWhatTheNextCommitAdds(t *testing.T) {
	tests := []struct {
		name string
		do   func(testRepo)
		want map[string]string
	}{
		{"nothing", func(testRepo) {}, map[string]string{}},
		{"added, changed, renamed and deleted files", func(r testRepo) {
			r.file("new/added.txt", "added")
			r.file("changed.txt", "staged")
			r.git("mv", "renamed.txt", "new/name.txt")
			r.git("rm", "-q", "deleted.txt")
			r.git("add", "-A")
			r.file("changed.txt", "not staged")
			r.file("untracked.txt", "not staged")
		}, map[string]string{"new/added.txt": "added", "changed.txt": "staged", "new/name.txt": "to rename"}},
		{"a change of mode alone", func(r testRepo) { r.git("update-index", "--chmod=+x", "changed.txt") }, map[string]string{}},
		{"intent to add", func(r testRepo) {
			r.file("later.txt", "later")
			r.git("add", "-N", "later.txt")
		}, map[string]string{}},
		{"a symlink", func(r testRepo) {
			must(r.t, os.Symlink("/run/secrets/token", filepath.Join(r.dir, "link")))
			r.git("add", "-A")
		}, map[string]string{"link": "/run/secrets/token"}},
		{"a submodule", func(r testRepo) {
			r.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",module")
		}, map[string]string{}},
		{"UTF-16", func(r testRepo) {
			r.file("wide.txt", string(wide(binary.LittleEndian, "key = value")))
			r.git("add", "-A")
		}, map[string]string{"wide.txt": "key = value"}},
		{"a long name", func(r testRepo) {
			r.file("PLANT-file-name-END.txt", "")
			r.git("add", "-A")
		}, map[string]string{"PLANT-file-name-END.txt": "", "name PLANT-file-name-END.txt": "PLANT-file-name-END.txt"}},
		{"a file where a folder was", func(r testRepo) {
			r.git("rm", "-q", "-r", "deep")
			r.file("deep", "file now")
			r.git("add", "-A")
		}, map[string]string{"deep": "file now"}},
		{"a folder where a file was", func(r testRepo) {
			r.git("rm", "-q", "changed.txt")
			r.file("changed.txt/inner", "folder now")
			r.git("add", "-A")
		}, map[string]string{"changed.txt/inner": "folder now"}},
		{"a conflict", func(r testRepo) {
			r.git("checkout", "-q", "-b", "side")
			r.commit("changed.txt", "theirs")
			r.git("checkout", "-q", "main")
			r.commit("changed.txt", "ours")
			r.git("-c", "alias.try=!git merge side || true", "try")
		}, map[string]string{"changed.txt:1": "before", "changed.txt:3": "theirs"}},
	}
	for format, version := range map[string]string{"sha1": "2", "sha256": "4"} {
		for _, test := range tests {
			if format == "sha256" && test.name == "a submodule" {
				continue
			}
			t.Run(format+" version "+version+" "+test.name, func(t *testing.T) {
				r := stagedRepo(t, format, version)
				test.do(r)
				if diff := cmp.Diff(test.want, stagedTexts(t, r.dir)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func stagedRepo(t *testing.T, format, version string) testRepo {
	r := newRepo(t, "--object-format="+format)
	r.git("config", "index.version", version)
	r.file("changed.txt", "before")
	r.file("renamed.txt", "to rename")
	r.file("deleted.txt", "to delete")
	r.file("deep/er/file.txt", "deep")
	r.file("deep.txt", "beside")
	r.commit("same.txt", "same")
	return r
}

func TestStagedReadsEveryKindOfIndex(t *testing.T) {
	tests := []struct {
		name string
		do   func(testRepo) (dir string)
		want map[string]string
	}{
		{"before the first commit", func(r testRepo) string {
			fresh := repoIn(r.t, filepath.Join(filepath.Dir(r.dir), "fresh"))
			fresh.file("first.txt", "first")
			fresh.git("add", "-A")
			return fresh.dir
		}, map[string]string{"first.txt": "first"}},
		{"without an index", func(r testRepo) string {
			return repoIn(r.t, filepath.Join(filepath.Dir(r.dir), "fresh")).dir
		}, map[string]string{}},
		{"a linked worktree", func(r testRepo) string {
			r.git("worktree", "add", "-q", "../linked")
			r.file("only-main.txt", "main")
			r.git("add", "-A")
			linked := testRepo{r.t, filepath.Join(filepath.Dir(r.dir), "linked"), r.clock}
			linked.file("only-linked.txt", "linked")
			linked.git("add", "-A")
			return linked.dir
		}, map[string]string{"only-linked.txt": "linked"}},
		{"detached HEAD", func(r testRepo) string {
			r.git("checkout", "-q", "--detach")
			r.file("new.txt", "new")
			r.git("add", "-A")
			return filepath.Join(r.dir, "deep")
		}, map[string]string{"new.txt": "new"}},
		{"packed refs", func(r testRepo) string {
			r.git("pack-refs", "--all")
			r.git("gc", "-q")
			r.file("new.txt", "new")
			r.git("add", "-A")
			return r.dir
		}, map[string]string{"new.txt": "new"}},
		{"a split index", func(r testRepo) string {
			r.git("config", "splitIndex.maxPercentChange", "100")
			r.git("update-index", "--split-index")
			r.file("new.txt", "new")
			r.file("changed.txt", "staged")
			r.git("rm", "-q", "deleted.txt")
			r.git("add", "-A")
			if shared, _ := filepath.Glob(filepath.Join(r.dir, ".git", "sharedindex.*")); len(shared) == 0 {
				r.t.Fatal("git did not split the index")
			}
			return r.dir
		}, map[string]string{"new.txt": "new", "changed.txt": "staged"}},
		{"a sparse index", func(r testRepo) string {
			r.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
			r.file("kept/new.txt", "new")
			r.git("add", "kept/new.txt")
			return r.dir
		}, map[string]string{"kept/new.txt": "new"}},
		{"an index without a checksum", func(r testRepo) string {
			r.file("new.txt", "new")
			r.git("add", "-A")
			path := filepath.Join(r.dir, ".git", "index")
			data, err := os.ReadFile(path)
			must(r.t, err)
			must(r.t, os.WriteFile(path, append(data[:len(data)-20], make([]byte, 20)...), 0o644))
			return r.dir
		}, map[string]string{"new.txt": "new"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, stagedTexts(t, test.do(stagedRepo(t, "sha1", "2")))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStagedUsesAnotherIndex(t *testing.T) {
	r := stagedRepo(t, "sha1", "2")
	r.file("new.txt", "new")
	r.git("add", "-A")
	must(t, os.Rename(filepath.Join(r.dir, ".git", "index"), filepath.Join(r.dir, ".git", "next-index.lock")))
	r.git("reset", "-q")
	got := collect(t, &Staged{Path: r.dir, Index: filepath.Join(r.dir, ".git", "next-index.lock")})
	if diff := cmp.Diff(map[string]string{"new.txt": "new"}, got.units); diff != "" {
		t.Error(diff)
	}
}

func TestStagedTellsWhatItCannotRead(t *testing.T) {
	r := stagedRepo(t, "sha1", "2")
	r.file("lost.txt", "lost")
	r.file("big.txt", strings.Repeat("x", 1000))
	r.file("kept.txt", "PLANT-kept-END")
	r.git("add", "-A")
	id := r.git("rev-parse", ":lost.txt")
	must(t, os.Remove(filepath.Join(r.dir, ".git", "objects", id[:2], id[2:])))
	got := collect(t, &Staged{Path: r.dir, MaxBytes: 100, Exclude: func(path string, _ bool) bool { return path == "same.txt" }})
	want := []skipRow{{"big.txt", SkipSize, true}, {"lost.txt", "missing", false}}
	if diff := cmp.Diff(want, got.skips); diff != "" || len(got.found["PLANT-kept-END"]) != 1 {
		t.Errorf("found %v, skips: %s", got.found, diff)
	}
}

func TestStagedRefuses(t *testing.T) {
	r := stagedRepo(t, "sha1", "2")
	r.git("clone", "-q", "--bare", ".", "../bare.git")
	index := filepath.Join(r.dir, ".git", "index")
	good, err := os.ReadFile(index)
	must(t, err)
	tests := map[string]struct {
		data []byte
		want error
	}{
		"garbage":           {[]byte("hello"), ErrIndex},
		"cut":               {good[:len(good)/2], ErrIndex},
		"a changed byte":    {append(append([]byte{}, good[:100]...), append([]byte{good[100] ^ 1}, good[101:]...)...), ErrIndex},
		"a new version":     {append([]byte("DIRC\x00\x00\x00\x09"), make([]byte, 40)...), ErrIndex},
		"unknown extension": {append(append([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x00zzzz\x00\x00\x00\x00"), make([]byte, 8)...), make([]byte, 20)...), ErrIndex},
	}
	for name, test := range tests {
		must(t, os.WriteFile(index, test.data, 0o644))
		if _, err := gather(t.Context(), &Staged{Path: r.dir}); !errors.Is(err, test.want) {
			t.Errorf("%s: got error %v, want %v", name, err, test.want)
		}
	}
	if _, err := gather(t.Context(), &Staged{Path: filepath.Join(filepath.Dir(r.dir), "bare.git")}); !errors.Is(err, ErrBare) {
		t.Errorf("bare: got error %v, want %v", err, ErrBare)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x00TREE\x00\x00\x00\x04\x00-1 "), byte(2))
	f.Add([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01link\x00\x00\x00\x04"), byte(4))
	f.Fuzz(func(t *testing.T, body []byte, hash byte) {
		size := 20 + int(hash%2)*12
		r := indexReader{data: append(body, make([]byte, size)...), hash: size, dir: "/nonexistent"}
		if r.read() == nil && r.link != nil {
			_ = r.join()
		}
		if _, _, err := ewah(body, 1000); err != nil && !errors.Is(err, errIndexShort) {
			t.Error(err)
		}
	})
}

func TestStagedInLargeRepository(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 20,000 commits")
	}
	r := newRepo(t)
	var stream strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\ndata 1\nc\n", 1_600_000_000+i)
		fmt.Fprintf(&stream, "M 644 inline dir%d/sub%d/file%d.txt\ndata 8\n%08d\n", i%100, i%300, i%6000, i)
	}
	r.input(stream.String(), "fast-import", "--quiet")
	r.git("reset", "-q", "--hard")
	want := map[string]string{}
	for i := range 10 {
		name := fmt.Sprintf("dir%d/new.txt", i)
		r.file(name, "new")
		want[name] = "new"
	}
	r.git("add", "-A")
	start := time.Now()
	got := stagedTexts(t, r.dir)
	t.Logf("staged in %v", time.Since(start))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
