package detectors

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oracleInts tries every bracket.
func oracleInts(data []byte, spots bool) []Span {
	var all []Span
	for b, c := range data {
		if c != '[' && c != '{' && c != '(' {
			continue
		}
		limit, least := len(data), minInts
		if spots {
			limit, least = min(len(data), b+spotBytes), spotInts
		}
		end, n := oracleList(string(data[b+1:limit]), b+1, spots)
		if n < least {
			continue
		}
		if rest := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(string(data[end:]), " \n\t\r"), ","), " \n\t\r"); !spots && rest != "" && strings.ContainsRune("]})", rune(rest[0])) {
			end = len(data) - len(rest) + 1
		}
		all = append(all, Span{b, end})
	}
	return all
}

func oracleList(text string, at int, spots bool) (end, n int) {
	for _, item := range strings.Split(text, ",") {
		number := strings.Trim(item, " \n\t\r")
		var word string
		for word = number; word != "" && !isHexOrX(word[len(word)-1]) || len(word) > 4; {
			word = word[:len(word)-1]
		}
		for i := range len(word) {
			if !isHexOrX(word[i]) {
				word = word[:i]
				break
			}
		}
		if _, ok := byteValue([]byte(word)); !ok {
			break
		}
		n++
		end = at + strings.Index(item, number) + len(word)
		if word != number || spots && n == spotInts {
			break
		}
		at += len(item) + 1
	}
	return end, n
}

// intText is lists of numbers as people write them, and what looks like them.
func intText(rnd *rand.Rand) []byte {
	var b strings.Builder
	noise := []string{"[", "(", "{", "]", ")", "}", " ", ",", "\n", "abc", "0x", "deadbeef", "x = ", "func(", strings.Repeat(" ", 30), strings.Repeat("0,", 3), "256,", "[[1,2],", "-1,", "\"a\","}
	for range 1 + rnd.IntN(6) {
		for range rnd.IntN(8) {
			b.WriteString(noise[rnd.IntN(len(noise))])
		}
		open, by := "[({"[rnd.IntN(3)], []string{",", ", ", ",\n    ", " , ", ",\r\n\t"}[rnd.IntN(5)]
		b.WriteByte(open)
		form := []string{"%d", "%d", "0x%02x", "0x%X"}[rnd.IntN(4)]
		for i := range rnd.IntN(50) {
			if i > 0 {
				b.WriteString(by)
			}
			if fmt.Fprintf(&b, form, rnd.IntN(256)); rnd.IntN(60) == 0 {
				b.WriteString(noise[rnd.IntN(len(noise))])
			}
		}
		b.WriteString([]string{"]", ")", "}", ",\n]", " }", ""}[rnd.IntN(6)])
	}
	return []byte(b.String())
}

func checkInts(t *testing.T, data []byte) {
	t.Helper()
	var lists, spots []Span
	intLists(data, 0, len(data), minInts, func(s Span) { lists = append(lists, s) })
	intSpots(data, 0, len(data), func(s Span) { spots = append(spots, s) })
	if diff := cmp.Diff(oracleInts(data, false), lists); diff != "" {
		t.Fatalf("lists in %q: (-want +got)\n%s", data, diff)
	}
	if diff := cmp.Diff(oracleInts(data, true), spots); diff != "" {
		t.Fatalf("spots in %q: (-want +got)\n%s", data, diff)
	}
}

func TestListsOfNumbersAreThoseOfEveryBracket(t *testing.T) {
	for seed := range uint64(5000) {
		checkInts(t, intText(rand.New(rand.NewPCG(seed, 7))))
	}
}

func FuzzInts(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(intText(rand.New(rand.NewPCG(seed, 8))))
	}
	f.Fuzz(checkInts)
}
