package detectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"
)

// IndexName is the file beside rules files that LoadFast reads in place of them.
const IndexName = "index.tsv"

// Index returns the index of the rules files in fsys: what a scan needs of them, checked and decoded, since to decode all
// of them takes longer than a small scan. A line stands for a file: its name, the digest of its text, and fields divided
// by tabs; one with a field that holds a tab or line break has no line. A file that has changed since is read itself, so
// an old index costs time and nothing else.
func Index(fsys fs.FS) ([]byte, error) {
	if _, err := Load(fsys); err != nil {
		return nil, err
	}
	names, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	reader := newIndexReader(nil, fsys)
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		sum, err := reader.digest(name)
		if err != nil {
			return nil, err
		}
		l := loader{file: name, lines: keyLines(text)}
		raw, err := l.decode(text)
		if err != nil {
			return nil, err
		}
		if line, ok := writeFields(raw); ok {
			fmt.Fprintf(&out, "%s\t%s\t%s\n", name, sum, line)
		}
	}
	return out.Bytes(), nil
}

// index holds the lines of an index after name and digest, by both.
type index map[indexKey]string

type indexKey struct{ name, digest string }

// readIndex reads the index in fsys, which may have none.
func readIndex(fsys fs.FS) (index, error) {
	text, err := readText(fsys, IndexName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read index of rules: %w", err)
	}
	out := make(index, 1<<9)
	for line := range strings.Lines(text) {
		name, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		digest, fields, _ := strings.Cut(rest, "\t")
		out[indexKey{name, digest}] = fields
	}
	return out, nil
}

// readText is fs.ReadFile of a text, of which it makes no copy more.
func readText(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var out strings.Builder
	if info, err := f.Stat(); err == nil {
		out.Grow(int(info.Size()))
	}
	_, err = io.CopyBuffer(&out, f, make([]byte, 16<<10))
	return out.String(), err
}

// indexReader reads one file after the other.
type indexReader struct {
	index index
	fsys  fs.FS
	raw   rawProvider
	hash  hash.Hash
	buf   []byte
}

func newIndexReader(x index, fsys fs.FS) *indexReader {
	return &indexReader{index: x, fsys: fsys, hash: sha256.New(), buf: make([]byte, 16<<10)}
}

// load returns the rules of a file from the index, or from the file when the index does not have it as it is.
func (x *indexReader) load(name string, seen expressions) ([]Rule, error) {
	sum, err := x.digest(name)
	if err != nil {
		return nil, fmt.Errorf("read rules file: %w", err)
	}
	line, ok := x.index[indexKey{name, sum}]
	if !ok || !readFields(line, &x.raw) {
		return loadFrom(x.fsys, name, seen)
	}
	l := loader{file: name, seen: seen, known: true}
	rules, err := l.rules(&x.raw)
	if err != nil {
		return loadFrom(x.fsys, name, seen)
	}
	left := &rest{fsys: x.fsys, file: name}
	for i := range rules {
		rules[i].rest = left
	}
	return rules, nil
}

// digest returns the digest of a file, of 16 bytes in hex.
func (x *indexReader) digest(name string) (string, error) {
	f, err := x.fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	x.hash.Reset()
	if _, err := io.CopyBuffer(x.hash, f, x.buf); err != nil {
		return "", err
	}
	return hex.EncodeToString(x.hash.Sum(x.buf[:0])[:16]), nil
}
