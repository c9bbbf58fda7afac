package pdf

import (
	"bytes"
	"strconv"
)

// The values of objects (ISO 32000-1, 7.3): nil, bool, float64, text, name, ref, []any, dict and *stream; operator in
// streams that draw.
type (
	text     []byte
	name     string
	operator string
	ref      int // the number of an object; generations are not told apart
	dict     map[name]any
)

// stream is what stands between "stream" and "endstream".
type stream struct {
	dict dict
	raw  []byte
}

const (
	deepest  = 50      // arrays and dictionaries in one another
	mostIn   = 100_000 // values in one of them
	longName = 127
)

// lexer reads values one after the other. What is broken is left out: a reader of secrets wants the rest.
type lexer struct {
	data  []byte
	at    int
	depth int
}

// end is what next returns behind the last value.
type end struct{}

// closing is the end of an array or a dictionary.
type closing byte

func (l *lexer) space() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			i := bytes.IndexAny(l.data[l.at:], "\r\n")
			if i < 0 {
				l.at = len(l.data)
				return
			}
			l.at += i
		default:
			return
		}
	}
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0 || c == '\f'
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// next returns the next value or operator.
func (l *lexer) next() any {
	l.space()
	if l.at >= len(l.data) {
		return end{}
	}
	switch c := l.data[l.at]; c {
	case '(':
		return l.literal()
	case '/':
		return l.name()
	case '<':
		if l.peek(1) == '<' {
			l.at += 2
			return l.dict()
		}
		return l.hex()
	case '[':
		l.at++
		return l.array()
	case ']', '}', ')':
		l.at++
		return closing(c)
	case '>':
		l.at++
		if l.peek(0) == '>' {
			l.at++
		}
		return closing('>')
	case '{':
		l.at++
		return operator("{")
	}
	return l.word()
}

func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.data) {
		return l.data[l.at+n]
	}
	return 0
}

func (l *lexer) word() any {
	start := l.at
	for l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]) {
		l.at++
	}
	word := string(l.data[start:l.at])
	switch word {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	if c := word[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		if n, err := strconv.ParseFloat(word, 64); err == nil && n > -1e12 && n < 1e12 {
			return n
		}
	}
	return operator(word)
}

func (l *lexer) name() name {
	l.at++
	start := l.at
	for l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]) {
		l.at++
	}
	word := l.data[start:min(l.at, start+longName)]
	if bytes.IndexByte(word, '#') < 0 {
		return name(word)
	}
	var out []byte
	for i := 0; i < len(word); i++ {
		if word[i] == '#' && i+2 < len(word) {
			if n, err := strconv.ParseUint(string(word[i+1:i+3]), 16, 8); err == nil {
				out, i = append(out, byte(n)), i+2
				continue
			}
		}
		out = append(out, word[i])
	}
	return name(out)
}

// array reads to its end, with references put together.
func (l *lexer) array() []any {
	var out []any
	l.each(']', func(v any) { out = append(out, v) })
	return out
}

func (l *lexer) dict() dict {
	out := dict{}
	var key name
	have := false
	l.each('>', func(v any) {
		if have {
			out[key], have = v, false
		} else if k, ok := v.(name); ok {
			key, have = k, true
		}
	})
	return out
}

// each calls yield with the values up to the closing mark. "12 0 R" is one value, which takes a look at what follows.
func (l *lexer) each(mark closing, yield func(any)) {
	if l.depth >= deepest {
		l.at = len(l.data)
		return
	}
	l.depth++
	defer func() { l.depth-- }()
	var held []any // numbers that may be a reference's
	flush := func(keep int) {
		for len(held) > keep {
			yield(held[0])
			held = held[1:]
		}
	}
	for range mostIn {
		switch v := l.next().(type) {
		case end:
			flush(0)
			return
		case closing:
			if v == mark {
				flush(0)
				return
			}
		case float64:
			held = append(held, v)
			flush(2)
		case operator:
			if v == "R" && len(held) == 2 {
				if n := held[0].(float64); n >= 0 && n < 1<<30 {
					held = nil
					yield(ref(n))
				}
			}
			flush(0)
			if v == "endobj" || v == "stream" {
				return
			}
		default:
			flush(0)
			yield(v)
		}
	}
}

func (l *lexer) hex() text {
	l.at++
	var out text
	high, odd := byte(0), false
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		if c == '>' {
			l.at++
			break
		}
		n := unhex(c)
		if n > 15 {
			continue
		}
		if odd {
			out = append(out, high<<4|n)
		}
		high, odd = n, !odd
	}
	if odd {
		out = append(out, high<<4)
	}
	return out
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return (c | 0x20) - 'a' + 10
	}
	return 255
}

// literal reads a string in parentheses (7.3.4.2).
func (l *lexer) literal() text {
	l.at++
	var out text
	for open := 1; l.at < len(l.data); l.at++ {
		switch c := l.data[l.at]; c {
		case '\\':
			l.at++
			out = l.escape(out)
			continue
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				l.at++
				return out
			}
		}
		out = append(out, l.data[l.at])
	}
	return out
}

// escape appends what a backslash and the byte at hand stand for, and leaves the place at the last byte of it.
func (l *lexer) escape(out text) text {
	switch c := l.peek(0); {
	case c >= '0' && c <= '7':
		n, last := 0, l.at
		for i := l.at; i < len(l.data) && i < l.at+3 && l.data[i] >= '0' && l.data[i] <= '7'; i++ {
			n, last = n*8+int(l.data[i]-'0'), i
		}
		l.at = last
		return append(out, byte(n))
	case c == 'n':
		return append(out, '\n')
	case c == 'r':
		return append(out, '\r')
	case c == 't':
		return append(out, '\t')
	case c == 'b' || c == 'f' || c == '\n':
		return out
	case c == '\r':
		if l.peek(1) == '\n' {
			l.at++
		}
		return out
	default:
		return append(out, c)
	}
}
