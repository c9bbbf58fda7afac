package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

// TestVisitEndsScan stops at the first error of the receiver.
func TestVisitEndsScan(t *testing.T) {
	r := newRepo(t)
	generate(r, rand.New(rand.NewPCG(14, 14)), 100)
	r.git("repack", "-adfq")
	s := r.open(Options{Workers: 2})
	reached, err := s.Reach(t.Context(), Tips{Include: r.refs()})
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("full")
	var visits atomic.Int64
	err = s.Scan(t.Context(), reached, nil, Visitor{
		Visit: func(Object) error { visits.Add(1); return full },
		Skip:  func(s Skipped) { t.Error(s.Err) },
	})
	if err != full || visits.Load() > 2 {
		t.Errorf("error %v after %d visits", err, visits.Load())
	}
}

func TestHugeBlob(t *testing.T) {
	var text bytes.Buffer
	for i := 0; text.Len() < 9<<20; i++ {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	data := text.Bytes()
	entry := crafted{id: named(1), kind: Blob, data: data}
	built := crafted{id: named(2), kind: offsetDelta, back: 1, data: delta(len(data), 5, copyOps(0, 5))}
	packed := craft(t, entry, built)
	single := newRepo(t)
	single.feed(string(data), "hash-object", "-w", "--stdin")
	for name, c := range map[string]struct {
		r   *repo
		ids []ID
	}{"packed": {packed, []ID{named(1), named(2)}}, "loose": {single, []ID{blobID(data)}}} {
		s := c.r.open(Options{Memory: 8 << 20, Workers: 1})
		reached, err := s.Reach(t.Context(), Tips{Include: c.ids})
		if err != nil {
			t.Fatal(err)
		}
		var all []byte
		var skips []string
		err = s.Scan(t.Context(), reached, nil, Visitor{Visit: func(o Object) error {
			if !bytes.Equal(all[o.Offset:], o.Data[:o.Overlap]) || o.Line != bytes.Count(all[:o.Offset], []byte{'\n'}) {
				t.Errorf("%s: window at %d does not join", name, o.Offset)
			}
			all = append(all, o.Data[o.Overlap:]...)
			if o.More != (len(all) < len(data)) || o.Size != int64(len(data)) {
				t.Errorf("%s: more %v, size %d at %d", name, o.More, o.Size, len(all))
			}
			return nil
		}, Skip: func(s Skipped) { skips = append(skips, s.ID.String()[:2]+" "+Reason(s.Err)) }})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(all, data) {
			t.Errorf("%s: windows give %d bytes of %d", name, len(all), len(data))
		}
		if want := []string{"02 too large"}; name == "packed" && !slices.Equal(skips, want) {
			t.Errorf("%s: skipped %v, want %v", name, skips, want)
		}
	}
}
