package detectors_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/check"
)

// phraseOf makes a mnemonic of BIP-39 with twelve words of a list.
func phraseOf(rnd *rand.Rand, vocabulary []string) []string {
	var entropy [16]byte
	for i := range entropy {
		entropy[i] = byte(rnd.Uint32())
	}
	sum := sha256.Sum256(entropy[:])
	bit := func(i int) int {
		if i < 128 {
			return int(entropy[i/8] >> (7 - i%8) & 1)
		}
		return int(sum[0] >> (7 - (i - 128)) & 1)
	}
	words := make([]string, 12)
	for i := range words {
		index := 0
		for k := range 11 {
			index = index<<1 | bit(11*i+k)
		}
		words[i] = norm.NFC.String(vocabulary[index])
	}
	return words
}

// around writes each word between two texts.
func around(words []string, before, after string) string {
	var b strings.Builder
	for i, w := range words {
		b.WriteString(strings.ReplaceAll(before, "N", fmt.Sprint(i+1)) + w + after)
	}
	return b.String()
}

// phraseSyntaxes are ways in which people write the words of a phrase.
func phraseSyntaxes() map[string]func([]string) string {
	escape := func(text []byte) string {
		var b strings.Builder
		for _, r := range string(text) {
			if r < 0x80 {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		}
		return b.String()
	}
	object := func(v any) string {
		text, _ := json.Marshal(map[string]any{"mnemonic": v})
		return escape(text)
	}
	return map[string]func([]string) string{
		"items with a class": func(w []string) string { return "<ol>\n" + around(w, `  <li class="word">`, "</li>\n") + "</ol>" },
		"items on one line":  func(w []string) string { return "<ol>" + around(w, `<li class="w" id='wN'>`, "</li>") + "</ol>" },
		"spans": func(w []string) string {
			return `<p class="seed">` + around(w, `<span class="word">`, "</span> ") + "</p>"
		},
		"cells with numbers":  func(w []string) string { return "<tr>" + around(w, `<td>N.</td><td align="left">`, "</td>") + "</tr>" },
		"a table of Markdown": func(w []string) string { return "|---|---|\n" + around(w, "| N | ", " |\n") },
		"pairs in a table": func(w []string) string {
			return strings.ReplaceAll(around(w, "| N | ", " "), " | 3 |", " |\n| 3 |") + "|"
		},
		"a quotation, wrapped": func(w []string) string { return "> " + strings.Join(w[:7], " ") + "\n> " + strings.Join(w[7:], " ") },
		"a comment, wrapped":   func(w []string) string { return "// " + strings.Join(w[:7], " ") + "\n// " + strings.Join(w[7:], " ") },
		"an array":             func(w []string) string { return `words = ["` + strings.Join(w, `", "`) + `"]` },
		"an array over lines":  func(w []string) string { return "[\n" + around(w, `  "`, "\",\n") + "]" },
		"escaped in an array":  func(w []string) string { return object(w) },
		"escaped in a string":  func(w []string) string { return object(strings.Join(w, " ")) },
		"a numbered list":      func(w []string) string { return around(w, "N. ", "\n") },
		"a word a line":        func(w []string) string { return strings.Join(w, "\n") },
		"a row of CSV":         func(w []string) string { return "7," + strings.Join(w, ",") },
		"capitals":             func(w []string) string { return strings.ToUpper(strings.Join(w, " ")) },
		"strings that are added": func(w []string) string {
			return `"` + strings.Join(w[:6], " ") + ` " +` + "\n  \"" + strings.Join(w[6:], " ") + `"`
		},
		"strings side by side": func(w []string) string {
			return `("` + strings.Join(w[:6], " ") + ` "` + "\n  \"" + strings.Join(w[6:], " ") + `")`
		},
	}
}

func TestPhrasesInEveryLanguageAndSyntax(t *testing.T) {
	set := compileBuiltin(t, detectors.Options{})
	rnd := rand.New(rand.NewPCG(3, 9))
	for _, list := range check.Wordlists() {
		language, ok := strings.CutPrefix(list.Name, "bip39/")
		if !ok || list.Len() != 2048 {
			continue
		}
		vocabulary := slices.Collect(list.Words())
		for name, write := range phraseSyntaxes() {
			words := phraseOf(rnd, vocabulary)
			text := "something before\n" + write(words) + "\nand behind\n"
			var rules []string
			for m := range set.Scan([]byte(text), detectors.Hint{Path: "notes/backup"}) {
				rules = append(rules, m.Credential.Rule.ID)
			}
			if !slices.Equal(rules, []string{"bip39-mnemonic"}) {
				t.Errorf("%s, %s: found %v in %s", language, name, rules, text)
			}
			if len(set.Spots(nil, []byte(text), 0, len(text))) == 0 {
				t.Errorf("%s, %s: no spot", language, name)
			}
		}
	}
}
