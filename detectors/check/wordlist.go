package check

import (
	"embed"
	"math/bits"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// The lists are the published ones: BIP-39 (bitcoin/bips bip-0039), SLIP-39 (satoshilabs/slips), Electrum's
// old_mnemonic.py and Monero's src/mnemonics, byte for byte one word per line in the order of their indexes.
//
//go:embed wordlists/*.txt
var wordlistFiles embed.FS

// Wordlist is one published list of mnemonic words. It is read on first use and safe for concurrent use.
type Wordlist struct {
	Name   string // "bip39/english", "monero/german", "electrum-v1", "slip39"
	prefix int    // Monero only: how many leading characters of a word enter the checksum
	table  func() *wordTable
}

type wordTable struct {
	words []string // as published
	index map[string]int
}

func list(name, file string, prefix int) *Wordlist {
	return &Wordlist{Name: name, prefix: prefix, table: sync.OnceValue(func() *wordTable { return readWords(file) })}
}

func readWords(file string) *wordTable {
	text, err := wordlistFiles.ReadFile("wordlists/" + file + ".txt")
	if err != nil {
		panic(err) // the list is part of the binary
	}
	words := strings.Fields(string(text))
	t := &wordTable{words: words, index: make(map[string]int, len(words))}
	for i, w := range words {
		t.index[NormalizeWord(w)] = i
	}
	return t
}

var (
	bip39Lists = []*Wordlist{
		list("bip39/english", "bip39_english", 0),
		list("bip39/japanese", "bip39_japanese", 0),
		list("bip39/korean", "bip39_korean", 0),
		list("bip39/spanish", "bip39_spanish", 0),
		list("bip39/chinese_simplified", "bip39_chinese_simplified", 0),
		list("bip39/chinese_traditional", "bip39_chinese_traditional", 0),
		list("bip39/french", "bip39_french", 0),
		list("bip39/italian", "bip39_italian", 0),
		list("bip39/czech", "bip39_czech", 0),
		list("bip39/portuguese", "bip39_portuguese", 0),
	}
	moneroLists = []*Wordlist{
		list("monero/english", "monero_english", 3),
		list("monero/english_old", "monero_english_old", 4),
		list("monero/chinese_simplified", "monero_chinese_simplified", 1),
		list("monero/dutch", "monero_dutch", 4),
		list("monero/esperanto", "monero_esperanto", 4),
		list("monero/french", "monero_french", 4),
		list("monero/german", "monero_german", 4),
		list("monero/italian", "monero_italian", 4),
		list("monero/japanese", "monero_japanese", 3),
		list("monero/lojban", "monero_lojban", 4),
		list("monero/portuguese", "monero_portuguese", 4),
		list("monero/russian", "monero_russian", 4),
		list("monero/spanish", "monero_spanish", 4),
	}
	electrumV1List         = list("electrum-v1", "electrum_v1", 0)
	electrumPortugueseList = list("electrum/portuguese", "electrum_portuguese", 0)
	slip39List             = list("slip39", "slip39", 0)
	allLists               = append(append(append([]*Wordlist{}, bip39Lists...), moneroLists...), electrumV1List, electrumPortugueseList, slip39List)
)

// Wordlists returns every list, in a fixed order: a list's place is its bit in a [Lists].
func Wordlists() []*Wordlist { return append([]*Wordlist(nil), allLists...) }

// Len says how many words the list has.
func (w *Wordlist) Len() int { return len(w.table().words) }

// Index returns the place of a word in the list, or -1. The word must be as [NormalizeWord] gives it; it is not kept.
func (w *Wordlist) Index(word []byte) int {
	if i, ok := w.table().index[string(word)]; ok {
		return i
	}
	return -1
}

func (w *Wordlist) indexes(words []string) ([]int, bool) {
	table := w.table()
	out := make([]int, len(words))
	for i, word := range words {
		at, ok := table.index[word]
		if !ok {
			return nil, false
		}
		out[i] = at
	}
	return out, true
}

// NormalizeWord gives the form in which words are looked up: lower case and NFKD. ASCII in lower case is returned as it is.
func NormalizeWord(word string) string {
	for i := 0; i < len(word); i++ {
		if c := word[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return norm.NFKD.String(strings.ToLower(norm.NFKC.String(word)))
		}
	}
	return word
}

// Lists is a set of word lists, one bit each in the order of [Wordlists].
type Lists uint32

// First returns the first list of the set; the set must not be empty.
func (l Lists) First() *Wordlist { return allLists[bits.TrailingZeros32(uint32(l))] }

// Member returns the lists that hold a word given as [NormalizeWord] gives it: one look-up for all lists. A run of words
// belongs together as long as the intersection of their sets is not empty.
func Member(word []byte) Lists {
	if len(word) == 0 || len(word) > maxWord {
		return 0
	}
	return members()[string(word)]
}

// maxWord is the longest list word in bytes, with room for decomposed Hangul.
const maxWord = 48

var members = sync.OnceValue(func() map[string]Lists {
	all := make(map[string]Lists, 48<<10)
	for i, l := range allLists {
		for word := range l.table().index {
			all[word] |= 1 << i
		}
	}
	return all
})
