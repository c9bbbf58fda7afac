package check

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
)

// pairKey checks that the second half of a 64-byte ed25519 key is the public key of the first.
func pairKey(raw []byte) (seed, public []byte, ok bool) {
	if len(raw) != 64 {
		return nil, nil, false
	}
	public = edPublic(raw[:32])
	return raw[:32], public, bytes.Equal(public, raw[32:])
}

// solanaJSON checks the id.json form: an array of 64 numbers.
func solanaJSON(value string) (Proof, bool) {
	raw, ok := byteArray(value, 64)
	if !ok {
		return Proof{}, false
	}
	return solanaPair(raw)
}

// solanaBase58 checks what wallets export: base58 of the 64 bytes, which has no checksum but the pair.
func solanaBase58(value string) (Proof, bool) {
	if len(value) < 64 || len(value) > 88 {
		return Proof{}, false
	}
	return solanaPair(bitcoin58.decode(value))
}

func solanaPair(raw []byte) (Proof, bool) {
	seed, public, ok := pairKey(raw)
	if !ok {
		return Proof{}, false
	}
	p := Proof{Network: "solana", Facts: []Fact{{"solana_address", bitcoin58.encode(public)}}}
	return mark(p, seed), true
}

// solanaSeedJSON accepts an array of 32 numbers, a seed alone: a name must agree.
func solanaSeedJSON(value string) (Proof, bool) {
	seed, ok := byteArray(value, 32)
	if !ok {
		return Proof{}, false
	}
	return mark(Proof{Network: "solana", Weak: true, Facts: []Fact{{"solana_address", bitcoin58.encode(edPublic(seed))}}}, seed), true
}

// byteArray reads an array of exactly n numbers from 0 to 255 as JSON, JavaScript, Rust or Python write it: decimal or 0x, with u8
// behind, with a comma behind the last.
func byteArray(text string, n int) ([]byte, bool) {
	if len(text) < 2*n+1 || len(text) > maxByteArray || text[0] != '[' || text[len(text)-1] != ']' || strings.Count(text, ",") > n {
		return nil, false
	}
	out := make([]byte, 0, n)
	last := false
	for item := range strings.SplitSeq(text[1:len(text)-1], ",") {
		item = strings.TrimSuffix(strings.TrimSpace(item), "u8")
		if last || len(out) == n && item != "" {
			return nil, false
		}
		if item == "" {
			last = true
			continue
		}
		b, ok := byteNumber(item)
		if !ok {
			return nil, false
		}
		out = append(out, b)
	}
	return out, len(out) == n
}

// maxByteArray bounds the text of an array, in bytes: 64 numbers on lines of their own, deeply indented.
const maxByteArray = 4096

func byteNumber(text string) (byte, bool) {
	base := 10
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		text, base = digits, 16
	} else if len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	v, err := strconv.ParseUint(text, base, 8)
	return byte(v), err == nil
}

// nearKey checks NEAR's prefixed base58: a 64-byte ed25519 pair or a 32-byte secp256k1 scalar. Public keys carry the same
// prefix and fail by length.
func nearKey(value string) (Proof, bool) {
	if text, ok := cutPrefix(value, "ed25519:", 64, 88); ok {
		seed, public, ok := pairKey(bitcoin58.decode(text))
		if !ok {
			return Proof{}, false
		}
		p := Proof{Network: "near", Facts: []Fact{
			{"near_public_key", "ed25519:" + bitcoin58.encode(public)}, {"near_account", hex.EncodeToString(public)}}}
		return mark(p, seed), true
	}
	text, ok := cutPrefix(value, "secp256k1:", 32, 44)
	if !ok {
		return Proof{}, false
	}
	raw := bitcoin58.decode(text)
	key, ok := secpScalar(raw)
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	p := Proof{Network: "near", Facts: []Fact{{"near_public_key", "secp256k1:" + bitcoin58.encode(pub.SerializeUncompressed()[1:])}}}
	return markSecp(p, pub, &key), true
}

// cutPrefix cuts a prefix and requires what is left to have from shortest to longest bytes.
func cutPrefix(value, prefix string, shortest, longest int) (string, bool) {
	if len(value) < len(prefix)+shortest || len(value) > len(prefix)+longest || value[:len(prefix)] != prefix {
		return "", false
	}
	return value[len(prefix):], true
}
