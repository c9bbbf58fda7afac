package gitpack

import (
	"cmp"
	"slices"
)

// respot finds the spots of a delta's result: those in copied runs are the base's, moved; the rest is looked for. A byte
// is safe when it and the context on both sides of it were copied in one piece; where the context is cut off by the
// start or end of the base, the result must start or end there too.
func respot(sp Spotter, data []byte, runs []run, base []Span, baseLen int) (spots []Span, scanned int) {
	reach := sp.Reach()
	at := 0
	look := func(to int) {
		if at < to {
			spots = sp.Spots(spots, data, at, to)
			scanned += to - at
		}
	}
	for _, r := range runs {
		lo, hi := r.dst+reach, r.dst+r.n-reach
		if r.dst == 0 && r.src == 0 {
			lo = 0
		}
		if r.dst+r.n == len(data) && r.src+r.n == baseLen {
			hi = len(data)
		}
		if hi-lo <= reach && hi-lo < len(data) { // not worth another call
			continue
		}
		look(lo)
		spots = inherit(spots, base, lo, hi, r.dst-r.src, reach)
		at = hi
	}
	look(len(data))
	return sortSpots(spots), scanned
}

// inherit appends the spots of a base that, moved by shift, overlap the range from lo to hi.
func inherit(spots, base []Span, lo, hi, shift, reach int) []Span {
	first := lo - shift - reach - 1 // no spot is longer than its context
	i, _ := slices.BinarySearchFunc(base, first, func(s Span, at int) int { return cmp.Compare(s.Start, at) })
	for ; i < len(base) && base[i].Start+shift < hi; i++ {
		if base[i].End+shift > lo {
			spots = append(spots, Span{base[i].Start + shift, base[i].End + shift, base[i].Kind})
		}
	}
	return spots
}

func sortSpots(spots []Span) []Span {
	if len(spots) < 2 {
		return spots
	}
	slices.SortFunc(spots, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	return slices.Compact(spots)
}
