package accuracy

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"

	//lint:ignore SA1019 the checksum of EOS keys is made with it
	"golang.org/x/crypto/ripemd160"
	"golang.org/x/crypto/sha3"
)

const (
	base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	xrpAlphabet    = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
	bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
)

func base58(alphabet string, data []byte) string {
	n, mod, base := new(big.Int).SetBytes(data), new(big.Int), big.NewInt(58)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, base, mod)
		out = append(out, alphabet[mod.Int64()])
	}
	for _, b := range data {
		if b != 0 {
			break
		}
		out = append(out, alphabet[0])
	}
	slices.Reverse(out)
	return string(out)
}

func sha(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// base58check appends the first four bytes of a double SHA-256.
func base58check(alphabet string, payload ...[]byte) string {
	data := join(payload...)
	return base58(alphabet, join(data, sha(sha(data))[:4]))
}

// cb58 appends the last four bytes of a single SHA-256.
func cb58(data []byte) string { return base58(base58Alphabet, join(data, sha(data)[28:])) }

func ripemd(data []byte) []byte {
	h := ripemd160.New()
	h.Write(data)
	return h.Sum(nil)
}

func keccak(data []byte) []byte {
	h := sha3.NewLegacyKeccak256()
	h.Write(data)
	return h.Sum(nil)
}

// bech32 encodes data under a human-readable prefix, without a limit of length.
func bech32(hrp string, data []byte) string {
	words := regroup(data)
	check := bech32Check(hrp, words)
	var out strings.Builder
	out.WriteString(hrp + "1")
	for _, w := range append(words, check...) {
		out.WriteByte(bech32Alphabet[w])
	}
	return out.String()
}

// regroup splits bytes into groups of five bits, the last padded with zeros.
func regroup(data []byte) []byte {
	var out []byte
	var acc, bits uint
	for _, b := range data {
		acc, bits = acc<<8|uint(b), bits+8
		for bits >= 5 {
			bits -= 5
			out = append(out, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		out = append(out, byte(acc<<(5-bits)&31))
	}
	return out
}

func bech32Check(hrp string, words []byte) []byte {
	var values []byte
	for i := range len(hrp) {
		values = append(values, hrp[i]>>5)
	}
	values = append(values, 0)
	for i := range len(hrp) {
		values = append(values, hrp[i]&31)
	}
	mod := bech32Polymod(join(values, words, make([]byte, 6))) ^ 1
	out := make([]byte, 6)
	for i := range out {
		out[i] = byte(mod >> (5 * (5 - i)) & 31)
	}
	return out
}

func bech32Polymod(values []byte) uint32 {
	gen := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	c := uint32(1)
	for _, v := range values {
		top := c >> 25
		c = c&0x1ffffff<<5 ^ uint32(v)
		for i, g := range gen {
			if top>>i&1 == 1 {
				c ^= g
			}
		}
	}
	return c
}

// strkey is Stellar's encoding: base32 of version, payload and a CRC-16/XMODEM in little-endian order.
func strkey(version byte, payload []byte) string {
	data := join([]byte{version}, payload)
	return base32.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint16(data, crc16(data)))
}

func crc16(data []byte) uint16 {
	var c uint16
	for _, b := range data {
		c ^= uint16(b) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ 0x1021
			} else {
				c <<= 1
			}
		}
	}
	return c
}

// crc24 is the checksum of OpenPGP armour.
func crc24(data []byte) uint32 {
	c := uint32(0xb704ce)
	for _, b := range data {
		c ^= uint32(b) << 16
		for range 8 {
			if c <<= 1; c&0x1000000 != 0 {
				c ^= 0x1864cfb
			}
		}
	}
	return c & 0xffffff
}
