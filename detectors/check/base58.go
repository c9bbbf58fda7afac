package check

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"slices"
)

type base58Alphabet struct {
	digits string
	value  [256]int8
}

func newBase58(digits string) *base58Alphabet {
	a := &base58Alphabet{digits: digits}
	for i := range a.value {
		a.value[i] = -1
	}
	for i := range len(digits) {
		a.value[digits[i]] = int8(i)
	}
	return a
}

var (
	bitcoin58 = newBase58("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
	ripple58  = newBase58("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")
)

// maxBase58 bounds what is decoded: the cost grows with the square of the length.
const maxBase58 = 256

// decode returns the bytes of s, or nil when a character is foreign or s is empty or longer than maxBase58.
func (a *base58Alphabet) decode(s string) []byte {
	if s == "" || len(s) > maxBase58 {
		return nil
	}
	zeros := 0
	for zeros < len(s) && s[zeros] == a.digits[0] {
		zeros++
	}
	var limbs [48]uint32 // little endian, 1536 bits: more than 256 digits hold
	used := 0
	for i := zeros; i < len(s); {
		factor, chunk := uint64(1), uint64(0)
		for range min(5, len(s)-i) {
			v := a.value[s[i]]
			if v < 0 {
				return nil
			}
			chunk, factor, i = chunk*58+uint64(v), factor*58, i+1
		}
		for j := range used {
			chunk += uint64(limbs[j]) * factor
			limbs[j], chunk = uint32(chunk), chunk>>32
		}
		if chunk > 0 {
			limbs[used], used = uint32(chunk), used+1
		}
	}
	return limbBytes(limbs[:used], zeros)
}

func limbBytes(limbs []uint32, zeros int) []byte {
	out := make([]byte, zeros, zeros+4*len(limbs))
	for i := len(limbs) - 1; i >= 0; i-- {
		for shift := 24; shift >= 0; shift -= 8 {
			b := byte(limbs[i] >> shift)
			if b == 0 && len(out) == zeros {
				continue
			}
			out = append(out, b)
		}
	}
	return out
}

func (a *base58Alphabet) encode(b []byte) string {
	var out []byte
	n, radix, digit := new(big.Int).SetBytes(b), big.NewInt(58), new(big.Int)
	for n.Sign() > 0 {
		n.DivMod(n, radix, digit)
		out = append(out, a.digits[digit.Int64()])
	}
	for i := 0; i < len(b) && b[i] == 0; i++ {
		out = append(out, a.digits[0])
	}
	slices.Reverse(out)
	return string(out)
}

// decodeCheck returns what precedes the four bytes of double SHA-256 checksum, or nil when they disagree.
func (a *base58Alphabet) decodeCheck(s string) []byte {
	raw := a.decode(s)
	if len(raw) < 5 {
		return nil
	}
	body, sum := raw[:len(raw)-4], raw[len(raw)-4:]
	if want := sha256d(body); !bytes.Equal(want[:4], sum) {
		return nil
	}
	return body
}

func (a *base58Alphabet) encodeCheck(parts ...[]byte) string {
	body := bytes.Join(parts, nil)
	sum := sha256d(body)
	return a.encode(append(body, sum[:4]...))
}

func sha256d(b []byte) [32]byte {
	once := sha256.Sum256(b)
	return sha256.Sum256(once[:])
}
