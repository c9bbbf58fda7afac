package pdf

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// font is what is needed of a font to read what it draws.
type font struct {
	wide     bool              // codes of two bytes
	chars    map[uint32]string // characters by code
	to       *cmap             // that come before those; nil without
	utf16    bool              // codes are UTF-16
	widths   map[uint32]float64
	standard float64 // width of the codes that widths lacks, in thousandths; 0 when the name tells
	base     string  // name of the font
}

// font reads a font dictionary.
func (f *file) font(d dict) *font {
	out := &font{chars: map[uint32]string{}, widths: map[uint32]float64{}}
	if d["Subtype"] == name("Type0") {
		f.composite(out, d)
	} else {
		f.simple(out, d)
	}
	if s, ok := f.value(d["ToUnicode"]).(*stream); ok {
		out.to = f.cmap(s)
	}
	return out
}

// cmap reads a map once, and no more of all maps together than a document has use for.
func (f *file) cmap(s *stream) *cmap {
	m, known := f.cmaps[s]
	if !known {
		if m = readCMap(f.content(s), mostChars-f.chars); f.cmaps == nil {
			f.cmaps = map[*stream]*cmap{}
		}
		f.cmaps[s], f.chars = m, f.chars+len(m.chars)
	}
	return m
}

func (f *file) composite(out *font, d dict) {
	out.wide, out.standard = true, 1000
	encoding, _ := f.value(d["Encoding"]).(name)
	out.utf16 = strings.HasPrefix(string(encoding), "Uni")
	list := f.array(d["DescendantFonts"])
	if len(list) == 0 {
		return
	}
	below := f.dict(list[0])
	if w, ok := f.value(below["DW"]).(float64); ok {
		out.standard = w
	}
	w := f.array(below["W"])
	for i := 0; i+1 < len(w); {
		first, _ := f.value(w[i]).(float64)
		switch next := f.value(w[i+1]).(type) {
		case []any:
			for k, v := range next {
				if width, ok := f.value(v).(float64); ok {
					out.widths[uint32(first)+uint32(k)] = width
				}
			}
			i += 2
		case float64:
			if i+2 >= len(w) {
				return
			}
			width, _ := f.value(w[i+2]).(float64)
			for n := first; n <= next && n < first+1<<16 && f.chars < mostChars; n++ {
				out.widths[uint32(n)] = width
				f.chars++
			}
			i += 3
		default:
			return
		}
	}
}

func (f *file) simple(out *font, d dict) {
	for c := range 256 {
		if c >= ' ' {
			out.chars[uint32(c)] = string(charmap.Windows1252.DecodeByte(byte(c)))
		}
	}
	switch encoding := f.value(d["Encoding"]).(type) {
	case name:
		if encoding == "MacRomanEncoding" {
			out.mac()
		}
	case dict:
		if f.value(encoding["BaseEncoding"]) == name("MacRomanEncoding") {
			out.mac()
		}
		at := uint32(0)
		for _, v := range f.array(encoding["Differences"]) {
			switch v := f.value(v).(type) {
			case float64:
				at = uint32(max(0, v))
			case name:
				if s, ok := glyph(string(v)); ok {
					out.chars[at] = s
				}
				at++
			}
		}
	}
	first, _ := f.value(d["FirstChar"]).(float64)
	scale := 1.0
	if m := f.array(d["FontMatrix"]); d["Subtype"] == name("Type3") && len(m) == 6 {
		if x, ok := f.value(m[0]).(float64); ok && x > 0 {
			scale = x * 1000
		}
	}
	for i, v := range f.array(d["Widths"]) {
		if w, ok := f.value(v).(float64); ok {
			out.widths[uint32(first)+uint32(i)] = w * scale
		}
	}
	base, _ := f.value(d["BaseFont"]).(name)
	if out.base = string(base); strings.Contains(out.base, "Courier") {
		out.standard = 600
	}
}

func (t *font) mac() {
	for c := 128; c < 256; c++ {
		t.chars[uint32(c)] = string(charmap.Macintosh.DecodeByte(byte(c)))
	}
}

// width is how far a code moves on, in thousandths; when that is not known for sure, as in Helvetica.
func (t *font) width(c uint32) (w float64, sure bool) {
	if w, ok := t.widths[c]; ok && w > 0 {
		return w, true
	}
	if t.standard > 0 {
		return t.standard, true
	}
	if w, sure := standardWidth(t.base, c); w > 0 {
		return w, sure
	}
	return 560, false
}

// text is the character of a code.
func (t *font) text(c uint32) string {
	if t.to != nil {
		if s, ok := t.to.chars[c]; ok {
			return s
		}
	}
	if s, ok := t.chars[c]; ok {
		return s
	}
	if t.utf16 && c >= ' ' {
		return string(rune(c))
	}
	return ""
}

// plain writes ligatures and the kinds of spaces and hyphens as credentials have them.
func plain(s string) string {
	if len(s) < 2 {
		return s
	}
	return plainer.Replace(s)
}

var plainer = strings.NewReplacer("\ufb00", "ff", "\ufb01", "fi", "\ufb02", "fl", "\ufb03", "ffi", "\ufb04", "ffl", "\ufb05", "st", "\ufb06", "st",
	"\u00a0", " ", "\u2002", " ", "\u2003", " ", "\u2009", " ", "\u00ad", "-", "\u2010", "-", "\u2011", "-", "\u200b", "")

// glyph is the character that a name of the Adobe Glyph List stands for, as far as credentials have it.
func glyph(word string) (string, bool) {
	if word, _, _ = strings.Cut(word, "."); len(word) == 1 {
		return word, true
	}
	if s, ok := glyphNames[word]; ok {
		return s, true
	}
	for _, prefix := range []string{"uni", "u"} {
		if digits, ok := strings.CutPrefix(word, prefix); ok && len(digits) >= 4 && len(digits) <= 6 {
			if n, err := strconv.ParseUint(digits, 16, 32); err == nil {
				return string(rune(n)), true
			}
		}
	}
	return "", false
}

// glyphNames are the names of ASCII and of ligatures. Read-only.
var glyphNames = map[string]string{
	"space": " ", "exclam": "!", "quotedbl": `"`, "numbersign": "#", "dollar": "$", "percent": "%", "ampersand": "&", "quotesingle": "'", "quoteright": "'",
	"quoteleft": "`", "grave": "`", "parenleft": "(", "parenright": ")", "asterisk": "*", "plus": "+", "comma": ",", "hyphen": "-", "minus": "-",
	"period": ".", "slash": "/", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
	"nine": "9", "colon": ":", "semicolon": ";", "less": "<", "equal": "=", "greater": ">", "question": "?", "at": "@", "bracketleft": "[",
	"backslash": `\`, "bracketright": "]", "asciicircum": "^", "circumflex": "^", "underscore": "_", "braceleft": "{", "bar": "|", "braceright": "}", "asciitilde": "~", "tilde": "~",
	"fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", "ffl": "ffl", "quotedblleft": `"`, "quotedblright": `"`, "endash": "-", "emdash": "-", "nbspace": " ",
}
