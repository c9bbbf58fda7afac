package decode

import (
	"bytes"
	"compress/gzip"
	"io"
	"unicode/utf8"
)

// The encodings of runs of digits. What lies below, gzip or another encoding of text, is joined with a slash.
const (
	Base64 = "base64"
	Hex    = "hex"
)

const (
	minBase64 = 24 // digits; they make 18 bytes, the least that a secret with a shape of its own has
	minHex    = 32
	minValue  = 8 // digits of a value in a Kubernetes Secret, whose values are base64 whatever their length
	headBytes = 12
	none      = 0xff
	firstSign = 62 // the value of the first digit of base64 that is neither a letter nor a number
)

// digit64 holds the values of base64's digits, the standard ones and those for URLs. Read-only.
var digit64 = digits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "-_")

// hexValue holds the values of hex digits. Read-only.
var hexValue = func() [256]uint8 {
	t := digits("0123456789abcdef", "")
	for c := 'A'; c <= 'F'; c++ {
		t[c] = uint8(c - 'A' + 10)
	}
	return t
}()

func digits(list, last string) (t [256]uint8) {
	for i := range t {
		t[i] = none
	}
	for i := range len(list) {
		t[list[i]] = uint8(i)
	}
	for i := range len(last) {
		t[last[i]] = uint8(len(list) - len(last) + i)
	}
	return t
}

// runs finds base64 and hex.
func (f *finder) runs(s Span, touched func(Span) bool) {
	least := minBase64
	if kubernetesSecret(f.text[s.Start:s.End]) {
		least = minValue
	}
	done := s.Start
	digitRuns(f.text, s.Start, s.End, least, func(start, end int) {
		if start = max(start, done); end-start < least {
			return
		}
		if end-start < minBase64 && !f.value(start, end) {
			return
		}
		r := f.begin(start, end)
		if r.start < 0 || touched(Span{r.start, end}) {
			return
		}
		done = f.decode(r)
	})
}

// digitRuns calls yield with every run of at least least digits. It looks at one byte in as many until it meets one.
func digitRuns(text []byte, from, to, least int, yield func(start, end int)) {
	for p := from; p < to; {
		probe := p + least - 1
		if probe >= to {
			return
		}
		if digit64[text[probe]] == none {
			p = probe + 1
			continue
		}
		start, end := probe, probe+1
		for start > p && digit64[text[start-1]] != none {
			start--
		}
		for end < to && digit64[text[end]] != none {
			end++
		}
		if end-start >= least {
			yield(start, end)
		}
		p = end + 1
	}
}

// run is where digits begin that read as text, and how.
type run struct {
	start, end int // of the digits on the first line
	hex        bool
	skip       int // digits that belong to what came before the text
}

// begin finds where within a run of digits encoded text begins: at its start, after the n of an escaped line end, or
// after a separator, which base64 has for digits and which paths and names have too. At the start of a text it begins
// anywhere, since that may be the middle of a run.
func (f *finder) begin(start, end int) run {
	for skip := 0; start == 0 && skip < 4 && end > minBase64+4; skip++ {
		if head64(f.text[skip:end]) {
			return run{start: 0, end: end, skip: skip}
		}
	}
	if start > 0 && f.text[start-1] == '\\' {
		start++ // \n, \r, \t
	}
	for at := start; end-at >= minValue; {
		if r := (run{start: at, end: end}); f.reads(&r) {
			return r
		}
		next := bytes.IndexAny(f.text[at:end], "/+-_")
		if next < 0 || end-at-next <= minBase64 {
			break
		}
		at += next + 1
	}
	return run{start: -1}
}

// reads says whether the digits read as text, and sets how.
func (f *finder) reads(r *run) bool {
	text := f.text[r.start:r.end]
	if len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		text = text[2:]
	}
	if len(text) >= minHex && headHex(text) {
		r.hex, r.start = true, r.end-len(text)
		return true
	}
	return head64(text) && (len(text) >= minBase64 || f.value(r.start, r.end))
}

// head64 says whether the first bytes of base64 are text, gzip or UTF-16.
func head64(digits []byte) bool {
	if len(digits) >= 4 {
		if v := four64(digits); !mayBegin(byte(v>>16), byte(v>>8), byte(v)) {
			return false
		}
	}
	var head [headBytes]byte
	n := 0
	for i := 0; i+4 <= len(digits) && n < headBytes; i += 4 {
		v := four64(digits[i:])
		head[n], head[n+1], head[n+2] = byte(v>>16), byte(v>>8), byte(v)
		n += 3
	}
	return begins(head[:n])
}

// four64 reads the first four digits of base64, which make three bytes.
func four64(digits []byte) uint32 {
	_ = digits[3]
	return uint32(digit64[digits[0]])<<18 | uint32(digit64[digits[1]])<<12 | uint32(digit64[digits[2]])<<6 | uint32(digit64[digits[3]])
}

func headHex(text []byte) bool {
	if len(text) >= 6 {
		a, ok := hexByte(text)
		b, also := hexByte(text[2:])
		c, too := hexByte(text[4:])
		if !ok || !also || !too || !mayBegin(a, b, c) {
			return false
		}
	}
	var head [headBytes]byte
	n := 0
	for i := 0; i+2 <= len(text) && n < headBytes; i += 2 {
		c, ok := hexByte(text[i:])
		if !ok {
			return false
		}
		head[n] = c
		n++
	}
	return begins(head[:n])
}

var gzipMagic = []byte{0x1f, 0x8b, 8}

// mayBegin refuses, by its first three bytes, most of what begins would refuse, and nothing else.
func mayBegin(a, b, c byte) bool {
	switch {
	case plain(a) && plain(b):
		return plain(c) || wideLead(c)
	case a >= utf8.RuneSelf:
		return wideLead(a) && wideTail(b) || a^b == 1 && a|b == 0xff // a character, or the mark of UTF-16
	case plain(a) && wideLead(b):
		return wideTail(c)
	case b == 0 || a == 0:
		return true // UTF-16
	}
	return a == gzipMagic[0] && b == gzipMagic[1]
}

// wideLead and wideTail report whether a byte may begin, and go on with, a character of UTF-8 that is none of ASCII.
func wideLead(c byte) bool { return c >= 0xc2 && c <= 0xf4 }
func wideTail(c byte) bool { return c&0xc0 == 0x80 }

func begins(head []byte) bool {
	if bytes.HasPrefix(head, gzipMagic) {
		return true
	}
	if textPrefix(head, 0) == len(head) {
		return true
	}
	wide := bytes.TrimPrefix(bytes.TrimPrefix(head, []byte("\xff\xfe")), []byte("\xfe\xff"))
	even, odd := 0, 0
	for i := 0; i+1 < len(wide); i += 2 {
		switch {
		case wide[i] == 0 && plain(wide[i+1]):
			even++
		case wide[i+1] == 0 && plain(wide[i]):
			odd++
		}
	}
	return max(even, odd) == len(wide)/2 && len(wide) > 4
}

// textPrefix returns how much of data is text: up to where more than odd of 32 characters are none. A character cut off
// by the end counts as one.
func textPrefix(data []byte, odd int) int {
	bad, since, first := 0, 0, 0
	for i := 0; i < len(data); {
		r, n := rune(data[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && !utf8.FullRune(data[i:]) {
				return len(data)
			}
		}
		if since++; since > 32 {
			bad, since = 0, 0
		}
		if !readable(r) {
			if bad++; bad == 1 {
				first = i
			}
			if bad > odd {
				return first
			}
		}
		i += n
	}
	return len(data)
}

// decode adds a run, with the lines that continue it, and returns where to go on.
func (f *finder) decode(r run) int {
	lines := []Span{{r.start, r.end}}
	if r.end-r.start >= minBase64 {
		lines = f.wrapped(r)
	}
	data, ends := f.digits(r, lines)
	if n := len(lines); n > 1 && textPrefix(data[ends[n-2]:], 0) < len(data)-ends[n-2] && !bytes.HasPrefix(data, gzipMagic) {
		lines, data = lines[:n-1], data[:ends[n-2]] // a word that stands alone on the line below
	}
	end := f.padding(lines[len(lines)-1].End, r.hex)
	name := Base64
	if r.hex {
		name = Hex
	}
	if text, below := f.below(data); below != "" {
		if len(text) > 0 {
			f.add(Span{f.lead(r), end}, text, name+"/"+below)
		}
		return end
	}
	const fewOdd = 2
	n := textPrefix(data, fewOdd)
	if n < len(data) && n < minBase64/4*3 || r.end-r.start < minBase64 && textPrefix(data, 0) < len(data) {
		return end
	}
	lines[0].Start = f.lead(r)
	f.lines(lines, ends, data[:n], end, name)
	return end
}

// lead returns where a run begins with the 0x that says that it is hex.
func (f *finder) lead(r run) int {
	if r.hex && r.start > 1 && f.text[r.start-1]|0x20 == 'x' && f.text[r.start-2] == '0' {
		return r.start - 2
	}
	return r.start
}

// lines adds the digits line by line.
func (f *finder) lines(lines []Span, ends []int, data []byte, end int, name string) {
	from := 0
	for i, line := range lines {
		if i == len(lines)-1 {
			line.End = end
		} else {
			line.End = lines[i+1].Start
		}
		to := min(ends[i], len(data))
		if from >= to {
			return
		}
		if ends[i] > len(data) {
			line.End = lines[i].End
		}
		f.add(line, data[from:to], name)
		from = to
	}
}

// digits decodes the lines of a run. Ends holds how many bytes there are after each line.
func (f *finder) digits(r run, lines []Span) (data []byte, ends []int) {
	size, table, width := 6, &digit64, 0
	if r.hex {
		size, table = 4, &hexValue
	}
	for _, line := range lines {
		width += line.End - line.Start
	}
	data = make([]byte, 0, width*size/8)
	acc, bits, skip := uint32(0), 0, r.skip
	for _, line := range lines {
		for _, c := range f.text[line.Start:line.End] {
			if skip > 0 {
				skip--
				continue
			}
			acc, bits = acc<<size|uint32(table[c]), bits+size
			if bits >= 8 {
				bits -= 8
				data = append(data, byte(acc>>bits))
			}
		}
		ends = append(ends, len(data))
	}
	return data, ends
}

func (f *finder) padding(end int, hex bool) int {
	for i := 0; i < 2 && !hex && end < len(f.text) && f.text[end] == '='; i++ {
		end++
	}
	return end
}

// wrapped returns the lines of a run that goes on over line ends, real or escaped. All but the last have one length,
// and the first may share its line with a name.
func (f *finder) wrapped(r run) []Span {
	table := &digit64
	if r.hex {
		table = &hexValue
	}
	lines := []Span{{r.start, r.end}}
	width := 0
	for at := r.end; ; {
		start := f.lineEnd(at)
		if start < 0 {
			return lines
		}
		end := start
		for end < len(f.text) && table[f.text[end]] != none {
			end++
		}
		n := end - start
		if next := f.padding(end, r.hex); n == 0 || width > 0 && n > width || next < len(f.text) && f.text[next] > ' ' && !bytes.ContainsRune([]byte(`"'\,;<`), rune(f.text[next])) {
			return lines
		}
		lines = append(lines, Span{start, end})
		if width > 0 && n < width || f.padding(end, r.hex) > end {
			return lines
		}
		width, at = n, end
	}
}

const longestIndent = 64

// lineEnd returns where the digits of the next line begin, or -1 when no line ends here.
func (f *finder) lineEnd(at int) int {
	rest := f.text[at:min(len(f.text), at+longestIndent)]
	short := rest
	for _, end := range []string{"\r\n", "\n", `\r\n`, `\n`, `\\n`} {
		if bytes.HasPrefix(rest, []byte(end)) {
			short = rest[len(end):]
			break
		}
	}
	if len(short) == len(rest) {
		return -1
	}
	return at + len(rest) - len(bytes.TrimLeft(short, " \t"))
}

// below takes gzip and encodings of text off. It returns no text when there is something that does not read as such.
func (f *finder) below(data []byte) (text []byte, name string) {
	if bytes.HasPrefix(data, gzipMagic) {
		name = "gzip"
		if data = f.gunzip(data); data == nil {
			return nil, name
		}
	}
	text, encoding := Text(data)
	if encoding != "" && encoding != UTF8 {
		if name != "" {
			name += "/"
		}
		return text, name + encoding
	}
	if name != "" {
		text = text[:textPrefix(text, 2)]
	}
	return text, name
}

// gunzip returns what there is, even if the end is cut off, but for what has no room.
func (f *finder) gunzip(data []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(r, int64(f.room)))
	f.room -= len(out)
	return out
}
