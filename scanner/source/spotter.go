package source

import (
	"bytes"
	"encoding/binary"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// spotter adds to the detector's places those that this package looks at itself: text in UTF-16, whose bytes no
// detector knows before it is UTF-8, and pointers of Git LFS.
type spotter struct{ gitpack.Spotter }

// widePairs is the number of ASCII characters in UTF-16, one after the other, that make a place: less than any
// credential has, and more than chance makes in tables of numbers.
const widePairs = 8

func (h *history) spotter() gitpack.Spotter {
	if h.Git.Spotter == nil {
		return nil
	}
	return spotter{h.Git.Spotter}
}

// Reach covers a place, the character before it, and the mark of an LFS pointer.
func (s spotter) Reach() int { return max(s.Spotter.Reach(), 4*widePairs, len(lfsMark())) }

// Spots adds the start of each wide run, and the start of a pointer.
func (s spotter) Spots(dst []gitpack.Span, data []byte, from, to int) []gitpack.Span {
	dst = s.Spotter.Spots(dst, data, from, to)
	if from < len(lfsMark()) && bytes.HasPrefix(data, lfsMark()) {
		dst = append(dst, gitpack.Span{Start: 0, End: len(lfsMark())})
	}
	wideRuns(data, from, to, func(at int) {
		dst = append(dst, gitpack.Span{Start: at, End: at + 2*widePairs})
	})
	return dst
}

// wideRuns yields where wide runs begin that overlap data[from:to] with their first widePairs characters. These hold
// eight bytes in a row, counted from any place before them, of which every other one alone is NUL.
func wideRuns(data []byte, from, to int, yield func(at int)) {
	next := max(0, from-2*widePairs+1)
	zero := bytes.IndexByte(data[next:min(len(data), to+1)], 0)
	if zero < 0 {
		return
	}
	next = max(next, next+zero-1)
	for word := next; word+8 <= len(data) && word < to+8; word += 8 {
		if !alternates(binary.LittleEndian.Uint64(data[word:])) {
			continue
		}
		for i := max(next, word-8); i <= word && i < to; i++ {
			if wideRun(data, i) && (i < 2 || !widePair(data, i-2)) {
				yield(i)
			}
		}
		next = word + 1
	}
}

// alternates reports whether every other byte of eight, and no other, is NUL.
func alternates(word uint64) bool {
	const even, ones, highs = 0x00ff00ff00ff00ff, 0x0101010101010101, 0x8080808080808080
	switch uint64(0) {
	case word & even:
		word |= even
	case word &^ even:
		word |= ^uint64(even)
	default:
		return false
	}
	return (word-ones)&^word&highs == 0
}

// wideRun reports whether ASCII in UTF-16LE begins here. Of text in UTF-16BE, all but the first byte looks the same.
func wideRun(data []byte, at int) bool {
	if len(data)-at < 2*widePairs {
		return false
	}
	for i := range widePairs {
		if !widePair(data, at+2*i) {
			return false
		}
	}
	return true
}

func widePair(data []byte, at int) bool {
	c := data[at]
	return data[at+1] == 0 && (c >= ' ' && c <= '~' || c == '\n' || c == '\r' || c == '\t')
}
