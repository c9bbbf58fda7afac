package detectors

import (
	"bytes"
	"strconv"
)

// minInts is the least number of numbers in a list that can be a key: a seed of 32 bytes.
const minInts = 32

// intLists calls yield with every bracketed list of at least least numbers from 0 to 255 that has a number in
// data[from:to]. The span runs from the bracket to its partner. A list is met at one probe in sixteen bytes.
func intLists(data []byte, from, to, least int, yield func(Span)) {
	const step = 16
	for p := from; p < to; {
		if !listByte(data[p]) || !numbersAt(data, p) {
			p += step
			continue
		}
		start := p
		for start > 0 && (listByte(data[start]) || isHexOrX(data[start])) && p-start < 4096 {
			start--
		}
		if c := data[start]; c != '[' && c != '{' && c != '(' {
			p += step
			continue
		}
		end, n := intList(data, start+1)
		if n >= least {
			yield(Span{start, end})
		}
		p = max(p+step, end)
	}
}

// numbersAt reports whether the next bytes are numbers and commas only.
func numbersAt(data []byte, p int) bool {
	digits, commas := 0, 0
	for _, c := range data[p:min(len(data), p+16)] {
		switch {
		case c == ',':
			commas++
		case c >= '0' && c <= '9':
			digits++
		case !listByte(c) && !isHexOrX(c):
			return false
		}
	}
	return digits > 0 && commas > 0
}

func listByte(c byte) bool {
	return c >= '0' && c <= '9' || c == ',' || c == ' ' || c == '\n' || c == '\t' || c == '\r'
}

// intList reads numbers joined by commas and returns where they end and how many there are.
func intList(data []byte, p int) (end, n int) {
	for p < len(data) {
		q := skipSpace(data, p)
		d := q
		for d < len(data) && d-q < 4 && isHexOrX(data[d]) {
			d++
		}
		if _, ok := byteValue(data[q:d]); !ok {
			break
		}
		n++
		p = skipSpace(data, d)
		if p >= len(data) || data[p] != ',' {
			break
		}
		p++
	}
	if p < len(data) && (data[p] == ']' || data[p] == '}') {
		p++
	}
	return p, n
}

func skipSpace(data []byte, p int) int {
	for p < len(data) && (data[p] == ' ' || data[p] == '\n' || data[p] == '\t' || data[p] == '\r') {
		p++
	}
	return p
}

func isHexOrX(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == 'x'
}

func byteValue(text []byte) (int, bool) {
	if len(text) == 0 || text[0] < '0' || text[0] > '9' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(text), 0, 8)
	if err != nil || len(text) > 1 && text[0] == '0' && text[1] != 'x' {
		return 0, false
	}
	return int(v), true
}

// jsonInts writes a list as JSON has it: decimal, without spaces, in square brackets.
func jsonInts(list []byte) string {
	out := []byte{'['}
	for _, word := range bytes.FieldsFunc(list, func(r rune) bool { return !(r < 128 && isHexOrX(byte(r))) }) {
		if v, ok := byteValue(word); ok {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = strconv.AppendInt(out, int64(v), 10)
		}
	}
	return string(append(out, ']'))
}
