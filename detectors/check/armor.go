package check

import (
	"crypto/ecdh"
	"encoding/base64"
	"strings"
)

// ageKey checks an age identity: upper-case bech32 of an X25519 key, or of the seed of a hybrid key, whose recipient is not shown.
func ageKey(value string) (Proof, bool) {
	if strings.HasPrefix(value, "AGE-SECRET-KEY-PQ-1") {
		_, raw, ok := decodeBech32(value, bech32Const)
		return Proof{Network: "age"}, ok && len(raw) >= 32 && strings.ToUpper(value) == value
	}
	if len(value) != 74 || !strings.HasPrefix(value, "AGE-SECRET-KEY-1") {
		return Proof{}, false
	}
	_, raw, ok := decodeBech32(value, bech32Const)
	if !ok || len(raw) != 32 {
		return Proof{}, false
	}
	key, err := ecdh.X25519().NewPrivateKey(raw)
	if err != nil {
		return Proof{}, false
	}
	p := Proof{Network: "age", Facts: []Fact{{"age_recipient", encodeBech32("age", key.PublicKey().Bytes())}}}
	return mark(p, raw), true
}

// cosmosArmor checks the armored key of the Cosmos SDK, which is under a passphrase, by its OpenPGP checksum.
func cosmosArmor(value string) (Proof, bool) {
	const head, foot = "-----BEGIN TENDERMINT PRIVATE KEY-----", "-----END TENDERMINT PRIVATE KEY-----"
	if len(value) > maxJSON || !strings.Contains(value, head) {
		return Proof{}, false
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(lineBreaks.Replace(value)), head)
	if !ok {
		return Proof{}, false
	}
	rest, _, ok = strings.Cut(rest, foot)
	if !ok {
		return Proof{}, false
	}
	var body, sum, kind string
	for _, line := range strings.Fields(strings.ReplaceAll(rest, ": ", ":")) {
		switch key, text, header := strings.Cut(line, ":"); {
		case header && key == "type":
			kind = text
		case header:
		case line[0] == '=':
			sum = line[1:]
		default:
			body += line
		}
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil || len(raw) < 32 || base64.StdEncoding.EncodeToString(crc24(raw)) != sum {
		return Proof{}, false
	}
	p := Proof{Network: "cosmos", Encrypted: true}
	if kind != "" {
		p.Facts = []Fact{{"key_type", printable([]byte(kind))}}
	}
	return p, true
}

// crc24 is OpenPGP's.
func crc24(b []byte) []byte {
	sum := uint32(0xb704ce)
	for _, c := range b {
		sum ^= uint32(c) << 16
		for range 8 {
			if sum <<= 1; sum&0x1000000 != 0 {
				sum ^= 0x1864cfb
			}
		}
	}
	return []byte{byte(sum >> 16), byte(sum >> 8), byte(sum)}
}
