package unpack

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// Source opens the archives among the units of another source. Their chunks are put together again for that: in memory
// when they are small, else in a temporary file.
type Source struct {
	Unpacker
	Inner   scanner.Source
	Spotter gitpack.Spotter // tells the places of what archives hold, so that a text of many versions is not looked at each time; nil leaves that to the detector. The kind of a span is a detectors.Kind
}

const memoMemory = 4 << 20 // bytes to remember texts by

// Chunks yields the chunks of Inner, and instead of those of an archive those of what it holds.
func (s *Source) Chunks(ctx context.Context, yield func(scanner.Chunk) error) error {
	g := gathering{Unpacker: s.Unpacker, yield: yield, open: map[string]*parcel{}}
	g.inflating = new(sync.Pool)
	defer g.drop()
	if s.Spotter != nil {
		g.memo = gitpack.NewMemo(s.Spotter, memoMemory)
	}
	return s.Inner.Chunks(ctx, func(c scanner.Chunk) error { return g.chunk(ctx, c) })
}

// Attribute asks Inner for the places of the units that the archives were.
func (s *Source) Attribute(ctx context.Context, units []string, yield func(string, scanner.Occurrence) error) error {
	a, ok := s.Inner.(scanner.Attributor)
	if !ok {
		return nil
	}
	below := map[string][]string{}
	var outer []string
	for _, unit := range units {
		name := outerUnit(unit)
		if below[name] == nil {
			outer = append(outer, name)
		}
		below[name] = append(below[name], unit)
	}
	return a.Attribute(ctx, outer, func(name string, at scanner.Occurrence) error {
		for _, unit := range below[name] {
			one := at
			one.File += unit[len(name):]
			if err := yield(unit, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// outerUnit is the object that a unit is part of. Other units of a history are names, which may have the sign as well.
func outerUnit(unit string) string {
	name, _, ok := strings.Cut(unit, "!")
	if _, err := hex.DecodeString(name); ok && err == nil && len(name) >= 40 {
		return name
	}
	return unit
}

// gathering holds the archives of which not all chunks have come.
type gathering struct {
	Unpacker
	yield func(scanner.Chunk) error
	memo  *gitpack.Memo // nil when nobody looks ahead

	mu   sync.Mutex
	open map[string]*parcel
}

// parcel is an archive that is put together.
type parcel struct {
	data bytes.Buffer
	file *os.File // what was too much for data
	size int64
	err  error
}

const parcelMemory = 8 << 20 // bytes of an archive that are kept in memory

func (g *gathering) chunk(ctx context.Context, c scanner.Chunk) error {
	if n := int64(len(c.Data)); c.Offset == 0 && !c.More && g.opens(c) && n <= g.Limits.filled().Spool {
		if done, err := g.File(ctx, c.Unit, c.At, bytes.NewReader(c.Data), n, g.spotted); done || err != nil {
			return err
		}
		return g.yield(c)
	}
	p := g.parcel(c)
	if p == nil {
		return g.yield(c)
	}
	if c.Skip != nil {
		g.close(c.Unit, p)
		return g.yield(c)
	}
	if p.err == nil {
		p.err = p.add(g.Unpacker, c.Data[c.Overlap:])
	}
	if c.More {
		return nil
	}
	defer g.close(c.Unit, p)
	if p.err != nil {
		return g.yield(scanner.Chunk{Unit: c.Unit, At: c.At, Skip: &scanner.Skip{Reason: reason(p.err), Err: p.err}})
	}
	if done, err := g.File(ctx, c.Unit, c.At, p, p.size, g.spotted); done || err != nil {
		return err
	}
	return source.Cut(ctx, c.Unit, c.At, io.NewSectionReader(p, 0, p.size), p.size, g.yield)
}

// spotted yields a text with its places. Where a look failed, as one with a place of no kind did, the detector has to look
// itself.
func (g *gathering) spotted(c scanner.Chunk) error {
	if g.memo == nil || c.Skip != nil {
		return g.yield(c)
	}
	spots := []detectors.Spot{}
	for _, at := range g.memo.Spots(c.Data) {
		if at.Kind == 0 {
			return g.yield(c)
		}
		spots = append(spots, detectors.Spot{Start: at.Start, End: at.End, Kind: detectors.Kind(at.Kind)})
	}
	c.Spots = spots
	return g.yield(c)
}

// parcel returns the archive that the chunk is a part of, or nil.
func (g *gathering) parcel(c scanner.Chunk) *parcel {
	if c.Unit == "" || g.Depth < 1 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.open[c.Unit]
	if p == nil && c.Offset == 0 && g.opens(c) {
		p = new(parcel)
		g.open[c.Unit] = p
	}
	return p
}

// opens reports whether a chunk begins an archive or a document.
func (g *gathering) opens(c scanner.Chunk) bool {
	return c.Unit != "" && g.Depth > 0 && c.Skip == nil && (identify(c.Data, c.At.File) != nil || document(c.Data, c.At.File) != nil)
}

func (g *gathering) close(unit string, p *parcel) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, unit)
	p.drop()
}

// drop forgets what was not finished.
func (g *gathering) drop() {
	for unit, p := range g.open {
		g.close(unit, p)
	}
}

func (p *parcel) drop() {
	if p.file != nil {
		_ = p.file.Close()
		_ = os.Remove(p.file.Name())
		p.file = nil
	}
}

func (p *parcel) add(u Unpacker, data []byte) error {
	p.size += int64(len(data))
	if p.size > u.Limits.filled().Spool {
		p.drop()
		p.data = bytes.Buffer{}
		return errLimit
	}
	if p.file == nil && p.data.Len()+len(data) <= parcelMemory {
		p.data.Write(data)
		return nil
	}
	if p.file == nil {
		f, err := os.CreateTemp(u.TempDir, "keysweep-*")
		if err != nil {
			return fmt.Errorf("temporary file: %w", err)
		}
		p.file = f
	}
	_, err := p.file.Write(data)
	return err
}

// ReadAt reads what was put together.
func (p *parcel) ReadAt(dst []byte, at int64) (n int, err error) {
	held := int64(p.data.Len())
	if at < held {
		n = copy(dst, p.data.Bytes()[at:])
	}
	if n == len(dst) {
		return n, nil
	}
	if p.file == nil {
		return n, io.EOF
	}
	m, err := p.file.ReadAt(dst[n:], max(0, at-held))
	return n + m, err
}

// Spotter adds to the places of another the begins of archives, of which no detector knows what they hold.
type Spotter struct{ gitpack.Spotter }

// Reach covers the magic bytes of every format, and those before it.
func (s Spotter) Reach() int { return max(s.Spotter.Reach(), magicEnd) }

const (
	magicEnd    = tarBlock // the header of a tar without magic
	documentEnd = 64       // of the bytes that tell a document
)

// Spots adds the first bytes of an archive, and of a document that is told by them.
func (s Spotter) Spots(dst []gitpack.Span, data []byte, from, to int) []gitpack.Span {
	if from < magicEnd {
		if f := identify(data[:min(len(data), headSize)], ""); f != nil && from < f.at+len(f.magic) {
			dst = append(dst, gitpack.Span{Start: 0, End: f.at + len(f.magic)})
		}
		if from < documentEnd && document(data[:min(len(data), documentEnd)], "") != nil {
			dst = append(dst, gitpack.Span{Start: 0, End: min(len(data), documentEnd)})
		}
	}
	return s.Spotter.Spots(dst, data, from, to)
}

var _ scanner.Attributor = (*Source)(nil)
