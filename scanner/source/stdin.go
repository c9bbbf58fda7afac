package source

import (
	"context"
	"io"

	"github.com/keysweep/keysweep/scanner"
)

// Stdin reads one stream as one unit.
type Stdin struct {
	Reader io.Reader
	Name   string // of the unit and the file in findings; empty is "stdin"
}

// Chunks yields the stream in windows. A read that hangs ends with ctx when Reader can be closed, which is done then.
func (s *Stdin) Chunks(ctx context.Context, yield func(scanner.Chunk) error) error {
	name := s.Name
	if name == "" {
		name = "stdin"
	}
	if closer, ok := s.Reader.(io.Closer); ok {
		defer context.AfterFunc(ctx, func() { _ = closer.Close() })()
	}
	c := cutter{unit: name, at: scanner.Occurrence{File: name, Place: scanner.InFile}, r: patient(ctx, s.Reader)}
	return c.cut(ctx, -1, yield)
}

// readerFunc is a reader made of its one method.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(dst []byte) (int, error) { return f(dst) }

type answer struct {
	data []byte
	err  error
}

// patient gives up waiting for a read when ctx ends: a terminal's read ends by nothing but a line. Each read has its
// own goroutine and buffer, which live until the read of r ends.
func patient(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(dst []byte) (int, error) {
		answers := make(chan answer, 1)
		size := min(len(dst), 256<<10)
		go func() {
			buf := make([]byte, size)
			n, err := r.Read(buf)
			answers <- answer{buf[:n], err}
		}()
		select {
		case a := <-answers:
			return copy(dst, a.data), a.err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
}
