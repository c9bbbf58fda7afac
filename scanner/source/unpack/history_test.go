package unpack

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
)

// TestHistoriesAreOpenedAsFolders compares what is found in files with what is found in a repository that holds them,
// with a detector that would have none of them looked at.
func TestHistoriesAreOpenedAsFolders(t *testing.T) {
	dir := t.TempDir()
	fillWithFiles(t, dir)
	git(t, dir, "init", "-q")
	git(t, dir, "add", "-f", ".")
	git(t, dir, "commit", "-qm", "files")
	for _, packed := range []bool{false, true} {
		if packed {
			git(t, dir, "repack", "-adfq", "--depth=50")
		}
		folder := &source.Dir{Paths: []string{dir}, Unpack: Unpacker{Depth: 8}.File, Exclude: func(path string, _ bool) bool { return filepath.Base(path) == ".git" }}
		repository := &source.Git{Repository: dir, Spotter: Spotter{noSpots{}}, Named: Named}
		want := inside(t, folder, dir+"/")
		got := inside(t, &Source{Unpacker: Unpacker{Depth: 8}, Inner: repository}, "")
		if len(want) < 60 {
			t.Errorf("%d texts and skips in files", len(want))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("packed %v (-folder +history):\n%s", packed, diff)
		}
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	}
}

// fillWithFiles writes a file of every kind that is opened, under names that tell the kind, and under others when that
// does not matter.
func fillWithFiles(t *testing.T, dir string) {
	files := archiveFiles(t)
	maps.Copy(files, documentFiles(t))
	files["wallet.dat"] = opening{data: berkeley(plainRecord(randomBytes(32), true))}
	files["store.p12"] = opening{data: pkcs12File(t, shroudedBag, []byte("\x30\x04\x04\x02ab"))}
	for _, name := range []string{"rows.sqlite", "wide.sqlite"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = opening{data: string(data)}
	}
	for name, f := range files {
		names := []string{name}
		if !Named([]byte(name)) || filepath.Ext(name) == ".pyc" {
			names = append(names, "odd/"+strings.ReplaceAll(name, ".", "-"))
		}
		for i, name := range names {
			path := filepath.Join(dir, name)
			data := f.data + strings.Repeat(" ", i) // another blob
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// inside lists the texts and skips within archives and documents by place.
func inside(t *testing.T, src scanner.Source, base string) map[string]string {
	var mu sync.Mutex
	texts, units := map[string]string{}, []string{}
	err := src.Chunks(t.Context(), func(c scanner.Chunk) error {
		mu.Lock()
		defer mu.Unlock()
		if _, inner, _ := strings.Cut(c.Unit, "!"); inner == "" {
			return nil
		}
		if _, known := texts[c.Unit]; !known {
			units = append(units, c.Unit)
		}
		if c.Skip != nil {
			texts[c.Unit] += "skip: " + c.Skip.Reason
		} else {
			texts[c.Unit] += string(c.Data[c.Overlap:])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	if s, ok := src.(*Source); ok {
		if err := s.Attribute(t.Context(), units, func(unit string, o scanner.Occurrence) error {
			out[o.File] = texts[unit]
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for unit, text := range texts {
		out[strings.TrimPrefix(unit, base)] = text
	}
	return out
}

func git(t *testing.T, dir string, args ...string) {
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "gc.auto=0"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}
