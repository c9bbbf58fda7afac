package check

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"golang.org/x/crypto/ripemd160" //lint:ignore SA1019 Bitcoin addresses are RIPEMD-160
	"golang.org/x/crypto/sha3"
)

// secpScalar reads a private key of 32 bytes, big endian: 0 < k < n.
func secpScalar(b []byte) (k secp256k1.ModNScalar, ok bool) {
	if len(b) != 32 || k.SetByteSlice(b) || k.IsZero() {
		return k, false
	}
	return k, true
}

func secpPublic(k *secp256k1.ModNScalar) *secp256k1.PublicKey {
	return secp256k1.NewPrivateKey(k).PubKey()
}

func hash160(b []byte) []byte {
	sum := sha256.Sum256(b)
	h := ripemd160.New()
	h.Write(sum[:])
	return h.Sum(nil)
}

func keccak256(parts ...[]byte) []byte {
	h := sha3.NewLegacyKeccak256()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// evmAddress is the EIP-55 form of the last 20 bytes of keccak256 over the uncompressed point.
func evmAddress(pub *secp256k1.PublicKey) string {
	return eip55(keccak256(pub.SerializeUncompressed()[1:])[12:])
}

func eip55(address []byte) string {
	text := []byte(hex.EncodeToString(address))
	sum := keccak256(text)
	for i, c := range text {
		nibble := sum[i/2] >> (4 * (1 - i%2)) & 15
		if c >= 'a' && nibble >= 8 {
			text[i] = c - 'a' + 'A'
		}
	}
	return "0x" + string(text)
}

func cosmosAddress(hrp string, pub *secp256k1.PublicKey) string {
	return encodeBech32(hrp, hash160(pub.SerializeCompressed()))
}

// coin holds the version bytes of one network of the Bitcoin family.
type coin struct {
	network     string
	prefix      string // of the fact names
	wif         byte
	p2pkh, p2sh byte
	hrp         string // of native segwit addresses; empty when the network has none
	taproot     bool
	test        bool
}

var (
	bitcoin        = &coin{network: "bitcoin", prefix: "btc", wif: 0x80, p2pkh: 0x00, p2sh: 0x05, hrp: "bc", taproot: true}
	bitcoinTestnet = &coin{network: "bitcoin-testnet", prefix: "btc", wif: 0xef, p2pkh: 0x6f, p2sh: 0xc4, hrp: "tb", taproot: true, test: true}
	litecoin       = &coin{network: "litecoin", prefix: "ltc", wif: 0xb0, p2pkh: 0x30, p2sh: 0x32, hrp: "ltc"}
	coins          = []*coin{
		bitcoin, bitcoinTestnet, litecoin,
		{network: "dogecoin", prefix: "doge", wif: 0x9e, p2pkh: 0x1e, p2sh: 0x16},
		{network: "dogecoin-testnet", prefix: "doge", wif: 0xf1, p2pkh: 0x71, p2sh: 0xc4, test: true},
		{network: "dash", prefix: "dash", wif: 0xcc, p2pkh: 0x4c, p2sh: 0x10},
	}
)

func (c *coin) payToKeyHash(pub []byte) string {
	return bitcoin58.encodeCheck([]byte{c.p2pkh}, hash160(pub))
}

func (c *coin) payToWitness(pub []byte) string { return encodeSegwit(c.hrp, 0, hash160(pub)) }

func (c *coin) payToNested(pub []byte) string {
	script := append([]byte{0, 20}, hash160(pub)...)
	return bitcoin58.encodeCheck([]byte{c.p2sh}, hash160(script))
}

// payToTaproot is the BIP-86 address: the key tweaked by the hash of its own x coordinate.
func (c *coin) payToTaproot(pub *secp256k1.PublicKey) string {
	compressed := pub.SerializeCompressed()
	even, err := secp256k1.ParsePubKey(append([]byte{2}, compressed[1:]...))
	if err != nil {
		return ""
	}
	tag := sha256.Sum256([]byte("TapTweak"))
	sum := sha256.Sum256(append(append(append([]byte{}, tag[:]...), tag[:]...), compressed[1:]...))
	var tweak secp256k1.ModNScalar
	tweak.SetByteSlice(sum[:])
	var base, offset, out secp256k1.JacobianPoint
	even.AsJacobian(&base)
	secp256k1.ScalarBaseMultNonConst(&tweak, &offset)
	secp256k1.AddNonConst(&base, &offset, &out)
	out.ToAffine()
	x := out.X.Bytes()
	return encodeSegwit(c.hrp, 1, x[:])
}

// addresses lists what a key receives on, for a compressed or an uncompressed public key.
func (c *coin) addresses(pub *secp256k1.PublicKey, compressed bool) []Fact {
	if !compressed {
		return []Fact{{c.prefix + "_p2pkh", c.payToKeyHash(pub.SerializeUncompressed())}}
	}
	key := pub.SerializeCompressed()
	facts := []Fact{{c.prefix + "_p2pkh", c.payToKeyHash(key)}}
	if c.hrp != "" {
		facts = append(facts, Fact{c.prefix + "_p2wpkh", c.payToWitness(key)}, Fact{c.prefix + "_p2sh_p2wpkh", c.payToNested(key)})
	}
	if c.taproot {
		facts = append(facts, Fact{c.prefix + "_p2tr", c.payToTaproot(pub)})
	}
	return facts
}
