package gitpack

import "fmt"

// maxChain is the longest chain of deltas that is followed. Git writes 50 by default and 4095 at most.
const maxChain = 1 << 16

// reader reads objects one at a time, with a cache of the latest. Not for concurrent use; the data that it returns is
// shared with the cache and must not be changed.
type reader struct {
	s     *Store
	z     inflater
	cache cache
	chain []link
	kinds map[cacheKey]Type // of some objects
	delta []byte            // scratch
}

// link is one delta of a chain.
type link struct {
	k  int // table of p
	p  *pack
	at uint64
	e  entry
}

func newReader(s *Store, budget int64) *reader {
	return &reader{s: s, cache: cache{budget: budget}}
}

// any reads an object by name from whichever table has a good copy.
func (r *reader) any(id ID, limit int64) (kind Type, data []byte, err error) {
	num, ok := r.s.find(id)
	if !ok {
		return 0, nil, r.s.missing()
	}
	t := r.s.tables.Load()
	k, i := t.where(num)
	kind, data, err = r.at(t, k, i, limit)
	if err == nil {
		return kind, data, nil
	}
	kind2, data2, err2 := r.copy(id, k, limit)
	if err2 != nil && r.s.renew(id) {
		kind2, data2, err2 = r.copy(id, k, limit)
	}
	if err2 == nil {
		return kind2, data2, nil
	}
	return kind, nil, err
}

// copy reads an object from any table but one.
func (r *reader) copy(id ID, but int, limit int64) (Type, []byte, error) {
	t := r.s.tables.Load()
	for k, tab := range t.list {
		if k == but {
			continue
		}
		if i, ok := tab.find(id); ok {
			if kind, data, err := r.at(t, k, i, limit); err == nil {
				return kind, data, nil
			}
		}
	}
	return 0, nil, r.s.missing()
}

// object reads an object by number.
func (r *reader) object(num uint32, limit int64) (Type, []byte, error) {
	t := r.s.tables.Load()
	k, i := t.where(num)
	kind, data, err := r.at(t, k, i, limit)
	if err == nil {
		return kind, data, nil
	}
	id := t.list[k].id(i)
	return r.any(id, limit)
}

func (r *reader) at(t *tables, k, i int, limit int64) (kind Type, data []byte, err error) {
	err = guarded(func() (err error) {
		switch tab := t.list[k].(type) {
		case *pack:
			kind, data, err = r.packed(t, k, tab.index.offset(i), limit)
		case *loose:
			kind, data, err = r.loose(t, k, i, limit)
		}
		return err
	})
	return kind, data, err
}

func (r *reader) loose(t *tables, k, i int, limit int64) (Type, []byte, error) {
	key := cacheKey{uint32(k), uint64(i)}
	if kind, data, ok := r.cache.get(key); ok && int64(len(data)) <= limit {
		return kind, data, nil
	}
	tab := t.list[k].(*loose)
	kind, data, err := r.z.readLoose(tab.path(tab.id(i)), limit)
	if err == nil {
		r.s.stats.Inflated.Add(int64(len(data)))
		r.cache.put(key, kind, data)
	}
	return kind, data, err
}

// packed reads the object at an offset of pack k: first down the chain of deltas, then back up.
func (r *reader) packed(t *tables, k int, at uint64, limit int64) (Type, []byte, error) {
	bases := max(limit, r.s.largest())
	kind, data, err := r.foot(t, k, at, limit, bases)
	if err != nil {
		return kind, nil, err
	}
	for i := len(r.chain) - 1; i >= 0; i-- {
		l := r.chain[i]
		if data, err = r.derive(l, data, bases); err != nil {
			return kind, nil, err
		}
		r.cache.put(cacheKey{uint32(l.k), l.at}, kind, data)
	}
	if int64(len(data)) > limit {
		return kind, nil, ErrTooLarge
	}
	return kind, data, nil
}

// foot follows a chain of deltas down to an object that is whole or in the cache, and leaves the deltas in r.chain.
func (r *reader) foot(t *tables, k int, at uint64, limit, bases int64) (Type, []byte, error) {
	for r.chain = r.chain[:0]; len(r.chain) < maxChain; {
		key := cacheKey{uint32(k), at}
		if kind, data, ok := r.cache.get(key); ok {
			return kind, data, nil
		}
		p := t.list[k].(*pack)
		e, err := p.header(at)
		if err != nil {
			return 0, nil, err
		}
		if e.kind < offsetDelta {
			if len(r.chain) > 0 {
				limit = bases
			}
			data, err := r.whole(p, e, limit)
			if err == nil {
				r.cache.put(key, e.kind, data)
			}
			return e.kind, data, err
		}
		r.chain = append(r.chain, link{k, p, at, e})
		if e.kind == offsetDelta {
			at = e.base
			continue
		}
		base, i, ok := findBase(t, k, e.id)
		if !ok {
			return 0, nil, fmt.Errorf("delta base %s: %w", e.id, r.s.missing())
		}
		k = base
		next, packed := t.list[k].(*pack)
		if !packed {
			return r.loose(t, k, i, bases)
		}
		at = next.index.offset(i)
	}
	return 0, nil, corrupt("delta chain has no end", nil)
}

// findBase looks for the base of a delta in its own pack first.
func findBase(t *tables, k int, id ID) (base, i int, ok bool) {
	if i, ok = t.list[k].find(id); ok {
		return k, i, true
	}
	num, ok := t.find(id)
	if !ok {
		return 0, 0, false
	}
	base, i = t.where(num)
	return base, i, true
}

func (r *reader) whole(p *pack, e entry, limit int64) ([]byte, error) {
	if e.size > uint64(limit) {
		return nil, ErrTooLarge
	}
	data := make([]byte, e.size)
	r.s.stats.Inflated.Add(int64(e.size))
	return data, r.z.inflate(data, p.data[e.body:p.end])
}

// derive applies a delta to its base.
func (r *reader) derive(l link, base []byte, limit int64) ([]byte, error) {
	ops, size, err := r.inflateDelta(l.p, l.e, len(base), limit)
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	return data, patch(data, base, ops, nil)
}

// inflateDelta returns a delta's instructions, valid until the next call, and the size of its result.
func (r *reader) inflateDelta(p *pack, e entry, base int, limit int64) (ops []byte, size int, err error) {
	if e.size > uint64(limit) {
		return nil, 0, ErrTooLarge
	}
	if uint64(cap(r.delta)) < e.size {
		r.delta = make([]byte, e.size+e.size/4+256)
	}
	delta := r.delta[:e.size]
	if len(r.delta) > 1<<20 {
		r.delta = nil
	}
	if err := r.z.inflate(delta, p.data[e.body:p.end]); err != nil {
		return nil, 0, err
	}
	r.s.stats.Inflated.Add(int64(e.size))
	from, to, ops, err := deltaSizes(delta)
	if err != nil {
		return nil, 0, err
	}
	if from != uint64(base) {
		return nil, 0, corrupt("delta is for another base", nil)
	}
	if to > uint64(limit) {
		return nil, 0, ErrTooLarge
	}
	return ops, int(to), nil
}
