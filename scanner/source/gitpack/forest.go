package gitpack

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// none ends a list of nodes.
const none = ^uint32(0)

// forest is the deltas of a pack as trees: a node is an entry, its children are the deltas made against it. Nodes are
// numbered by their offset in the pack. Only what is wanted and what that needs as bases is linked.
type forest struct {
	k      int // table of p
	p      *pack
	order  []uint64 // offset<<shift | position in the index, sorted
	shift  uint
	child  []uint32 // first child of each node
	next   []uint32 // its next sibling
	weight []uint32 // bytes of the pack that a node and all below it take, in units of 64
	roots  []uint32 // largest first, then by offset
	wanted bitset   // nodes to visit
	done   bitset   // nodes of wanted that came to an end
	packed int64    // bytes of the pack to read
}

// newForest links what is wanted of pack k.
func newForest(t *tables, k int, want bitset) (*forest, error) {
	p := t.list[k].(*pack)
	f := &forest{k: k, p: p}
	if err := f.sort(); err != nil {
		return nil, err
	}
	n := uint32(len(f.order))
	f.wanted, f.done = newBitset(n), newBitset(n)
	first := t.first[k]
	for i := range n {
		if want.has(first + f.position(i)) {
			f.wanted.set(i)
		}
	}
	return f, guarded(func() error {
		f.link()
		return nil
	})
}

func (f *forest) position(node uint32) uint32 { return uint32(f.order[node] & (1<<f.shift - 1)) }
func (f *forest) offset(node uint32) uint64   { return f.order[node] >> f.shift }

func (f *forest) sort() error {
	n := f.p.index.n
	f.shift = uint(bits.Len(uint(n)))
	if f.p.end >= 1<<(64-f.shift) {
		return fmt.Errorf("pack %s: %d objects in %d bytes: %w", f.p.file, n, f.p.end, ErrTooLarge)
	}
	f.order = make([]uint64, n)
	for i := range n {
		at := min(f.p.index.offset(i), f.p.end) // one outside the pack fails when it is read
		f.order[i] = at<<f.shift | uint64(i)
	}
	radixSort(f.order, f.shift, uint(bits.Len64(f.p.end)))
	return nil
}

// radixSort sorts by the bits from low on, of which width are in use.
func radixSort(a []uint64, low, width uint) {
	if len(a) < 1<<12 {
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

// node finds the entry at an offset.
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
	n := len(f.order)
	f.child, f.next, f.weight = make([]uint32, n), make([]uint32, n), make([]uint32, n)
	for i := range n {
		f.child[i], f.next[i] = none, none
	}
	linked := newBitset(uint32(n))
	f.wanted.between(0, uint32(n), func(node uint32) bool {
		for linked.set(node) {
			base, ok := f.base(node)
			if !ok {
				f.roots = append(f.roots, node)
				break
			}
			f.next[node], f.child[base] = f.child[base], node
			node = base
		}
		return true
	})
	f.weigh(linked)
	f.sortRoots()
}

// base is the node that a delta was made against. There is none for a whole object, for a delta against an object of
// another pack, and for an entry that cannot be read.
func (f *forest) base(node uint32) (uint32, bool) {
	e, err := f.p.header(f.offset(node))
	switch {
	case err != nil:
	case e.kind == offsetDelta:
		return f.node(e.base, node)
	case e.kind == refDelta:
		if i, ok := f.p.find(&e.id); ok {
			return f.node(f.p.index.offset(i), uint32(len(f.order)))
		}
	}
	return 0, false
}

// weigh sums up sizes from the leaves to the roots. Bases by offset lie before their deltas, so one pass from the end
// does; a base by name may lie behind, and then weighs less than it should, which costs order only.
func (f *forest) weigh(linked bitset) {
	for i := len(f.order) - 1; i >= 0; i-- {
		if !linked.has(uint32(i)) {
			continue
		}
		end := f.p.end
		if i+1 < len(f.order) {
			end = f.offset(uint32(i + 1))
		}
		size := end - min(end, f.offset(uint32(i)))
		f.packed += int64(size)
		sum := size>>6 + 1
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
