package gitpack

import (
	"bytes"
	"hash/adler32"
	"math/rand/v2"
	"testing"
)

func TestAdler(t *testing.T) {
	rnd := rand.New(rand.NewPCG(20, 20))
	for range 300 {
		data := make([]byte, rnd.IntN(5000))
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		if got, want := adler(data), adler32.Checksum(data); got != want {
			t.Fatalf("%d bytes: %08x, want %08x", len(data), got, want)
		}
	}
	for _, n := range []int{0, 1, 7, 8, 9, 1<<20 - 1, 1 << 20, 3<<20 + 5} {
		data := bytes.Repeat([]byte{0xff}, n)
		if got, want := adler(data), adler32.Checksum(data); got != want {
			t.Errorf("%d bytes of 0xff: %08x, want %08x", n, got, want)
		}
	}
}

func BenchmarkAdler(b *testing.B) {
	data := bytes.Repeat([]byte("some bytes of a text, "), 200)
	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			adler(data)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			adler32.Checksum(data)
		}
	})
}
