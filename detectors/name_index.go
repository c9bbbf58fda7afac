package detectors

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
)

// nameIndex tells quickly that no expression of many fits a name: most names are those of nothing. It is safe for concurrent
// use.
type nameIndex struct {
	literals *keywords       // of which every name that an expression fits holds one
	of       [][]*Expression // the expressions, per literal
	others   []*Expression   // those without
	seed     maphash.Seed
	known    [1 << 13]atomic.Uint64 // hashes of names, by some of their bits, with whether any fits
}

// lateNames is a nameIndex that is made when it is first asked: many texts never do. It is safe for concurrent use.
type lateNames struct{ made func() *nameIndex }

func newLateNames(patterns func() []namePattern) lateNames {
	return lateNames{sync.OnceValue(func() *nameIndex { return newNameIndex(patterns()) })}
}

// any reports whether an expression fits a name.
func (l lateNames) any(name string) bool { return l.made().any(name) }

// namePattern is an expression over names with the alternatives that it was made of.
type namePattern struct {
	*Expression
	alternatives []string
}

// newNameIndex indexes expressions, each of which stands once.
func newNameIndex(patterns []namePattern) *nameIndex {
	x := &nameIndex{seed: maphash.MakeSeed()}
	var words []string
	at, held := map[string]int{}, heldTexts{}
	for _, p := range patterns {
		list := held.byAll(p.alternatives)
		if len(list) == 0 {
			x.others = append(x.others, p.Expression)
		}
		for _, text := range list {
			i, ok := at[text]
			if !ok {
				i = len(words)
				at[text], words, x.of = i, append(words, text), append(x.of, nil)
			}
			x.of[i] = append(x.of[i], p.Expression)
		}
	}
	x.literals = newKeywords(words)
	return x
}

// heldTexts are those of which every match of an expression holds one, by the expression: most stand in many rules.
type heldTexts map[string][]string

// byAll returns texts of which every match of one of the expressions holds one; none when it is not sure. They are read
// one by one, since a parser takes common beginnings apart.
func (h heldTexts) byAll(alternatives []string) (list []string) {
	for _, expr := range alternatives {
		one, ok := h[expr]
		if !ok {
			if re := treeOf(expr); re != nil {
				one = withoutLonger(namesHold(re))
			}
			h[expr] = one
		}
		if one == nil {
			return nil
		}
		list = append(list, one...)
	}
	return withoutLonger(list)
}

// partNames are the expressions over the names of parts.
func (s *Set) partNames() (out []namePattern) {
	seen := map[*Expression]bool{nil: true}
	for _, l := range s.needy {
		for _, sh := range l.shapes {
			if seen[sh.names] {
				continue
			}
			seen[sh.names] = true
			p := namePattern{Expression: sh.names, alternatives: []string{defaultNames[sh.part.Name]}}
			if len(sh.part.Names) > 0 {
				p.alternatives = nil
				for _, name := range sh.part.Names {
					p.alternatives = append(p.alternatives, alternatives([]string{name}))
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// any is that of lateNames. Names recur, so the answers are kept.
func (x *nameIndex) any(name string) bool {
	const yes, no = 1, 2
	h := maphash.String(x.seed, name) &^ (yes | no)
	slot := &x.known[h>>32%uint64(len(x.known))]
	if k := slot.Load(); k&^(yes|no) == h && k != 0 {
		return k&yes != 0
	}
	if x.fits(name) {
		slot.Store(h | yes)
		return true
	}
	slot.Store(h | no)
	return false
}

func (x *nameIndex) fits(name string) bool {
	in := func(e *Expression) bool { return e.in(name) }
	if slices.ContainsFunc(x.others, in) {
		return true
	}
	var buf hitBuffer
	return slices.ContainsFunc(x.literals.scan([]byte(name), &buf), func(h hit) bool { return slices.ContainsFunc(x.of[h.word], in) })
}

// callNames are the expressions over the calls whose arguments are parts.
func (s *Set) callNames() []namePattern {
	p := namePattern{Expression: s.calls}
	for _, provider := range s.providers {
		for _, sh := range provider.shapes {
			for _, call := range sh.part.Calls {
				p.alternatives = append(p.alternatives, alternatives([]string{call}))
			}
		}
	}
	return []namePattern{p}
}
