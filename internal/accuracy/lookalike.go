package accuracy

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// lookalikes are shapes of values that are public by nature.
func lookalikes() map[string]maker {
	return map[string]maker{
		"address":    func(r random) string { return eip55(r.bytes(20)) },
		"padded":     func(r random) string { return strings.Repeat("0", 24) + r.hex(40) },
		"bytecode":   bytecode,
		"pem-public": ecPublicPEM,
		"ssh-public": edSSHPublic,
		"btc":        func(r random) string { return base58check(base58Alphabet, []byte{0}, r.bytes(20)) },
		"bech32-btc": func(r random) string { return "bc1q" + r.of(bech32Alphabet, 38) },
		"sol":        func(r random) string { return base58(base58Alphabet, pair(r)[32:]) },
		"sol-sig":    func(r random) string { return base58(base58Alphabet, r.bytes(64)) },
		"cid":        func(r random) string { return "Qm" + r.of(base58Alphabet, 44) },
		"cidv1":      func(r random) string { return "bafybei" + r.of(lower+"234567", 52) },
		"sri":        func(r random) string { return "sha512-" + r.base64(64) },
		"sri256":     func(r random) string { return "sha256-" + r.base64(32) },
		"gosum":      func(r random) string { return "h1:" + r.base64(32) },
		"dsn": func(r random) string {
			return fmt.Sprintf("https://%s@o%s.ingest.sentry.io/%s", r.hex(32), r.of("123456789", 6), r.of("123456789", 7))
		},
		"image": func(r random) string {
			return "data:image/png;base64,iVBORw0KGgo" + base64.StdEncoding.EncodeToString(r.bytes(150+r.IntN(600)))
		},
		"font": func(r random) string {
			return "data:font/woff2;base64,d09GMgABAAAA" + base64.StdEncoding.EncodeToString(r.bytes(300+r.IntN(900)))
		},
		"pubkey":     func(r random) string { return hex.EncodeToString(secp(r).PubKey().SerializeCompressed()) },
		"pubkey-raw": func(r random) string { return hex.EncodeToString(secp(r).PubKey().SerializeUncompressed()) },
		"xrp-addr":   func(r random) string { return base58check(xrpAlphabet, []byte{0}, r.bytes(20)) },
		"cert":       func(r random) string { return armor("CERTIFICATE", r.bytes(600)) },
	}
}

// broken are the shapes of keys with one character changed, so that their check fails.
func broken(named map[string]maker, words wordLists) map[string]maker {
	out := map[string]maker{
		"bad-bip39":  func(r random) string { return brokenPhrase(r, words) },
		"bad-solana": func(r random) string { return brokenArray(r) },
	}
	for _, kind := range strings.Fields("wif xprv stellar nsec sui xrp tezos") {
		out["bad-"+kind] = func(r random) string { return changed(r, named[kind](r)) }
	}
	return out
}

// changed swaps two neighbours that differ, in the middle of the value.
func changed(r random, v string) string {
	b := []byte(v)
	for i := len(b)/2 + r.IntN(6); i+1 < len(b); i++ {
		if b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			break
		}
	}
	return string(b)
}

// brokenPhrase is twelve words of the list whose checksum is wrong.
func brokenPhrase(r random, words wordLists) string {
	for {
		ws := wordsOf(words.bip39(r, "english", 12))
		ws[0], ws[1] = ws[1], ws[0]
		if phrase := strings.Join(ws, " "); !words.valid(phrase) {
			return phrase
		}
	}
}

func brokenArray(r random) string {
	out := make([]string, 64)
	for i := range out {
		out[i] = strconv.Itoa(r.IntN(256))
	}
	return "[" + strings.Join(out, ",") + "]"
}

// bytecode looks like a compiled contract.
func bytecode(r random) string {
	return "608060405234801561001057600080fd5b50" + r.hex(800+2*r.IntN(1200))
}
