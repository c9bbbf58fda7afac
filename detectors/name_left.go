package detectors

import (
	"bytes"
	"strings"
)

// Left sides of assignments.

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
