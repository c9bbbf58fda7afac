package gitpack

import (
	"context"
	"fmt"
)

// scanner walks trees of deltas for one goroutine.
type scanner struct {
	*scan
	r     *reader
	f     *forest
	kind  Type
	stack []frame
	live  int64         // bytes of data on the stack
	holds chan struct{} // the token in hand, big or medium
	spare [][]byte
	runs  []run
	sp    Spotter  // the scan's, or watch
	watch *watcher // nil when every byte is to be looked at

	units, done    int
	bytes, scanned int64
	clean          int64
}

// frame is a node whose children are being walked.
type frame struct {
	node, child, heaviest uint32
	data                  []byte // nil when it could not be read, or was dropped to save memory
	size                  int
	given                 bool // somebody else has data too
	err                   error
	spots                 []Span
}

func (c *scan) scanner() *scanner {
	w := &scanner{scan: c, r: newReader(c.s, 0), sp: c.sp}
	if c.memo != nil {
		w.watch = &watcher{memo: c.memo}
		w.sp = w.watch
	}
	return w
}

// small is the size up to which objects are read without a token, medium that up to which the medium one does.
func (w *scanner) small() int  { return int(w.s.memory) / (32 * w.s.workers) }
func (w *scanner) medium() int { return int(w.s.memory) / 64 }

// tree walks the tree of deltas above a root, depth first. A node's last child takes its place on the stack, so a chain
// of any length needs two objects in memory.
func (w *scanner) tree(ctx context.Context, f *forest, root uint32) error {
	var err error
	fault := guarded(func() error {
		err = w.walk(ctx, f, root)
		return nil
	})
	_ = fault // what is left undone is told by scan.rest
	w.drop()
	return err
}

func (w *scanner) walk(ctx context.Context, f *forest, root uint32) error {
	w.f, w.kind = f, 0
	top, err := w.root(root)
	if err != nil {
		return err
	}
	w.push(top)
	for len(w.stack) > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		at := len(w.stack) - 1
		child, last := w.stack[at].nextChild(f)
		if child == none {
			w.pop()
			continue
		}
		next, err := w.delta(at, child)
		if err != nil {
			return err
		}
		if last {
			w.pop()
		}
		w.push(next)
	}
	return nil
}

// nextChild takes the children in order, but the heaviest last.
func (f *frame) nextChild(in *forest) (node uint32, last bool) {
	for f.child != none {
		node, f.child = f.child, in.next[f.child]
		if node != f.heaviest {
			return node, false
		}
	}
	node, f.heaviest = f.heaviest, none
	return node, true
}

func (w *scanner) push(f frame) {
	w.stack = append(w.stack, f)
	w.live += int64(len(f.data))
	limit := w.s.memory / int64(8*w.s.workers)
	for i := 0; w.live > limit && i < len(w.stack)-1; i++ {
		w.free(&w.stack[i])
	}
}

func (w *scanner) pop() {
	at := len(w.stack) - 1
	w.free(&w.stack[at])
	w.stack[at] = frame{}
	w.stack = w.stack[:at]
}

func (w *scanner) free(f *frame) {
	w.live -= int64(len(f.data))
	if !f.given && cap(f.data) > 0 && len(w.spare) < 8 && cap(f.data) <= w.small() {
		w.spare = append(w.spare, f.data)
	}
	f.data = nil
}

// buffer returns n bytes of any content.
func (w *scanner) buffer(n int) []byte {
	for i, b := range w.spare {
		if cap(b) >= n && cap(b) <= 4*n+1<<16 {
			w.spare[i] = w.spare[len(w.spare)-1]
			w.spare = w.spare[:len(w.spare)-1]
			return b[:n]
		}
	}
	if len(w.spare) == 8 {
		w.spare = w.spare[:0]
	}
	return make([]byte, n, n+n/8)
}

// drop ends a tree.
func (w *scanner) drop() {
	for len(w.stack) > 0 {
		w.pop()
	}
	if w.holds != nil {
		w.r.delta = nil
	}
	w.trade(nil)
	if w.done >= someUnits || w.bytes+w.scanned >= someBytes {
		w.flush()
	}
}

// claim waits for the right to have an object of this size in memory.
func (w *scanner) claim(size uint64) error {
	switch {
	case size > uint64(w.s.largest()):
		return fmt.Errorf("%d bytes: %w", size, ErrTooLarge)
	case size > uint64(max(w.medium(), w.small())):
		w.trade(w.tokens.big)
	case size > uint64(w.small()) && w.holds == nil:
		w.trade(w.tokens.medium)
	}
	return nil
}

// trade gives the token in hand back before it takes another one, so that nobody waits for a worker who waits.
func (w *scanner) trade(token chan struct{}) {
	if w.holds == token {
		return
	}
	if w.holds != nil {
		<-w.holds
	}
	if w.holds = token; token != nil {
		token <- struct{}{}
	}
}

// root reads the object at the foot of a tree.
func (w *scanner) root(node uint32) (frame, error) {
	at := w.f.offset(node)
	e, err := w.f.p.header(at)
	if err == nil && e.kind < offsetDelta {
		w.kind = e.kind
		if e.kind == Blob && e.size > uint64(w.s.largest()) && w.f.wanted.has(node) {
			return w.huge(node, e)
		}
		if err = w.claim(e.size); err == nil {
			data := w.buffer(int(e.size))
			err = w.r.z.inflate(data, w.f.p.data[e.body:w.f.p.end])
			w.s.stats.Inflated.Add(int64(e.size))
			w.s.stats.Read.Add(int64(e.size))
			return w.finish(node, data, err, w.spots(w.kind, data))
		}
	}
	var data []byte
	if err == nil {
		w.kind, data, err = w.r.packed(w.t, w.f.k, at, w.s.largest())
	}
	return w.finish(node, data, err, w.spots(w.kind, data))
}

// huge hands out a blob in windows; what is built on it is too large.
func (w *scanner) huge(node uint32, e entry) (frame, error) {
	err := w.r.z.open(w.f.p.data[e.body:w.f.p.end])
	f := w.frame(node)
	f.err = fmt.Errorf("delta base of %d bytes: %w", e.size, ErrTooLarge)
	if err == nil {
		err = w.windows(w.number(node), w.r.z.z, int64(e.size))
	}
	w.s.stats.Read.Add(int64(e.size))
	w.f.done.setShared(node)
	return f, w.settle(w.number(node), w.kind, err)
}

// delta reads a child of the node at a place of the stack.
func (w *scanner) delta(at int, node uint32) (frame, error) {
	base := &w.stack[at]
	if base.err != nil {
		return w.finish(node, nil, fmt.Errorf("delta base: %w", base.err), nil)
	}
	if base.data == nil && base.size > 0 {
		_, data, err := w.r.packed(w.t, w.f.k, w.f.offset(base.node), w.s.largest())
		if err != nil {
			return w.finish(node, nil, fmt.Errorf("delta base: %w", err), nil)
		}
		base.data, base.given = data, true
		w.live += int64(len(data))
	}
	data, err := w.patched(base, node)
	if err != nil || w.sp == nil || w.whole || w.kind != Blob {
		return w.finish(node, data, err, w.spots(w.kind, data))
	}
	spots, scanned := respot(w.sp, data, w.runs, base.spots, len(base.data))
	w.looked(scanned)
	return w.finish(node, data, nil, spots)
}

func (w *scanner) patched(base *frame, node uint32) ([]byte, error) {
	e, err := w.f.p.header(w.f.offset(node))
	if err != nil {
		return nil, err
	}
	if err := w.claim(e.size); err != nil {
		return nil, err
	}
	ops, size, err := w.r.inflateDelta(w.f.p, e, len(base.data), w.s.largest())
	if err != nil {
		return nil, err
	}
	w.s.stats.Read.Add(int64(e.size))
	if err := w.claim(uint64(size)); err != nil {
		return nil, err
	}
	data := w.buffer(size)
	w.runs = w.runs[:0]
	return data, patch(data, base.data, ops, &w.runs)
}

// spots looks through a whole object.
func (w *scanner) spots(kind Type, data []byte) (spots []Span) {
	if w.sp == nil {
		return nil
	}
	stretches(kind, data, func(from, to int) {
		if from < to {
			w.looked(to - from)
			spots = w.sp.Spots(spots, data, from, to)
		}
	})
	return sortSpots(spots)
}

// looked counts bytes that were looked at; the watcher counts for itself.
func (w *scanner) looked(n int) {
	if w.watch == nil {
		w.scanned += int64(n)
	}
}

// number is the object number of a node that is wanted.
func (w *scanner) number(node uint32) uint32 {
	i, _ := w.f.position(node)
	return w.t.first[w.f.k] + i
}

func (w *scanner) frame(node uint32) frame {
	f := frame{node: node}
	f.child, f.heaviest = w.f.children(node)
	return f
}

// finish makes a frame of a node that was read or not, and visits it when it is wanted. An object that is broken here
// may be whole elsewhere.
func (w *scanner) finish(node uint32, data []byte, err error, spots []Span) (frame, error) {
	f := w.frame(node)
	wanted := w.f.wanted.has(node)
	if err != nil {
		kind, copied, ok := w.elsewhere(node)
		if !ok {
			f.err = err
			w.f.done.setShared(node)
			if wanted {
				return f, w.settle(w.number(node), w.kind, err)
			}
			return f, nil
		}
		w.kind, data, spots = kind, copied, w.spots(kind, copied)
	}
	f.data, f.size, f.spots = data, len(data), spots
	w.f.done.setShared(node)
	if !wanted {
		return f, nil
	}
	f.given, err = w.visit(w.number(node), w.kind, data, spots)
	return f, err
}

// elsewhere reads the object of a node from another table.
func (w *scanner) elsewhere(node uint32) (Type, []byte, bool) {
	i, ok := w.f.search(node)
	if !ok {
		return 0, nil, false
	}
	id := w.t.list[w.f.k].id(int(i))
	kind, data, err := w.r.copy(id, w.f.k, w.s.largest())
	return kind, data, err == nil
}
