package detectors

import (
	"bytes"
	"slices"
)

// allowComments are the words that, on a line of a match, say that the match is known and wanted.
var allowComments = [][]byte{[]byte("gitleaks:allow"), []byte("keysweep:allow")}

// Allowed says whether an allow comment, gitleaks:allow or keysweep:allow, stands on the lines of data that line spans.
// It reads the span once; a caller with many matches in one text uses allowMarks.
func Allowed(data []byte, line Span) bool {
	start, end := max(0, line.Start), min(len(data), line.End)
	return start < end && slices.ContainsFunc(allowComments, func(word []byte) bool {
		return bytes.Contains(data[start:end], word)
	})
}

// allowMarks holds the places of all allow comments of a text, in order, so that asking for every match of a text with
// one endless line stays cheap.
type allowMarks []Span

func newAllowMarks(data []byte) allowMarks {
	var marks allowMarks
	for _, word := range allowComments {
		for from := 0; ; {
			i := bytes.Index(data[from:], word)
			if i < 0 {
				break
			}
			from += i + len(word)
			marks = append(marks, Span{from - len(word), from})
		}
	}
	slices.SortFunc(marks, func(a, b Span) int { return a.Start - b.Start })
	return marks
}

// on is Allowed for the text that the marks were made of.
func (m allowMarks) on(line Span) bool {
	i, _ := slices.BinarySearchFunc(m, line.Start, func(s Span, start int) int { return s.Start - start })
	return i < len(m) && m[i].End <= line.End
}
