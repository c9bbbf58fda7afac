package bucket

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
)

// opened is a bucket that is listed and read.
type opened struct {
	Location
	store store
	guard *guard
}

// list lists all locations. Its errors are yield's and ctx's only.
func (r *run) list(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(listers)
	for _, l := range r.Locations {
		if err := r.location(ctx, l, group); err != nil {
			return errors.Join(err, group.Wait())
		}
	}
	return group.Wait()
}

func (r *run) location(ctx context.Context, l Location, group *errgroup.Group) error {
	p, err := r.connect(ctx, l)
	if err != nil {
		return r.lost(ctx, l, "open", err)
	}
	names := []string{l.Bucket}
	if l.every() {
		g := guard{patience: r.patience.filled(), explain: p.fault}
		err := g.do(ctx, func(ctx context.Context) (bool, error) {
			var err error
			names, err = p.buckets(ctx)
			return false, err
		})
		if err != nil {
			return r.lost(ctx, l, "list buckets", err)
		}
	}
	for _, name := range names {
		one := l
		one.Bucket = name
		s, err := p.open(ctx, name)
		if err != nil {
			if err := r.lost(ctx, one, "open", judge(ctx, err, p.fault)); err != nil {
				return err
			}
			continue
		}
		in := &opened{one, s, &guard{patience: r.patience.filled(), explain: s.fault}}
		group.Go(func() error { return r.bucket(ctx, in) })
	}
	return nil
}

// lost tells that what a location names can not be listed.
func (r *run) lost(ctx context.Context, l Location, doing string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	reason, why := reasonOf(err)
	if reason == source.SkipVanished {
		reason = source.SkipNotFound
	}
	return r.yield(skipped(l.String(), l.String(), reason, fmt.Errorf("%s: %w", doing, why)))
}

// bucket lists one bucket.
func (r *run) bucket(ctx context.Context, in *opened) error {
	b := bucketRun{run: r, in: in}
	if in.Exact && !r.Versions {
		return b.one(ctx)
	}
	for token := ""; ; {
		var page []object
		next := ""
		err := in.guard.do(ctx, func(ctx context.Context) (bool, error) {
			var err error
			page, next, err = in.store.list(ctx, in.Prefix, token, r.Versions)
			return false, err
		})
		if err == nil && next != "" && next == token {
			err = &failure{reason: SkipServer, text: "the listing does not go on"}
		}
		if err == nil {
			err = b.page(ctx, page)
		} else {
			err = cmp.Or(r.lost(ctx, in.Location, "list", err), errStop)
		}
		if errors.Is(err, errStop) || err == nil && next == "" {
			return b.drawn(ctx)
		}
		if err != nil {
			return err
		}
		token = next
	}
}

var errStop = errors.New("stop")

// bucketRun is the listing of one bucket.
type bucketRun struct {
	*run
	in     *opened
	sample []*task
	clean  int // objects without content, that were not told of yet
}

// one takes a single object, without a listing, which needs more rights.
func (b *bucketRun) one(ctx context.Context) error {
	var o object
	err := b.in.guard.do(ctx, func(ctx context.Context) (bool, error) {
		var err error
		o, err = b.in.store.head(ctx, b.in.Prefix)
		return false, err
	})
	if err != nil {
		return b.lost(ctx, b.in.Location, "look up", err)
	}
	if err := b.page(ctx, []object{o}); err != nil {
		return err
	}
	return b.drawn(ctx)
}

func (b *bucketRun) page(ctx context.Context, page []object) error {
	for _, o := range page {
		if b.in.Exact && o.key != b.in.Prefix {
			continue
		}
		if err := b.object(ctx, o); err != nil {
			return err
		}
	}
	if n := b.clean; n > 0 {
		b.clean = 0
		return b.yield(scanner.Chunk{Clean: n})
	}
	return nil
}

// object takes one object of the listing: it is read, or left out with a reason.
func (b *bucketRun) object(ctx context.Context, o object) error {
	t := newTask(b.in, o, b.Versions, b.State)
	switch {
	case o.broken != nil:
		reason, err := reasonOf(judge(ctx, o.broken, b.in.store.fault))
		return b.yield(t.skip(reason, err))
	case b.Keep != nil && !b.Keep(o.key):
		return b.leave(t, source.SkipExcluded, nil)
	case !b.Since.IsZero() && o.modified.Before(b.Since):
		return b.leave(t, SkipOlder, nil)
	}
	if err := b.name(t); err != nil {
		return err
	}
	switch {
	case o.marker, o.size == 0:
		b.clean++
		return nil
	case b.MaxBytes > 0 && o.size > b.MaxBytes:
		return b.leave(t, source.SkipSize, fmt.Errorf("%d bytes, the limit is %d", o.size, b.MaxBytes))
	case b.Sample > 0:
		b.sample = append(b.sample, t)
		if len(b.sample) >= 2*b.Sample+1000 {
			return b.draw()
		}
		return nil
	}
	return b.send(ctx, t)
}

// shortestKey is how long a name has to be to hold a credential, in bytes.
const shortestKey = 20

// name yields the last part of a key as text of its own when it could hold a credential.
func (b *bucketRun) name(t *task) error {
	name := path.Base(t.at.key)
	if len(name) < shortestKey || b.Telling == nil || b.State.covered(t.id) || !b.Telling(name) {
		return nil
	}
	at := t.occurrence()
	at.Place = scanner.InName
	return b.yield(scanner.Chunk{Unit: "name " + t.unit, Data: []byte(name), At: at})
}

func (b *bucketRun) leave(t *task, reason string, err error) error {
	c := t.skip(reason, err)
	c.Skip.Benign = true
	return b.yield(c)
}

// send hands an object to the readers, unless an earlier run covered it.
func (b *bucketRun) send(ctx context.Context, t *task) error {
	if b.State.covered(t.id) {
		return b.leave(t, SkipUnchanged, nil)
	}
	select {
	case b.tasks <- t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// draw keeps the objects of the sample: those whose keys have the smallest hashes, which is a choice without favour that
// the next run makes again.
func (b *bucketRun) draw() error {
	slices.SortFunc(b.sample, func(x, y *task) int {
		h, k := sha256.Sum256([]byte(x.unit)), sha256.Sum256([]byte(y.unit))
		return slices.Compare(h[:], k[:])
	})
	out := b.sample[min(b.Sample, len(b.sample)):]
	b.sample = b.sample[:len(b.sample)-len(out)]
	for _, t := range out {
		if err := b.leave(t, SkipSample, nil); err != nil {
			return err
		}
	}
	return nil
}

// drawn hands the sample to the readers.
func (b *bucketRun) drawn(ctx context.Context) error {
	if err := b.draw(); err != nil {
		return err
	}
	for _, t := range b.sample {
		if err := b.send(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
