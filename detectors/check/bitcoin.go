package check

import (
	"bytes"
	"encoding/hex"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// wif checks a wallet import format key of any network of the Bitcoin family: base58check of the version, 32 bytes
// of key and, for a compressed public key, the flag byte 1.
func wif(value string) (Proof, bool) {
	c, key, compressed, ok := parseWIF(value)
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	p := Proof{Network: c.network, Test: c.test, Facts: c.addresses(pub, compressed)}
	p.Facts = append(p.Facts, Fact{"public_key", hex.EncodeToString(serialize(pub, compressed))})
	if c == bitcoin {
		p.Facts = append(p.Facts, zcashTransparent(pub, compressed))
		if !compressed {
			p.Facts = append(p.Facts, Fact{"eos_public_key", eosPublic(pub)})
		}
	}
	return markSecp(p, pub, &key), true
}

// eosWIF checks the legacy EOS form, which is an uncompressed Bitcoin mainnet key.
func eosWIF(value string) (Proof, bool) {
	c, key, compressed, ok := parseWIF(value)
	if !ok || c != bitcoin || compressed {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	p := Proof{Network: "eos", Facts: []Fact{{"eos_public_key", eosPublic(pub)}}}
	p.Facts = append(p.Facts, bitcoin.addresses(pub, false)...)
	return markSecp(p, pub, &key), true
}

func parseWIF(value string) (c *coin, key secp256k1.ModNScalar, compressed, ok bool) {
	if !wifShape(value) {
		return nil, key, false, false
	}
	body := bitcoin58.decodeCheck(value)
	if len(body) != 33 && len(body) != 34 || len(body) == 34 && body[33] != 1 {
		return nil, key, false, false
	}
	for _, c = range coins {
		if c.wif == body[0] {
			key, ok = secpScalar(body[1:33])
			return c, key, len(body) == 34, ok
		}
	}
	return nil, key, false, false
}

func wifShape(value string) bool {
	switch len(value) {
	case 51:
		return value[0] == '5' || value[0] == '6' || value[0] == '7' || value[0] == '9'
	case 52:
		switch value[0] {
		case 'K', 'L', 'c', 'T', 'Q', 'X':
			return true
		}
	}
	return false
}

func serialize(pub *secp256k1.PublicKey, compressed bool) []byte {
	if compressed {
		return pub.SerializeCompressed()
	}
	return pub.SerializeUncompressed()
}

func zcashTransparent(pub *secp256k1.PublicKey, compressed bool) Fact {
	return Fact{"zec_p2pkh", bitcoin58.encodeCheck([]byte{0x1c, 0xb8}, hash160(serialize(pub, compressed)))}
}

// extended holds the version bytes of one kind of extended key (SLIP-132) and what its addresses look like.
type extended struct {
	private, public [4]byte
	coin            *coin
	nested, native  bool // the version promises P2SH-P2WPKH or P2WPKH
	multi           bool // the version promises a multi-signature script: one key has no address
}

var extendedKeys = []extended{
	{private: [4]byte{0x04, 0x88, 0xad, 0xe4}, public: [4]byte{0x04, 0x88, 0xb2, 0x1e}, coin: bitcoin},                      // xprv
	{private: [4]byte{0x04, 0x35, 0x83, 0x94}, public: [4]byte{0x04, 0x35, 0x87, 0xcf}, coin: bitcoinTestnet},               // tprv
	{private: [4]byte{0x04, 0x9d, 0x78, 0x78}, public: [4]byte{0x04, 0x9d, 0x7c, 0xb2}, coin: bitcoin, nested: true},        // yprv
	{private: [4]byte{0x04, 0xb2, 0x43, 0x0c}, public: [4]byte{0x04, 0xb2, 0x47, 0x46}, coin: bitcoin, native: true},        // zprv
	{private: [4]byte{0x02, 0x95, 0xb0, 0x05}, public: [4]byte{0x02, 0x95, 0xb4, 0x3f}, coin: bitcoin, multi: true},         // Yprv
	{private: [4]byte{0x02, 0xaa, 0x7a, 0x99}, public: [4]byte{0x02, 0xaa, 0x7e, 0xd3}, coin: bitcoin, multi: true},         // Zprv
	{private: [4]byte{0x04, 0x4a, 0x4e, 0x28}, public: [4]byte{0x04, 0x4a, 0x52, 0x62}, coin: bitcoinTestnet, nested: true}, // uprv
	{private: [4]byte{0x04, 0x5f, 0x18, 0xbc}, public: [4]byte{0x04, 0x5f, 0x1c, 0xf6}, coin: bitcoinTestnet, native: true}, // vprv
	{private: [4]byte{0x02, 0x42, 0x85, 0xb5}, public: [4]byte{0x02, 0x42, 0x89, 0xef}, coin: bitcoinTestnet, multi: true},  // Uprv
	{private: [4]byte{0x02, 0x57, 0x50, 0x48}, public: [4]byte{0x02, 0x57, 0x54, 0x83}, coin: bitcoinTestnet, multi: true},  // Vprv
	{private: [4]byte{0x01, 0x9d, 0x9c, 0xfe}, public: [4]byte{0x01, 0x9d, 0xa4, 0x62}, coin: litecoin},                     // Ltpv
	{private: [4]byte{0x01, 0xb2, 0x67, 0x92}, public: [4]byte{0x01, 0xb2, 0x6e, 0xf6}, coin: litecoin, nested: true},       // Mtpv
	{private: [4]byte{0x04, 0x36, 0xef, 0x7d}, public: [4]byte{0x04, 0x36, 0xf6, 0xe1}, coin: &coin{network: "litecoin-testnet", // ttpv
		prefix: "ltc", p2pkh: 0x6f, p2sh: 0x3a, hrp: "tltc", test: true}},
}

// xprv checks a BIP-32 extended private key with the version bytes of SLIP-132, as strictly as BIP-32's test vector 5 asks.
func xprv(value string) (Proof, bool) {
	if len(value) != 111 || value[2] != 'r' && value[2] != 'p' {
		return Proof{}, false
	}
	body := bitcoin58.decodeCheck(value)
	if len(body) != 78 || body[45] != 0 {
		return Proof{}, false
	}
	depth, index := body[4], body[5:13]
	if depth == 0 && !bytes.Equal(index, make([]byte, 8)) {
		return Proof{}, false
	}
	key, ok := secpScalar(body[46:])
	if !ok {
		return Proof{}, false
	}
	for i := range extendedKeys {
		if kind := &extendedKeys[i]; bytes.Equal(kind.private[:], body[:4]) {
			return kind.prove(hdKey{key, body[13:45]}, depth, body), true
		}
	}
	return Proof{}, false
}

func (x *extended) prove(k hdKey, depth byte, body []byte) Proof {
	pub := k.public()
	xpub := bitcoin58.encodeCheck(x.public[:], body[4:45], pub.SerializeCompressed())
	p := Proof{Network: x.coin.network, Test: x.coin.test, Facts: []Fact{{"xpub", xpub}, {"fingerprint", hex.EncodeToString(k.fingerprint())}}}
	if !x.multi {
		p.Facts = append(p.Facts, x.firstAddress(k, depth)...)
	}
	p = markSecp(p, pub, &k.key)
	for _, path := range famousPaths(depth) {
		if at, ok := k.child(path...); ok && p.Famous == "" {
			p.Famous = famousName(evmAddress(at.public()))
		}
	}
	return p
}

// firstAddress is what the first receiving key of a master (purpose 44, 49 or 84), account or chain key is paid on.
func (x *extended) firstAddress(k hdKey, depth byte) []Fact {
	coinType := uint32(hard)
	switch {
	case x.coin.test:
		coinType = 1 | hard
	case x.coin == litecoin:
		coinType = 2 | hard
	}
	purpose, name, pay := uint32(44|hard), "_p2pkh", x.coin.payToKeyHash
	if x.nested {
		purpose, name, pay = 49|hard, "_p2sh_p2wpkh", x.coin.payToNested
	}
	if x.native {
		purpose, name, pay = 84|hard, "_p2wpkh", x.coin.payToWitness
	}
	path, known := map[byte][]uint32{0: {purpose, coinType, hard, 0, 0}, 3: {0, 0}, 4: {0}, 5: {}}[depth]
	if !known {
		return nil
	}
	at, ok := k.child(path...)
	if !ok {
		return nil
	}
	facts := []Fact{{x.coin.prefix + name, pay(at.public().SerializeCompressed())}}
	if depth == 0 && x.coin == bitcoin && !x.nested && !x.native {
		facts = append(hdFacts(k), facts...)
	}
	return facts
}

// famousPaths leads from a key of a certain depth to the first Ethereum account, by which test mnemonics are known.
func famousPaths(depth byte) [][]uint32 {
	switch depth {
	case 0:
		return [][]uint32{{44 | hard, 60 | hard, hard, 0, 0}}
	case 3:
		return [][]uint32{{0, 0}}
	case 4:
		return [][]uint32{{0}}
	}
	return nil
}
