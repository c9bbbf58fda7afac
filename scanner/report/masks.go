package report

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// least is the length in characters from which a value is looked for in other texts; shorter ones stand in too many
// words that have nothing to do with them.
const least = 6

// masks replaces the values of credentials wherever they stand in a text: as they are, escaped for JSON, HTML or a URL,
// in hex, and within base64 at any alignment. At a reveal of 100 it changes nothing.
type masks struct {
	reveal int
	heads  map[string][]form // by the first bytes of the form, longest first
	tails  map[string][]form // by its last bytes
	most   int               // length of the longest form
	spread []spread
}

type form struct{ text, mask string }

func newMasks(reveal int) *masks {
	return &masks{reveal: reveal, heads: map[string][]form{}, tails: map[string][]form{}}
}

// addFinding adds the values of a finding's parts.
func (m *masks) addFinding(f scanner.Finding) {
	for _, v := range m.values(f) {
		for _, text := range forms(v.text) {
			m.add(text, v.mask)
		}
	}
}

// addSpread adds the values of a finding's parts once more, with any other characters between their words and digits:
// a mnemonic over several lines, a list of numbers with other spaces, an indented key.
func (m *masks) addSpread(f scanner.Finding) {
	for _, v := range m.values(f) {
		if words := strings.FieldsFunc(v.text, between); len(words) > 1 && len(words) <= maxWords {
			m.spread = append(m.spread, newSpread(words, v.mask))
		}
	}
}

// values returns the values to look for, in a fixed order, with their masks.
func (m *masks) values(f scanner.Finding) []form {
	if m.reveal >= 100 {
		return nil
	}
	var secrets []detectors.Secret
	for _, p := range f.Parts {
		secrets = append(secrets, p.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Credential.Parts)) {
		secrets = append(secrets, f.Credential.Parts[name])
	}
	var out []form
	for _, s := range secrets {
		one := form{s.Reveal(), mask(s, m.reveal)}
		if utf8.RuneCountInString(one.text) >= least && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

func (m *masks) add(text, mask string) {
	head := text[:least]
	known := m.heads[head]
	i, found := slices.BinarySearchFunc(known, text, func(f form, text string) int {
		if d := len(text) - len(f.text); d != 0 {
			return d
		}
		return strings.Compare(f.text, text)
	})
	if !found {
		m.heads[head] = slices.Insert(known, i, form{text, mask})
		tail := text[len(text)-least:]
		m.tails[tail] = append(m.tails[tail], form{text, mask})
		m.most = max(m.most, len(text))
	}
}

// hide returns s with every known value replaced.
func (m *masks) hide(s string) string {
	s = m.hideForms(s)
	for _, sp := range m.spread {
		s = sp.hide(s)
	}
	return s
}

func (m *masks) hideForms(s string) string {
	var b strings.Builder
	from := 0
	for i := 0; i+least <= len(s); {
		f, ok := m.at(s[i:])
		if !ok {
			i++
			continue
		}
		b.WriteString(s[from:i])
		b.WriteString(f.mask)
		i += len(f.text)
		from = i
	}
	if from == 0 {
		return s
	}
	return b.String() + s[from:]
}

func (m *masks) at(s string) (form, bool) {
	for _, f := range m.heads[s[:least]] {
		if strings.HasPrefix(s, f.text) {
			return f, true
		}
	}
	return form{}, false
}

// hideCut is hide for a text that was cut from a longer one: a value that its start or its end cuts is replaced too.
func (m *masks) hideCut(s string) string {
	s = m.hide(s)
	for i := min(len(s), m.most); i >= least; i-- {
		if f, ok := cutForm(m.tails[s[i-least:i]], func(f form) bool { return strings.HasSuffix(f.text, s[:i]) }); ok {
			s = f.mask + s[i:]
			break
		}
	}
	for i := max(0, len(s)-m.most); i+least <= len(s); i++ {
		if f, ok := cutForm(m.heads[s[i:i+least]], func(f form) bool { return strings.HasPrefix(f.text, s[i:]) }); ok {
			return s[:i] + f.mask
		}
	}
	return s
}

func cutForm(all []form, fits func(form) bool) (form, bool) {
	if i := slices.IndexFunc(all, fits); i >= 0 {
		return all[i], true
	}
	return form{}, false
}

// coverage scrubs the names and errors of units.
func (m *masks) coverage(c scanner.Coverage) *scanner.Coverage {
	c.Reason = m.hide(c.Reason)
	c.Skips = slices.Clone(c.Skips)
	for i := range c.Skips {
		c.Skips[i].Unit = m.hide(c.Skips[i].Unit)
		c.Skips[i].Err = m.hide(c.Skips[i].Err)
	}
	return &c
}

// forms returns the ways a value may be written, itself among them, each at least as long as a value must be.
func forms(value string) []string {
	quoted, _ := json.Marshal(value)
	raw := []byte(value)
	out := []string{
		value, string(quoted[1 : len(quoted)-1]), html.EscapeString(value), url.QueryEscape(value), url.PathEscape(value),
		hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)),
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for shift := range 3 {
			out = append(out, core64(enc, raw, shift))
		}
	}
	if digits, ok := strings.CutPrefix(strings.ToLower(value), "0x"); ok || isHex(digits) {
		out = append(out, digits, strings.ToUpper(digits))
	}
	for line := range strings.Lines(value) {
		if line = strings.TrimSpace(line); len(line) >= 16 && !strings.HasPrefix(line, "-----") {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return len(s) < least })
}

// core64 returns the characters of base64 that depend on value alone when it starts shift bytes into a group.
func core64(enc *base64.Encoding, value []byte, shift int) string {
	text := enc.WithPadding(base64.NoPadding).EncodeToString(append(make([]byte, shift), value...))
	bits := (shift + len(value)) * 8
	return text[(shift*8+5)/6 : bits/6]
}

func isHex(s string) bool {
	return len(s) > 0 && strings.Trim(s, "0123456789abcdef") == ""
}

// maxWords bounds the expression of a spread.
const maxWords = 600

// spread finds words in order with anything but letters and digits, or an escaped line break, between them.
type spread struct {
	first string
	mask  string
	re    func() *regexp.Regexp
}

func newSpread(words []string, mask string) spread {
	return spread{first: strings.ToLower(words[0]), mask: mask, re: sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)` + strings.Join(words, `(?:\\[nrt]|[^0-9A-Za-z])+`))
	})}
}

func (s spread) hide(text string) string {
	if !strings.Contains(strings.ToLower(text), s.first) {
		return text
	}
	return s.re().ReplaceAllLiteralString(text, s.mask)
}

func between(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}

// mask hides all but reveal percent of a secret.
func mask(s detectors.Secret, reveal int) string { return s.Mask(100 - max(0, min(reveal, 100))) }

// shown returns what a report says of a part's value.
func shown(p scanner.PartAt, reveal int) string {
	if p.Value.Len() == 0 && p.Masked != "" {
		return p.Masked
	}
	return mask(p.Value, reveal)
}

// revealed puts what may be shown of the parts' values in place of their redacted forms in a match. A form that two
// parts share stays as it is: which is which cannot be told.
func revealed(match string, parts []scanner.PartAt, reveal int) string {
	if reveal <= 0 {
		return match
	}
	count := map[string]int{}
	for _, p := range parts {
		count[p.Value.Redacted()]++
	}
	var pairs []string
	for _, p := range parts {
		old := p.Value.Redacted()
		if p.Value.Len() == 0 || count[old] > 1 || strings.Count(match, old) > 1 && old == "****" {
			continue
		}
		pairs = append(pairs, old, mask(p.Value, reveal))
	}
	return strings.NewReplacer(longestFirst(pairs)...).Replace(match)
}

// longestFirst sorts pairs of old and new text so that a short old text does not hide a longer one.
func longestFirst(pairs []string) []string {
	chunks := slices.Collect(slices.Chunk(pairs, 2))
	slices.SortStableFunc(chunks, func(a, b []string) int { return len(b[0]) - len(a[0]) })
	return slices.Concat(chunks...)
}
