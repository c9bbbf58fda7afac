package gitpack

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// scan is one run over what a walk reached.
type scan struct {
	s      *Store
	r      *Reached
	t      *tables
	sp     Spotter
	v      Visitor
	whole  bool // look for spots in every byte, deltas or not
	tokens tokens
	want   bitset            // what is left to cover
	named  map[uint32]uint32 // blobs to visit for a path of theirs
	memo   *memo             // of sp; nil when every byte is to be looked at
}

// tokens are held by workers that have large objects in memory: few at a time.
type tokens struct{ big, medium chan struct{} }

// Scan visits every reached blob, commit and tag that has at least one spot, or all of them when sp is nil. Every
// reached object ends in exactly one of Visit, Skip and Clean. The windows of one blob count as one. What Reach could
// not read is told to Skip first.
func (s *Store) Scan(ctx context.Context, r *Reached, sp Spotter, v Visitor) error {
	return (&scan{s: s, r: r, sp: sp, v: v}).run(ctx)
}

func (c *scan) run(ctx context.Context) error {
	defer c.s.clock(&c.s.stats.ScanNanos, time.Now())
	c.t, c.tokens = c.s.tables.Load(), tokens{make(chan struct{}, 1), make(chan struct{}, 5)}
	if c.sp != nil && !c.whole {
		c.memo = newMemo(c.sp, c.s.memory/64)
	}
	for _, skip := range c.r.skips {
		c.v.Skip(skip)
	}
	c.names()
	texts := c.apart()
	for k, tab := range c.t.list {
		var err error
		switch tab.(type) {
		case *pack:
			err = c.pack(ctx, k)
		case *loose:
			err = c.loose(ctx, k)
		}
		if err != nil {
			return err
		}
	}
	if err := c.texts(ctx, texts); err != nil {
		return err
	}
	return ctx.Err()
}

// names finds the blobs whose name asks for a visit: those that were met first at such a path, and those that such a path
// was met with first.
func (c *scan) names() {
	if c.v.Named == nil || c.sp == nil {
		return
	}
	c.named = map[uint32]uint32{}
	asks := newBitset(uint32(c.r.paths.len()))
	for i := uint32(1); i < uint32(c.r.paths.len()); i++ {
		if !c.v.Named(c.r.paths.name(i)) {
			continue
		}
		asks.set(i)
		if o := c.r.paths.object[i]; o != noObject {
			c.named[o] = i
		}
	}
	for _, b := range c.r.blobs {
		if asks.has(b.path) {
			c.named[b.num] = b.path
		}
	}
}

// apart sets the commits that are in memory already apart from what packs and files are wanted for.
func (c *scan) apart() (texts []commitText) {
	c.want = c.r.units.clone()
	for _, t := range c.r.texts {
		if c.want.remove(t.num) {
			texts = append(texts, t)
			c.s.stats.Total.Add(int64(len(t.data)))
		}
	}
	return texts
}

// texts scans commits that are in memory.
func (c *scan) texts(ctx context.Context, texts []commitText) error {
	var next atomic.Int64
	const some = 256
	return c.parallel(ctx, func(ctx context.Context, w *scanner) error {
		for {
			lo := min(int(next.Add(some))-some, len(texts))
			for _, t := range texts[lo:min(lo+some, len(texts))] {
				w.s.stats.Read.Add(int64(len(t.data)))
				if _, err := w.visit(t.num, Commit, t.data, w.spots(Commit, t.data)); err != nil {
					return err
				}
			}
			if lo == len(texts) || ctx.Err() != nil {
				return ctx.Err()
			}
		}
	})
}

// pack scans what is wanted of a pack.
func (c *scan) pack(ctx context.Context, k int) error {
	if !c.wants(k) {
		return nil
	}
	f, err := newForest(c.t, k, c.want)
	if err != nil {
		c.wanted(k, func(num uint32) bool {
			c.skip(num, 0, err)
			return true
		})
		return nil
	}
	c.s.stats.Total.Add(f.total)
	var next atomic.Int64
	err = c.parallel(ctx, func(ctx context.Context, w *scanner) error {
		for {
			i := int(next.Add(1) - 1)
			if i >= len(f.roots) {
				return nil
			}
			if err := w.tree(ctx, f, f.roots[i]); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	return c.rest(ctx, f)
}

// rest ends what no root led to: deltas that are their own base, and what lay behind a page that vanished.
func (c *scan) rest(ctx context.Context, f *forest) error {
	w := c.scanner()
	var err error
	f.wanted.between(0, uint32(len(f.order)), func(node uint32) bool {
		if f.done.has(node) {
			return true
		}
		at, _ := f.position(node)
		num := c.t.first[f.k] + at
		err = w.other(num, f.k, corrupt("delta without a base", nil))
		return err == nil && ctx.Err() == nil
	})
	w.flush()
	return err
}

func (c *scan) wanted(k int, yield func(num uint32) bool) {
	c.want.between(c.t.first[k], c.t.first[k+1], yield)
}

func (c *scan) wants(k int) (some bool) {
	c.wanted(k, func(uint32) bool {
		some = true
		return false
	})
	return some
}

// loose scans what is wanted of the loose objects of a directory.
func (c *scan) loose(ctx context.Context, k int) error {
	var nums []uint32
	c.wanted(k, func(num uint32) bool {
		nums = append(nums, num)
		return true
	})
	var next atomic.Int64
	return c.parallel(ctx, func(ctx context.Context, w *scanner) error {
		for {
			i := int(next.Add(1) - 1)
			if i >= len(nums) || ctx.Err() != nil {
				return ctx.Err()
			}
			if err := w.loose(k, nums[i]); err != nil {
				return err
			}
		}
	})
}

// parallel runs do in every worker. The first error ends them all, and is returned.
func (c *scan) parallel(ctx context.Context, do func(context.Context, *scanner) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for range c.s.workers {
		group.Go(func() error {
			w := c.scanner()
			defer w.flush()
			return guarded(func() error { return do(ctx, w) })
		})
	}
	return group.Wait()
}

func (c *scan) skip(num uint32, kind Type, err error) {
	id := c.t.id(num)
	c.s.stats.Done.Add(1)
	c.v.Skip(Skipped{ID: id, Type: kind, Path: c.r.path(num), Err: fmt.Errorf("%s: %w", id, err)})
}

// path is one path of a blob.
func (r *Reached) path(num uint32) string {
	i, ok := slices.BinarySearchFunc(r.blobs, num, blobAt.compare)
	if !ok {
		return ""
	}
	return r.paths.text(r.blobs[i].path)
}
