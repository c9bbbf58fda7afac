package decode

import (
	"bytes"
	"slices"
	"unicode"

	"golang.org/x/text/encoding"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// The text encodings that Text and TextEncoding name. The empty string stands for data that is used as it is.
const (
	UTF8    = "utf-8" // with a byte order mark
	UTF16LE = "utf-16le"
	UTF16BE = "utf-16be"
	UTF32LE = "utf-32le"
	UTF32BE = "utf-32be"
)

const (
	sampleSize = 4096
	asciiRun   = 32 // bytes; chance alone does not make so many printable bytes in UTF-16 of any script
)

// Text returns data as UTF-8 without a byte order mark, and the encoding it was in. UTF-16 is known by its mark or by
// where its NUL bytes lie, UTF-32 by its mark. Other data is returned as it is, not copied, with an empty encoding.
// Line ends stay line ends, so line numbers are those of the original.
func Text(data []byte) (text []byte, encoding string) {
	encoding = TextEncoding(data)
	return TextFrom(data, encoding), encoding
}

// TextEncoding names the encoding of a text that begins with data; 4096 bytes decide.
func TextEncoding(data []byte) string {
	sample := data[:min(len(data), sampleSize)]
	for _, m := range marks() {
		if !bytes.HasPrefix(sample, m.mark) {
			continue
		}
		if m.encoding == UTF8 || mostlyText(TextFrom(whole(sample), m.encoding)) {
			return m.encoding
		}
	}
	return unmarked(whole(sample))
}

// TextFrom converts data, which begins at a character's first byte, from the named encoding. A leading byte order mark
// is left out. Runs of plain ASCII inside UTF-16, as a tool that appends to a file of another encoding leaves them,
// are kept.
func TextFrom(data []byte, encoding string) []byte {
	switch encoding {
	case UTF8:
		return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	case UTF16LE:
		return fromUTF16(bytes.TrimPrefix(data, []byte("\xff\xfe")), xunicode.LittleEndian)
	case UTF16BE:
		return fromUTF16(bytes.TrimPrefix(data, []byte("\xfe\xff")), xunicode.BigEndian)
	case UTF32LE:
		return decoded(utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), bytes.TrimPrefix(data, []byte("\xff\xfe\x00\x00")))
	case UTF32BE:
		return decoded(utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), bytes.TrimPrefix(data, []byte("\x00\x00\xfe\xff")))
	}
	return data
}

type mark struct {
	mark     []byte
	encoding string
}

// UTF-32's little-endian mark begins with UTF-16's, so it comes first.
func marks() []mark {
	return []mark{
		{[]byte("\xef\xbb\xbf"), UTF8},
		{[]byte("\xff\xfe\x00\x00"), UTF32LE},
		{[]byte("\x00\x00\xfe\xff"), UTF32BE},
		{[]byte("\xff\xfe"), UTF16LE},
		{[]byte("\xfe\xff"), UTF16BE},
	}
}

// whole cuts a sample to a multiple of four bytes when it can, so that no character is cut in two but a surrogate pair.
func whole(sample []byte) []byte {
	if len(sample) < sampleSize {
		return sample[:len(sample)&^1]
	}
	return sample[:len(sample)&^3]
}

// unmarked tells UTF-16 without a byte order mark by its NUL bytes: ASCII characters, of which every text that matters
// here has some, have one on the same side.
func unmarked(sample []byte) string {
	var even, odd, ascii int
	for i := 0; i+1 < len(sample); i += 2 {
		switch {
		case plain(sample[i]) && plain(sample[i+1]):
			ascii++
		case sample[i] == 0 && sample[i+1] != 0:
			even++
		case sample[i] != 0 && sample[i+1] == 0:
			odd++
		}
	}
	pairs := len(sample) / 2
	candidate := ""
	switch {
	case odd*8 >= pairs && even*100 <= pairs:
		candidate = UTF16LE
	case even*8 >= pairs && odd*100 <= pairs:
		candidate = UTF16BE
	}
	// NUL-separated ASCII has more plain pairs than NUL bytes.
	if pairs == 0 || candidate == "" || ascii > even+odd || !mostlyText(TextFrom(sample, candidate)) {
		return ""
	}
	return candidate
}

// mostlyText reports whether at most one character in 32 is none that a text has.
func mostlyText(text []byte) bool {
	odd, all := 0, 0
	for _, r := range string(text) {
		all++
		if !unicode.IsGraphic(r) && r != '\n' && r != '\r' && r != '\t' && r != '\f' && r != 0 && !unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			odd++
		}
	}
	return odd*32 <= all
}

func fromUTF16(data []byte, order xunicode.Endianness) []byte {
	utf16 := xunicode.UTF16(order, xunicode.IgnoreBOM)
	var text []byte
	for {
		start, end := plainRun(data, order)
		if start == end {
			break
		}
		text = append(text, decoded(utf16, data[:start])...)
		text = append(text, data[start:end]...)
		data = data[end:]
	}
	return append(text, decoded(utf16, data)...)
}

// plainRun finds the first long run of printable ASCII bytes in UTF-16 data. Bytes at its ends that are halves of
// UTF-16 characters are not part of it.
func plainRun(data []byte, order xunicode.Endianness) (start, end int) {
	for i := 0; i < len(data); i++ {
		if !plain(data[i]) {
			continue
		}
		start := i
		for i < len(data) && plain(data[i]) {
			i++
		}
		end := i
		start += start & 1
		if order == xunicode.LittleEndian && end < len(data) && data[end] == 0 {
			end--
		}
		if end-start >= asciiRun {
			return start, end
		}
	}
	return 0, 0
}

func plain(c byte) bool { return c >= ' ' && c <= '~' || c == '\n' || c == '\r' || c == '\t' }

// decoded never fails: what is no character becomes U+FFFD.
func decoded(e encoding.Encoding, data []byte) []byte {
	text, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return slices.Clone(data)
	}
	return text
}
