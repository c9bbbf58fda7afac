package detectors

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keysweep/keysweep/detectors/check"
)

// findWords reports mnemonics.
func (r *reading) findWords() {
	if len(r.set.words) == 0 {
		return
	}
	wordRuns(r.data, 0, len(r.data), minRun, func(run []Span) {
		for _, p := range phrases(r.data, run) {
			if m, ok := r.mnemonic(&p); ok {
				r.emit(m)
				break
			}
		}
	})
}

// mnemonic makes a match of a phrase that some kind's checksum proves. A kind without one needs a name, or a word near.
func (r *reading) mnemonic(p *phrase) (Match, bool) {
	kind, proof, ok := check.Mnemonic(p.words)
	sh := r.set.words[kind]
	if !ok || sh == nil || len(slices.Compact(slices.Sorted(slices.Values(p.words)))) < 2 {
		return Match{}, false
	}
	v := &value{Span: p.Span, form: FormWords}
	if sh.rule.Contexts == ContextName || p.cut || r.unspaced(p) {
		if r.describe(v); r.binary || !v.namedFor(sh) && !r.placed(v, sh.rule) {
			return Match{}, false
		}
	}
	text, at := strings.Join(p.words, " "), p.Span
	if path := r.derivation(p.Span.End); path != "" && r.set.words[secretURI] != nil {
		if uri, ok := check.ByName(secretURI); ok {
			if proved, ok := uri(text + path); ok {
				sh, proof, text, at.End = r.set.words[secretURI], proved, text+path, at.End+len(path)
			}
		}
	}
	part := sh.part.Name
	m := Match{
		Credential: Credential{Rule: sh.rule, Provider: sh.rule.Provider, Parts: map[string]Secret{part: NewSecret(text)}},
		Spans:      map[string]Span{part: at}, Severity: sh.rule.Severity, Confidence: sh.rule.Confidence,
	}
	if p.trimmed {
		m.Confidence = min(m.Confidence, Likely)
		m.Notes = append(m.Notes, "other list words stand beside the phrase, so its ends are less sure")
	}
	r.prove(&m, proof)
	return m, true
}

// unspaced reports whether the phrase is Chinese with nothing between its words: two characters in three of any text are
// in the list, so a checksum of four bits proves nothing.
func (r *reading) unspaced(p *phrase) bool {
	first, n := utf8.DecodeRune(r.data[p.Start:])
	second, _ := utf8.DecodeRune(r.data[p.Start+n:])
	return unicode.Is(unicode.Han, first) && unicode.Is(unicode.Han, second)
}

// secretURI is the check of a phrase with the path of a Substrate account behind it.
const secretURI = "substrate-suri"

var junctions = late(`^(?://?[A-Za-z0-9._-]{1,32}){1,8}(?:///[^\s"'` + "`" + `]{1,64})?`)

// derivation returns the path of hard and soft junctions at p, if there is one.
func (r *reading) derivation(p int) string {
	return string(junctions.Find(r.data[p:min(len(r.data), p+256)]))
}
