package check

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"

	"filippo.io/edwards25519"
	"golang.org/x/crypto/blake2b"
)

// cardanoRoles are CIP-5's prefixes of signing keys, without _sk and _xsk.
var cardanoRoles = []string{
	"acct", "acct_shared", "addr", "addr_shared", "cc_cold", "cc_hot", "cvote", "drep", "gen", "gen_deleg", "gen_utxo", "kes",
	"policy", "pool", "root", "root_shared", "stake", "stake_shared", "vrf",
}

// cardanoBech32 checks a signing key in bech32: 32 bytes are a seed, 64 an extended key, 96 one with its chain code.
func cardanoBech32(value string) (Proof, bool) {
	sep := strings.LastIndexByte(value, '1')
	if sep < 6 || len(value) > 256 || !strings.HasSuffix(value[:sep], "sk") {
		return Proof{}, false
	}
	role, extended := strings.CutSuffix(value[:sep], "_xsk")
	role = strings.TrimSuffix(role, "_sk")
	known := false
	for _, r := range cardanoRoles {
		known = known || r == role
	}
	if !known {
		return Proof{}, false
	}
	_, key, ok := decodeBech32(value, bech32Const)
	if !ok || extended != (len(key) == 96) {
		return Proof{}, false
	}
	public := cardanoPublic(key, role == "vrf")
	if public == nil {
		return Proof{}, false
	}
	return cardanoProof(role, key, public), true
}

// cardanoPublic derives the public key, nil when the key is malformed. VRF keys carry seed and public key.
func cardanoPublic(key []byte, pair bool) []byte {
	switch {
	case len(key) == 32:
		return edPublic(key)
	case len(key) == 64 && pair:
		if _, public, ok := pairKey(key); ok {
			return public
		}
	case (len(key) == 64 || len(key) == 96) && key[0]&7 == 0 && key[31]&0xe0 == 0x40:
		return reducedPublic(key[:32])
	}
	return nil
}

// reducedPublic multiplies the base point by a scalar that is already clamped, without hashing it first.
func reducedPublic(scalar []byte) []byte {
	return new(edwards25519.Point).ScalarBaseMult(reduceScalar(scalar)).Bytes()
}

func cardanoProof(role string, raw, public []byte) Proof {
	p := Proof{Network: "cardano"}
	if role == "addr" {
		p.Facts = cardanoAddresses(public)
	}
	p.Facts = append(p.Facts, Fact{"public_key", hex.EncodeToString(public)})
	return mark(p, raw)
}

// cardanoAddresses are the enterprise addresses of a payment key: a key does not know its network.
func cardanoAddresses(public []byte) []Fact {
	sum := blake224(public)
	return []Fact{
		{"cardano_address", encodeBech32("addr", append([]byte{0x61}, sum...))},
		{"cardano_testnet_address", encodeBech32("addr_test", append([]byte{0x60}, sum...))},
	}
}

// cardanoKeyFile checks the text envelope of cardano-cli: a signing key type and CBOR of the key. An extended key carries its
// public key, which must match.
func cardanoKeyFile(value string) (Proof, bool) {
	var file struct{ Type, CBORHex string }
	if !jsonObject(value, "cborHex", &file) || !strings.Contains(file.Type, "SigningKey") {
		return Proof{}, false
	}
	raw, err := hex.DecodeString(file.CBORHex)
	if err != nil || len(raw) < 34 {
		return Proof{}, false
	}
	role := ""
	if strings.HasPrefix(file.Type, "PaymentSigningKey") || strings.HasPrefix(file.Type, "PaymentExtendedSigningKey") || strings.HasPrefix(file.Type, "GenesisUTxOSigningKey") {
		role = "addr"
	}
	switch key := raw[2:]; {
	case raw[0] != 0x58 || int(raw[1]) != len(key):
		return cardanoLong(file.Type, raw)
	case len(key) == 32:
		return cardanoProof(role, key, edPublic(key)), true
	case len(key) == 64 && strings.HasPrefix(file.Type, "Vrf"):
		seed, public, ok := pairKey(key)
		return cardanoProof(role, seed, public), ok
	case len(key) == 128:
		public := cardanoPublic(key[:64], false)
		return cardanoProof(role, key[:64], public), public != nil && bytes.Equal(public, key[64:96])
	}
	return Proof{}, false
}

// cardanoLong accepts keys of evolving signatures, whose public key takes a tree of hashes: their length decides.
func cardanoLong(kind string, raw []byte) (Proof, bool) {
	ok := strings.HasPrefix(kind, "KesSigningKey") && raw[0] == 0x59 && len(raw) > 3 && int(raw[1])<<8|int(raw[2]) == len(raw)-3
	return Proof{Network: "cardano"}, ok
}

// icarusRoot is CIP-3's root key of a phrase: 64 bytes of key and 32 of chain code.
func icarusRoot(entropy []byte) []byte {
	root, err := pbkdf2.Key(sha512.New, "", entropy, 4096, 96)
	if err != nil {
		return nil // only a FIPS policy refuses
	}
	root[0] &= 0xf8
	root[31] = root[31]&0x1f | 0x40
	return root
}

// cardanoChild derives along a path as BIP32-Ed25519 does: both halves of the key move, the chain code follows.
func cardanoChild(key []byte, path ...uint32) []byte {
	for _, index := range path {
		tag, data := byte(0), key[:64]
		if index < hard {
			tag, data = 2, reducedPublic(key[:32])
		}
		step := func(tag byte) []byte {
			message := append([]byte{tag}, data...)
			return hmac512(key[64:96], binary.LittleEndian.AppendUint32(message, index))
		}
		z, chain := step(tag), step(tag + 1)[32:]
		left := addLittle(key[:32], z[:28], 3)
		right := addLittle(key[32:64], z[32:], 0)
		key = append(append(left, right...), chain...)
	}
	return key
}

// addLittle adds b, shifted left by some bits, to a modulo 2^256; both little endian.
func addLittle(a, b []byte, shift uint) []byte {
	out := make([]byte, 32)
	carry := uint32(0)
	for i := range out {
		if i < len(b) {
			carry += uint32(b[i]) << shift
		}
		carry += uint32(a[i])
		out[i] = byte(carry)
		carry >>= 8
	}
	return out
}

// cardanoFirstAddress is the first receiving address with its stake key (CIP-1852) of a phrase.
func cardanoFirstAddress(entropy []byte) []Fact {
	root := icarusRoot(entropy)
	if root == nil {
		return nil
	}
	account := cardanoChild(root, 1852|hard, 1815|hard, hard)
	body := []byte{0x01}
	for _, role := range []uint32{0, 2} {
		body = append(body, blake224(reducedPublic(cardanoChild(account, role, 0)[:32]))...)
	}
	return []Fact{{"cardano_address", encodeBech32("addr", body)}}
}

func blake224(b []byte) []byte {
	h, _ := blake2b.New(28, nil) // fails only for a key or another size
	h.Write(b)
	return h.Sum(nil)
}

// maxJSON bounds the JSON texts that are parsed, in bytes.
const maxJSON = 64 << 10

// jsonObject decodes one JSON object that contains a field; the cheap test for the field's name comes first.
func jsonObject(text, field string, into any) bool {
	if len(text) < 8 || len(text) > maxJSON || !strings.Contains(text, field) {
		return false
	}
	text = strings.TrimSpace(text)
	if text == "" || text[0] != '{' {
		return false
	}
	return json.Unmarshal([]byte(text), into) == nil
}
