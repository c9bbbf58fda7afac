package detectors

import (
	"encoding/binary"
	"math/bits"
)

// A token is a run of the characters that keys are made of. Almost every secret is one, or holds one, and runs of that
// length are rare in text, so looking for them replaces looking for the words of every rule: the cost does not grow
// with the number of rules.
type token struct {
	Span
	whole traits // of all of it
	odd   bool   // a stretch without separators looks random by itself
	paths bool   // it has a slash
}

// traits are what tells random text from words.
type traits struct {
	letters [2]int // lower, upper
	digits  int
	flips   int // digits beside letters
	likely  int // sum of bigrams over neighbouring letters: how much it reads like words
}

const (
	minToken = 16  // bytes; shorter parts are found beside longer ones
	maxToken = 256 // a longer run is data, not a key, unless a shape with a literal start says otherwise
)

// Character classes of tokenClass.
const (
	classNone = iota
	classSeparator
	classDigit
	classUpper
	classLower
)

// tokenClass is read-only.
var tokenClass = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = classDigit
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] = classUpper
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] = classLower
	}
	for _, c := range "+/_-" {
		t[c] = classSeparator
	}
	return t
}()

// tokenKind says what a byte is to measure: 1 in the counter of lower case, upper case or digits, 16 bits each; and a
// number below 64 for the character, 0 for a separator.
type tokenKind struct {
	count  uint64
	symbol uint16
}

// tokenKinds and neighbours are read-only.
var tokenKinds = func() (t [256]tokenKind) {
	for c, class := range tokenClass {
		switch class {
		case classDigit:
			t[c] = tokenKind{1 << 32, 1}
		case classLower:
			t[c] = tokenKind{1, uint16(2 + c - 'a')}
		case classUpper:
			t[c] = tokenKind{1 << 16, uint16(2 + 26 + c - 'A')}
		}
	}
	return t
}()

// neighbours scores one character after another, by their symbols: 1<<16 where a letter meets a digit, else the bigram
// of two letters. A capital after a small letter begins a word.
var neighbours = func() (t [64 * 64]int32) {
	for a := 2; a < 54; a++ {
		t[a<<6|1], t[1<<6|a] = 1<<16, 1<<16
		for b := 2; b < 54; b++ {
			if a >= 28 || b < 28 {
				t[a<<6|b] = int32(bigrams[(a-2)%26][(b-2)%26]) - 'm'
			}
		}
	}
	return t
}()

// tokens calls yield with every token that looks random and of which the first maxToken bytes overlap data[from:to]. The
// end of a longer one may be cut off beyond to.
func tokens(data []byte, from, to int, yield func(*token)) {
	var t token
	runs(data, from, to, func(start, end int, cut bool) {
		if !cut && min(end, start+maxToken) > from && measure(data, start, end, &t) {
			yield(&t)
		}
	})
}

// runs calls yield with every run of at least minToken token characters that overlaps data[from:to]. Its start is cut off
// when it lies more than maxToken bytes before from, its end, of a longer run, beyond to.
func runs(data []byte, from, to int, yield func(start, end int, cut bool)) {
	p := from
	for p > 0 && p >= from-maxToken && tokenClass[data[p-1]] != classNone {
		p--
	}
	if p < from-maxToken {
		for p = from; p < to && tokenClass[data[p]] != classNone; {
			p++
		}
		yield(from-maxToken, p, true)
	}
	head := data[:min(len(data), to+minToken)] // holds enough of every token that begins before to
	end := 0
	for p = nextToken(head, p); p < to; p = nextToken(head, min(end, len(head))) {
		end = p + minToken
		for end < len(data) && tokenClass[data[end]] != classNone && (end < to || end-p <= maxToken) {
			end++
		}
		yield(p, end, false)
	}
}

// nextToken returns where the next minToken token characters begin, or len(data). The byte before p is none of them.
func nextToken(data []byte, p int) int {
	var last [64]byte
	for p < len(data) {
		block := data[p:]
		if len(block) < len(last) {
			clear(last[copy(last[:], block):])
			block = last[:]
		}
		m := tokenMask(block)
		run := m & (m >> 1)
		run &= run >> 2
		run &= run >> 4
		if run &= run >> 8; run != 0 {
			return p + bits.TrailingZeros64(run)
		}
		p += 64 - bits.LeadingZeros64(^m)
	}
	return len(data)
}

// tokenMask sets a bit for each of the first 64 bytes of a block that is a token character.
func tokenMask(block []byte) uint64 {
	block = block[:64]
	var m uint64
	for i := 0; i < 64; i += 8 {
		x := binary.LittleEndian.Uint64(block[i:])
		y := x &^ highBits
		low := y | 0x20*eachByte
		in := (low + (0x80-'a')*eachByte) &^ (low + (0x7f-'z')*eachByte)
		in |= (y + (0x80-'0')*eachByte) &^ (y + (0x7f-'9')*eachByte)
		in |= ^((y ^ '_'*eachByte) + 0x7f*eachByte)
		in |= (y + (0x80-'+')*eachByte) &^ (y + (0x7f-'/')*eachByte) & (y << 7) // plus, minus and slash: the odd ones
		m |= (in &^ x & highBits) >> 7 * 0x0102040810204080 >> 56 << i
	}
	return m
}

// measure fills t for data[start:end] and reports whether the token looks random, as a whole or in one stretch. Of a token
// beyond maxToken the first bytes count.
func measure(data []byte, start, end int, t *token) bool {
	*t = token{Span: Span{start, end}}
	end = min(end, start+maxToken)
	var counts, allCounts, pathCounts uint64
	var score, allScore, pathScore int32
	last := uint16(0)
	for i := start; i <= end; i++ {
		k := &tokenKinds[0]
		if i < end {
			k = &tokenKinds[data[i]]
		}
		counts += k.count
		score += neighbours[last|k.symbol]
		if last = k.symbol << 6 & 0xfff; last != 0 {
			continue
		}
		if counts&0xffff+counts>>16&0xffff+counts>>32 >= minToken {
			piece := traitsOf(counts, score)
			t.odd = t.odd || piece.random()
		}
		allCounts, allScore, counts, score = allCounts+counts, allScore+score, 0, 0
		if i < end && data[i] == '/' || i == end && t.paths {
			if t.odd = t.odd || segment(allCounts-pathCounts, allScore-pathScore); i < end {
				t.paths = true
			}
			pathCounts, pathScore = allCounts, allScore
		}
	}
	t.whole = traitsOf(allCounts, allScore)
	if t.paths && t.End-t.Start < 40 {
		return t.odd
	}
	return t.odd || t.whole.random()
}

// segment reports whether what stands between two slashes looks random with the separators left out, and is long enough
// for a key in a URL.
func segment(counts uint64, score int32) bool {
	piece := traitsOf(counts, score)
	return piece.len() >= minSegment && piece.random()
}

const minSegment = 28 // letters and digits

// traitsOf reads the sums of tokenKinds and neighbours.
func traitsOf(counts uint64, score int32) traits {
	flips := (score + 1<<15) >> 16
	return traits{
		letters: [2]int{int(counts & 0xffff), int(counts >> 16 & 0xffff)}, digits: int(counts >> 32),
		flips: int(flips), likely: int(score - flips<<16),
	}
}

func (t *traits) len() int { return t.letters[0] + t.letters[1] + t.digits }

// random tells keys from words: letters that follow each other as in no word, and digits in between.
func (t *traits) random() bool {
	n := t.len()
	if n < 12 || t.digits == n {
		return false
	}
	if t.digits == 0 && (t.letters[0] == 0 || t.letters[1] == 0) && t.likely > -n {
		return false
	}
	return t.likely-3*t.flips < n/8
}
