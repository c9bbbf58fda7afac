package detectors

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

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
		if sp.escapedRun(at, r) || sp.escapedPhrase(at, r) || sp.escapedURL(at, r) || (sp.besideEscape(at, r) || sp.escapedEnd(at)) && sp.reveals(at, at.End+codedReach) {
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
