package detectors

import (
	"math/bits"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// byteSet is a set of byte values.
type byteSet [4]uint64

func (s *byteSet) has(c byte) bool { return s[c>>6]&(1<<(c&63)) != 0 }

// all reports whether every byte of text is in the set.
func (s *byteSet) all(text []byte) bool {
	for _, c := range text {
		if !s.has(c) {
			return false
		}
	}
	return true
}

func (s *byteSet) add(c byte) { s[c>>6] |= 1 << (c & 63) }
func (s *byteSet) fill()      { *s = byteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} }

func (s *byteSet) within(o *byteSet) bool {
	return s[0]&^o[0]|s[1]&^o[1]|s[2]&^o[2]|s[3]&^o[3] == 0
}

// beyond counts the bytes of the set that another one lacks.
func (s *byteSet) beyond(o *byteSet) (n int) {
	for i := range s {
		n += bits.OnesCount64(s[i] &^ o[i])
	}
	return n
}

// outline is what every value of an expression keeps to: its bytes and its length. Text that has no run of such bytes is
// refused without trying the expression, which costs a thousand times as much.
type outline struct {
	bytes             byteSet
	shortest, longest int
	kinds             uint16    // of the bytes, as a signature has them
	boxed             bool      // a value is a whole run of letters, digits and underscores
	tokens            bool      // a value is made of a token's bytes, and of padding at its end
	padded            bool      // an equals sign is padding at its end
	head              []byteSet // what its first bytes are among
}

const maxHead = 6 // bytes of a value's head

// wordBytes are those that \b takes for a word's.
func wordBytes() (s byteSet) {
	for c := range 256 {
		if tokenClass[c] >= classDigit || c == '_' {
			s.add(byte(c))
		}
	}
	return s
}

// outlineOf reads the outline of the value proper: of the first group, if there is one.
func outlineOf(re *syntax.Regexp) outline {
	value := firstGroup(re)
	e := outline{}
	e.shortest, e.longest = bounds(value)
	collect(value, &e.bytes)
	e.kinds = e.bytes.kinds()
	e.head, _ = headOf(value)
	for n := len(e.head); n > 0 && e.bytes.beyond(&e.head[n-1]) <= 2; n-- { // what nearly any byte of a value is tells nothing
		e.head = e.head[:n-1]
	}
	words := wordBytes()
	token := words
	for _, c := range []byte("+/-=") {
		token.add(c)
	}
	e.padded = !padsWithin(value)
	e.tokens = e.bytes.within(&token) && e.padded
	e.boxed = e.bytes.within(&words) && bounded(re, value)
	return e
}

func firstGroup(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpCapture {
		return re
	}
	for _, sub := range re.Sub {
		if g := firstGroup(sub); g.Op == syntax.OpCapture {
			return g
		}
	}
	return re
}

// bounded reports whether the expression is the value between two word boundaries.
func bounded(re, value *syntax.Regexp) bool {
	return re.Op == syntax.OpConcat && len(re.Sub) == 3 && re.Sub[0].Op == syntax.OpWordBoundary && re.Sub[1] == value && re.Sub[2].Op == syntax.OpWordBoundary
}

// headOf returns what the first bytes of a match are among, and whether more of what follows the expression may be added.
func headOf(re *syntax.Regexp) (head []byteSet, whole bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary:
		return nil, true
	case syntax.OpLiteral, syntax.OpCharClass:
		if text := []byte(string(re.Rune)); re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase == 0 {
			for _, c := range text {
				var s byteSet
				s.add(c)
				head = append(head, s)
			}
			return head, true
		}
		var s byteSet
		if collect(re, &s); re.Op == syntax.OpLiteral && len(re.Rune) > 1 {
			return nil, false
		}
		return []byteSet{s}, !s.has(0xff)
	case syntax.OpCapture:
		return headOf(re.Sub[0])
	case syntax.OpRepeat, syntax.OpPlus:
		return headOfRepeat(re)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			one, whole := headOf(sub)
			if head = append(head, one...); !whole || len(head) > maxHead {
				return head, false
			}
		}
		return head, true
	case syntax.OpAlternate:
		return headOfAny(re.Sub)
	}
	return nil, false
}

func headOfRepeat(re *syntax.Regexp) (head []byteSet, whole bool) {
	least := re.Min
	if re.Op == syntax.OpPlus {
		least = 1
	}
	one, whole := headOf(re.Sub[0])
	if !whole && least > 0 {
		return one, false
	}
	for range min(least, maxHead) {
		head = append(head, one...)
	}
	return head, re.Op == syntax.OpRepeat && re.Min == re.Max && least <= maxHead
}

// headOfAny unites the heads of alternatives, as far as the shortest goes.
func headOfAny(alternatives []*syntax.Regexp) (head []byteSet, whole bool) {
	for i, sub := range alternatives {
		one, all := headOf(sub)
		if i == 0 {
			head, whole = slices.Clone(one), all
			continue
		}
		whole = whole && all && len(one) == len(head)
		head = head[:min(len(head), len(one))]
		for k := range head {
			for w := range head[k] {
				head[k][w] |= one[k][w]
			}
		}
	}
	return head, whole
}

// begins reports whether a value may begin in data[from:to].
func (e *outline) begins(data []byte, from, to int) bool {
	for p := max(0, from); p < to && p+len(e.head) <= len(data); p++ {
		k := 0
		for k < len(e.head) && e.head[k].has(data[p+k]) {
			k++
		}
		if k == len(e.head) {
			return true
		}
	}
	return false
}

// reaches reports whether a value that begins in data[from:to] may go on as far as end.
func (e *outline) reaches(data []byte, from, to, end int) bool {
	for p := max(0, from); p < to; p++ {
		if !e.begins(data, p, p+1) {
			continue
		}
		q := p
		for q < end && e.bytes.has(data[q]) {
			q++
		}
		if q == end && end < len(data) {
			return true
		}
	}
	return false
}

// padsWithin reports whether an equals sign may stand elsewhere than in a run of its own, as padding does.
func padsWithin(re *syntax.Regexp) bool {
	if re.Op == syntax.OpCharClass && len(re.Rune) > 2 {
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= '=' && '=' <= re.Rune[i+1] {
				return true
			}
		}
	}
	return slices.ContainsFunc(re.Sub, padsWithin)
}

// collect adds every byte that a match of the expression may hold.
func collect(re *syntax.Regexp, s *byteSet) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			addRange(s, r, r)
			if re.Flags&syntax.FoldCase != 0 && letter(byte(r)) && r < utf8.RuneSelf {
				s.add(byte(r) ^ 0x20)
			}
		}
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			addRange(s, re.Rune[i], re.Rune[i+1])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		s.fill()
	}
	for _, sub := range re.Sub {
		collect(sub, s)
	}
}

func addRange(s *byteSet, from, to rune) {
	for r := from; r <= to && r < utf8.RuneSelf; r++ {
		s.add(byte(r))
	}
	if to >= utf8.RuneSelf {
		for c := utf8.RuneSelf; c < 256; c++ {
			s.add(byte(c))
		}
	}
}

// admits reports whether a value may overlap data[v.Start:v.End]: a run of its bytes reaches into it that is long
// enough, and no longer than a value where it has to be the whole run.
func (e *outline) admits(data []byte, v Span) bool {
	set := &e.bytes
	if e.boxed {
		return e.admitsWord(data, v)
	}
	p := v.Start
	for p > 0 && v.Start-p < e.shortest && set.has(data[p-1]) {
		p--
	}
	for p < v.End {
		q := p
		for q < len(data) && q-p < e.shortest && set.has(data[q]) {
			q++
		}
		if q-p >= e.shortest && e.startsIn(data, p, v.End) {
			return true
		}
		for q-p >= e.shortest && q < v.End && set.has(data[q]) {
			q++
		}
		p = q + 1
	}
	return false
}

// startsIn reports whether a value may begin in the run of its bytes from p on, before end.
func (e *outline) startsIn(data []byte, p, end int) bool {
	if len(e.head) == 0 {
		return true
	}
	for p > 0 && e.bytes.has(data[p-1]) && end-p < e.longest {
		p--
	}
	return e.begins(data, p, end)
}

// startsAt reports whether a value may begin at p.
func (e *outline) startsAt(data []byte, p int) bool {
	return len(e.head) == 0 || e.begins(data, p, p+1)
}

// holds reports whether a word may be a value that is a whole word.
func (e *outline) holds(data []byte, w wordSign) bool {
	return w.length >= e.shortest && w.length <= e.longest && w.kinds&^e.kinds == 0 && e.bytes.all(data[w.start:w.start+w.length]) && e.startsAt(data, w.start)
}

// admitsWord is admits for a value that is a whole word.
func (e *outline) admitsWord(data []byte, v Span) bool {
	p := v.Start
	for p > 0 && v.Start-p <= e.longest && isWordByte(data[p-1]) {
		p--
	}
	for p < v.End {
		q, in := p, true
		for q < len(data) && q-p <= e.longest && isWordByte(data[q]) {
			in = in && e.bytes.has(data[q])
			q++
		}
		if in && q-p >= e.shortest && q-p <= e.longest && (len(e.head) == 0 || e.begins(data, p, p+1)) {
			return true
		}
		for q < v.End && isWordByte(data[q]) {
			q++
		}
		p = q + 1
	}
	return false
}

func isWordByte(c byte) bool { return tokenClass[c] >= classDigit || c == '_' }
