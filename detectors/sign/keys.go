package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"strings"
)

var (
	errKey     = errors.New("secret: not a private key")
	errKeyKind = errors.New("secret: a private key of another kind")
	errRSA     = errors.New("secret: the RSA key cannot sign")
)

// privateKey reads PEM (PKCS#8, PKCS#1, SEC 1), also with literal \n or spaces in place of line ends, or base64 of the same
// bytes. Errors of the parsers are not passed on: they may quote the key.
func privateKey(text string) (any, error) {
	der, ok := unbase64(strings.Join(strings.Fields(armoured(text)), ""))
	if !ok {
		return nil, errKey
	}
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k, nil
	}
	return nil, errKey
}

// armoured returns what stands between the first two marks of a PEM text, or the text when it has none.
func armoured(text string) string {
	text = strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(text)
	_, rest, ok := strings.Cut(text, "PRIVATE KEY-----")
	if !ok {
		return text
	}
	body, _, _ := strings.Cut(rest, "-----END")
	return body
}

// ed25519Key also reads base64 of a seed (32 bytes) or of a seed with its public key (64 bytes).
func ed25519Key(text string) (ed25519.PrivateKey, error) {
	if raw, ok := unbase64(strings.TrimSpace(text)); ok && (len(raw) == ed25519.SeedSize || len(raw) == ed25519.PrivateKeySize) {
		return ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize]), nil
	}
	k, err := privateKey(text)
	if err != nil {
		return nil, err
	}
	key, ok := k.(ed25519.PrivateKey)
	if !ok {
		return nil, errKeyKind
	}
	return key, nil
}

// signRSA is RSASSA-PKCS1-v1_5.
func signRSA(secret, message string, h crypto.Hash) ([]byte, error) {
	key, err := rsaKey(secret)
	if err != nil {
		return nil, err
	}
	sum, err := rsa.SignPKCS1v15(nil, key, h, hashed(h, message))
	if err != nil {
		return nil, errRSA
	}
	return sum, nil
}

// signPSS is RSASSA-PSS with MGF1 and a salt as long as the hash. The salt is derived from key and message, so that equal
// inputs give equal bytes; it stays unknown to who lacks the key.
func signPSS(secret, message string, h crypto.Hash) ([]byte, error) {
	key, err := rsaKey(secret)
	if err != nil {
		return nil, err
	}
	salt := hmac.New(h.New, key.D.Bytes())
	salt.Write([]byte(message))
	sum, err := rsa.SignPSS(bytes.NewReader(salt.Sum(nil)), key, h, hashed(h, message), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		return nil, errRSA
	}
	return sum, nil
}

func rsaKey(secret string) (*rsa.PrivateKey, error) {
	k, err := privateKey(secret)
	if err != nil {
		return nil, err
	}
	key, ok := k.(*rsa.PrivateKey)
	if !ok {
		return nil, errKeyKind
	}
	return key, nil
}

func hashed(h crypto.Hash, message string) []byte {
	d := h.New()
	d.Write([]byte(message))
	return d.Sum(nil)
}

// signES256 returns r and s, 32 bytes each, as JWS wants them. Of the two values of s that verify it takes the lower one.
func signES256(key *ecdsa.PrivateKey, message string) ([]byte, error) {
	if key.Curve != elliptic.P256() {
		return nil, errKeyKind
	}
	der, err := key.Sign(nil, digest("sha256", message), crypto.SHA256)
	if err != nil {
		return nil, errors.New("secret: the EC key cannot sign")
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return nil, errors.New("an EC signature of an unknown form")
	}
	order := key.Params().N
	if other := new(big.Int).Sub(order, sig.S); other.Cmp(sig.S) < 0 {
		sig.S = other
	}
	out := make([]byte, 64)
	sig.R.FillBytes(out[:32])
	sig.S.FillBytes(out[32:])
	return out, nil
}
