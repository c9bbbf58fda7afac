package detectors

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func naiveHits(words []string, data []byte) []hit {
	var hits []hit
	low := lowerASCII(bytes.Clone(data))
	for i, w := range words {
		w := lowerASCII([]byte(w))
		for at := 0; len(w) > 0 && at+len(w) <= len(low); at++ {
			if bytes.Equal(low[at:at+len(w)], w) {
				hits = append(hits, hit{i, at + len(w)})
			}
		}
	}
	return sortHits(hits)
}

func sortHits(hits []hit) []hit {
	hits = slices.Clone(hits)
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(a.end-b.end, a.word-b.word) })
	return hits
}

func checkHits(t *testing.T, words []string, data []byte) {
	t.Helper()
	k := newKeywords(words)
	var buf hitBuffer
	got, want := sortHits(k.scan(data, &buf)), naiveHits(words, data)
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(hit{})); diff != "" {
		t.Fatalf("words %q in %d bytes (-want +got):\n%s", words, len(data), diff)
	}
	if got := k.contains(data); got != (len(want) > 0) {
		t.Fatalf("contains = %v, want %v", got, len(want) > 0)
	}
}

func TestKeywordsAreFoundLikeSubstrings(t *testing.T) {
	long := strings.Repeat("long", 40)
	for name, c := range map[string]struct {
		words []string
		text  string
	}{
		"no words":                       {nil, "text"},
		"an empty word":                  {[]string{"", "a"}, "banana"},
		"the same word twice":            {[]string{"ab", "ab"}, "xabx"},
		"letters in either case":         {[]string{"Key"}, "KEY key kEy"},
		"words within words":             {[]string{"he", "she", "hers", "his", "e"}, "ushers his"},
		"a suffix of a dead end":         {[]string{"abcd", "bc"}, "abce abcd"},
		"overlapping itself":             {[]string{"aa", "aaa"}, "aaaaa"},
		"bytes that are not text":        {[]string{"\x00\xff", "ü"}, "a\x00\xffbüÜ"},
		"longer than the automaton":      {[]string{long, long + "x", long[:90]}, "-" + long + "X-" + long},
		"a long word cut off by the end": {[]string{long}, long[:len(long)-1]},
	} {
		t.Run(name, func(t *testing.T) {
			checkHits(t, c.words, []byte(c.text))
			checkHits(t, c.words, []byte(strings.Repeat("-"+c.text, 700)))
		})
	}
}

func TestKeywordsAcrossTheBordersOfLanes(t *testing.T) {
	words := []string{"binance", "nance", "e-b"}
	for pad := range 40 {
		checkHits(t, words, []byte(strings.Repeat(".", pad)+strings.Repeat("binance-", 160)))
	}
}

func TestManyKeywordsKeepTheTableSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 6000)
	for i := range words {
		words[i] = fmt.Sprintf("%x%x", r.Uint64(), r.Uint64())
	}
	k := newKeywords(words)
	if len(k.next) > maxCells {
		t.Errorf("the table has %d cells, want at most %d", len(k.next), maxCells)
	}
	checkHits(t, words[:40], []byte(strings.Join(words[:200], " ")))
	var buf hitBuffer
	if got := len(k.scan([]byte(strings.Join(words, " ")), &buf)); got != len(words) {
		t.Errorf("found %d words, want %d", got, len(words))
	}
}

func TestKeywordScanDoesNotAllocate(t *testing.T) {
	k := newKeywords([]string{"key", "secret"})
	data := []byte(strings.Repeat("api_key = secret; ", 1000))
	var buf hitBuffer
	k.scan(data, &buf)
	if n := testing.AllocsPerRun(10, func() { k.scan(data, &buf) }); n != 0 {
		t.Errorf("a scan allocates %v times, want 0", n)
	}
}

func FuzzKeywords(f *testing.F) {
	f.Add("he,she,hers,his", "ushers", 1)
	f.Add("a,ab,bab,bc,bca,c,caa", "abccab", 300)
	f.Add("key,\xff\xfe,Key", "KEYkey\xff\xfe", 40)
	f.Fuzz(func(t *testing.T, words, text string, times int) {
		if len(words) > 200 || len(text) > 200 {
			return
		}
		checkHits(t, strings.Split(words, ","), []byte(strings.Repeat(text, max(1, min(times, 400)))))
	})
}

func BenchmarkKeywords(b *testing.B) {
	words := strings.Fields("binance kraken coinbase okx kucoin bybit bitget gate.io mexc htx bitfinex bitstamp gemini deribit bitmex " +
		"api_key apikey api-key secret passphrase private_key privatekey mnemonic seed xprv tprv ghp_ github_pat_ xoxb- xoxp- akia sk_live_ " +
		"-----begin eyj npm_ pypi- glpat- hooks.slack.com discord telegram sendgrid twilio mailgun stripe openai anthropic")
	var text []byte
	for _, name := range []string{"/usr/local/go/src/net/http/server.go", "keywords.go", "load.go"} {
		if part, err := os.ReadFile(name); err == nil {
			text = append(text, part...)
		}
	}
	for len(text) < 1<<20 {
		text = append(text, text...)
	}
	k := newKeywords(words)
	var buf hitBuffer
	b.Run("four", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			k.scan(text, &buf)
		}
	})
	b.Run("one", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			buf.lanes[0] = buf.lanes[0][:0]
			k.walk(text, 0, len(text), 0, &buf.lanes[0])
		}
	})
}
