package detectors

import (
	"regexp/syntax"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// gauge is what the expression of a part says of its values.
type gauge struct {
	shortest int
	longest  int
	outline  outline           // of the value proper
	literal  string            // the first of holds, empty when there is none
	holds    []string          // literals of which every value holds one
	musts    [][]byte          // literals that every match has
	pieces   bool              // a value holds bytes that no token has, so that a token is a piece of it
	fixed    *strings.Replacer // removes what the expression itself spells out
}

// gaugeAll measures the expressions of all parts, each once and in parallel, since start-up waits for it.
func gaugeAll(rules []Rule) map[string]gauge {
	out := map[string]gauge{}
	var list []string
	for i := range rules {
		if rules[i].Pattern != nil {
			continue // its expression is no part's
		}
		for _, p := range rules[i].Parts {
			if _, ok := out[p.Regex.String()]; !ok {
				list, out[p.Regex.String()] = append(list, p.Regex.String()), gauge{}
			}
		}
	}
	made := make([]gauge, len(list))
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(list); i += workers {
				made[i] = gaugeOf(list[i])
			}
		})
	}
	wg.Wait()
	for i, expr := range list {
		out[expr] = made[i]
	}
	return out
}

// gaugeOf finds what an expression says of its values.
func gaugeOf(expr string) (s gauge) {
	re := treeOf(expr)
	if re == nil {
		s.longest = maxToken
		s.outline.bytes.fill()
		return s
	}
	s.shortest, s.longest = bounds(re)
	s.outline = outlineOf(re)
	if s.holds = mustHold(re, leastLiteral); len(s.holds) > 0 {
		s.literal = s.holds[0]
	}
	s.musts = musts(re)
	s.pieces = slices.ContainsFunc(s.musts, func(m []byte) bool {
		return slices.ContainsFunc(m, func(c byte) bool { return tokenClass[c] == classNone })
	})
	var pairs []string
	for _, text := range literals(re) {
		pairs = append(pairs, text, "")
	}
	s.fixed = strings.NewReplacer(pairs...)
	return s
}

// treeOf parses an expression; nil when it is none.
func treeOf(expr string) *syntax.Regexp {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	return re
}

// literals lists the texts of three characters and more that the expression spells out.
func literals(re *syntax.Regexp) []string {
	if re.Op == syntax.OpLiteral && len(re.Rune) > 2 {
		return []string{string(re.Rune)}
	}
	var out []string
	for _, sub := range re.Sub {
		out = append(out, literals(sub)...)
	}
	return out
}

func bounds(re *syntax.Regexp) (shortest, longest int) {
	const unbounded = 1 << 20
	switch re.Op {
	case syntax.OpLiteral:
		return len(string(re.Rune)), len(string(re.Rune))
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, 1
	case syntax.OpCapture:
		return bounds(re.Sub[0])
	case syntax.OpStar:
		return 0, unbounded
	case syntax.OpPlus:
		s, _ := bounds(re.Sub[0])
		return s, unbounded
	case syntax.OpQuest:
		_, l := bounds(re.Sub[0])
		return 0, l
	case syntax.OpRepeat:
		s, l := bounds(re.Sub[0])
		if re.Max < 0 {
			return s * re.Min, unbounded
		}
		return s * re.Min, min(unbounded, l*re.Max)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			s, l := bounds(sub)
			shortest, longest = shortest+s, min(unbounded, longest+l)
		}
		return shortest, longest
	case syntax.OpAlternate:
		shortest = unbounded
		for _, sub := range re.Sub {
			s, l := bounds(sub)
			shortest, longest = min(shortest, s), max(longest, l)
		}
		return shortest, longest
	}
	return 0, 0
}
