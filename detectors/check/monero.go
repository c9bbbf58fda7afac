package check

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"strings"

	"filippo.io/edwards25519"
)

// monero25 proves Monero's 25 words in any of its languages; monero13 the 13 words of MyMonero.
func monero25(words []string) (Proof, bool) { return moneroPhrase(words, 25) }

func monero13(words []string) (Proof, bool) { return moneroPhrase(words, 13) }

func moneroPhrase(words []string, count int) (Proof, bool) {
	if len(words) != count {
		return Proof{}, false
	}
	words = normalizeWords(words)
	for _, l := range moneroLists {
		indexes, ok := l.indexes(words)
		if !ok || !l.checksumWord(indexes) {
			continue
		}
		entropy := decodeTriples(indexes[:count-1], l.Len(), binary.LittleEndian)
		if entropy == nil {
			continue
		}
		seed := entropy
		if count == 13 {
			seed = keccak256(entropy)
		}
		p := mark(moneroProof(reduceScalar(seed)), entropy)
		if p.Famous == "" && distinct(indexes) <= 3 {
			p.Famous = "test phrase"
		}
		return p, true
	}
	return Proof{}, false
}

// checksumWord says whether the last word repeats the one that the CRC-32 of all words' prefixes points to.
func (w *Wordlist) checksumWord(indexes []int) bool {
	words := w.table().words
	n := len(indexes) - 1
	var all strings.Builder
	for _, i := range indexes[:n] {
		all.WriteString(runePrefix(words[i], w.prefix))
	}
	at := int(crc32.ChecksumIEEE([]byte(all.String())) % uint32(n))
	return runePrefix(words[indexes[at]], w.prefix) == runePrefix(words[indexes[n]], w.prefix)
}

func runePrefix(word string, n int) string {
	for i := range word {
		if n == 0 {
			return word[:i]
		}
		n--
	}
	return word
}

// moneroSpendKey accepts 64 hexadecimal digits that are a canonical ed25519 scalar, little endian: one in 16 random values
// is, so a name must agree.
func moneroSpendKey(value string) (Proof, bool) {
	if len(value) != 64 || value[62] != '0' && value[62] != '1' {
		return Proof{}, false
	}
	raw, err := hex.DecodeString(value)
	if err != nil || zero(raw) {
		return Proof{}, false
	}
	key, err := new(edwards25519.Scalar).SetCanonicalBytes(raw)
	if err != nil {
		return Proof{}, false
	}
	p := moneroProof(key)
	p.Weak = true
	return mark(p, raw), true
}

func reduceScalar(b []byte) *edwards25519.Scalar {
	var wide [64]byte
	copy(wide[:], b)
	s, _ := new(edwards25519.Scalar).SetUniformBytes(wide[:]) // fails only for other lengths
	return s
}

// moneroProof derives the standard mainnet address of a private spend key.
func moneroProof(spend *edwards25519.Scalar) Proof {
	view := reduceScalar(keccak256(spend.Bytes()))
	raw := []byte{0x12}
	for _, k := range []*edwards25519.Scalar{spend, view} {
		raw = append(raw, new(edwards25519.Point).ScalarBaseMult(k).Bytes()...)
	}
	raw = append(raw, keccak256(raw)[:4]...)
	return Proof{Network: "monero", Facts: []Fact{{"monero_address", moneroBase58(raw)}}}
}

// moneroBase58 writes blocks of 8 bytes as 11 digits each, the last one of 5 bytes as 7.
func moneroBase58(raw []byte) string {
	var out strings.Builder
	for len(raw) > 0 {
		n, width := 8, 11
		if len(raw) < n {
			n, width = 5, 7
		}
		number := new(big.Int).SetBytes(raw[:n]).Uint64()
		block := make([]byte, width)
		for i := width - 1; i >= 0; i-- {
			block[i] = bitcoin58.digits[number%58]
			number /= 58
		}
		out.Write(block)
		raw = raw[n:]
	}
	return out.String()
}
