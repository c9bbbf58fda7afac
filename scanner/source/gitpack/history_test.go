package gitpack

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

type toySpotter struct{ word []byte }

func (t toySpotter) Reach() int { return 300 }
func (t toySpotter) Spots(dst []Span, data []byte, from, to int) []Span {
	n := len(t.word)
	at := max(0, from-n+1)
	end := min(len(data), to+n-1)
	for at < end {
		i := bytes.Index(data[at:end], t.word)
		if i < 0 {
			break
		}
		dst = append(dst, Span{at + i, at + i + n})
		at += i + 1
	}
	return dst
}

// TestHistory measures real histories named in GITPACK_REPO.
func TestHistory(t *testing.T) {
	dir := os.Getenv("GITPACK_REPO")
	if dir == "" {
		t.Skip("GITPACK_REPO is not set")
	}
	r := &repo{t, dir}
	ids := r.refs()
	cpu := func() time.Duration {
		var u syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	t0, c0 := time.Now(), cpu()
	lap := func(what string) {
		t.Logf("%-10s wall %v cpu %v", what, time.Since(t0).Round(time.Millisecond), (cpu() - c0).Round(time.Millisecond))
		t0, c0 = time.Now(), cpu()
	}
	s := r.open(Options{})
	lap("open")
	reached, err := s.Reach(t.Context(), Tips{Include: ids})
	if err != nil {
		t.Fatal(err)
	}
	lap("reach")
	var mu sync.Mutex
	n, skips, clean := 0, map[string]int{}, 0
	var sp Spotter = toySpotter{[]byte(os.Getenv("GITPACK_WORD"))}
	if os.Getenv("GITPACK_WORD") == "" {
		sp = nil
	}
	list, _ := os.Create("/tmp/gp/list")
	err = s.Scan(t.Context(), reached, sp, Visitor{
		Visit: func(o Object) error {
			mu.Lock()
			n++
			fmt.Fprintln(list, o.ID, o.Type, o.Size)
			mu.Unlock()
			return nil
		},
		Skip:  func(sk Skipped) { mu.Lock(); skips[Reason(sk.Err)]++; mu.Unlock() },
		Clean: func(u int, b int64) { mu.Lock(); clean += u; mu.Unlock() },
	})
	if err != nil {
		t.Fatal(err)
	}
	lap("scan")
	var hit []ID
	for i, b := range reached.blobs {
		if i%97 == 0 {
			hit = append(hit, s.tables.Load().id(b.num))
		}
	}
	at, _ := os.Create("/tmp/gp/at")
	places := 0
	err = reached.Attribute(t.Context(), hit, func(id ID, a At) error {
		places++
		fmt.Fprintln(at, id, a.First.ID, a.Last, a.Head, a.Path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lap("attribute")
	t.Log("hits", len(hit), "places", places)
	st := s.Stats()
	t.Log("units", reached.Units(), "visited", n, "clean", clean, "skips", skips, "commits", len(reached.commits), "blobs", len(reached.blobs), "paths", reached.paths.len(),
		"trees", st.Trees.Load(), "inflated", st.Inflated.Load()>>20, "bytes", st.Bytes.Load()>>20, "scanned", st.Scanned.Load()>>20, "done", st.Done.Load())
	_ = strings.Join
}
