package unpack

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// markSpots finds one word, and counts what it looks at.
type markSpots struct{ looked *int }

func (markSpots) Reach() int { return 8 }

func (m markSpots) Spots(dst []gitpack.Span, data []byte, from, to int) []gitpack.Span {
	*m.looked += to - from
	for at := max(0, from-3); at < to; at++ {
		if bytes.HasPrefix(data[at:], []byte("mark")) {
			dst = append(dst, gitpack.Span{Start: at, End: at + 4, Kind: 2})
		}
	}
	return dst
}

// chunks is a source.
type chunks []scanner.Chunk

func (l chunks) Chunks(_ context.Context, yield func(scanner.Chunk) error) error {
	for _, c := range l {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

// TestTextsOfArchivesAreLookedAtOnce has two archives that share most of what they hold, and a file that only begins like
// one, with places that were found before.
func TestTextsOfArchivesAreLookedAtOnce(t *testing.T) {
	var text strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&text, "line %x\n", uint64(i)*0x9e3779b97f4a7c15)
	}
	known := []detectors.Spot{{Start: 3, End: 5, Kind: 1}}
	inner := chunks{
		{Unit: "one", Data: []byte(zipped(t, member{"a", text.String()}))},
		{Unit: "two", Data: []byte(zipped(t, member{"a", text.String() + "mark"}))},
		{Unit: "odd", Data: []byte("PK\x03\x04 and no more"), Spots: known},
	}
	looked := 0
	got := map[string][]detectors.Spot{}
	err := (&Source{Unpacker: Unpacker{Depth: 8}, Inner: inner, Spotter: markSpots{&looked}}).Chunks(t.Context(), func(c scanner.Chunk) error {
		if c.Skip == nil {
			got[c.Unit] = c.Spots
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]detectors.Spot{"one!a": {}, "two!a": {{Start: text.Len(), End: text.Len() + 4, Kind: 2}}, "odd": known}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := text.Len(); looked < n || looked > n+n/4 {
		t.Errorf("%d bytes were looked at in two texts of %d", looked, n)
	}
}
