package accuracy

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// wallets are the shapes of keys that a checksum or a matching public key proves.
func wallets(words wordLists) map[string]maker {
	named := map[string]maker{
		"wif":             func(r random) string { return wif(0x80, scalar(r), true) },
		"wif-long":        func(r random) string { return wif(0x80, scalar(r), false) },
		"wif-test":        func(r random) string { return wif(0xef, scalar(r), true) },
		"wif-ltc":         func(r random) string { return wif(0xb0, scalar(r), true) },
		"wif-doge":        func(r random) string { return wif(0x9e, scalar(r), true) },
		"wif-dash":        func(r random) string { return wif(0xcc, scalar(r), true) },
		"xprv":            func(r random) string { return extended(r, 0x0488ade4, 0) },
		"xprv-account":    func(r random) string { return extended(r, 0x0488ade4, 3) },
		"tprv":            func(r random) string { return extended(r, 0x04358394, 3) },
		"yprv":            func(r random) string { return extended(r, 0x049d7878, 3) },
		"zprv":            func(r random) string { return extended(r, 0x04b2430c, 3) },
		"vprv":            func(r random) string { return extended(r, 0x045f18bc, 3) },
		"xpub":            func(r random) string { return extendedPublic(r, 0x0488b21e) },
		"zpub":            func(r random) string { return extendedPublic(r, 0x04b24746) },
		"bip38":           bip38,
		"minikey":         miniKey,
		"evm":             func(r random) string { return hex.EncodeToString(scalar(r)) },
		"stellar":         func(r random) string { return strkey(18<<3, r.bytes(32)) },
		"stellar-pub":     func(r random) string { return strkey(6<<3, r.bytes(32)) },
		"xrp":             func(r random) string { return base58check(xrpAlphabet, []byte{0x21}, r.bytes(16)) },
		"xrp-ed":          func(r random) string { return base58check(xrpAlphabet, []byte{1, 0xe1, 0x4b}, r.bytes(16)) },
		"xrp-numbers":     xrpNumbers,
		"solana":          func(r random) string { return base58(base58Alphabet, pair(r)) },
		"solana-array":    solanaArray,
		"near":            func(r random) string { return "ed25519:" + base58(base58Alphabet, pair(r)) },
		"near-pub":        func(r random) string { return "ed25519:" + base58(base58Alphabet, pair(r)[32:]) },
		"pair64":          func(r random) string { return base64.StdEncoding.EncodeToString(pair(r)) },
		"sui":             func(r random) string { return bech32("suiprivkey", join([]byte{0}, r.bytes(32))) },
		"tezos":           func(r random) string { return base58check(base58Alphabet, unhex("0d0f3a07"), r.bytes(32)) },
		"tezos-pair":      func(r random) string { return base58check(base58Alphabet, unhex("2bf64e07"), pair(r)) },
		"tezos-spsk":      func(r random) string { return base58check(base58Alphabet, unhex("11a2e0c9"), scalar(r)) },
		"tezos-encrypted": func(r random) string { return base58check(base58Alphabet, unhex("075a3cb329"), r.bytes(56)) },
		"cardano-sk":      func(r random) string { return bech32("addr_sk", r.bytes(32)) },
		"cardano-xsk":     func(r random) string { return bech32("root_xsk", clamped(r)) },
		"eos":             func(r random) string { return pvt("K1", scalar(r)) },
		"filecoin":        filecoin,
		"zcash-sapling":   func(r random) string { return bech32("secret-extended-key-main", r.bytes(169)) },
		"avalanche":       func(r random) string { return "PrivateKey-" + cb58(scalar(r)) },
		"starknet":        starkKey,
		"nsec":            func(r random) string { return bech32("nsec", scalar(r)) },
		"npub":            func(r random) string { return bech32("npub", secp(r).PubKey().SerializeCompressed()[1:]) },
		"ncryptsec":       func(r random) string { return bech32("ncryptsec", join([]byte{2, 16}, r.bytes(88), []byte{1})) },
		"xonly":           func(r random) string { return hex.EncodeToString(secp(r).PubKey().SerializeCompressed()[1:]) },
		"macaroon":        func(r random) string { return hex.EncodeToString(macaroon(r)) },
		"macaroon64":      func(r random) string { return base64.StdEncoding.EncodeToString(macaroon(r)) },
		"rune":            rune32,
		"age":             func(r random) string { return strings.ToUpper(bech32("age-secret-key-", r.bytes(32))) },
		"age-pub":         func(r random) string { return bech32("age", r.bytes(32)) },
		"libp2p":          func(r random) string { return base64.StdEncoding.EncodeToString(join(unhex("08011240"), pair(r))) },
		"turnkey-pub":     func(r random) string { return "02" + r.hex(64) },
	}
	phrases(words, named)
	return named
}

func phrases(words wordLists, named map[string]maker) {
	for _, n := range []int{12, 15, 18, 21, 24} {
		named["bip39-"+strconv.Itoa(n)] = func(r random) string { return words.bip39(r, "english", n) }
	}
	for _, language := range strings.Fields("japanese korean spanish chinese_simplified chinese_traditional french italian czech portuguese") {
		named["bip39-"+language] = func(r random) string { return words.bip39(r, language, pick(r, []int{12, 12, 15, 24})) }
	}
	named["electrum"] = func(r random) string { return words.electrum(r, pick(r, []string{"100", "01"})) }
	named["electrum-old"] = func(r random) string { return strings.Join(words.any(r, "electrum_v1", 12), " ") }
	named["aezeed"] = words.aezeed
	named["algorand"] = words.algorand
	named["monero"] = words.monero
	pool := words.tonPool(4)
	named["ton"] = func(r random) string { return pick(r, pool) }
	named["slip39"] = words.slip39
}

// starkKey is a scalar below the order of the Stark curve, written as most tools do: without leading zeros.
func starkKey(r random) string {
	key := r.bytes(32)
	key[0] &= 7
	return "0x" + strings.TrimLeft(hex.EncodeToString(key), "0")
}

func unhex(s string) []byte { return must(hex.DecodeString(s)) }

func wif(version byte, key []byte, compressed bool) string {
	if compressed {
		key = join(key, []byte{1})
	}
	return base58check(base58Alphabet, []byte{version}, key)
}

func version(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

// extended is a BIP-32 private key of the given depth.
func extended(r random, v uint32, depth byte) string {
	head := make([]byte, 9)
	if depth > 0 {
		head = join([]byte{depth}, r.bytes(4), []byte{0x80, 0, 0, byte(r.IntN(5))})
	}
	return base58check(base58Alphabet, version(v), head, r.bytes(32), []byte{0}, scalar(r))
}

func extendedPublic(r random, v uint32) string {
	head := join([]byte{3}, r.bytes(4), []byte{0x80, 0, 0, 0})
	return base58check(base58Alphabet, version(v), head, r.bytes(32), secp(r).PubKey().SerializeCompressed())
}

func bip38(r random) string {
	head := pick(r, [][]byte{{1, 0x42, 0xe0}, {1, 0x42, 0xc0}, {1, 0x43, 0x20}})
	return base58check(base58Alphabet, head, r.bytes(36))
}

func miniKey(r random) string {
	for {
		if key := "S" + r.of(base58Alphabet, 29); sha([]byte(key + "?"))[0] == 0 {
			return key
		}
	}
}

// pair is an ed25519 seed followed by its public key.
func pair(r random) []byte { return ed25519.NewKeyFromSeed(r.bytes(32)) }

func solanaArray(r random) string {
	var out []string
	for _, b := range pair(r) {
		out = append(out, strconv.Itoa(int(b)))
	}
	return "[" + strings.Join(out, pick(r, []string{",", ", "})) + "]"
}

func xrpNumbers(r random) string {
	groups := make([]string, 8)
	for i := range groups {
		v := r.IntN(65536)
		groups[i] = fmt.Sprintf("%05d%d", v, v*(2*i+1)%9)
	}
	return strings.Join(groups, " ")
}

func clamped(r random) []byte {
	b := r.bytes(96)
	b[0] &= 0xf8
	b[31] = b[31]&0x1f | 0x40
	return b
}

func pvt(curve string, key []byte) string {
	return "PVT_" + curve + "_" + base58(base58Alphabet, join(key, ripemd(join(key, []byte(curve)))[:4]))
}

func filecoin(r random) string {
	key := base64.StdEncoding.EncodeToString(scalar(r))
	return hex.EncodeToString([]byte(`{"Type":"secp256k1","PrivateKey":"` + key + `"}`))
}

// macaroon is LND's version 2 binary form with an identifier that lists what it may do.
func macaroon(r random) []byte {
	id := join([]byte{3, 0x0a, 16}, r.bytes(16), []byte{0x12, 1, '0'})
	for _, entity := range []string{"address", "info", "invoices", "offchain", "onchain"} {
		op := join([]byte{0x0a, byte(len(entity))}, []byte(entity), []byte{0x12, 4}, []byte("read"), []byte{0x12, 5}, []byte("write"))
		id = join(id, []byte{0x1a, byte(len(op))}, op)
	}
	size := binary.AppendUvarint(nil, uint64(len(id)))
	return join([]byte{2, 1, 3, 'l', 'n', 'd', 2}, size, id, []byte{0, 0, 6, 32}, r.bytes(32))
}

func rune32(r random) string {
	return base64.URLEncoding.EncodeToString(join(r.bytes(32), []byte(pick(r, []string{"=0", "=3", "=12&method^list|method^get"}))))
}
