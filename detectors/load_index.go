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
	digest := newDigester()
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		sum, err := digest.of(fsys, name)
		if err != nil {
			return nil, err
		}
		l := loader{file: name, lines: keyLines(text)}
		raw, err := l.decode(text)
		if err != nil {
			return nil, err
		}
		if line, ok := writeFields(raw, l.lines); ok {
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
	text, err := fs.ReadFile(fsys, IndexName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read index of rules: %w", err)
	}
	out := index{}
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		digest, fields, _ := strings.Cut(rest, "\t")
		out[indexKey{name, digest}] = fields
	}
	return out, nil
}

// load returns the rules of a file from the index, or from the file when the index does not have it as it is.
func (x index) load(fsys fs.FS, name string, digest *digester, seen expressions) ([]Rule, error) {
	sum, err := digest.of(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read rules file: %w", err)
	}
	fields, ok := x[indexKey{name, sum}]
	if !ok {
		return loadFrom(fsys, name, seen)
	}
	raw, lines, ok := readFields(fields)
	if !ok {
		return loadFrom(fsys, name, seen)
	}
	l := loader{file: name, lines: lines, seen: seen, known: true}
	rules, err := l.rules(raw)
	if err != nil {
		return loadFrom(fsys, name, seen)
	}
	left := &rest{fsys: fsys, file: name}
	for i := range rules {
		rules[i].rest = left
	}
	return rules, nil
}

// digester makes digests of files, one after the other.
type digester struct {
	hash hash.Hash
	buf  []byte
}

func newDigester() *digester { return &digester{sha256.New(), make([]byte, 16<<10)} }

// of returns the digest of a file, of 16 bytes in hex.
func (d *digester) of(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	d.hash.Reset()
	if _, err := io.CopyBuffer(d.hash, f, d.buf); err != nil {
		return "", err
	}
	return hex.EncodeToString(d.hash.Sum(d.buf[:0])[:16]), nil
}
