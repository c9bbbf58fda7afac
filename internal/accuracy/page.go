package accuracy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
)

// page is what a template sees, and what it drew while it was written.
type page struct {
	r      random
	s      shapes
	near   []kindPart // look-alikes that stand beside credentials
	holder func(field) string
	Creds  []credential
	decoys []Decoy
	quote  string
}

// C is the first credential.
func (p *page) C() credential { return p.Creds[0] }

// Parts are the parts of the first credential, now and then in another order.
func (p *page) Parts() []field {
	if p.r.chance(25) {
		return p.C().Shuffled()
	}
	return p.C().Fields
}

// functions are what templates may call; a page without values gives the names only.
func (p page) functions() template.FuncMap {
	return (&p).funcs()
}

func (p *page) funcs() template.FuncMap {
	all := template.FuncMap{
		"pick":     func(of ...string) string { return pick(p.r, of) },
		"chance":   func(percent int) bool { return p.r.chance(percent) },
		"int":      func(from, to int) int { return from + p.r.IntN(to-from+1) },
		"shape":    func(pattern string) (string, error) { return p.s.write(p.r, pattern) },
		"noise":    p.noise,
		"decoy":    p.decoy,
		"decoys":   p.manyDecoys,
		"settings": p.settings,
		"word":     func() string { return pick(p.r, plainWords) },
		"prose":    p.prose,
		"phrase":   func(n int) string { return strings.Join(some(p.r, plainWords, n), " ") },
		"list":     func(of ...string) []string { return of },
		"seq":      func(n int) []int { return slices.Collect(count(n)) },
		"mod":      func(a, b int) int { return a % b },
		"add":      func(a, b int) int { return a + b },
		"last":     func(i int, of any) bool { return i == length(of)-1 },
		"str":      func(v string) string { return literal(p.quoteMark(), v) },
		"env":      p.env,
		"yaml":     p.yaml,
		"holder":   func(f field) string { return p.placeholder(f) },
	}
	maps.Copy(all, pureFunctions)
	maps.Copy(all, layers)
	return all
}

func (p *page) quoteMark() string {
	if p.quote == "" {
		p.quote = pick(p.r, []string{`"`, `"`, `'`})
	}
	return p.quote
}

// env writes a value as a line of a .env file or a shell assignment does.
func (p *page) env(v string) string {
	switch {
	case strings.Contains(v, "\n") && p.r.chance(60):
		return `"` + strings.ReplaceAll(v, "\n", `\n`) + `"`
	case strings.Contains(v, "\n"):
		return `"` + v + `"`
	case strings.ContainsAny(v, " \u3000#;&") || strings.ContainsAny(v, `"'[{`):
		return literal(pick(p.r, []string{`"`, `'`}), v)
	}
	return pick(p.r, []string{v, v, `"` + v + `"`, `'` + v + `'`})
}

// yaml writes a scalar: plain, quoted, or a block at the given indent.
func (p *page) yaml(indent int, v string) string {
	if strings.Contains(v, "\n") {
		if p.r.chance(30) {
			return literal(`"`, v)
		}
		pad := "\n" + strings.Repeat(" ", indent)
		return pick(p.r, []string{"|", "|-", ">-"}) + pad + strings.ReplaceAll(v, "\n", pad)
	}
	if strings.ContainsAny(v[:1], "[{@!%&*'\"|>") || strings.Contains(v, ": ") || strings.Trim(v, digits) == "" {
		return `'` + strings.ReplaceAll(v, `'`, `''`) + `'`
	}
	return pick(p.r, []string{v, v, `"` + strings.ReplaceAll(v, `"`, `\"`) + `"`, `'` + v + `'`})
}

// noise draws up to n named neighbours: look-alikes with their usual names, and plain settings.
func (p *page) noise(n int) ([]field, error) {
	var out []field
	for range p.r.IntN(n + 1) {
		if p.r.chance(35) {
			out = append(out, pick(p.r, plainSettings))
			continue
		}
		k := pick(p.r, p.near)
		v, err := p.s.write(p.r, k.Shape)
		if err != nil {
			return nil, err
		}
		p.decoys = append(p.decoys, Decoy{k.Name, v})
		out = append(out, field{Part: k.Name, Value: v, bare: pick(p.r, k.Bare)})
	}
	return unique(out), nil
}

func unique(fields []field) []field {
	seen := map[string]bool{}
	return slices.DeleteFunc(fields, func(f field) bool {
		was := seen[f.Snake()]
		seen[f.Snake()] = true
		return was
	})
}

// settings are n plain settings that stand between parts which lie far apart.
func (p *page) settings(n int) []field {
	var out []field
	for i := range n {
		f := pick(p.r, plainSettings)
		f.bare = pick(p.r, plainWords) + "_" + f.bare
		if i%3 == 0 {
			f.bare += "_" + pick(p.r, plainWords)
		}
		out = append(out, f)
	}
	return unique(out)
}

func (p *page) decoy(kind string) (string, error) {
	for _, k := range p.near {
		if k.Name == kind {
			v, err := p.s.write(p.r, k.Shape)
			p.decoys = append(p.decoys, Decoy{kind, v})
			return v, err
		}
	}
	return "", fmt.Errorf("look-alike %q is unknown", kind)
}

func (p *page) manyDecoys(kind string, n int) ([]string, error) {
	out := make([]string, n)
	for i := range out {
		v, err := p.decoy(kind)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (p *page) placeholder(f field) string {
	v := p.holder(f)
	p.decoys = append(p.decoys, Decoy{"placeholder", v})
	return v
}

func (p *page) prose(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = capital(strings.Join(some(p.r, plainWords, 5+p.r.IntN(6)), " ")) + "."
	}
	return strings.Join(out, " ")
}
