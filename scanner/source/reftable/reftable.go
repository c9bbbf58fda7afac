// Package reftable reads refs and reflogs from reftables, git's other way to keep them (reftable.adoc in git's technical
// documentation): a folder with a list of tables, of which a later one hides what an earlier one says.
package reftable

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrCorrupt is wrapped by errors about the content of a table.
var ErrCorrupt = errors.New("reftable is corrupt")

// Ref is a ref: one of ID and Target is set.
type Ref struct {
	Name   string
	ID     []byte // the object's name
	Target string // of a symbolic ref
}

// Entry is a line of a reflog. A name of zeros stands for none.
type Entry struct {
	Name     string
	Old, New []byte
}

// Stack is the tables of a folder, together.
type Stack struct {
	Refs   []Ref   // by table, the newest first
	Logs   []Entry // likewise; of one ref the newest first
	Broken []error // tables that could not be read, by file name
}

// retries is how often a list of tables is read again after one of them vanished: git merges tables at any time.
const retries = 5

// Read reads the folder; hash is the length of object names in bytes. There are no refs where there is no folder.
func Read(dir string, hash int) (*Stack, error) {
	var err error
	for range retries {
		var s *Stack
		if s, err = read(dir, hash); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
	}
	return nil, err
}

func read(dir string, hash int) (*Stack, error) {
	list, err := os.ReadFile(filepath.Join(dir, "tables.list"))
	if errors.Is(err, fs.ErrNotExist) {
		return &Stack{}, nil
	}
	if err != nil {
		return nil, err
	}
	names := strings.Fields(string(list))
	s := &Stack{}
	m := merge{into: s, refs: map[string]bool{}, gone: map[string]bool{}}
	for i := len(names) - 1; i >= 0; i-- {
		name := names[i]
		if name != filepath.Base(name) {
			s.Broken = append(s.Broken, fmt.Errorf("table %q: %w", name, ErrCorrupt))
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil {
			err = parse(data, hash, &m)
		}
		if err != nil {
			s.Broken = append(s.Broken, fmt.Errorf("table %s: %w", name, err))
		}
		m.next()
	}
	return s, nil
}

// merge puts tables together, the newest first.
type merge struct {
	into *Stack
	refs map[string]bool // told or deleted
	gone map[string]bool // keys of deleted log entries
	here []string        // names in this table: they hide those of older ones only
}

func (m *merge) ref(name string, id []byte, target string, deleted bool) {
	if m.refs[name] {
		return
	}
	m.here = append(m.here, name)
	if !deleted {
		m.into.Refs = append(m.into.Refs, Ref{name, id, target})
	}
}

func (m *merge) log(key string, entry Entry, deleted bool) {
	switch {
	case deleted:
		m.gone[key] = true
	case !m.gone[key]:
		m.into.Logs = append(m.into.Logs, entry)
	}
}

func (m *merge) next() {
	for _, name := range m.here {
		m.refs[name] = true
	}
	m.here = m.here[:0]
}

// varint reads a number as offsets of deltas in packs are written.
func varint(data []byte) (n uint64, rest []byte, err error) {
	for i, b := range data {
		if i > 8 {
			break
		}
		if i > 0 {
			n++
		}
		n = n<<7 | uint64(b&0x7f)
		if b < 0x80 {
			return n, data[i+1:], nil
		}
	}
	return 0, nil, fmt.Errorf("number: %w", ErrCorrupt)
}

// take cuts off the first n bytes.
func take(data []byte, n uint64) (front, rest []byte, err error) {
	if n > uint64(len(data)) {
		return nil, nil, fmt.Errorf("record is cut off: %w", ErrCorrupt)
	}
	return data[:n], data[n:], nil
}

func uint24(data []byte) int { return int(data[0])<<16 | int(binary.BigEndian.Uint16(data[1:])) }
