package decode

import "bytes"

// Join is the encoding of a string that source code writes in pieces: "abc" + "def", 'abc' and 'def' on two lines, or a
// line that a backslash continues.
const Join = "join"

const maxJoin = 64 // bytes from a piece to the next one

// Joined reports whether the run text[start:end] is a piece of a string that goes on in another piece, or began in one.
func Joined(text []byte, start, end int) bool {
	if _, ok := joinAt(text, closing(text, end)); ok {
		return true
	}
	if start == 0 {
		return false
	}
	before := text[max(0, start-maxJoin):start]
	if q := before[len(before)-1]; quote(q) {
		p := max(0, start-maxJoin) + len(bytes.TrimRight(before[:len(before)-1], " \t\r\n+.&\\"))
		at, ok := joinAt(text, p-1)
		return ok && at.End == start
	}
	return false
}

// closing returns where the string ends whose last run ends at p: after the escapes of a line's end.
func closing(text []byte, p int) int {
	for p+1 < len(text) && text[p] == '\\' && (text[p+1] == 'n' || text[p+1] == 'r') {
		p += 2
	}
	return p
}

// joins finds what stands between the pieces of a string.
func (f *finder) joins(s Span) {
	for _, c := range []byte("\"'`\\") {
		f.each(s, c, func(at int) int {
			in, ok := joinAt(f.text, at)
			if ok && in.End <= s.End {
				f.add(in, nil, Join)
				return in.End
			}
			return 0
		})
	}
}

// joinAt returns the place from the quote at p, which ends a piece, to the first byte of the next piece; or that of a
// backslash at p with the line's end behind it.
func joinAt(text []byte, p int) (Span, bool) {
	if p < 1 || p >= len(text) || !digitOf(text[p-1]) {
		return Span{}, false
	}
	q, ops, lines := p+1, 0, 0
	if text[p] == '\\' {
		if q < len(text) && text[q] == '\r' {
			q++
		}
		return Span{p, q + 1}, q+1 < len(text) && text[q] == '\n' && digitOf(text[q+1])
	}
	for q < len(text) && q-p < maxJoin {
		switch c := text[q]; c {
		case '\n':
			lines++
		case ' ', '\t', '\r':
		case '+', '.', '&', '\\':
			ops++
		default:
			ok := c == text[p] && quote(c) && ops < 3 && q+1 < len(text) && digitOf(text[q+1])
			return Span{p, q + 1}, ok && ops+lines > 0
		}
		q++
	}
	return Span{}, false
}

func quote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// digitOf reports whether a byte may be one of a value in pieces.
func digitOf(c byte) bool {
	return alnum(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-'
}
