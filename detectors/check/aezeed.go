package check

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
)

// aezeed proves LND's 24 English words: version 0, 23 bytes of ciphertext, 5 of salt and a CRC-32C. Without a passphrase of
// its owner the phrase is enciphered with a published one, so it counts as plain.
func aezeed(words []string) (Proof, bool) {
	if len(words) != 24 {
		return Proof{}, false
	}
	indexes, ok := bip39Lists[0].indexes(normalizeWords(words))
	if !ok {
		return Proof{}, false
	}
	raw := packBits(indexes, 11)
	sum := crc32.Checksum(raw[:29], crc32.MakeTable(crc32.Castagnoli))
	if raw[0] != 0 || binary.BigEndian.Uint32(raw[29:]) != sum {
		return Proof{}, false
	}
	return Proof{Network: "lightning", Facts: []Fact{{"aezeed_salt", hex.EncodeToString(raw[24:29])}}}, true
}
