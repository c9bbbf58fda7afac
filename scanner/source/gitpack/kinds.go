package gitpack

import "context"

// kind is the type of an object, read from headers only.
func (r *reader) kind(num uint32) (Type, error) {
	t := r.s.tables.Load()
	k, i := t.where(num)
	kind, err := r.kindAt(t, k, i)
	if err != nil {
		kind, _, err = r.any(t.list[k].id(i), r.s.largest())
	}
	return kind, err
}

// kindAt follows a chain of deltas down. Of long chains it remembers some places, so that all objects of one do not cost
// the square of its length.
func (r *reader) kindAt(t *tables, k, i int) (kind Type, err error) {
	var passed []cacheKey
	err = guarded(func() error {
		kind, err = r.descend(t, k, i, &passed)
		return err
	})
	if err == nil && len(passed) > 0 {
		if r.kinds == nil || len(r.kinds) > manyKinds {
			r.kinds = map[cacheKey]Type{}
		}
		for _, key := range passed {
			r.kinds[key] = kind
		}
	}
	return kind, err
}

const (
	manyKinds = 1 << 16 // places to remember
	kindSteps = 32      // deltas between them
)

func (r *reader) descend(t *tables, k, i int, passed *[]cacheKey) (Type, error) {
	tab, packed := t.list[k].(*pack)
	if !packed {
		return r.looseKind(t.list[k].(*loose), i)
	}
	at := tab.index.offset(i)
	for step := range maxChain {
		key := cacheKey{uint32(k), at}
		if kind, ok := r.kinds[key]; ok {
			return kind, nil
		}
		if step%kindSteps == kindSteps-1 {
			*passed = append(*passed, key)
		}
		e, err := tab.header(at)
		switch {
		case err != nil:
			return 0, err
		case e.kind == offsetDelta:
			at = e.base
			continue
		case e.kind != refDelta:
			return e.kind, nil
		}
		base, i, ok := findBase(t, k, e.id)
		if !ok {
			return 0, r.s.missing()
		}
		k = base
		if tab, packed = t.list[k].(*pack); !packed {
			return r.looseKind(t.list[k].(*loose), i)
		}
		at = tab.index.offset(i)
	}
	return 0, corrupt("delta chain has no end", nil)
}

func (r *reader) looseKind(l *loose, i int) (Type, error) {
	f, err := r.z.openLoose(l.path(l.id(i)))
	if err != nil {
		return 0, err
	}
	defer f.close()
	return f.kind, nil
}

// each yields every object of the store once, with its type.
func (s *Store) each(ctx context.Context, r *reader, yield func(num uint32, kind Type, err error)) error {
	t := s.tables.Load()
	for num := range t.total() {
		if num%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		k, i := t.where(num)
		if k > 0 {
			id := t.list[k].id(i)
			if first, ok := t.find(id); ok && first != num {
				continue
			}
		}
		kind, err := r.kind(num)
		yield(num, kind, err)
	}
	return nil
}

// everyCommit enqueues all commits and tags of the store.
func (w *commitWalk) everyCommit(ctx context.Context) error {
	return w.s.each(ctx, w.r, func(num uint32, kind Type, err error) {
		switch {
		case err != nil: // walkRest tells
		case kind == Commit:
			w.enqueue(num)
		case kind == Tag && w.fresh(num):
			w.unit(num)
		}
	})
}

// addRest adds the trees and blobs that no commit led to.
func (r *Reached) addRest(ctx context.Context, seen bitset) error {
	w := newTreeWalk(r.s, seen, r.s.pathRoom())
	err := r.s.each(ctx, w.r, func(num uint32, kind Type, err error) {
		switch {
		case err != nil:
			w.skip(r.s.tables.Load().id(num), rootPath, err)
		case kind == Tree:
			w.walk(num, rootPath, noObject)
		}
	})
	if err != nil {
		return err
	}
	placed := bitset{}
	r.merge(w, &placed, map[ID]bool{}, unreachable)
	return r.s.each(ctx, w.r, func(num uint32, kind Type, err error) {
		if err == nil && kind == Blob && w.seen.set(num) {
			r.units.set(num)
			r.unreachable.set(num)
		}
	})
}
