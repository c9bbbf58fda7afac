package check

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// maxPEM bounds the text of a key, in bytes: an RSA key of 16384 bits fits.
const maxPEM = 16 << 10

// pemAny checks any private key in PEM: PKCS#1, PKCS#8, SEC1 on NIST curves and secp256k1, OpenSSH, encrypted or not.
func pemAny(value string) (Proof, bool) {
	block := pemBlock(value)
	if block == nil {
		return Proof{}, false
	}
	switch {
	case block.kind == "OPENSSH PRIVATE KEY":
		return openSSH(block.body)
	case block.kind == "ENCRYPTED PRIVATE KEY":
		return Proof{Encrypted: true}, encryptedPKCS8(block.body)
	case strings.HasSuffix(block.kind, "PRIVATE KEY") && strings.Contains(block.procType, "ENCRYPTED"):
		return Proof{Encrypted: true}, len(block.body) >= 32
	case strings.HasSuffix(block.kind, "PRIVATE KEY"):
		return derKey(block.body)
	}
	return Proof{}, false
}

func pemOf(accept func(key any) bool) Func {
	return func(value string) (Proof, bool) {
		block := pemBlock(value)
		if block == nil {
			return Proof{}, false
		}
		key, _, ok := parseDER(block.body)
		if !ok || !accept(key) {
			return Proof{}, false
		}
		return keyProof(key)
	}
}

func isEd25519(key any) bool { _, ok := key.(ed25519.PrivateKey); return ok }
func isRSA(key any) bool     { _, ok := key.(*rsa.PrivateKey); return ok }
func isEC(key any) bool {
	switch key.(type) {
	case *ecdsa.PrivateKey, secpDER:
		return true
	}
	return false
}

// derText checks a private key in DER, given as base64 or hexadecimal.
func derText(value string) (Proof, bool) {
	if len(value) < 60 || len(value) > maxPEM || value[0] != 'M' && value[:2] != "30" {
		return Proof{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(value)
	if value[0] == '3' {
		raw, err = hex.DecodeString(value)
	}
	if err != nil {
		return Proof{}, false
	}
	return derKey(raw)
}

func derKey(der []byte) (Proof, bool) {
	key, p, ok := parseDER(der)
	if !ok {
		return Proof{}, false
	}
	if key == nil {
		return p, true
	}
	return keyProof(key)
}

// secpDER is the secret of a secp256k1 key, a curve that crypto/x509 does not know.
type secpDER []byte

// parseDER reads PKCS#8, PKCS#1 and SEC1; a nil key with true is one that is known by its shape only (DSA, X25519).
func parseDER(der []byte) (key any, p Proof, ok bool) {
	if len(der) < 16 || len(der) > maxPEM || der[0] != 0x30 || !derFits(der) {
		return nil, Proof{}, false
	}
	if secret, ok := secpSecret(der); ok {
		return secpDER(secret), Proof{}, true
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, Proof{}, true
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, Proof{}, true
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, Proof{}, true
	}
	return nil, Proof{}, dsaKey(der)
}

// derFits says that one DER value fills the bytes, so that crypto/x509 is not asked about numbers of any size.
func derFits(der []byte) bool {
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(der, &v)
	return err == nil && len(rest) == 0
}

func dsaKey(der []byte) bool {
	var numbers []asn1.RawValue
	_, err := asn1.Unmarshal(der, &numbers)
	if err != nil || len(numbers) != 6 || len(numbers[0].Bytes) != 1 {
		return false
	}
	for _, n := range numbers {
		if n.Tag != asn1.TagInteger || n.Class != asn1.ClassUniversal {
			return false
		}
	}
	return true
}

func encryptedPKCS8(der []byte) bool {
	var sealed struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Data []byte
	}
	rest, err := asn1.Unmarshal(der, &sealed)
	return err == nil && len(rest) == 0 && len(sealed.Data) >= 16
}

var (
	oidEC        = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidSecp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}
)

// secpSecret reads SEC1 and PKCS#8 keys on secp256k1; a public key that is written must belong to the secret.
func secpSecret(der []byte) ([]byte, bool) {
	type sec1 struct {
		Version    int
		PrivateKey []byte
		Curve      asn1.ObjectIdentifier `asn1:"optional,explicit,tag:0"`
		PublicKey  asn1.BitString        `asn1:"optional,explicit,tag:1"`
	}
	var outer struct {
		Version   int
		Algorithm struct{ ID, Curve asn1.ObjectIdentifier }
		Key       []byte
	}
	var key sec1
	if _, err := asn1.Unmarshal(der, &outer); err == nil && outer.Algorithm.ID.Equal(oidEC) && outer.Algorithm.Curve.Equal(oidSecp256k1) {
		if _, err := asn1.Unmarshal(outer.Key, &key); err != nil {
			return nil, false
		}
	} else if _, err := asn1.Unmarshal(der, &key); err != nil || !key.Curve.Equal(oidSecp256k1) {
		return nil, false
	}
	scalar, ok := secpScalar(key.PrivateKey)
	if !ok {
		return nil, false
	}
	if public := key.PublicKey.Bytes; len(public) > 0 {
		pub := secpPublic(&scalar)
		ok = bytes.Equal(public, pub.SerializeUncompressed()) || bytes.Equal(public, pub.SerializeCompressed())
	}
	return key.PrivateKey, ok
}

func keyProof(key any) (Proof, bool) {
	if secret, ok := key.(secpDER); ok {
		scalar, _ := secpScalar(secret)
		pub := secpPublic(&scalar)
		return markSecp(Proof{Facts: []Fact{{"evm_address", evmAddress(pub)}, secpFact(pub)}}, pub, &scalar), true
	}
	signer, ok := key.(interface{ Public() crypto.PublicKey })
	if !ok {
		return Proof{}, true
	}
	return spkiProof(signer.Public())
}

// spkiProof names a key by the SHA-256 of its public key in DER and, for ed25519, by the key itself.
func spkiProof(public any) (Proof, bool) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return Proof{}, false
	}
	sum := sha256.Sum256(der)
	p := Proof{Facts: []Fact{{"public_key_sha256", hex.EncodeToString(sum[:])}}}
	if ed, ok := public.(ed25519.PublicKey); ok {
		p.Facts = append(p.Facts, Fact{"public_key", hex.EncodeToString(ed)})
	}
	return mark(p, nil), true
}

// openSSH reads openssh-key-v1: the public key is in the clear; a plain private part repeats its check number.
func openSSH(raw []byte) (Proof, bool) {
	rest, ok := bytes.CutPrefix(raw, []byte("openssh-key-v1\x00"))
	if !ok {
		return Proof{}, false
	}
	r := &sshReader{rest: rest}
	cipher := string(r.text())
	r.text()
	r.text()
	count := r.number()
	public, private := r.text(), r.text()
	if r.bad || count != 1 || len(public) < 4 || len(private) < 8 {
		return Proof{}, false
	}
	sum := sha256.Sum256(public)
	p := Proof{Facts: []Fact{{"ssh_fingerprint", "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])}}}
	if cipher != "none" {
		p.Encrypted = true
		return mark(p, nil), true
	}
	inner := &sshReader{rest: private}
	if first, second := inner.number(), inner.number(); first != second {
		return Proof{}, false
	}
	outer := &sshReader{rest: public}
	return mark(p, nil), bytes.Equal(inner.text(), outer.text()) && !inner.bad && !outer.bad
}

type sshReader struct {
	rest []byte
	bad  bool
}

func (r *sshReader) number() uint32 {
	if len(r.rest) < 4 {
		r.bad = true
		return 0
	}
	n := binary.BigEndian.Uint32(r.rest)
	r.rest = r.rest[4:]
	return n
}

func (r *sshReader) text() []byte {
	n := r.number()
	if r.bad || uint64(n) > uint64(len(r.rest)) {
		r.bad = true
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}
