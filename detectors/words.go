package detectors

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/keysweep/keysweep/detectors/check"
)

// A mnemonic is a run of list words with nothing but punctuation, numbers and white space between them. Natural prose
// has practically no run of twelve, so the run itself is the rare event and no name is needed beside it.
const (
	minRun      = 12
	maxRun      = 80 // words; a longer run is a word list
	maxWord     = 24 // bytes of a word
	maxGap      = 40 // bytes between two words
	probeStep   = 24 // below the length of the shortest run less a word, so that every run is met
	spotWords   = 6  // words that make a run worth reading in full
	filterBits  = 19
	filterWords = 1 << filterBits
)

// wordFilter is a Bloom filter with one hash over all list words: most other words cost one look-up.
var wordFilter = sync.OnceValue(func() *[filterWords / 64]uint64 {
	f := new([filterWords / 64]uint64)
	for _, list := range check.Wordlists() {
		for word := range list.Words() {
			h := wordHash([]byte(word))
			f[h/64] |= 1 << (h % 64)
		}
	}
	return f
})

func wordHash(word []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range word {
		h = (h ^ uint32(c|0x20)) * 16777619
	}
	return h >> (32 - filterBits)
}

// wordRuns calls yield with the words of every maximal run of at least least list words that has a word in
// data[from:to].
func wordRuns(data []byte, from, to, least int, yield func([]Span)) {
	filter := wordFilter()
	for p := from; p < to; {
		w := wordAt(data, p)
		if w.Start >= to || w.Start == w.End {
			p = max(p+probeStep, w.Start)
			continue
		}
		if !listWord(data, w, filter) {
			p = max(p, w.Start) + probeStep
			continue
		}
		run := wordRun(data, w, filter)
		if len(run) >= least {
			yield(run)
		}
		p = max(p+probeStep, run[len(run)-1].End)
	}
}

// listWord reports whether a list holds the word.
func listWord(data []byte, w Span, filter *[filterWords / 64]uint64) bool {
	text := data[w.Start:w.End]
	if len(text) > 2*maxWord {
		return false
	}
	if text[0] < utf8.RuneSelf {
		if len(text) < 3 {
			return false
		}
		h := wordHash(text)
		if filter[h/64]&(1<<(h%64)) == 0 && isASCII(text) {
			return false
		}
	}
	return check.Member([]byte(check.NormalizeWord(string(text)))) != 0
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// wordRun extends the word w to the run it stands in.
func wordRun(data []byte, w Span, filter *[filterWords / 64]uint64) []Span {
	run := []Span{w}
	for len(run) <= maxRun {
		prev, ok := wordBefore(data, run[len(run)-1].Start)
		if !ok || !listWord(data, prev, filter) {
			break
		}
		run = append(run, prev)
	}
	slices.Reverse(run)
	for len(run) <= 2*maxRun {
		next, ok := wordAfter(data, run[len(run)-1].End)
		if !ok || !listWord(data, next, filter) {
			break
		}
		run = append(run, next)
	}
	return run
}

// wordAt returns the word that covers p, or else the next one within the gap. An empty span says there is none.
func wordAt(data []byte, p int) Span {
	for p > 0 && p < len(data) && !utf8.RuneStart(data[p]) {
		p--
	}
	if p < len(data) {
		if r, _ := utf8.DecodeRune(data[p:]); wordRune(r) {
			if unicode.Is(unicode.Han, r) {
				return Span{p, p + utf8.RuneLen(r)}
			}
			start := p
			for start > 0 && p-start <= maxWord {
				r, n := utf8.DecodeLastRune(data[:start])
				if !wordRune(r) || unicode.Is(unicode.Han, r) {
					break
				}
				start -= n
			}
			return Span{start, wordEnd(data, p)}
		}
	}
	w, _ := wordAfter(data, p)
	return w
}

func wordEnd(data []byte, p int) int {
	for n := 0; p < len(data) && n <= 2*maxWord; n++ {
		if data[p] < utf8.RuneSelf {
			if !letter(data[p]) {
				return p
			}
			p++
			continue
		}
		r, size := utf8.DecodeRune(data[p:])
		if !wordRune(r) {
			return p
		}
		p += size
		if n == 0 && unicode.Is(unicode.Han, r) {
			return p
		}
	}
	return p
}

// wordAfter returns the first word after p, if at most maxGap bytes of separators lie between.
func wordAfter(data []byte, p int) (Span, bool) {
	for q := p; q < len(data) && q-p <= maxGap; {
		if c := data[q]; c < utf8.RuneSelf {
			switch {
			case c == '\\' && q+1 < len(data) && escapeLetter(data[q+1]):
				q += 2
			case letter(c):
				return Span{q, wordEnd(data, q)}, true
			default:
				q++
			}
			continue
		}
		r, n := utf8.DecodeRune(data[q:])
		if wordRune(r) {
			return Span{q, wordEnd(data, q)}, true
		}
		q += n
	}
	return Span{p, p}, false
}

// wordBefore returns the last word that ends at or before p, within maxGap.
func wordBefore(data []byte, p int) (Span, bool) {
	for q := p; q > 0 && p-q <= maxGap; {
		r, n := utf8.DecodeLastRune(data[:q])
		if !wordRune(r) {
			q -= n
			continue
		}
		if q >= 2 && n == 1 && escapeLetter(data[q-1]) && data[q-2] == '\\' {
			q -= 2
			continue
		}
		w := wordAt(data, q-n)
		if w.Start >= 1 && data[w.Start-1] == '\\' && escapeLetter(data[w.Start]) {
			w.Start++
		}
		return w, w.Start < w.End
	}
	return Span{p, p}, false
}

func letter(c byte) bool       { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func escapeLetter(c byte) bool { return c == 'n' || c == 't' || c == 'r' }
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r))
}

// phrase is a mnemonic as read from a run.
type phrase struct {
	Span
	words   []string
	trimmed bool // list words stood beside it, so where it begins or ends is less sure
}

// phrases cuts a run into the mnemonics it may hold: the words that are joined in the same way. When that is not one
// of the lengths that kinds have, words at either end are left out.
func phrases(data []byte, run []Span) []phrase {
	var out []phrase
	for start := 0; start < len(run); {
		end := start + 1
		for end < len(run) && (end == start+1 || joint(data, run, end) == joint(data, run, start+1)) {
			end++
		}
		if p, ok := readPhrase(data, run[start:end], start > 0 || end < len(run)); ok {
			out = append(out, p...)
			start = end
			continue
		}
		start = max(start+1, end-1)
	}
	return out
}

// joint is what stands between a word and the one before it, without white space and numbers.
func joint(data []byte, run []Span, i int) string {
	gap := string(data[run[i-1].End:run[i].Start])
	gap = strings.NewReplacer(`\n`, "", `\t`, "", `\r`, "").Replace(gap)
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsDigit(r) || r == '\\' {
			return -1
		}
		return r
	}, gap)
}

// phraseLengths are the numbers of words that some kind has, longest first.
var phraseLengths = []int{33, 25, 24, 21, 20, 18, 15, 13, 12}

func readPhrase(data []byte, run []Span, beside bool) ([]phrase, bool) {
	if len(run) < minRun || len(run) > maxRun || han(data, run) && (beside || inHan(data, run)) {
		return nil, false
	}
	if slices.Contains(phraseLengths, len(run)) {
		return []phrase{newPhrase(data, run, beside)}, true
	}
	var out []phrase
	for _, n := range phraseLengths {
		if n < len(run) && len(run)-n <= 3 {
			out = append(out, newPhrase(data, run[:n], true), newPhrase(data, run[len(run)-n:], true))
		}
	}
	return out, len(out) > 0
}

func han(data []byte, run []Span) bool {
	r, _ := utf8.DecodeRune(data[run[0].Start:])
	return unicode.Is(unicode.Han, r)
}

// inHan reports whether a run of Chinese characters is part of longer text: two characters in three of all texts are in
// the list, so that runs of a dozen come by chance.
func inHan(data []byte, run []Span) bool {
	before, _ := utf8.DecodeLastRune(data[:run[0].Start])
	after, _ := utf8.DecodeRune(data[run[len(run)-1].End:])
	return unicode.IsLetter(before) || unicode.IsLetter(after)
}

func newPhrase(data []byte, run []Span, trimmed bool) phrase {
	p := phrase{Span: Span{run[0].Start, run[len(run)-1].End}, trimmed: trimmed}
	for _, w := range run {
		p.words = append(p.words, check.NormalizeWord(string(data[w.Start:w.End])))
	}
	if order, ok := numbering(data, run); ok {
		sorted := make([]string, len(p.words))
		for i, at := range order {
			sorted[at-1] = p.words[i]
		}
		p.words = sorted
	}
	return p
}

// numbering reads the numbers before the words; ok says that they number the words from 1, in whatever order the
// columns of the text have them.
func numbering(data []byte, run []Span) (order []int, ok bool) {
	seen := make([]bool, len(run)+1)
	for _, w := range run {
		before := strings.TrimRight(string(data[max(0, w.Start-8):w.Start]), " \t.):-\"'`|")
		digits := before[len(strings.TrimRight(before, "0123456789")):]
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > len(run) || seen[n] {
			return nil, false
		}
		seen[n] = true
		order = append(order, n)
	}
	return order, true
}
