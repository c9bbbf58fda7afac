package check

import "strings"

var descriptorFunctions = []string{"pk(", "pkh(", "wpkh(", "sh(", "wsh(", "tr(", "combo(", "multi(", "sortedmulti(", "multi_a(", "sortedmulti_a(", "rawtr(", "raw(", "addr("}

// maxDescriptor bounds a descriptor, in bytes: a script of 20 extended keys fits.
const maxDescriptor = 8192

// descriptor accepts an output descriptor with at least one private key in it (WIF or extended). The facts are those of the
// first private key and the checksum that the text should end in.
func descriptor(value string) (Proof, bool) {
	body, _, ok := descriptorParts(value)
	if !ok {
		return Proof{}, false
	}
	for _, word := range strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune("()[],/{} ", r) }) {
		p, ok := wif(word)
		if !ok {
			p, ok = xprv(word)
		}
		if ok {
			p.Facts = append(p.Facts, Fact{"descriptor_checksum", descriptorChecksum(body)})
			return p, true
		}
	}
	return Proof{}, false
}

// descriptorSum accepts any descriptor whose checksum is written and right, secret or not.
func descriptorSum(value string) (Proof, bool) {
	body, sum, ok := descriptorParts(value)
	if !ok || len(sum) != 8 || descriptorChecksum(body) != sum {
		return Proof{}, false
	}
	return Proof{Network: "bitcoin", Facts: []Fact{{"descriptor_checksum", sum}}}, true
}

func descriptorParts(value string) (body, sum string, ok bool) {
	if len(value) > maxDescriptor {
		return "", "", false
	}
	for _, f := range descriptorFunctions {
		if strings.HasPrefix(value, f) {
			body, sum, _ = strings.Cut(value, "#")
			return body, sum, strings.HasSuffix(body, ")")
		}
	}
	return "", "", false
}

const descriptorChars = "0123456789()[],'/*abcdefgh@:$%{}" + "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~" + "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ "

// descriptorChecksum is BIP-380's; empty when a character is foreign.
func descriptorChecksum(body string) string {
	chk, class, count := uint64(1), 0, 0
	for i := range len(body) {
		at := strings.IndexByte(descriptorChars, body[i])
		if at < 0 {
			return ""
		}
		chk = descriptorStep(chk, at&31)
		class = class*3 + at>>5
		if count++; count == 3 {
			chk, class, count = descriptorStep(chk, class), 0, 0
		}
	}
	if count > 0 {
		chk = descriptorStep(chk, class)
	}
	for range 8 {
		chk = descriptorStep(chk, 0)
	}
	chk ^= 1
	var out [8]byte
	for i := range out {
		out[i] = bech32Digits[chk>>(5*(7-i))&31]
	}
	return string(out[:])
}

func descriptorStep(chk uint64, v int) uint64 {
	top := chk >> 35
	chk = chk&0x7ffffffff<<5 ^ uint64(v)
	for i, g := range [5]uint64{0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a, 0x644d626ffd} {
		if top>>i&1 == 1 {
			chk ^= g
		}
	}
	return chk
}
