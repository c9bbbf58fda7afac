package detectors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// tuple is a way to read some values as one credential.
type tuple struct {
	fits  []fit
	class int // how the structure joins the parts, smaller is closer; see join
	lines int // between them
	order int // 1 when the parts do not come in the rule's order
}

const (
	maxLines    = 200 // between parts of one stem without a scope of their own
	fewLines    = 5   // between parts whose names have different stems
	maxPartners = 12  // values that a value is tried with, on either side
	noJoin      = 99
)

// pair joins the fits to credentials. Every value joins one at the most: the closest readings are taken first.
func (r *reading) pair(fits []fit) {
	var tuples []tuple
	for _, rule := range rulesOf(fits) {
		tuples = append(tuples, r.tuples(rule, fits)...)
	}
	slices.SortStableFunc(tuples, func(a, b tuple) int { return a.compare(b) })
	byValue := map[*value][]*tuple{}
	for i := range tuples {
		for _, f := range tuples[i].fits {
			byValue[f.v] = append(byValue[f.v], &tuples[i])
		}
	}
	for i := range tuples {
		t := &tuples[i]
		if t.openly() || slices.ContainsFunc(t.fits, func(f fit) bool { return f.v.used }) {
			continue
		}
		rivals := t.rivals(byValue)
		for _, f := range t.fits {
			f.v.used = true
		}
		r.complete(t, rivals)
	}
}

func rulesOf(fits []fit) []*Rule {
	var out []*Rule
	for _, f := range fits {
		if !slices.Contains(out, f.rule) {
			out = append(out, f.rule)
		}
	}
	return out
}

func (a *tuple) compare(b tuple) int {
	return cmp.Or(len(b.fits)-len(a.fits), a.fallback()-b.fallback(), a.class-b.class, a.lines-b.lines, a.order-b.order, int(b.level()-a.level()), a.fits[0].at.Start-b.fits[0].at.Start)
}

// openly reports whether a part is called a public key, and none a private one: then it may be public indeed.
func (t *tuple) openly() bool {
	public, private := false, false
	for _, f := range t.fits {
		public = public || f.public
		private = private || f.name >= 0 && strings.Contains(f.v.words[f.name], "private")
	}
	return public && !private
}

// fallback is 1 for a reading whose rule knows no shapes: what knows them goes first.
func (t *tuple) fallback() int {
	if t.fits[0].rule.Fallback {
		return 1
	}
	return 0
}

func (t *tuple) level() level {
	best := levelNone
	for _, f := range t.fits {
		best = max(best, f.level)
	}
	return best
}

// rivals lists the readings that are as good as t and give one of its values another partner, of the same rule.
func (t *tuple) rivals(byValue map[*value][]*tuple) []tuple {
	var out []tuple
	for _, f := range t.fits {
		for _, o := range byValue[f.v] {
			if t.like(o) && (t.lines == o.lines && t.rival(o) || t.crossed(o, byValue)) {
				out = append(out, *o)
			}
		}
	}
	return out
}

// like reports whether the structure says as much for o as for t.
func (t *tuple) like(o *tuple) bool {
	return o.fits[0].rule == t.fits[0].rule && len(o.fits) == len(t.fits) && o.class == t.class && o.order == t.order
}

func (t *tuple) rival(o *tuple) bool {
	shared := 0
	for i, f := range o.fits {
		if f.v == t.fits[i].v {
			shared++
		} else if f.text == t.fits[i].text || f.v.used {
			return false
		}
	}
	return shared > 0 && shared < len(t.fits)
}

// crossed reports whether t and o are two of the four readings of two keys and two secrets, of which each key may be
// with each secret: key, key, secret, secret.
func (t *tuple) crossed(o *tuple, byValue map[*value][]*tuple) bool {
	if len(t.fits) != 2 {
		return false
	}
	i, j := 0, 1 // the value that both have, and the other one
	if t.fits[i].v != o.fits[i].v {
		i, j = 1, 0
	}
	if t.fits[i].v != o.fits[i].v || t.fits[j].text == o.fits[j].text {
		return false
	}
	for _, p := range byValue[o.fits[j].v] {
		if !t.like(p) || p.fits[j].v != o.fits[j].v || p.fits[i].text == t.fits[i].text {
			continue
		}
		if slices.ContainsFunc(byValue[t.fits[j].v], func(q *tuple) bool { return t.like(q) && q.fits[i].v == p.fits[i].v }) {
			return true
		}
	}
	return false
}

// tuples lists the readings of a rule: its required parts, other than free text, that stand together.
func (r *reading) tuples(rule *Rule, fits []fit) []tuple {
	byPart := map[*Part][]fit{}
	for _, f := range fits {
		if f.rule == rule {
			byPart[f.part] = append(byPart[f.part], f)
		}
	}
	var out []tuple
	started := false
	for i := range rule.Parts {
		p := &rule.Parts[i]
		if p.Form == FormText || p.Optional && len(byPart[p]) == 0 {
			continue
		}
		if !started {
			started = true
			for _, f := range byPart[p] {
				out = append(out, tuple{fits: []fit{f}})
			}
			continue
		}
		more := r.extend(out, byPart[p])
		if p.Optional { // the credential is whole without it
			more = append(more, out...)
		}
		out = more
	}
	return out
}

// extend adds to every reading the next part, from the values around it and those of the same stem.
func (r *reading) extend(ts []tuple, next []fit) []tuple {
	stems := map[string][]int{}
	for i, f := range next {
		stems[f.stem] = append(stems[f.stem], i)
	}
	var out []tuple
	for _, t := range ts {
		last := t.fits[len(t.fits)-1]
		seen := map[int]bool{}
		for _, i := range append(around(len(next), positionOf(next, last.at.Start)), nearest(stems[last.stem], next, last.at.Start)...) {
			if seen[i] {
				continue
			}
			seen[i] = true
			if u, ok := t.with(next[i]); ok {
				out = append(out, u)
			}
		}
	}
	return out
}

func positionOf(fits []fit, at int) int {
	i, _ := slices.BinarySearchFunc(fits, at, func(f fit, at int) int { return f.at.Start - at })
	return i
}

func around(n, at int) []int {
	var out []int
	for i := max(0, at-maxPartners); i < min(n, at+maxPartners); i++ {
		out = append(out, i)
	}
	return out
}

func nearest(list []int, fits []fit, at int) []int {
	i, _ := slices.BinarySearchFunc(list, at, func(i, at int) int { return fits[i].at.Start - at })
	return list[max(0, i-maxPartners/2):min(len(list), i+maxPartners/2)]
}

// with adds a part, if the structure allows it.
func (t *tuple) with(f fit) (tuple, bool) {
	u := tuple{fits: append(slices.Clone(t.fits), f), class: t.class, lines: t.lines, order: t.order}
	for _, g := range t.fits {
		if g.v == f.v || g.text == f.text || g.vendor != f.vendor {
			return u, false
		}
		class, lines := join(&g, &f)
		if class == noJoin {
			return u, false
		}
		u.class, u.lines = max(u.class, class), max(u.lines, lines)
		if f.at.Start < g.at.Start {
			u.order = 1
		}
	}
	return u, true
}

// join says how closely the structure ties two parts: the class, and the lines between them.
func join(a, b *fit) (class, lines int) {
	lines = max(a.v.line-b.v.line, b.v.line-a.v.line)
	stem := a.stem == b.stem
	shared, innermost := sharedScope(a.v.scopes, b.v.scopes)
	call := a.v.arg >= 0 && b.v.arg >= 0 && innermost
	switch {
	case call && a.name < 0 && b.name < 0:
		if b.v.arg <= a.v.arg {
			return noJoin, lines
		}
		return 0, lines
	case (innermost || call) && stem:
		return 0, lines
	case a.name < 0 || b.name < 0:
		if !shared && (a.v.arg >= 0 || b.v.arg >= 0) {
			return noJoin, lines
		}
		if lines <= fewLines || shared {
			return 3, lines
		}
		return noJoin, lines
	case len(a.v.scopes) == 0 && len(b.v.scopes) == 0 && stem && lines <= maxLines:
		return 1, lines
	case shared && stem:
		return 2, lines
	case lines <= fewLines && (innermost || len(a.v.scopes) == 0 && len(b.v.scopes) == 0):
		return 4, lines
	case stem && lines <= maxLines:
		return 5, lines
	case lines <= 1:
		return 6, lines
	}
	return noJoin, lines
}

// sharedScope reports whether two values lie in one scope, and whether it is the innermost of both.
func sharedScope(a, b []int) (shared, innermost bool) {
	if len(a) == 0 || len(b) == 0 {
		return false, false
	}
	for _, s := range a {
		if slices.Contains(b, s) {
			return true, a[0] == b[0]
		}
	}
	return false, false
}

// complete reports a credential whose parts were joined.
func (r *reading) complete(t *tuple, rivals []tuple) {
	t.fits = append(t.fits, r.freeText(t)...)
	m := r.match(t.fits)
	if t.class >= 4 {
		m.Confidence = min(m.Confidence, Likely)
	}
	if len(rivals) > 0 {
		m.Confidence = min(m.Confidence, Unsure)
		r.numbered = true
		m.Notes = append(m.Notes, "pairing is uncertain: "+r.candidates(t, rivals))
	}
	r.emit(m)
}

func (r *reading) candidates(t *tuple, rivals []tuple) string {
	var out []string
	for _, o := range rivals {
		for i, f := range o.fits {
			if f.v != t.fits[i].v {
				out = append(out, fmt.Sprintf("%s on line %d", f.part.Name, r.lineNumber(f.v.line)))
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return strings.Join(out[:min(5, len(out))], ", ") + " fits as well"
}

// partial reports the values that found no partner. A value that is part of a credential in the same text is none.
func (r *reading) partial(fits []fit) {
	known := map[string]bool{}
	for _, m := range r.found {
		for _, p := range m.Credential.Parts {
			known[p.Reveal()] = true
		}
	}
	for i := range fits {
		f := &fits[i]
		if f.v.used || r.binary || known[f.text] || f.v.form == FormPEM || f.public || f.level < levelNear || f.name < 0 || f.part.Optional {
			continue
		}
		if common(f.text) && (f.level < levelScope || !f.strong()) || f.level < levelOwn && f.named(otherThan) {
			continue
		}
		f.v.used = true
		t := tuple{fits: []fit{*f}}
		r.emit(r.match(append(t.fits, r.freeText(&t)...)))
	}
}

// otherThan are words that names of credentials have besides those of the part. Any other word may be another vendor's.
var otherThan = map[string]bool{
	"my": true, "the": true, "our": true, "prod": true, "production": true, "live": true, "main": true, "mainnet": true, "test": true, "testnet": true, "dev": true, "staging": true,
	"bot": true, "user": true, "account": true, "acc": true, "trading": true, "trade": true, "trader": true, "spot": true, "futures": true, "margin": true, "default": true,
	"exchange": true, "ex": true, "cex": true, "market": true, "primary": true, "secondary": true, "config": true, "conf": true, "settings": true, "options": true, "cfg": true,
	"client": true, "api": true, "app": true, "self": true, "this": true, "cls": true, "env": true, "new": true, "old": true, "public": true, "private": true, "read": true, "write": true,
	"x": true, "http": true, "header": true, "const": true, "var": true, "let": true, "and": true, "is": true, "a": true, "as": true, "own": true, "sub": true, "master": true, "param": true, "params": true,
}

// named reports whether what is left of the value's name has a word that is not among the given ones.
func (f *fit) named(known map[string]bool) bool {
	for _, w := range strings.FieldsFunc(f.stem, func(c rune) bool { return c < 'a' || c > 'z' }) {
		if !known[w] && len(w) > 2 {
			return true
		}
	}
	return false
}

// strong reports whether the name says more than "key": other things than credentials have keys, too.
func (f *fit) strong() bool {
	word := f.v.words[f.name]
	return f.level == levelOwn || word == "key" || strongName.MatchString(word)
}

var strongName = late(`api|access|secret|client|private|passphrase|token|auth`)

// common reports whether a value has a form that ids of all kinds have: a UUID, or up to 40 hex digits.
func common(text string) bool {
	if len(text) > 40 {
		return false
	}
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != '-' && (!isHexOrX(c) || c == 'x') {
			return false
		}
	}
	return true
}
