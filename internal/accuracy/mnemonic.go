package accuracy

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"math/big"
	"slices"
	"strings"
)

// wordLists holds word lists by the name of their file, without .txt.
type wordLists map[string][]string

// readWordLists reads every list of a folder, one word per line.
func readWordLists(fsys fs.FS) (wordLists, error) {
	lists := wordLists{}
	names, err := fs.Glob(fsys, "*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		lists[strings.TrimSuffix(name, ".txt")] = strings.Fields(string(text))
	}
	return lists, nil
}

// bip39 writes a phrase of 12, 15, 18, 21 or 24 words with a valid checksum.
func (w wordLists) bip39(r random, language string, words int) string {
	entropy := r.bytes(words * 11 * 32 / 33 / 8)
	sep := " "
	if language == "japanese" {
		sep = "\u3000"
	}
	return strings.Join(w.pick("bip39_"+language, bigEndianBits(join(entropy, sha(entropy)), words)), sep)
}

// valid checks an English phrase of twelve words.
func (w wordLists) valid(phrase string) bool {
	bits := new(big.Int)
	for _, word := range wordsOf(phrase) {
		bits.Or(bits.Lsh(bits, 11), big.NewInt(int64(slices.Index(w["bip39_english"], word))))
	}
	sum := byte(bits.Uint64() & 15)
	entropy := bits.Rsh(bits, 4).FillBytes(make([]byte, 16))
	return sha(entropy)[0]>>4 == sum
}

// bigEndianBits splits data into n groups of eleven bits.
func bigEndianBits(data []byte, n int) []int {
	out := make([]int, n)
	for i := range out {
		for b := i * 11; b < i*11+11; b++ {
			out[i] = out[i]<<1 | int(data[b/8]>>(7-b%8)&1)
		}
	}
	return out
}

func littleEndianBits(data []byte, n int) []int {
	out := make([]int, n)
	for i := range out {
		for b := i*11 + 10; b >= i*11; b-- {
			bit := 0
			if b/8 < len(data) {
				bit = int(data[b/8] >> (b % 8) & 1)
			}
			out[i] = out[i]<<1 | bit
		}
	}
	return out
}

func (w wordLists) pick(list string, indices []int) []string {
	words := make([]string, len(indices))
	for i, index := range indices {
		words[i] = w[list][index]
	}
	return words
}

func (w wordLists) any(r random, list string, n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = pick(r, w[list])
	}
	return words
}

// electrum tries phrases until the version hash starts with prefix: 100 is segwit, 01 standard.
func (w wordLists) electrum(r random, prefix string) string {
	for {
		phrase := strings.Join(w.any(r, "bip39_english", 12), " ")
		h := hmac.New(sha512.New, []byte("Seed version"))
		h.Write([]byte(phrase))
		sum := h.Sum(nil)
		if prefix == "01" && sum[0] == 1 || prefix == "100" && sum[0] == 0x10 && sum[1]>>4 == 0 {
			return phrase
		}
	}
}

// aezeed is version 0, 23 bytes of ciphertext, 5 of salt and a CRC-32C.
func (w wordLists) aezeed(r random) string {
	data := join([]byte{0}, r.bytes(28))
	data = binary.BigEndian.AppendUint32(data, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
	return strings.Join(w.pick("bip39_english", bigEndianBits(data, 24)), " ")
}

func (w wordLists) algorand(r random) string {
	key := r.bytes(32)
	sum := sha512.Sum512_256(key)
	indices := append(littleEndianBits(key, 24), int(sum[0])|int(sum[1]&7)<<8)
	return strings.Join(w.pick("bip39_english", indices), " ")
}

// monero writes 25 words; the last repeats the one that a CRC-32 of the words' prefixes points at.
func (w wordLists) monero(r random) string {
	list := w["monero_english"]
	words := make([]string, 0, 25)
	n := uint32(len(list))
	for i := range 8 {
		v := r.Uint32() >> 1
		if i == 7 {
			v >>= 4 // the key stays below the curve's order
		}
		a := v % n
		b := (v/n + a) % n
		c := (v/n/n + b) % n
		words = append(words, list[a], list[b], list[c])
	}
	h := crc32.NewIEEE()
	for _, word := range words {
		_, _ = h.Write([]byte(word[:min(3, len(word))]))
	}
	return strings.Join(append(words, words[h.Sum32()%24]), " ")
}

// tonPool makes n phrases; one takes some 256 slow tries.
func (w wordLists) tonPool(n int) []string {
	pool := make([]string, n)
	for i := range pool {
		pool[i] = w.ton(newRandom(uint64(i), "ton"))
	}
	return pool
}

func (w wordLists) ton(r random) string {
	for {
		phrase := strings.Join(w.any(r, "bip39_english", 24), " ")
		entropy := hmac.New(sha512.New, []byte(phrase)).Sum(nil)
		if seed := must(pbkdf2.Key(sha512.New, string(entropy), []byte("TON seed version"), 390, 64)); seed[0] == 0 {
			return phrase
		}
	}
}

// slip39 writes the one share of a 1-of-1 backup: 20 words with an RS1024 checksum.
func (w wordLists) slip39(r random) string {
	id := r.IntN(1 << 15)
	indices := []int{id >> 5, id&31<<5 | 1, 0, 0}
	indices = append(indices, r.IntN(256)) // the top two bits pad a 128-bit secret
	for len(indices) < 17 {
		indices = append(indices, r.IntN(1024))
	}
	sum := rs1024("shamir", append(append([]int{}, indices...), 0, 0, 0)) ^ 1
	for i := range 3 {
		indices = append(indices, int(sum>>(10*(2-i)))&1023)
	}
	return strings.Join(w.pick("slip39", indices), " ")
}

func rs1024(customisation string, values []int) uint32 {
	gen := []uint32{0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120}
	c := uint32(1)
	step := func(v uint32) {
		top := c >> 20
		c = c&0xfffff<<10 ^ v
		for i, g := range gen {
			if top>>i&1 == 1 {
				c ^= g
			}
		}
	}
	for i := range len(customisation) {
		step(uint32(customisation[i]))
	}
	for _, v := range values {
		step(uint32(v))
	}
	return c
}

// wordsOf splits a phrase into words whatever its separator is.
func wordsOf(phrase string) []string { return strings.Fields(phrase) }
