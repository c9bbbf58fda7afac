package reftable

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tables are files that git wrote; see testdata/git/reftables.
func tables(t testing.TB) (files [][]byte) {
	t.Helper()
	f, err := os.Open("../testdata/reftables.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err != nil {
			break
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(h.Name, ".ref") {
			files = append(files, data)
		}
	}
	if len(files) < 30 {
		t.Fatalf("%d tables", len(files))
	}
	return files
}

func newMerge() *merge {
	return &merge{into: &Stack{}, refs: map[string]bool{}, gone: map[string]bool{}}
}

// TestLaterTablesHideEarlierOnes sets a ref, sets it anew, and deletes another.
func TestLaterTablesHideEarlierOnes(t *testing.T) {
	dir := t.TempDir()
	one, two := bytes.Repeat([]byte{1}, 20), bytes.Repeat([]byte{2}, 20)
	names := ""
	for i, refs := range [][][]byte{
		{record("", "refs/heads/a", 1, one), record("refs/heads/", "b", 1, one)},
		{record("", "refs/heads/a", 1, two), record("refs/heads/", "b", 0, nil)},
	} {
		name := string(rune('a'+i)) + ".ref"
		names += name + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), makeTable(refs), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "tables.list"), []byte(names), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir, 20)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Stack{Refs: []Ref{{Name: "refs/heads/a", ID: two}}}, got); diff != "" {
		t.Error(diff)
	}
}

// record writes a ref whose name begins as the one before.
func record(shared, rest string, kind byte, id []byte) []byte {
	b := []byte{byte(len(shared)), byte(len(rest))<<3 | kind}
	return append(append(append(b, rest...), 0), id...)
}

func makeTable(records [][]byte) []byte {
	head := append([]byte("REFT\x01\x00\x00\x00"), make([]byte, 16)...)
	body := append(bytes.Join(records, nil), 0, 0, 28, 0, 1)
	size := len(head) + 4 + len(body)
	block := append([]byte{'r', byte(size >> 16), byte(size >> 8), byte(size)}, body...)
	foot := append(bytes.Clone(head), make([]byte, 40)...)
	foot = binary.BigEndian.AppendUint32(foot, crc32.ChecksumIEEE(foot))
	return append(append(bytes.Clone(head), block...), foot...)
}

func TestReadGivesUp(t *testing.T) {
	dir := t.TempDir()
	if s, err := Read(dir, 20); err != nil || len(s.Refs) > 0 {
		t.Errorf("an empty folder: %v, %v", s, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tables.list"), []byte("gone.ref\n../x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir, 20); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a table that is not there: %v", err)
	}
}

// TestBrokenTables flips every bit of small tables in turn: the checksum covers the footer only, and nothing panics.
func TestBrokenTables(t *testing.T) {
	for _, data := range tables(t) {
		if len(data) > 300 {
			continue
		}
		for i := range 8 * len(data) {
			bad := bytes.Clone(data)
			bad[i/8] ^= 1 << (i % 8)
			if err := parse(bad, 20, newMerge()); err != nil && !errors.Is(err, ErrCorrupt) {
				t.Fatalf("bit %d: %v", i, err)
			}
		}
	}
}

func FuzzTable(f *testing.F) {
	for _, data := range tables(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, hash := range []int{20, 32} {
			if err := parse(data, hash, newMerge()); err != nil && !errors.Is(err, ErrCorrupt) {
				t.Errorf("error %v", err)
			}
			if len(data) > 72 { // behind a footer that is right
				t := table{data: data, hash: hash, head: 24, block: 256, into: newMerge()}
				for at, head := 0, t.head; at+head < len(t.data); head = 0 {
					n, err := t.blockAt(at, head)
					if err != nil || n <= 0 {
						break
					}
					at += n
				}
			}
		}
	})
}
