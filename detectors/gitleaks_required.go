package detectors

import (
	"cmp"
	"slices"
)

// place is a match's first character as gitleaks counts it: lines from 0, columns from the line break before, which is
// column 1 of every line but the first. A file as a whole is at line -1.
type place struct{ line, column int }

func (s *patternScan) place(m Match) place {
	if m.Credential.Rule.PathOnly() {
		return place{-1, 0}
	}
	row := s.row(m.Span.Start)
	if row == 0 {
		return place{0, m.Span.Start + 1}
	}
	return place{row, m.Span.Start - s.breaks[row-1] + 1}
}

// complete keeps the matches of r beside which all rules that it requires match too.
func (s *patternScan) complete(r *patternRule, found []Match) []Match {
	for _, need := range r.required {
		if len(found) == 0 {
			return nil
		}
		found = s.near(found, s.matches(need.rule), need.Required)
		for i := range found {
			found[i].Notes = append(slices.Clone(found[i].Notes), "rule "+need.ID+" matches nearby")
		}
	}
	return found
}

// near keeps of found what has one of others within the distances that need gives. Both lists are walked once in the
// order of lines, with the columns of the others in reach counted in a tree, so that thousands of either stay cheap.
func (s *patternScan) near(found, others []Match, need Required) []Match {
	places := make([]place, len(others))
	for i, m := range others {
		places[i] = s.place(m)
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.line, b.line) })
	window := newColumns(places)
	order := make([]int, len(found))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.place(found[a]).line, s.place(found[b]).line) })
	keep := make([]bool, len(found))
	in, out := 0, 0
	for _, i := range order {
		at := s.place(found[i])
		for ; in < len(places) && within(places[in].line-at.line, need.WithinLines); in++ {
			window.add(places[in].column, 1)
		}
		for ; out < in && !within(at.line-places[out].line, need.WithinLines); out++ {
			window.add(places[out].column, -1)
		}
		keep[i] = window.near(at.column, need.WithinColumns)
	}
	var kept []Match
	for i, m := range found {
		if keep[i] {
			kept = append(kept, m)
		}
	}
	return kept
}

// within says whether n is at most limit, if there is one.
func within(n int, limit *int) bool { return limit == nil || n <= *limit }

// columns counts columns in a Fenwick tree.
type columns struct {
	sorted []int
	sums   []int
	total  int
}

func newColumns(places []place) *columns {
	c := &columns{}
	for _, p := range places {
		c.sorted = append(c.sorted, p.column)
	}
	slices.Sort(c.sorted)
	c.sorted = slices.Compact(c.sorted)
	c.sums = make([]int, len(c.sorted)+1)
	return c
}

func (c *columns) add(column, n int) {
	c.total += n
	i, _ := slices.BinarySearch(c.sorted, column)
	for i++; i < len(c.sums); i += i & -i {
		c.sums[i] += n
	}
}

// below counts the columns less than column.
func (c *columns) below(column int) int {
	i, _ := slices.BinarySearch(c.sorted, column)
	n := 0
	for ; i > 0; i -= i & -i {
		n += c.sums[i]
	}
	return n
}

// near says whether a column lies at most limit from column; without a limit, whether there is any.
func (c *columns) near(column int, limit *int) bool {
	if limit == nil {
		return c.total > 0
	}
	reach := min(*limit, 1<<30) // more would overflow
	return reach >= 0 && c.below(column+reach+1) > c.below(column-reach)
}
