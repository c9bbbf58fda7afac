package gitpack

import "encoding/binary"

// adler is the checksum of zlib streams (RFC 1950): the sum of the bytes plus one, and the sum of those sums, each
// modulo 65521. Blocks of 16 times 8 bytes are added up in lanes of 16 bits, which do not overflow in so few.
func adler(data []byte) uint32 {
	const (
		modulus = 65521
		lanes   = 0x00ff00ff00ff00ff // every other byte
		block   = 128
		most    = block << 13 // bytes until the sums have to be reduced
	)
	a, b := uint64(1), uint64(0)
	for len(data) > 0 {
		part := data[:min(len(data), most)]
		data = data[len(part):]
		for ; len(part) >= block; part = part[block:] {
			var even, odd, evens, odds uint64 // sums by lane, and the sums of those before each step
			eight := part[:block:block]
			for i := 0; i < block; i += 8 {
				x := binary.LittleEndian.Uint64(eight[i : i+8])
				evens += even
				odds += odd
				even += x & lanes
				odd += x >> 8 & lanes
			}
			b += block*a + 8*(across(evens, 1, 1, 1, 1)+across(odds, 1, 1, 1, 1)) + across(even, 8, 6, 4, 2) + across(odd, 7, 5, 3, 1)
			a += across(even, 1, 1, 1, 1) + across(odd, 1, 1, 1, 1)
		}
		for ; len(part) >= 8; part = part[8:] {
			x := binary.LittleEndian.Uint64(part)
			even, odd := x&lanes, x>>8&lanes
			b += 8*a + across(even, 8, 6, 4, 2) + across(odd, 7, 5, 3, 1)
			a += across(even+odd, 1, 1, 1, 1)
		}
		for _, c := range part {
			a += uint64(c)
			b += a
		}
		a, b = a%modulus, b%modulus
	}
	return uint32(b<<16 | a)
}

// across is the sum of four lanes, the lowest first, each so many times.
func across(x uint64, n0, n1, n2, n3 uint64) uint64 {
	return x&0xffff*n0 + x>>16&0xffff*n1 + x>>32&0xffff*n2 + x>>48*n3
}
