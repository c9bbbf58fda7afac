package detectors

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOutlinesRefuseNoValue holds the cheap tests of a token to the expressions: what an expression takes is never refused
// before it is tried.
func TestOutlinesRefuseNoValue(t *testing.T) {
	set := builtIn(t, every)
	for _, p := range set.providers {
		for i, sh := range p.shapes {
			if sh.part.Form != FormToken {
				continue
			}
			rnd := rand.New(rand.NewPCG(uint64(i), 2))
			for range 25 {
				text := append([]byte("name = \""), sampled(nil, rnd, treeOf(sh.part.Regex.String()))...)
				text = append(text, "\";\n"...)
				checkOutline(t, set, sh, text)
			}
		}
	}
}

func checkOutline(t *testing.T, set *Set, sh *shape, text []byte) {
	t.Helper()
	r := newReading(set, text, Hint{})
	tokens(text, 0, len(text), func(at *token) {
		v := &value{Span: at.Span, form: FormToken}
		if !fitsAtAll(r, v, sh) {
			return
		}
		sign := signatureOf(text, at.Span)
		switch {
		case !sh.outline.admits(text, at.Span):
			t.Errorf("%s %s: %q is not admitted", sh.rule.ID, sh.part.Name, text)
		case !sh.outline.quick(&sign, at.End-at.Start):
			t.Errorf("%s %s: %q is refused by its signature", sh.rule.ID, sh.part.Name, text)
		case sh.rule.Contexts == ContextNone && !slices.Contains(r.tokenShapes(v), sh):
			t.Errorf("%s %s: %q is not among the shapes of the token", sh.rule.ID, sh.part.Name, text)
		case sh.rule.Contexts != ContextNone && !slices.Contains(set.fitting(nil, text, at.Span, &sign), sh):
			t.Errorf("%s %s: %q is not among the fitting shapes", sh.rule.ID, sh.part.Name, text)
		}
	})
}

// fitsAtAll is reading.fit without the cheap tests before it.
func fitsAtAll(r *reading, v *value, sh *shape) bool {
	from, to := r.around(v, sh)
	return sh.find(r.data[from:to], func(match, value Span) bool {
		at := Span{value.Start + from, value.End + from}
		return at.Start >= v.End || at.End <= v.Start || !r.whole(Span{r.matched(match.Start+from, at.Start), at.End}, sh)
	})
}

func TestLongTextIsReadInWindows(t *testing.T) {
	set := builtIn(t, every)
	rnd := rand.New(rand.NewPCG(4, 4))
	secret := "BINANCE_API_KEY=" + randomHex(rnd, 64) + "\nBINANCE_API_SECRET=" + randomHex(rnd, 64) + "\n"
	filler := wordText(rnd, 40)
	var text []byte
	for len(text) < 120<<10 {
		text = append(append(text, filler...), '\n')
	}
	far := slices.Concat([]byte("# keys of the bot at kraken\n"), text, []byte(secret), text, []byte("\ntoken ghp_"+randomHex(rnd, 36)+"\n"))
	for range 2 { // the second time from memory
		var found []string
		for m := range set.Scan(far, Hint{Path: "bot.env"}) {
			found = append(found, m.Credential.Rule.ID)
			for name, s := range m.Spans {
				if m.Credential.Rule.Part(name).Form != FormToken {
					continue
				}
				if string(far[s.Start:s.End]) != m.Credential.Parts[name].Reveal() {
					t.Errorf("%s of %s is not at %v", name, m.Credential.Rule.ID, s)
				}
			}
		}
		if !slices.Contains(found, "binance-api-key") {
			t.Errorf("found %v, want binance-api-key among them", found)
		}
	}
}
