package detectors

import (
	"bytes"
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
	leads  []lead // per shape, what follows the anchor
}

// core is a literal that several anchors hold: one search finds them all.
type core struct {
	text    []byte
	anchors []cored
}

// cored is an anchor around a core, which begins at an offset of it.
type cored struct {
	index, offset int
}

// addAnchored adds a part that its anchors lead to.
func (s *Set) addAnchored(sh *shape) {
	for _, text := range sh.part.Anchors {
		i := slices.IndexFunc(s.besides, func(a anchor) bool { return a.text == text })
		if i < 0 {
			i = len(s.besides)
			s.besides = append(s.besides, anchor{text: text})
		}
		s.besides[i].shapes = append(s.besides[i].shapes, sh)
		s.besides[i].leads = append(s.besides[i].leads, leadOf(sh.tree, text))
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
			s.cores = append(s.cores, core{text: []byte(text)})
		}
		s.cores[k].anchors = append(s.cores[k].anchors, cored{i, strings.Index(text, string(s.cores[k].text))})
	}
}

// find calls yield with the offset of each anchor around the core that begins in data[from:to], until yield says false.
func (c *core) find(s *Set, data []byte, from, to int, yield func(a *anchor, p int) bool) {
	reach := 0
	for _, in := range c.anchors {
		reach = max(reach, in.offset)
	}
	for p := from; p < to+reach; {
		i := bytes.Index(data[p:min(len(data), to+reach+len(c.text))], c.text)
		if i < 0 {
			return
		}
		p += i
		for _, in := range c.anchors {
			a, start := &s.besides[in.index], p-in.offset
			if end := start + len(a.text); start >= from && start < to && end <= len(data) && string(data[start:end]) == a.text && !yield(a, start) {
				return
			}
		}
		p++
	}
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
	for i := range s.cores {
		s.cores[i].find(s, data, from, to, func(a *anchor, p int) bool {
			around := Span{max(0, p-anchorBefore), min(len(data), p+len(a.text)+anchorAfter)}
			for i, sh := range a.shapes {
				if !a.leads[i].follows(data[:around.End], p+len(a.text)) {
					continue
				}
				if g, ok := sh.besideAnchor(data, around, Span{p, p + len(a.text)}); ok && more {
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
