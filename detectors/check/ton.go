package check

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/hex"
	"strings"
)

// ton24 proves TON's 24 English words without a password. The address depends on the wallet contract, so the public key is
// shown. The last step costs about 40 ms.
func ton24(words []string) (Proof, bool) {
	if len(words) != 24 {
		return Proof{}, false
	}
	words = normalizeWords(words)
	indexes, ok := bip39Lists[0].indexes(words)
	if !ok || sorted(indexes) {
		return Proof{}, false
	}
	entropy := string(hmac512([]byte(strings.Join(words, " ")), nil))
	version, err := pbkdf2.Key(sha512.New, entropy, []byte("TON seed version"), 390, 64)
	if err != nil || version[0] != 0 {
		return Proof{}, false
	}
	seed, err := pbkdf2.Key(sha512.New, entropy, []byte("TON default seed"), 100_000, 64)
	if err != nil {
		return Proof{}, false
	}
	p := Proof{Network: "ton", Facts: []Fact{{"ton_public_key", hex.EncodeToString(edPublic(seed[:32]))}}}
	if distinct(indexes) <= 3 {
		p.Famous = "test phrase"
	}
	return p, true
}
