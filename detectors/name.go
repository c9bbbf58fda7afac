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
