package detectors

import (
	"bytes"
	"strings"
)

// Names that the columns and rows of a table give to the values in it.

// tabbed reads the cell before the value and the name of its column, of a row with tabs between its cells.
func (w *namer) tabbed() bool {
	sep, names := w.i-1, len(w.n.names)
	start := sep
	for start > 0 && sep-start < maxName && w.at(start-1) != '\t' && w.at(start-1) != '\n' {
		start--
	}
	if name := string(w.d.data[start:sep]); nameLike(name) && !randomText(name) {
		w.add(name)
	}
	if w.columns(sep, w.v, 0) {
		return true
	}
	w.n.names = w.n.names[:names]
	return false
}

// row is a row of a table that has a header: comma-separated values below a line of names, or the values of an SQL
// statement.
type row struct {
	names []string
	cells []Span
}

// rowOf reads the row that the separator at p is in.
func (d *document) rowOf(p int) (row, bool) {
	line := d.lineSpan(d.line(p))
	cells, head, top := line, Span{}, d // top has the header
	s := d.scopeAt(p)
	switch {
	case s >= 0 && d.scopes[s].open == '(':
		cells = Span{d.scopes[s].Start, min(d.scopes[s].End, d.scopes[s].Start+4*maxReach)}
		from := max(0, cells.Start-1500)
		if !valuesWord.contains(d.data[from:cells.Start]) {
			return row{}, false
		}
		all := valuesOf.FindAllSubmatchIndex(d.data[from:cells.Start], -1)
		if len(all) == 0 {
			return row{}, false
		}
		m := all[len(all)-1]
		head = Span{from + m[2], from + m[3]}
	case s < 0 || !d.scopes[s].bracket():
		if d.head != nil {
			top = &document{data: d.head}
		}
		if d.data[p] == '\t' {
			if copied, ok := d.copiedNames(line.Start); ok {
				return row{cells: d.split(cells, '\t'), names: copied}, true
			}
		}
		if head = top.lineSpan(0); top == d && head.Start == line.Start || code(d.data[line.Start:p], d.data[p]) {
			return row{}, false
		}
		head.End = min(head.End, head.Start+firstLine)
		if bytes.IndexByte(d.data[line.Start:p], 0) >= 0 || bytes.IndexByte(top.data[head.Start:head.End], 0) >= 0 {
			return row{}, false // the strings of a program
		}
	default:
		return row{}, false
	}
	out := row{cells: d.split(cells, d.data[p])}
	for _, cell := range top.split(head, d.data[p]) {
		out.names = append(out.names, top.text(cell))
	}
	return out, len(out.names) > 1 && !out.headless()
}

// code reports whether the cells before a separator are none, but code. Padding of base64 may end a cell.
func code(cells []byte, sep byte) bool {
	for i, c := range cells {
		switch c {
		case '(', ')', '{', '}', '[', ']':
			return true
		case '=':
			if next := byteAt(cells, i+1); next != '=' && next != sep && !isQuote(next) && i+1 < len(cells) {
				return true
			}
		}
	}
	return false
}

const maxCopy = 4 << 10 // bytes of a table's rows above a row in which the statement that names its columns is looked for

// copiedNames returns the columns of the rows at p, which a dump of PostgreSQL copies into a table.
func (d *document) copiedNames(p int) ([]string, bool) {
	from := max(0, p-maxCopy)
	i := bytes.LastIndex(d.data[from:p], []byte(") FROM stdin"))
	if i < 0 {
		return nil, false
	}
	open := bytes.LastIndexByte(d.data[from:from+i], '(')
	if open < 0 || bytes.Contains(d.data[from+i:p], []byte("\n\\.")) {
		return nil, false
	}
	return strings.FieldsFunc(string(d.data[from+open+1:from+i]), func(c rune) bool { return c == ',' || c == ' ' || c == '"' || c == '\n' }), true
}

// split cuts a span at a separator, and trims quotes and space off the pieces.
func (d *document) split(s Span, sep byte) []Span {
	var out []Span
	for start := s.Start; start <= s.End && len(out) < 64; {
		end := s.End
		if i := bytes.IndexByte(d.data[start:s.End], sep); i >= 0 {
			end = start + i
		}
		cell := Span{start, end}
		for cell.Start < cell.End && strings.IndexByte(" \t\r\n`\"'[]", d.data[cell.Start]) >= 0 {
			cell.Start++
		}
		for cell.End > cell.Start && strings.IndexByte(" \t\r\n`\"'[]", d.data[cell.End-1]) >= 0 {
			cell.End--
		}
		out = append(out, cell)
		start = end + 1
	}
	return out
}

// headless reports whether the header is none, but a row of values.
func (t row) headless() bool {
	for _, n := range t.names {
		if len(n) > 48 || randomText(n) {
			return true
		}
	}
	return false
}

// firstColumn takes the name of the value's column when the value is the first of its row.
func (w *namer) firstColumn() bool {
	end := w.v.End
	for isQuote(w.at(end)) {
		end++
	}
	if c := w.at(end); c != ',' && c != ';' && c != '\t' {
		return false
	}
	before := bytes.TrimRight(w.d.data[max(0, w.i-16):max(0, w.i-1)], " \t\r\n")
	switch w.at(w.i - 1) {
	case '\n':
	case '(':
		if !bytes.HasSuffix(before, []byte{','}) && !bytes.HasSuffix(bytes.ToLower(before), []byte("values")) {
			return false
		}
	default:
		return false
	}
	return w.columns(end, w.v, 0)
}

// columns takes the name of the value's column, when it is in a row, and reports whether it did.
func (w *namer) columns(end int, v Span, newlines int) bool {
	if newlines > 0 {
		return false
	}
	t, ok := w.d.rowOf(end)
	w.n.table = w.n.table || ok
	for i, cell := range t.cells {
		if ok && i < len(t.names) && cell.Start <= v.Start && v.Start < cell.End {
			w.n.direct = true
			w.add(t.names[i])
			w.i = w.d.lineSpan(w.d.line(end)).Start
			return true
		}
	}
	return false
}

// valuesWord is what valuesOf needs. Read-only.
var valuesWord = newLateKeywords([]string{"values"})

var valuesOf = late(`(?is)\(([^()]{3,1000})\)\s*values\b`)

// condition reads what stands before a question mark: apiKey = live ? "..." : "...".
func (w *namer) condition() bool {
	line := w.d.lineSpan(w.d.line(w.i - 1))
	start := line.Start + bytes.LastIndexByte(w.d.data[line.Start:w.i], 0) + 1 // what stands beyond is another string of a program
	if text := bytes.Trim(w.d.data[start:w.i-1], " `*\t"); len(text) <= maxCell {
		w.add(string(text))
	}
	w.i = line.Start
	return false
}

const maxCell = 40 // bytes of a cell, or of a condition, that may be a name

// cell reads the header of a table's column and the first cell of the row.
func (w *namer) cell() bool {
	n := w.d.line(w.i - 1)
	row := w.d.lineSpan(n)
	if bytes.IndexByte(w.d.data[row.Start:w.i], 0) >= 0 {
		return false // the strings of a program
	}
	whole := w.d.data[row.Start:row.End]
	w.n.table = bytes.Count(whole, []byte{'|'}) > 1 || n > 0 && bytes.IndexByte(w.d.data[w.d.lineSpan(n-1).Start:row.Start], '|') >= 0 // a lone bar is an operator
	column := bytes.Count(w.d.data[row.Start:w.i], []byte{'|'})
	cells := bytes.Split(w.d.data[row.Start:w.i], []byte{'|'})
	for up := 1; up <= min(40, n); up++ {
		above := w.d.data[w.d.lineSpan(n-up).Start:w.d.lineSpan(n-up).End]
		if !bytes.Contains(above, []byte{'|'}) {
			break
		}
		if n-up > 0 && bytes.Contains(w.d.data[w.d.lineSpan(n-up-1).Start:w.d.lineSpan(n-up-1).End], []byte{'|'}) {
			continue
		}
		if head := bytes.Split(above, []byte{'|'}); column < len(head) {
			w.n.direct = true
			w.add(string(bytes.TrimSpace(head[column])))
		}
	}
	for _, c := range cells {
		if c = bytes.Trim(c, " `*\t"); len(c) <= maxCell && !bytes.Contains(c, []byte("://")) {
			w.add(string(c))
		}
	}
	w.i = row.Start
	return false
}
