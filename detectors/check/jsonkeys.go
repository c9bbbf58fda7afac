package check

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
)

// cometKey checks priv_validator_key.json and node_key.json of CometBFT, and the key alone: it must be a pair.
func cometKey(value string) (Proof, bool) {
	type key struct{ Type, Value string }
	var file struct {
		Type, Value string
		PrivKey     key `json:"priv_key"`
	}
	if !jsonObject(value, "PrivKey", &file) {
		return Proof{}, false
	}
	if file.PrivKey.Type == "" {
		file.PrivKey = key{file.Type, file.Value}
	}
	raw, err := base64.StdEncoding.DecodeString(file.PrivKey.Value)
	if err != nil || !strings.HasPrefix(file.PrivKey.Type, "tendermint/PrivKey") && !strings.HasPrefix(file.PrivKey.Type, "cometbft/PrivKey") {
		return Proof{}, false
	}
	seed, public, ok := pairKey(raw)
	if !ok {
		return Proof{}, false
	}
	sum := sha256.Sum256(public)
	p := Proof{Network: "cometbft", Facts: []Fact{
		{"comet_address", strings.ToUpper(hex.EncodeToString(sum[:20]))}, {"public_key", base64.StdEncoding.EncodeToString(public)}}}
	return mark(p, seed), true
}

// jwkPrivate checks a JSON web key with its private part: the public part must belong to it.
func jwkPrivate(value string) (Proof, bool) {
	var key struct{ Kty, Crv, D, X, Y, N, E, P, Q string }
	if !jsonObject(value, `"kty"`, &key) {
		return Proof{}, false
	}
	d, x, y := base64URL(key.D), base64URL(key.X), base64URL(key.Y)
	switch {
	case key.Kty == "EC" && (key.Crv == "secp256k1" || key.Crv == "P-256K"):
		return jwkSecp(d, x, y)
	case key.Kty == "EC":
		return jwkEC(key.Crv, d, x, y)
	case key.Kty == "OKP":
		return jwkOKP(key.Crv, d, x)
	case key.Kty == "RSA":
		return jwkRSA(d, base64URL(key.N), base64URL(key.E), base64URL(key.P), base64URL(key.Q))
	}
	return Proof{}, false
}

// base64URL decodes without caring for padding, nil when text is none.
func base64URL(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil
	}
	return raw
}

func jwkSecp(d, x, y []byte) (Proof, bool) {
	key, ok := secpScalar(d)
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	if !bytes.Equal(pub.SerializeUncompressed()[1:], append(x[:len(x):len(x)], y...)) {
		return Proof{}, false
	}
	return markSecp(Proof{Facts: []Fact{{"evm_address", evmAddress(pub)}, secpFact(pub)}}, pub, &key), true
}

func jwkEC(curve string, d, x, y []byte) (Proof, bool) {
	curves := map[string]ecdh.Curve{"P-256": ecdh.P256(), "P-384": ecdh.P384(), "P-521": ecdh.P521()}
	c, ok := curves[curve]
	if !ok {
		return Proof{}, false
	}
	key, err := c.NewPrivateKey(d)
	if err != nil {
		return Proof{}, false
	}
	point := key.PublicKey().Bytes()
	ok = bytes.Equal(point[1:], append(x[:len(x):len(x)], y...))
	return mark(Proof{Facts: []Fact{{"public_key", hex.EncodeToString(point)}}}, d), ok
}

func jwkOKP(curve string, d, x []byte) (Proof, bool) {
	var public []byte
	switch {
	case curve == "Ed25519" && len(d) == ed25519.SeedSize:
		public = edPublic(d)
	case curve == "X25519":
		key, err := ecdh.X25519().NewPrivateKey(d)
		if err != nil {
			return Proof{}, false
		}
		public = key.PublicKey().Bytes()
	default:
		return Proof{}, false
	}
	return mark(Proof{Facts: []Fact{{"public_key", hex.EncodeToString(public)}}}, d), bytes.Equal(public, x)
}

// jwkRSA checks p*q = n, and that d undoes e for both primes. Whether they are prime is not asked: that takes a second for a
// key of hostile size.
func jwkRSA(d, n, e, p, q []byte) (Proof, bool) {
	if len(d) == 0 || len(n) < 64 || len(n) > 2048 || len(e) == 0 || len(e) > 4 || len(p) > len(n) || len(q) > len(n) {
		return Proof{}, false
	}
	number := func(b []byte) *big.Int { return new(big.Int).SetBytes(b) }
	modulus, exponent := number(n), number(e)
	if new(big.Int).Mul(number(p), number(q)).Cmp(modulus) != 0 || exponent.Bit(0) == 0 {
		return Proof{}, false
	}
	one, product := big.NewInt(1), new(big.Int).Mul(number(d), exponent)
	for _, prime := range []*big.Int{number(p), number(q)} {
		order := prime.Sub(prime, one)
		if order.Sign() <= 0 || new(big.Int).Mod(product, order).Cmp(one) != 0 {
			return Proof{}, false
		}
	}
	return spkiProof(&rsa.PublicKey{N: modulus, E: int(exponent.Int64())})
}
