package check

import (
	"bytes"
	"encoding/hex"
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

// byteArray reads a JSON array of exactly n numbers from 0 to 255.
func byteArray(text string, n int) ([]byte, bool) {
	if len(text) < 2*n+1 || text[0] != '[' || text[len(text)-1] != ']' {
		return nil, false
	}
	out := make([]byte, 0, n)
	number, digits := 0, 0
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			number, digits = number*10+int(c-'0'), digits+1
			if number > 255 || digits > 3 || spaced(text, i, digits) {
				return nil, false
			}
		case c == ',' || c == ']':
			if digits == 0 && (c == ',' || i != len(text)-1 || len(out) == 0) || len(out) == n && digits > 0 {
				return nil, false
			}
			if digits > 0 {
				out = append(out, byte(number))
			}
			number, digits = 0, 0
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			return nil, false
		}
	}
	return out, len(out) == n
}

// spaced says that a digit continues a number across white space.
func spaced(text string, at, digits int) bool {
	previous := text[at-1]
	return digits > 1 && (previous < '0' || previous > '9')
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
