package detectors

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fields is a decoded rules file without its calls and playbooks, as a line of an index: values in a fixed order, divided
// by tabs, lists with their length before them. The same methods write and read it, so that both agree.
type fields struct {
	line    strings.Builder // what was written
	rest    string          // what is still to be read
	reading bool
	bad     bool
	order   loader // knows the lines by which tables are ordered
}

// writeFields returns the line, and false when a value has no place in one.
func writeFields(p *rawProvider, lines map[string]int) (string, bool) {
	f := fields{order: loader{lines: lines}}
	f.provider(p)
	return f.line.String(), !f.bad
}

// readFields returns what was written, and lines that keep the order of parts and pieces.
func readFields(line string) (*rawProvider, map[string]int, bool) {
	f := fields{rest: line, reading: true, order: loader{lines: map[string]int{}}}
	var p rawProvider
	f.provider(&p)
	return &p, f.order.lines, !f.bad && f.rest == ""
}

func (f *fields) provider(p *rawProvider) {
	f.text(&p.ID, &p.Title, &p.Kind, &p.Site)
	f.texts(&p.Keywords, &p.Common, &p.Hosts, &p.TestHosts)
	f.flag(&p.Loose)
	if n := f.count(len(p.Credential)); f.reading {
		p.Credential = make([]rawCredential, n)
	}
	for i := range p.Credential {
		f.credential(&p.Credential[i], fmt.Sprintf("credential[%d]", i))
	}
}

func (f *fields) credential(c *rawCredential, key string) {
	f.text(&c.ID, &c.Title, &c.Context, &c.Environment)
	f.number((*int)(&c.Severity))
	f.confidence(&c.Confidence)
	f.flag(&c.Fallback)
	f.flag(&c.Off)
	f.texts(&c.Near, &c.Paths, &c.NotNear, &c.Keywords, &c.Hosts, &c.TestHosts, &c.Examples, &c.Tags)
	table(f, &c.Parts, key+".parts.", f.part)
	table(f, &c.Pieces, key+".pieces.", func(p *rawPiece) { f.text(&p.Of, &p.Regex) })
}

func (f *fields) part(p *rawPart) {
	f.text(&p.Regex, &p.Check, &p.Stated, (*string)(&p.Form))
	f.texts(&p.Names, &p.NotNames, &p.Env, &p.Calls, &p.Anchors)
	f.number(&p.Min)
	f.flag(&p.Optional)
	entropy := ""
	if p.Entropy != 0 {
		entropy = strconv.FormatFloat(p.Entropy, 'g', -1, 64)
	}
	if f.text(&entropy); entropy != "" {
		var err error
		p.Entropy, err = strconv.ParseFloat(entropy, 64)
		f.bad = f.bad || err != nil
	}
}

func (f *fields) confidence(c **Confidence) {
	n := 0
	if *c != nil {
		n = int(**c) + 1
	}
	if f.number(&n); f.reading && n > 0 {
		*c = new(Confidence)
		**c = Confidence(n - 1)
	}
}

// table is the tables of a map in the order of their lines.
func table[T any](f *fields, m *map[string]T, key string, one func(*T)) {
	var names []string
	for name := range *m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(f.order.line(key+a)-f.order.line(key+b), strings.Compare(a, b)) })
	if n := f.count(len(names)); f.reading && n > 0 {
		*m, names = make(map[string]T, n), make([]string, n)
	}
	for i, name := range names {
		v := (*m)[name]
		f.text(&name)
		if one(&v); f.reading {
			(*m)[name], f.order.lines[key+name] = v, i+1
		}
	}
}

func (f *fields) texts(lists ...*[]string) {
	for _, list := range lists {
		if n := f.count(len(*list)); f.reading && n > 0 {
			*list = make([]string, n)
		}
		for i := range *list {
			f.text(&(*list)[i])
		}
	}
}

// count is the length of a list, each element of which takes a byte of the rest at the least.
func (f *fields) count(n int) int {
	if f.number(&n); f.reading && n > len(f.rest) {
		f.bad = true
	}
	if f.bad {
		return 0
	}
	return n
}

func (f *fields) number(n *int) {
	text := strconv.Itoa(*n)
	if f.text(&text); f.reading {
		var err error
		*n, err = strconv.Atoi(text)
		f.bad = f.bad || err != nil || *n < 0
	}
}

func (f *fields) flag(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	f.number(&n)
	*b = n == 1
}

// text is values as they are. What would end a field has no place in one.
func (f *fields) text(values ...*string) {
	for _, v := range values {
		if f.reading {
			var more bool
			*v, f.rest, more = strings.Cut(f.rest, "\t")
			f.bad = f.bad || !more
			continue
		}
		f.bad = f.bad || strings.ContainsAny(*v, "\t\r\n")
		f.line.WriteString(*v)
		f.line.WriteByte('\t')
	}
}
