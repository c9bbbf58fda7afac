package check

import (
	"crypto/sha256"
	"encoding/hex"
)

// miniKey checks a Casascius mini private key: SHA-256 of it with a question mark begins with a zero byte. One string in
// 256 passes, so the words around it must agree.
func miniKey(value string) (Proof, bool) {
	if n := len(value); n != 22 && n != 26 && n != 30 || value[0] != 'S' {
		return Proof{}, false
	}
	for i := range len(value) {
		if bitcoin58.value[value[i]] < 0 {
			return Proof{}, false
		}
	}
	if sha256.Sum256([]byte(value + "?"))[0] != 0 {
		return Proof{}, false
	}
	raw := sha256.Sum256([]byte(value))
	key, ok := secpScalar(raw[:])
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	return markSecp(Proof{Network: "bitcoin", Weak: true, Facts: bitcoin.addresses(pub, false)}, pub, &key), true
}

// bip38 checks a key under a passphrase. Its address needs the passphrase; four bytes of the address's hash are in the clear.
func bip38(value string) (Proof, bool) {
	if len(value) != 58 || value[0] != '6' || value[1] != 'P' {
		return Proof{}, false
	}
	body := bitcoin58.decodeCheck(value)
	if len(body) != 39 || body[0] != 1 {
		return Proof{}, false
	}
	kind, flags := "", body[2]
	switch {
	case body[1] == 0x42 && flags&^0x20 == 0xc0:
		kind = "passphrase"
	case body[1] == 0x43 && flags&^0x24 == 0:
		kind = "EC-multiplied"
	default:
		return Proof{}, false
	}
	return Proof{Network: "bitcoin", Encrypted: true, Facts: []Fact{{"address_hash", hex.EncodeToString(body[3:7])}, {"bip38_kind", kind}}}, true
}
