package check

import (
	"crypto/sha512"
)

// algorand25 proves Algorand's 25 English words: 24 of 11 bits, little endian, whose 33rd byte is zero, and a word of checksum.
func algorand25(words []string) (Proof, bool) {
	if len(words) != 25 {
		return Proof{}, false
	}
	indexes, ok := bip39Lists[0].indexes(normalizeWords(words))
	if !ok {
		return Proof{}, false
	}
	raw := unpackLittle(indexes[:24])
	if raw[32] != 0 {
		return Proof{}, false
	}
	sum := sha512.Sum512_256(raw[:32])
	if indexes[24] != int(sum[0])|int(sum[1])<<8&0x7ff {
		return Proof{}, false
	}
	p := Proof{Network: "algorand", Facts: []Fact{{"algorand_address", algorandAddress(edPublic(raw[:32]))}}}
	if p = mark(p, raw[:32]); p.Famous == "" && distinct(indexes) <= 3 {
		p.Famous = "test phrase"
	}
	return p, true
}

func unpackLittle(indexes []int) []byte {
	var out []byte
	acc, n := 0, 0
	for _, v := range indexes {
		acc, n = acc|v<<n, n+11
		for n >= 8 {
			out = append(out, byte(acc))
			acc, n = acc>>8, n-8
		}
	}
	return out
}

func algorandAddress(public []byte) string {
	sum := sha512.Sum512_256(public)
	return base32Plain.EncodeToString(append(public[:32:32], sum[28:]...))
}
