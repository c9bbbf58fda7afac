package pdf

import (
	"unicode/utf16"
)

// cmap leads from the codes of a font to characters (9.10.3).
type cmap struct {
	wide  bool // codes of two bytes
	chars map[uint32]string
	room  int
}

const mostChars = 1 << 20 // of all fonts of a document

// readCMap reads a ToUnicode map, up to so many characters.
func readCMap(data []byte, room int) *cmap {
	m := &cmap{chars: map[uint32]string{}, room: room}
	l := lexer{data: data}
	var stack []any
	for range 1 << 20 {
		v := l.next()
		if _, ok := v.(end); ok {
			break
		}
		op, ok := v.(operator)
		if !ok {
			if len(stack) < mostIn {
				stack = append(stack, v)
			}
			continue
		}
		switch op {
		case "endcodespacerange":
			for _, v := range stack {
				if s, ok := v.(text); ok && len(s) > 1 {
					m.wide = true
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(stack); i += 2 {
				from, _ := stack[i].(text)
				to, _ := stack[i+1].(text)
				m.set(code(from), wide(to))
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack); i += 3 {
				m.span(stack[i], stack[i+1], stack[i+2])
			}
		}
		stack = stack[:0]
	}
	return m
}

func (m *cmap) set(from uint32, to []uint16) {
	if len(m.chars) < m.room && len(to) > 0 {
		m.chars[from] = plain(string(utf16.Decode(to)))
	}
}

// span maps the codes from first to last to characters in a row, or to those of a list.
func (m *cmap) span(first, last, to any) {
	a, _ := first.(text)
	b, _ := last.(text)
	lo, hi := code(a), code(b)
	if hi < lo || hi-lo > 1<<16 {
		return
	}
	switch to := to.(type) {
	case text:
		units := wide(to)
		for n := lo; n <= hi && len(units) > 0 && len(m.chars) < m.room; n++ {
			m.set(n, units)
			units[len(units)-1]++
		}
	case []any:
		for i, v := range to {
			if s, ok := v.(text); ok && uint32(i) <= hi-lo {
				m.set(lo+uint32(i), wide(s))
			}
		}
	}
}

func code(s text) (n uint32) {
	for _, c := range s[:min(len(s), 4)] {
		n = n<<8 | uint32(c)
	}
	return n
}

// wide reads UTF-16; a single byte is a character too.
func wide(s text) []uint16 {
	if len(s) == 1 {
		return []uint16{uint16(s[0])}
	}
	out := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s) && i < 64; i += 2 {
		out = append(out, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return out
}
