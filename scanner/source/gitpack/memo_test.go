package gitpack

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMemoSeesWhatTheSpotterSees puts texts together from a pool of parts, some of which have spots, and looks at parts
// of them: in pieces that were seen before, and in new ones, with several goroutines that share what they saw.
func TestMemoSeesWhatTheSpotterSees(t *testing.T) {
	for name, sp := range map[string]Spotter{"toy": toy{}, "detector": newRealSpotter(t)} {
		rounds := 400
		if name == "detector" {
			rounds = 60
		}
		m := newMemo(sp, 1<<16) // so small that pieces push each other out
		parts := make([][]byte, 30)
		rnd := rand.New(rand.NewPCG(30, 30))
		for i := range parts {
			switch parts[i] = randomText(rnd, 1+rnd.IntN(900)); i % 5 {
			case 0:
				parts[i] = secretText(rnd, 1+rnd.IntN(60))
			case 1, 2:
				parts[i] = randomLines(i)
			}
		}
		var wg sync.WaitGroup
		looked := make([]int, 3)
		for g := range looked {
			wg.Go(func() {
				w := &watcher{memo: m}
				rnd, all := rand.New(rand.NewPCG(31, uint64(g))), 0
				for range rounds {
					var data []byte
					for range 1 + rnd.IntN(20) {
						data = append(data, parts[rnd.IntN(len(parts))]...)
					}
					from := rnd.IntN(2) * rnd.IntN(len(data))
					to := from + 1 + rnd.IntN(len(data)-from)
					all += to - from
					want := sortSpots(sp.Spots(nil, data, from, to))
					got := sortSpots(w.Spots(nil, data, from, to))
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s, %d to %d of %d (-spotter +memo):\n%.500s", name, from, to, len(data), diff)
						return
					}
				}
				if looked[g] = w.looked; w.looked >= all {
					t.Errorf("%s: %d bytes of %d were looked at", name, w.looked, all)
				}
			})
		}
		wg.Wait()
		t.Log(name, looked)
	}
}

// TestMemoMindsWhereDataEnds has a piece with the same bytes around it, once at the end of the data and once not.
func TestMemoMindsWhereDataEnds(t *testing.T) {
	m := newMemo(toy{}, 1<<16)
	text := bytes.Repeat([]byte("line\n"), 20)
	for _, p := range [][2]piece{
		{{from: 0, to: 50}, {from: 1, to: 50}},
		{{from: 0, to: 100}, {from: 0, to: 95}},
	} {
		if m.hash(text, p[0]) == m.hash(text, p[1]) {
			t.Errorf("%v and %v have the same hash", p[0], p[1])
		}
	}
	if longer := append(bytes.Clone(text), "key="...); m.hash(text, piece{from: 90, to: 100}) == m.hash(longer, piece{from: 90, to: 100}) {
		t.Error("what follows does not count")
	}
}

func randomLines(seed int) []byte {
	var b []byte
	for i := range 60 {
		b = fmt.Appendf(b, "value_%d = %x\n", i, uint64(seed*61+i)*0x9e3779b97f4a7c15)
	}
	return b
}
