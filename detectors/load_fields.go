package detectors

import (
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
}

// writeFields returns the line, and false when a value has no place in one.
func writeFields(p *rawProvider) (string, bool) {
	var f fields
	f.provider(p)
	return f.line.String(), !f.bad
}

// readFields reads what was written into p, all values of which it replaces, and reports whether the line was whole. Its
// lists of tables are used again, those of texts are new.
func readFields(line string, p *rawProvider) bool {
	f := fields{rest: line, reading: true}
	f.provider(p)
	return !f.bad && f.rest == ""
}

func (f *fields) provider(p *rawProvider) {
	f.text(&p.ID, &p.Title, &p.Kind, &p.Site)
	f.texts(&p.Keywords, &p.Common, &p.Hosts, &p.TestHosts)
	f.flag(&p.Loose)
	each(f, &p.Credential, f.credential)
}

func (f *fields) credential(c *rawCredential) {
	f.text(&c.ID, &c.Title, &c.Context, &c.Environment)
	f.number((*int)(&c.Severity))
	f.confidence(&c.Confidence)
	f.flag(&c.Fallback)
	f.flag(&c.Off)
	f.texts(&c.Near, &c.Paths, &c.NotNear, &c.Keywords, &c.Hosts, &c.TestHosts, &c.Examples, &c.Tags)
	each(f, &c.parts, f.part)
	each(f, &c.pieces, f.piece)
}

func (f *fields) piece(n *named[rawPiece]) { f.text(&n.name, &n.value.Of, &n.value.Regex) }

func (f *fields) part(n *named[rawPart]) {
	p := &n.value
	f.text(&n.name, &p.Regex, &p.Check, &p.Stated, (*string)(&p.Form))
	f.texts(&p.Names, &p.NotNames, &p.Env, &p.Calls, &p.Anchors)
	f.number(&p.Min)
	f.flag(&p.Optional)
	entropy := strconv.FormatFloat(p.Entropy, 'g', -1, 64)
	if f.text(&entropy); f.reading {
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
	if f.number(&n); !f.reading {
		return
	}
	if *c = nil; n > 0 {
		*c = new(Confidence)
		**c = Confidence(n - 1)
	}
}

// each is the elements of a list, the memory of which is used again.
func each[T any](f *fields, list *[]T, one func(*T)) {
	if n := f.count(len(*list)); f.reading {
		*list = slices.Grow((*list)[:0], n)[:n]
	}
	for i := range *list {
		one(&(*list)[i])
	}
}

func (f *fields) texts(lists ...*[]string) {
	for _, list := range lists {
		if n := f.count(len(*list)); f.reading {
			if *list = nil; n > 0 {
				*list = make([]string, n)
			}
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
