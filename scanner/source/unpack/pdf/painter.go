package pdf

import (
	"bytes"
	"math"
)

// painter draws pages, and keeps what they say in the order in which it is drawn.
type painter struct {
	file  *file
	fonts map[name]*font // every font by the names that pages have for it, for streams that no page leads to
	made  map[ref]*font
	plain *font // for one that the document lacks
	drawn map[*stream]bool
	out   []byte
	full  bool
	depth int

	s     state
	saved []state
	line  matrix // where the line of text began
	at    matrix // where the next character stands
	last  spot   // where the last one ended
	moved bool   // the place was set since
	pen   [2]spot
}

// state is what q keeps and Q brings back.
type state struct {
	ctm                       matrix
	font                      *font
	size, chars, words, scale float64
	lead, rise                float64
}

// matrix is a, b, c, d, e, f of 8.3.3.
type matrix [6]float64

func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func identity() matrix { return matrix{1, 0, 0, 1, 0, 0} }

// spot is a place on the page, with the direction of writing and the height of its letters.
type spot struct {
	x, y, dx, dy, size float64
	long               float64 // of a unit of the text along the line
}

// document draws every page, then what draws text and belongs to none: pages that updates replaced.
func (p *painter) document() {
	p.made, p.plain = map[ref]*font{}, p.file.font(nil)
	for _, r := range p.file.refs() {
		if d := p.file.dict(r); d["Type"] == name("Page") {
			p.page(d)
		}
	}
	for _, s := range p.file.streams {
		if p.drawn[s] || s.dict["Type"] != nil && s.dict["Type"] != name("XObject") || s.dict["Subtype"] != nil && s.dict["Subtype"] != name("Form") || s.dict["Length1"] != nil {
			continue
		}
		if content := p.file.content(s); draws(content) {
			p.drawn[s] = true
			p.begin()
			p.draw(content, p.file.dict(s.dict["Resources"]))
		}
	}
}

// draws reports whether a stream shows text.
func draws(content []byte) bool {
	return bytes.Contains(content, []byte("BT")) && (bytes.Contains(content, []byte("Tj")) || bytes.Contains(content, []byte("TJ")))
}

func (p *painter) page(d dict) {
	var content []byte
	for _, v := range p.file.list(d["Contents"]) {
		if s, ok := p.file.value(v).(*stream); ok && !p.drawn[s] {
			p.drawn[s] = true
			content = append(append(content, p.file.content(s)...), '\n')
		}
	}
	resources := d["Resources"]
	for up := d; resources == nil && up != nil && p.depth < deepest; p.depth++ {
		up = p.file.dict(up["Parent"])
		resources = up["Resources"]
	}
	p.depth = 0
	p.begin()
	p.draw(content, p.file.dict(resources))
	for _, v := range p.file.array(d["Annots"]) {
		p.appearance(p.file.dict(p.file.dict(v)["AP"])["N"])
	}
}

// appearance draws what a note or a field of a form looks like.
func (p *painter) appearance(v any) {
	if s, ok := p.file.value(v).(*stream); ok {
		p.begin()
		p.form(s, nil)
	}
}

// begin starts on an empty page.
func (p *painter) begin() {
	p.s, p.saved, p.last = state{ctm: identity(), scale: 1}, nil, spot{}
	p.line, p.at = identity(), identity()
	p.newline()
}

func (p *painter) newline() {
	if n := len(p.out); n > 0 && p.out[n-1] != '\n' {
		p.out = append(p.out, '\n')
	}
}

// form draws a stream that others draw by name (8.10), once.
func (p *painter) form(s *stream, resources dict) {
	if p.drawn[s] || p.depth > 12 || s.dict["Subtype"] != name("Form") {
		return
	}
	p.drawn[s] = true
	if own := p.file.dict(s.dict["Resources"]); own != nil {
		resources = own
	}
	kept, saved, line, at := p.s, p.saved, p.line, p.at
	p.saved = nil
	if m, ok := numbers(p.file.array(s.dict["Matrix"]), 6); ok {
		p.s.ctm = matrix(m).times(p.s.ctm)
	}
	p.depth++
	p.draw(p.file.content(s), resources)
	p.depth--
	p.s, p.saved, p.line, p.at = kept, saved, line, at
}

func numbers(values []any, n int) ([]float64, bool) {
	if len(values) < n {
		return nil, false
	}
	out := make([]float64, 0, n)
	for _, v := range values[len(values)-n:] {
		f, ok := v.(float64)
		if !ok || math.Abs(f) > 1e9 {
			return nil, false
		}
		out = append(out, f)
	}
	return out, true
}

// draw carries out the operators of a stream.
func (p *painter) draw(content []byte, resources dict) {
	l := lexer{data: content}
	var args []any
	for !p.full {
		l.depth = 0
		v := l.next()
		if _, ok := v.(end); ok {
			return
		}
		op, ok := v.(operator)
		if !ok {
			if len(args) < 64 {
				args = append(args, v)
			}
			continue
		}
		switch op {
		case "ID":
			skipImage(&l)
		case "Do":
			if n, ok := lastName(args); ok {
				if s, ok := p.file.value(p.file.dict(resources["XObject"])[n]).(*stream); ok {
					p.form(s, resources)
				}
			}
		case "Tf":
			p.setFont(args, resources)
		default:
			p.operate(op, args)
		}
		args = args[:0]
	}
}

func lastName(args []any) (name, bool) {
	if len(args) == 0 {
		return "", false
	}
	n, ok := args[len(args)-1].(name)
	return n, ok
}

// skipImage goes behind the bytes of a picture within a page.
func skipImage(l *lexer) {
	for l.at < len(l.data) {
		i := bytes.Index(l.data[l.at:], []byte("EI"))
		if i < 0 {
			l.at = len(l.data)
			return
		}
		before := l.at + i - 1
		l.at += i + 2
		if isSpace(l.data[before]) && (l.at == len(l.data) || isSpace(l.data[l.at])) {
			return
		}
	}
}

func (p *painter) setFont(args []any, resources dict) {
	if len(args) < 2 {
		return
	}
	n, _ := args[len(args)-2].(name)
	if size, ok := args[len(args)-1].(float64); ok {
		p.s.size = size
	}
	v := p.file.dict(resources["Font"])[n]
	d := p.file.dict(v)
	if d == nil {
		p.s.font = p.fonts[n]
		return
	}
	r, shared := v.(ref)
	made := p.made[r]
	if made == nil || !shared {
		made = p.file.font(d)
	}
	if shared {
		p.made[r] = made
	}
	p.s.font, p.fonts[n] = made, made
}

// operate carries out an operator that sets or moves something, or shows text (9.3, 9.4).
func (p *painter) operate(op operator, args []any) {
	switch op {
	case "q":
		if len(p.saved) < 1000 {
			p.saved = append(p.saved, p.s)
		}
	case "Q":
		if n := len(p.saved); n > 0 {
			p.s, p.saved = p.saved[n-1], p.saved[:n-1]
		}
	case "BT":
		p.line, p.at, p.moved = identity(), identity(), true
	case "S", "s", "f", "F", "f*", "B":
		p.rule()
	case "T*":
		p.move(0, -p.s.lead)
	case "Tj", "'", "\"":
		if op == "\"" && len(args) >= 3 {
			p.s.words, _ = args[0].(float64)
			p.s.chars, _ = args[1].(float64)
		}
		if op != "Tj" {
			p.move(0, -p.s.lead)
		}
		if len(args) > 0 {
			p.show(args[len(args)-1:])
		}
	case "TJ":
		if len(args) > 0 {
			list, _ := args[len(args)-1].([]any)
			p.show(list)
		}
	default:
		p.set(op, args)
	}
}

// set carries out an operator whose arguments are numbers.
func (p *painter) set(op operator, args []any) {
	switch op {
	case "Tc", "Tw", "Tz", "TL", "Ts":
		if n, ok := numbers(args, 1); ok {
			p.setNumber(op, n[0])
		}
	case "Td", "TD":
		if n, ok := numbers(args, 2); ok {
			if op == "TD" {
				p.s.lead = -n[1]
			}
			p.move(n[0], n[1])
		}
	case "Tm":
		if n, ok := numbers(args, 6); ok {
			p.line, p.at, p.moved = matrix(n), matrix(n), true
		}
	case "m", "l", "re":
		p.path(op, args)
	case "cm":
		if n, ok := numbers(args, 6); ok {
			p.s.ctm = matrix(n).times(p.s.ctm)
		}
	}
}

func (p *painter) setNumber(op operator, n float64) {
	switch op {
	case "Tc":
		p.s.chars = n
	case "Tw":
		p.s.words = n
	case "Tz":
		p.s.scale = n / 100
	case "TL":
		p.s.lead = n
	case "Ts":
		p.s.rise = n
	}
}

func (p *painter) move(x, y float64) {
	p.line = matrix{1, 0, 0, 1, x, y}.times(p.line)
	p.at, p.moved = p.line, true
}

// show draws strings and the steps between them.
func (p *painter) show(list []any) {
	for _, v := range list {
		switch v := v.(type) {
		case float64:
			p.step(-v / 1000 * p.s.size)
		case text:
			p.string(v)
		}
	}
}

// step goes on along the line.
func (p *painter) step(x float64) {
	p.at = matrix{1, 0, 0, 1, x * p.s.scale, 0}.times(p.at)
}

func (p *painter) string(s text) {
	f := p.s.font
	if f == nil {
		f = p.plain
	}
	if len(p.out) > shown {
		p.full = true
		p.file.fail(ErrLimit)
	}
	now, from := p.here(), p.at
	for far := 0.0; len(s) > 0 && !p.full; {
		c, n := uint32(s[0]), 1
		if f.wide && len(s) > 1 {
			c, n = c<<8|uint32(s[1]), 2
		}
		s = s[n:]
		w, sure := f.width(c)
		step := w/1000*p.s.size + p.s.chars
		if c == ' ' && n == 1 {
			step += p.s.words
		}
		// A space that goes nowhere is how some kern.
		if word := f.text(c); word != "" && (word != " " || step >= 0.1*p.s.size) {
			p.place(now, sure)
			p.moved = false
			p.out = append(p.out, word...)
		}
		far += step
		now.x, now.y = now.x+step*p.s.scale*now.long*now.dx, now.y+step*p.s.scale*now.long*now.dy
		p.last, p.at = now, matrix{1, 0, 0, 1, far * p.s.scale, 0}.times(from)
	}
}
