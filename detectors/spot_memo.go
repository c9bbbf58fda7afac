package detectors

import (
	"hash/maphash"
	"sync/atomic"
)

// spotMemo remembers what places were, by all that decides about them. Histories and lock files show the same lines again
// and again. A place goes by a hash under a key of this run, so that nobody can make two of the same. For use by several
// goroutines.
type spotMemo struct {
	seed   maphash.Seed
	tokens [1 << 15]atomic.Uint64 // hashes with their kinds, by some of their bits; the newer one stays
	bare   [1 << 13]atomic.Uint64 // hashes of anchors without a value of some shape
}

const kindsOfToken = uint64(OfShape | OfName | OfObject)

func newSpotMemo() *spotMemo { return &spotMemo{seed: maphash.MakeSeed()} }

// token returns where the kind of the token is kept, and what it is kept under, in which the bits of kinds are free.
func (m *spotMemo) token(data []byte, at Span) (slot *atomic.Uint64, key uint64) {
	lo, hi := max(0, at.Start-spotReach), min(len(data), at.Start+spotReach)
	sides := uint64(at.Start-lo)<<32 | uint64(hi-at.Start)<<16 | uint64(min(at.End-at.Start, spotReach))
	h := maphash.Bytes(m.seed, data[lo:hi]) ^ sides*0x9e3779b97f4a7c15
	return &m.tokens[h>>32%uint64(len(m.tokens))], h&^kindsOfToken | 1<<62
}

// anchor returns where it is kept that there is no value of a shape beside an anchor, and the key that says so. Text is what
// decides, in which the anchor begins at an offset.
func (m *spotMemo) anchor(text []byte, offset int, sh *shape) (slot *atomic.Uint64, key uint64) {
	h := maphash.Bytes(m.seed, text) ^ (uint64(offset)<<32|uint64(sh.number))*0x9e3779b97f4a7c15
	return &m.bare[h>>32%uint64(len(m.bare))], h | 1
}
