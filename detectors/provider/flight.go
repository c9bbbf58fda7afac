package provider

import (
	"context"
	"sync"
)

// flights asks about every credential once: who comes second waits for the first one's verdict.
type flights struct {
	mu    sync.Mutex
	known map[string]*flight
}

type flight struct {
	done    chan struct{}
	verdict Verdict
}

func (f *flights) do(ctx context.Context, key string, ask func() Verdict) Verdict {
	f.mu.Lock()
	if f.known == nil {
		f.known = map[string]*flight{}
	}
	one, ok := f.known[key]
	if !ok {
		one = &flight{done: make(chan struct{})}
		f.known[key] = one
	}
	f.mu.Unlock()
	if !ok {
		one.verdict = ask()
		close(one.done)
		return one.verdict
	}
	select {
	case <-one.done:
		return one.verdict
	case <-ctx.Done():
		return Verdict{Status: Unknown, Reason: ended(ctx), Unanswered: true}
	}
}
