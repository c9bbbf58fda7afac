package check

import (
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

func npub(pub *secp256k1.PublicKey) string {
	return encodeBech32("npub", pub.SerializeCompressed()[1:])
}

// nostrSecret checks nsec1 text (NIP-19).
func nostrSecret(value string) (Proof, bool) {
	if len(value) != 63 || !strings.HasPrefix(value, "nsec1") {
		return Proof{}, false
	}
	_, raw, ok := decodeBech32(value, bech32Const)
	if !ok {
		return Proof{}, false
	}
	return nostrProof(raw)
}

// nostrHex accepts 64 hexadecimal digits: a name must agree.
func nostrHex(value string) (Proof, bool) {
	raw, ok := hex32(value)
	if !ok {
		return Proof{}, false
	}
	p, ok := nostrProof(raw)
	p.Weak = true
	return p, ok
}

func nostrProof(raw []byte) (Proof, bool) {
	key, ok := secpScalar(raw)
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	p := Proof{Network: "nostr", Facts: []Fact{{"nostr_npub", npub(pub)}, {"public_key", hex.EncodeToString(pub.SerializeCompressed()[1:])}}}
	return markSecp(p, pub, &key), true
}

// nostrEncrypted checks ncryptsec1 text (NIP-49), a key under a password.
func nostrEncrypted(value string) (Proof, bool) {
	if len(value) != 162 || !strings.HasPrefix(value, "ncryptsec1") {
		return Proof{}, false
	}
	_, raw, ok := decodeBech32(value, bech32Const)
	if !ok || len(raw) != 91 || raw[0] != 2 {
		return Proof{}, false
	}
	return Proof{Network: "nostr", Encrypted: true}, true
}

// nostrWalletConnect checks a NIP-47 URI: the wallet's public key, a relay, and a secret that spends.
func nostrWalletConnect(value string) (Proof, bool) {
	if len(value) > 2048 {
		return Proof{}, false
	}
	rest, ok := strings.CutPrefix(value, "nostr+walletconnect://")
	if !ok {
		if rest, ok = strings.CutPrefix(value, "nostrwalletconnect://"); !ok {
			return Proof{}, false
		}
	}
	wallet, query, _ := strings.Cut(rest, "?")
	wallet = strings.TrimSuffix(wallet, "/")
	fields, err := url.ParseQuery(query)
	if err != nil || !isHex(wallet, 64) || !onCurve(wallet) || fields.Get("relay") == "" {
		return Proof{}, false
	}
	raw, ok := hex32(fields.Get("secret"))
	if !ok {
		return Proof{}, false
	}
	p, ok := nostrProof(raw)
	p.Facts = append([]Fact{{"wallet_public_key", wallet}}, p.Facts...)
	return p, ok
}

func onCurve(x string) bool {
	raw, err := hex.DecodeString("02" + x)
	if err != nil {
		return false
	}
	_, err = secp256k1.ParsePubKey(raw)
	return err == nil
}
