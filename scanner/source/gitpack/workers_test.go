//go:build unix

package gitpack

import (
	"fmt"
	"os"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"
)

// BenchmarkWorkers scans many independent roots, or the repository that GITPACK_HISTORY names, with ever more workers,
// and reports what they cost: the processor's time, and the time that goroutines waited for locks. Where more workers
// cost no more of either, they scale with the cores that there are.
func BenchmarkWorkers(b *testing.B) {
	dir, tips := os.Getenv("GITPACK_HISTORY"), Tips{}
	if dir == "" {
		var entries []crafted
		for i := range 20_000 {
			text := fmt.Appendf(nil, "root %d\n%s", i, randomLines(i))
			entries = append(entries, crafted{id: numbered(1, i), kind: Blob, data: text})
		}
		r := craft(b, entries...)
		dir = r.dir
		for _, e := range entries {
			tips.Include = append(tips.Include, e.id)
		}
	} else {
		tips.Include = (&repo{b, dir}).refs()
	}
	for workers := 1; workers <= 16; workers *= 2 {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			cpu, wait := processorTime(), mutexWait()
			for b.Loop() {
				benchHistory(b, dir, tips, Options{Workers: workers})
			}
			b.ReportMetric(float64((processorTime()-cpu).Milliseconds())/float64(b.N), "cpu-ms/op")
			b.ReportMetric(1000*(mutexWait()-wait)/float64(b.N), "lock-wait-ms/op")
		})
	}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// mutexWait is the seconds that goroutines have waited for locks of the program and of the runtime.
func mutexWait() float64 {
	sample := []metrics.Sample{{Name: "/sync/mutex/wait/total:seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64()
}
