package gitpack

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Reached is what a walk from some tips came to. It is not changed after Reach.
type Reached struct {
	s           *Store
	commits     []commit // newest first, children before parents
	parents     []uint32 // of all commits: positions in commits
	units       bitset   // what Scan covers: blobs, commits and tags
	unreachable bitset
	texts       []commitText // of some commits of packs
	graph       *graph       // what commits were taken from, to be compared with them; may be nil
	blobs       []blobAt     // sorted by number
	paths       *paths
	head        []ID
	skips       []Skipped
	count       int
}

// commit is what the walk keeps of a commit.
type commit struct {
	num, tree     uint32
	date          int64
	parents, more uint32 // the slice of the parents' list
	flags         uint8
}

const (
	outside     = 1 << iota // excluded; kept as the parent of one that is not
	unreachable             // no tip leads here
)

// blobAt is where a blob was met first, coming from the newest commit.
type blobAt struct{ num, path, commit uint32 }

func (b blobAt) compare(num uint32) int { return cmp.Compare(b.num, num) }

// Units is the number of objects that Scan will cover or skip: blobs, commits and tags.
func (r *Reached) Units() int { return r.count }

// Skips are the objects that the walk could not read, and the places where history is cut.
func (r *Reached) Skips() []Skipped { return slices.Clone(r.skips) }

// Paths yields every path that was met, folders too, with an object and a commit that it was met in; the commit is zero
// under a tip that is not a commit. A path that only ever held content already met elsewhere inside a renamed folder
// may be left out, but never one whose last name is not part of some yielded path.
func (r *Reached) Paths(yield func(path string, object, commit ID) bool) {
	t := r.s.tables.Load()
	for i := uint32(1); i < uint32(r.paths.len()); i++ {
		var at ID
		if c := r.paths.commit[i]; c != noObject {
			at = t.id(r.commits[c].num)
		}
		if o := r.paths.object[i]; o != noObject && !yield(r.paths.text(i), t.id(o), at) {
			return
		}
	}
}

// Reach walks commits and trees from the tips. What could not be read is recorded, and Scan reports it as skips. The
// error is that of the context, or that an index was cut off while it was read.
func (s *Store) Reach(ctx context.Context, tips Tips) (r *Reached, err error) {
	defer s.clock(&s.stats.ReachNanos, time.Now())
	err = guarded(func() error {
		r, err = s.reach(ctx, tips)
		return err
	})
	return r, err
}

func (s *Store) reach(ctx context.Context, tips Tips) (*Reached, error) {
	w := newCommitWalk(s)
	if err := w.run(ctx, tips); err != nil {
		return nil, err
	}
	r := w.reached()
	r.head = slices.Clone(tips.Head)
	seen, err := r.walkTrees(ctx, w)
	if err == nil && tips.All {
		err = r.addRest(ctx, seen)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(r.blobs, func(a, b blobAt) int { return cmp.Compare(a.num, b.num) })
	r.count = r.units.len()
	s.stats.Units.Store(int64(r.count))
	s.stats.Blobs.Store(int64(len(r.blobs)))
	return r, nil
}

func (s *Store) clock(sum interface{ Add(int64) int64 }, start time.Time) {
	sum.Add(int64(time.Since(start)))
}

// walkTrees walks the trees of all commits. Each worker takes a stretch of history with sets of its own; a blob goes to
// the newest stretch that has it, so the outcome does not depend on the number of workers.
func (r *Reached) walkTrees(ctx context.Context, w *commitWalk) (bitset, error) {
	seen := newBitset(r.s.tables.Load().total())
	outer := newTreeWalk(r.s, seen, r.s.pathRoom())
	for _, num := range w.outsideTrees {
		outer.walk(num, rootPath, noObject)
	}
	for _, num := range w.outsideBlobs {
		outer.seen.set(num)
	}
	outer.found, outer.skips, outer.paths = nil, nil, newPaths(nil)
	room := r.s.pathRoom()
	walks := make([]*treeWalk, max(1, min(r.s.workers, len(r.commits)/64)))
	err := spread(len(walks), len(r.commits), func(i, lo, hi int) {
		walks[i] = newTreeWalk(r.s, outer.seen.clone(), room)
		walks[i].commits(ctx, r, lo, hi)
	})
	if err != nil {
		return nil, err
	}
	last := walks[len(walks)-1] // tips without commits count as oldest
	for _, num := range w.trees {
		last.walk(num, rootPath, noObject)
	}
	for _, num := range w.blobs {
		if last.seen.set(num) {
			last.found = append(last.found, blobAt{num, rootPath, noObject})
		}
	}
	told := map[ID]bool{}
	for _, walk := range walks {
		r.merge(walk, &outer.seen, told, 0)
		seen = union(seen, walk.seen)
	}
	return seen, ctx.Err()
}

// pathRoom is how much the paths of a walk may take. They are there twice when they are brought together.
func (s *Store) pathRoom() *atomic.Int64 {
	var room atomic.Int64
	room.Store(s.memory / 4)
	return &room
}

// spread divides a history among n workers.
func spread(n, commits int, walk func(i, lo, hi int)) error {
	var group errgroup.Group
	for i := range n {
		group.Go(func() error {
			return guarded(func() error {
				walk(i, commits*i/n, commits*(i+1)/n)
				return nil
			})
		})
	}
	return group.Wait()
}

// merge adds what a worker found, the newest stretch first.
func (r *Reached) merge(w *treeWalk, seen *bitset, told map[ID]bool, flags uint8) {
	global := make([]uint32, w.paths.len())
	for i := 1; i < w.paths.len(); i++ {
		n, fresh := r.paths.add(global[w.paths.parent[i]], w.paths.name(uint32(i)))
		global[i] = n
		if fresh {
			r.paths.object[n], r.paths.commit[n] = w.paths.object[i], w.paths.commit[i]
		}
	}
	for _, b := range w.found {
		if !seen.set(b.num) {
			continue
		}
		b.path = global[b.path]
		r.blobs = append(r.blobs, b)
		r.units.set(b.num)
		if flags|r.flags(b.commit)&unreachable != 0 {
			r.unreachable.set(b.num)
		}
	}
	if w.paths.full && !told[ID{}] {
		told[ID{}] = true
		r.skips = append(r.skips, Skipped{Err: fmt.Errorf("some names of files, which are more than fit in memory: %w", ErrTooLarge)})
	}
	for _, s := range w.skips {
		if !told[s.ID] {
			told[s.ID] = true
			r.skips = append(r.skips, s)
		}
	}
}

func (r *Reached) flags(commit uint32) uint8 {
	if commit == noObject {
		return 0
	}
	return r.commits[commit].flags
}
