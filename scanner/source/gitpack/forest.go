package gitpack

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"sync"
)

// none ends a list of nodes.
const none = ^uint32(0)

// forest is the deltas of a pack as trees: a node is an entry, its children are the deltas made against it. Nodes are
// numbered by their offset in the pack. Only what is wanted is a node, and what that needs as bases.
type forest struct {
	k      int // table of p
	p      *pack
	order  []uint64 // offset<<shift | position in the index, sorted; of a base that is not wanted the position is left out
	shift  uint
	child  []uint32 // first child of each node
	next   []uint32 // its next sibling
	weight []uint32 // bytes that a node and all below it inflate to, in units of 64
	roots  []uint32 // largest first, then by offset
	wanted bitset   // nodes to visit
	done   bitset   // nodes of wanted that came to an end
	total  int64    // bytes to inflate

	once sync.Once // makes all
	all  *forest   // every entry of the pack, unlinked
}

// newForest links what is wanted of pack k.
func newForest(t *tables, k int, want bitset) (*forest, error) {
	f := &forest{k: k, p: t.list[k].(*pack)}
	if err := f.fit(); err != nil {
		return nil, err
	}
	f.gather(t.first[k], want)
	return f, guarded(func() error {
		if !f.addBases() {
			f.addAll()
		}
		f.mark(t.first[k], want)
		f.link()
		return nil
	})
}

// fit finds how an offset and a position go into one number.
func (f *forest) fit() error {
	f.shift = uint(bits.Len(uint(f.p.index.n)))
	if f.p.end >= 1<<(64-f.shift) {
		return fmt.Errorf("pack %s: %d objects in %d bytes: %w", f.p.file, f.p.index.n, f.p.end, ErrTooLarge)
	}
	return nil
}

func (f *forest) offset(node uint32) uint64 { return f.order[node] >> f.shift }

// position is where a node stands in the index, if it is known to stand there.
func (f *forest) position(node uint32) (uint32, bool) {
	i := f.order[node] & f.unplaced()
	return uint32(i), i != f.unplaced()
}

// unplaced stands for a position that is left out: no entry has it.
func (f *forest) unplaced() uint64 { return 1<<f.shift - 1 }

// search is position for any node. It takes a list of all entries, which is made once.
func (f *forest) search(node uint32) (uint32, bool) {
	if i, ok := f.position(node); ok {
		return i, true
	}
	f.once.Do(func() {
		f.all = &forest{p: f.p, shift: f.shift}
		f.all.addAll()
	})
	other, ok := f.all.node(f.offset(node), uint32(len(f.all.order)))
	if !ok {
		return 0, false
	}
	return f.all.position(other)
}

// gather makes nodes of what is wanted.
func (f *forest) gather(first uint32, want bitset) {
	last := first + uint32(f.p.index.n)
	f.order = make([]uint64, 0, want.count(first, last))
	want.between(first, last, func(num uint32) bool {
		f.add(int(num - first))
		return true
	})
	f.sort()
}

// addAll makes a node of every entry.
func (f *forest) addAll() {
	f.order = make([]uint64, 0, f.p.index.n)
	for i := range f.p.index.n {
		f.add(i)
	}
	f.sort()
}

// addStretch makes nodes of the entries that begin in a stretch of the pack, in place of all others. It is false when
// there are more than most.
func (f *forest) addStretch(from, to uint64, most int) bool {
	f.order = f.order[:0]
	for i := range f.p.index.n {
		if at := f.p.index.offset(i); at >= from && at < to {
			if len(f.order) == most {
				return false
			}
			f.add(i)
		}
	}
	f.sort()
	return true
}

func (f *forest) add(i int) {
	at := min(f.p.index.offset(i), f.p.end) // one outside the pack fails when it is read
	f.order = append(f.order, at<<f.shift|uint64(i))
}

func (f *forest) sort() { radixSort(f.order, f.shift, uint(bits.Len64(f.p.end))) }

// addBases makes nodes of the bases that are not wanted themselves. It gives up when they are many.
func (f *forest) addBases() bool {
	enough := min(max(1<<10, len(f.order)), 1<<20)
	more := map[uint64]bool{}
	for node := range uint32(len(f.order)) {
		for at := f.offset(node); ; {
			base, _, ok := f.header(at)
			if !ok || more[base] {
				break
			}
			below := uint32(len(f.order))
			if base < f.offset(node) {
				below = node
			}
			if _, ok := f.node(base, below); ok {
				break
			}
			if len(more) == enough {
				return false
			}
			more[base], at = true, base
		}
	}
	for at := range more {
		f.order = append(f.order, at<<f.shift|f.unplaced())
	}
	if len(more) > 0 {
		f.sort()
	}
	return true
}

// mark sets the nodes that are wanted.
func (f *forest) mark(first uint32, want bitset) {
	n := uint32(len(f.order))
	f.wanted, f.done = newBitset(n), newBitset(n)
	for node := range n {
		if i, ok := f.position(node); ok && want.has(first+i) {
			f.wanted.set(node)
		}
	}
}

// header reads where the base of a delta lies and how many bytes the entry inflates to. There is no base for a whole
// object, for a delta against an object of another pack, and for an entry that cannot be read.
func (f *forest) header(at uint64) (base, size uint64, ok bool) {
	e, err := f.p.header(at)
	switch {
	case err != nil:
	case e.kind == offsetDelta:
		return e.base, e.size, true
	case e.kind == refDelta:
		if i, ok := f.p.find(e.id); ok {
			return f.p.index.offset(i), e.size, true
		}
	}
	return 0, e.size, false
}

// radixSort sorts by the bits from low on, of which width are in use. It takes as much memory again, so that very many
// are sorted in place, more slowly.
func radixSort(a []uint64, low, width uint) {
	if len(a) < 1<<12 || len(a) > 1<<23 {
		slices.Sort(a)
		return
	}
	const digit = 11
	b := make([]uint64, len(a))
	swapped := false
	for shift := low; shift < low+width; shift += digit {
		var count [1<<digit + 1]int
		for _, v := range a {
			count[v>>shift&(1<<digit-1)+1]++
		}
		for i := range 1 << digit {
			count[i+1] += count[i]
		}
		for _, v := range a {
			d := v >> shift & (1<<digit - 1)
			b[count[d]] = v
			count[d]++
		}
		a, b = b, a
		swapped = !swapped
	}
	if swapped {
		copy(b, a)
	}
}

// node finds the node at an offset, among those below one.
func (f *forest) node(at uint64, below uint32) (uint32, bool) {
	want := at << f.shift
	lo, hi := uint32(0), below
	for step := uint32(16); step < below; step *= 4 { // bases are near, mostly
		if f.order[below-step] <= want {
			lo = below - step
			break
		}
		hi = below - step
	}
	i, _ := slices.BinarySearch(f.order[lo:hi], want)
	i += int(lo)
	return uint32(i), i < len(f.order) && f.offset(uint32(i)) == at
}

// link makes the trees: from every wanted node down to its root.
func (f *forest) link() {
	n := uint32(len(f.order))
	f.child, f.next, f.weight = make([]uint32, n), make([]uint32, n), make([]uint32, n)
	for i := range n {
		f.child[i], f.next[i] = none, none
	}
	linked := newBitset(n)
	f.wanted.between(0, n, func(node uint32) bool {
		for linked.set(node) {
			base, size, ok := f.header(f.offset(node))
			f.weight[node] = uint32(min(size>>6+1, 1<<32-1))
			f.total += int64(min(size, 1<<62))
			found, below := uint32(0), n
			if base < f.offset(node) {
				below = node
			}
			if ok {
				found, ok = f.node(base, below)
			}
			if !ok {
				f.roots = append(f.roots, node)
				break
			}
			f.next[node], f.child[found] = f.child[found], node
			node = found
		}
		return true
	})
	f.weigh(linked)
	f.sortRoots()
}

// weigh sums up sizes from the leaves to the roots. Bases by offset lie before their deltas, so one pass from the end
// does; a base by name may lie behind, and then weighs less than it should, which costs order only.
func (f *forest) weigh(linked bitset) {
	for i := len(f.order) - 1; i >= 0; i-- {
		if !linked.has(uint32(i)) {
			continue
		}
		sum := uint64(f.weight[i])
		for c := f.child[i]; c != none; c = f.next[c] {
			sum += uint64(f.weight[c])
		}
		f.weight[i] = uint32(min(sum, 1<<32-1))
	}
}

// sortRoots puts the heaviest trees first, so that workers end together, and leaves the others in pack order, which
// reads the file front to back.
func (f *forest) sortRoots() {
	slices.Sort(f.roots)
	total := uint64(0)
	for _, r := range f.roots {
		total += uint64(f.weight[r])
	}
	heavy := func(r uint32) uint32 {
		if uint64(f.weight[r]) > total/512 {
			return f.weight[r]
		}
		return 0
	}
	slices.SortStableFunc(f.roots, func(a, b uint32) int { return cmp.Compare(heavy(b), heavy(a)) })
}

// children lists a node's children, the heaviest last: it is then walked without its base in memory.
func (f *forest) children(node uint32) (first, heaviest uint32) {
	heaviest = none
	for c := f.child[node]; c != none; c = f.next[c] {
		if heaviest == none || f.weight[c] > f.weight[heaviest] {
			heaviest = c
		}
	}
	return f.child[node], heaviest
}
