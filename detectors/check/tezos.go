package check

import (
	"bytes"
	"crypto/ecdh"

	"golang.org/x/crypto/blake2b"
)

var (
	tezosSeed       = []byte{0x0d, 0x0f, 0x3a, 0x07}       // edsk, 54 characters
	tezosPair       = []byte{0x2b, 0xf6, 0x4e, 0x07}       // edsk, 98 characters
	tezosSecp       = []byte{0x11, 0xa2, 0xe0, 0xc9}       // spsk
	tezosP256       = []byte{0x10, 0x51, 0xee, 0xbd}       // p2sk
	tezosBLS        = []byte{0x03, 0x96, 0xc0, 0x28}       // BLsk
	tezosEncrypted  = []byte{0x07, 0x5a, 0x3c, 0xb3, 0x29} // edesk
	tezosEncrypted2 = []byte{0x09, 0xed, 0xf1, 0xae, 0x96} // spesk
	tezosEncrypted3 = []byte{0x09, 0x30, 0x39, 0x73, 0xab} // p2esk
)

// tezosSecret checks a plain secret key of Tezos. A BLS key is accepted without an address.
func tezosSecret(value string) (Proof, bool) {
	if n := len(value); n != 54 && n != 98 || value[2:4] != "sk" {
		return Proof{}, false
	}
	body := bitcoin58.decodeCheck(value)
	if len(body) < 36 {
		return Proof{}, false
	}
	prefix, key := body[:4], body[4:]
	switch {
	case bytes.Equal(prefix, tezosSeed) && len(key) == 32:
		return tezosProof(key, []byte{6, 161, 159}, edPublic(key)), true
	case bytes.Equal(prefix, tezosPair):
		seed, public, ok := pairKey(key)
		if !ok {
			return Proof{}, false
		}
		return tezosProof(seed, []byte{6, 161, 159}, public), true
	case bytes.Equal(prefix, tezosBLS) && len(key) == 32:
		return mark(Proof{Network: "tezos"}, key), true
	case bytes.Equal(prefix, tezosSecp):
		scalar, ok := secpScalar(key)
		if !ok {
			return Proof{}, false
		}
		pub := secpPublic(&scalar)
		return markSecp(tezosProof(key, []byte{6, 161, 161}, pub.SerializeCompressed()), pub, &scalar), true
	case bytes.Equal(prefix, tezosP256):
		public := p256Public(key)
		return tezosProof(key, []byte{6, 161, 164}, public), public != nil
	}
	return Proof{}, false
}

func tezosProof(raw, prefix, public []byte) Proof {
	h, _ := blake2b.New(20, nil) // fails only for a key or another size
	h.Write(public)
	return mark(Proof{Network: "tezos", Facts: []Fact{{"tezos_address", bitcoin58.encodeCheck(prefix, h.Sum(nil))}}}, raw)
}

// p256Public is the compressed point of a NIST P-256 key, nil when the key is out of range.
func p256Public(raw []byte) []byte {
	key, err := ecdh.P256().NewPrivateKey(raw)
	if err != nil {
		return nil
	}
	point := key.PublicKey().Bytes()
	return append([]byte{2 + point[64]&1}, point[1:33]...)
}

// tezosEncryptedKey checks edesk, spesk and p2esk keys, which need a password.
func tezosEncryptedKey(value string) (Proof, bool) {
	if len(value) != 88 || value[2:5] != "esk" {
		return Proof{}, false
	}
	body := bitcoin58.decodeCheck(value)
	if len(body) != 61 {
		return Proof{}, false
	}
	for _, prefix := range [][]byte{tezosEncrypted, tezosEncrypted2, tezosEncrypted3} {
		if bytes.Equal(body[:5], prefix) {
			return Proof{Network: "tezos", Encrypted: true}, true
		}
	}
	return Proof{}, false
}
