package gitpack

import "math/bits"

// A Huffman table is indexed by the next bits of the stream. An entry holds, from the low end: 8 bits how many bits to
// consume, 8 bits how many of those are the code itself (the others are extra bits), then flags and a value of 16 bits:
// the literal, or the base that the extra bits add to, or where a second table starts for codes that are longer than
// the first table's index. The flags stand in bits 13 to 15, above any code length, which is 15 at most.
const (
	literalBits  = 10 // of the first table of literals and lengths
	distanceBits = 8
	orderBits    = 7

	isLiteral  = 1 << 31
	isSpecial  = 1 << 15 // one of the three below
	isSubtable = 1 << 14
	isEnd      = 1 << 13 // end of block; an entry that is special only is not in use
	codeBits   = 0x1f
)

type (
	literalTable  [2048]uint32 // 1,332 entries at most for 288 codes of up to 15 bits
	distanceTable [512]uint32  // 402 at most for 32 codes
)

// codes holds what building a table needs.
type codes struct {
	count  [16]uint16
	offset [17]uint16
	sorted [512]uint16 // 320 are in use; the rest saves asking
}

// build fills a table for the code lengths of some symbols; entries holds each symbol's entry without its code length.
// It is false when the lengths are no Huffman code. As in zlib, one code of one bit, and none at all, are fine.
func (c *codes) build(table []uint32, lengths []uint8, entries []uint32, root uint) bool {
	c.sort(lengths)
	left := 1 << 15
	longest := uint(0)
	for n := uint(1); n < 16; n++ {
		left -= int(c.count[n]) << (15 - n)
		if c.count[n] > 0 {
			longest = n
		}
	}
	if left < 0 {
		return false
	}
	if left > 0 {
		for i := range table[:1<<root] {
			table[i] = isSpecial
		}
		if longest == 0 {
			return true
		}
		if longest > 1 {
			return false
		}
		for i := 0; i < 1<<root; i += 2 {
			table[i] = entries[c.sorted[0]] + 1<<8 + 1
		}
		return true
	}
	code, n, next := c.first(table, entries, root)
	if n > 0 {
		c.second(table, entries, root, code, n, next)
	}
	return true
}

// sort lists the symbols by the length of their code.
func (c *codes) sort(lengths []uint8) {
	c.count = [16]uint16{}
	for _, n := range lengths {
		c.count[n&15]++
	}
	at := uint16(0)
	for n := 1; n < 16; n++ {
		c.offset[n] = at
		at += c.count[n]
	}
	c.offset[0] = 511 // where those without a code go, the one over the other
	c.count[0] = 0
	for symbol, n := range lengths {
		at := &c.offset[n&15]
		c.sorted[*at&511] = uint16(symbol)
		if n != 0 {
			*at++
		}
	}
}

// first fills the first table with the codes that fit: at each length the part in use doubles. It returns the first
// code that does not fit, its length, 0 when there is none, and how many symbols are done.
func (c *codes) first(table []uint32, entries []uint32, root uint) (code uint32, n uint, done int) {
	size := 1
	for n = 1; n <= root; n++ {
		copy(table[size:2*size], table[:size])
		size *= 2
		extra := uint32(n<<8 + n)
		for range c.count[n] {
			table[code] = entries[c.sorted[done]] + extra
			done++
			if code == uint32(size-1) {
				for ; n < root; n++ {
					copy(table[size:2*size], table[:size])
					size *= 2
				}
				return 0, 0, done
			}
			code = following(code, n)
		}
	}
	return code, n, done
}

// following is the next code of n bits; bits stand in the order of the stream, the first lowest.
func following(code uint32, n uint) uint32 {
	bit := uint32(1) << (bits.Len32(code^(1<<n-1)) - 1)
	return code&(bit-1) | bit
}

// second fills a table behind the first one for each start that longer codes have in common.
func (c *codes) second(table []uint32, entries []uint32, root uint, code uint32, n uint, done int) {
	prefix, start, end := ^uint32(0), 0, 1<<root
	for left := c.count; ; {
		for left[n] == 0 {
			n++
		}
		if low := code & (1<<root - 1); low != prefix {
			prefix, start = low, end
			width := n - root
			for space := int(left[n]); space < 1<<width; {
				width++
				space = space<<1 + int(left[root+width])
			}
			end = start + 1<<width
			table[prefix] = uint32(start)<<16 | isSpecial | isSubtable | uint32(width)<<8 | uint32(root)
		}
		short := uint32(n - root)
		entry := entries[c.sorted[done]] + short<<8 + short
		for i := start + int(code>>root); i < end; i += 1 << short {
			table[i] = entry
		}
		done++
		if code == 1<<n-1 {
			return
		}
		code = following(code, n)
		left[n]--
	}
}

// The lengths and distances that codes stand for (RFC 1951, section 3.2.5), as entries.
var (
	literalEntries  = makeLiteralEntries()
	distanceEntries = makeDistanceEntries()
	orderEntries    = makeOrderEntries()
	codeOrder       = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

func makeLiteralEntries() (e [288]uint32) {
	for i := range 256 {
		e[i] = isLiteral | uint32(i)<<16
	}
	e[256] = isSpecial | isEnd
	base := uint32(3)
	for i := 257; i < 285; i++ {
		extra := uint32(0)
		if i >= 265 {
			extra = uint32(i-261) / 4
		}
		e[i] = base<<16 | extra
		base += 1 << extra
	}
	e[285] = 258 << 16
	e[286], e[287] = isSpecial, isSpecial
	return e
}

func makeDistanceEntries() (e [32]uint32) {
	base := uint32(1)
	for i := range 30 {
		extra := uint32(0)
		if i >= 4 {
			extra = uint32(i-2) / 2
		}
		e[i] = base<<16 | extra
		base += 1 << extra
	}
	e[30], e[31] = isSpecial, isSpecial
	return e
}

func makeOrderEntries() (e [19]uint32) {
	for i := range e {
		e[i] = uint32(i) << 16
	}
	return e
}
