package decode

import (
	"bytes"
	"html"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings that Decode takes off, beside those of texts.
const (
	Percent         = "percent"
	Escape          = "escape" // \u0041, \x41, \/, and \n before what may be a key
	Entity          = "entity" // &amp;, &#65;
	QuotedPrintable = "quoted-printable"
)

// each calls yield for every place of c in the span. Yield returns where to go on.
func (f *finder) each(s Span, c byte, yield func(at int) int) {
	for p := s.Start; p < s.End; {
		i := bytes.IndexByte(f.text[p:s.End], c)
		if i < 0 {
			return
		}
		p = max(p+i+1, yield(p+i))
	}
}

// percent finds %41. A plus sign means a space in a query only where it stands between words, as in a phrase: of the
// rest of the text it may be a digit of base64.
func (f *finder) percent(s Span) {
	any := false
	f.each(s, '%', func(at int) int {
		data, end := percentRun(f.text, at)
		if textual(data) {
			f.split(at, 3, data, Percent)
			any = true
		}
		return end
	})
	if any {
		f.plus(s)
	}
}

func percentRun(text []byte, at int) (data []byte, end int) {
	for end = at; end+3 <= len(text) && text[end] == '%'; end += 3 {
		c, ok := hexByte(text[end+1:])
		if !ok {
			break
		}
		data = append(data, c)
	}
	return data, end
}

// split adds escapes of a fixed width that stand side by side, each by itself when it is ASCII.
func (f *finder) split(at, width int, data []byte, encoding string) {
	for i := 0; i < len(data); {
		n := 1
		if data[i] >= utf8.RuneSelf {
			_, n = utf8.DecodeRune(data[i:])
		}
		f.add(Span{at + i*width, at + (i+n)*width}, data[i:i+n], encoding)
		i += n
	}
}

const longestWord = 12 // letters of a word in a phrase

func (f *finder) plus(s Span) {
	f.each(s, '+', func(at int) int {
		before, after := at, at+1
		for before > s.Start && at-before <= longestWord && lower(f.text[before-1]) {
			before--
		}
		for after < s.End && after-at <= longestWord && lower(f.text[after]) {
			after++
		}
		ends := (before == s.Start || !alnum(f.text[before-1])) && (after == s.End || !alnum(f.text[after]))
		if ends && at-before > 2 && after-at > 3 {
			f.add(Span{at, at + 1}, []byte(" "), Percent)
		}
		return 0
	})
}

func lower(c byte) bool { return 'a' <= c && c <= 'z' }

func alnum(c byte) bool { return lower(c|0x20) || '0' <= c && c <= '9' }

// backslash finds \u0041, \u{41}, \U00000041, \x41 and \/, with any number of backslashes as nested strings have them.
func (f *finder) backslash(s Span) {
	f.each(s, '\\', func(at int) int {
		p := at + 1
		for p < len(f.text) && f.text[p] == '\\' {
			p++
		}
		if p == len(f.text) {
			return p
		}
		if f.text[p] == '/' {
			f.add(Span{at, p + 1}, []byte("/"), Escape)
			return p + 1
		}
		if c, ok := f.lineLetter(at, p); ok {
			f.add(Span{at, p + 1}, []byte{c}, Escape)
			return p + 1
		}
		r, n := escaped(f.text[p:])
		if utf16.IsSurrogate(r) {
			low, m := trailing(f.text[p+n:])
			r, n = utf16.DecodeRune(r, low), n+m
		}
		if n == 0 || !readable(r) {
			return p
		}
		f.add(Span{at, p + n}, utf8.AppendRune(nil, r), Escape)
		return p + n
	})
}

const (
	keyLength   = 16 // bytes of what may be a key
	blockLength = 60 // of a line within a block of base64
)

// lineLetter returns what the letter at p stands for when the text goes on with what may be a key, which that letter would
// seem to be a part of. Blocks of base64, of which every line begins so, are read as they stand.
func (f *finder) lineLetter(at, p int) (c byte, ok bool) {
	i := bytes.IndexByte([]byte("nrt"), f.text[p])
	if i < 0 {
		return 0, false
	}
	letters, digits, q := 0, 0, p+1
	for ; q < len(f.text) && q-p <= keyLength && keyByte(f.text[q]); q++ {
		if f.text[q] >= '0' && f.text[q] <= '9' {
			digits++
		} else {
			letters++
		}
	}
	if q-p <= keyLength || letters == 0 || digits == 0 {
		return 0, false
	}
	before := at
	for before > 0 && at-before < blockLength && keyByte(f.text[before-1]) {
		before--
	}
	if at-before == blockLength || bytes.HasSuffix(f.text[:at], []byte("-----")) {
		return 0, false
	}
	return "\n\r\t"[i], true
}

func keyByte(c byte) bool { return alnum(c) || c == '_' || c == '-' || c == '+' || c == '/' }

// trailing reads the second half of a surrogate pair with the backslashes before it.
func trailing(text []byte) (rune, int) {
	rest := bytes.TrimLeft(text, `\`)
	lead := len(text) - len(rest)
	if lead == 0 || lead > 8 || len(rest) == 0 {
		return 0, 0
	}
	r, n := escaped(rest)
	if n == 0 {
		return 0, 0
	}
	return r, lead + n
}

// escaped reads what follows a backslash. N is 0 when that is no escape of a character's number.
func escaped(text []byte) (r rune, n int) {
	switch {
	case len(text) > 2 && text[0] == 'u' && text[1] == '{':
		for n = 2; n < len(text) && n < 9 && text[n] != '}'; n++ {
			digit := hexValue[text[n]]
			if digit == none {
				return 0, 0
			}
			r = r<<4 | rune(digit)
		}
		if n == 2 || n == len(text) || text[n] != '}' {
			return 0, 0
		}
		return r, n + 1
	case text[0] == 'u':
		return hexRune(text, 4)
	case text[0] == 'U':
		return hexRune(text, 8)
	case text[0] == 'x':
		return hexRune(text, 2)
	}
	return 0, 0
}

func hexRune(text []byte, digits int) (r rune, n int) {
	if len(text) <= digits {
		return 0, 0
	}
	for _, c := range text[1 : digits+1] {
		digit := hexValue[c]
		if digit == none {
			return 0, 0
		}
		r = r<<4 | rune(digit)
	}
	return r, digits + 1
}

const longestEntity = 32

// entities finds &amp;, &#65; and &#x41;.
func (f *finder) entities(s Span) {
	f.each(s, '&', func(at int) int {
		data, end := f.entity(at)
		if data == "" {
			return 0
		}
		f.add(Span{at, end}, []byte(data), Entity)
		return end
	})
}

// entity returns what the entity at an ampersand stands for, empty when there is none.
func (f *finder) entity(at int) (data string, end int) {
	n := bytes.IndexByte(f.text[at:min(len(f.text), at+longestEntity)], ';')
	if n < 2 || !entityName(f.text[at+1:at+n]) {
		return "", 0
	}
	name := string(f.text[at : at+n+1])
	data = html.UnescapeString(name)
	if data == name || strings.HasSuffix(data, ";") && name != "&semi;" && name != "&#59;" {
		return "", 0
	}
	if data == "\u00a0" {
		data = " "
	}
	if r, _ := utf8.DecodeRuneInString(data); !readable(r) {
		return "", 0
	}
	return data, at + n + 1
}

func entityName(name []byte) bool {
	name = bytes.TrimPrefix(name, []byte("#"))
	for _, c := range name {
		if !alnum(c) {
			return false
		}
	}
	return len(name) > 0
}

var quotedEquals = []byte("=3D")

// quoted finds =3D and line ends after an equals sign, in texts that say or show that they are quoted-printable: what
// begins with =3D may be a value as well.
func (f *finder) quoted(s Span) {
	part := f.text[s.Start:s.End]
	if !bytes.Contains(part, quotedEquals) || !bytes.Contains(part, []byte("=\n")) && !bytes.Contains(part, []byte("=\r\n")) && !bytes.Contains(bytes.ToLower(part), []byte(QuotedPrintable)) {
		return
	}
	f.each(s, '=', func(at int) int {
		rest := f.text[at+1:]
		switch {
		case bytes.HasPrefix(rest, []byte("\n")):
			f.add(Span{at, at + 2}, nil, QuotedPrintable)
			return at + 2
		case bytes.HasPrefix(rest, []byte("\r\n")):
			f.add(Span{at, at + 3}, nil, QuotedPrintable)
			return at + 3
		}
		data, end := quotedRun(f.text, at)
		if textual(data) {
			f.split(at, 3, data, QuotedPrintable)
		}
		return end
	})
}

// quotedRun reads escapes side by side. The digits are capital letters by RFC 2045.
func quotedRun(text []byte, at int) (data []byte, end int) {
	for end = at; end+3 <= len(text) && text[end] == '='; end += 3 {
		c, ok := hexByte(text[end+1:])
		if !ok || lower(text[end+1]) || lower(text[end+2]) {
			break
		}
		data = append(data, c)
	}
	return data, end
}

func hexByte(text []byte) (byte, bool) {
	high, low := hexValue[text[0]], hexValue[text[1]]
	return high<<4 | low&15, high != none && low != none
}

// readable says whether a text may hold the character.
func readable(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f || r == '\n' || r == '\r' || r == '\t'
	}
	return r != utf8.RuneError && unicode.IsGraphic(r)
}

// textual says whether all of data is characters that a text may hold.
func textual(data []byte) bool {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if !readable(r) {
			return false
		}
		i += n
	}
	return len(data) > 0
}
