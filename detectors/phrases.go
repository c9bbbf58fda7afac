package detectors

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keysweep/keysweep/detectors/check"
)

// phrase is a mnemonic as read from a run.
type phrase struct {
	Span
	words   []string
	trimmed bool // list words stood beside it, so where it begins or ends is less sure
	cut     bool // its words are written by their first letters
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
		out := []phrase{newPhrase(data, run, false)}
		if n := len(run) - 1; (n == 12 || n == 24) && !han(data, run) { // a title such as "seed" is a list word too
			out = append(out, newPhrase(data, run[1:], true), newPhrase(data, run[:n], true))
		}
		return out
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
	if whole, ok := check.Uncut(p.words); ok {
		p.words, p.cut = whole, true
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
