package accuracy

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"golang.org/x/crypto/ssh"
)

func armor(label string, der []byte) string {
	return strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ecKey(r random) *ecdsa.PrivateKey {
	for {
		if k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), r.bytes(32)); err == nil {
			return k
		}
	}
}

func ecPEM(r random) string { return armor("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(ecKey(r)))) }

func ecPKCS8(r random) string {
	return armor("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(ecKey(r))))
}

func ecPublicPEM(r random) string {
	return armor("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(&ecKey(r).PublicKey)))
}

func edPEM(r random) string {
	return armor("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(r.bytes(32)))))
}

func edSSH(r random) string {
	key := ed25519.NewKeyFromSeed(r.bytes(32))
	block := must(ssh.MarshalPrivateKey(key, r.of(lower, 5)+"@"+r.of(lower, 7)))
	repeatable(block.Bytes, r.bytes(4))
	return strings.TrimSpace(string(pem.EncodeToMemory(block)))
}

// repeatable overwrites the two equal numbers that package ssh draws from the system's randomness.
func repeatable(key, number []byte) {
	skip := func(at int) int { return at + 4 + int(binary.BigEndian.Uint32(key[at:])) }
	at := skip(skip(skip(len("openssh-key-v1\x00")))) + 4 // cipher, kdf and its options, then the number of keys
	at = skip(at) + 4                                     // the public key, then the length of the private part
	copy(key[at:], number)
	copy(key[at+4:], number)
}

func edSSHPublic(r random) string {
	pub := must(ssh.NewPublicKey(ed25519.NewKeyFromSeed(r.bytes(32)).Public()))
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(pub))) + " " + r.of(lower, 5) + "@laptop"
}

// rsaPool holds RSA keys of 2048 bits made from the seed; crypto/rsa would draw from the system instead.
type rsaPool []*rsa.PrivateKey

func newRSAPool(r random, n int) rsaPool {
	pool := make(rsaPool, n)
	for i := range pool {
		pool[i] = rsaKey(r)
	}
	return pool
}

func rsaKey(r random) *rsa.PrivateKey {
	e := big.NewInt(65537)
	for {
		p, q := prime(r), prime(r)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, big.NewInt(1)), new(big.Int).Sub(q, big.NewInt(1)))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil {
			continue
		}
		key := &rsa.PrivateKey{
			PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
			D:         d, Primes: []*big.Int{p, q},
		}
		key.Precompute()
		return key
	}
}

func prime(r random) *big.Int {
	p := new(big.Int).SetBytes(r.bytes(128))
	p.SetBit(p, 1023, 1).SetBit(p, 1022, 1).SetBit(p, 0, 1)
	for !p.ProbablyPrime(1) {
		p.Add(p, big.NewInt(2))
	}
	return p
}

func (p rsaPool) pkcs1(r random) string {
	return armor("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(pick(r, p)))
}

func (p rsaPool) pkcs8(r random) string {
	return armor("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(pick(r, p))))
}

func (p rsaPool) der(r random) string {
	return base64.StdEncoding.EncodeToString(must(x509.MarshalPKCS8PrivateKey(pick(r, p))))
}

// secp makes a key on Bitcoin's curve.
func secp(r random) *secp256k1.PrivateKey { return secp256k1.PrivKeyFromBytes(scalar(r)) }

// scalar is 32 bytes below every curve order in use but ed25519's.
func scalar(r random) []byte {
	b := r.bytes(32)
	b[0] &= 0x7f
	return b
}

type sec1 struct {
	Version int
	Private []byte
	Curve   asn1.ObjectIdentifier `asn1:"optional,explicit,tag:0"`
	Public  asn1.BitString        `asn1:"optional,explicit,tag:1"`
}

func secpPEM(r random) string {
	k := secp(r)
	pub := k.PubKey().SerializeUncompressed()
	der := must(asn1.Marshal(sec1{1, k.Serialize(), asn1.ObjectIdentifier{1, 3, 132, 0, 10}, asn1.BitString{Bytes: pub, BitLength: 520}}))
	return armor("EC PRIVATE KEY", der)
}

// evmAddress is the address of a private key in the mixed case of EIP-55.
func evmAddress(key []byte) string {
	pub := secp256k1.PrivKeyFromBytes(key).PubKey().SerializeUncompressed()
	return eip55(keccak(pub[1:])[12:])
}

func eip55(address []byte) string {
	text := []byte(hex.EncodeToString(address))
	sum := keccak(text)
	for i, c := range text {
		if c >= 'a' && sum[i/2]>>(4*(1-i%2))&8 != 0 {
			text[i] = c - 32
		}
	}
	return "0x" + string(text)
}
