package detectors

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// describeAt writes the scopes around an offset, innermost first: the sign of the scope and the last words of its label.
func (d *document) describeAt(p int) []string {
	out := []string{}
	for _, s := range d.enclosing(p) {
		label := strings.Join(strings.Fields(d.text(d.labelOf(s))), " ")
		out = append(out, strings.TrimSpace(string(d.scopes[s].open)+" "+label))
	}
	return out
}

func TestScopesAroundAPlace(t *testing.T) {
	for _, tt := range []struct {
		name, text string // @ marks the place
		want       []string
	}{
		{"nothing", "x @", []string{}},
		{"behind a bracket", "f(1) @", []string{}},
		{"call", "client = New(\"x\", @)", []string{"( client = New"}},
		{"call over lines", "client = New(\n  \"x\",\n  @,\n)", []string{"( client = New"}},
		{"object in a list in an object", `{"accounts": [{"key": "@"}]}`, []string{`{ {"accounts": [`, `[ {"accounts":`, "{"}},
		{"second object of a list", `[{"key": "a"}, {"key": "@"}]`, []string{"{", "["}},
		{"object behind another", `x = {"okx": {"key": "a"}, "bybit": {"key": "@"}}`, []string{`{ "bybit":`, "{ x ="}},
		{"call behind another", `a = okx("x"); b = bybit("@")`, []string{"( b = bybit"}},
		{"argument behind a call", `f(okx("x"), {key: "@"})`, []string{"{", "( f"}},
		{"label on the line above", "accounts =\n{\n  @\n}", []string{"{ accounts ="}},
		{"no label behind a finished statement", "x = 1;\n{\n  @\n}", []string{"{"}},
		{"brackets within brackets", "f(a[@])", []string{"[ f(a", "( f"}},
		{"bracket that never closes", "f(g[1, @", []string{"[ f(g", "( f"}},
		{"closing bracket without an opening", "a ] } ) f(@)", []string{"( a ] } ) f"}},
		{"other brackets close what they hold", "f([{ @ )", []string{"{ f([", "[ f(", "( f"}},
		{"after other brackets closed", "f([{ ) @", []string{}},
		{"indentation", "kraken:\n  key: @\n", []string{"i kraken:"}},
		{"deep indentation", "exchanges:\n  kraken:\n    key: @\n", []string{"i kraken:", "i exchanges:"}},
		{"indentation that ends", "kraken:\n  key: a\nbinance:\n  key: @", []string{"i binance:"}},
		{"back to the top", "kraken:\n  key: a\nother: @", []string{}},
		{"tabs indent", "kraken:\n\tkey: @", []string{"i kraken:"}},
		{"Python block", "class Bot:\n    def run(self):\n        key = @", []string{"i def run(self):", "i class Bot:"}},
		{"item of a YAML list", "accounts:\n  - name: a\n    key: @\n", []string{"i", "i accounts:"}},
		{"item of a list that is not indented", "accounts:\n- name: a\n  key: @\n", []string{"i"}},
		{"item of a list in a list", "- - a\n  - @\n", []string{"i", "i"}},
		{"blank lines do not end a block", "kraken:\n\n  key: a\n\n  secret: @", []string{"i kraken:"}},
		{"section", "[kraken]\nkey = @", []string{"s [kraken]"}},
		{"second section", "[kraken]\nkey = 1\n\n[binance]\nkey = @", []string{"s [binance]"}},
		{"section of a table in an array", "[[account]]\nkey = @", []string{"s [[account]]"}},
		{"list that is no section", "[\"a\"]\nkey = @", []string{}},
		{"list of numbers that is no section", "[1]\nkey = @", []string{}},
		{"heading", "# Keys\n\n## Kraken\nkey: @", []string{"s ## Kraken"}},
		{"heading of another level", "## Kraken\nkey: a\n\n### Binance\nkey: @", []string{"s ### Binance"}},
		{"comment above a group", "# kraken\nKEY=@", []string{"h # kraken"}},
		{"comment of a group that ended", "# kraken\nKEY=1\n\nOTHER=@", []string{}},
		{"comment in other languages", "-- kraken\nkey = @", []string{"h -- kraken"}},
		{"comment within a block", "f = {\n  // kraken\n  @", []string{"{ f ="}},
		{"sentence that is no heading", "# this is far more than six words of text\nkey @", []string{}},
		{"bracket within a section", "[kraken]\nkeys = {\n  @", []string{"{ keys =", "s [kraken]"}},
		{"bracket of a section does not close one above", "f(\n[kraken]\n) @", []string{"s [kraken]", "( f"}},
		{"Windows line ends", "kraken:\r\n  key: @\r\n", []string{"i kraken:"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := strings.IndexByte(tt.text, '@')
			d := document{data: []byte(tt.text)}
			if diff := cmp.Diff(tt.want, d.describeAt(at)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinesOfADocument(t *testing.T) {
	d := document{data: []byte("one\n\nthree\n")}
	if diff := cmp.Diff([]int{0, 4, 5, 11}, d.lineStarts()); diff != "" {
		t.Error(diff)
	}
	for p, want := range map[int]int{0: 0, 3: 0, 4: 1, 5: 2, 10: 2, 11: 3} {
		if got := d.line(p); got != want {
			t.Errorf("offset %d is on line %d, want %d", p, got, want)
		}
	}
	for n, want := range []string{"one", "", "three", ""} {
		if got := d.text(d.lineSpan(n)); got != want {
			t.Errorf("line %d is %q, want %q", n, got, want)
		}
	}
	for span, want := range map[Span]string{{1, 2}: "one", {1, 6}: "one\n\nthree", {4, 4}: "", {11, 11}: ""} {
		if got := d.text(d.linesOf(span)); got != want {
			t.Errorf("the lines of %v are %q, want %q", span, got, want)
		}
	}
}

// checkScopes fails the test when a scope is not within its parent, or the answer to scopeAt is not the innermost scope
// that holds the place.
func checkScopes(t *testing.T, data []byte) {
	d := document{data: data}
	d.readScopes()
	for i, s := range d.scopes {
		if s.Start > s.End || s.End > len(data) || s.parent >= i || i > 0 && s.Start < d.scopes[i-1].Start {
			t.Fatalf("scope %d is %+v of %d bytes", i, s, len(data))
		}
		if s.label.Start < 0 || s.label.Start > s.label.End || s.label.End > len(data) {
			t.Fatalf("the label of scope %d is %+v of %d bytes", i, s.label, len(data))
		}
		if s.parent >= 0 && (s.End > d.scopes[s.parent].End || s.Start < d.scopes[s.parent].Start) {
			t.Fatalf("scope %d %+v is not within %+v", i, s.Span, d.scopes[s.parent].Span)
		}
	}
	for p := 0; p < len(data) && len(data) < 4000; p++ {
		for _, i := range d.enclosing(p) {
			if d.scopes[i].Start > p || d.scopes[i].End <= p {
				t.Fatalf("scope %+v is said to hold %d", d.scopes[i].Span, p)
			}
		}
	}
}

func FuzzScopes(f *testing.F) {
	for _, text := range []string{"f(a[{}])", "a:\n  b:\n    - c\n", "[s]\nx = (\n## h\n", "# x\ny\n\n- - - z {\n", "([{)]}", "\r\n\t \x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkScopes(t, data) })
}

func TestHostileNestingIsReadInLinearTime(t *testing.T) {
	if raceDetector {
		t.Skip("takes times, which the race detector changes; make test runs it without, too")
	}
	for _, unit := range []string{"[", "{\n", "(]", "a:\n b:\n", "- ", "[s]\n", "# x\n\n", "\n", "{}", "- - - x\n", ")))((("} {
		t.Run(fmt.Sprintf("%q", unit), func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				data := bytes.Repeat([]byte(unit), n/len(unit))
				return func() {
					d := document{data: data}
					d.readScopes()
					for p := 0; p < len(data); p += len(data) / 100 {
						d.enclosing(p)
					}
				}
			}, 1<<19)
			checkScopes(t, bytes.Repeat([]byte(unit), 2000))
		})
	}
	deep := document{data: bytes.Repeat([]byte(" "), 1<<10)}
	for i := range deep.data {
		deep.data[i] = "[{("[i%3]
	}
	if n := len(deep.enclosing(len(deep.data) - 1)); n != maxScopes {
		t.Errorf("%d scopes are open, want %d", n, maxScopes)
	}
}

// checkLinear fails the test when a work of four times the size takes eight times as long; what grows with the square takes
// sixteen times as long. It takes the best of several runs, since others use the machine too.
func checkLinear(t *testing.T, work func(n int) func(), n int) {
	t.Helper()
	var small, large time.Duration
	for range 4 {
		small, large = quickest(work(n/2)), quickest(work(2*n))
		if large < 8*small || large < 20*time.Millisecond {
			return
		}
	}
	t.Errorf("%d bytes take %v, and four times as many %v", n/2, small, large)
}

func quickest(work func()) time.Duration {
	var took []time.Duration
	for range 3 {
		start := time.Now()
		work()
		took = append(took, time.Since(start))
	}
	return slices.Min(took)
}
