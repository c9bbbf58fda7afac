package gitpack

import (
	"bytes"
	"fmt"
	"io"
)

// visit hands out an object that has a spot, and counts it otherwise. It says whether somebody else has the data now.
func (w *scanner) visit(num uint32, kind Type, data []byte, spots []Span) (given bool, err error) {
	if kind == Tree {
		return false, w.settle(num, kind, corrupt("a tree where content is expected", nil))
	}
	if g := w.scan.r.graph; g != nil && kind == Commit {
		w.compare(g, num, data)
	}
	w.done++
	w.bytes += int64(len(data))
	if w.sp != nil && len(spots) == 0 && !w.asked(num) {
		w.clean += int64(len(data))
		if w.units++; w.units >= someUnits {
			w.flush()
		}
		return false, nil
	}
	o := w.object(num, kind, data)
	o.Spots = spots
	return true, w.v.Visit(o)
}

// compare tells of a commit that the commit-graph speaks wrongly of: the walk may have missed what lies behind it.
func (w *scanner) compare(g *graph, num uint32, data []byte) {
	if id := w.t.id(num); !g.agrees(id, data) {
		w.v.Skip(Skipped{ID: id, Type: Commit, Err: fmt.Errorf("%s: the commit-graph says otherwise (git commit-graph write mends it): %w", id, ErrCorrupt)})
	}
}

// asked reports whether a path of a blob asks for a visit.
func (w *scanner) asked(num uint32) bool {
	_, ok := w.named[num]
	return ok
}

// path is the path that asks for a visit, or else any.
func (w *scanner) path(num uint32) string {
	if p, ok := w.named[num]; ok {
		return w.scan.r.paths.text(p)
	}
	return w.scan.r.path(num)
}

func (w *scanner) object(num uint32, kind Type, data []byte) Object {
	return Object{ID: w.t.id(num), Type: kind, Data: data, Path: w.path(num),
		Unreachable: w.scan.r.unreachable.has(num), Size: int64(len(data))}
}

// settle ends an object with an error, nil when there is none to tell.
func (w *scanner) settle(num uint32, kind Type, err error) error {
	if visit, ok := err.(visitError); ok {
		return visit.error
	}
	if err != nil {
		w.skip(num, kind, err)
	}
	return nil
}

// visitError tells an error of Visit from one of reading.
type visitError struct{ error }

// What a worker does before it tells the counters.
const (
	someUnits = 256
	someBytes = 1 << 20
)

// flush tells the counters what is new.
func (w *scanner) flush() {
	if w.watch != nil {
		w.scanned, w.watch.looked = w.scanned+int64(w.watch.looked), 0
	}
	if w.done == 0 && w.scanned == 0 {
		return
	}
	w.s.stats.Done.Add(int64(w.done))
	w.s.stats.Bytes.Add(w.bytes)
	w.s.stats.Scanned.Add(w.scanned)
	if w.units > 0 && w.v.Clean != nil {
		w.v.Clean(w.units, w.clean)
	}
	w.units, w.done, w.bytes, w.scanned, w.clean = 0, 0, 0, 0, 0
}

// loose scans one loose object.
func (w *scanner) loose(k int, num uint32) error {
	tab := w.t.list[k].(*loose)
	id := tab.id(int(num - w.t.first[k]))
	f, err := w.r.z.openLoose(tab.path(id))
	if err != nil {
		return w.other(num, k, err)
	}
	defer f.close()
	if f.kind == Blob && f.size > uint64(w.s.largest()) {
		return w.settle(num, f.kind, w.windows(num, io.MultiReader(bytes.NewReader(f.head), w.r.z.z), int64(f.size)))
	}
	defer w.drop()
	if err := w.claim(f.size); err != nil {
		return w.settle(num, f.kind, err)
	}
	data := make([]byte, f.size)
	n := copy(data, f.head)
	if _, err := io.ReadFull(w.r.z.z, data[n:]); err != nil {
		return w.other(num, k, corrupt("loose object", err))
	}
	if n, err := w.r.z.z.Read(w.r.z.one[:]); n > 0 || err != io.EOF {
		return w.other(num, k, corrupt("loose object end", err))
	}
	w.s.stats.Inflated.Add(int64(len(data)))
	_, err = w.visit(num, f.kind, data, w.spots(f.kind, data))
	return err
}

// other looks for a good copy of an object that table k could not give, also among what appeared since.
func (w *scanner) other(num uint32, k int, err error) error {
	id := w.t.id(num)
	kind, data, err2 := w.r.copy(id, k, w.s.largest())
	if err2 != nil && w.s.renew(id) {
		kind, data, err2 = w.r.copy(id, k, w.s.largest())
	}
	if err2 != nil {
		return w.settle(num, 0, err)
	}
	_, err = w.visit(num, kind, data, w.spots(kind, data))
	return err
}

// windowSize is how much of a huge blob is handed out at a time.
const windowSize = 4 << 20

// windows hands out a blob that is too large for memory piece by piece. Windows overlap by what a match may need.
func (w *scanner) windows(num uint32, from io.Reader, size int64) error {
	overlap := 64 << 10
	if w.sp != nil {
		overlap = max(overlap, 2*w.sp.Reach())
	}
	o := w.object(num, Blob, nil)
	o.Size = size
	var tail []byte
	for o.More = true; o.More; {
		data := make([]byte, min(int64(len(tail)+windowSize), size-o.Offset))
		o.Overlap = copy(data, tail)
		if _, err := io.ReadFull(from, data[o.Overlap:]); err != nil {
			return corrupt("zlib data", err)
		}
		o.More = o.Offset+int64(len(data)) < size
		o.Data = data
		if err := w.v.Visit(o); err != nil {
			return visitError{err}
		}
		fresh := data[:max(0, len(data)-overlap)]
		w.s.stats.Inflated.Add(int64(len(data) - o.Overlap))
		o.Line += bytes.Count(fresh, []byte{'\n'})
		o.Offset += int64(len(fresh))
		tail = data[len(fresh):]
	}
	if n, err := from.Read(w.r.z.one[:]); n > 0 || err != io.EOF {
		return fmt.Errorf("after the last byte: %w", corrupt("zlib end", nil))
	}
	w.s.stats.Done.Add(1)
	w.s.stats.Bytes.Add(size)
	return nil
}
