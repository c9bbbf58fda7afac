package check

import "strings"

const (
	bech32Digits  = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	bech32Const   = 1
	bech32mConst  = 0x2bc830a3
	maxBech32Text = 2048
)

var bech32Value = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := range len(bech32Digits) {
		t[bech32Digits[i]] = int8(i)
	}
	return t
}()

func bech32Step(chk uint32, v byte) uint32 {
	top := chk >> 25
	chk = (chk&0x1ffffff)<<5 ^ uint32(v)
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			chk ^= g
		}
	}
	return chk
}

func bech32Prefix(hrp string) uint32 {
	chk := uint32(1)
	for i := range len(hrp) {
		chk = bech32Step(chk, hrp[i]>>5)
	}
	chk = bech32Step(chk, 0)
	for i := range len(hrp) {
		chk = bech32Step(chk, hrp[i]&31)
	}
	return chk
}

// decodeBech32 reads BIP-173 text without its length limit (Zcash, Cardano, LNURL and NIP-49 exceed it) and returns the
// payload in bytes. The text is all lower or all upper case; padding bits must be zero.
func decodeBech32(s string, constant uint32) (hrp string, payload []byte, ok bool) {
	if len(s) < 8 || len(s) > maxBech32Text {
		return "", nil, false
	}
	lower := strings.ToLower(s)
	if lower != s && strings.ToUpper(s) != s {
		return "", nil, false
	}
	sep := strings.LastIndexByte(lower, '1')
	if sep < 1 || len(lower)-sep < 7 {
		return "", nil, false
	}
	hrp = lower[:sep]
	groups := make([]byte, 0, len(lower)-sep)
	chk := bech32Prefix(hrp)
	for i := sep + 1; i < len(lower); i++ {
		v := bech32Value[lower[i]]
		if v < 0 {
			return "", nil, false
		}
		chk = bech32Step(chk, byte(v))
		groups = append(groups, byte(v))
	}
	if chk != constant {
		return "", nil, false
	}
	payload, ok = regroup(groups[:len(groups)-6], 5, 8, false)
	return hrp, payload, ok
}

func encodeBech32(hrp string, payload []byte) string {
	groups, _ := regroup(payload, 8, 5, true)
	return encodeBech32Groups(hrp, groups, bech32Const)
}

func encodeSegwit(hrp string, version byte, program []byte) string {
	groups, _ := regroup(program, 8, 5, true)
	constant := uint32(bech32Const)
	if version > 0 {
		constant = bech32mConst
	}
	return encodeBech32Groups(hrp, append([]byte{version}, groups...), constant)
}

func encodeBech32Groups(hrp string, groups []byte, constant uint32) string {
	chk := bech32Prefix(hrp)
	out := append([]byte(hrp), '1')
	for _, g := range groups {
		chk = bech32Step(chk, g)
		out = append(out, bech32Digits[g])
	}
	for range 6 {
		chk = bech32Step(chk, 0)
	}
	chk ^= constant
	for shift := 25; shift >= 0; shift -= 5 {
		out = append(out, bech32Digits[chk>>shift&31])
	}
	return string(out)
}

// regroup turns groups of from bits into groups of to bits; without pad the left-over bits must be fewer than from and zero.
func regroup(in []byte, from, to uint, pad bool) ([]byte, bool) {
	acc, n := uint32(0), uint(0)
	out := make([]byte, 0, len(in)*int(from)/int(to)+1)
	for _, v := range in {
		acc, n = acc<<from|uint32(v), n+from
		for n >= to {
			n -= to
			out = append(out, byte(acc>>n&(1<<to-1)))
		}
		acc &= 1<<n - 1
	}
	if pad {
		if n > 0 {
			out = append(out, byte(acc<<(to-n)&(1<<to-1)))
		}
		return out, true
	}
	return out, n < from && acc == 0
}
