package gitpack

import (
	"bytes"
	"sync"
	"sync/atomic"
)

// parsedCommit is what a walk needs of a commit.
type parsedCommit struct {
	num, tree     uint32
	date          int64
	parents, more uint32 // the slice of the parents' list
	pack          uint32 // its table
}

// commitText is a whole commit that is kept for the scan, which would have to inflate it again.
type commitText struct {
	num  uint32
	data []byte
}

// commitList is commits that were read for a walk.
type commitList struct {
	list    []parsedCommit
	parents []uint32
	texts   []commitText
	room    *atomic.Int64 // bytes that this and other lists may still set aside for texts
	free    []byte        // for the next texts
}

const textBlock = 256 << 10 // bytes that are set aside for texts at a time

// text keeps a commit while there is room.
func (l *commitList) text(num uint32, data []byte) {
	if len(data) > len(l.free) {
		block := int64(max(len(data), textBlock))
		if l.room.Add(-block) < 0 {
			l.room.Add(block)
			return
		}
		l.free = make([]byte, block)
	}
	n := copy(l.free, data)
	l.texts = append(l.texts, commitText{num, l.free[:n:n]})
	l.free = l.free[n:]
}

// take moves the commits of another list to this one.
func (l *commitList) take(m *commitList) {
	shift := uint32(len(l.parents))
	for _, c := range m.list {
		c.parents, c.more = c.parents+shift, c.more+shift
		l.list = append(l.list, c)
	}
	l.parents, l.texts = append(l.parents, m.parents...), append(l.texts, m.texts...)
	m.list, m.parents, m.texts = m.list[:0], m.parents[:0], nil
}

const (
	manyObjects   = 1 << 14   // packs from this size on are read ahead
	firstStretch  = 512 << 10 // bytes of a pack that are read ahead at first
	prefetchBlock = 128       // entries that a worker takes at a time

	mostPrefetched = 1 << 21 // entries of a stretch of a pack
)

// ahead reads commits of large packs in stretches, in all workers: following parents one by one keeps a single worker
// busy. Git writes the newest commits first, so a stretch begins at a commit that the walk comes to. Each one is twice as
// long as the last, and there is a further one only when half of what was read before was of use: packs may be full of
// commits that no ref leads to. What cannot be read is left to the walk, which says so.
type ahead struct {
	commitList
	s     *Store
	t     *tables
	at    *numbers // positions in the list by object number
	packs map[uint32]*aheadPack
	lists []*commitList // of each worker
	room  atomic.Int64
}

// aheadPack is what was read of a pack.
type aheadPack struct {
	f          *forest
	done       [][2]uint64
	size       uint64 // of the next stretch
	read, used int    // commits
}

func (s *Store) newAhead() *ahead {
	a := &ahead{s: s, t: s.tables.Load(), at: newNumbers(0), packs: map[uint32]*aheadPack{}}
	a.room.Store(s.memory / 32)
	a.commitList.room = &a.room
	for range s.workers {
		a.lists = append(a.lists, &commitList{room: &a.room})
	}
	return a
}

// get returns a commit if it was read already, or is worth reading with those behind it.
func (a *ahead) get(num uint32) (c parsedCommit, ok bool) {
	if a == nil {
		return c, false
	}
	i, ok := a.at.get(num)
	if !ok && a.more(num) {
		i, ok = a.at.get(num)
	}
	if !ok {
		return c, false
	}
	c = a.list[i]
	a.packs[c.pack].used++
	return c, true
}

// more reads the stretch of a pack that begins at a commit, and says whether there was anything to it.
func (a *ahead) more(num uint32) bool {
	if num >= a.t.total() {
		return false
	}
	k, i := a.t.where(num)
	p := a.pack(k)
	if p == nil || 2*p.used < p.read {
		return false
	}
	from := min(p.f.p.index.offset(i), p.f.p.end)
	to := p.free(from)
	if from == to {
		return false
	}
	p.done, p.size = append(p.done, [2]uint64{from, to}), 2*p.size
	if p.f.addStretch(from, to, mostPrefetched) {
		a.stretch(p)
	}
	return true
}

// pack is nil for what is no large pack.
func (a *ahead) pack(k int) *aheadPack {
	p, ok := a.t.list[k].(*pack)
	if !ok || p.count() < manyObjects {
		return nil
	}
	known := a.packs[uint32(k)]
	if known == nil {
		known = &aheadPack{f: &forest{k: k, p: p}, size: firstStretch}
		if known.f.fit() != nil {
			known.read = 1 // and never used
		}
		a.packs[uint32(k)] = known
	}
	return known
}

// free is how far the next stretch goes that begins at an offset: not into what was read.
func (p *aheadPack) free(from uint64) uint64 {
	to := min(from+p.size, p.f.p.end)
	for _, d := range p.done {
		switch {
		case d[0] <= from && from < d[1]:
			return from
		case from < d[0]:
			to = min(to, d[0])
		}
	}
	return to
}

// stretch reads the commits among the nodes of a pack's forest, up to the first block without one.
func (a *ahead) stretch(p *aheadPack) {
	var next, stop atomic.Int64
	var wg sync.WaitGroup
	for _, list := range a.lists {
		wg.Go(func() {
			r := &prefetcher{s: a.s, t: a.t, f: p.f, into: list}
			for stop.Load() == 0 {
				lo := int(next.Add(prefetchBlock)) - prefetchBlock
				if lo >= len(p.f.order) {
					return
				}
				if found := r.block(lo, min(lo+prefetchBlock, len(p.f.order))); found == 0 {
					stop.Store(1)
				}
			}
		})
	}
	wg.Wait()
	for _, list := range a.lists {
		p.read += len(list.list)
		a.take(list)
	}
	a.at = newNumbers(len(a.list))
	for i, c := range a.list {
		a.at.put(c.num, uint32(i))
	}
}

// prefetcher reads commits for one goroutine.
type prefetcher struct {
	s    *Store
	t    *tables
	f    *forest
	z    inflater
	buf  []byte
	into *commitList
}

// block reads the commits among some entries, and counts them.
func (p *prefetcher) block(lo, hi int) (found int) {
	_ = guarded(func() error {
		for node := lo; node < hi; node++ {
			e, err := p.f.p.header(p.f.offset(uint32(node)))
			if err != nil || e.kind != Commit || e.size > 1<<20 {
				continue
			}
			found++
			if int(e.size) > cap(p.buf) {
				p.buf = make([]byte, 2*e.size)
			}
			data := p.buf[:e.size]
			if p.z.inflate(data, p.f.p.data[e.body:p.f.p.end]) == nil {
				p.s.stats.Inflated.Add(int64(len(data)))
				at, _ := p.f.position(uint32(node))
				p.keep(p.t.first[p.f.k]+at, data)
			}
		}
		return nil
	})
	return found
}

// keep adds a commit that is in order and whose tree and parents are all there.
func (p *prefetcher) keep(num uint32, data []byte) {
	c := parsedCommit{num: num, tree: noObject, parents: uint32(len(p.into.parents)), pack: uint32(p.f.k)}
	id := p.t.id(num)
	odd := p.s.shallow[id] || p.s.grafts[id] != nil
	headers(data, func(key, value []byte) {
		switch string(key) {
		case "tree":
			if c.tree == noObject {
				c.tree = p.find(value)
			}
		case "parent":
			parent := p.find(value)
			odd = odd || parent == noObject
			p.into.parents = append(p.into.parents, parent)
		case "committer":
			c.date = seconds(bytes.TrimSpace(value))
		}
	})
	if odd || c.tree == noObject {
		p.into.parents = p.into.parents[:c.parents]
		return
	}
	c.more = uint32(len(p.into.parents))
	p.into.list = append(p.into.list, c)
	p.into.text(num, data)
}

func (p *prefetcher) find(value []byte) uint32 {
	id, ok := hexID(value, p.s.hash)
	if !ok {
		return noObject
	}
	num, _ := p.t.find(id)
	return num
}
