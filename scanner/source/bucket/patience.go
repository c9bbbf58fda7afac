package bucket

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// patience is how long to go on trying.
type patience struct {
	tries  int           // in a row without progress
	first  time.Duration // wait after the first failure; it doubles each time
	most   time.Duration // a single wait
	silent time.Duration // a read may bring nothing
}

func (p patience) filled() patience {
	if p == (patience{}) {
		p = patience{tries: 7, first: 200 * time.Millisecond, most: 20 * time.Second, silent: time.Minute}
	}
	return p
}

// guard stands between the source and a store: it tries again what may still succeed, slows down everyone when the
// provider asks for that, and remembers when nothing can be had any more.
type guard struct {
	patience
	explain func(error) fault

	mu    sync.Mutex
	until time.Time     // when the next request may start
	pause time.Duration // the wait after the latest throttling
	ended error         // why nothing can be read any more
}

// do calls f until it succeeds, or trying again is of no use. The error is a *failure, or ctx's. f reports whether it got
// any further.
func (g *guard) do(ctx context.Context, f func(context.Context) (progress bool, err error)) error {
	for failed := 0; ; {
		if err := g.ready(ctx); err != nil {
			return err
		}
		progress, err := f(ctx)
		if err == nil {
			g.fine()
			return nil
		}
		err = judge(ctx, err, g.explain)
		var why *failure
		if !errors.As(err, &why) {
			return err
		}
		if why.ends {
			g.end(why)
		}
		if failed++; progress {
			failed = 1
		}
		if !why.again || failed >= g.tries {
			return why
		}
		if err := g.wait(ctx, failed, why); err != nil {
			return err
		}
	}
}

// wait waits before the next try; when the provider asked to slow down, all others wait too.
func (g *guard) wait(ctx context.Context, failed int, why *failure) error {
	pause := min(g.most, g.first<<(failed-1))
	pause = max(why.after, pause/2+rand.N(pause/2+1))
	if why.reason == SkipThrottled {
		g.mu.Lock()
		g.pause = min(g.most, max(2*g.pause, g.first))
		if until := time.Now().Add(max(g.pause, why.after)); until.After(g.until) {
			g.until = until
		}
		g.mu.Unlock()
	}
	return sleep(ctx, pause)
}

func (g *guard) fine() {
	g.mu.Lock()
	g.pause /= 2
	g.mu.Unlock()
}

func (g *guard) end(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended == nil {
		g.ended = err
	}
}

// ready waits until requests are welcome.
func (g *guard) ready(ctx context.Context) error {
	for {
		g.mu.Lock()
		left, ended := time.Until(g.until), g.ended
		g.mu.Unlock()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case ended != nil:
			return ended
		case left <= 0:
			return nil
		}
		if err := sleep(ctx, left+rand.N(left/4+1)); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
