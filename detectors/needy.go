package detectors

import (
	"slices"
	"strconv"
)

// likes are shapes of one expression.
type likes struct {
	outline *outline
	shapes  []*shape
}

// alike are the indexes in needy of shapes that are made of the same bytes.
type alike struct {
	bytes    byteSet
	kinds    uint16
	shortest int
	needy    []int
}

func (s *Set) addNeedy(sh *shape) {
	i := slices.IndexFunc(s.needy, func(l likes) bool { return l.shapes[0].part.Regex.String() == sh.part.Regex.String() })
	if i < 0 {
		i = len(s.needy)
		s.needy = append(s.needy, likes{outline: &sh.outline})
	}
	s.needy[i].shapes = append(s.needy[i].shapes, sh)
}

// namesake is what decides which names a shape takes.
type namesake struct {
	name         string
	context      bool
	names, calls *Expression
	notNames     [2]*Expression
	beside       string // name and names of each of the provider's shapes
}

// outside collects the bytes of values that no token has: where one stands before a token, the value may begin before it,
// and go by another name. Padding ends a value.
func (s *Set) outside() (set byteSet) {
	for _, l := range s.needy {
		for c := range 256 {
			if l.shapes[0].pieces && tokenClass[c] == classNone && l.outline.bytes.has(byte(c)) && (byte(c) != '=' || !l.outline.padded) {
				set.add(byte(c))
			}
		}
	}
	return set
}

// tellAlike numbers the shapes so that those with the same names, and the same names beside them, share a number.
func (s *Set) tellAlike() {
	numbers, known := map[namesake]int{}, map[*Expression]int{nil: 0}
	var memos []*nameMemo
	for _, p := range s.providers {
		beside := besides(p.shapes, known)
		for _, sh := range p.shapes {
			key := namesake{name: sh.part.Name, context: sh.rule.Contexts == ContextName, names: sh.names, calls: sh.calls, beside: beside}
			copy(key.notNames[:], sh.notNames)
			if _, ok := numbers[key]; !ok {
				numbers[key] = len(numbers)
				memos = append(memos, new(nameMemo))
			}
			sh.named = numbers[key]
			sh.memo = memos[sh.named]
		}
	}
}

// besides writes name and names of shapes, the latter as numbers, which known remembers.
func besides(shapes []*shape, known map[*Expression]int) string {
	var out []byte
	for _, sh := range shapes {
		n, ok := known[sh.names]
		if !ok {
			n = len(known)
			known[sh.names] = n
		}
		out = append(strconv.AppendInt(append(append(out, sh.part.Name...), ' '), int64(n), 10), '\n')
	}
	return string(out)
}

// byLength sorts needy by what its shapes need to have, those of whole words by their length.
func (s *Set) byLength() {
	s.boxed = make([][]alike, maxToken+1)
	for i := range s.needy {
		o := s.needy[i].outline
		if !o.boxed {
			s.loose = addAlike(s.loose, o, i)
			continue
		}
		for n := o.shortest; n <= min(o.longest, maxToken); n++ {
			s.boxed[n] = addAlike(s.boxed[n], o, i)
		}
	}
}

func addAlike(list []alike, o *outline, i int) []alike {
	k := slices.IndexFunc(list, func(a alike) bool { return a.bytes == o.bytes })
	if k < 0 {
		k = len(list)
		list = append(list, alike{bytes: o.bytes, kinds: o.kinds, shortest: o.shortest})
	}
	list[k].shortest = min(list[k].shortest, o.shortest)
	list[k].needy = append(list[k].needy, i)
	return list
}
