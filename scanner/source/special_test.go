//go:build unix

package source

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDirNamesWhatItCannotRead(t *testing.T) {
	dir := tempDir(t)
	plant(t, dir, map[string]string{"tree/ok.txt": "PLANT-ok-END", "tree/gone.txt": "", "tree/fifo-soon": ""})
	must(t, syscall.Mkfifo(filepath.Join(dir, "tree", "fifo"), 0o644))
	got := collect(t, &Dir{
		Paths: []string{filepath.Join(dir, "tree"), filepath.Join(dir, "missing"), filepath.Join(dir, "tree", "fifo"), "/dev/zero", "/proc/self/status"},
		vanish: func(path string) {
			switch filepath.Base(path) {
			case "gone.txt":
				_ = os.Remove(path)
			case "fifo-soon":
				_ = os.Remove(path)
				_ = syscall.Mkfifo(path, 0o644)
			}
		},
	})
	want := []skipRow{{"/dev/zero", SkipSpecial, false}, {"missing", SkipNotFound, false}, {"tree/fifo", SkipSpecial, false},
		{"tree/fifo", SkipSpecial, true}, {"tree/fifo-soon", SkipSpecial, true}, {"tree/gone.txt", SkipVanished, false}}
	if diff := cmp.Diff(want, got.skipsBelow(dir)); diff != "" {
		t.Error(diff)
	}
	if len(got.found["PLANT-ok-END"]) != 1 || !strings.Contains(got.units["/proc/self/status"], "Pid:") {
		t.Errorf("the readable files were not read: %q", got.found)
	}
}

func TestDirNamesForbiddenFilesAndFolders(t *testing.T) {
	dir := tempDir(t)
	plant(t, dir, map[string]string{"ok.txt": "PLANT-ok-END", "secret.txt": "", "closed/x.txt": ""})
	must(t, os.Chmod(filepath.Join(dir, "secret.txt"), 0))
	must(t, os.Chmod(filepath.Join(dir, "closed"), 0))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	asNobody(t, dir)
	got := collect(t, &Dir{Paths: []string{dir}})
	want := []skipRow{{"closed", SkipPermission, false}, {"secret.txt", SkipPermission, false}}
	if diff := cmp.Diff(want, got.skipsBelow(dir)); diff != "" || len(got.found["PLANT-ok-END"]) != 1 {
		t.Errorf("found %v, skips: %s", got.found, diff)
	}
}

// asNobody drops root's right to read everything, until the test ends, and lets anybody enter dir.
func asNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	for _, path := range []string{dir, filepath.Dir(dir)} {
		must(t, os.Chmod(path, 0o755))
	}
	const nobody = 65534
	must(t, syscall.Setreuid(-1, nobody))
	t.Cleanup(func() { must(t, syscall.Setreuid(-1, 0)) })
}

func TestRepositoryWithFIFOsInPlaceOfFiles(t *testing.T) {
	for _, name := range []string{"HEAD", "config", "packed-refs", "index", "refs/heads/main", "logs/refs/stash", "commondir"} {
		r := newRepo(t)
		r.line("a")
		path := filepath.Join(r.dir, ".git", filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		_ = os.Remove(path)
		must(t, syscall.Mkfifo(path, 0o644))
		for _, src := range sourcesOf(r.dir) {
			h, err := gather(t.Context(), src)
			if g, ok := src.(*Git); ok {
				must(t, g.Close())
				if err == nil && len(h.skips) == 0 && name != "commondir" && name != "logs/refs/stash" {
					t.Errorf("%s: the history is said to be whole", name)
				}
			}
		}
	}
}
