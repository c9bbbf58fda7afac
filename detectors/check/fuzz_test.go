package check

import (
	"crypto/ed25519"
	crand "crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// costly are checks whose proof takes tens of milliseconds: they have their own target.
var costly = map[string]bool{"ton-mnemonic-24": true, "electrum-v1": true, "mnemonic": true}

// FuzzEveryCheck gives any text to every check: none may panic, and a second run must say the same.
func FuzzEveryCheck(f *testing.F) {
	for _, v := range readVectors(f) {
		f.Add(v.Value)
	}
	for _, text := range []string{"", "S", "0x", "[", "{", "MS1", "ed25519:", "//", "PVT_K1_", "nostr+walletconnect://?", "lnurl1", "-----BEGIN PRIVATE KEY-----", "eyJ..", "\xff\xfe"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range Names() {
			if costly[name] {
				continue
			}
			check, _ := ByName(name)
			if p, ok := check(text); ok && p.Network == "" && len(p.Facts) == 0 && !p.Weak && !p.Encrypted && name != "uuid" && !strings.HasSuffix(name, "-private-key") {
				t.Errorf("%s proves nothing of %q", name, text)
			}
		}
	})
}

// FuzzBinary gives any bytes to the readers of binary formats.
func FuzzBinary(f *testing.F) {
	rsaKey, err := rsa.GenerateKey(crand.Reader, 1024)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(x509.MarshalPKCS1PrivateKey(rsaKey))
	_, edKey, _ := ed25519.GenerateKey(crand.Reader)
	if der, err := x509.MarshalPKCS8PrivateKey(edKey); err == nil {
		f.Add(der)
	}
	if block, err := ssh.MarshalPrivateKey(edKey, ""); err == nil {
		f.Add(block.Bytes)
	}
	for _, v := range readVectors(f) {
		if raw, err := hex.DecodeString(v.Value); err == nil && len(raw) > 40 {
			f.Add(raw)
		}
	}
	f.Add([]byte("\xc5\x20\x04\x00\x00\x00\x00\x12\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x00\x03\x07\x03\x01\x08\x07\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		derKey(raw)
		openSSH(raw)
		libp2p(raw)
		walletDat(string(raw))
		if text, ok := WriteWIF(raw, true, false); ok {
			if _, key, _, ok := parseWIF(text); !ok || key.Bytes() != [32]byte(raw) {
				t.Errorf("%x is written as another key", raw)
			}
		}
		encryptedPKCS8(raw)
		if body, ok := pgpPacket(raw); ok && len(body) > 6 {
			pgpPublicSize(body)
		}
		if len(raw) > 0 {
			macaroon(raw)
		}
	})
}

// reencode writes what a check with one canonical spelling decoded.
var reencode = map[string]func(string) string{
	"wif":                   func(s string) string { return bitcoin58.encodeCheck(bitcoin58.decodeCheck(s)) },
	"xprv":                  func(s string) string { return bitcoin58.encodeCheck(bitcoin58.decodeCheck(s)) },
	"bip38":                 func(s string) string { return bitcoin58.encodeCheck(bitcoin58.decodeCheck(s)) },
	"xrp-seed":              func(s string) string { return ripple58.encodeCheck(ripple58.decodeCheck(s)) },
	"eos-pvt-k1":            func(s string) string { return s[:7] + bitcoin58.encode(bitcoin58.decode(s[7:])) },
	"tezos-secret-key":      func(s string) string { return bitcoin58.encodeCheck(bitcoin58.decodeCheck(s)) },
	"solana-keypair-base58": func(s string) string { return bitcoin58.encode(bitcoin58.decode(s)) },
	"wif-altcoin":           base58Again, "eos-legacy-wif": base58Again, "bip32-xprv": base58Again, "slip132-xprv": base58Again, "bip38-encrypted": base58Again,
	"tezos-encrypted-key": base58Again, "zcash-sprout-key": base58Again,
	"near-secret-key": func(s string) string {
		curve, key, _ := strings.Cut(s, ":")
		return curve + ":" + bitcoin58.encode(bitcoin58.decode(key))
	},
	"avalanche-privatekey": func(s string) string {
		return "PrivateKey-" + bitcoin58.encode(bitcoin58.decode(strings.TrimPrefix(s, "PrivateKey-")))
	},
	"cardano-bech32-xsk": bech32Again,
	"nostr-nsec":         bech32Again, "age-secret-key": bech32Again, "sui-privkey": bech32Again, "zcash-sapling-extsk": bech32Again,
	"cardano-bech32-sk": bech32Again, "lnurl": bech32Again, "nostr-ncryptsec": bech32Again,
	"stellar-seed": func(s string) string {
		raw, _ := base32Plain.DecodeString(s)
		return base32Plain.EncodeToString(raw)
	},
}

func base58Again(s string) string { return bitcoin58.encodeCheck(bitcoin58.decodeCheck(s)) }

func bech32Again(s string) string {
	hrp, payload, _ := decodeBech32(s, bech32Const)
	out := encodeBech32(hrp, payload)
	if strings.ToUpper(s) == s {
		return strings.ToUpper(out)
	}
	return out
}

// FuzzCanonical changes valid values: what is still accepted must be the one spelling of what it decodes to.
func FuzzCanonical(f *testing.F) {
	for _, v := range readVectors(f) {
		if reencode[v.check()] != nil {
			f.Add(v.check(), v.Value)
		}
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		again := reencode[name]
		if again == nil {
			return
		}
		check, ok := ByName(name)
		if !ok {
			return
		}
		if _, ok := check(text); ok && again(text) != text {
			t.Errorf("%s accepts %q, which decodes to %q", name, text, again(text))
		}
	})
}

// FuzzBase58 compares the fast decoder with the slow encoder.
func FuzzBase58(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) == 0 || len(raw) > 180 {
			return
		}
		for _, a := range []*base58Alphabet{bitcoin58, ripple58} {
			if got := a.decode(a.encode(raw)); string(got) != string(raw) {
				t.Errorf("%x comes back as %x", raw, got)
			}
		}
	})
}

// FuzzMnemonic makes runs of list words from numbers; what is accepted must be of a known kind and never a sorted run of BIP-39.
func FuzzMnemonic(f *testing.F) {
	f.Add(uint8(0), uint8(12), uint64(1))
	f.Add(uint8(10), uint8(25), uint64(2))
	f.Fuzz(func(t *testing.T, list, count uint8, seed uint64) {
		l := allLists[int(list)%len(allLists)]
		words := make([]string, count%40)
		random := rand.New(rand.NewPCG(seed, 0))
		for i := range words {
			words[i] = l.table().words[random.IntN(l.Len())]
		}
		kind, p, ok := Mnemonic(words)
		if ok && (kind == "" || p.Network == "" && len(p.Facts) == 0) {
			t.Errorf("%d words of %s are %q: %+v", len(words), l.Name, kind, p)
		}
	})
}

// BenchmarkReject gives every check wrong candidates of the right look: what most text is.
func BenchmarkReject(b *testing.B) {
	candidates := wrongCandidates(b)
	for _, name := range Names() {
		check, _ := ByName(name)
		b.Run(name, func(b *testing.B) {
			values := candidates[name]
			if len(values) == 0 {
				values = []string{strings.Repeat("A", 64), strings.Repeat("5Kb8", 13)[:51]}
			}
			for i := 0; b.Loop(); i++ {
				if _, ok := check(values[i%len(values)]); ok && !weakChecks[name] {
					b.Fatalf("accepted %q", values[i%len(values)])
				}
			}
		})
	}
}

// weakChecks accept nearly anything of their shape.
var weakChecks = map[string]bool{}

// wrongCandidates spoils one character in the middle of every valid vector.
func wrongCandidates(b *testing.B) map[string][]string {
	out := map[string][]string{}
	for _, v := range readVectors(b) {
		check, ok := ByName(v.check())
		if !v.Valid || !ok || len(v.Value) < 8 {
			continue
		}
		spoilt := []byte(v.Value)
		for at := len(spoilt) / 2; at < len(spoilt); at++ {
			spoilt[at] = v.Value[at-1]
			if _, ok := check(string(spoilt)); !ok {
				out[v.check()] = append(out[v.check()], string(spoilt))
				break
			}
		}
	}
	return out
}
