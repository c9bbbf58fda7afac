package detectors

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// freeText finds the parts of t's rule that are free text: a passphrase, a short id. They are looked for by name, in
// the scope of the parts that were found, or under the same stem; then as the argument that follows in the call.
func (r *reading) freeText(t *tuple) []fit {
	var out []fit
	for _, sh := range t.fits[0].mates {
		if sh.part.Form != FormText {
			continue
		}
		if f, ok := r.cellText(t, sh); ok {
			out = append(out, f)
		} else if f, ok := r.namedText(t, sh); ok {
			out = append(out, f)
		} else if f, ok := r.nextArgument(t, sh); ok {
			out = append(out, f)
		}
	}
	return out
}

// cellText takes the part from its column, when the parts that were found are cells of one row.
func (r *reading) cellText(t *tuple, sh *shape) (fit, bool) {
	last := t.fits[len(t.fits)-1].at
	if !t.fits[0].v.table {
		return fit{}, false
	}
	p := last.Start
	for p > 0 && (isQuote(r.data[p-1]) || r.data[p-1] == ' ') {
		p--
	}
	if p == 0 || strings.IndexByte(",;\t|", r.data[p-1]) < 0 {
		return fit{}, false
	}
	cells, ok := r.rowOf(p - 1)
	for i := range min(len(cells.names), len(cells.cells)) {
		if ok && sh.names.in(normalize(cells.names[i])) {
			return r.textFit(cells.cells[i], sh)
		}
	}
	return fit{}, false
}

// textFit reads a span as a text part of the shape.
func (r *reading) textFit(at Span, sh *shape) (fit, bool) {
	f := fit{v: &value{Span: at, form: FormText, line: r.line(at.Start)}, shape: sh, at: at, text: r.text(at), name: -1}
	loc := sh.part.Regex.FindStringIndex(f.text)
	whole := loc != nil && loc[0] == 0 && loc[1] == len(f.text)
	return f, whole && !reference(f.text) && !placeholder(sh.fixed.Replace(f.text))
}

const textReach = 16 << 10

// namedText looks for the part by its name.
func (r *reading) namedText(t *tuple, sh *shape) (fit, bool) {
	first, last := t.fits[0].at, t.fits[0].at
	for _, f := range t.fits {
		first, last = minSpan(first, f.at), maxSpan(last, f.at)
	}
	from, to := max(0, first.Start-textReach), min(len(r.data), last.End+textReach)
	type found struct {
		fit
		class, lines int
	}
	var all []found
	for _, m := range sh.search.FindAllIndex(r.data[from:to], 64) {
		f, ok := r.textAfter(from+m[1], sh)
		if !ok || r.taken(f.at) || t.outside(&f) {
			continue
		}
		class, lines := noJoin, 0
		for i := range t.fits {
			c, l := join(&t.fits[i], &f)
			if c < class || c == class && l < lines {
				class, lines = c, l
			}
		}
		if class != noJoin {
			all = append(all, found{f, class, lines})
		}
	}
	if len(all) == 0 {
		return fit{}, false
	}
	best := slices.MinFunc(all, func(a, b found) int { return cmp.Or(a.class-b.class, a.lines-b.lines) })
	return best.fit, true
}

// outside reports whether the parts lie in one scope, and f in another one beside it by a name that any account may use.
func (t *tuple) outside(f *fit) bool {
	if len(t.fits) < 2 || f.stem != "/" || len(f.v.scopes) == 0 {
		return false
	}
	for _, g := range t.fits {
		if len(g.v.scopes) == 0 || g.v.scopes[0] != t.fits[0].v.scopes[0] || slices.Contains(g.v.scopes, f.v.scopes[0]) || slices.Contains(f.v.scopes, g.v.scopes[0]) {
			return false
		}
	}
	return true
}

func minSpan(a, b Span) Span {
	if b.Start < a.Start {
		return b
	}
	return a
}

func maxSpan(a, b Span) Span {
	if b.End > a.End {
		return b
	}
	return a
}

// taken reports whether a text part was already given to a credential.
func (r *reading) taken(s Span) bool {
	return slices.ContainsFunc(r.found, func(m Match) bool {
		for _, at := range m.Spans {
			if at == s {
				return true
			}
		}
		return false
	})
}

// textAfter reads the value that is assigned to the name that ends at p.
func (r *reading) textAfter(p int, sh *shape) (fit, bool) {
	q := p
	for q < len(r.data) && isWord(r.data[q]) {
		q++
	}
	for q < len(r.data) && q-p < 40 && (isQuote(r.data[q]) || r.data[q] == ']' || r.data[q] == '\\') {
		q++
	}
	at, ok := r.given(q)
	if !ok {
		return fit{}, false
	}
	f, ok := r.textFit(at, sh)
	if !ok {
		return f, false
	}
	r.describe(f.v)
	r.enclose(f.v)
	f.setName()
	return f, f.name >= 0
}

// given returns the value that the name before p, with its closing quote, is given.
func (r *reading) given(p int) (Span, bool) {
	rest := r.data[p:min(len(r.data), p+maxGiven)]
	for _, between := range []*Expression{blockDefault, blockText} {
		if m := between.FindSubmatchIndex(rest); m != nil {
			return Span{p + m[2], p + m[3]}, true
		}
	}
	if m := valueAttribute.FindIndex(rest); m != nil {
		return r.assigned(p + m[1])
	}
	if m := typeBetween.FindSubmatchIndex(rest); m != nil {
		p += max(m[2], m[4], m[6])
	}
	return r.assigned(p)
}

const maxGiven = 240 // bytes from a name to its value

var (
	// A block that its label names: variable "memo" { default = "..." }.
	blockDefault = late(`^\s*\{[^{}]{0,160}\b(?:default|value)\s*=\s*"([^"\n]+)"`)
	// Text of YAML on the line below.
	blockText = late(`^["']?:[ ]*[>|][+-]?\r?\n[ ]+([^\s]+)[ ]*\r?(?:\n|$)`)
	// What stands between a name and a value where both have keys of their own: "key": "memo", "value": "...".
	valueAttribute = late(`^["']?[\s,/]*(?:-\s*)?["']?(?i:value|val|default|parametervalue)["']?`)
	// What stands between a name and its operator: a type, or the end of bold letters.
	typeBetween = late(`^(?:\s*:\s*&?(?:'static )?[A-Za-z_][\w.<>\[\]]*\??\s*()=[ \t]*["'\x60]|\s+(?:\[\]byte|string)\s*()=|[*_]{1,3}\s*()[:=])`)
)

// assigned returns the value after an operator at p: quoted, or up to the next space or separator.
func (r *reading) assigned(p int) (Span, bool) {
	start := p
	p = skipBlank(r.data, p)
	operator, list := false, false
	if bytes.HasPrefix(r.data[p:], []byte("<-")) {
		operator, p = true, skipBlank(r.data, p+2)
	}
	for p < len(r.data) && p-start < 8 && (r.data[p] == '=' || r.data[p] == ':' || r.data[p] == '>' || r.data[p] == '(' || r.data[p] == ',' || r.data[p] == '|') {
		operator, list = true, r.data[p] == ','
		p = skipBlank(r.data, p+1)
	}
	if !operator && p == start {
		return Span{}, false
	}
	for p < len(r.data) && r.data[p] == '\\' {
		p++
	}
	if p < len(r.data) && isQuote(r.data[p]) {
		if p+2 < len(r.data) && r.data[p+1] == r.data[p] && r.data[p+2] == r.data[p] { // three quotes
			p += 2
		} else if p+2 < len(r.data) && r.data[p+1] == '\\' && isQuote(r.data[p+2]) { // a string within a string
			p += 2
		}
		at, ok := r.quotedValue(p)
		return at, ok && !(list && nameOnly.Match(r.data[at.Start:at.End]))
	}
	if !operator {
		return Span{}, false
	}
	end := p
	for end < len(r.data) && end-p < 128 && !isValueEnd(r.data[end]) {
		end++
	}
	if end < len(r.data) && r.data[end] == '(' {
		return r.lastLiteral(end + 1)
	}
	return Span{p, end}, end > p
}

// lastLiteral returns the string argument of the call that opens before p: the second of two, of which the first is a
// name, as in flag.String("passphrase", "...").
func (r *reading) lastLiteral(p int) (Span, bool) {
	p = skipBlank(r.data, p)
	if p >= len(r.data) || !isQuote(r.data[p]) {
		return Span{}, false
	}
	first, ok := r.quotedValue(p)
	if q := skipBlank(r.data, first.End+1); ok && q < len(r.data) && r.data[q] == ',' {
		if q = skipBlank(r.data, q+1); q < len(r.data) && isQuote(r.data[q]) {
			return r.quotedValue(q)
		}
	}
	return first, ok
}

// nameOnly is what follows a name in a list of names, as the columns of a table are.
var nameOnly = late(`^[a-z_]+$`)

func (r *reading) quotedValue(p int) (Span, bool) {
	for end := p + 1; end < len(r.data) && end-p < 160 && r.data[end] != '\n'; end++ {
		if r.data[end] == r.data[p] {
			at := Span{p + 1, end}
			if end > p+1 && r.data[end-1] == '\\' {
				at.End--
			}
			return at, at.End > at.Start
		}
	}
	return Span{}, false
}

func skipBlank(data []byte, p int) int {
	for p < len(data) && (data[p] == ' ' || data[p] == '\t') {
		p++
	}
	return p
}

func isValueEnd(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '"', '\'', '`', ',', ';', '(', ')', '}', ']', '<', '|':
		return true
	}
	return false
}

// nextArgument takes the string literal that follows the parts in their call.
func (r *reading) nextArgument(t *tuple, sh *shape) (fit, bool) {
	last := t.fits[0]
	for _, f := range t.fits {
		if f.v.arg < 0 || f.name >= 0 {
			return fit{}, false
		}
		if f.at.End > last.at.End {
			last = f
		}
	}
	p := last.at.End
	for p < len(r.data) && (isQuote(r.data[p]) || r.data[p] == ',' || r.data[p] == ' ' || r.data[p] == '\n' || r.data[p] == '\t') {
		if isQuote(r.data[p]) && p > last.at.End {
			at, ok := r.quotedValue(p)
			if !ok {
				return fit{}, false
			}
			return r.textFit(at, sh)
		}
		p++
	}
	return fit{}, false
}
