package source

import (
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

func sorted(spots []gitpack.Span) []gitpack.Span {
	slices.SortFunc(spots, func(a, b gitpack.Span) int { return cmp.Compare(a.Start, b.Start) })
	return slices.Compact(spots)
}

func TestSpotterFindsWideTextAndPointers(t *testing.T) {
	s := spotter{toySpotter{}}
	word := plantWord("x")
	tests := []struct {
		name, data string
		want       int
	}{
		{"plain text", "some text " + word, 1},
		{"UTF-16LE", string(wide(binary.LittleEndian, "one line of text\r\n")), 1},
		{"UTF-16BE", string(wide(binary.BigEndian, "one line of text\r\n")), 1},
		{"two runs", string(wide(binary.LittleEndian, "one line鍵another line")), 2},
		{"a short run", string(wide(binary.LittleEndian, "seven c")), 0},
		{"zeros", string(make([]byte, 1000)), 0},
		{"small numbers", "\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00\x07\x00\x08\x00\x0b\x00", 0},
		{"a pointer", string(lfsMark()) + "oid sha256:0\n", 1},
		{"a pointer that is quoted", "see " + string(lfsMark()), 0},
	}
	for _, test := range tests {
		if got := s.Spots(nil, []byte(test.data), 0, len(test.data)); len(got) != test.want {
			t.Errorf("%s: got %v, want %d", test.name, got, test.want)
		}
	}
}

// The contract that lets a delta be scanned in parts: what is found in two parts is what is found in the whole, and
// only the bytes within reach matter.
func TestSpotterFindsTheSameInParts(t *testing.T) {
	s := spotter{toySpotter{}}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var data []byte
		for len(data) < 300 {
			switch rnd.IntN(4) {
			case 0:
				data = append(data, wide(binary.LittleEndian, "wide text of any length"[:rnd.IntN(23)])...)
			case 1:
				data = append(data, wide(binary.BigEndian, "wide text of any length"[:rnd.IntN(23)])...)
			case 2:
				data = append(data, make([]byte, rnd.IntN(9))...)
			default:
				data = append(data, plantWord("word")...)
			}
		}
		var starts, want []int
		wideRuns(data, 0, len(data), func(at int) { starts = append(starts, at) })
		for at := range data {
			if wideRun(data, at) && (at < 2 || !widePair(data, at-2)) {
				want = append(want, at)
			}
		}
		if !slices.Equal(starts, want) {
			t.Fatalf("wide runs at %d, want %d in %q", starts, want, data)
		}
		cut := rnd.IntN(len(data))
		whole := sorted(s.Spots(nil, data, 0, len(data)))
		parts := sorted(s.Spots(s.Spots(nil, data, 0, cut), data, cut, len(data)))
		if diff := gocmp.Diff(whole, parts); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
		lo := max(0, cut-s.Reach())
		near := s.Spots(nil, data[lo:], cut-lo, len(data)-lo)
		for i := range near {
			near[i].Start, near[i].End = near[i].Start+lo, near[i].End+lo
		}
		if diff := gocmp.Diff(sorted(s.Spots(nil, data, cut, len(data))), sorted(near)); lo > 0 && diff != "" {
			t.Fatalf("without what lies before %d: %s", lo, diff)
		}
	}
}
