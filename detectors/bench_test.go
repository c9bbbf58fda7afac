package detectors

import (
	"go/build"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors/check"
)

// sourceText is the Go files of some packages of the standard library.
func sourceText(tb testing.TB) []byte {
	tb.Helper()
	var text []byte
	for _, dir := range []string{"net/http", "go/types", "encoding/json", "crypto/tls"} {
		files, err := filepath.Glob(filepath.Join(build.Default.GOROOT, "src", dir, "*.go"))
		if err != nil {
			tb.Fatal(err)
		}
		for _, file := range files {
			part, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			text = append(text, part...)
		}
	}
	if len(text) == 0 {
		tb.Skip("the standard library's source is not installed")
	}
	return text
}

func benchText(tb testing.TB) map[string][]byte {
	texts := hostile(1 << 20)
	var list strings.Builder
	for list.Len() < 1<<20 {
		for word := range check.Wordlists()[0].Words() {
			list.WriteString(word)
			list.WriteByte('\n')
		}
	}
	return map[string][]byte{
		"source": sourceText(tb), "wordlist": []byte(list.String()), "base58": texts["base58"], "minified": texts["minified script"],
		"numbers": texts["lists of numbers"], "mixed": mixedText(1 << 20),
	}
}

// mixedText is what the tests of the spots are made of.
func mixedText(n int) []byte {
	rnd := rand.New(rand.NewPCG(4, 4))
	var text []byte
	for len(text) < n {
		text = append(text, spotText(rnd)...)
	}
	return text
}

// BenchmarkSpots is the first pass over kinds of text.
func BenchmarkSpots(b *testing.B) {
	set := builtIn(b, every)
	for name, text := range benchText(b) {
		b.Run(name, func(b *testing.B) { benchSpots(b, set, text) })
	}
}

func benchSpots(b *testing.B, set *Set, text []byte) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var spots []Spot
	for b.Loop() {
		set.known = newSpotMemo() // each round is the first
		spots = set.Spots(spots[:0], text, 0, len(text))
	}
}

// BenchmarkSearches is each search of the first pass over source code.
func BenchmarkSearches(b *testing.B) {
	text := sourceText(b)
	found := 0
	for name, search := range map[string]func(){
		"tokens": func() { tokens(text, 0, len(text), func(*token) { found++ }) },
		"words":  func() { wordSpots(text, 0, len(text), func(Span) { found++ }) },
		"ints":   func() { intSpots(text, 0, len(text), func(Span) { found++ }) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				search()
			}
		})
	}
}

// BenchmarkRules is the first pass with some of the rules, without those for wallets, and with all, over the same text.
func BenchmarkRules(b *testing.B) {
	text := sourceText(b)
	wallet := func(r *Rule) bool { return r.Kind == "wallet" }
	few := func(r *Rule) bool { return r.Provider == "binance" || r.Provider == "kraken" || wallet(r) }
	for name, keep := range map[string]func(*Rule) bool{
		"two exchanges and wallets": few,
		"all but wallets":           func(r *Rule) bool { return !wallet(r) },
		"all":                       every,
	} {
		set := builtIn(b, keep)
		b.Run(name, func(b *testing.B) { benchSpots(b, set, text) })
	}
}
