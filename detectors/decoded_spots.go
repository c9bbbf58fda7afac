package detectors

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keysweep/keysweep/detectors/check"
	"github.com/keysweep/keysweep/detectors/decode"
)

const (
	codedReach = 96 // bytes around an escape in which a value or a name counts
	codedRun   = 8  // escapes of letters and digits that make a place by themselves
	codedWords = 3  // words of a phrase, with escapes between them
	minStretch = 12 // of a value that escapes cut
)

// begun finds the begins of base64 and hex in a run of token characters that read as text.
func (sp *spotter) begun(start, end, from, to int, cut bool) {
	decode.Begins(sp.data, start, end, from, to, cut, func(s decode.Span) {
		if at := Span(s); !sp.done() && sp.reveals(at, sp.runEnd(at.Start)) {
			sp.add(at, OfEncoding)
		}
	})
}

// coded finds, beside the runs of begun, the places where decoding may show what the text as it stands does not: letters and digits that are escaped, and escapes beside what looks like a value, a phrase or a URL with
// a password. Where the text that a place can show lies within its reach, it is read to see whether it has a spot.
func (sp *spotter) coded(from, to int) {
	decode.Manifests(sp.data, from, to, func(s decode.Span) {
		if !sp.done() {
			sp.add(Span(s), ofManifest)
		}
	})
	decode.Escapes(sp.data, from, to, func(s decode.Span, r rune) {
		if sp.done() {
			return
		}
		at := Span(s)
		if sp.escapedRun(at, r) || sp.escapedPhrase(at, r) || sp.escapedURL(at, r) || (sp.besideEscape(at, r) || sp.escapedEnd(at) || sp.escapedWord(at, r)) && sp.reveals(at, at.End+codedReach) {
			sp.add(at, OfEncoding)
		}
	})
}

// joined finds the strings in pieces of which a run is one.
func (sp *spotter) joined(at Span) {
	if decode.Joined(sp.data, at.Start, at.End) && sp.reveals(at, at.End+codedReach) {
		sp.add(at, OfEncoding)
	}
}

// runEnd returns where the base64 that begins at p may end: at the first byte that is neither a digit nor of a line end,
// or beyond what a spot reaches.
func (sp *spotter) runEnd(p int) int {
	q := p
	for q < len(sp.data) && q < p+spotReach && (tokenClass[sp.data[q]] != classNone || strings.IndexByte("=\n\r\t \\\"'", sp.data[q]) >= 0) {
		q++
	}
	return q
}

// reveals reports whether the text around a place, once decoded, has a spot in or beside what was encoded. What goes on
// too far to tell counts as one.
func (sp *spotter) reveals(at Span, end int) bool {
	if end+hintAfter > at.Start+spotReach {
		return true
	}
	window := sp.data[max(0, at.Start-hintBefore):min(len(sp.data), end+hintAfter)]
	layers := decode.Decode(window, sp.set.depth)
	return layers != nil && sp.set.shows(layers)
}

// escapedRun reports whether a run of escaped letters and digits begins here.
func (sp *spotter) escapedRun(at Span, r rune) bool {
	for n, next := 0, at; ; n++ {
		if !isToken(r) {
			return false
		}
		if n == codedRun {
			return true
		}
		found := false
		decode.Escapes(sp.data, next.End, min(len(sp.data), next.End+1), func(s decode.Span, c rune) {
			next, r, found = Span(s), c, true
		})
		if !found {
			return false
		}
	}
}

func isToken(r rune) bool { return r < utf8.RuneSelf && tokenClass[r] != classNone }

// escapedPhrase reports whether the escape is a space, or a part of what is no ASCII, between words that more such
// escapes follow.
func (sp *spotter) escapedPhrase(at Span, r rune) bool {
	if r == utf8.RuneError {
		return true
	}
	if !unicode.IsSpace(r) {
		return false
	}
	space := sp.data[at.Start:at.End]
	rest := sp.data[at.End:min(len(sp.data), at.End+codedReach)]
	for range codedWords {
		n := 0
		for n < len(rest) && (rest[n] >= utf8.RuneSelf || 'a' <= rest[n]|0x20 && rest[n]|0x20 <= 'z') {
			n++
		}
		if n < 3 || !bytes.HasPrefix(rest[n:], space) {
			return false
		}
		rest = rest[n+len(space):]
	}
	return true
}

// escapedWord reports whether the escape, as JSON has it, is a letter beyond ASCII, and the first of a word in a list that
// has two such words as its neighbours.
func (sp *spotter) escapedWord(at Span, r rune) bool {
	if r < utf8.RuneSelf || sp.data[at.Start] != '\\' || !wordRune(r) {
		return false
	}
	start := sp.lettersBefore(at.Start)
	if c := jsonRune(sp.data, start-unicodeEscape); c >= utf8.RuneSelf && wordRune(c) {
		return false
	}
	end, ok := sp.listWord(start)
	if !ok {
		return false
	}
	near := 0
	for range 2 {
		next := end + sp.between(end)
		if end, ok = sp.listWord(next); !ok {
			break
		}
		near++
	}
	for near < 2 {
		before := start
		for before > 0 && start-before < maxBetween && isBetween(sp.data[before-1]) {
			before--
		}
		if start = sp.lettersBefore(before); start == before {
			return false
		}
		if end, ok := sp.listWord(start); !ok || end != before {
			return false
		}
		near++
	}
	return true
}

const maxBetween = 24 // bytes between two words of a list, white space among them

func isBetween(c byte) bool { return blank(c) || c == '"' || c == ',' }

// between is the number of bytes from p on that stand between two words.
func (sp *spotter) between(p int) int {
	n := 0
	for p+n < len(sp.data) && n < maxBetween && isBetween(sp.data[p+n]) {
		n++
	}
	if jsonRune(sp.data, p+n) == ideographicSpace {
		n += unicodeEscape
	}
	return n
}

const ideographicSpace = 0x3000

// lettersBefore is where the letters of ASCII begin that end at p, as far as words go.
func (sp *spotter) lettersBefore(p int) int {
	start := p
	for start > 0 && p-start < longWord && letter(sp.data[start-1]) && !escaped(sp.data, start-1) {
		start--
	}
	return start
}

// listWord returns the end of the word at p, whose letters may be escaped, and whether a list has it.
func (sp *spotter) listWord(p int) (end int, ok bool) {
	var room [maxWord + utf8.UTFMax]byte
	word, wide := room[:0], false
	for end = p; end < len(sp.data) && len(word) <= maxWord; {
		if c := jsonRune(sp.data, end); c >= utf8.RuneSelf && wordRune(c) {
			word, end, wide = utf8.AppendRune(word, c), end+unicodeEscape, true
		} else if letter(sp.data[end]) {
			word, end = append(word, sp.data[end]), end+1
		} else {
			break
		}
	}
	if end == p || len(word) > maxWord || wide && !wideWords().has(wideHash(word)) {
		return end, false
	}
	return end, check.Member([]byte(check.NormalizeWord(string(word)))) != 0
}

const unicodeEscape = len(`\u0000`)

// jsonRune is the character of the escape at p, 0 when none stands there.
func jsonRune(data []byte, p int) (c rune) {
	if p < 0 || p+unicodeEscape > len(data) || data[p] != '\\' || data[p+1] != 'u' {
		return 0
	}
	for _, digit := range data[p+2 : p+unicodeEscape] {
		switch {
		case isDigit(digit):
			c = c<<4 | rune(digit-'0')
		case digit|0x20 >= 'a' && digit|0x20 <= 'f':
			c = c<<4 | rune((digit|0x20)-'a'+10)
		default:
			return 0
		}
	}
	return c
}

// escapedURL reports whether a scheme ends here, and what follows may hold a password.
func (sp *spotter) escapedURL(at Span, r rune) bool {
	if r != ':' && (r != '/' || at.Start == 0 || sp.data[at.Start-1] != ':') {
		return false
	}
	rest := sp.data[at.End:min(len(sp.data), at.End+codedReach)]
	return bytes.IndexByte(rest, '@') >= 0 || bytes.Contains(rest, []byte("%40")) || bytes.Contains(rest, []byte("&#"))
}

// besideEscape reports whether a value stands near, with words around it that speak of credentials.
func (sp *spotter) besideEscape(at Span, r rune) bool {
	if unicode.IsLetter(r) || unicode.IsSpace(r) && r != '\n' {
		return false
	}
	near := sp.data[max(0, at.Start-codedReach):min(len(sp.data), at.End+codedReach)]
	if !stretched(near) {
		return false
	}
	return sp.set.hints.contains(sp.data[max(0, at.Start-hintBefore):min(len(sp.data), at.End+hintBefore)])
}

// escapedEnd reports whether the escape is a line end or a tab by its letter: a key follows, as decode has it.
func (sp *spotter) escapedEnd(at Span) bool {
	c := sp.data[at.End-1]
	return sp.data[at.Start] == '\\' && (c == 'n' || c == 'r' || c == 't')
}

// stretched reports whether the text holds a run of token characters that looks random.
func stretched(text []byte) bool {
	var t token
	for p := minStretch - 1; p < len(text); p++ {
		if tokenClass[text[p]] == classNone {
			p += minStretch - 1
			continue
		}
		start, end := p, p+1
		for start > 0 && tokenClass[text[start-1]] != classNone {
			start--
		}
		for end < len(text) && tokenClass[text[end]] != classNone {
			end++
		}
		if end-start >= minStretch {
			if measure(text, start, end, &t); t.odd || t.whole.random() {
				return true
			}
		}
		p = end + minStretch - 1
	}
	return false
}
