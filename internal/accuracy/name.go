package accuracy

import (
	"strings"
	"unicode"
)

// field is a named value as a template sees it: a part of a credential, a neighbour or a look-alike. Its methods give
// the name in the styles of different syntaxes; those that start with Full carry the vendor's name too.
type field struct {
	Part  string
	Value string
	bare  string // api_key, apiKey
	full  string // BINANCE_API_KEY, empty to be made of stem and bare
	stem  string // binance, binance_2; empty for a neighbour
}

func words(name string) []string {
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, strings.ToLower(string(word)))
			word = nil
		}
	}
	runes := []rune(name)
	for i, c := range runes {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			flush()
			continue
		case i > 0 && unicode.IsUpper(c) && unicode.IsLower(runes[i-1]):
			flush()
		}
		word = append(word, c)
	}
	flush()
	return out
}

func joinWords(ws []string, sep string, first, rest func(string) string) string {
	out := make([]string, len(ws))
	for i, w := range ws {
		if i == 0 {
			out[i] = first(w)
		} else {
			out[i] = rest(w)
		}
	}
	return strings.Join(out, sep)
}

func same(s string) string { return s }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (f field) fullWords() []string {
	if f.full != "" {
		return words(f.full)
	}
	return append(words(f.stem), words(f.bare)...)
}

// Env is the variable's name: BINANCE_API_KEY.
func (f field) Env() string {
	if f.full != "" {
		return f.full
	}
	return joinWords(f.fullWords(), "_", strings.ToUpper, strings.ToUpper)
}

func (f field) Upper() string      { return joinWords(words(f.bare), "_", strings.ToUpper, strings.ToUpper) }
func (f field) Snake() string      { return joinWords(words(f.bare), "_", same, same) }
func (f field) Camel() string      { return joinWords(words(f.bare), "", same, capital) }
func (f field) Pascal() string     { return joinWords(words(f.bare), "", capital, capital) }
func (f field) Kebab() string      { return joinWords(words(f.bare), "-", same, same) }
func (f field) Header() string     { return joinWords(words(f.bare), "-", capital, capital) }
func (f field) Title() string      { return joinWords(words(f.bare), " ", capital, same) }
func (f field) Plain() string      { return f.bare }
func (f field) FullSnake() string  { return joinWords(f.fullWords(), "_", same, same) }
func (f field) FullCamel() string  { return joinWords(f.fullWords(), "", same, capital) }
func (f field) FullPascal() string { return joinWords(f.fullWords(), "", capital, capital) }
func (f field) FullKebab() string  { return joinWords(f.fullWords(), "-", same, same) }
func (f field) FullDot() string    { return joinWords(f.fullWords(), ".", same, same) }
func (f field) FullTitle() string  { return joinWords(f.fullWords(), " ", capital, same) }

// Words are the words of a phrase.
func (f field) Words() []string { return wordsOf(f.Value) }
