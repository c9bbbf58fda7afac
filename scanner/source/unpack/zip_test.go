package unpack

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zip"
)

// TestZipsAreInflatedAsTheLibraryDoes damages archives: what is inflated at once is what the library's reader gives.
func TestZipsAreInflatedAsTheLibraryDoes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(40, 40))
	whole := []byte(zipped(t, member{"empty", ""}, member{"short", "text"}, member{"long", strings.Repeat("some text, ", 900)}, member{"noise", string(randomBytes(3000))}))
	var own inflating
	same, refused := 0, 0
	for round := range 3000 {
		data := bytes.Clone(whole)
		for range min(round, 1+rnd.IntN(3)) {
			data[rnd.IntN(len(data))] ^= byte(1 << rnd.IntN(8))
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			continue
		}
		for _, f := range z.File {
			got, ok := own.file(f)
			if !ok {
				refused++
				continue
			}
			same++
			r, err := f.Open()
			if err != nil {
				t.Fatalf("round %d, %s: %v", round, f.Name, err)
			}
			want, err := io.ReadAll(r)
			if errors.Is(err, zip.ErrChecksum) {
				err = nil // of the descriptor behind the file, which is not needed when that in the directory fits
			}
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("round %d, %s: %d bytes, the library has %d, %v", round, f.Name, len(got), len(want), err)
			}
		}
	}
	if same < 1000 || refused < 100 {
		t.Errorf("%d files were inflated, %d were not", same, refused)
	}
}
