package check

import (
	"crypto/sha512"
	"encoding/binary"
	"math/bits"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// srSecret expands a mini-secret as schnorrkel's Ed25519 mode does: hash, clamp, divide by the cofactor.
func srSecret(mini []byte) *edwards25519.Scalar {
	sum := sha512.Sum512(mini)
	key := sum[:32]
	key[0] &= 248
	key[31] = key[31]&63 | 64
	for i := range 31 {
		key[i] = key[i]>>3 | key[i+1]<<5
	}
	key[31] >>= 3
	s, _ := new(edwards25519.Scalar).SetCanonicalBytes(key) // below 2^252
	return s
}

// srPublic is the sr25519 public key: the Ristretto encoding of the secret times the base point.
func srPublic(mini []byte) []byte {
	return ristretto(new(edwards25519.Point).ScalarBaseMult(srSecret(mini)))
}

var (
	minusOne     = new(field.Element).Negate(new(field.Element).One())
	sqrtMinusOne = func() *field.Element {
		root, _ := new(field.Element).SqrtRatio(minusOne, new(field.Element).One())
		return root
	}()
	invSqrtAMinusD = func() *field.Element {
		// a - d with a = -1 and d = -121665/121666
		d := new(field.Element).Mult32(new(field.Element).One(), 121665)
		d.Negate(d).Multiply(d, new(field.Element).Invert(new(field.Element).Mult32(new(field.Element).One(), 121666)))
		root, _ := new(field.Element).SqrtRatio(new(field.Element).One(), new(field.Element).Subtract(minusOne, d))
		return root
	}()
)

// ristretto encodes a point as RFC 9496 section 4.3.2 says.
func ristretto(p *edwards25519.Point) []byte {
	x, y, z, t := p.ExtendedCoordinates()
	u1 := mul(new(field.Element).Add(z, y), new(field.Element).Subtract(z, y))
	u2 := mul(x, y)
	inv, _ := new(field.Element).SqrtRatio(new(field.Element).One(), mul(u1, new(field.Element).Square(u2)))
	den1, den2 := mul(inv, u1), mul(inv, u2)
	zInv := mul(mul(den1, den2), t)
	rotate := mul(t, zInv).IsNegative()
	xr := new(field.Element).Select(mul(y, sqrtMinusOne), x, rotate)
	yr := new(field.Element).Select(mul(x, sqrtMinusOne), y, rotate)
	den := new(field.Element).Select(mul(den1, invSqrtAMinusD), den2, rotate)
	if mul(xr, zInv).IsNegative() == 1 {
		yr.Negate(yr)
	}
	return new(field.Element).Absolute(mul(den, new(field.Element).Subtract(z, yr))).Bytes()
}

func mul(a, b *field.Element) *field.Element { return new(field.Element).Multiply(a, b) }

// hardDerive is schnorrkel's hard key derivation of a mini-secret along one junction.
func hardDerive(mini []byte, junction string) []byte {
	t := newTranscript("SchnorrRistrettoHDKD")
	t.append("sign-bytes", nil)
	t.append("chain-code", junctionCode(junction))
	t.append("secret-key", srSecret(mini).Bytes())
	return t.challenge("HDKD-hard", 32)
}

// transcript is Merlin's: STROBE-128 with its three operations that key derivation needs.
type transcript struct {
	state      [200]byte
	pos, begin int
}

const (
	strobeRate = 166
	strobeI    = 1
	strobeA    = 2
	strobeC    = 4
	strobeM    = 16
)

func newTranscript(label string) *transcript {
	t := &transcript{}
	copy(t.state[:], "\x01\xa8\x01\x00\x01\x60STROBEv1.0.2")
	keccakF(&t.state)
	t.begins(strobeM | strobeA)
	t.absorb([]byte("Merlin v1.0"))
	t.append("dom-sep", []byte(label))
	return t
}

func (t *transcript) frame(label string, size int) {
	t.begins(strobeM | strobeA)
	t.absorb([]byte(label))
	t.absorb(binary.LittleEndian.AppendUint32(nil, uint32(size)))
}

func (t *transcript) append(label string, message []byte) {
	t.frame(label, len(message))
	t.begins(strobeA)
	t.absorb(message)
}

func (t *transcript) challenge(label string, size int) []byte {
	t.frame(label, size)
	t.begins(strobeI | strobeA | strobeC)
	out := make([]byte, size)
	for i := range out {
		out[i], t.state[t.pos] = t.state[t.pos], 0
		t.step()
	}
	return out
}

func (t *transcript) begins(flags byte) {
	old := t.begin
	t.begin = t.pos + 1
	t.absorb([]byte{byte(old), flags})
	if flags&strobeC != 0 && t.pos != 0 {
		t.permute()
	}
}

func (t *transcript) absorb(data []byte) {
	for _, b := range data {
		t.state[t.pos] ^= b
		t.step()
	}
}

func (t *transcript) step() {
	if t.pos++; t.pos == strobeRate {
		t.permute()
	}
}

func (t *transcript) permute() {
	t.state[t.pos] ^= byte(t.begin)
	t.state[t.pos+1] ^= 4
	t.state[strobeRate+1] ^= 0x80
	keccakF(&t.state)
	t.pos, t.begin = 0, 0
}

// keccakF is Keccak-f[1600], which the standard library keeps to itself.
func keccakF(state *[200]byte) {
	var a [25]uint64
	for i := range a {
		a[i] = binary.LittleEndian.Uint64(state[8*i:])
	}
	lfsr := byte(1)
	for range 24 {
		keccakRound(&a)
		for j := range 7 {
			if lfsr&1 == 1 {
				a[0] ^= 1 << (1<<j - 1)
			}
			lfsr = lfsr<<1 ^ lfsr>>7*0x71
		}
	}
	for i := range a {
		binary.LittleEndian.PutUint64(state[8*i:], a[i])
	}
}

// keccakRound is one round without its constant: theta, rho with pi, chi.
func keccakRound(a *[25]uint64) {
	var c [5]uint64
	for x := range c {
		c[x] = a[x] ^ a[x+5] ^ a[x+10] ^ a[x+15] ^ a[x+20]
	}
	for i := range a {
		a[i] ^= c[(i+4)%5] ^ bits.RotateLeft64(c[(i+1)%5], 1)
	}
	x, y, last := 1, 0, a[1]
	for t := range 24 {
		x, y = y, (2*x+3*y)%5
		at := x + 5*y
		last, a[at] = a[at], bits.RotateLeft64(last, (t+1)*(t+2)/2%64)
	}
	for y := 0; y < 25; y += 5 {
		row := [5]uint64(a[y : y+5])
		for x := range row {
			a[y+x] = row[x] ^ ^row[(x+1)%5]&row[(x+2)%5]
		}
	}
}
