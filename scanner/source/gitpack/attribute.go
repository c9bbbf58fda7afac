package gitpack

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// Person is an author, committer or tagger with the time of the deed.
type Person struct {
	Name, Email string
	When        time.Time // with the zone that was written down
}

// CommitInfo is what a commit says of itself.
type CommitInfo struct {
	ID        ID
	Tree      ID
	Parents   []ID
	Author    Person
	Committer Person
	Message   string
}

// At is one place of an object in history.
type At struct {
	Path        string     // the path of a blob; empty for commits, tags and blobs that no tree holds
	First       CommitInfo // the oldest commit that has the object at Path; of a tag: its tagger and message
	Last        ID         // the newest commit that has the object, at any path
	Head        bool       // a checked-out commit has the object at Path
	Unreachable bool       // no tip leads to First
}

// Attribute tells every place of the given objects: one call of yield for each path, oldest first per object, objects
// in the order given. An object that no commit led to is yielded once with an empty First. Of an object with more than
// a few thousand paths some may be left out. It returns yield's first error.
func (r *Reached) Attribute(ctx context.Context, objects []ID, yield func(ID, At) error) error {
	defer r.s.clock(&r.s.stats.AttributeNanos, time.Now())
	return guarded(func() error { return r.attribute(ctx, objects, yield) })
}

func (r *Reached) attribute(ctx context.Context, objects []ID, yield func(ID, At) error) error {
	want := newHits(objects)
	if slices.ContainsFunc(objects, r.mayHavePath) {
		if err := r.locate(ctx, want); err != nil {
			return err
		}
		r.locateHead(want)
	}
	infos := map[uint32]CommitInfo{}
	read := r.s.reader()
	defer r.s.release(read)
	for _, id := range objects {
		for _, at := range r.places(read, want, id, infos) {
			if err := yield(id, at); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// mayHavePath is false of objects that the walk met, but not in a tree: commits, tags, dangling blobs. A blob that a range
// leaves out may well have a new path in it.
func (r *Reached) mayHavePath(id ID) bool {
	num, ok := r.s.find(id)
	if !ok || !r.units.has(num) {
		return ok
	}
	_, ok = slices.BinarySearchFunc(r.blobs, num, blobAt.compare)
	return ok
}

// hits are the blobs to locate and where they were met.
type hits struct {
	index  map[ID]uint32
	filter []uint64 // bits by the first two bytes of the names: most entries of most trees end here
	places []map[string]uint32
}

func newHits(ids []ID) *hits {
	h := &hits{index: map[ID]uint32{}, filter: make([]uint64, 1<<10)}
	for _, id := range ids {
		if _, ok := h.index[id]; !ok {
			h.index[id] = uint32(len(h.index))
		}
		n := uint(id[0])<<8 | uint(id[1])
		h.filter[n>>6] |= 1 << (n & 63)
	}
	h.places = make([]map[string]uint32, len(h.index))
	return h
}

func (h *hits) find(raw []byte) (uint32, bool) {
	n := uint(raw[0])<<8 | uint(raw[1])
	if h.filter[n>>6]&(1<<(n&63)) == 0 {
		return 0, false
	}
	var id ID
	copy(id[:], raw)
	i, ok := h.index[id]
	return i, ok
}

// mostPlaces is how many paths of one object are kept.
const mostPlaces = 4096

// headMark in a place's commit position says that a checked-out commit has it.
const headMark = 1 << 31

// locate walks the history in stretches, one per worker, and keeps the oldest commit for each path of a hit.
func (r *Reached) locate(ctx context.Context, want *hits) error {
	n := max(1, min(r.s.workers, len(r.commits)/64))
	walks := make([]*placeWalk, n)
	err := spread(n, len(r.commits), func(i, lo, hi int) {
		walks[i] = newPlaceWalk(r, want)
		walks[i].commits(ctx, lo, hi)
	})
	if err != nil {
		return err
	}
	for _, w := range walks {
		for i, places := range w.places {
			if want.places[i] == nil && len(places) > 0 {
				want.places[i] = map[string]uint32{}
			}
			for path, c := range places {
				if old, ok := want.places[i][path]; !ok || r.older(c, old) {
					want.places[i][path] = c
				}
			}
		}
	}
	return ctx.Err()
}

// older says whether a commit, by position, came before another. What tips reach counts before what none does.
func (r *Reached) older(a, b uint32) bool {
	if a == b {
		return false
	}
	x, y := r.commits[a].flags&unreachable, r.commits[b].flags&unreachable
	return x < y || x == y && a > b
}

// locateHead marks the places that a checked-out commit has.
func (r *Reached) locateHead(want *hits) {
	w := newPlaceWalk(r, want)
	for _, id := range r.head {
		c, err := r.s.Commit(id)
		if err != nil {
			continue
		}
		if num, ok := r.s.find(c.Tree); ok {
			w.whole(num, "", 0)
		}
	}
	for i, places := range w.places {
		for path := range places {
			if c, ok := want.places[i][path]; ok {
				want.places[i][path] = c | headMark
			}
		}
	}
}

// places lists what is known of one object.
func (r *Reached) places(read *reader, want *hits, id ID, infos map[uint32]CommitInfo) []At {
	num, ok := r.s.find(id)
	if !ok {
		return []At{{}}
	}
	last, path := r.newest(num)
	rest := At{Path: path, Unreachable: r.unreachable.has(num)}
	if last != noObject {
		rest.Last, rest.First = r.s.tables.Load().id(r.commits[last].num), r.info(read, last, infos)
	}
	found := want.places[want.index[id]]
	if len(found) == 0 {
		if last == noObject {
			rest.First = r.self(read, num, id)
		}
		return []At{rest}
	}
	order := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		x, y := found[a]&^headMark, found[b]&^headMark
		switch {
		case x == y:
			return cmp.Compare(a, b)
		case r.older(x, y):
			return -1
		}
		return 1
	})
	var list []At
	for _, path := range order {
		c := found[path] &^ headMark
		list = append(list, At{Path: path, First: r.info(read, c, infos), Last: rest.Last,
			Head: found[path]&headMark != 0, Unreachable: r.commits[c].flags&unreachable != 0})
	}
	return list
}

// newest is the position of the newest commit that has a blob, and a path there.
func (r *Reached) newest(num uint32) (commit uint32, path string) {
	i, ok := slices.BinarySearchFunc(r.blobs, num, blobAt.compare)
	if !ok {
		return noObject, ""
	}
	return r.blobs[i].commit, r.paths.text(r.blobs[i].path)
}

// info reads a commit by position.
func (r *Reached) info(read *reader, commit uint32, infos map[uint32]CommitInfo) CommitInfo {
	if c, ok := infos[commit]; ok {
		return c
	}
	num := r.commits[commit].num
	_, data, _ := read.object(num, r.s.largest())
	c, _ := parseCommit(data, r.s.hash)
	c.ID = r.s.tables.Load().id(num)
	infos[commit] = c
	return c
}

// self describes a commit or tag by what it says of itself.
func (r *Reached) self(read *reader, num uint32, id ID) (c CommitInfo) {
	switch kind, data, _ := read.object(num, r.s.largest()); kind {
	case Commit:
		c, _ = parseCommit(data, r.s.hash)
		c.ID = id
	case Tag:
		c = parseTag(data)
	}
	return c
}
