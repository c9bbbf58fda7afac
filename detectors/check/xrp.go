package check

import (
	"bytes"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// xrpSeed checks a family seed of the XRP Ledger: base58check with Ripple's alphabet of a prefix and 16 bytes.
func xrpSeed(value string) (Proof, bool) {
	if len(value) < 28 || len(value) > 31 || value[0] != 's' {
		return Proof{}, false
	}
	body := ripple58.decodeCheck(value)
	switch {
	case len(body) == 17 && body[0] == 0x21:
		return mark(Proof{Network: "xrpl", Facts: xrpSecp(body[1:])}, body[1:]), true
	case len(body) == 19 && bytes.Equal(body[:3], []byte{0x01, 0xe1, 0x4b}):
		return mark(Proof{Network: "xrpl", Facts: xrpEd(body[3:])}, body[3:]), true
	}
	return Proof{}, false
}

// xrpSecretNumbers checks eight rows of six digits: each is a number of 16 bits and a check digit. The account is the one of
// the secp256k1 family that the entropy stands for, as Xaman makes it.
func xrpSecretNumbers(value string) (Proof, bool) {
	if len(value) < 55 || len(value) > 256 {
		return Proof{}, false
	}
	rows := strings.FieldsFunc(value, func(r rune) bool { return r < '0' || r > '9' })
	if len(rows) != 8 {
		return Proof{}, false
	}
	var entropy []byte
	for i, row := range rows {
		v, ok := secretNumber(row, i)
		if !ok {
			return Proof{}, false
		}
		entropy = binary.BigEndian.AppendUint16(entropy, v)
	}
	return mark(Proof{Network: "xrpl", Facts: xrpSecp(entropy)}, entropy), true
}

func secretNumber(row string, i int) (uint16, bool) {
	if len(row) != 6 {
		return 0, false
	}
	v := 0
	for _, c := range row[:5] {
		v = v*10 + int(c-'0')
	}
	return uint16(v), v <= 0xffff && v*(2*i+1)%9 == int(row[5]-'0')
}

func sha512Half(parts ...[]byte) []byte {
	sum := sha512.Sum512(bytes.Join(parts, nil))
	return sum[:32]
}

// xrpSecp derives account 0 of the family generator.
func xrpSecp(entropy []byte) []Fact {
	root, ok := secpScalar(sha512Half(entropy, make([]byte, 4)))
	if !ok {
		return nil
	}
	family := secpPublic(&root).SerializeCompressed()
	key, ok := secpScalar(sha512Half(family, make([]byte, 8)))
	if !ok {
		return nil
	}
	key.Add(&root)
	return xrpFacts(secpPublic(&key).SerializeCompressed())
}

func xrpEd(entropy []byte) []Fact {
	return xrpFacts(append([]byte{0xed}, edPublic(sha512Half(entropy))...))
}

func xrpFacts(public []byte) []Fact {
	return []Fact{
		{"xrp_address", ripple58.encodeCheck([]byte{0}, hash160(public))},
		{"public_key", strings.ToUpper(hex.EncodeToString(public))},
	}
}
