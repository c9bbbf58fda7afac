package detectors

import (
	"bytes"
	"regexp/syntax"
	"slices"
	"strings"
)

// mustHold returns literals of at least least bytes of which every match holds one; none when the
// expression has no such set.
func mustHold(re *syntax.Regexp, least int) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if len(re.Rune) < least || re.Flags&syntax.FoldCase != 0 {
			return nil
		}
		return []string{string(re.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return mustHold(re.Sub[0], least)
	case syntax.OpRepeat:
		if re.Min < 1 {
			return nil
		}
		return mustHold(re.Sub[0], least)
	case syntax.OpAlternate:
		return holdsOfAll(re.Sub, least)
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if one := mustHold(sub, least); one != nil && (best == nil || rarer(one, best)) {
				best = one
			}
		}
		return best
	}
	return nil
}

// holdsOfAll joins the literals of alternatives; none when one alternative has none.
func holdsOfAll(alternatives []*syntax.Regexp, least int) []string {
	var all []string
	for _, sub := range alternatives {
		one := mustHold(sub, least)
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

// needsOf returns sets of texts, in lower case, of each of which every match of an expression holds one in either case.
func needsOf(re *syntax.Regexp) (sets [][]string) {
	switch re.Op {
	case syntax.OpLiteral:
		if text := strings.ToLower(string(re.Rune)); len(text) > 1 {
			return [][]string{{text}}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needsOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needsOf(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			sets = append(sets, needsOf(sub)...)
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			one := needsOf(sub)
			if len(one) == 0 {
				return nil
			}
			all = append(all, slices.MinFunc(one, func(a, b []string) int { return shortestOf(b) - shortestOf(a) })...)
		}
		if all = withoutLonger(all); len(all) <= maxShort {
			return [][]string{all}
		}
	}
	return sets
}

// meets reports whether a text in lower case has one of each set of texts.
func meets(needs [][]string, lowered []byte) bool {
	for _, set := range needs {
		if !slices.ContainsFunc(set, func(text string) bool { return bytes.Contains(lowered, []byte(text)) }) {
			return false
		}
	}
	return true
}

// literalsOf is mustHold of an expression.
func literalsOf(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	return mustHold(re, leastLiteral)
}

const leastLiteral = 3 // bytes of a literal that is worth a search

// shortLiterals are the literals of an expression over names, of which every match holds one. Names are short, so that
// two letters are worth a look, if they are not many.
func shortLiterals(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	if out := withoutLonger(namesHold(re)); len(out) <= maxShort {
		return out
	}
	return nil
}

// withoutLonger drops the texts that hold a shorter one, which need no look of their own.
func withoutLonger(list []string) (out []string) {
	slices.SortFunc(list, func(a, b string) int { return len(a) - len(b) })
	for _, text := range list {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.Contains(text, o) }) {
			out = append(out, text)
		}
	}
	return out
}

// namesHold is mustHold for two letters and more, which sees through the common beginnings of alternatives.
func namesHold(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return namesHold(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return namesHold(re.Sub[0])
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			one := namesHold(sub)
			if one == nil {
				return nil
			}
			all = append(all, one...)
		}
		return all
	case syntax.OpConcat:
		return concatHolds(re.Sub)
	case syntax.OpLiteral:
		if text := spellings(re); text != nil && len(text[0]) > 1 {
			return text
		}
	}
	return nil
}

// concatHolds chooses, of the neighbours that spell texts and of the rest, what is longest.
func concatHolds(list []*syntax.Regexp) []string {
	var best []string
	better := func(one []string) {
		if len(one) > 0 && shortestOf(one) > 1 && (best == nil || rarer(one, best)) {
			best = one
		}
	}
	run := []string{""}
	for _, sub := range list {
		texts := spellings(sub)
		if texts == nil || len(run)*len(texts) > maxShort {
			better(run)
			run = []string{""}
			if texts == nil {
				better(namesHold(sub))
				continue
			}
		}
		run = crossed(run, texts)
	}
	better(run)
	return best
}

func crossed(heads, tails []string) []string {
	var out []string
	for _, h := range heads {
		for _, t := range tails {
			out = append(out, h+t)
		}
	}
	return out
}

// spellings lists all texts that an expression matches, nil when they are too many to list.
func spellings(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return nil
		}
		return []string{string(re.Rune)}
	case syntax.OpCapture:
		return spellings(re.Sub[0])
	case syntax.OpQuest:
		if one := spellings(re.Sub[0]); one != nil {
			return append([]string{""}, one...)
		}
	case syntax.OpCharClass:
		return speltClass(re.Rune)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			one := spellings(sub)
			if all = append(all, one...); one == nil || len(all) > maxShort {
				return nil
			}
		}
		return all
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			one := spellings(sub)
			if one == nil || len(all)*len(one) > maxShort {
				return nil
			}
			all = crossed(all, one)
		}
		return all
	}
	return nil
}

func speltClass(ranges []rune) []string {
	var out []string
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if out = append(out, string(r)); len(out) > 4 {
				return nil
			}
		}
	}
	return out
}

const maxShort = 40 // literals
