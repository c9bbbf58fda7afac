package source

import (
	"bytes"

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
	for i := max(0, from-2*widePairs+1); i < to; i++ {
		zero := bytes.IndexByte(data[i:min(len(data), to+1)], 0)
		if zero < 0 {
			break
		}
		i = max(i, i+zero-1)
		if wideRun(data, i) && (i < 2 || !widePair(data, i-2)) {
			dst = append(dst, gitpack.Span{Start: i, End: i + 2*widePairs})
		}
	}
	return dst
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
