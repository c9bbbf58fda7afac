package detectors

import (
	"fmt"
	"slices"
	"strings"
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

// tellAlike numbers the shapes so that those with the same names, and the same names beside them, share a number.
func (s *Set) tellAlike() {
	numbers := map[string]int{}
	var memos []*nameMemo
	for _, p := range s.providers {
		var all strings.Builder
		for _, sh := range p.shapes {
			fmt.Fprintf(&all, "%s %p\n", sh.part.Name, sh.names)
		}
		for _, sh := range p.shapes {
			key := fmt.Sprintf("%s %t %p %v %p\n%s", sh.part.Name, sh.rule.Contexts == ContextName, sh.names, pointers(sh.notNames), sh.calls, all.String())
			if _, ok := numbers[key]; !ok {
				numbers[key] = len(numbers)
			}
			sh.named = numbers[key]
			if sh.named == len(memos) {
				memos = append(memos, new(nameMemo))
			}
			sh.memo = memos[sh.named]
		}
	}
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

func pointers(list []*Expression) (out []string) {
	for _, e := range list {
		out = append(out, fmt.Sprintf("%p", e))
	}
	return out
}
