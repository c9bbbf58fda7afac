package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// blockSize is what one request reads of a large object.
	blockSize = 4 << 20
	// ahead is how many blocks of a large object are asked for before they are needed.
	ahead = 2
	// refreshes is how often an object that changes before it is read is looked up anew.
	refreshes = 3
)

// reading is an object that is being read. It tries again where that helps; its first error is its last.
type reading struct {
	store store
	guard *guard
	at    *object

	mu      sync.Mutex
	version string // that the provider says it reads
	err     error
}

// fill reads len(buf) bytes from offset on. After a broken connection it goes on where that broke.
func (r *reading) fill(ctx context.Context, buf []byte, offset int64) error {
	if err := r.failed(); err != nil {
		return err
	}
	done := 0
	err := r.guard.do(ctx, func(ctx context.Context) (bool, error) {
		n, err := r.try(ctx, buf[done:], offset+int64(done))
		done += n
		return n > 0, err
	})
	if err != nil {
		r.fail(err)
	}
	return err
}

// try makes one request.
func (r *reading) try(ctx context.Context, buf []byte, offset int64) (int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(r.guard.silent, func() { cancel(errSilent) })
	defer watch.Stop()
	body, version, err := r.store.open(ctx, r.at, offset, int64(len(buf)))
	if err != nil {
		return 0, r.cause(ctx, err)
	}
	defer body.Close()
	r.note(version)
	n := 0
	for n < len(buf) {
		watch.Reset(r.guard.silent)
		m, err := body.Read(buf[n:])
		n += m
		if errors.Is(err, io.EOF) && n < len(buf) {
			return n, errShort
		}
		if err != nil && n < len(buf) {
			return n, r.cause(ctx, err)
		}
	}
	return n, nil
}

// cause tells silence from a run that was ended.
func (r *reading) cause(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errSilent) {
		return errSilent
	}
	return err
}

func (r *reading) note(version string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if version != "" && version != "null" { // S3's word for none
		r.version = version
	}
}

// reads returns the version that was read, when the provider says so.
func (r *reading) reads() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version
}

func (r *reading) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

func (r *reading) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// refresh looks up an object that changed since it was listed, so that what is there now is read.
func (r *reading) refresh(ctx context.Context) error {
	var now object
	err := r.guard.do(ctx, func(ctx context.Context) (bool, error) {
		var err error
		now, err = r.store.head(ctx, r.at.key)
		return false, err
	})
	if err != nil {
		return err
	}
	if now.owner == "" {
		now.owner = r.at.owner
	}
	*r.at = now
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = nil
	return nil
}

// block is a piece of a large object, whose bytes are there when done is closed.
type block struct {
	done chan struct{}
	data []byte
	err  error
}

// blocks reads a large object piece by piece, a few pieces ahead while they are read in order, and keeps no more than
// those. It is for one reader at a time.
type blocks struct {
	*reading
	ctx  context.Context // of the object: ReadAt has none
	size int64
	held map[int64]*block
	last int64 // the block that was read last
	wg   sync.WaitGroup
}

// heldBlocks is what blocks keeps at most: the current one, those ahead, and one that an archive's reader goes back to.
const heldBlocks = ahead + 2

func newBlocks(ctx context.Context, r *reading) *blocks {
	return &blocks{reading: r, ctx: ctx, size: r.at.size, held: map[int64]*block{}, last: -2}
}

// ReadAt reads from blocks.
func (b *blocks) ReadAt(dst []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, fmt.Errorf("read at %d", offset)
	}
	n := 0
	for n < len(dst) {
		if offset >= b.size {
			return n, io.EOF
		}
		data, err := b.block(offset / blockSize)
		if err != nil {
			return n, err
		}
		m := copy(dst[n:], data[offset%blockSize:])
		n += m
		offset += int64(m)
	}
	return n, nil
}

// block returns a block's bytes, and asks for those after it when blocks are read in order.
func (b *blocks) block(i int64) ([]byte, error) {
	one := b.want(i)
	if i == b.last+1 || i == b.last && i > 0 {
		for next := i + 1; next <= i+ahead && next*blockSize < b.size; next++ {
			b.want(next)
		}
	}
	b.last = i
	b.drop()
	select {
	case <-one.done:
		return one.data, one.err
	case <-b.ctx.Done():
		return nil, b.ctx.Err()
	}
}

// want returns a block that is read, or begins to read it.
func (b *blocks) want(i int64) *block {
	if one := b.held[i]; one != nil {
		return one
	}
	one := &block{done: make(chan struct{}), data: make([]byte, min(blockSize, b.size-i*blockSize))}
	b.held[i] = one
	b.wg.Go(func() {
		defer close(one.done)
		one.err = b.fill(b.ctx, one.data, i*blockSize)
	})
	return one
}

// drop forgets the blocks that are farthest from the last.
func (b *blocks) drop() {
	for len(b.held) > heldBlocks {
		far, distance := int64(0), int64(-1)
		for i := range b.held {
			d := i - b.last
			if d < 0 {
				d = -d * 2 // what lies behind goes first
			}
			if d > distance {
				far, distance = i, d
			}
		}
		delete(b.held, far)
	}
}

// weight is how many bytes reading an object holds.
func weight(size int64) int64 {
	if size <= blockSize {
		return size
	}
	return min(size, heldBlocks*blockSize)
}
