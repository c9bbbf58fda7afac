package detectors

import (
	"bytes"
	"sort"
	"strings"
)

// document is a text with its structure, as far as any syntax shows it: brackets, indentation, section headers. It is
// read once, forwards, when first asked for.
type document struct {
	data   []byte
	lines  []int   // offset of each line; read on first use
	scopes []scope // in the order of their starts; read on first use
	scoped bool
	head   []byte // the first line of the text that this is a window of; nil when data begins with it
}

// scope is a stretch of text that belongs together: between brackets, below a more indented line, under a section header.
type scope struct {
	Span
	label  Span // the text that names it: the parent line, the header; of a bracket, see labelOf
	parent int  // index, -1 at the top
	open   byte // '(', '[', '{', 'i' for indentation, 's' for a section, 'h' for the lines below a comment
	indent int
}

// labelOf returns the text that names a scope: what stands before its bracket, its parent line, its header.
func (d *document) labelOf(i int) Span {
	if sc := &d.scopes[i]; sc.bracket() {
		return d.bracketLabel(sc.label.Start, sc.Start-1)
	}
	return d.scopes[i].label
}

func (s *scope) bracket() bool { return s.open == '(' || s.open == '[' || s.open == '{' }

const (
	maxScopes  = 64      // one within the other
	mostScopes = 1 << 18 // of a text; what has more is data, and the rest of it has no structure
	labelBytes = 120
)

// lineStarts returns the offset of each line.
func (d *document) lineStarts() []int {
	if d.lines != nil {
		return d.lines
	}
	d.lines = append(d.lines, 0)
	for i := 0; ; {
		j := bytes.IndexByte(d.data[i:], '\n')
		if j < 0 {
			return d.lines
		}
		i += j + 1
		d.lines = append(d.lines, i)
	}
}

// readScopes fills d.scopes.
func (d *document) readScopes() {
	if d.scoped {
		return
	}
	d.scoped = true
	b := scopeBuilder{document: d, top: -1, section: -1}
	for n := range d.lineStarts() {
		b.line(n)
	}
	for b.top >= 0 {
		b.close(len(d.data))
	}
}

// line returns the number of the line that holds offset p, from 0.
func (d *document) line(p int) int { return sort.SearchInts(d.lineStarts(), p+1) - 1 }

// lineSpan returns the line n without its end.
func (d *document) lineSpan(n int) Span {
	d.lineStarts()
	end := len(d.data)
	if n+1 < len(d.lines) {
		end = d.lines[n+1] - 1
	}
	return Span{d.lines[n], max(end, d.lines[n])}
}

// linesOf widens a span to the whole lines it touches.
func (d *document) linesOf(s Span) Span {
	return Span{d.lineSpan(d.line(s.Start)).Start, d.lineSpan(d.line(max(s.Start, s.End-1))).End}
}

func (d *document) text(s Span) string { return string(d.data[s.Start:s.End]) }

// scopeAt returns the innermost scope that holds offset p, or -1.
func (d *document) scopeAt(p int) int {
	d.readScopes()
	i := sort.Search(len(d.scopes), func(i int) bool { return d.scopes[i].Start > p }) - 1
	for i >= 0 && d.scopes[i].End <= p {
		i = d.scopes[i].parent
	}
	return i
}

// enclosing lists the scopes around p, innermost first.
func (d *document) enclosing(p int) []int {
	var out []int
	for i := d.scopeAt(p); i >= 0; i = d.scopes[i].parent {
		out = append(out, i)
	}
	return out
}

// scopeBuilder holds the stack of open scopes while the lines are read.
type scopeBuilder struct {
	*document
	top     int
	depth   int
	section int
	blank   bool // the line before is empty
}

func (b *scopeBuilder) line(n int) {
	span := b.lineSpan(n)
	text := b.data[span.Start:span.End]
	trimmed := trimIndent(text)
	if isBlank(trimmed) {
		b.blank = true
		if b.section >= 0 && b.scopes[b.section].open == 'h' {
			b.endSection(span.Start)
		}
		return
	}
	after := b.blank || n == 0
	b.blank = false
	indent := indentOf(text[:len(text)-len(trimmed)])
	for b.top >= 0 && b.scopes[b.top].open == 'i' && b.scopes[b.top].indent >= indent {
		b.close(span.Start)
	}
	if b.header(trimmed, span) || b.heading(trimmed, span, after) {
		return
	}
	at := span.End - len(trimmed)
	for len(trimmed) > 1 && trimmed[0] == '-' && trimmed[1] == ' ' {
		b.push(at, 'i', Span{at, at}, indent)
		trimmed = trimmed[2:]
		rest := bytes.TrimLeft(trimmed, " ")
		indent += 2 + len(trimmed) - len(rest)
		trimmed, at = rest, span.End-len(rest)
	}
	before := b.top
	b.brackets(at, span.End, at)
	if b.top == before && b.parents(n, indent) {
		b.push(span.End, 'i', Span{at, min(span.End, at+labelBytes)}, indent)
	}
}

// parents reports whether the next line that is not blank is indented below this one.
func (b *scopeBuilder) parents(n, indent int) bool {
	for n++; n < len(b.lines); n++ {
		span := b.lineSpan(n)
		text := b.data[span.Start:span.End]
		trimmed := trimIndent(text)
		if !isBlank(trimmed) {
			return indentOf(text[:len(text)-len(trimmed)]) > indent
		}
	}
	return false
}

// trimIndent returns a line without the blanks and tabs that it begins with.
func trimIndent(line []byte) []byte {
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	return line[i:]
}

// isBlank reports whether nothing but white space is left of a line.
func isBlank(text []byte) bool {
	return len(text) == 0 || text[0] <= ' ' && len(bytes.TrimSpace(text)) == 0
}

func indentOf(space []byte) int {
	n := 0
	for _, c := range space {
		if c == '\t' {
			n += 3
		}
		n++
	}
	return n
}

// header opens a section when the line is one: [name] alone on its line.
func (b *scopeBuilder) header(trimmed []byte, span Span) bool {
	if trimmed[0] != '[' {
		return false
	}
	line := bytes.TrimSpace(trimmed)
	if len(line) < 3 || line[0] != '[' || line[len(line)-1] != ']' || len(line) > labelBytes || bytes.ContainsAny(line, ",{}()") {
		return false
	}
	inner := bytes.Trim(line, "[]")
	if len(inner) == 0 || inner[0] == '"' || inner[0] >= '0' && inner[0] <= '9' {
		return false
	}
	b.openSection('s', Span{span.End - len(trimmed), span.End})
	return true
}

var headingLine = late(`^(#{1,6}|//|--|;)[ \t]+(\S+[ \t]*){1,6}$`)

// heading opens a section when the line is a heading of Markdown, or a comment that stands above a group of lines: the
// group ends at the next empty line.
func (b *scopeBuilder) heading(trimmed []byte, span Span, afterBlank bool) bool {
	if len(trimmed) > 60 || strings.IndexByte("#/-;", trimmed[0]) < 0 || !headingLine.Match(bytes.TrimSpace(trimmed)) {
		return false
	}
	kind := byte('h')
	if bytes.HasPrefix(trimmed, []byte("##")) {
		kind = 's'
	} else if !afterBlank || b.top >= 0 && b.scopes[b.top].open != 'h' && b.scopes[b.top].open != 's' {
		return false
	}
	b.openSection(kind, Span{span.End - len(trimmed), span.End})
	return true
}

func (b *scopeBuilder) openSection(kind byte, label Span) {
	b.endSection(label.Start)
	b.push(label.End, kind, label, -1)
	b.section = b.top
}

func (b *scopeBuilder) endSection(at int) {
	for b.section >= 0 && b.top >= 0 && b.scopes[b.section].End > at {
		b.close(at)
	}
	b.section = -1
}

// brackets opens and closes the scopes of the brackets in data[from:to].
func (b *scopeBuilder) brackets(from, to, lineStart int) {
	for i, c := range b.data[from:to] {
		if bracketBytes[c] == 0 {
			continue
		}
		i += from
		switch c {
		case '(', '[', '{':
			b.push(i+1, c, Span{lineStart, lineStart}, -1)
		case ')', ']', '}':
			b.pop(c, i)
		}
	}
}

// bracketLabel returns what stands before the bracket at i: on its line, or on the line above when it begins its own.
func (d *document) bracketLabel(lineStart, i int) Span {
	if len(bytes.TrimSpace(d.data[lineStart:i])) > 0 {
		start := max(lineStart, i-labelBytes)
		return Span{start + afterSibling(d.data[start:i]), i}
	}
	end := len(bytes.TrimRight(d.data[:lineStart], " \t\r\n"))
	start := max(bytes.LastIndexByte(d.data[:end], '\n')+1, end-labelBytes)
	if lineStart-end > labelBytes || end > 0 && strings.IndexByte(";{}(,", d.data[end-1]) >= 0 {
		return Span{i, i}
	}
	return Span{start, end}
}

// afterSibling returns where a label begins that what came before on its line, another object or statement, is no part of.
func afterSibling(label []byte) int {
	for i := len(label) - 1; i > 0; i-- {
		if c := label[i]; c == ';' || c == ',' && partner[label[i-1]] != 0 {
			return i + 1
		}
	}
	return 0
}

// bracketBytes is read-only.
var bracketBytes = [256]byte{'(': 1, ')': 1, '[': 1, ']': 1, '{': 1, '}': 1}

func (b *scopeBuilder) push(start int, open byte, label Span, indent int) {
	if b.depth >= maxScopes || len(b.scopes) >= mostScopes {
		return
	}
	b.depth++
	b.scopes = append(b.scopes, scope{Span: Span{start, len(b.data)}, label: label, parent: b.top, open: open, indent: indent})
	b.top = len(b.scopes) - 1
}

func (b *scopeBuilder) close(at int) {
	b.scopes[b.top].End = at
	b.top = b.scopes[b.top].parent
	b.depth--
}

var partner = [256]byte{')': '(', ']': '[', '}': '{'}

// pop closes the innermost bracket of the kind, and what was left open within it. A bracket without a partner within a
// few scopes is text.
func (b *scopeBuilder) pop(c byte, at int) {
	for i, n := b.top, 0; i >= 0 && n < 8; i, n = b.scopes[i].parent, n+1 {
		switch b.scopes[i].open {
		case partner[c]:
			for b.top != i {
				b.close(at)
			}
			b.close(at)
			return
		case 's', 'h':
			return
		}
	}
}
