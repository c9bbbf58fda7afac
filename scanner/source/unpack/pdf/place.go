package pdf

import "math"

// path keeps the ends of the last line, or of the last rectangle's lower side.
func (p *painter) path(op operator, args []any) {
	n, ok := numbers(args, 2)
	if op == "re" {
		n, ok = numbers(args, 4)
	}
	if !ok {
		return
	}
	if op == "l" {
		p.pen[1] = p.on(n[0], n[1])
		return
	}
	p.pen[0] = p.on(n[0], n[1])
	p.pen[1] = p.pen[0]
	if op == "re" && math.Abs(n[3]) < math.Abs(n[2]) {
		p.pen[1] = p.on(n[0]+n[2], n[1])
	}
}

func (p *painter) on(x, y float64) spot {
	m := matrix{1, 0, 0, 1, x, y}.times(p.s.ctm)
	return spot{x: m[4], y: m[5]}
}

// rule takes a line on which a character could stand, right behind the last one, for an underscore: TeX draws it so in
// fonts that lack one.
func (p *painter) rule() {
	a, b, last := p.pen[0], p.pen[1], p.last
	p.pen = [2]spot{}
	n := len(p.out)
	if n == 0 || p.out[n-1] <= ' ' || last.size == 0 {
		return
	}
	x, y := a.x-last.x, a.y-last.y
	wide := (b.x-a.x)*last.dx + (b.y-a.y)*last.dy
	high := math.Abs((b.y-a.y)*last.dx - (b.x-a.x)*last.dy)
	along, across := x*last.dx+y*last.dy, y*last.dx-x*last.dy
	if math.Abs(along) > 0.15*last.size || across > 0.05*last.size || across < -0.35*last.size || wide < 0.2*last.size || wide > 0.8*last.size || high > 0.02*last.size {
		return
	}
	p.out = append(p.out, '_')
	p.last.x, p.last.y = last.x+(along+wide)*last.dx, last.y+(along+wide)*last.dy
}

// here is the place of the next character on the page.
func (p *painter) here() spot {
	m := matrix{1, 0, 0, 1, 0, p.s.rise}.times(p.at).times(p.s.ctm)
	long := math.Hypot(m[0], m[1])
	if long == 0 {
		return spot{x: m[4], y: m[5], dx: 1}
	}
	return spot{m[4], m[5], m[0] / long, m[1] / long, math.Abs(p.s.size) * math.Hypot(m[2], m[3]), long}
}

// place ends the line when the next character does not stand on it, and the word when it stands apart.
func (p *painter) place(now spot, sure bool) {
	n := len(p.out)
	if n == 0 || p.out[n-1] == '\n' {
		return
	}
	size := max(now.size, p.last.size)
	x, y := now.x-p.last.x, now.y-p.last.y
	along, across := x*p.last.dx+y*p.last.dy, math.Abs(y*p.last.dx-x*p.last.dy)
	apart := 0.17 * size
	if p.moved && !sure {
		apart = 0.4 * size
	}
	switch {
	case across > 0.5*size || along < -1.5*size || now.dx*p.last.dx+now.dy*p.last.dy < 0.9:
		p.out = append(p.out, '\n')
	case along > apart && p.out[n-1] != ' ':
		p.out = append(p.out, ' ')
	}
}
