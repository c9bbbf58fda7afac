package provider

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// governor keeps every host to a rate, and to the pauses that it asks for.
type governor struct {
	rate     rate.Limit
	patience time.Duration // the longest pause that is waited for
	mu       sync.Mutex
	hosts    map[string]*hostRate
}

type hostRate struct {
	limiter *rate.Limiter
	mu      sync.Mutex
	until   time.Time
	silent  int       // calls without any answer, one after the other
	down    time.Time // until when it is not called, for its silence
}

func newGovernor(perSecond float64, patience time.Duration) *governor {
	return &governor{rate: rate.Limit(perSecond), patience: patience, hosts: map[string]*hostRate{}}
}

func (g *governor) host(name string) *hostRate {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.hosts[name]
	if h == nil {
		h = &hostRate{limiter: rate.NewLimiter(g.rate, 1)}
		g.hosts[name] = h
	}
	return h
}

// wait returns when the next call to the host is due, or says why it is not waited for.
func (g *governor) wait(ctx context.Context, name string) string {
	h := g.host(name)
	for {
		if err := h.limiter.Wait(ctx); err != nil {
			return "the run ended before it was asked"
		}
		pause := h.paused(time.Now())
		if pause <= 0 {
			return ""
		}
		if pause > g.patience {
			return fmt.Sprintf("rate limit: the host wants no calls for %s", pause.Round(time.Second))
		}
		if !sleep(ctx, pause) {
			return "the run ended before it was asked"
		}
	}
}

func (h *hostRate) paused(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until.Sub(now)
}

// maxSilent is how many calls in a row may go without any answer before a host is left alone for a while: a network that
// swallows calls would else cost the time-out for every credential.
const maxSilent = 5

// heard notes whether a call to the host got an answer.
func (g *governor) heard(name string, answered bool) {
	h := g.host(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	if answered {
		h.silent = 0
		return
	}
	if h.silent++; h.silent >= maxSilent {
		h.down = time.Now().Add(g.patience)
	}
}

// isDown reports whether the host was silent so often lately that it is not called.
func (g *governor) isDown(name string) bool {
	h := g.host(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.silent >= maxSilent && time.Now().Before(h.down)
}

// pause keeps all calls from the host for a while.
func (g *governor) pause(name string, d time.Duration) {
	if d <= 0 {
		return
	}
	h := g.host(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := time.Now().Add(d); until.After(h.until) {
		h.until = until
	}
}

// maxPause is the longest pause that an answer can ask for.
const maxPause = 24 * time.Hour

// resets are headers that say when calls are welcome again, with the one that says how many are left until then.
var resets = []struct{ reset, left string }{
	{"X-Bapi-Limit-Reset-Timestamp", "X-Bapi-Limit-Status"},
	{"Gw-Ratelimit-Reset", "Gw-Ratelimit-Remaining"},
	{"X-Ratelimit-Reset", "X-Ratelimit-Remaining"},
	{"Ratelimit-Reset", "Ratelimit-Remaining"},
}

// pauseOf reads how long the host wants to be left alone: Retry-After on any answer, and reset headers when no call is
// left or the answer says that it was one too many.
func pauseOf(resp *http.Response, now time.Time) time.Duration {
	limited := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusTeapot
	if text := resp.Header.Get("Retry-After"); text != "" && (limited || resp.StatusCode >= 400) {
		if seconds, err := strconv.ParseFloat(text, 64); err == nil {
			return clamp(time.Duration(seconds * float64(time.Second)))
		}
		if at, err := http.ParseTime(text); err == nil {
			return clamp(at.Sub(now))
		}
	}
	for _, names := range resets {
		if reset := resp.Header.Get(names.reset); reset != "" && (limited || resp.Header.Get(names.left) == "0") {
			return clamp(resetIn(names.reset, reset, now))
		}
	}
	return 0
}

// resetIn reads a reset header: seconds or milliseconds since 1970 when the number is that large, else seconds from now;
// KuCoin's counts milliseconds.
func resetIn(name, text string, now time.Time) time.Duration {
	text, _, _ = strings.Cut(text, ",")
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	switch {
	case err != nil:
		return 0
	case n > 1e11:
		return time.UnixMilli(int64(n)).Sub(now)
	case n > 1e8:
		return time.Unix(int64(n), 0).Sub(now)
	case name == "Gw-Ratelimit-Reset":
		return time.Duration(n) * time.Millisecond
	}
	return time.Duration(n * float64(time.Second))
}

func clamp(d time.Duration) time.Duration { return max(0, min(d, maxPause)) }
