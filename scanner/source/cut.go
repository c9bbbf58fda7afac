package source

import (
	"context"
	"io"

	"github.com/keysweep/keysweep/scanner"
)

// Cut yields what r reads as the chunks of one unit: windows of a bounded size, with UTF-16 as UTF-8. Size is what r is
// thought to hold, or less than 0. An error of reading ends as a skip of the rest; the error returned is yield's or ctx's.
func Cut(ctx context.Context, unit string, at scanner.Occurrence, r io.Reader, size int64, yield func(scanner.Chunk) error) error {
	c := cutter{unit: unit, at: at, r: r}
	return c.cut(ctx, size, yield)
}
