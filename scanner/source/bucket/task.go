package bucket

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
)

// task is one object to read.
type task struct {
	in   *opened
	at   object
	file string // URL of the object, as reports show it
	unit string
	id   identity
	sum  identity // of the content; zero when the provider does not say
	led  identity // sum when the object was chosen to be read for all with its content

	shown string // version that was read, when the listing had none

	left    atomic.Int32 // chunks that were not scanned yet, and one for the reader
	matches atomic.Bool
	bad     atomic.Bool  // not covered
	why     atomic.Value // the reason, a string
	failed  bool         // the provider's fault: another object with the same content may do better
}

func newTask(in *opened, o object, versions bool, state *State) *task {
	t := &task{in: in, at: o, file: in.bucketURL() + "/" + o.key}
	t.unit = t.file
	if versions && o.version != "" {
		t.unit += " (version " + o.version + ")"
	}
	t.name(state)
	return t
}

// name sets what depends on the content.
func (t *task) name(state *State) {
	t.id = state.identity(t.in.bucketURL(), t.at)
	t.sum = identity{}
	if t.at.sum != "" {
		t.sum = digest("content", t.at.sum)
	}
}

func (t *task) object() *scanner.Object {
	return &scanner.Object{Bucket: t.in.bucketURL(), Key: t.at.key, Version: cmp.Or(t.at.version, t.shown), Owner: t.at.owner, ID: string(t.id[:])}
}

func (t *task) occurrence() scanner.Occurrence {
	return scanner.Occurrence{File: t.file, Place: scanner.InObject, Date: t.at.modified, Author: t.at.owner, Object: t.object()}
}

func (t *task) skip(reason string, err error) scanner.Chunk {
	return skipped(t.unit, t.file, reason, err)
}

// spoil notes that the object is not covered.
func (t *task) spoil(reason string) {
	t.why.CompareAndSwap(nil, reason)
	t.bad.Store(true)
}

// worker reads objects one after the other.
type worker struct {
	*run
	scratch []byte // for small objects; what is yielded is never a part of it
}

const scratchSize = 256 << 10

// read yields one object. Its errors are yield's and ctx's only.
func (w *worker) read(ctx context.Context, t *task) error {
	size := weight(t.at.size)
	if err := w.held.Acquire(ctx, size); err != nil {
		return err
	}
	defer w.held.Release(size)
	w.finals.Add(1)
	t.left.Add(1)
	t.failed = false
	err := w.content(ctx, t)
	if err != nil {
		w.finals.Done() // the run ends; nobody waits for chunks that were refused
		return err
	}
	w.release(t)
	return nil
}

// content reads and yields; what keeps the object from being read becomes a skip.
func (w *worker) content(ctx context.Context, t *task) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &reading{store: t.in.store, guard: t.in.guard, at: &t.at}
	content, done, err := w.begin(inner, r)
	for n := 0; n < refreshes && w.moved(t, err); n++ {
		if err = r.refresh(inner); err == nil {
			done()
			t.name(w.State)
			content, done, err = w.begin(inner, r)
		}
	}
	defer func() { cancel(); done() }()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return w.fail(ctx, t, err)
	}
	t.shown = r.reads()
	return w.text(ctx, t, r, content)
}

// moved reports whether an object was written anew since it was listed, so that a look at what is there now helps.
func (w *worker) moved(t *task, err error) bool {
	f := new(failure)
	if !errors.As(err, &f) || w.Versions {
		return false
	}
	return f.reason == SkipChanged || f.reason == source.SkipVanished && t.at.version != ""
}

// begin reads a small object whole, and the first block of a large one.
func (w *worker) begin(ctx context.Context, r *reading) (content io.ReaderAt, done func(), err error) {
	size := r.at.size
	if size > blockSize {
		b := newBlocks(ctx, r)
		_, err := b.block(0)
		return b, b.wg.Wait, err
	}
	if w.scratch == nil {
		w.scratch = make([]byte, scratchSize)
	}
	buf := w.scratch[:min(size, scratchSize)]
	if size > scratchSize {
		buf = make([]byte, size)
	}
	if size > 0 {
		err = r.fill(ctx, buf, 0)
	}
	return bytes.NewReader(buf), func() {}, err
}

func (w *worker) fail(ctx context.Context, t *task, err error) error {
	reason, why := reasonOf(err)
	t.failed = true
	t.spoil(reason)
	return w.hand(ctx, t, t.skip(reason, why))
}

// text yields what the object holds, unpacked when it is an archive.
func (w *worker) text(ctx context.Context, t *task, r *reading, content io.ReaderAt) error {
	told := false
	yield := func(c scanner.Chunk) error {
		if c.Skip != nil && !c.Skip.Benign {
			if err := r.failed(); err != nil { // what came of it is not the content's fault
				c.Skip.Reason, c.Skip.Err = reasonOf(err)
				t.failed, told = true, true
			}
			t.spoil(c.Skip.Reason)
		}
		return w.hand(ctx, t, c)
	}
	opened := false
	if w.Unpack != nil {
		var err error
		if opened, err = w.Unpack(ctx, t.unit, t.occurrence(), content, t.at.size, yield); err != nil {
			return err
		}
	}
	if !opened {
		if err := source.Cut(ctx, t.unit, t.occurrence(), io.NewSectionReader(content, 0, t.at.size), t.at.size, yield); err != nil {
			return err
		}
	}
	if err := r.failed(); err != nil && !told && ctx.Err() == nil {
		return w.fail(ctx, t, err)
	}
	return ctx.Err()
}

// hand yields a chunk, and learns what the scan found in it.
func (w *worker) hand(ctx context.Context, t *task, c scanner.Chunk) error {
	size := min(int64(len(c.Data)), 16<<20)
	if err := w.handed.Acquire(ctx, size); err != nil {
		return err
	}
	run, unit, file := w.run, c.Unit, c.At.File
	t.left.Add(1)
	c.Done = func(n int, err error) {
		run.handed.Release(size)
		if err != nil {
			t.spoil("internal")
		}
		if n > 0 {
			t.matches.Store(true)
			run.found(t, unit, file)
		}
		run.release(t)
	}
	if err := w.yield(c); err != nil {
		w.handed.Release(size)
		return err
	}
	return nil
}

// release counts down what is under way of an object. With the last of it, the object is covered or not.
func (r *run) release(t *task) {
	if t.left.Add(-1) > 0 {
		return
	}
	if !t.bad.Load() {
		if t.matches.Load() {
			r.State.hold(t.id)
		} else {
			r.State.cover(t.id)
		}
	}
	r.twins.final(t, r.State)
	r.finals.Done()
}
