package detectors

import (
	"bytes"
	"regexp/syntax"
)

// mustHold returns literals of at least three bytes of which every match holds one; none when the
// expression has no such set.
func mustHold(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if len(re.Rune) < 3 || re.Flags&syntax.FoldCase != 0 {
			return nil
		}
		return []string{string(re.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return mustHold(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min < 1 {
			return nil
		}
		return mustHold(re.Sub[0])
	case syntax.OpAlternate:
		return holdsOfAll(re.Sub)
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if one := mustHold(sub); one != nil && (best == nil || rarer(one, best)) {
				best = one
			}
		}
		return best
	}
	return nil
}

// holdsOfAll joins the literals of alternatives; none when one alternative has none.
func holdsOfAll(alternatives []*syntax.Regexp) []string {
	var all []string
	for _, sub := range alternatives {
		one := mustHold(sub)
		if one == nil {
			return nil
		}
		all = append(all, one...)
	}
	return all
}

// rarer prefers long literals, and few of them.
func rarer(a, b []string) bool {
	if x, y := shortestOf(a), shortestOf(b); x != y {
		return x > y
	}
	return len(a) < len(b)
}

func shortestOf(list []string) int {
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}

// mayHold reports whether the text has one of the literals that every value of the shape has.
func (sh *shape) mayHold(text []byte) bool {
	for _, literal := range sh.holds {
		if bytes.Contains(text, []byte(literal)) {
			return true
		}
	}
	return len(sh.holds) == 0
}

// literalsOf is mustHold of an expression.
func literalsOf(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	return mustHold(re)
}
