package check

import (
	"math/big"
	"strings"
)

// The Stark curve: y^2 = x^3 + x + beta over 2^251 + 17*2^192 + 1. Beta is not needed to multiply.
var (
	starkPrime = number("800000000000011000000000000000000000000000000000000000000000001")
	starkOrder = number("800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f")
	starkX     = number("1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca")
	starkY     = number("5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f")
)

func number(digits string) *big.Int {
	n, _ := new(big.Int).SetString(digits, 16) // nil for anything but hexadecimal digits
	return n
}

// starknetKey accepts up to 64 hexadecimal digits behind 0x that are a scalar of the Stark curve. There is no checksum, so a
// name must agree; the stark key is shown, since the account depends on a contract.
func starknetKey(value string) (Proof, bool) {
	if len(value) < 3 || len(value) > 66 || !strings.HasPrefix(value, "0x") {
		return Proof{}, false
	}
	if !isHex(value, len(value)-2) {
		return Proof{}, false
	}
	k := number(value[2:])
	if k == nil || k.Sign() == 0 || k.Cmp(starkOrder) >= 0 || len(value) > 8 && isText(k.Bytes()) {
		return Proof{}, false
	}
	p := Proof{Network: "starknet", Weak: true, Facts: []Fact{{"stark_key", "0x" + starkPublic(k).Text(16)}}}
	return mark(p, k.FillBytes(make([]byte, 32))), true
}

// starkPublic is the x coordinate of k times the generator, by doubling and adding in Jacobian coordinates.
func starkPublic(k *big.Int) *big.Int {
	x, y, z := new(big.Int), big.NewInt(1), new(big.Int)
	for i := k.BitLen() - 1; i >= 0; i-- {
		x, y, z = starkDouble(x, y, z)
		if k.Bit(i) == 1 {
			x, y, z = starkAdd(x, y, z)
		}
	}
	inverse := new(big.Int).ModInverse(z, starkPrime)
	return starkMul(x, starkMul(inverse, inverse))
}

func starkMul(a, b *big.Int) *big.Int {
	out := new(big.Int).Mul(a, b)
	return out.Mod(out, starkPrime)
}

func starkSub(a, b *big.Int) *big.Int {
	out := new(big.Int).Sub(a, b)
	return out.Mod(out, starkPrime)
}

func starkDouble(x, y, z *big.Int) (*big.Int, *big.Int, *big.Int) {
	if z.Sign() == 0 {
		return x, y, z
	}
	yy, zz := starkMul(y, y), starkMul(z, z)
	s := starkMul(big.NewInt(4), starkMul(x, yy))
	m := new(big.Int).Add(starkMul(big.NewInt(3), starkMul(x, x)), starkMul(zz, zz)) // the curve's a is 1
	nx := starkSub(starkMul(m, m), new(big.Int).Lsh(s, 1))
	ny := starkSub(starkMul(m, starkSub(s, nx)), starkMul(big.NewInt(8), starkMul(yy, yy)))
	return nx, ny, starkMul(big.NewInt(2), starkMul(y, z))
}

// starkAdd adds the generator. The point is an even multiple of it below the order, which is odd, so it is never the generator
// itself, nor its negative but for a scalar that equals the order.
func starkAdd(x, y, z *big.Int) (*big.Int, *big.Int, *big.Int) {
	if z.Sign() == 0 {
		return starkX, starkY, big.NewInt(1)
	}
	zz := starkMul(z, z)
	h := starkSub(starkMul(starkX, zz), x)
	r := starkSub(starkMul(starkY, starkMul(zz, z)), y)
	hh := starkMul(h, h)
	hhh, v := starkMul(h, hh), starkMul(x, hh)
	nx := starkSub(starkSub(starkMul(r, r), hhh), new(big.Int).Lsh(v, 1))
	ny := starkSub(starkMul(r, starkSub(v, nx)), starkMul(y, hhh))
	return nx, ny, starkMul(z, h)
}
