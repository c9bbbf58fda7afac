package check

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// electrumLists are the lists Electrum itself makes phrases from.
var electrumLists = []*Wordlist{bip39Lists[0], bip39Lists[1], bip39Lists[3], bip39Lists[4], electrumPortugueseList}

// electrumV2 proves a phrase of Electrum since 2.0 by its version number: the first hexadecimal digits of
// HMAC-SHA512("Seed version", phrase). Electrum asks for no list, so that "x8" is a seed to it; here every word must be of one.
func electrumV2(words []string) (Proof, bool) {
	if n := len(words); n != 12 && n != 13 && n != 24 {
		return Proof{}, false
	}
	words = normalizeWords(words)
	for _, l := range electrumLists {
		indexes, ok := l.indexes(words)
		if !ok || sorted(indexes) {
			continue
		}
		phrase := electrumPhrase(words)
		if kind := electrumKind(phrase, len(words)); kind != "" {
			p := electrumProof(kind, phrase)
			if distinct(indexes) <= 3 {
				p.Famous = "test phrase"
			}
			return p, true
		}
	}
	return Proof{}, false
}

func electrumKind(phrase string, words int) string {
	version := hex.EncodeToString(hmac512([]byte("Seed version"), []byte(phrase))[:2])
	switch {
	case strings.HasPrefix(version, "01"):
		return "standard"
	case strings.HasPrefix(version, "100"):
		return "segwit"
	case strings.HasPrefix(version, "101") && (words == 12 || words >= 20):
		return "2fa"
	case strings.HasPrefix(version, "102"):
		return "2fa_segwit"
	}
	return ""
}

// electrumPhrase drops combining marks and joins words: with spaces, unless they are Chinese, Japanese or Korean.
func electrumPhrase(words []string) string {
	var out strings.Builder
	for i, word := range words {
		for j, r := range word {
			if j == 0 && i > 0 && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
				out.WriteByte(' ')
			}
			if !unicode.Is(unicode.Mn, r) {
				out.WriteRune(r)
			}
		}
	}
	return out.String()
}

func electrumProof(kind, phrase string) Proof {
	p := Proof{Network: "bitcoin", Facts: []Fact{{"seed_type", kind}}}
	master, ok := masterKey(bip39Seed([]string{phrase}, "electrum"))
	if !ok {
		return p
	}
	switch kind {
	case "standard":
		if at, ok := master.child(0, 0); ok {
			p.Facts = append(p.Facts, Fact{"btc_p2pkh", bitcoin.payToKeyHash(at.public().SerializeCompressed())})
		}
	case "segwit":
		if at, ok := master.child(hard, 0, 0); ok {
			p.Facts = append(p.Facts, Fact{"btc_p2wpkh", bitcoin.payToWitness(at.public().SerializeCompressed())})
		}
	}
	p.Facts = append(p.Facts, Fact{"fingerprint", hex.EncodeToString(master.fingerprint())})
	return mark(p, nil)
}

// electrumV1 accepts 12 or 24 words of the list used before Electrum 2.0. There is no checksum, so the proof is weak.
func electrumV1(words []string) (Proof, bool) {
	if n := len(words); n != 12 && n != 24 {
		return Proof{}, false
	}
	indexes, ok := electrumV1List.indexes(normalizeWords(words))
	if !ok || sorted(indexes) {
		return Proof{}, false
	}
	seed := decodeTriples(indexes, electrumV1List.Len(), binary.BigEndian)
	if seed == nil {
		return Proof{}, false
	}
	p := Proof{Network: "bitcoin", Weak: true, Facts: electrumV1Address(seed)}
	p = mark(p, seed)
	if p.Famous == "" && distinct(indexes) <= 3 {
		p.Famous = "test phrase"
	}
	return p, true
}

// decodeTriples reads three words as one number of 32 bits in base n, each digit relative to the word before; nil when a
// triple does not fit 32 bits.
func decodeTriples(indexes []int, n int, order binary.AppendByteOrder) []byte {
	var out []byte
	for i := 0; i+2 < len(indexes); i += 3 {
		a, b, c := indexes[i], indexes[i+1], indexes[i+2]
		x := a + n*((b-a+n)%n) + n*n*((c-b+n)%n)
		if x > 0xffffffff {
			return nil
		}
		out = order.AppendUint32(out, uint32(x))
	}
	return out
}

// electrumV1Address derives the first receiving address: 100,000 rounds of SHA-256 over the seed as hexadecimal text give the
// master key, and a hash of the master public key and the place in the chain is added to it.
func electrumV1Address(seed []byte) []Fact {
	text := []byte(hex.EncodeToString(seed))
	stretched := text
	for range 100_000 {
		sum := sha256.Sum256(append(stretched[:len(stretched):len(stretched)], text...))
		stretched = sum[:]
	}
	key, ok := secpScalar(stretched)
	if !ok {
		return nil
	}
	master := secpPublic(&key).SerializeUncompressed()[1:]
	sum := sha256d(append([]byte("0:0:"), master...))
	var offset secp256k1.ModNScalar
	offset.SetByteSlice(sum[:])
	key.Add(&offset)
	return []Fact{{"btc_p2pkh", bitcoin.payToKeyHash(secpPublic(&key).SerializeUncompressed())}, {"master_public_key", hex.EncodeToString(master)}}
}
