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

func (r *reader) kindAt(t *tables, k, i int) (kind Type, err error) {
	err = guarded(func() error {
		tab, packed := t.list[k].(*pack)
		if !packed {
			kind, err = r.looseKind(t.list[k].(*loose), i)
			return err
		}
		at := tab.index.offset(i)
		for range maxChain {
			e, err := tab.header(at)
			if err != nil {
				return err
			}
			switch e.kind {
			case offsetDelta:
				at = e.base
				continue
			case refDelta:
			default:
				kind = e.kind
				return nil
			}
			base, i, ok := findBase(t, k, &e.id)
			if !ok {
				return r.s.missing()
			}
			k = base
			if tab, packed = t.list[k].(*pack); !packed {
				kind, err = r.looseKind(t.list[k].(*loose), i)
				return err
			}
			at = tab.index.offset(i)
		}
		return corrupt("delta chain has no end", nil)
	})
	return kind, err
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
			if first, ok := t.find(&id); ok && first != num {
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
	w := newTreeWalk(r.s, seen)
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
