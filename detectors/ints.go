package detectors

import (
	"bytes"
	"strconv"
)

const (
	minInts  = 32 // numbers of the shortest list that can be a key: a seed of 32 bytes
	maxInts  = 64 // and of the longest: a key pair
	spotInts = 16 // numbers that make a list worth reading in full

	probeInts = 2*spotInts - 1 // bytes that so many numbers and their commas cover, at least
)

// listBytes are those between the brackets of a list of numbers. Read-only.
var listBytes = func() (t [256]bool) {
	for _, c := range []byte("0123456789abcdefABCDEFx, \n\t\r") {
		t[c] = true
	}
	return t
}()

// intSpots calls yield with the bracket and the first spotInts numbers of every list of numbers from 0 to 255, when they
// overlap data[from:to] and are no longer than spotBytes. A list that is seen to go on beyond maxInts is none.
func intSpots(data []byte, from, to int, yield func(Span)) {
	intHeads(data, from, to, func(start int) {
		end, n := intList(data[:min(len(data), start+spotBytes)], start+1, spotInts)
		if n < spotInts || end <= from || start >= to {
			return
		}
		if _, n = intList(data[:min(len(data), start+spotReach)], start+1, maxInts+1); n <= maxInts {
			yield(Span{start, end})
		}
	})
}

// intLists calls yield with every bracketed list of at least least numbers from 0 to 255 that begins before data[to] and
// at most spotBytes before data[from]. The span runs from the bracket to its partner.
func intLists(data []byte, from, to, least int, yield func(Span)) {
	intHeads(data, from, to, func(start int) {
		end, n := intList(data, start+1, len(data))
		if n < least {
			return
		}
		p := skipSpace(data, end)
		if p < len(data) && data[p] == ',' {
			p = skipSpace(data, p+1)
		}
		if p < len(data) && (data[p] == ']' || data[p] == '}' || data[p] == ')') {
			end = p + 1
		}
		yield(Span{start, end})
	})
}

// intHeads calls yield with the brackets before data[to] that spotInts numbers may follow, as far as data[from]. One byte
// in probeInts is looked at until it is one of a list.
func intHeads(data []byte, from, to int, yield func(start int)) {
	seen := from - spotBytes // no list that is not yet known holds this place
	for p := from; p < min(len(data), to+probeInts); p += probeInts {
		if !listBytes[data[p]] || !listBytes[data[max(0, p-spotInts+1)]] && !listBytes[data[min(len(data)-1, p+spotInts-1)]] {
			continue
		}
		start := p
		for start >= 0 && start > seen && listBytes[data[start]] {
			start--
		}
		seen = p
		if start >= 0 && (data[start] == '[' || data[start] == '{' || data[start] == '(') {
			yield(start)
		}
	}
}

// intList reads at most limit numbers joined by commas and returns where the last one ends and how many there are.
func intList(data []byte, p, limit int) (end, n int) {
	for n < limit {
		q := skipSpace(data, p)
		d := q
		for d < len(data) && d-q < 4 && isHexOrX(data[d]) {
			d++
		}
		if _, ok := byteValue(data[q:d]); !ok {
			break
		}
		n, end = n+1, d
		p = skipSpace(data, d)
		if p >= len(data) || data[p] != ',' {
			break
		}
		p++
	}
	return end, n
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
