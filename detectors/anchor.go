package detectors

import (
	"bytes"
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
)

// Some secrets are too short or too plain to look random: the password in a URL, in a .netrc, in a connection string.
// They stand beside a literal, an anchor, and the expression of the part is tried on the text around each place that has
// it.

const (
	anchorBefore = 256 // bytes before an anchor in which a value's expression may begin
	anchorAfter  = 256 // bytes after it in which it ends
)

// anchor is a literal with the shapes that it leads to.
type anchor struct {
	text   string
	shapes []*shape
	leads  []lead       // per shape, what follows the anchor
	needs  [][][]string // per shape, what stands around it; see needsOf
}

// core is a literal that several anchors hold: one search finds them all.
type core struct {
	text    []byte
	rare    int  // offset of its rarest byte, which is searched for
	before  int  // bytes of an anchor before the core, at most
	longest int  // bytes of an anchor, at most
	tail    byte // a byte that must follow all its anchors, 0 for none
	anchors []cored
}

// cored is an anchor around a core, which begins at an offset of it.
type cored struct {
	index, offset int
}

// addAnchored adds a part that its anchors lead to.
func (s *Set) addAnchored(sh *shape) {
	tree := cmp.Or(treeOf(sh.part.Regex.String()), new(syntax.Regexp))
	s.anchored++
	sh.number = s.anchored
	for _, text := range sh.part.Anchors {
		i := slices.IndexFunc(s.besides, func(a anchor) bool { return a.text == text })
		if i < 0 {
			i = len(s.besides)
			s.besides = append(s.besides, anchor{text: text})
		}
		s.besides[i].shapes = append(s.besides[i].shapes, sh)
		s.besides[i].leads = append(s.besides[i].leads, leadOf(tree, text))
		s.besides[i].needs = append(s.besides[i].needs, needsOf(tree))
	}
}

// indexAnchors finds the cores of all anchors: those that hold no other one.
func (s *Set) indexAnchors() {
	order := make([]int, len(s.besides))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(s.besides[a].text) - len(s.besides[b].text) })
	for _, i := range order {
		text := s.besides[i].text
		k := slices.IndexFunc(s.cores, func(c core) bool { return strings.Contains(text, string(c.text)) })
		if k < 0 {
			k = len(s.cores)
			s.cores = append(s.cores, core{text: []byte(text), rare: rarest(text)})
		}
		c := &s.cores[k]
		offset := strings.Index(text, string(c.text))
		c.anchors, c.before = append(c.anchors, cored{i, offset}), max(c.before, offset)
		c.longest = max(c.longest, len(text))
	}
	for i := range s.cores {
		s.cores[i].tail = s.tailOf(&s.cores[i])
	}
}

// tailOf returns the first byte of the literal that follows all anchors of a core, 0 when they have none in common.
func (s *Set) tailOf(c *core) byte {
	tail := byte(0)
	for k, in := range c.anchors {
		for i, l := range s.besides[in.index].leads {
			if len(l.must) == 0 || (k > 0 || i > 0) && l.must[0] != tail {
				return 0
			}
			tail = l.must[0]
		}
	}
	return tail
}

// sample counts the bytes of a text, of which some stand for all.
type sample [256]uint16

const (
	sampleParts = 8  // places of a text
	samplePart  = 64 // bytes at each
)

func (n *sample) read(text []byte) {
	if len(text) < 2*sampleParts*samplePart {
		return // not worth counting
	}
	for part := range sampleParts {
		for _, c := range text[part*(len(text)/sampleParts):][:samplePart] {
			n[c]++
		}
	}
}

// rarest returns the offset of the byte of the core that the text has least often, as far as its sample tells.
func (c *core) rarest(n *sample) int {
	best := c.rare
	for i, b := range c.text {
		if n[b] < n[c.text[best]] {
			best = i
		}
	}
	return best
}

// find calls yield with the offset of each anchor around the core that begins in data[from:to], until yield says false.
// It searches for the core's byte at the offset rare.
func (c *core) find(s *Set, data []byte, from, to, rare int, yield func(a *anchor, p int) bool) {
	if c.tail != 0 && bytes.IndexByte(data[from:min(len(data), to+c.longest+anchorAfter)], c.tail) < 0 {
		return
	}
	for p := max(0, from-c.before) + rare; p < to+c.before+rare; p++ {
		i := bytes.IndexByte(data[min(p, len(data)):min(len(data), to+c.before+rare)], c.text[rare])
		if i < 0 {
			return
		}
		p += i
		if at := p - rare; bytes.HasPrefix(data[at:], c.text) && !c.around(s, data, at, from, to, yield) {
			return
		}
	}
}

// around calls yield with the anchors around the core at p.
func (c *core) around(s *Set, data []byte, p, from, to int, yield func(a *anchor, p int) bool) bool {
	for _, in := range c.anchors {
		a, start := &s.besides[in.index], p-in.offset
		if end := start + len(a.text); start >= from && start < to && end <= len(data) && string(data[start:end]) == a.text && !yield(a, start) {
			return false
		}
	}
	return true
}

// byFrequency lists the bytes of source code, the most frequent first; others count as rare.
const byFrequency = " etaoinsrlcdup\n\tmfhg(),._=\"b:-/'wyv;k<>x[]{}*jqz"

// rarest returns the offset of the byte that text has least often.
func rarest(text string) int {
	best, rank := 0, -1
	for i := range len(text) {
		n := strings.IndexByte(byFrequency, text[i])
		if n < 0 {
			return i
		}
		if n > rank {
			best, rank = i, n
		}
	}
	return best
}

// guarded is a value beside an anchor, with what the named groups of its expression hold.
type guarded struct {
	*shape
	at    Span
	facts []Fact
}

// beside calls yield with the values whose anchors begin in data[from:to], until it says false.
func (s *Set) beside(data []byte, from, to int, yield func(guarded) bool) {
	more := true
	var n sample
	var buf [anchorBefore + 2*anchorAfter]byte
	n.read(data[from:to])
	for i := range s.cores {
		s.cores[i].find(s, data, from, to, s.cores[i].rarest(&n), func(a *anchor, p int) bool {
			around := Span{max(0, p-anchorBefore), min(len(data), p+len(a.text)+anchorAfter)}
			var lowered []byte
			for i, sh := range a.shapes {
				if !a.leads[i].follows(data[:around.End], p+len(a.text)) {
					continue
				}
				text := data[around.Start:around.End]
				slot, key := s.known.anchor(text, p-around.Start, sh)
				if slot.Load() == key {
					continue
				}
				if lowered == nil {
					lowered = lowerASCII(append(buf[:0], text...))
				}
				if !meets(a.needs[i], lowered) && !isWide(text) { // a letter may be folded from one that is not of ASCII
					slot.Store(key)
					continue
				}
				g, ok := sh.besideAnchor(data, around, Span{p, p + len(a.text)})
				if !ok {
					slot.Store(key)
				}
				if ok && more {
					more = yield(g)
				}
			}
			return more
		})
	}
}

// besideAnchor tries the shape's expression on the text around an anchor.
func (sh *shape) besideAnchor(data []byte, around, at Span) (guarded, bool) {
	text := data[around.Start:around.End]
	if !sh.hasMusts(text) {
		return guarded{}, false
	}
	for _, m := range sh.part.Regex.FindAllSubmatchIndex(text, 8) {
		if m[0]+around.Start > at.Start || m[1]+around.Start < at.End {
			continue
		}
		g := guarded{shape: sh}
		for i, name := range sh.part.Regex.Regexp().SubexpNames() {
			if i == 0 || m[2*i] < 0 {
				continue
			}
			span := Span{m[2*i] + around.Start, m[2*i+1] + around.Start}
			switch name {
			case "value":
				g.at = span
			case "":
			default:
				g.facts = append(g.facts, Fact{Name: name, Value: string(data[span.Start:span.End])})
			}
		}
		if g.at.End > g.at.Start && !dull(string(data[g.at.Start:g.at.End]), g.facts) {
			return g, true
		}
	}
	return guarded{}, false
}

// findBeside reports the values beside anchors that are not part of another credential.
func (r *reading) findBeside() {
	r.set.beside(r.data, 0, len(r.data), func(g guarded) bool {
		v := &value{Span: g.at, form: FormBeside}
		f := fit{v: v, shape: g.shape, at: g.at, text: r.text(g.at), name: -1}
		if r.reported(g.at) || r.foreign(v, g.rule) || !r.proved(&f) {
			return true
		}
		r.describe(v)
		m := r.match([]fit{f})
		m.Identity = append(m.Identity, g.facts...)
		r.emit(m)
		return true
	})
}

// reported reports whether a part of a credential that was found overlaps the span.
func (r *reading) reported(s Span) bool {
	return slices.ContainsFunc(r.found, func(m Match) bool {
		for _, at := range m.Spans {
			if at.Start < s.End && s.Start < at.End {
				return true
			}
		}
		return false
	})
}

// musts lists the literals that every match of an expression has, one after the other.
func musts(re *syntax.Regexp) [][]byte {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return [][]byte{[]byte(string(re.Rune))}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return musts(re.Sub[0])
	case syntax.OpConcat:
		var out [][]byte
		for _, sub := range re.Sub {
			out = append(out, musts(sub)...)
		}
		return out
	}
	return nil
}

// hasMusts reports whether a text holds the literals that every match of the shape has.
func (sh *shape) hasMusts(text []byte) bool {
	for _, must := range sh.musts {
		if !bytes.Contains(text, must) {
			return false
		}
	}
	return true
}
