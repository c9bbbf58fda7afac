package detectors

import (
	"unicode"
	"unicode/utf8"
)

// A Chinese character is a word, whatever stands beside it.

// wordAt returns the word that covers p, where a word has to be. An empty span says that there is none.
func wordAt(data []byte, p int) Span {
	for n := 0; n < utf8.UTFMax && p > 0 && !utf8.RuneStart(data[p]); n++ {
		p--
	}
	r, n := utf8.DecodeRune(data[p:])
	if !wordRune(r) {
		return Span{p + n, p + n}
	}
	if isHan(r) {
		return Span{p, p + n}
	}
	return Span{wordStart(data, p), wordEnd(data, p)}
}

// wordStart goes back over what belongs to the word at p. That of a word longer than any is cut off.
func wordStart(data []byte, p int) int {
	start := p
	for start > 0 && p-start <= maxWord {
		r, n := utf8.DecodeLastRune(data[:start])
		if !wordRune(r) || isHan(r) {
			break
		}
		start -= n
	}
	if start < p && escaped(data, start) {
		start++
	}
	return start
}

// wordEnd goes on over what belongs to the word at p.
func wordEnd(data []byte, p int) int {
	for start := p; p < len(data) && p-start <= maxWord; {
		if data[p] < utf8.RuneSelf {
			if !letter(data[p]) {
				return p
			}
			p++
			continue
		}
		r, size := utf8.DecodeRune(data[p:])
		if !wordRune(r) || isHan(r) && p > start {
			return p
		}
		if p += size; isHan(r) {
			return p
		}
	}
	return p
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return letter(byte(r))
	}
	return r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30fa || r >= 0x3400 && r <= 0x9fff || r >= 0xac00 && r <= 0xd7a3 ||
		r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r))
}

// isHan reports whether the character is Chinese. Those beyond the second plane are in no list.
func isHan(r rune) bool {
	return r >= 0x3400 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff || r == '々' || r == '〇'
}

// wideHash hashes a word that is not of ASCII, whatever its case.
func wideHash(word []byte) uint64 {
	h := uint64(0)
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		word = word[n:]
		h = (h ^ uint64(foldRune(r))) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

// foldRune maps letters that differ in case to one, as far as the lists' languages have them.
func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r | 0x20
	case r >= 0xc0 && r <= 0xde, r >= 0x410 && r <= 0x42f:
		return r + 0x20
	case r >= 0x400 && r <= 0x40f:
		return r + 0x50
	case r >= 0x139 && r <= 0x148, r >= 0x179 && r <= 0x17e:
		return r + r&1
	case r >= 0x100 && r <= 0x177:
		return r | 1
	}
	return r
}

// hanProse reports whether the Chinese characters from p on are text rather than a phrase: two in three of all texts are
// in the list, so that runs of nine come by chance. A phrase has no other letters beside it.
func hanProse(data []byte, p int) bool {
	if r, _ := utf8.DecodeRune(data[p:]); !isHan(r) {
		return false
	}
	if r, _ := utf8.DecodeLastRune(data[:p]); unicode.IsLetter(r) {
		return true
	}
	for n := 0; n <= phraseLengths[0]; n++ {
		r, size := utf8.DecodeRune(data[p:])
		if !unicode.IsLetter(r) {
			return n >= spotWords && n < minRun && !unicode.IsSpace(r)
		}
		if !isHan(r) {
			return true
		}
		p += size
	}
	return true
}
