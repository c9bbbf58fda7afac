package gitpack

import (
	"math/bits"
	"slices"
	"sync/atomic"
)

// bitset is a set of object numbers.
type bitset []uint64

func newBitset(n uint32) bitset { return make(bitset, (uint64(n)+63)/64) }

func (b bitset) has(i uint32) bool {
	return int(i>>6) < len(b) && b[i>>6]&(1<<(i&63)) != 0
}

// set adds i, and says whether it is new. The set grows for objects that appeared after it was made.
func (b *bitset) set(i uint32) bool {
	if int(i>>6) >= len(*b) {
		*b = append(*b, make([]uint64, int(i>>6)+1-len(*b))...)
	}
	word, bit := &(*b)[i>>6], uint64(1)<<(i&63)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

// remove takes i out, and says whether it was there.
func (b bitset) remove(i uint32) bool {
	if !b.has(i) {
		return false
	}
	b[i>>6] &^= 1 << (i & 63)
	return true
}

// setShared adds a member that the set has room for, from any goroutine.
func (b bitset) setShared(i uint32) { atomic.OrUint64(&b[i>>6], 1<<(i&63)) }

func (b bitset) len() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// count is the number of members from lo up to hi.
func (b bitset) count(lo, hi uint32) (n int) {
	for w := int(lo >> 6); w < len(b) && uint64(w)<<6 < uint64(hi); w++ {
		word := b[w]
		if first := uint32(w) << 6; first < lo {
			word &= ^uint64(0) << (lo - first)
		}
		if first := uint64(w) << 6; first+64 > uint64(hi) {
			word &= 1<<(uint64(hi)-first) - 1
		}
		n += bits.OnesCount64(word)
	}
	return n
}

func (b bitset) clone() bitset { return slices.Clone(b) }

// union adds the members of other to b, and returns b.
func union(b, other bitset) bitset {
	for len(b) < len(other) {
		b = append(b, 0)
	}
	for i, w := range other {
		b[i] |= w
	}
	return b
}

// between yields the members from lo up to hi.
func (b bitset) between(lo, hi uint32, yield func(uint32) bool) {
	for w := int(lo >> 6); w < len(b) && uint64(w)<<6 < uint64(hi); w++ {
		for word := b[w]; word != 0; word &= word - 1 {
			i := uint32(w)<<6 + uint32(bits.TrailingZeros64(word))
			if i >= lo && i < hi && !yield(i) {
				return
			}
		}
	}
}

// numbers maps object numbers to positions: a flat hash table.
type numbers struct{ keys, values []uint32 }

func newNumbers(n int) *numbers {
	size := 16
	for size < 2*n {
		size *= 2
	}
	m := &numbers{make([]uint32, size), make([]uint32, size)}
	for i := range m.keys {
		m.keys[i] = noObject
	}
	return m
}

func (m *numbers) slot(key uint32) int {
	mask := len(m.keys) - 1
	i := int(key*2654435769) & mask
	for m.keys[i] != noObject && m.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// put must not be called more often than newNumbers was told.
func (m *numbers) put(key, value uint32) {
	i := m.slot(key)
	m.keys[i], m.values[i] = key, value
}

func (m *numbers) get(key uint32) (uint32, bool) {
	i := m.slot(key)
	return m.values[i], m.keys[i] == key
}
