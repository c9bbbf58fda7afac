package gitpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
)

// treeWalk walks trees, each once. Of a tree it looks only at the entries that the last tree at the same path did not
// have: those were dealt with then.
type treeWalk struct {
	s      *Store
	r      *reader
	seen   bitset
	paths  *paths
	found  []blobAt
	skips  []Skipped
	lost   map[ID]bool // told as skipped
	last   [][]byte    // by path: the tree that was there last
	kept   int64       // bytes in last
	stack  []treeAt
	commit uint32 // position of the commit that is walked
}

type treeAt struct{ num, path uint32 }

func newTreeWalk(s *Store, seen bitset, room *atomic.Int64) *treeWalk {
	return &treeWalk{s: s, seen: seen, paths: newPaths(room), lost: map[ID]bool{},
		r: newReader(s, s.memory/int64(16*s.workers))}
}

// commits walks the trees of a stretch of history.
func (w *treeWalk) commits(ctx context.Context, r *Reached, lo, hi int) {
	for i := lo; i < hi && ctx.Err() == nil; i++ {
		if c := &r.commits[i]; c.tree != noObject && c.flags&outside == 0 {
			w.walk(c.tree, rootPath, uint32(i))
		}
	}
}

// walk visits a tree and all below it.
func (w *treeWalk) walk(num, path, commit uint32) {
	if !w.seen.set(num) {
		return
	}
	w.commit = commit
	w.stack = append(w.stack[:0], treeAt{num, path})
	for len(w.stack) > 0 {
		top := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		w.visit(top)
	}
}

func (w *treeWalk) visit(at treeAt) {
	w.s.stats.Trees.Add(1)
	data, err := w.r.tree(at.num)
	if err != nil {
		w.skip(w.s.tables.Load().id(at.num), at.path, err)
		return
	}
	ok := fresh(data, w.before(at.path), w.s.hash, func(mode uint32, name, id []byte) {
		w.entry(at.path, mode, name, id)
	})
	if !ok {
		w.skip(w.s.tables.Load().id(at.num), at.path, corrupt("tree entry", nil))
	}
	w.keep(at.path, data)
}

func (w *treeWalk) entry(dir, mode uint32, name, raw []byte) {
	if mode&modeType == modeLink {
		return
	}
	var id ID
	copy(id[:], raw)
	path, isNew := w.paths.add(dir, name)
	num, ok := w.s.find(id)
	if !ok {
		w.skip(id, path, w.s.missing())
		return
	}
	if isNew {
		w.paths.object[path], w.paths.commit[path] = num, w.commit
	}
	switch {
	case !w.seen.set(num):
	case mode&modeType == modeTree:
		w.stack = append(w.stack, treeAt{num, path})
	default:
		w.found = append(w.found, blobAt{num, path, w.commit})
	}
}

func (w *treeWalk) skip(id ID, path uint32, err error) {
	if !w.lost[id] {
		w.lost[id] = true
		w.skips = append(w.skips, Skipped{ID: id, Path: w.paths.text(path), Err: fmt.Errorf("%s: %w", id, err)})
	}
}

func (w *treeWalk) before(path uint32) []byte {
	if int(path) < len(w.last) {
		return w.last[path]
	}
	return nil
}

// keep remembers the tree at a path. When too much is kept, all is forgotten: that costs time and nothing else.
func (w *treeWalk) keep(path uint32, data []byte) {
	if w.kept > w.s.memory/int64(16*w.s.workers) {
		w.last, w.kept = nil, 0
	}
	if int(path) >= len(w.last) {
		w.last = append(w.last, make([][]byte, w.paths.len()-len(w.last))...)
	}
	w.kept += int64(len(data) - len(w.last[path]))
	w.last[path] = data
}

// tree reads a tree.
func (r *reader) tree(num uint32) ([]byte, error) {
	kind, data, err := r.object(num, r.s.largest())
	if err == nil && kind != Tree {
		err = corrupt("not a tree but a "+kind.String(), nil)
	}
	return data, err
}

// fresh yields the entries of a tree that an older tree has not, in order, and says whether both could be read to the
// end. Trees are sorted by name; where a hostile one is not, more is yielded and nothing is lost.
func fresh(data, old []byte, hash int, yield func(mode uint32, name, id []byte)) bool {
	for {
		if len(data) == len(old) && bytes.Equal(data, old) {
			return true
		}
		n := common(data, old, hash)
		data, old = data[n:], old[n:]
		if len(data) == 0 {
			return true
		}
		mode, name, id, rest, ok := treeEntry(data, hash)
		if !ok {
			return false
		}
		if _, was, ok := advance(&old, data[:len(data)-len(rest)], name, mode, hash); !ok || !bytes.Equal(was, id) {
			yield(mode, name, id)
		}
		data = rest
	}
}

// advance moves through an older tree to an entry's name, and returns what stands there.
func advance(old *[]byte, entry, name []byte, mode uint32, hash int) (uint32, []byte, bool) {
	if bytes.HasPrefix(*old, entry) {
		*old = (*old)[len(entry):]
		return mode, entry[len(entry)-hash:], true
	}
	for {
		oldMode, oldName, oldID, rest, ok := treeEntry(*old, hash)
		if !ok {
			return 0, nil, false
		}
		order := compareNames(oldName, oldMode, name, mode)
		if order > 0 {
			return 0, nil, false
		}
		*old = rest
		if order == 0 {
			return oldMode, oldID, true
		}
	}
}

// common is the length of the entries that two trees start with alike.
func common(a, b []byte, hash int) int {
	n := min(len(a), len(b))
	same := 0
	for same+8 <= n && binary.LittleEndian.Uint64(a[same:]) == binary.LittleEndian.Uint64(b[same:]) {
		same += 8
	}
	for same < n && a[same] == b[same] {
		same++
	}
	at := 0
	for {
		mode := modeLength(a[at:same])
		name := bytes.IndexByte(a[at+mode:same], 0)
		if mode == 0 || name < 0 || at+mode+name+1+hash > same {
			return at
		}
		at += mode + name + 1 + hash
	}
}

// modeLength is the length of a mode with its space, 0 when it is not one that git writes.
func modeLength(entry []byte) int {
	switch {
	case len(entry) < 7:
	case string(entry[:6]) == "40000 ":
		return 6
	case string(entry[:7]) == "100644 ", string(entry[:7]) == "100755 ", string(entry[:7]) == "120000 ", string(entry[:7]) == "160000 ":
		return 7
	}
	return 0
}

// compareNames orders entries as git does: a folder as if its name ended in a slash.
func compareNames(a []byte, aMode uint32, b []byte, bMode uint32) int {
	n := min(len(a), len(b))
	if c := bytes.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	return int(after(a, n, aMode)) - int(after(b, n, bMode))
}

func after(name []byte, n int, mode uint32) byte {
	switch {
	case n < len(name):
		return name[n]
	case mode&modeType == modeTree:
		return '/'
	}
	return 0
}
