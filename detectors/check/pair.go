package check

import (
	"crypto/ed25519"
	"encoding/hex"
	"math/big"
	"strings"
)

// PairFunc accepts or rejects the parts of a credential together, by the names that a rule gives them.
type PairFunc func(parts map[string]string) (Proof, bool)

// ByPair finds a check of several parts.
func ByPair(name string) (func(parts map[string]string) (Proof, bool), bool) {
	check, ok := pairChecks[name]
	return check, ok
}

var pairChecks = map[string]PairFunc{
	"ed25519-public-of-secret": ed25519Parts,
	"evm-address-of-key":       evmParts,
	"stark-public-of-key":      starkParts,
}

// ed25519Parts proves that part "key" is the public key of part "secret", a seed or seed and public key; each in base64
// or hexadecimal.
func ed25519Parts(parts map[string]string) (Proof, bool) {
	public := keyBytes(parts["key"], ed25519.PublicKeySize)
	seed := keyBytes(parts["secret"], ed25519.SeedSize)
	if seed == nil {
		if pair := keyBytes(parts["secret"], ed25519.PrivateKeySize); pair != nil {
			seed = pair[:ed25519.SeedSize]
		}
	}
	if public == nil || seed == nil || string(edPublic(seed)) != string(public) {
		return Proof{}, false
	}
	return mark(Proof{Facts: []Fact{{"public_key", parts["key"]}}}, seed), true
}

// evmParts proves that part "address" is the account of the private key in part "key".
func evmParts(parts map[string]string) (Proof, bool) {
	address := parts["address"]
	if !isHex(address, 40) {
		return Proof{}, false
	}
	p, ok := evmPrivateKey(parts["key"])
	if !ok || !strings.EqualFold(trim0x(p.Facts[0].Value), trim0x(address)) {
		return Proof{}, false
	}
	p.Weak = false
	return p, true
}

func keyBytes(text string, n int) []byte {
	if isHex(text, 2*n) {
		raw, _ := hex.DecodeString(trim0x(text)) // the digits were looked at
		return raw
	}
	return anyBase64(text, n)
}

// starkParts proves that part "public" is the stark key of part "key", both in hexadecimal with any number of leading zeros.
func starkParts(parts map[string]string) (Proof, bool) {
	public := trim0x(parts["public"])
	if len(public) > 64 || !isHex(public, len(public)) {
		return Proof{}, false
	}
	p, ok := starknetKey(parts["key"])
	if !ok {
		return Proof{}, false
	}
	want, ok := new(big.Int).SetString(public, 16)
	if !ok || want.Cmp(number(trim0x(p.Facts[0].Value))) != 0 {
		return Proof{}, false
	}
	p.Weak = false
	return p, true
}
