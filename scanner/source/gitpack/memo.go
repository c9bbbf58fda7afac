package gitpack

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync/atomic"
)

// memo remembers pieces of text, with what stands around them, in which a spotter saw nothing. Histories are full of text
// that was copied from file to file, or that git did not store as a delta: what was looked at once is not looked at
// again. A piece goes by a hash of 64 bits under a key of this run, so that nobody can make two of the same. For use by
// several goroutines.
type memo struct {
	sp    Spotter
	seed  maphash.Seed
	slots []atomic.Uint64 // hashes by their lowest bits; the newer one stays
}

const (
	shortPiece = 1 << 9  // bytes from which on a line may end a piece
	longPiece  = 8 << 10 // where a piece ends in any case
	pieceLines = 8       // one line in so many may end a piece
)

// newMemo sets aside a number of bytes.
func newMemo(sp Spotter, memory int64) *memo {
	n := int64(1 << 10)
	for 16*n <= memory {
		n *= 2
	}
	return &memo{sp: sp, seed: maphash.MakeSeed(), slots: make([]atomic.Uint64, n)}
}

// Memo looks for the places of texts that come from elsewhere than a pack, and at no piece twice that had none. For use by
// several goroutines.
type Memo struct{ memo *memo }

// NewMemo sets aside a number of bytes for what sp sees nothing in.
func NewMemo(sp Spotter, memory int64) *Memo { return &Memo{newMemo(sp, memory)} }

// Spots is the candidate places of a whole text.
func (m *Memo) Spots(data []byte) []Span {
	w := watcher{memo: m.memo}
	return sortSpots(w.Spots(nil, data, 0, len(data)))
}

// piece is a stretch of some data.
type piece struct {
	from, to int
	hash     uint64
	known    bool // there is no spot in it
	dirty    bool // a spot overlaps it
}

// watcher is a spotter that remembers, for one goroutine.
type watcher struct {
	*memo
	ahead  [16]piece
	todo   []piece
	looked int // bytes that were looked at
}

// Reach is the spotter's.
func (w *watcher) Reach() int { return w.sp.Reach() }

// Spots is the spotter's, for what is not known to have none.
func (w *watcher) Spots(dst []Span, data []byte, from, to int) []Span {
	w.todo = w.todo[:0]
	for at := from; at < to; {
		next := w.pieces(data, at, to)
		for _, p := range next {
			if p.known {
				dst = w.look(dst, data)
				continue
			}
			w.looked += p.to - p.from
			w.todo = append(w.todo, p)
		}
		at = next[len(next)-1].to
	}
	return w.look(dst, data)
}

// pieces cuts off some pieces, and then looks them all up, so that the memory need not be waited for each time.
func (w *watcher) pieces(data []byte, at, to int) []piece {
	n := 0
	for ; n < len(w.ahead) && at < to; n++ {
		p := &w.ahead[n]
		*p = piece{from: at, to: w.cut(data, at, to)}
		p.hash = w.hash(data, *p)
		at = p.to
	}
	for i := range w.ahead[:n] {
		p := &w.ahead[i]
		p.known = w.slot(p.hash).Load() == p.hash
	}
	return w.ahead[:n]
}

// look runs the spotter over pieces in a row, and remembers those without a spot.
func (w *watcher) look(dst []Span, data []byte) []Span {
	row, before := w.todo, len(dst)
	if len(row) == 0 {
		return dst
	}
	w.todo = row[:0]
	dst = w.sp.Spots(dst, data, row[0].from, row[len(row)-1].to)
	for _, s := range dst[before:] {
		i, _ := slices.BinarySearchFunc(row, s.Start, func(p piece, at int) int { return cmp.Compare(p.to, at+1) })
		for ; i < len(row) && row[i].from < s.End; i++ {
			row[i].dirty = true
		}
	}
	for _, p := range row {
		if !p.dirty {
			w.slot(p.hash).Store(p.hash)
		}
	}
	return dst
}

func (m *memo) slot(hash uint64) *atomic.Uint64 { return &m.slots[hash&uint64(len(m.slots)-1)] }

// cut is where the piece that begins at from ends: behind a line that says so by its own text, so that the same text is
// cut in the same places wherever it stands.
func (m *memo) cut(data []byte, from, to int) int {
	if to-from <= shortPiece {
		return to
	}
	end := min(to, from+longPiece)
	for at := from + shortPiece; at < end; {
		n := bytes.IndexByte(data[at:end], '\n')
		if n < 0 {
			break
		}
		at += n + 1
		if binary.LittleEndian.Uint64(data[at-8:])*0x9e3779b97f4a7c15>>60 < 16/pieceLines {
			return at
		}
	}
	return end
}

// hash covers a piece, what may decide about its spots, and where data begins and ends within that.
func (m *memo) hash(data []byte, p piece) uint64 {
	reach := m.sp.Reach()
	lo, hi := max(0, p.from-reach), min(len(data), p.to+reach)
	sides := uint64(p.from-lo)<<32 | uint64(hi-p.to)
	return maphash.Bytes(m.seed, data[lo:hi]) ^ sides*0x9e3779b97f4a7c15 | 1<<63 // never that of a free slot
}
