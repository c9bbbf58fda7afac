package gitpack

import (
	"bytes"
	"context"
	"fmt"
)

// commitWalk follows tips and parents.
type commitWalk struct {
	s     *Store
	r     *reader
	seen  bitset // commits, tags, and objects that tips name directly
	queue []uint32
	ahead *ahead // commits that were read already; may be nil
	graph *graph // what to ask before a commit is read; may be nil
	named []ID   // scratch

	commits      []commit
	parents      []uint32 // numbers of commits
	units        bitset
	unreachable  bitset
	trees, blobs []uint32 // tips that are not commits

	flags        uint8 // for what is walked now
	boundary     bitset
	outsideTrees []uint32
	outsideBlobs []uint32
	skips        []Skipped
}

func newCommitWalk(s *Store) *commitWalk {
	n := s.tables.Load().total()
	return &commitWalk{s: s, r: newReader(s, s.memory/32), seen: newBitset(n), units: newBitset(n)}
}

func (w *commitWalk) run(ctx context.Context, tips Tips) error {
	if err := w.exclude(ctx, tips); err != nil {
		return err
	}
	if len(tips.Exclude) == 0 && len(tips.Include) > 0 {
		if w.graph = w.s.commitGraph(); w.graph == nil {
			w.ahead = w.s.newAhead()
		}
	}
	for _, group := range []struct {
		ids   []ID
		flags uint8
	}{{tips.Include, 0}, {tips.Logs, unreachable}} {
		w.flags = group.flags
		for _, id := range group.ids {
			w.tip(id)
		}
		if err := w.drain(ctx); err != nil {
			return err
		}
	}
	if tips.All {
		w.flags = unreachable
		if err := w.everyCommit(ctx); err != nil {
			return err
		}
		return w.drain(ctx)
	}
	return nil
}

// tip starts at an object of any type.
func (w *commitWalk) tip(id ID) {
	for range maxChain {
		num, ok := w.s.find(id)
		if !ok {
			w.skip(id, 0, w.s.missing())
			return
		}
		kind, err := w.r.kind(num)
		switch {
		case err != nil:
			w.skip(id, kind, err)
			return
		case kind != Tag:
			w.start(num, kind)
			return
		case !w.fresh(num):
			return
		}
		w.unit(num)
		_, data, err := w.r.object(num, w.s.largest())
		if err != nil {
			return // the scan meets the same error
		}
		if id, _, ok = tagTarget(data, w.s.hash); !ok {
			w.skip(id, Tag, corrupt("tag without object", nil))
			return
		}
	}
}

func (w *commitWalk) start(num uint32, kind Type) {
	switch kind {
	case Commit:
		w.enqueue(num)
	case Tree:
		if w.fresh(num) {
			w.trees = append(w.trees, num)
		}
	case Blob:
		if w.fresh(num) {
			w.blobs = append(w.blobs, num)
		}
	}
}

func (w *commitWalk) fresh(num uint32) bool { return !w.boundary.has(num) && w.seen.set(num) }

func (w *commitWalk) enqueue(num uint32) {
	if w.fresh(num) {
		w.queue = append(w.queue, num)
	}
}

func (w *commitWalk) unit(num uint32) {
	w.units.set(num)
	if w.flags&unreachable != 0 {
		w.unreachable.set(num)
	}
}

func (w *commitWalk) skip(id ID, kind Type, err error) {
	w.skips = append(w.skips, Skipped{ID: id, Type: kind, Err: fmt.Errorf("%s: %w", id, err)})
}

func (w *commitWalk) drain(ctx context.Context) error {
	for i := 0; i < len(w.queue); i++ {
		if i%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		w.visit(w.queue[i])
	}
	w.queue = w.queue[:0]
	return nil
}

// visit reads a commit and enqueues its parents.
func (w *commitWalk) visit(num uint32) {
	w.unit(num)
	w.s.stats.Commits.Add(1)
	c, ok := w.read(num)
	if !ok {
		return
	}
	c.flags = w.flags
	w.commits = append(w.commits, c)
	for _, p := range w.parents[c.parents:c.more] {
		if w.boundary.has(p) {
			w.outsider(p)
		} else {
			w.enqueue(p)
		}
	}
}

// outsider keeps an excluded commit whose child is wanted: what its tree holds is not new.
func (w *commitWalk) outsider(num uint32) {
	if !w.seen.set(num) {
		return
	}
	before := len(w.skips)
	c, ok := w.read(num)
	w.skips = w.skips[:before]
	if !ok {
		return
	}
	w.parents = w.parents[:c.parents]
	c.more, c.flags = c.parents, outside
	w.commits = append(w.commits, c)
	if c.tree != noObject {
		w.outsideTrees = append(w.outsideTrees, c.tree)
	}
}

// read parses a commit as far as the walk needs it. It is false when the scan will meet the error again.
func (w *commitWalk) read(num uint32) (c commit, ok bool) {
	if p, ok := w.ahead.get(num); ok {
		c = commit{num: num, tree: p.tree, date: p.date, parents: uint32(len(w.parents))}
		w.parents = append(w.parents, w.ahead.parents[p.parents:p.more]...)
		c.more = uint32(len(w.parents))
		return c, true
	}
	id := w.s.tables.Load().id(num)
	if c, ok := w.fromGraph(num, id); ok {
		return c, true
	}
	kind, data, err := w.r.object(num, w.s.largest())
	if err != nil {
		return c, false
	}
	if kind != Commit {
		w.skip(id, Commit, corrupt("not a commit but a "+kind.String(), nil))
		return c, false
	}
	if w.ahead != nil {
		w.ahead.text(num, data)
	}
	c = commit{num: num, tree: noObject, parents: uint32(len(w.parents))}
	shallow := w.s.shallow[id]
	whole := false
	headers(data, func(key, value []byte) {
		switch string(key) {
		case "tree":
			tree, ok := hexID(value, w.s.hash)
			if whole = whole || ok; ok && c.tree == noObject {
				c.tree = w.number(tree, Tree)
			}
		case "parent":
			if parent, ok := hexID(value, w.s.hash); ok && w.addParent(parent, shallow) {
				shallow = false
				w.skip(id, Commit, ErrShallow)
			}
		case "committer":
			c.date = seconds(bytes.TrimSpace(value))
		}
	})
	if !whole {
		w.skip(id, Commit, corrupt("commit without tree", nil))
	}
	for _, parent := range w.s.grafts[id] {
		w.addParent(parent, false)
	}
	c.more = uint32(len(w.parents))
	return c, true
}

// fromGraph takes a commit from the graph, when that knows it and its tree and parents are there.
func (w *commitWalk) fromGraph(num uint32, id ID) (c commit, ok bool) {
	if w.graph == nil {
		return c, false
	}
	known, ok := w.graph.commit(id, w.named[:0])
	w.named = known.parents
	if !ok {
		return c, false
	}
	c = commit{num: num, date: known.date, parents: uint32(len(w.parents))}
	if c.tree, ok = w.s.find(known.tree); !ok {
		return c, false
	}
	for _, parent := range known.parents {
		num, ok := w.s.find(parent)
		if !ok {
			w.parents = w.parents[:c.parents]
			return c, false
		}
		w.parents = append(w.parents, num)
	}
	c.more = uint32(len(w.parents))
	return c, true
}

// addParent adds a parent to the commit that is read now, and says whether it lies behind the edge of a shallow history.
func (w *commitWalk) addParent(id ID, shallow bool) bool {
	if shallow {
		num, ok := w.s.find(id)
		if ok {
			w.parents = append(w.parents, num)
		}
		return !ok
	}
	if num := w.number(id, Commit); num != noObject {
		w.parents = append(w.parents, num)
	}
	return false
}

// number finds an object that another one names, or records that it is missing.
func (w *commitWalk) number(id ID, kind Type) uint32 {
	num, ok := w.s.find(id)
	if !ok {
		w.skip(id, kind, w.s.missing())
		return noObject
	}
	return num
}

func (w *commitWalk) reached() *Reached {
	r := &Reached{s: w.s, units: w.units, unreachable: w.unreachable, paths: newPaths(nil), skips: w.skips, graph: w.graph}
	if w.ahead != nil {
		r.texts, w.ahead = w.ahead.texts, nil
	}
	r.commits, r.parents = sortCommits(w.commits, w.parents)
	return r
}
