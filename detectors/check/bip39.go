package check

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
)

// BIP39 proves a mnemonic of 12, 15, 18, 21 or 24 words by its checksum, trying every language whose list holds all
// words; language is the list's name as in "english". Words need no normalising.
func BIP39(words []string) (p Proof, language string, ok bool) {
	return bip39In(bip39Lists, words)
}

func bip39In(lists []*Wordlist, words []string) (p Proof, language string, ok bool) {
	if len(words) < 12 || len(words) > 24 || len(words)%3 != 0 {
		return Proof{}, "", false
	}
	words = normalizeWords(words)
	for _, l := range lists {
		indexes, ok := l.indexes(words)
		if !ok || sorted(indexes) {
			continue
		}
		if entropy, ok := bip39Entropy(indexes); ok {
			return bip39Proof(l, words, indexes, entropy), strings.TrimPrefix(l.Name, "bip39/"), true
		}
	}
	return Proof{}, "", false
}

func normalizeWords(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = NormalizeWord(w)
	}
	return out
}

// sorted says that the run is a piece of a word list and not a mnemonic.
func sorted(indexes []int) bool {
	for i := 1; i < len(indexes); i++ {
		if indexes[i] <= indexes[i-1] {
			return false
		}
	}
	return true
}

func distinct(indexes []int) int {
	seen := make(map[int]bool, len(indexes))
	for _, i := range indexes {
		seen[i] = true
	}
	return len(seen)
}

// bip39Entropy unpacks 11 bits a word; the last bit of every 33 is checksum.
func bip39Entropy(indexes []int) ([]byte, bool) {
	packed := packBits(indexes, 11)
	size := len(indexes) * 11 * 32 / 33 / 8
	sum := sha256.Sum256(packed[:size])
	mask := byte(0xff) << (8 - len(indexes)/3)
	return packed[:size], packed[size]&mask == sum[0]&mask
}

// packBits writes numbers of width bits each, big endian, and fills the last byte with zeros.
func packBits(numbers []int, width uint) []byte {
	out := make([]byte, 0, len(numbers)*int(width)/8+1)
	acc, n := 0, uint(0)
	for _, v := range numbers {
		acc, n = acc<<width|v, n+width
		for n >= 8 {
			n -= 8
			out = append(out, byte(acc>>n))
			acc &= 1<<n - 1
		}
	}
	if n > 0 {
		out = append(out, byte(acc<<(8-n)))
	}
	return out
}

func bip39Indexes(entropy []byte) []int {
	sum := sha256.Sum256(entropy)
	bits := append(append([]byte{}, entropy...), sum[0])
	out := make([]int, len(entropy)*8/32*3)
	for i := range out {
		for bit := i * 11; bit < i*11+11; bit++ {
			out[i] = out[i]<<1 | int(bits[bit/8]>>(7-bit%8)&1)
		}
	}
	return out
}

func bip39Seed(words []string, salt string) []byte {
	seed, err := pbkdf2.Key(sha512.New, strings.Join(words, " "), []byte(salt), 2048, 64)
	if err != nil {
		return nil // only a FIPS policy refuses
	}
	return seed
}

func bip39Proof(l *Wordlist, words []string, indexes []int, entropy []byte) Proof {
	p := seedProof(bip39Seed(words, "mnemonic"))
	p = mark(p, entropy)
	if p.Famous == "" && l != bip39Lists[0] {
		p.Famous = famousEntropy(entropy)
	}
	if distinct(indexes) <= 3 && p.Famous == "" {
		p.Famous = "test phrase"
	}
	if p.Famous == "" {
		p.Facts = append(p.Facts, Fact{"substrate_address", ss58(srPublic(miniSecret(entropy, "")))})
		p.Facts = append(p.Facts, cardanoFirstAddress(entropy)...)
	}
	return p
}

// seedQR checks the digits that SeedSigner's QR codes hold: four for the index of each English word.
func seedQR(value string) (Proof, bool) {
	if len(value) != 48 && len(value) != 96 {
		return Proof{}, false
	}
	var indexes []int
	for i := 0; i < len(value); i += 4 {
		n, err := strconv.ParseUint(value[i:i+4], 10, 16)
		if err != nil || n > 2047 {
			return Proof{}, false
		}
		indexes = append(indexes, int(n))
	}
	if _, ok := bip39Entropy(indexes); !ok {
		return Proof{}, false
	}
	table := bip39Lists[0].table().words
	words := make([]string, len(indexes))
	for i, at := range indexes {
		words[i] = table[at]
	}
	p, _, ok := bip39In(bip39Lists[:1], words)
	return p, ok
}

// famousEntropy recognises a published English phrase written in another language.
func famousEntropy(entropy []byte) string {
	english := bip39Lists[0].table().words
	var words []string
	for _, i := range bip39Indexes(entropy) {
		words = append(words, english[i])
	}
	master, ok := masterKey(bip39Seed(words, "mnemonic"))
	if !ok {
		return ""
	}
	at, ok := master.child(44|hard, 60|hard, hard, 0, 0)
	if !ok {
		return ""
	}
	return famousName(evmAddress(at.public()))
}

// seedProof derives the first account of the usual paths from a BIP-39 seed without passphrase.
func seedProof(seed []byte) Proof {
	master, ok := masterKey(seed)
	if !ok {
		return Proof{}
	}
	p := Proof{Facts: hdFacts(master)}
	p.Facts = append(p.Facts,
		Fact{"solana_address", bitcoin58.encode(edPublic(edSeed(seed, 44, 501, 0, 0)))},
		Fact{"stellar_account", stellarAccount(edPublic(edSeed(seed, 44, 148, 0)))},
		Fact{"fingerprint", hex.EncodeToString(master.fingerprint())})
	return p
}

// hdFacts lists the first account of the usual secp256k1 paths.
func hdFacts(master hdKey) []Fact {
	var facts []Fact
	add := func(name string, address func(hdKey) string, path ...uint32) {
		if at, ok := master.child(path...); ok {
			facts = append(facts, Fact{name, address(at)})
		}
	}
	add("evm_address", func(k hdKey) string { return evmAddress(k.public()) }, 44|hard, 60|hard, hard, 0, 0)
	add("btc_p2wpkh", func(k hdKey) string { return bitcoin.payToWitness(k.public().SerializeCompressed()) }, 84|hard, hard, hard, 0, 0)
	add("btc_p2pkh", func(k hdKey) string { return bitcoin.payToKeyHash(k.public().SerializeCompressed()) }, 44|hard, hard, hard, 0, 0)
	add("btc_p2sh_p2wpkh", func(k hdKey) string { return bitcoin.payToNested(k.public().SerializeCompressed()) }, 49|hard, hard, hard, 0, 0)
	add("btc_p2tr", func(k hdKey) string { return bitcoin.payToTaproot(k.public()) }, 86|hard, hard, hard, 0, 0)
	add("cosmos_address", func(k hdKey) string { return cosmosAddress("cosmos", k.public()) }, 44|hard, 118|hard, hard, 0, 0)
	add("nostr_npub", func(k hdKey) string { return npub(k.public()) }, 44|hard, 1237|hard, hard, 0, 0)
	return facts
}

// Words splits text into what may be mnemonic words: runs of letters and marks. Text in Chinese characters without
// spaces gives one word per character.
func Words(text string) []string {
	var words []string
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if han := []rune(field); unicode.Is(unicode.Han, han[0]) {
			for _, r := range han {
				words = append(words, string(r))
			}
			continue
		}
		words = append(words, field)
	}
	return words
}

// maxPhrase bounds the text that is split into words, in bytes: 33 words of the longest list with separators.
const maxPhrase = 2048

func phraseCheck(prove func([]string) (Proof, bool)) Func {
	return func(value string) (Proof, bool) {
		if len(value) < 12 || len(value) > maxPhrase {
			return Proof{}, false
		}
		return prove(Words(value))
	}
}

func bip39Phrase(lists ...*Wordlist) Func {
	return phraseCheck(func(words []string) (Proof, bool) {
		p, _, ok := bip39In(lists, words)
		return p, ok
	})
}
