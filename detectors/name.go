package detectors

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// naming is what the text says of a value: the names it goes by, nearest first.
type naming struct {
	names  []string // as written
	reach  int      // offset where the leftmost name begins; what stands between it and the value is the value's own statement
	call   string   // the call that the value is an argument of
	arg    int      // its place among the arguments, from 0; -1 when it has a name or there is no call
	url    Span     // the URL that the value is part of
	table  bool     // it is a cell of a table: its names may stand far above
	direct bool     // the first name is joined to the value by an operator, a tag or a header
}

// place is the call and the value's place among its arguments, from 0: Account/2.
func (n *naming) place() string { return n.call + "/" + strconv.Itoa(n.arg) }

const (
	maxHops  = 6
	maxName  = 96
	maxReach = 300 // bytes before the value that names are looked for in
)

// namer walks backwards from a value.
type namer struct {
	d *document
	v Span
	i int // everything before i is still to be read
	n naming
}

// naming reads the names of the value at v.
func (d *document) naming(v Span) naming {
	w := namer{d: d, v: v, i: v.Start, n: naming{arg: -1}}
	w.inString()
	first := w.firstColumn()
	for hop := 0; !first && hop < maxHops && w.i > 0 && v.Start-w.i < maxReach && w.hop(hop); hop++ {
	}
	w.n.reach = max(0, w.i)
	w.generic(v)
	w.trailing(v)
	return w.n
}

func (w *namer) at(i int) byte {
	if i < 0 || i >= len(w.d.data) {
		return 0
	}
	return w.d.data[i]
}

func (w *namer) add(name string) {
	if name = strings.TrimSpace(name); name != "" && len(name) <= maxName {
		w.n.names = append(w.n.names, name)
	}
}

// inString leaves the string literal or the URL that holds the value.
func (w *namer) inString() {
	w.inURL()
	w.quotes()
}

// inURL moves before the URL that ends at w.i, if one does.
func (w *namer) inURL() {
	start := w.i
	for start > 0 && w.i-start < 512 && !bytes.ContainsRune([]byte(" \t\n\r\"'`<>(),;|="), rune(w.at(start-1))) {
		start--
	}
	if bytes.Contains(w.d.data[start:w.i], []byte("://")) {
		w.n.url = Span{start, w.i}
		w.i = start
	}
}

// quotes steps over opening quotes, escaped ones too, and the letters that some languages put before them.
func (w *namer) quotes() {
	for isQuote(w.at(w.i-1)) || w.at(w.i-1) == '\\' && isQuote(w.at(w.i)) {
		w.i--
	}
	if isQuote(w.at(w.i)) && strings.IndexByte("bBrRfFuUL@$", w.at(w.i-1)) >= 0 && !isWord(w.at(w.i-2)) {
		w.i--
	}
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }
func isWord(c byte) bool  { return tokenClass[c] >= classDigit || c == '_' || c == '$' || c >= 0x80 }

func (w *namer) space() (newlines int) {
	for w.i > 0 {
		switch w.at(w.i - 1) {
		case '\n':
			newlines++
		case ' ', '\t', '\r':
		case '\\': // a line that goes on
			if c := w.at(w.i); c != '\n' && c != '\r' {
				return newlines
			}
		default:
			return newlines
		}
		w.i--
	}
	return newlines
}

// hop reads one step to the left and reports whether there may be more names beyond it.
func (w *namer) hop(n int) bool {
	if w.at(w.i-1) == '\t' && n == 0 && w.tabbed() {
		return false
	}
	newlines := w.space()
	if newlines > 2 {
		return false
	}
	switch c := w.at(w.i - 1); c {
	case '=', ':':
		return w.operator()
	case '>':
		if p := w.at(w.i - 2); p == '=' || p == '-' {
			w.i--
			return w.operator()
		}
		if newlines > 0 && w.block(1) {
			return true
		}
		if newlines > 0 && !w.xmlTag() {
			return false
		}
		return w.tag()
	case '-':
		if newlines > 0 && w.block(2) {
			return true
		}
		if w.at(w.i-2) == '<' || w.at(w.i-2) == ' ' && isWord(w.at(w.i-3)) {
			w.i--
			return w.operator()
		}
		return w.listItem()
	case '|', '?':
		if w.at(w.i-2) == c {
			w.i -= 2
			return w.fallback()
		}
		if newlines > 0 { // YAML's |
			w.i--
			return true
		}
		if c == '?' {
			return w.condition()
		}
		return w.cell()
	case ',', ';':
		return w.sibling(newlines)
	case '(', '[', '{':
		return w.opening()
	case 0:
		return false
	default:
		if newlines == 1 && n == 0 {
			return w.lineAbove()
		}
		if newlines > 0 {
			return false
		}
		return w.prose(n)
	}
}

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

// lineAbove takes the line above a value that has a line of its own, when it is a name in words, as in notes of people.
func (w *namer) lineAbove() bool {
	line := w.d.lineSpan(w.d.line(w.i - 1))
	text := bytes.TrimRight(w.d.data[line.Start:min(line.End, line.Start+maxName)], " \t\r")
	if after := byteAt(w.d.data, w.v.End); after != '\n' && after != '\r' && after != ' ' || !wordsOnly.Match(text) {
		return false
	}
	w.n.direct = true
	w.add(string(text))
	w.i = line.Start
	return false
}

var wordsOnly = late(`^[\s*#>-]*[A-Za-z][A-Za-z]*(?:[ _/-][A-Za-z]+){0,4}$`)

// block steps over the n characters of a YAML sign for text on the lines below, such as >-, and reports whether they are one.
func (w *namer) block(n int) bool {
	if c := w.at(w.i - n); c != '>' && c != '|' {
		return false
	}
	if before := bytes.TrimRight(w.d.data[:w.i-n], " "); len(before) == w.i-n || !bytes.HasSuffix(before, []byte(":")) {
		return false
	}
	w.i -= n
	return true
}

// operator reads the left side of an assignment.
func (w *namer) operator() bool {
	assign := w.at(w.i-1) == '='
	for k := 0; k < 3 && strings.IndexByte("=:!<>?+-|~.", w.at(w.i-1)) >= 0 && w.i > 0; k++ {
		w.i--
	}
	w.space()
	name := w.left()
	if name == "" {
		return false
	}
	if bytes.HasSuffix(w.d.data[:w.i], []byte("checksum/")) { // annotations of Kubernetes: checksum/secret
		w.i -= len("checksum/")
		name = "checksum/" + name
	}
	w.n.direct = w.n.direct || len(w.n.names) == 0
	if target, ok := w.target(); ok && assign {
		w.add(target)
		return false
	}
	if assign {
		name = w.typed(name)
	} else {
		name = w.sentence(name)
	}
	w.add(name)
	if genericNames[normalize(name)] && w.argument() {
		return true
	}
	if c := w.at(w.i - 1); assign && (c == '?' || c == '&') {
		w.inURL()
		w.quotes()
		return true
	}
	if assign {
		save := w.i
		if w.space(); w.at(w.i-1) == ':' && w.at(w.i-2) != ':' { // name: Type = value
			w.i--
			w.space()
			if name := w.left(); name != "" {
				w.n.names = append([]string{name}, w.n.names...)
				return false
			}
		}
		w.i = save
	}
	return false
}

var severalTargets = late(`^\s*(?:(?:const|let|var|my)\s+)?[(\[]?\s*([A-Za-z_$][\w.$]*(?:\s*,\s*[A-Za-z_$][\w.$]*)+)\s*[)\]]?\s*:?=\s*([^=].*)$`)

// target returns the name that a value gets when several are assigned at once: key, secret = "...", "...".
func (w *namer) target() (string, bool) {
	line := w.d.lineSpan(w.d.line(w.v.Start))
	if line.End-line.Start > 600 || !bytes.Contains(w.d.data[line.Start:w.v.Start], []byte{','}) {
		return "", false
	}
	m := severalTargets.FindSubmatchIndex(w.d.data[line.Start:line.End])
	if m == nil || line.Start+m[4] > w.v.Start {
		return "", false
	}
	names := bytes.Split(w.d.data[line.Start+m[2]:line.Start+m[3]], []byte{','})
	place := bytes.Count(w.d.data[line.Start+m[4]:w.v.Start], []byte{','})
	if place >= len(names) {
		return "", false
	}
	return string(bytes.TrimSpace(names[place])), true
}

// typed returns the name before "As String", and name itself when that is not what was read.
func (w *namer) typed(name string) string {
	save := w.i
	w.space()
	if bytes.EqualFold(w.d.data[max(0, w.i-3):w.i], []byte(" as")) {
		w.i -= 2
		w.space()
		if before := w.left(); before != "" {
			return before
		}
	}
	w.i = save
	if typeWords[strings.TrimLeft(name, "*[]")] && (w.at(w.i-1) == ' ' || w.at(w.i-1) == '\t') { // Go: name string = "..."
		w.space()
		if before := w.left(); before != "" && !declares[before] {
			return before
		}
		w.i = save
	}
	return name
}

// typeWords are types of strings that stand behind a name, and declares are words before a name that has no type.
var (
	typeWords = map[string]bool{"string": true, "byte": true, "Secret": true, "any": true}
	declares  = map[string]bool{"var": true, "const": true, "let": true, "final": true, "static": true}
)

// sentence adds the words before a name that a colon follows: "Kraken api key: ...".
func (w *namer) sentence(name string) string {
	line := w.d.lineSpan(w.d.line(w.i))
	start := w.i
	for start > line.Start && w.i-start < 48 && (isWord(w.at(start-1)) || w.at(start-1) == ' ' && isWord(w.at(start))) {
		start--
	}
	words := strings.Fields(string(w.d.data[start:w.i]))
	if start == w.i || len(words) == 0 || isQuote(w.at(w.i)) {
		return name
	}
	w.i = start
	return strings.Join(append(words[max(0, len(words)-3):], name), " ")
}

// argument reports whether what was just read follows an opening bracket or a comma, as a named argument does.
func (w *namer) argument() bool {
	save := w.i
	w.space()
	c := w.at(w.i - 1)
	if c != ',' && c != '(' {
		w.i = save
	}
	return c == ',' || c == '('
}

// left reads an expression that can be assigned to: a name, a path, an index, a quoted key.
func (w *namer) left() string {
	end := w.i
	switch c := w.at(w.i - 1); {
	case isQuote(c):
		return w.quoted(c)
	case c == ']':
		start := bytes.LastIndexByte(w.d.data[max(0, w.i-maxName):w.i], '[')
		if start < 0 {
			return ""
		}
		start += max(0, w.i-maxName)
		inner := strings.Trim(string(w.d.data[start+1:w.i-1]), "\"'`: ")
		w.i = start
		outer := w.left()
		return strings.TrimSpace(outer + " " + inner)
	case c == ')' || c == '>' || c == '*' || c == '?' || c == '!' || c == '}':
		if c == '>' { // generic type
			if start := bytes.LastIndexByte(w.d.data[max(0, w.i-maxName):w.i], '<'); start >= 0 {
				w.i = start + max(0, w.i-maxName)
				return w.left()
			}
		}
		if c == '}' && bytes.HasSuffix(bytes.TrimRight(w.d.data[max(0, w.i-24):w.i-1], " "), []byte("et;")) { // C#: { get; set; }
			if open := bytes.LastIndexByte(w.d.data[max(0, w.i-48):w.i], '{'); open >= 0 {
				w.i = open + max(0, w.i-48)
				w.space()
				return w.left()
			}
		}
		if c == '}' || c == ')' {
			return ""
		}
		w.i--
		return w.left()
	}
	for w.i > 0 && end-w.i < maxName && (isWord(w.at(w.i-1)) || w.at(w.i-1) == '.' || w.at(w.i-1) == '-' && isWord(w.at(w.i-2)) || w.at(w.i-1) == '-' && w.at(w.i-2) == '-') {
		w.i--
	}
	return string(w.d.data[w.i:end])
}

// quoted reads a quoted key backwards; w.i stands after the closing quote.
func (w *namer) quoted(q byte) string {
	end := w.i - 1
	if w.at(end-1) == '\\' {
		end--
	}
	for start := end; start > 0 && end-start < maxName; start-- {
		c := w.at(start - 1)
		if c == '\n' {
			return ""
		}
		if c == q {
			w.i = start - 1
			if w.at(w.i-1) == '\\' {
				w.i--
			}
			return string(w.d.data[start:end])
		}
	}
	return ""
}

// tag reads <name>, <string name="..."> and the like.
func (w *namer) tag() bool {
	open := bytes.LastIndexByte(w.d.data[max(0, w.i-300):w.i], '<')
	if open < 0 {
		return false
	}
	open += max(0, w.i-300)
	inner := string(w.d.data[open+1 : w.i-1])
	if strings.HasPrefix(inner, "/") || strings.HasPrefix(inner, "!") {
		return w.cellBefore(open)
	}
	w.i = open
	w.n.direct = true
	for _, m := range attribute.FindAllStringSubmatch(inner, -1) {
		w.add(m[1])
	}
	element, _, _ := strings.Cut(inner, " ")
	w.add(element)
	return w.cellBefore(open)
}

var attribute = late(`(?i)\b(?:name|key|id|label|field)\s*=\s*["']([^"']{1,80})["']`)

func (w *namer) xmlTag() bool {
	return bytes.LastIndexByte(w.d.data[max(0, w.i-300):w.i], '<') >= 0
}

// cellBefore reads the text of the element before: <td>API key</td><td>value, <key>apiKey</key><string>value.
func (w *namer) cellBefore(open int) bool {
	before := w.d.data[max(0, open-200):open]
	if m := elementBefore.FindSubmatch(before); m != nil {
		w.add(string(m[1]))
		w.i = max(0, open-len(m[0]))
	}
	return false
}

var elementBefore = late(`<[A-Za-z]+[^<>]*>([^<>]{1,80})</[A-Za-z]+>\s*$`)

// listItem reads the parent of a YAML list item, or the flag before a value.
func (w *namer) listItem() bool {
	line := w.d.lineSpan(w.d.line(w.i - 1))
	if len(bytes.TrimSpace(w.d.data[line.Start:w.i-1])) > 0 {
		return false
	}
	for _, s := range w.d.enclosing(w.i - 1) {
		if w.d.scopes[s].open == 'i' && w.d.scopes[s].label.End > w.d.scopes[s].label.Start {
			label := w.d.text(w.d.scopes[s].label)
			w.add(strings.TrimRight(strings.TrimSpace(label), ":"))
			w.i = w.d.scopes[s].label.Start
			break
		}
	}
	return false
}

// fallback reads the left side of x || "value", x ?? "value" and goes on to what that is assigned to.
func (w *namer) fallback() bool {
	w.space()
	if w.at(w.i-1) == ')' {
		if open := bytes.LastIndexByte(w.d.data[max(0, w.i-maxName):w.i], '('); open >= 0 {
			open += max(0, w.i-maxName)
			w.add(strings.Trim(string(w.d.data[open+1:w.i-1]), "\"'` "))
			w.i = open
		}
	}
	w.add(w.left())
	return true
}

// sibling reads the string before a comma, and the call that both are arguments of.
func (w *namer) sibling(newlines int) bool {
	end := w.i - 1
	w.i = end
	if target, ok := w.target(); ok {
		w.n.direct = true
		w.add(target)
		return false
	}
	w.space()
	if q := w.at(w.i - 1); isQuote(q) && newlines < 2 {
		if name := w.quoted(q); nameLike(name) && !randomText(name) {
			w.add(name)
		}
	} else if name := w.left(); nameLike(name) && !strings.Contains(name, ".") && !randomText(name) {
		w.add(name)
	}
	s := w.d.scopeAt(end)
	if w.columns(end, w.v, newlines) {
		return false
	}
	if s < 0 || !w.d.scopes[s].bracket() {
		return false
	}
	if end-w.d.scopes[s].Start > maxReach {
		return false
	}
	w.label(s, bytes.Count(w.d.data[w.d.scopes[s].Start:end+1], []byte{','}))
	return true
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

func randomText(text string) bool {
	var t token
	return len(text) >= minToken && measure([]byte(text), 0, len(text), &t)
}

// nameLike reports whether a text may be a name: [A-Za-z_$-][A-Za-z0-9_.$ -]{1,60}.
func nameLike(text string) bool {
	if len(text) < 2 || len(text) > 61 || isDigit(text[0]) || text[0] == '.' || text[0] == ' ' {
		return false
	}
	for i := range len(text) {
		if c := text[i]; !letter(c) && !isDigit(c) && strings.IndexByte("_.$ -", c) < 0 {
			return false
		}
	}
	return true
}

// opening reads the name of the call or list that the value is the first of.
func (w *namer) opening() bool {
	s := w.d.scopeAt(w.i)
	if s < 0 || w.d.scopes[s].Start != w.i {
		w.i--
		w.quotes()
		return false
	}
	w.label(s, 0)
	return true
}

// label takes the label of a bracket as name or call and moves before it.
func (w *namer) label(s, arg int) {
	sc := w.d.scopes[s]
	w.i = sc.Start - 1
	switch sc.open {
	case '(':
		w.i = sc.Start - 1
		name := w.callee()
		if w.n.call == "" && !wrapper.MatchString(name) {
			w.n.call, w.n.arg = name, arg
		}
		w.add(name)
	case '[', '{':
		w.space()
		if w.at(w.i-1) == ':' || w.at(w.i-1) == '=' {
			w.i--
			w.space()
		}
		w.add(w.left())
	}
}

// callee reads the name of a call, or the type that a call makes: std::make_unique<Client>(.
func (w *namer) callee() string {
	end := w.i
	name := w.left()
	if w.at(end-1) != '>' || !maker.MatchString(name) {
		return name
	}
	text := string(w.d.data[w.i:end])
	return strings.TrimRight(text[strings.IndexByte(text, '<')+1:], "> ")
}

var maker = late(`(?i)(?:^|[.:_])(?:make_?(?:unique|shared|boxed)?|allocate_?shared|create(?:instance)?|get_?instance|new|resolve|emplace)$`)

// wrapper are calls that say nothing of their argument.
var wrapper = late(`(?i)(?:^|[.:])(some|ok|just|string|str|option|arc|box|cow|into|secret(str|string|value|box)?|from|valueof|of|bytes|text|literal|lit|value|strip|trim|b64decode|securestring|required|optional|default|defaultvalue)$`)

// proseWords splits a text at what no name has.
func proseWords(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool {
		return c >= utf8.RuneSelf || tokenClass[c] < classDigit && strings.IndexByte("_.$-", byte(c)) < 0
	})
}

// prose reads the words before a value that nothing joins to it: flags, directives, log lines, sentences.
func (w *namer) prose(hop int) bool {
	line := w.d.lineSpan(w.d.line(w.i - 1))
	start := max(line.Start, w.i-80)
	start += bytes.LastIndexByte(w.d.data[start:w.i], 0) + 1 // what stands beyond is another string of a program
	words := proseWords(string(w.d.data[start:w.i]))
	if len(words) == 0 {
		return false
	}
	last := strings.ToLower(words[len(words)-1])
	if last == "bearer" || last == "basic" || last == "token" && w.scheme(len(last)) || last == "or" {
		w.i -= len(last)
		w.quotes()
		if last == "or" {
			return w.fallback()
		}
		return hop < 2
	}
	w.add(strings.Join(words[max(0, len(words)-5):], " "))
	w.i = start
	return false
}

// scheme reports whether the word of n bytes before w.i begins a header's value, as in Authorization: token ...
func (w *namer) scheme(n int) bool {
	before := w.at(w.i - n - 1)
	return isQuote(before) || before == ' ' && w.at(w.i-n-2) == ':'
}

var namesKey = late(`(?i)["']?\b(?:name|key|id|label|variable|header|field|param|k)["']?\s*[:=]\s*["']?([A-Za-z0-9_.\- ]{2,60})`)

var genericNames = map[string]bool{
	"value": true, "val": true, "default": true, "data": true, "content": true, "text": true, "string": true, "v": true,
	"current": true, "initial": true, "defaultvalue": true, "default_value": true, "current_value": true, "stringvalue": true, "currentvalue": true,
}

// generic adds the sibling name of a value whose own name says nothing: {"name": "API_KEY", "value": "..."}.
func (w *namer) generic(v Span) {
	if len(w.n.names) == 0 || len(w.n.names) > 1 && w.n.call != "" {
		return
	}
	if !genericNames[normalize(w.n.names[0])] {
		w.twin(v)
		return
	}
	from, to := max(0, v.Start-240), min(len(w.d.data), v.End+160)
	if s := w.d.scopeAt(v.Start); s >= 0 {
		from, to = max(from, w.d.scopes[s].Start), min(to, w.d.scopes[s].End)
	}
	before := namesKey.FindAllSubmatchIndex(w.d.data[from:v.Start], -1)
	if len(before) > 0 {
		m := before[len(before)-1]
		w.n.names = append([]string{string(w.d.data[from+m[2] : from+m[3]])}, w.n.names...)
		w.n.reach = min(w.n.reach, from+m[0])
		return
	}
	if m := namesKey.FindSubmatch(w.d.data[min(v.End, to):to]); m != nil {
		w.n.names = append([]string{string(m[1])}, w.n.names...)
		return
	}
	w.blockLabel(v)
}

// twin adds the sibling name of a value that is called as its name is: {"ParameterKey": "ApiKey", "ParameterValue": "..."}.
func (w *namer) twin(v Span) {
	own := w.n.names[0]
	stem := len(own) - len("value")
	if stem < 2 || stem > 24 || !strings.EqualFold(own[stem:], "value") {
		return
	}
	from := max(0, v.Start-240)
	before := w.d.data[from:v.Start]
	for _, what := range []string{"key", "name"} {
		i := lastFold(before, own[:stem]+what)
		if i < 0 {
			continue
		}
		if m := twinValue.FindSubmatchIndex(before[i+stem+len(what):]); m != nil {
			at := from + i + stem + len(what)
			w.n.names = append([]string{string(w.d.data[at+m[2] : at+m[3]])}, w.n.names...)
			w.n.reach = min(w.n.reach, at+m[2])
			return
		}
	}
}

var twinValue = late(`^["']?\s*[:=]>?\s*["']?([A-Za-z0-9_.\-]{2,60})`)

// lastFold returns where a word stands last in a text, in any case, and -1 when it does not.
func lastFold(text []byte, word string) int {
	for i := len(text) - len(word); i >= 0; i-- {
		if strings.EqualFold(string(text[i:i+len(word)]), word) {
			return i
		}
	}
	return -1
}

// blockLabel adds what names the block around a value: variable "api_key" { default = "..." }.
func (w *namer) blockLabel(v Span) {
	s := w.d.scopeAt(v.Start)
	if s < 0 || v.Start-w.d.scopes[s].Start > maxReach {
		return
	}
	words := proseWords(w.d.text(w.d.labelOf(s)))
	if len(words) > 0 {
		w.n.names = append([]string{words[len(words)-1]}, w.n.names...)
		w.n.reach = min(w.n.reach, w.d.labelOf(s).Start)
	}
}

var comment = late(`^["'` + "`" + `]?[,;)]*\s*(?:#|//|--|<!--|/\*|\()\s*(.{2,60})`)

// trailing adds the comment after a value that has no name of its own.
func (w *namer) trailing(v Span) {
	if w.n.direct {
		return
	}
	line := w.d.lineSpan(w.d.line(v.Start))
	if v.End > line.End {
		return
	}
	if m := comment.FindSubmatch(w.d.data[v.End:min(line.End, v.End+90)]); m != nil {
		words := proseWords(string(m[1]))
		w.add(strings.Join(words[:min(5, len(words))], " "))
	}
}

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

// normalize writes a name as lower-case words joined by "_": apiKey, API-KEY and "api key" are all api_key.
func normalize(name string) string {
	var b strings.Builder
	prev := byte(0)
	for i := 0; i < len(name); i++ {
		c := name[i]
		class := tokenClass[c]
		if class <= classSeparator {
			c = '_'
		}
		if class == classUpper {
			nextLower := i+1 < len(name) && tokenClass[name[i+1]] == classLower
			prevClass := tokenClass[prev]
			if prevClass == classLower || prevClass == classDigit || prevClass == classUpper && nextLower {
				if b.Len() > 0 {
					b.WriteByte('_')
				}
			}
			c |= 0x20
		}
		if c == '_' && (b.Len() == 0 || prev == '_' || tokenClass[prev] <= classSeparator && prev != 0) {
			prev = '_'
			continue
		}
		b.WriteByte(c)
		prev = name[i]
	}
	return strings.TrimRight(b.String(), "_")
}
