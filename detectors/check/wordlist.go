package check

import (
	"embed"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The lists are the published ones: BIP-39 (bitcoin/bips bip-0039), SLIP-39 (satoshilabs/slips), Electrum's
// old_mnemonic.py and Monero's src/mnemonics, one word per line in the order of their indexes (wordlists/SOURCES.md).
//
//go:embed wordlists/*.txt
var wordlistFiles embed.FS

// Wordlist is one published list of mnemonic words. It is read on first use and safe for concurrent use.
type Wordlist struct {
	Name   string // "bip39/english", "monero/german", "electrum-v1", "slip39"
	prefix int    // Monero only: how many leading characters of a word enter the checksum
	file   string
	cased  bool      // the file is not in the form of NormalizeWord, which takes time
	whole  *Wordlist // the list whose words are written by their first letters here, if it is one of those
	table  func() *wordTable
}

type wordTable struct {
	words []string // as published
	index map[string]int
}

func list(name, file string, prefix int) *Wordlist {
	l := &Wordlist{Name: name, prefix: prefix, file: file}
	l.table = sync.OnceValue(l.read)
	return l
}

// casedList is a list that is published in upper case or composed characters.
func casedList(name, file string, prefix int) *Wordlist {
	l := list(name, file, prefix)
	l.cased = true
	return l
}

// cutLetters is how many letters tell the words of BIP-39's English list and of SLIP-39 apart. Plates of metal have no
// room for more.
const cutLetters = 4

func cutList(whole *Wordlist) *Wordlist {
	l := list(whole.Name+"-cut", whole.file, 0)
	l.whole = whole
	return l
}

func readList(file string) string {
	text, err := wordlistFiles.ReadFile("wordlists/" + file + ".txt")
	if err != nil {
		panic(err) // the list is part of the binary
	}
	return string(text)
}

func (w *Wordlist) read() *wordTable {
	words := strings.Fields(readList(w.file))
	if w.whole != nil {
		words = slices.Collect(w.Words())
	}
	t := &wordTable{words: words, index: make(map[string]int, len(words))}
	for word := range w.Words() {
		t.index[word] = len(t.index)
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
		casedList("monero/german", "monero_german", 4),
		list("monero/italian", "monero_italian", 4),
		casedList("monero/japanese", "monero_japanese", 3),
		list("monero/lojban", "monero_lojban", 4),
		list("monero/portuguese", "monero_portuguese", 4),
		casedList("monero/russian", "monero_russian", 4),
		casedList("monero/spanish", "monero_spanish", 4),
	}
	electrumV1List         = list("electrum-v1", "electrum_v1", 0)
	electrumPortugueseList = list("electrum/portuguese", "electrum_portuguese", 0)
	slip39List             = list("slip39", "slip39", 0)
	cutLists               = []*Wordlist{cutList(bip39Lists[0]), cutList(slip39List)}
	allLists               = slices.Concat(bip39Lists, moneroLists, []*Wordlist{electrumV1List, electrumPortugueseList, slip39List}, cutLists)
)

// Wordlists returns every list, in a fixed order: a list's place is its bit in a [Lists].
func Wordlists() []*Wordlist { return append([]*Wordlist(nil), allLists...) }

// Len says how many words the list has.
func (w *Wordlist) Len() int { return len(w.table().words) }

// Words yields the words in the order of their indexes, as [NormalizeWord] gives them, without building the list's table.
func (w *Wordlist) Words() iter.Seq[string] { return w.lines(func(string) bool { return true }) }

// ASCII yields the words of Words that are in ASCII, in a tenth of the time when the list is published in another script.
func (w *Wordlist) ASCII() iter.Seq[string] { return w.lines(ascii) }

// lines yields the words of the list's lines that keep says.
func (w *Wordlist) lines(keep func(string) bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for word := range strings.Lines(readList(w.file)) {
			word = strings.TrimSuffix(word, "\n")
			if !keep(word) {
				continue
			}
			if w.cased {
				word = NormalizeWord(word)
			}
			if w.whole != nil {
				word = word[:min(len(word), cutLetters)]
			}
			if !yield(word) {
				return
			}
		}
	}
}

func ascii(word string) bool {
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Index returns the place of a word in the list, or -1. The word must be as [NormalizeWord] gives it; it is not kept.
func (w *Wordlist) Index(word []byte) int {
	if i, ok := w.table().index[string(word)]; ok {
		return i
	}
	return -1
}

// indexes looks up every word; false when one is foreign. A list is not read for a run that begins with a foreign word.
func (w *Wordlist) indexes(words []string) ([]int, bool) {
	if len(words) == 0 || !w.holds(words[0]) {
		return nil, false
	}
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

// Uncut returns the whole words of a phrase that is written by their first four letters; false when it is not, or when
// it is whole already. The words must be as [NormalizeWord] gives them.
func Uncut(words []string) ([]string, bool) {
	for _, l := range cutLists {
		indexes, ok := l.indexes(words)
		if !ok {
			continue
		}
		out := make([]string, len(words))
		for i, at := range indexes {
			out[i] = l.whole.table().words[at]
		}
		return out, !slices.Equal(out, words)
	}
	return nil, false
}

// holds says whether the list may hold the word, without reading the list.
func (w *Wordlist) holds(word string) bool {
	for i, l := range allLists {
		if l == w {
			return members().find(wordHash(word))&(1<<i) != 0
		}
	}
	return false
}

// NormalizeWord gives the form in which words are looked up: lower case and NFKD. ASCII in lower case is returned as it is.
func NormalizeWord(word string) string {
	if !ascii(word) {
		word = norm.NFKD.String(word)
	}
	return strings.ToLower(word)
}

// Lists is a set of word lists, one bit each in the order of [Wordlists].
type Lists uint32

// First returns the first list of the set; the set must not be empty.
func (l Lists) First() *Wordlist { return allLists[bits.TrailingZeros32(uint32(l))] }

// Member returns the lists that hold a word given as [NormalizeWord] gives it: one look-up for all lists. A run of words
// belongs together as long as the intersection of their sets is not empty. A foreign word passes with a chance of 2^-47.
func Member(word []byte) Lists {
	if len(word) == 0 || len(word) > maxWord {
		return 0
	}
	return members().find(wordHash(word))
}

// maxWord is the longest list word in bytes, with room for decomposed Hangul.
const maxWord = 48

// memberTable is an open hash table of word hashes: a tenth of the time to build and half the time to ask of a map of strings.
type memberTable struct {
	hashes []uint64 // 0 is free
	lists  []Lists
}

const memberSlots = 1 << 17 // three times the words of all lists

var members = sync.OnceValue(newMembers)

func newMembers() *memberTable {
	t := &memberTable{make([]uint64, memberSlots), make([]Lists, memberSlots)}
	for i, l := range allLists {
		for word := range l.Words() {
			t.add(wordHash(word), 1<<i)
		}
	}
	return t
}

func (t *memberTable) add(hash uint64, list Lists) {
	for at := hash % memberSlots; ; at = (at + 1) % memberSlots {
		if t.hashes[at] == 0 || t.hashes[at] == hash {
			t.hashes[at] = hash
			t.lists[at] |= list
			return
		}
	}
}

func (t *memberTable) find(hash uint64) Lists {
	for at := hash % memberSlots; t.hashes[at] != 0; at = (at + 1) % memberSlots {
		if t.hashes[at] == hash {
			return t.lists[at]
		}
	}
	return 0
}

// wordHash is FNV-1a with its halves folded, so that the low bits depend on all of the word.
func wordHash[T string | []byte](word T) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(word) {
		h = (h ^ uint64(word[i])) * 1099511628211
	}
	return h ^ h>>32 | 1<<63
}
