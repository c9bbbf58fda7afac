package detectors

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/rules"
)

// builtIn compiles the built-in rules that keep says.
func builtIn(t testing.TB, keep func(*Rule) bool) *Set {
	t.Helper()
	list, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	list = slices.DeleteFunc(list, func(r Rule) bool { return !keep(&r) })
	set, err := Compile(list, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func every(*Rule) bool { return true }

// spotText has something of everything that is a spot, and of what is nearly one.
func spotText(rnd *rand.Rand) []byte {
	var b bytes.Buffer
	for range 1 + rnd.IntN(5) {
		switch rnd.IntN(7) {
		case 0:
			b.Write(wordText(rnd, 1))
		case 1:
			b.Write(intText(rnd))
		case 2:
			b.Write(tokenText(rnd))
		case 3:
			fmt.Fprintf(&b, "-----BEGIN %sPRIVATE KEY-----\n", []string{"", "EC ", "RSA ", "PUB"}[rnd.IntN(4)])
		case 4:
			fmt.Fprintf(&b, "\n%s_API_KEY = \"%s\"\n", []string{"BINANCE", "KRAKEN", "x"}[rnd.IntN(3)], randomHex(rnd, 64))
		case 5:
			fmt.Fprintf(&b, "token ghp_%s\n", randomHex(rnd, 36))
		case 6:
			b.WriteString(strings.Repeat("for _, c := range data[start:end] {\n\tcontinue\n}\n", rnd.IntN(30)))
		}
	}
	return b.Bytes()
}

func randomHex(rnd *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = "0123456789abcdef"[rnd.IntN(16)]
	}
	return string(text)
}

func sorted(spots []Spot) []Spot {
	slices.SortFunc(spots, func(a, b Spot) int { return cmp.Or(a.Start-b.Start, a.End-b.End, int(a.Kind)-int(b.Kind)) })
	return slices.Compact(spots)
}

func spotsIn(spots []Spot, from, to int) []Spot {
	return slices.DeleteFunc(append([]Spot{}, spots...), func(s Spot) bool { return s.End <= from || s.Start >= to })
}

// checkLocal holds the spots of a range, given the text that Reach allows and no more, to those of the whole text.
func checkLocal(t *testing.T, set *Set, data []byte, from, to int) {
	t.Helper()
	lo, hi := max(0, from-set.Reach()), min(len(data), to+set.Reach())
	want := spotsIn(sorted(set.Spots(nil, data, 0, len(data))), from, to)
	got := sorted(set.Spots(nil, bytes.Clone(data[lo:hi]), from-lo, to-lo))
	for i := range got {
		got[i].Start, got[i].End = got[i].Start+lo, got[i].End+lo
	}
	if diff := gocmp.Diff(want, spotsIn(got, from, to)); diff != "" {
		t.Fatalf("spots of [%d,%d) in %q: (-whole +part)\n%s", from, to, data, diff)
	}
}

func TestSpotsDependOnTheirReachAlone(t *testing.T) {
	set := builtIn(t, every)
	for seed := range uint64(400) {
		rnd := rand.New(rand.NewPCG(seed, 12))
		data := spotText(rnd)
		for range 6 {
			from := rnd.IntN(len(data) + 1)
			checkLocal(t, set, data, from, min(len(data), from+rnd.IntN(400)))
		}
	}
}

func FuzzSpotsDependOnTheirReachAlone(f *testing.F) {
	set := builtIn(f, every)
	for seed := range uint64(20) {
		f.Add(spotText(rand.New(rand.NewPCG(seed, 13))), uint16(seed*100), uint16(seed*10))
	}
	f.Fuzz(func(t *testing.T, data []byte, from, n uint16) {
		at := min(len(data), int(from))
		checkLocal(t, set, data, at, min(len(data), at+int(n)))
	})
}

// hostile are texts that a scanner may take long for, of n bytes.
func hostile(n int) map[string][]byte {
	rnd := rand.New(rand.NewPCG(3, 3))
	base58 := make([]byte, n)
	for i := range base58 {
		base58[i] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rnd.IntN(58)]
		if i%89 == 88 {
			base58[i] = '\n'
		}
	}
	texts := map[string][]byte{"base58": base58, "base58 in one line": bytes.ReplaceAll(base58, []byte("\n"), []byte("x"))}
	for name, text := range map[string]string{
		"list words":            "abandon ability about above zoo ",
		"list words unlike":     "abandon ability, about above; zoo ",
		"words of two lists":    "abandon abaco zoo zucca ",
		"brackets":              "[[[{{{(((",
		"quotes":                `"'` + "`",
		"numbers":               "12,34,",
		"lists of numbers":      "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,",
		"numbers and brackets":  "[0x00,0x01,255,256,",
		"hex and spaces":        "deadbeef 0123 ",
		"Chinese":               "的一是在不了有和人这中大为上个国我以要他",
		"spaces":                " ",
		"dashes":                "-----BEGIN -",
		"escapes":               `\n\t\r`,
		"minified script":       `!function(e,t){"use strict";var n=e.a,r=t[0];for(var o=0;o<n.length;o++)r(n[o],"key",o)}(window,[]);`,
		"names that want a key": `api_key="",secret='x',token=`,
	} {
		texts[name] = []byte(strings.Repeat(text, n/len(text)+1)[:n])
	}
	return texts
}

// TestSpotsTakeLinearTime compares the time per byte of 256 KiB and of 1 MiB.
func TestSpotsTakeLinearTime(t *testing.T) {
	if raceDetector {
		t.Skip("takes times, which the race detector changes; make test runs it without, too")
	}
	if testing.Short() {
		t.Skip("measures time")
	}
	set := builtIn(t, every)
	small, large := hostile(256<<10), hostile(1<<20)
	for name := range small {
		t.Run(name, func(t *testing.T) {
			var a, b time.Duration
			for range 5 {
				if a, b = fastest(set, small[name]), fastest(set, large[name]); b < 12*a+10*time.Millisecond {
					return
				}
			}
			t.Errorf("four times the text took %v instead of %v", b, a)
		})
	}
}

func fastest(set *Set, data []byte) time.Duration {
	best := time.Hour
	for range 3 {
		start := time.Now()
		set.Spots(nil, data, 0, len(data))
		best = min(best, time.Since(start))
	}
	return best
}
