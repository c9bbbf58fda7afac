package gitpack

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// toy finds "key=" with eight hex digits behind it, unless "sample" stands shortly before or a "!" shortly after. What
// it says of a place depends on the bytes around it, and on nothing further away.
type toy struct{}

func (toy) Reach() int { return 40 }

func (t toy) Spots(dst []Span, data []byte, from, to int) []Span {
	lo, hi := max(0, from-t.Reach()), min(len(data), to+t.Reach())
	for at := lo; at < hi; at++ {
		i := bytes.Index(data[at:hi], []byte("key="))
		if i < 0 {
			break
		}
		at += i
		if at+12 > from && at < to && t.is(data, at) {
			dst = append(dst, Span{Start: at, End: at + 12})
		}
	}
	return dst
}

func (toy) is(data []byte, at int) bool {
	if at+12 > len(data) {
		return false
	}
	for _, b := range data[at+4 : at+12] {
		if !bytes.ContainsRune([]byte("0123456789abcdef"), rune(b)) {
			return false
		}
	}
	if bytes.Contains(data[max(0, at-20):at], []byte("sample")) {
		return false
	}
	return !bytes.Contains(data[at+12:min(len(data), at+12+16)], []byte("!"))
}

// words are drawn from so that keys, and what spoils them, meet often.
var words = []string{"key=", "0123abcd", "deadbeef", "sample", "!", " ", "\n", "lorem ipsum dolor sit amet ", "x", "key=cafecafe",
	"the quick brown fox jumps over the lazy dog and then some more text follows here\n", "0", "="}

func randomText(r *rand.Rand, n int) []byte {
	var b []byte
	for range n {
		b = append(b, words[r.IntN(len(words))]...)
	}
	return b
}

// randomDelta is instructions that make something out of a base.
func randomDelta(r *rand.Rand, base []byte) (ops, result []byte) {
	for range 1 + r.IntN(6) {
		if r.IntN(2) == 0 || len(base) == 0 {
			text := randomText(r, 1+r.IntN(4))
			text = text[:min(len(text), 127)]
			ops = append(append(ops, byte(len(text))), text...)
			result = append(result, text...)
			continue
		}
		from := r.IntN(2) * r.IntN(len(base))
		n := min(1+r.IntN(len(base)), len(base)-from)
		if r.IntN(3) == 0 {
			n = len(base) - from
		}
		ops = append(ops, copyOps(from, n)...)
		result = append(result, base[from:from+n]...)
	}
	return ops, result
}

func copyOps(from, n int) []byte {
	return []byte{0x80 | 0x7f, byte(from), byte(from >> 8), byte(from >> 16), byte(from >> 24), byte(n), byte(n >> 8), byte(n >> 16)}
}

func TestSpotsOfDeltas(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		base := randomText(r, r.IntN(60))
		ops, want := randomDelta(r, base)
		data, runs := make([]byte, len(want)), []run{}
		if err := patch(data, base, ops, &runs); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, data) {
			t.Fatalf("patch gave %q, want %q", data, want)
		}
		all := sortSpots(toy{}.Spots(nil, data, 0, len(data)))
		got, _ := respot(toy{}, data, runs, sortSpots(toy{}.Spots(nil, base, 0, len(base))), len(base))
		if diff := cmp.Diff(all, got); diff != "" {
			t.Fatalf("base %q\nruns %v\ndata %q\n(-whole +delta):\n%s", base, runs, data, diff)
		}
	}
}
