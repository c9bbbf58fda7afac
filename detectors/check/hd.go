package check

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

const hard = 1 << 31

// hdKey is a BIP-32 private key.
type hdKey struct {
	key   secp256k1.ModNScalar
	chain []byte
}

func hmac512(key, message []byte) []byte {
	mac := hmac.New(sha512.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}

func masterKey(seed []byte) (hdKey, bool) {
	sum := hmac512([]byte("Bitcoin seed"), seed)
	key, ok := secpScalar(sum[:32])
	return hdKey{key, sum[32:]}, ok
}

func (k hdKey) public() *secp256k1.PublicKey { return secpPublic(&k.key) }

func (k hdKey) fingerprint() []byte { return hash160(k.public().SerializeCompressed())[:4] }

// child derives along a path; false in the 2^-127 case that a step has no key.
func (k hdKey) child(path ...uint32) (hdKey, bool) {
	for _, index := range path {
		var data []byte
		if index >= hard {
			secret := k.key.Bytes()
			data = append([]byte{0}, secret[:]...)
		} else {
			data = k.public().SerializeCompressed()
		}
		sum := hmac512(k.chain, binary.BigEndian.AppendUint32(data, index))
		var tweak secp256k1.ModNScalar
		if tweak.SetByteSlice(sum[:32]) {
			return hdKey{}, false
		}
		tweak.Add(&k.key)
		if tweak.IsZero() {
			return hdKey{}, false
		}
		k = hdKey{tweak, sum[32:]}
	}
	return k, true
}

// edSeed derives the ed25519 seed of SLIP-10 along a path; every step is hardened.
func edSeed(seed []byte, path ...uint32) []byte {
	sum := hmac512([]byte("ed25519 seed"), seed)
	for _, index := range path {
		data := append([]byte{0}, sum[:32]...)
		sum = hmac512(sum[32:], binary.BigEndian.AppendUint32(data, index|hard))
	}
	return sum[:32]
}

func edPublic(seed []byte) []byte {
	return ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
}
