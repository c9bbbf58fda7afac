package detectors

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"testing"
)

// sequenceTexts are made of what an expression is made of, so that it matches often, and nearly.
func sequenceText(rnd *rand.Rand, re *syntax.Regexp) []byte {
	text := make([]byte, 0, 256)
	for range 1 + rnd.IntN(4) {
		text = sampled(text, rnd, re)
		switch rnd.IntN(4) {
		case 0:
			text = append(text, " _-=/+\"\n."[rnd.IntN(9)])
		case 1:
			if len(text) > 0 {
				text[rnd.IntN(len(text))] = 'x'
			}
		case 2:
			text = append(text, "aZ09"[rnd.IntN(4)])
		}
	}
	return text
}

// sampled appends a match of the expression, now and then one that is too long.
func sampled(dst []byte, rnd *rand.Rand, re *syntax.Regexp) []byte {
	switch re.Op {
	case syntax.OpLiteral:
		return append(dst, string(re.Rune)...)
	case syntax.OpCharClass:
		i := 2 * rnd.IntN(len(re.Rune)/2)
		return append(dst, string(re.Rune[i]+rune(rnd.IntN(int(min(re.Rune[i+1]-re.Rune[i]+1, 64)))))...)
	case syntax.OpAlternate:
		return sampled(dst, rnd, re.Sub[rnd.IntN(len(re.Sub))])
	case syntax.OpRepeat, syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		least, most := re.Min, re.Max
		if re.Op != syntax.OpRepeat {
			least, most = 0, 3
		}
		if most < 0 {
			most = least + 5
		}
		for range least + rnd.IntN(min(most-least, 9)+2) - rnd.IntN(2) {
			dst = sampled(dst, rnd, re.Sub[0])
		}
		return dst
	}
	for _, sub := range re.Sub {
		dst = sampled(dst, rnd, sub)
	}
	return dst
}

func matchesOf(s *sequence, text []byte) [][]int {
	var out [][]int
	s.all(text, func(at Span) bool {
		out = append(out, []int{at.Start, at.End})
		return true
	})
	return out
}

func checkSequence(t *testing.T, expr string, text []byte) {
	t.Helper()
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	s := sequenceOf(re)
	if s == nil {
		return
	}
	want := regexp.MustCompile(expr).FindAllIndex(text, -1)
	if got := matchesOf(s, text); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s on %q: got %v, want %v", expr, text, got, want)
	}
}

// TestSequences holds the own matcher to package regexp, for every expression of the rules that it takes.
func TestSequences(t *testing.T) {
	set := builtIn(t, every)
	taken, all := 0, 0
	for _, p := range set.providers {
		for _, sh := range p.shapes {
			if sh.part.Form != FormToken {
				continue
			}
			all++
			if sh.part.Regex.sequence() == nil {
				continue
			}
			taken++
			rnd := rand.New(rand.NewPCG(uint64(taken), 1))
			for range 60 {
				checkSequence(t, sh.part.Regex.String(), sequenceText(rnd, treeOf(sh.part.Regex.String())))
			}
		}
	}
	if taken*10 < all*8 {
		t.Errorf("%d of %d expressions are matched as sequences", taken, all)
	}
}

func TestSequencesOfEveryForm(t *testing.T) {
	for _, expr := range []string{
		`\b([a-c]{2,4})\b`, `([a-c]{2,4})`, `([a-c]{2,4}={0,2})`, `\b(x(?:a|b_)?[0-9]{2,})`, `\b(a[ab]{1,3}-?[ab])\b`, `\b(a+|b{2}c)\b`,
		`([a-b-]{3,6})\b`, `\b([a-b-]{3,6})\b`, `\b([a-b_]{3,6})`, `(a*b)`, `(a?a)`, `([0-9a-f]{2}-[0-9a-f]{2})`, `\b(a{2}|a{4})\b`, `(a{2}|a{4})`, `((?:0x)?[ab0]{3})\b`,
	} {
		re, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		rnd := rand.New(rand.NewPCG(5, 5))
		for range 3000 {
			text := make([]byte, rnd.IntN(14))
			for i := range text {
				text[i] = "aabbcx0-_= 1"[rnd.IntN(12)]
			}
			checkSequence(t, expr, text)
			checkSequence(t, expr, sequenceText(rnd, re))
		}
	}
}

func FuzzSequences(f *testing.F) {
	set := builtIn(f, every)
	var list []string
	for _, p := range set.providers {
		for _, sh := range p.shapes {
			if sh.part.Regex.sequence() != nil && !slices.Contains(list, sh.part.Regex.String()) {
				list = append(list, sh.part.Regex.String())
			}
		}
	}
	f.Add(uint16(0), []byte("ghp_0123456789abcdef"))
	f.Fuzz(func(t *testing.T, i uint16, text []byte) { checkSequence(t, list[int(i)%len(list)], text) })
}
