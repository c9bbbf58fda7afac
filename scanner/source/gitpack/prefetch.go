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
}

// commitList is commits that were read ahead of a walk, by object number.
type commitList struct {
	list    []parsedCommit
	parents []uint32
	at      *numbers
	texts   []commitText
	room    int64  // for further texts
	free    []byte // for the next texts
}

// commitText is a whole commit that is kept for the scan, which would have to inflate it again.
type commitText struct {
	num  uint32
	data []byte
}

const textBlock = 256 << 10 // bytes that are set aside for texts at a time

// text keeps a commit while there is room.
func (l *commitList) text(num uint32, data []byte) {
	if int64(len(data)) > l.room {
		return
	}
	if len(data) > len(l.free) {
		l.free = make([]byte, max(len(data), int(min(textBlock, l.room))))
		l.room -= int64(len(l.free))
	}
	n := copy(l.free, data)
	l.texts = append(l.texts, commitText{num, l.free[:n:n]})
	l.free = l.free[n:]
}

const (
	manyObjects   = 1 << 14 // packs from this size on are read ahead
	prefetchBlock = 1 << 10 // entries that a worker takes at a time

	mostPrefetched = 1 << 21 // entries of a stretch of a pack
)

// prefetch reads the commits of large packs in pack order, in all workers: following parents one by one keeps a single
// worker busy. Git writes commits in front, so each pack is read up to the first stretch without one. What cannot be
// read is left to the walk, which says so.
func (s *Store) prefetch() *commitList {
	all := &commitList{}
	t := s.tables.Load()
	for k, tab := range t.list {
		if p, ok := tab.(*pack); ok && p.count() >= manyObjects {
			f := &forest{k: k, p: p}
			if f.fit() == nil {
				all.add(s.prefetchPack(t, f))
			}
		}
	}
	all.at = newNumbers(len(all.list))
	for i, c := range all.list {
		all.at.put(c.num, uint32(i))
	}
	return all
}

// prefetchPack goes through a pack in stretches, so that little has to be sorted.
func (s *Store) prefetchPack(t *tables, f *forest) []*commitList {
	lists := make([]*commitList, s.workers)
	for i := range lists {
		lists[i] = &commitList{room: s.memory / int64(32*s.workers)}
	}
	stretch := max(f.p.end/16, 16<<20)
	for at := uint64(0); at < f.p.end; at += stretch {
		if !f.addStretch(at, at+stretch, mostPrefetched) || !s.prefetchStretch(t, f, lists) {
			break
		}
	}
	return lists
}

// prefetchStretch reads the commits among the nodes, and says whether more may follow.
func (s *Store) prefetchStretch(t *tables, f *forest, lists []*commitList) bool {
	var next, stop atomic.Int64
	var wg sync.WaitGroup
	for i := range lists {
		wg.Go(func() {
			p := &prefetcher{s: s, t: t, f: f, into: lists[i]}
			for stop.Load() == 0 {
				lo := int(next.Add(prefetchBlock)) - prefetchBlock
				if lo >= len(f.order) {
					return
				}
				if found := p.block(lo, min(lo+prefetchBlock, len(f.order))); found == 0 {
					stop.Store(1)
				}
			}
		})
	}
	wg.Wait()
	return stop.Load() == 0
}

// add appends lists.
func (l *commitList) add(more []*commitList) {
	for _, m := range more {
		shift := uint32(len(l.parents))
		for _, c := range m.list {
			c.parents, c.more = c.parents+shift, c.more+shift
			l.list = append(l.list, c)
		}
		l.parents = append(l.parents, m.parents...)
		l.texts = append(l.texts, m.texts...)
	}
}

func (l *commitList) get(num uint32) (parsedCommit, bool) {
	if l == nil {
		return parsedCommit{}, false
	}
	i, ok := l.at.get(num)
	if !ok {
		return parsedCommit{}, false
	}
	return l.list[i], true
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
	c := parsedCommit{num: num, tree: noObject, parents: uint32(len(p.into.parents))}
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
