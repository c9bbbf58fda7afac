package gitpack

import (
	"encoding/binary"
)

// deflated decodes a zlib stream (RFC 1950, RFC 1951) that lies in memory into a buffer of the size that the result is
// known to have. Knowing both ends saves the window, and the copies, of a decoder for streams: it is about twice as
// fast as that on what packs hold.
type deflated struct {
	src, dst []byte
	in, out  int
	bits     uint64 // not yet consumed, the next one lowest; above count it may hold bits that src[in:] holds too
	count    uint

	codes      codes
	literals   literalTable
	distances  distanceTable
	order      [128]uint32
	lengths    [320]uint8
	fixedReady bool
	fixedLit   literalTable
	fixedDist  distanceTable
}

// read decodes the stream at the start of src, which must fill dst exactly, and returns how many bytes of src it took.
func (d *deflated) read(dst, src []byte) (int, error) {
	if len(src) < 6 || src[0]&15 != 8 || src[0]>>4 > 7 || src[1]&0x20 != 0 || binary.BigEndian.Uint16(src)%31 != 0 {
		return 0, corrupt("zlib header", nil)
	}
	n, err := d.raw(dst, src, 2)
	switch {
	case err != nil:
		return 0, err
	case n+4 > len(src):
		return 0, corrupt("zlib data is short", nil)
	case binary.BigEndian.Uint32(src[n:]) != adler(dst):
		return 0, corrupt("zlib checksum", nil)
	}
	return n + 4, nil
}

// raw decodes the deflate stream that begins at a place of src, and returns where it ends.
func (d *deflated) raw(dst, src []byte, at int) (int, error) {
	d.src, d.dst, d.in, d.out, d.bits, d.count = src, dst, at, 0, 0, 0
	defer func() { d.src, d.dst = nil, nil }()
	for last := false; !last; {
		d.refill()
		last = d.bits&1 != 0
		kind := d.bits >> 1 & 3
		d.drop(3)
		if !d.block(kind) {
			return 0, corrupt("zlib data", nil)
		}
	}
	d.in -= int(d.count / 8)
	if d.out != len(dst) || d.in > len(src) {
		return 0, corrupt("zlib data is short", nil)
	}
	return d.in, nil
}

func (d *deflated) block(kind uint64) bool {
	switch kind {
	case 0:
		return d.stored()
	case 1:
		d.fixed()
		return d.compressed(&d.fixedLit, &d.fixedDist)
	case 2:
		return d.dynamic() && d.compressed(&d.literals, &d.distances)
	}
	return false
}

func (d *deflated) drop(n uint) {
	d.bits >>= n & 63
	d.count -= n
}

// refill makes sure of 56 bits. Behind the end of src they are zero, and the caller finds in beyond it.
func (d *deflated) refill() {
	if d.in+8 <= len(d.src) {
		d.bits |= binary.LittleEndian.Uint64(d.src[d.in:]) << (d.count & 63)
		d.in += int(63-d.count) >> 3
		d.count |= 56
		return
	}
	for ; d.count < 56; d.count += 8 {
		if d.in < len(d.src) {
			d.bits |= uint64(d.src[d.in]) << (d.count & 63)
		}
		d.in++
	}
}

func (d *deflated) stored() bool {
	d.drop(d.count & 7)
	d.in -= int(d.count / 8)
	d.bits, d.count = 0, 0
	if d.in+4 > len(d.src) {
		return false
	}
	n := int(binary.LittleEndian.Uint16(d.src[d.in:]))
	if n^0xffff != int(binary.LittleEndian.Uint16(d.src[d.in+2:])) {
		return false
	}
	d.in += 4
	if n > len(d.src)-d.in || n > len(d.dst)-d.out {
		return false
	}
	d.out += copy(d.dst[d.out:], d.src[d.in:d.in+n])
	d.in += n
	return true
}

func (d *deflated) fixed() {
	if d.fixedReady {
		return
	}
	for i := range 288 {
		switch {
		case i < 144 || i >= 280:
			d.lengths[i] = 8
		case i < 256:
			d.lengths[i] = 9
		default:
			d.lengths[i] = 7
		}
	}
	d.codes.build(d.fixedLit[:], d.lengths[:288], literalEntries[:], literalBits)
	for i := range 32 {
		d.lengths[i] = 5
	}
	d.codes.build(d.fixedDist[:], d.lengths[:32], distanceEntries[:], distanceBits)
	d.fixedReady = true
}

// dynamic reads the two codes of a block.
func (d *deflated) dynamic() bool {
	d.refill()
	literals, distances, order := int(d.bits&31)+257, int(d.bits>>5&31)+1, int(d.bits>>10&15)+4
	d.drop(14)
	if literals > 286 {
		return false
	}
	clear(d.lengths[:19])
	for i := range order {
		if d.count < 3 {
			d.refill()
		}
		d.lengths[codeOrder[i]] = uint8(d.bits & 7)
		d.drop(3)
	}
	if !d.codes.build(d.order[:], d.lengths[:19], orderEntries[:], orderBits) {
		return false
	}
	all := literals + distances
	if !d.codeLengths(all) || d.lengths[256] == 0 {
		return false
	}
	return d.codes.build(d.distances[:], d.lengths[literals:all], distanceEntries[:], distanceBits) &&
		d.codes.build(d.literals[:], d.lengths[:literals], literalEntries[:], literalBits)
}

// codeLengths reads the lengths of n codes.
func (d *deflated) codeLengths(n int) bool {
	for i := 0; i < n; {
		if d.count < 14 {
			d.refill()
		}
		e := d.order[d.bits&127]
		d.drop(uint(e & codeBits))
		if e&isSpecial != 0 || d.in > len(d.src)+8 {
			return false
		}
		value, times := uint8(0), 0
		switch symbol := e >> 16; symbol {
		case 16:
			if i == 0 {
				return false
			}
			value, times = d.lengths[i-1], 3+int(d.bits&3)
			d.drop(2)
		case 17:
			times = 3 + int(d.bits&7)
			d.drop(3)
		case 18:
			times = 11 + int(d.bits&127)
			d.drop(7)
		default:
			d.lengths[i] = uint8(symbol)
			i++
			continue
		}
		if times > n-i {
			return false
		}
		for end := i + times; i < end; i++ {
			d.lengths[i] = value
		}
	}
	return true
}

// compressed decodes the rest of a block, first as far as no end needs to be watched.
func (d *deflated) compressed(lit *literalTable, dist *distanceTable) bool {
	ended, ok := d.quick(lit, dist)
	for ok && !ended {
		ended, ok = d.symbol(lit, dist)
	}
	return ok
}

// symbol decodes one literal or match, or the end of the block.
func (d *deflated) symbol(lit *literalTable, dist *distanceTable) (ended, ok bool) {
	d.refill()
	if d.in > len(d.src)+8 {
		return false, false
	}
	e := lit[d.bits&(1<<literalBits-1)]
	if e&isSubtable != 0 && e&isLiteral == 0 {
		d.drop(literalBits)
		e = lit[(e>>16+uint32(d.bits)&(1<<(e>>8&codeBits)-1))&2047]
	}
	if e&isLiteral != 0 {
		d.drop(uint(e & codeBits))
		if d.out >= len(d.dst) {
			return false, false
		}
		d.dst[d.out] = byte(e >> 16)
		d.out++
		return false, true
	}
	if e&isSpecial != 0 {
		d.drop(uint(e & codeBits))
		return true, e&isEnd != 0
	}
	n := int(e>>16) + d.extra(e)
	d.refill()
	e = dist[d.bits&(1<<distanceBits-1)]
	if e&isSubtable != 0 && e&isSpecial != 0 {
		d.drop(distanceBits)
		e = dist[(e>>16+uint32(d.bits)&(1<<(e>>8&codeBits)-1))&511]
	}
	if e&isSpecial != 0 {
		return false, false
	}
	back := int(e>>16) + d.extra(e)
	if back > d.out || n > len(d.dst)-d.out {
		return false, false
	}
	for from := d.out - back; n > 0; {
		c := copy(d.dst[d.out:d.out+n], d.dst[from:d.out])
		d.out += c
		n -= c
	}
	return false, true
}

// extra consumes an entry's code and returns the value of its extra bits.
func (d *deflated) extra(e uint32) int {
	v := d.bits & (1<<(e&codeBits) - 1) >> (e >> 8 & codeBits)
	d.drop(uint(e & codeBits))
	return int(v)
}

// quick is symbol in a loop, for as long as neither the end of src nor that of dst is near. The state is kept in local
// variables, and up to three literals are decoded between two loads of bits.
func (d *deflated) quick(lit *literalTable, dist *distanceTable) (ended, ok bool) {
	src, dst := d.src, d.dst
	in, out, bits, count := d.in, d.out, d.bits, d.count
	ok = true
	for in+16 <= len(src) && out+3 < len(dst) {
		bits |= binary.LittleEndian.Uint64(src[in:in+8]) << (count & 63)
		in += int(63-count) >> 3
		count |= 56
		e := lit[bits&(1<<literalBits-1)]
		if e&isLiteral != 0 {
			bits >>= e & codeBits
			count -= uint(e & codeBits)
			dst[out] = byte(e >> 16)
			out++
			e = lit[bits&(1<<literalBits-1)]
			if e&isLiteral != 0 {
				bits >>= e & codeBits
				count -= uint(e & codeBits)
				dst[out] = byte(e >> 16)
				out++
				e = lit[bits&(1<<literalBits-1)]
			}
		}
		if e&isSpecial != 0 && e&isSubtable != 0 && e&isLiteral == 0 {
			bits >>= literalBits
			count -= literalBits
			e = lit[(e>>16+uint32(bits)&(1<<(e>>8&codeBits)-1))&2047]
		}
		if e&isLiteral != 0 {
			bits >>= e & codeBits
			count -= uint(e & codeBits)
			dst[out] = byte(e >> 16)
			out++
			continue
		}
		saved := bits
		bits >>= e & codeBits
		count -= uint(e & codeBits)
		if e&isSpecial != 0 {
			ended, ok = true, e&isEnd != 0
			break
		}
		n := int(e>>16) + int(saved&(1<<(e&codeBits)-1)>>(e>>8&codeBits))
		bits |= binary.LittleEndian.Uint64(src[in:in+8]) << (count & 63)
		in += int(63-count) >> 3
		count |= 56
		e = dist[bits&(1<<distanceBits-1)]
		if e&isSpecial != 0 {
			if e&isSubtable == 0 {
				ok = false
				break
			}
			bits >>= distanceBits
			count -= distanceBits
			if e = dist[(e>>16+uint32(bits)&(1<<(e>>8&codeBits)-1))&511]; e&isSpecial != 0 {
				ok = false
				break
			}
		}
		saved = bits
		bits >>= e & codeBits
		count -= uint(e & codeBits)
		back := int(e>>16) + int(saved&(1<<(e&codeBits)-1)>>(e>>8&codeBits))
		if back > out || n > len(dst)-out {
			ok = false
			break
		}
		from, end := out-back, out+n
		if back < 8 || end+8 > len(dst) {
			for out < end {
				out += copy(dst[out:end], dst[from:out])
			}
			continue
		}
		for ; out < end; out, from = out+8, from+8 { // what goes beyond the match is written over later
			binary.LittleEndian.PutUint64(dst[out:out+8], binary.LittleEndian.Uint64(dst[from:from+8]))
		}
		out = end
	}
	d.in, d.out, d.bits, d.count = in, out, bits, count
	return ended, ok
}
