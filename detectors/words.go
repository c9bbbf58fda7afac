package detectors

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// A mnemonic is a run of list words with nothing but punctuation, numbers and white space between them. Natural prose
// has practically no run of twelve, so the run itself is the rare event and no name is needed beside it.
const (
	minRun    = 12
	maxRun    = 80 // words; a longer run is a word list
	maxWord   = 48 // bytes of a word
	shortWord = 3  // letters of the shortest word in ASCII
	longWord  = 16 // and of the longest
	maxGap    = 40 // bytes between two words
	maxJoint  = 12 // bytes of punctuation among them
	spotWords = 9  // words that make a run worth reading in full

	// A run of spotWords words covers so many bytes that one probe in that many meets it.
	probeASCII = spotWords*(shortWord+1) - 1
	probeWide  = spotWords * 3 // Chinese words are characters, and may stand without gaps
)

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

func letter(c byte) bool       { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func escapeLetter(c byte) bool { return c == 'n' || c == 't' || c == 'r' }

// escaped reports whether the letter at p is that of an escape, as in "\n", and no part of a word.
func escaped(data []byte, p int) bool { return p > 0 && data[p-1] == '\\' && escapeLetter(data[p]) }

const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
)

// lettersOf sets the high bit of each byte of x that is a letter or is not of ASCII.
func lettersOf(x uint64) uint64 {
	low := (x | 0x20*eachByte) &^ highBits
	return ((low+(0x80-'a')*eachByte) & ^(low+(0x7f-'z')*eachByte) | x) & highBits
}

func isWide(data []byte) bool {
	for len(data) >= 32 {
		b := data[:32]
		x := binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) | binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if x&highBits != 0 {
			return true
		}
		data = data[32:]
	}
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// wordReader reads the words of one text.
type wordReader struct {
	data   []byte
	filter *wordFilter
}

// probe returns the word at p, or else the next one that may follow a gap at p, as far as a run goes. An empty span says
// that there is none; it stands where one may come next.
func (r *wordReader) probe(p int) Span {
	data := r.data
	q := p
	for q < len(data) && q <= p+maxGap {
		switch class := wordClass[data[q]]; {
		case class == wordWide:
			w := wordAt(data, q)
			if w.Start < w.End {
				return w
			}
			q = max(q+1, w.End)
		case class < wordLetter || escaped(data, q):
			q++
		case q > p:
			return r.word(q)
		default:
			if start := r.startOf(p); start >= 0 {
				return r.word(start)
			}
			return wordAt(data, p)
		}
	}
	return Span{q, q}
}

// startOf returns where the letters begin that go on to the letter at p, or -1 when another character stands before
// them. Those of a word longer than any are cut off.
func (r *wordReader) startOf(p int) int {
	data := r.data
	start := p
	if p >= 8 {
		x := binary.LittleEndian.Uint64(data[p-8:])
		start = p - bits.LeadingZeros64(^lettersOf(x)&highBits)/8
		if x&highBits != 0 {
			start = p
		}
	}
	for start > 0 && wordClass[data[start-1]] == wordLetter && p-start <= maxWord {
		start--
	}
	if start > 0 && data[start-1] >= utf8.RuneSelf {
		return -1
	}
	if start < p && escaped(data, start) {
		start++
	}
	return start
}

// word returns the word that begins at start with a letter of ASCII.
func (r *wordReader) word(start int) Span {
	data := r.data
	end := start
	for end+8 <= len(data) && end-start <= maxWord {
		x := binary.LittleEndian.Uint64(data[end:])
		n := bits.TrailingZeros64(^lettersOf(x)&highBits) / 8
		if x&highBits&(1<<(8*n)-1) != 0 {
			return Span{start, wordEnd(data, start)}
		}
		if end += n; n < 8 {
			return Span{start, end}
		}
	}
	for end < len(data) && wordClass[data[end]] == wordLetter && end-start <= maxWord {
		end++
	}
	if end < len(data) && data[end] >= utf8.RuneSelf {
		return Span{start, wordEnd(data, end)}
	}
	return Span{start, end}
}

// after returns the word after p in a run.
func (r *wordReader) after(p int) (Span, bool) {
	data, tags := r.data, 0
	for q := p; q < len(data) && q-p <= maxGap; {
		switch wordClass[data[q]] {
		case wordGap:
			q++
		case wordLetter:
			if escaped(data, q) {
				q++
				continue
			}
			w := r.word(q)
			if w.End == len(data) || data[w.End] != '_' && !isDigit(data[w.End]) {
				return w, true
			}
			mark := markAt(data, q)
			if mark.End <= q {
				return w, true
			}
			q = mark.End
		case wordWide:
			c, n := utf8.DecodeRune(data[q:])
			if wordRune(c) {
				return Span{q, wordEnd(data, q)}, true
			}
			q += n
		default:
			end := passage(data, q)
			if end == q || tags == maxTags && data[q] == '<' {
				return Span{}, false
			}
			if data[q] == '<' {
				tags, p = tags+1, p+end-q // a gap is as long as what is not of tags
			}
			q = end
		}
	}
	return Span{}, false
}

// before returns the word before p in a run.
func (r *wordReader) before(p int) (Span, bool) {
	data, tags := r.data, 0
	for q := p; q > 0 && p-q <= maxGap; {
		switch wordClass[data[q-1]] {
		case wordLetter:
			if escaped(data, q-1) {
				q--
				continue
			}
			start := r.startOf(q - 1)
			if start < 0 {
				start = wordStart(data, q)
			}
			return Span{start, q}, true
		case wordWide:
			c, n := utf8.DecodeLastRune(data[:q])
			switch {
			case isHan(c):
				return Span{q - n, q}, true
			case wordRune(c):
				return Span{wordStart(data, q-n), q}, true
			}
			q -= n
		default:
			start := passageBack(data, q)
			if start == q {
				if wordClass[data[q-1]] == wordBreak {
					return Span{}, false
				}
				q--
				continue
			}
			if data[q-1] == '>' {
				if tags == maxTags {
					return Span{}, false
				}
				tags, p = tags+1, p-(q-start)
			}
			q = start
		}
	}
	return Span{}, false
}
