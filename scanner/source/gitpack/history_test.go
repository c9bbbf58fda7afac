package gitpack

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// literal finds a word.
type literal []byte

func (l literal) Reach() int { return 576 }

func (l literal) Spots(dst []Span, data []byte, from, to int) []Span {
	end := min(len(data), to+len(l)-1)
	for at := max(0, from-len(l)+1); at < end; at++ {
		i := bytes.Index(data[at:end], l)
		if i < 0 {
			break
		}
		at += i
		dst = append(dst, Span{Start: at, End: at + len(l)})
	}
	return dst
}

// BenchmarkHistory runs all stages over the repository that GITPACK_HISTORY names, with a detector that looks for one
// word, and reports each stage's time and the highest anonymous memory.
func BenchmarkHistory(b *testing.B) {
	dir := os.Getenv("GITPACK_HISTORY")
	if dir == "" {
		b.Skip("GITPACK_HISTORY is not set")
	}
	tips := Tips{Include: (&repo{b, dir}).refs()}
	for b.Loop() {
		b.StopTimer()
		stop := watchMemory()
		b.StartTimer()
		s := benchHistory(b, dir, tips, Options{})
		b.StopTimer()
		b.ReportMetric(float64(stop())/(1<<20), "anonMiB")
		for name, v := range map[string]*atomic.Int64{"reach-ms": &s.ReachNanos, "scan-ms": &s.ScanNanos, "attribute-ms": &s.AttributeNanos} {
			b.ReportMetric(float64(v.Load())/1e6, name)
		}
		b.ReportMetric(float64(s.Scanned.Load())/(1<<20), "scannedMiB")
		b.ReportMetric(float64(s.Bytes.Load())/(1<<20), "MiB")
		b.StartTimer()
	}
}

func benchHistory(b *testing.B, dir string, tips Tips, o Options) *Stats {
	s, err := Open(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	reached, err := s.Reach(b.Context(), tips)
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	var hits []ID
	err = s.Scan(b.Context(), reached, literal("BEGIN RSA PRIVATE"), Visitor{
		Visit: func(o Object) error {
			mu.Lock()
			defer mu.Unlock()
			hits = append(hits, o.ID)
			return nil
		},
		Skip: func(Skipped) {},
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := reached.Attribute(b.Context(), hits, func(ID, At) error { return nil }); err != nil {
		b.Fatal(err)
	}
	return s.Stats()
}

// watchMemory returns a function that ends the watch and returns the highest anonymous memory seen, in bytes.
func watchMemory() func() int64 {
	done, result := make(chan struct{}), make(chan int64)
	go func() {
		peak := int64(0)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			peak = max(peak, anonymous())
			select {
			case <-tick.C:
			case <-done:
				result <- peak
				return
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-result
	}
}

func anonymous() (kib int64) {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if n, _ := fmt.Sscanf(line, "RssAnon: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
