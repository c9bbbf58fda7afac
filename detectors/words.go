package detectors

import (
	"encoding/binary"
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
	maxASCII    = 12 // letters of a word without accents
	maxGap      = 40 // bytes between two words
	maxJoint    = 12 // bytes of punctuation among them
	probeStep   = 24 // below the length of the shortest run less a word, so that every run is met
	spotWords   = 9  // words that make a run worth reading in full
	filterBits  = 19
	filterWords = 1 << filterBits
)

// wordFilter is a Bloom filter with one hash over all list words: most other words cost one look-up.
var wordFilter = sync.OnceValue(func() *[filterWords / 64]uint64 {
	f := new([filterWords / 64]uint64)
	for _, list := range check.Wordlists() {
		for word := range list.Words() {
			h := wordHash([]byte(word), Span{0, len(word)})
			f[h/64] |= 1 << (h % 64)
		}
	}
	return f
})

// wordHash hashes the letters of a word, whatever their case: the first eight and the length.
func wordHash(data []byte, w Span) uint32 {
	var low uint64
	if w.Start+8 <= len(data) {
		low = binary.LittleEndian.Uint64(data[w.Start:])
	} else {
		var last [8]byte
		copy(last[:], data[w.Start:])
		low = binary.LittleEndian.Uint64(last[:])
	}
	n := w.End - w.Start
	if n < 8 {
		low &= 1<<(8*n) - 1
	}
	return uint32(((low | 0x2020202020202020) + uint64(n)) * 0x9e3779b97f4a7c15 >> (64 - filterBits))
}

// wordRuns calls yield with the words of every run of at least least list words that has a word in data[from:to]. A
// word that no list holds ends all runs, so the next one looked at is a run's length further on.
func wordRuns(data []byte, from, to, least int, yield func([]Span)) {
	r := runFinder{data: data, filter: wordFilter()}
	for p := from; p < to; {
		w := r.at(p)
		if w.Start >= to || w.Start == w.End {
			p = max(p+probeStep, w.Start)
			continue
		}
		if !r.maybe(w) {
			p = max(p, w.End) + probeStep
			continue
		}
		if end := r.dense(w, least); end > 0 {
			p = max(p, end) + probeStep
			continue
		}
		end := w.End
		if lists := r.lists(w); lists != 0 {
			run := r.run(w, lists)
			if end = run[len(run)-1].End; len(run) >= least {
				yield(run)
			}
		}
		p = max(p, end) + 1
	}
}

// runFinder looks for runs in one text.
type runFinder struct {
	data   []byte
	filter *[filterWords / 64]uint64
}

// at returns the word at p, or else the next one within the gap. An empty span says there is none.
func (r *runFinder) at(p int) Span {
	data := r.data
	switch wordClass[data[p]] {
	case wordWide:
		return wordAt(data, p)
	case wordLetter:
		start := p
		for start > 0 && wordClass[data[start-1]] == wordLetter && p-start <= maxWord {
			start--
		}
		if start > 0 && data[start-1] >= utf8.RuneSelf {
			return wordAt(data, p)
		}
		if start > 0 && start < p && data[start-1] == '\\' && escapeLetter(data[start]) {
			start++
		}
		return r.word(start, p)
	}
	w, _ := r.after(p)
	return w
}

// word ends the word that begins at start and goes on at p.
func (r *runFinder) word(start, p int) Span {
	data := r.data
	end := p
	for end < len(data) && wordClass[data[end]] == wordLetter && end-p <= maxWord {
		end++
	}
	if end < len(data) && data[end] >= utf8.RuneSelf {
		return Span{start, wordEnd(data, end)}
	}
	return Span{start, end}
}

// after returns the word after p in a run.
func (r *runFinder) after(p int) (Span, bool) {
	data := r.data
	for q := p; q < len(data) && q-p <= maxGap; q++ {
		switch wordClass[data[q]] {
		case wordLetter:
			if q > 0 && data[q-1] == '\\' && escapeLetter(data[q]) {
				continue
			}
			return r.word(q, q), true
		case wordWide:
			return wordAfter(data, q)
		case wordBreak:
			return Span{p, p}, false
		}
	}
	return Span{p, p}, false
}

// before returns the word before p in a run.
func (r *runFinder) before(p int) (Span, bool) {
	data := r.data
	for q := p; q > 0 && p-q <= maxGap; q-- {
		switch wordClass[data[q-1]] {
		case wordLetter:
			if q > 1 && data[q-2] == '\\' && escapeLetter(data[q-1]) {
				continue
			}
			w := r.at(q - 1)
			return w, w.End > w.Start
		case wordWide:
			return wordBefore(data, q)
		case wordBreak:
			return Span{p, p}, false
		}
	}
	return Span{p, p}, false
}

// Classes of wordClass.
const (
	wordBreak  = iota // ends a run
	wordGap           // may stand between two words, escapes among them
	wordLetter        // of ASCII
	wordWide          // begins or continues another character
)

// wordClass is read-only.
var wordClass = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = wordWide
		case letter(byte(c)):
			t[c] = wordLetter
		case strings.IndexByte(" \t\r\n0123456789,.'\"`-)|/\\:*#>", byte(c)) >= 0:
			t[c] = wordGap
		}
	}
	return t
}()

// maybe reports whether a list may hold the word.
func (r *runFinder) maybe(w Span) bool {
	n := w.End - w.Start
	if n >= 3 && n <= maxASCII {
		if h := wordHash(r.data, w); r.filter[h/64]&(1<<(h%64)) != 0 {
			return true
		}
	}
	for _, c := range r.data[w.Start:min(w.End, w.Start+maxASCII+1)] {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// dense counts the words around w that a list may hold, up to least. With fewer it returns where the run ends.
func (r *runFinder) dense(w Span, least int) (end int) {
	n := 1
	for b := w; n < least; n++ {
		prev, ok := r.before(b.Start)
		if !ok || !r.maybe(prev) {
			break
		}
		b = prev
	}
	for f := w; n < least; n++ {
		next, ok := r.after(f.End)
		if !ok {
			return f.End
		}
		if !r.maybe(next) {
			return next.End
		}
		f = next
	}
	return 0
}

// lists returns the lists that hold the word.
func (r *runFinder) lists(w Span) check.Lists {
	if !r.maybe(w) || w.End-w.Start > 2*maxWord {
		return 0
	}
	return check.Member([]byte(check.NormalizeWord(string(r.data[w.Start:w.End]))))
}

// run extends the word w, of the given lists, to the run it stands in: neighbours that share a list, all joined in the
// same way.
func (r *runFinder) run(w Span, lists check.Lists) []Span {
	next, ok := r.after(w.End)
	if !ok || lists&r.lists(next) == 0 {
		prev, ok := r.before(w.Start)
		if !ok || lists&r.lists(prev) == 0 {
			return []Span{w}
		}
		next, w = w, prev
	}
	by := joint(r.data, w, next)
	if len(by) > maxJoint {
		return []Span{w, next}
	}
	lists &= r.lists(w) & r.lists(next)
	run := []Span{w}
	for len(run) <= maxRun {
		prev, ok := r.before(run[len(run)-1].Start)
		shared := lists & r.lists(prev)
		if !ok || shared == 0 || joint(r.data, prev, run[len(run)-1]) != by {
			break
		}
		lists, run = shared, append(run, prev)
	}
	slices.Reverse(run)
	for run = append(run, next); len(run) <= 2*maxRun; {
		next, ok := r.after(run[len(run)-1].End)
		shared := lists & r.lists(next)
		if !ok || shared == 0 || joint(r.data, run[len(run)-1], next) != by {
			break
		}
		lists, run = shared, append(run, next)
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

// joint is what stands between two words, without white space, numbers and escapes of these: "" in a sentence, a comma
// in a list, quotes and comma in JSON.
func joint(data []byte, a, b Span) string {
	gap := data[a.End:max(a.End, b.Start)]
	var out []byte
	for i := 0; i < len(gap); i++ {
		switch c := gap[i]; {
		case c == '\\' && i+1 < len(gap) && escapeLetter(gap[i+1]):
			i++
		case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\\' || c >= '0' && c <= '9':
		case c == 0xe3 && i+2 < len(gap) && gap[i+1] == 0x80 && gap[i+2] == 0x80: // the ideographic space
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// phraseLengths are the numbers of words that some kind has, longest first.
var phraseLengths = []int{33, 25, 24, 21, 20, 18, 15, 13, 12}

// phrases reads a run as the mnemonics it may hold. When it has not one of the lengths that kinds have, words at either
// end are left out.
func phrases(data []byte, run []Span) []phrase {
	if len(run) < minRun || len(run) > maxRun || han(data, run) && inHan(data, run) {
		return nil
	}
	if slices.Contains(phraseLengths, len(run)) {
		return []phrase{newPhrase(data, run, false)}
	}
	var out []phrase
	for _, n := range phraseLengths {
		if n < len(run) && len(run)-n <= 3 && !han(data, run) {
			out = append(out, newPhrase(data, run[:n], true), newPhrase(data, run[len(run)-n:], true))
		}
	}
	return out
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
