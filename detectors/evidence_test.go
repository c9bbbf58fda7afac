package detectors

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkMatches fails the test when a match lies outside the data, or says another text than stands at its place.
func checkMatches(t *testing.T, data []byte, at Hint) {
	t.Helper()
	for m := range allRules().Scan(data, at) {
		if m.Span.Start < 0 || m.Span.Start > m.Span.End || m.Span.End > len(data) {
			t.Fatalf("%s is at %v of %d bytes", m.Credential.Rule.ID, m.Span, len(data))
		}
		if m.Line.Start < 0 || m.Line.End > len(data) || m.Line.Start > m.Line.End {
			t.Fatalf("%s is on the line %v of %d bytes", m.Credential.Rule.ID, m.Line, len(data))
		}
		if len(m.Spans) != len(m.Credential.Parts) {
			t.Fatalf("%s has %d parts and %d places", m.Credential.Rule.ID, len(m.Credential.Parts), len(m.Spans))
		}
		for name, s := range m.Spans {
			if s.Start < 0 || s.Start > s.End || s.End > len(data) {
				t.Fatalf("%s of %s is at %v of %d bytes", name, m.Credential.Rule.ID, s, len(data))
			}
			p := m.Credential.Rule.Part(name)
			if p == nil || p.Form != FormToken || len(m.Encodings) > 0 {
				continue
			}
			if got, want := m.Credential.Parts[name].Reveal(), string(data[s.Start:s.End]); got != want {
				t.Fatalf("%s of %s is %q, and %q stands at its place", name, m.Credential.Rule.ID, got, want)
			}
		}
	}
}

// FuzzScan holds all built-in rules to data of any kind.
func FuzzScan(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("..", "testdata", "providers", "*.toml"))
	if err != nil || len(names) == 0 {
		f.Fatal("no cases", err)
	}
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		cases, err := ReadCases(filepath.Base(name), text)
		if err != nil {
			f.Fatal(err)
		}
		for j, c := range append(cases.Hit[:min(1, len(cases.Hit))], cases.Quiet[:min(1, len(cases.Quiet))]...) {
			filled, err := newSampler(uint64(i*1000 + j)).fill(c.Text)
			if err != nil {
				f.Fatal(err)
			}
			f.Add([]byte(filled), c.Path)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, path string) { checkMatches(t, data, Hint{Path: path}) })
}

// FuzzNaming reads names before every place of a text.
func FuzzNaming(f *testing.F) {
	for _, text := range []string{"a = (b, c[\"d\"]) => '", "| a | b |\n|---|---|\n| c | ", "x ?? y || getenv(\"z\", ", "<a b='c'>\n<d>", "k: >-\n  ", "(a, b) values ('", "\\\"k\\\": \\\"", "a\\\n"} {
		f.Add([]byte(text+"q8Zk2Lw9Xv4Rt7Yp"), uint16(len(text)))
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		start := min(int(at), len(data))
		d := document{data: data}
		n := d.naming(Span{start, min(len(data), start+16)})
		if n.reach < 0 || n.reach > start || n.url.Start > n.url.End || n.url.End > len(data) {
			t.Errorf("naming at %d of %d bytes is %+v", start, len(data), n)
		}
		for _, name := range n.names {
			if words := normalize(name); normalize(words) != words {
				t.Errorf("normalize(%q) is %q, and again %q", name, words, normalize(words))
			}
		}
	})
}

// denseText writes n bytes of lines made by line, which gets random values.
func denseText(n int, line func(s *sampler, i int) string) []byte {
	s := newSampler(uint64(n))
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(line(s, i))
	}
	return []byte(b.String()[:n])
}

func randomText64(s *sampler) string {
	text, err := s.class("x", "A-Za-z0-9", 64)
	if err != nil {
		panic(err)
	}
	return text
}

func TestScanTakesLinearTime(t *testing.T) {
	if raceDetector {
		t.Skip("takes times, which the race detector changes; make test runs it without, too")
	}
	if testing.Short() {
		t.Skip("reads megabytes")
	}
	for _, tt := range []struct {
		name string
		size int
		line func(s *sampler, i int) string
	}{
		{"keys without secrets", 1 << 15, func(s *sampler, _ int) string { return "binance_api_key=" + randomText64(s) + "\n" }},
		{"keys and secrets of one stem", 1 << 15, func(s *sampler, i int) string {
			return []string{"binance_api_key=", "binance_api_secret="}[i%2] + randomText64(s) + "\n"
		}},
		{"keys and secrets of many stems", 1 << 15, func(s *sampler, i int) string {
			return fmt.Sprintf([]string{"binance_%d_api_key=%s\n", "binance_%d_api_secret=%s\n"}[i%2], i/2, randomText64(s))
		}},
		{"keys on one line", 1 << 15, func(s *sampler, i int) string {
			return []string{"binance_api_key=", "binance_api_secret="}[i%2] + randomText64(s) + " "
		}},
		{"keys in one object", 1 << 15, func(s *sampler, i int) string {
			return []string{`{"binance":{"apiKey":"`, `,"secret":"`}[i%2] + randomText64(s) + `"`
		}},
		{"names of providers", 1 << 15, func(*sampler, int) string { return "binance kraken okx bybit " }},
		{"quotes", 1 << 20, func(*sampler, int) string { return `"` }},
		{"brackets", 1 << 20, func(*sampler, int) string { return `[` }},
		{"key: lines", 1 << 20, func(*sampler, int) string { return "key: \n" }},
		{"passphrases", 1 << 15, func(s *sampler, i int) string {
			return []string{"okx_api_key=" + s.uuid(), "okx_passphrase=abc", "okx_secret_key=" + s.uuid()}[i%3] + "\n"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				data := denseText(n, tt.line)
				return func() {
					for range allRules().Scan(data, Hint{}) {
						continue
					}
				}
			}, tt.size)
		})
	}
}
