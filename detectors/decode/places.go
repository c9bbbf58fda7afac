package decode

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// MinRun is the length of the shortest run of digits that begins something for Begins.
const MinRun = minBase64

// Begins calls yield with the places within text[from:to] where base64 or hex begins that reads as text, in a run of base64
// digits from start to end. No digit stands before the run unless it was cut off there, and end may be cut off at to plus
// MinRun. Whether a place is one depends on less than 64 bytes on either side. Decode decodes no other runs, but what
// escapes hide.
func Begins(text []byte, start, end, from, to int, cut bool, yield func(Span)) {
	if !cut {
		for _, at := range heads(text, start) {
			headAt(text, at, from, to, yield)
		}
	}
	for at, c := range text[start:min(end, to)] {
		if digit64[c] >= firstSign {
			headAt(text, start+at+1, from, to, yield)
		}
	}
}

// Manifests calls yield with the places that overlap text[from:to] where a manifest says that its values are base64.
func Manifests(text []byte, from, to int, yield func(Span)) {
	longest := len(secretKinds()[1])
	for at := max(0, from-longest); ; {
		i := bytes.IndexByte(text[at:min(len(text), to+longest)], 'S')
		if i < 0 {
			return
		}
		at += i + 1
		if !bytes.HasPrefix(text[at:], []byte("ecret")) {
			continue
		}
		for _, kind := range secretKinds() {
			start := at - 1 - strings.Index(kind, "S")
			if start >= 0 && bytes.HasPrefix(text[start:], []byte(kind)) && start < to && start+len(kind) > from {
				yield(Span{start, start + len(kind)})
			}
		}
	}
}

// heads are the offsets at which text may begin in the digits from start on: behind the letters and digits of an escape
// right before it, and anywhere in the first four digits of all.
func heads(text []byte, start int) []int {
	switch {
	case start == 0:
		return []int{0, 1, 2, 3}
	case text[start-1] == '\\':
		return []int{start, start + 1, start + 3, start + 5}
	case text[start-1] == '%', text[start-1] == '=':
		return []int{start, start + 2}
	case text[start] == '0' && text[start+1]|0x20 == 'x':
		return []int{start, start + 2}
	}
	return []int{start}
}

func headAt(text []byte, at, from, to int, yield func(Span)) {
	end := at + minBase64
	if end > len(text) || at >= to || end <= from || !(head64(text[at:end]) || headHex(text[at:end])) {
		return
	}
	for _, c := range text[at:end] {
		if digit64[c] == none {
			return
		}
	}
	yield(Span{at, end})
}

// Escapes calls yield with the escapes that begin in text[from:to], of any sort that Decode knows, and the character
// that each stands for; utf8.RuneError stands for a part of one. They may be less than Decode wants to have.
func Escapes(text []byte, from, to int, yield func(at Span, r rune)) {
	f := finder{text: text}
	s := Span{from, to}
	hex := func(lead byte) func(at int) int {
		return func(at int) int {
			if at+3 > len(text) {
				return 0
			}
			c, ok := hexByte(text[at+1:])
			switch {
			case !ok || lead == '=' && !bytes.HasPrefix(text[at:], quotedEquals):
			case c >= utf8.RuneSelf:
				yield(Span{at, at + 3}, utf8.RuneError)
			case readable(rune(c)):
				yield(Span{at, at + 3}, rune(c))
			}
			return 0
		}
	}
	f.each(s, '%', hex('%'))
	if bytes.Contains(text[from:min(len(text), to+2)], quotedEquals) {
		f.each(s, '=', hex('='))
	}
	f.each(s, '\\', func(at int) int {
		if at+1 == len(text) {
			return 0
		}
		if text[at+1] == '/' {
			yield(Span{at, at + 2}, '/')
		} else if r, n := escaped(text[at+1:]); n > 0 && readable(r) {
			yield(Span{at, at + 1 + n}, r)
		} else if c, ok := f.lineLetter(at, at+1); ok {
			yield(Span{at, at + 2}, rune(c))
		}
		return 0
	})
	f.each(s, '&', func(at int) int {
		if data, end := f.entity(at); data != "" {
			r, _ := utf8.DecodeRuneInString(data)
			yield(Span{at, end}, r)
		}
		return 0
	})
}
