package scanner

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
)

func TestRegionsCountLinesAndCharactersFromOne(t *testing.T) {
	text := "first\nzwölf = \"x\"\n\nlast"
	for _, tt := range []struct {
		name  string
		piece string
		line  int // of the chunk
		want  Region
	}{
		{"at the start", "first", 0, Region{1, 1, 1, 5}},
		{"behind a character of two bytes", "= \"x\"", 0, Region{2, 7, 2, 11}},
		{"over lines", "\"x\"\n\nlast", 0, Region{2, 9, 4, 4}},
		{"at the end", "t", 0, Region{1, 5, 1, 5}},
		{"in a later chunk", "last", 100, Region{104, 1, 104, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := strings.Index(text, tt.piece)
			c := Chunk{Data: []byte(text), Line: tt.line}
			got := newLineIndex(c.Data).region(c, detectors.Span{Start: at, End: at + len(tt.piece)})
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// quoted quotes the match whose parts stand between brackets, and whose line is the whole text.
func quoted(text string) string {
	var data []byte
	m := detectors.Match{Credential: detectors.Credential{Parts: map[string]detectors.Secret{}}, Spans: map[string]detectors.Span{}}
	for i, piece := range strings.Split(text, "[") {
		part, rest, ok := strings.Cut(piece, "]")
		if !ok {
			data = append(data, piece...)
			continue
		}
		name := string(rune('a' + i))
		m.Spans[name] = detectors.Span{Start: len(data), End: len(data) + len(part)}
		m.Credential.Parts[name] = detectors.NewSecret(part)
		data = append(append(data, part...), rest...)
	}
	m.Span = detectors.Span{Start: len(data)}
	for _, s := range m.Spans {
		m.Span = detectors.Span{Start: min(m.Span.Start, s.Start), End: max(m.Span.End, s.End)}
	}
	m.Line = detectors.Span{End: len(data)}
	return quote(data, m)
}

func TestQuotesAreRedactedAndCut(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, tt := range []struct{ name, text, want string }{
		{"one part", `key = "[0123456789abcdef]" # note`, `key = "01****" # note`},
		{"two parts", `f("[0123456789abcdef]", "[fedcba9876543210]")`, `f("01****", "fe****")`},
		{"part alone", `[0123456789abcdef]`, `01****`},
		{"long line", long + `[0123456789abcdef]` + long, long[:quoteBefore] + `01****` + long[:quoteBefore]},
		{"far parts", `[0123456789abcdef]` + long + `[fedcba9876543210]`, (`01****` + long)[:quoteMost]},
		{"no match on its line", `plain`, `plain`},
		{"bytes that are no text", "\xff\xfe[0123456789abcdef]", `?01****`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, quoted(tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestQuoteNeverCutsACharacter(t *testing.T) {
	for n := range 8 {
		got := quoted(strings.Repeat("é", 60) + strings.Repeat("x", n) + "[0123456789abcdef]" + strings.Repeat("é", 300))
		if !utf8.ValidString(got) {
			t.Errorf("%q is not valid", got)
		}
	}
}

// TestQuoteWithSpansThatOverlap checks that a part within another one does not show the other's rest.
func TestQuoteWithSpansThatOverlap(t *testing.T) {
	data := []byte("x 0123456789abcdef y")
	m := detectors.Match{Span: detectors.Span{Start: 2, End: 18}, Line: detectors.Span{End: len(data)}, Spans: map[string]detectors.Span{
		"key": {Start: 2, End: 10}, "secret": {Start: 2, End: 18}, "password": {Start: 6, End: 12},
	}, Credential: detectors.Credential{Parts: map[string]detectors.Secret{
		"key": detectors.NewSecret("01234567"), "secret": detectors.NewSecret("0123456789abcdef"), "password": detectors.NewSecret("456789"),
	}}}
	for range 20 { // a map holds the spans
		if got := quote(data, m); strings.Contains(got, "456789") || strings.Contains(got, "abcdef") {
			t.Fatalf("the quote %q shows a part", got)
		}
	}
}
