package gitpack

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// loose is the loose objects of one object directory, by name.
type loose struct {
	dir    string
	hash   int
	names  []byte // sorted
	fanout []byte
}

// listLoose reads the directory. A listing that changes meanwhile is no fault: git writes and repacks at any time.
func listLoose(dir string, hash int) *loose {
	l := &loose{dir: dir, hash: hash, fanout: make([]byte, 1024)}
	for first := range 256 {
		var ids []ID
		sub := fmt.Sprintf("%02x", first)
		entries, _ := os.ReadDir(filepath.Join(dir, sub))
		for _, e := range entries {
			if id, err := ParseID(sub + e.Name()); err == nil && len(e.Name()) == 2*hash-2 {
				ids = append(ids, id)
			}
		}
		slices.SortFunc(ids, func(a, b ID) int { return bytes.Compare(a[:], b[:]) })
		for _, id := range ids {
			l.names = append(l.names, id[:hash]...)
		}
		binary.BigEndian.PutUint32(l.fanout[4*first:], uint32(len(l.names)/hash))
	}
	return l
}

func (l *loose) count() int { return len(l.names) / l.hash }

func (l *loose) id(i int) (id ID) {
	copy(id[:], l.names[i*l.hash:][:l.hash])
	return id
}

func (l *loose) find(id ID) (int, bool) {
	lo, hi := bounds(l.fanout, id[0])
	return searchNames(l.names, l.hash, lo, hi, id[:l.hash])
}

func (l *loose) path(id ID) string { return loosePath(l.dir, id, l.hash) }

func loosePath(dir string, id ID, hash int) string {
	name := hex.EncodeToString(id[:hash])
	return filepath.Join(dir, name[:2], name[2:])
}

func isNotExist(err error) bool { return os.IsNotExist(err) }

// looseFile is an open loose object: its header is read, its content not yet.
type looseFile struct {
	raw  []byte // the mapped file
	kind Type
	size uint64
	head []byte // content that came along with the header
}

func (z *inflater) openLoose(name string) (*looseFile, error) {
	raw, err := mapFile(name)
	if isNotExist(err) {
		return nil, ErrMissing
	} else if err != nil {
		return nil, err
	}
	f := &looseFile{raw: raw}
	if err := z.looseHeader(f); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *looseFile) close() { _ = unmapFile(f.raw) }

func (z *inflater) looseHeader(f *looseFile) error {
	if err := z.open(f.raw); err != nil {
		return err
	}
	var head [64]byte
	n, err := io.ReadFull(z.z, head[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return corrupt("loose object", err)
	}
	line, rest, ok := bytes.Cut(head[:n], []byte{0})
	kind, size, ok2 := bytes.Cut(line, []byte{' '})
	if !ok || !ok2 {
		return corrupt("loose object header", nil)
	}
	if f.kind = typeNamed(string(kind)); f.kind == 0 {
		return corrupt("loose object type", nil)
	}
	if f.size, err = strconv.ParseUint(string(size), 10, 63); err != nil {
		return corrupt("loose object size", nil)
	}
	if f.size/mostDeflated > uint64(len(f.raw)) || f.size < uint64(len(rest)) {
		return corrupt("loose object size", nil)
	}
	f.head = bytes.Clone(rest)
	return nil
}

// readLoose returns the whole of a loose object of at most limit bytes.
func (z *inflater) readLoose(name string, limit int64) (Type, []byte, error) {
	f, err := z.openLoose(name)
	if err != nil {
		return 0, nil, err
	}
	defer f.close()
	if f.size > uint64(limit) {
		return f.kind, nil, ErrTooLarge
	}
	data := make([]byte, f.size)
	n := copy(data, f.head)
	if _, err := io.ReadFull(z.z, data[n:]); err != nil {
		return f.kind, nil, corrupt("loose object", err)
	}
	if n, err := z.z.Read(z.one[:]); n > 0 || err != io.EOF {
		return f.kind, nil, corrupt("loose object end", err)
	}
	return f.kind, data, nil
}

func typeNamed(name string) Type {
	for t := Commit; t <= Tag; t++ {
		if t.String() == name {
			return t
		}
	}
	return 0
}
