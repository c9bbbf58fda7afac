package accuracy

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
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

// bytecode looks like a compiled contract.
func bytecode(r random) string {
	return "608060405234801561001057600080fd5b50" + r.hex(800+2*r.IntN(1200))
}
