package gitpack

import (
	"cmp"
	"container/heap"
	"slices"
)

// sortCommits brings commits into order, newest first and children before parents, unreachable ones last, and turns the parents' object
// numbers into positions in that order. Commits that a graft made their own ancestors come last, by date.
func sortCommits(list []commit, parentNums []uint32) ([]commit, []uint32) {
	at := newNumbers(len(list))
	for i, c := range list {
		at.put(c.num, uint32(i))
	}
	children := make([]uint32, len(list)) // not yet placed
	for _, c := range list {
		for _, p := range parentNums[c.parents:c.more] {
			if i, ok := at.get(p); ok && c.binds(&list[i]) {
				children[i]++
			}
		}
	}
	order := newestFirst(list, parentNums, at, children)
	place := make([]uint32, len(list))
	for i, k := range order {
		place[k] = uint32(i)
	}
	sorted := make([]commit, 0, len(list))
	parents := make([]uint32, 0, len(parentNums))
	for _, k := range order {
		c := list[k]
		start := uint32(len(parents))
		for _, p := range parentNums[c.parents:c.more] {
			if i, ok := at.get(p); ok {
				parents = append(parents, place[i])
			}
		}
		c.parents, c.more = start, uint32(len(parents))
		sorted = append(sorted, c)
	}
	return sorted, parents
}

// binds says whether a commit has to come before a parent: what no tip reaches comes after all that one does.
func (c *commit) binds(parent *commit) bool { return c.flags&unreachable == parent.flags&unreachable }

func newestFirst(list []commit, parentNums []uint32, at *numbers, children []uint32) []uint32 {
	ready := &byDate{list: list}
	for i := range list {
		if children[i] == 0 {
			ready.queue = append(ready.queue, uint32(i))
		}
	}
	heap.Init(ready)
	order := make([]uint32, 0, len(list))
	placed := newBitset(uint32(len(list)))
	for ready.Len() > 0 {
		k := heap.Pop(ready).(uint32)
		order = append(order, k)
		placed.set(k)
		for _, p := range parentNums[list[k].parents:list[k].more] {
			if i, ok := at.get(p); ok && list[k].binds(&list[i]) {
				if children[i]--; children[i] == 0 {
					heap.Push(ready, i)
				}
			}
		}
	}
	rest := len(order)
	for i := range list {
		if !placed.has(uint32(i)) {
			order = append(order, uint32(i))
		}
	}
	slices.SortFunc(order[rest:], ready.compare)
	return order
}

// byDate is a heap of commits: those that tips reach before those that none does, the newest first, then as they were
// met.
type byDate struct {
	list  []commit
	queue []uint32
}

func (h *byDate) compare(a, b uint32) int {
	x, y := &h.list[a], &h.list[b]
	return cmp.Or(cmp.Compare(x.flags&unreachable, y.flags&unreachable), cmp.Compare(y.date, x.date), cmp.Compare(a, b))
}

func (h *byDate) Len() int           { return len(h.queue) }
func (h *byDate) Less(i, j int) bool { return h.compare(h.queue[i], h.queue[j]) < 0 }
func (h *byDate) Swap(i, j int)      { h.queue[i], h.queue[j] = h.queue[j], h.queue[i] }
func (h *byDate) Push(x any)         { h.queue = append(h.queue, x.(uint32)) }
func (h *byDate) Pop() any {
	last := len(h.queue) - 1
	x := h.queue[last]
	h.queue = h.queue[:last]
	return x
}
