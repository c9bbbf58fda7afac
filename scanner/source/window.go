package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/keysweep/keysweep/detectors/decode"
	"github.com/keysweep/keysweep/scanner"
)

const (
	windowSize  = 4 << 20
	overlapSize = 64 << 10
	probeSize   = 512 // what is read of a file that claims to be empty, as those of /proc do
)

// cutter cuts a stream into chunks of one unit, each of at most windowSize bytes besides the overlap. UTF-16 becomes
// UTF-8; offsets and overlaps count bytes of the result.
type cutter struct {
	unit string
	at   scanner.Occurrence
	r    io.Reader

	known    bool // encoding was looked at
	encoding string
	held     []byte // read and not handed out yet
	tail     []byte // end of the text handed out last
	offset   int64  // of tail in the text
	line     int    // line ends before tail
}

// cut yields the chunks of r. An error of reading ends as a skip of the rest; the error returned is yield's or ctx's.
// Size is what r is thought to hold, or less than 0.
func (c *cutter) cut(ctx context.Context, size int64, yield func(scanner.Chunk) error) error {
	room := windowSize
	if size >= 0 && size < windowSize {
		room = max(int(size)+1, probeSize)
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk, err := c.next(room)
		if err != nil && !errors.Is(err, io.EOF) {
			return c.broken(ctx, chunk, err, yield)
		}
		chunk.More = err == nil
		if err := yield(chunk); err != nil || !chunk.More {
			return err
		}
		room = windowSize
	}
}

func (c *cutter) broken(ctx context.Context, chunk scanner.Chunk, err error, yield func(scanner.Chunk) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(chunk.Data) > chunk.Overlap {
		chunk.More = true
		if err := yield(chunk); err != nil {
			return err
		}
	}
	return yield(skipped(c.unit, c.at, fileReason(err), err))
}

// next reads up to room bytes. It returns io.EOF with the last chunk. One byte is always held back, so that there is
// no chunk without news after the last.
func (c *cutter) next(room int) (scanner.Chunk, error) {
	front := len(c.tail)
	if c.known && c.encoding != "" {
		front = 0
	}
	buf := make([]byte, front+len(c.held)+room)
	copy(buf, c.tail[:front])
	n := front + copy(buf[front:], c.held)
	m, err := io.ReadFull(c.r, buf[n:])
	buf = buf[:n+m]
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	if !c.known {
		c.known, c.encoding = true, decode.TextEncoding(buf)
	}
	keep := 0
	if err == nil {
		keep = c.holdBack(buf[front:])
	}
	c.held = slices.Clone(buf[len(buf)-keep:])
	data := buf[:len(buf)-keep]
	if c.encoding != "" {
		data = slices.Concat(c.tail, decode.TextFrom(data, c.encoding))
	}
	return c.chunk(data), err
}

// push cuts the same from bytes that come one window after the other, for an encoding that is known.
func (c *cutter) push(raw []byte, last bool) scanner.Chunk {
	raw = slices.Concat(c.held, raw)
	keep := 0
	if !last {
		keep = min(len(raw), c.holdBack(raw))
	}
	c.held = slices.Clone(raw[len(raw)-keep:])
	return c.chunk(slices.Concat(c.tail, decode.TextFrom(raw[:len(raw)-keep], c.encoding)))
}

// holdBack is the number of bytes at the end of raw to leave for the next window: one, or what is left of a character.
func (c *cutter) holdBack(raw []byte) int {
	switch c.encoding {
	case decode.UTF16LE, decode.UTF16BE:
		keep := 2 + len(raw)%2
		high := raw[len(raw)-keep]
		if c.encoding == decode.UTF16LE {
			high = raw[len(raw)-keep+1]
		}
		const lowSurrogate = 0xdc
		if high&0xfc == lowSurrogate {
			keep += 2
		}
		return keep
	case decode.UTF32LE, decode.UTF32BE:
		return 4 + len(raw)%4
	}
	return 1
}

func (c *cutter) chunk(data []byte) scanner.Chunk {
	chunk := scanner.Chunk{Unit: c.unit, At: c.at, Data: data, Offset: c.offset, Line: c.line, Overlap: len(c.tail)}
	if c.encoding == decode.UTF8 {
		c.encoding = ""
	}
	rest := max(0, len(data)-overlapSize)
	c.offset += int64(rest)
	c.line += bytes.Count(data[:rest], []byte("\n"))
	c.tail = data[rest:]
	return chunk
}
