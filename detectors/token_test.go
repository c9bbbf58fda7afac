package detectors

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oracleTokens reads every byte.
func oracleTokens(data []byte) []token {
	var all []token
	for start := 0; start < len(data); start++ {
		end := start
		for end < len(data) && strings.IndexByte("+/_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", data[end]) >= 0 {
			end++
		}
		var t token
		if end-start >= minToken && measure(data, start, end, &t) {
			all = append(all, t)
		}
		start = end
	}
	return all
}

func tokensOf(data []byte, from, to int) []token {
	var all []token
	tokens(data, from, to, func(t *token) { all = append(all, *t) })
	return all
}

// tokenText is random tokens of all lengths among names and punctuation.
func tokenText(rnd *rand.Rand) []byte {
	var b strings.Builder
	gaps := []string{" ", "\n", " = \"", "\",\n", "(", "{}", "\xff", "é", ".", "@", "*", ",", ";", "\x00", "[", "`", "~", ":"}
	for range 1 + rnd.IntN(30) {
		n := rnd.IntN(40)
		if rnd.IntN(20) == 0 {
			n = rnd.IntN(900)
		}
		raw := make([]byte, n)
		for i := range raw {
			raw[i] = byte(rnd.Uint32())
		}
		switch text := base64.StdEncoding.EncodeToString(raw); rnd.IntN(4) {
		case 0:
			b.WriteString(strings.ToLower(strings.ReplaceAll(text, "+", "_")))
		case 1:
			b.WriteString("some_long_identifier_name/path-of-words")
		default:
			b.WriteString(text)
		}
		for range 1 + rnd.IntN(3) {
			b.WriteString(gaps[rnd.IntN(len(gaps))])
		}
	}
	return []byte(b.String())
}

func checkTokens(t *testing.T, data []byte) {
	t.Helper()
	all := oracleTokens(data)
	opts := cmp.AllowUnexported(token{}, traits{})
	if diff := cmp.Diff(all, tokensOf(data, 0, len(data)), opts); diff != "" {
		t.Fatalf("in %q: (-want +got)\n%s", data, diff)
	}
	for from := 0; from < len(data); from += 1 + len(data)/7 {
		to := min(len(data), from+len(data)/5)
		var want, got []Span
		for _, k := range all {
			if at := (Span{k.Start, min(k.End, k.Start+maxToken)}); at.Start < to && at.End > from {
				want = append(want, at)
			}
		}
		for _, k := range tokensOf(data, from, to) {
			got = append(got, Span{k.Start, min(k.End, k.Start+maxToken)})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("from %d to %d in %q: (-want +got)\n%s", from, to, data, diff)
		}
	}
}

func TestTokensAreThoseOfEveryByte(t *testing.T) {
	for seed := range uint64(4000) {
		checkTokens(t, tokenText(rand.New(rand.NewPCG(seed, 9))))
	}
}

func TestTokenMaskAgreesWithTheClasses(t *testing.T) {
	for c := range 256 {
		for i := range 64 {
			block := make([]byte, 64)
			block[i] = byte(c)
			want := uint64(0)
			if tokenClass[c] != classNone {
				want = 1 << i
			}
			if got := tokenMask(block); got != want {
				t.Errorf("%#x at %d: got %x, want %x", c, i, got, want)
			}
		}
	}
}

// plainTraits counts what traits hold over a text without separators.
func plainTraits(text string) traits {
	var t traits
	for i := range len(text) {
		class := tokenClass[text[i]]
		switch class {
		case classDigit:
			t.digits++
		default:
			t.letters[classLower-class]++
		}
		if i == 0 {
			continue
		}
		switch last := tokenClass[text[i-1]]; {
		case (class == classDigit) != (last == classDigit):
			t.flips++
		case class != classDigit && !(last == classLower && class == classUpper):
			t.likely += int(bigrams[(text[i-1]|0x20)-'a'][(text[i]|0x20)-'a']) - 'm'
		}
	}
	return t
}

func TestMeasureCountsEveryCharacter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 11))
	const class = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for range 3000 {
		text := make([]byte, 1+rnd.IntN(maxToken))
		for i := range text {
			text[i] = class[rnd.IntN(len(class)>>rnd.IntN(3))]
		}
		want := plainTraits(string(text))
		var got token
		random := measure(text, 0, len(text), &got)
		if diff := cmp.Diff(want, got.whole, cmp.AllowUnexported(traits{})); diff != "" || random != want.random() {
			t.Fatalf("%s: (-want +got)\n%s", text, diff)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(tokenText(rand.New(rand.NewPCG(seed, 10))))
	}
	f.Fuzz(checkTokens)
}
