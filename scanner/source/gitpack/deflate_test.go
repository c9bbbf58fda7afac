package gitpack

import (
	"bytes"
	"compress/flate"
	stdzlib "compress/zlib"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// deflateSamples are texts of many kinds at all levels of compression, in zlib form.
func deflateSamples(rnd *rand.Rand) (samples [][]byte, texts [][]byte) {
	noise := make([]byte, 70000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	few := make([]byte, 50000)
	for i := range few {
		few[i] = "abcdefgh"[rnd.IntN(8)&rnd.IntN(8)]
	}
	steep := make([]byte, 60000) // long codes: each byte half as likely as the one before
	for i := range steep {
		for rnd.IntN(2) == 0 && steep[i] < 30 {
			steep[i]++
		}
	}
	for _, text := range [][]byte{nil, {0}, []byte("hello"), noise, noise[:300], few, steep, randomText(rnd, 3000),
		bytes.Repeat([]byte{7}, 40000), bytes.Repeat([]byte("abc"), 9000), slices.Concat(noise[:40000], noise[:40000])} {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 6, 9} {
			var b bytes.Buffer
			z, _ := stdzlib.NewWriterLevel(&b, level)
			z.Write(text)
			if level == 6 {
				z.Flush()
			}
			z.Close()
			samples, texts = append(samples, b.Bytes()), append(texts, text)
		}
	}
	return samples, texts
}

func TestDeflatedReads(t *testing.T) {
	samples, texts := deflateSamples(rand.New(rand.NewPCG(1, 1)))
	var d deflated
	for i, sample := range samples {
		for _, tail := range []int{0, 1, 7, 100} {
			got := make([]byte, len(texts[i]))
			n, err := d.read(got, slices.Concat(sample, make([]byte, tail)))
			if err != nil || n != len(sample) || !bytes.Equal(got, texts[i]) {
				t.Fatalf("sample %d of %d bytes: read %d of %d, %v, equal %v", i, len(texts[i]), n, len(sample), err, bytes.Equal(got, texts[i]))
			}
		}
		if _, err := d.read(make([]byte, len(texts[i])+1), sample); err == nil {
			t.Errorf("sample %d: no error when the result is too short", i)
		}
		if n := len(texts[i]); n > 0 {
			if _, err := d.read(make([]byte, n-1), sample); err == nil {
				t.Errorf("sample %d: no error when the result is too long", i)
			}
		}
		for cut := range min(len(sample), 50) {
			if _, err := d.read(make([]byte, len(texts[i])), sample[:len(sample)-1-cut]); err == nil {
				t.Errorf("sample %d: no error when %d bytes are missing", i, cut+1)
			}
		}
	}
}

// agree compares with the standard library.
func agree(t *testing.T, d *deflated, src []byte) {
	t.Helper()
	var want []byte
	r := bytes.NewReader(src)
	z, err := stdzlib.NewReader(r)
	if err == nil {
		want, err = io.ReadAll(io.LimitReader(z, 1<<20))
		if len(want) == 1<<20 {
			return
		}
	}
	got := make([]byte, len(want))
	n, ourErr := d.read(got, src)
	if (err == nil) != (ourErr == nil) {
		t.Fatalf("standard library: %v; here: %v; %x", err, ourErr, src)
	}
	if err == nil && (!bytes.Equal(got, want) || n != len(src)-r.Len()) {
		t.Fatalf("read %d bytes of %d, %d expected, equal %v", n, len(src), len(src)-r.Len(), bytes.Equal(got, want))
	}
}

func TestDeflatedRefuses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	samples, _ := deflateSamples(rnd)
	var d deflated
	for range 4000 {
		bad := bytes.Clone(samples[rnd.IntN(len(samples))])
		bad = bad[:min(len(bad), 2000)]
		for range 1 + rnd.IntN(3) {
			bad[rnd.IntN(min(len(bad), 200))] ^= byte(1 << rnd.IntN(8))
		}
		agree(t, &d, bad)
	}
}

func FuzzDeflated(f *testing.F) {
	samples, _ := deflateSamples(rand.New(rand.NewPCG(3, 3)))
	for _, s := range samples {
		if len(s) < 4000 {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var d deflated
		agree(t, &d, src)
	})
}

func BenchmarkDeflated(b *testing.B) {
	var sizes = []struct {
		name string
		text []byte
	}{{"delta", randomText(rand.New(rand.NewPCG(4, 4)), 12)}, {"file", randomText(rand.New(rand.NewPCG(4, 4)), 2000)}}
	for _, s := range sizes {
		src, dst := deflate(s.text), make([]byte, len(s.text))
		b.Run(s.name+"/own", func(b *testing.B) {
			b.SetBytes(int64(len(dst)))
			var d deflated
			for b.Loop() {
				if _, err := d.read(dst, src); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(s.name+"/klauspost", func(b *testing.B) {
			b.SetBytes(int64(len(dst)))
			var z inflater
			for b.Loop() {
				if err := z.open(src); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(z.z, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
