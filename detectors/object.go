package detectors

import (
	"slices"
	"sort"
	"strings"
)

const (
	anchorReach = 64      // bytes before a random-looking member in which an anchor may stand
	maxObject   = 8 << 10 // bytes of an object
	overlapping = 4       // values before one that may reach into it
	maxAround   = 4       // objects around a member that are tried, innermost first
)

// anchored reports whether an anchor of some object stands closely before p.
func (r *reading) anchored(p int) bool {
	if len(r.set.objects) == 0 {
		return false
	}
	var hits hitBuffer
	from := max(0, p-anchorReach)
	return slices.ContainsFunc(r.set.anchors.scan(r.data[from:p], &hits), func(h hit) bool {
		return isMember(r.data, Span{from + h.end - len(r.set.anchors.words[h.word]), from + h.end})
	})
}

// isMember reports whether an anchor stands as the name, or a value, of an object's member does, and not within a word.
func isMember(data []byte, at Span) bool {
	return (at.Start == 0 || !isWordByte(data[at.Start-1])) && (at.End == len(data) || !isWordByte(data[at.End]))
}

// objects reports the JSON objects that a check accepts. Whatever stands in one is part of it.
func (r *reading) objects() {
	for _, v := range r.values {
		if v.form != FormJSON || v.used {
			continue
		}
		if m, ok := r.single(v); ok {
			r.cover(m.Span)
			r.emit(m)
		}
	}
}

// cover takes the values within s out of the reading.
func (r *reading) cover(s Span) {
	i := sort.Search(len(r.values), func(i int) bool { return r.values[i].Start >= s.Start })
	for j := i - 1; j >= 0 && i-j <= overlapping; j-- {
		r.values[j].used = r.values[j].used || r.values[j].End > s.Start
	}
	for ; i < len(r.values) && r.values[i].Start < s.End; i++ {
		r.values[i].used = true
	}
}

// object is the text of an object in the ways that it can be read. One is tried for many shapes.
type object struct {
	Span
	text     string
	lowered  string
	readings []string        // as JSON, and if that makes a difference, as JavaScript or Python
	tried    map[*shape]*fit // nil when it is none
}

// fitObject finds the smallest object around v that the shape's check accepts.
func (r *reading) fitObject(f *fit) bool {
	for _, o := range r.objectsAround(f.v) {
		found, known := o.tried[f.shape]
		if !known {
			found = o.try(f.shape)
			o.tried[f.shape] = found
		}
		if found != nil {
			f.proof, f.at, f.text = found.proof, found.at, found.text
			return true
		}
	}
	return false
}

// try reads an object as a shape's value. A group of the expression is the value proper; without one it is the object.
func (o *object) try(sh *shape) *fit {
	if !sh.mayStand(o.lowered) {
		return nil
	}
	for _, plain := range o.read() {
		if !sh.hasMusts([]byte(plain)) {
			continue
		}
		m := sh.part.Regex.Regexp().FindStringSubmatch(plain)
		if m == nil {
			continue
		}
		proof, ok := sh.part.check(plain)
		if !ok {
			continue
		}
		f := &fit{proof: &proof, at: o.Span, text: plain}
		if i := strings.Index(o.text, m[len(m)-1]); len(m) > 1 && i >= 0 {
			f.at, f.text = Span{o.Start + i, o.Start + i + len(m[1])}, m[1]
		}
		return f
	}
	return nil
}

// objectsAround returns the objects around a value that may be tried, innermost first.
func (r *reading) objectsAround(v *value) (out []*object) {
	for at, n := v.Span, 0; n < maxAround; n++ {
		if at.Start, at.End = r.objectAround(at.Start, at.End); at.End == 0 {
			break
		}
		o := r.braces[at]
		if o == nil {
			text := r.text(at)
			o = &object{Span: at, text: text, lowered: strings.ToLower(text), tried: map[*shape]*fit{}}
			r.braces[at] = o
		}
		out = append(out, o)
	}
	return out
}

func (o *object) read() []string {
	if o.readings == nil {
		plain := unescapeJSON(o.text)
		o.readings = []string{plain}
		if lenient := lenientJSON(plain); lenient != plain {
			o.readings = append(o.readings, lenient)
		}
	}
	return o.readings
}

// mayStand reports whether an object, in lower case, has one of the shape's anchors.
func (sh *shape) mayStand(object string) bool {
	return slices.ContainsFunc(sh.part.Anchors, func(a string) bool { return strings.Contains(object, a) })
}

// objectAround returns the innermost braces around start and end; an end of 0 says that there are none within maxObject.
func (r *reading) objectAround(start, end int) (int, int) {
	open, close := -1, 0
	for i, depth := start-1, 0; i >= 0 && end-i < maxObject; i-- {
		switch r.data[i] {
		case '}':
			depth++
		case '{':
			if depth--; depth < 0 {
				open = i
			}
		}
		if open >= 0 {
			break
		}
	}
	if open < 0 {
		return 0, 0
	}
	for i, depth := end, 0; i < len(r.data) && i-open < maxObject; i++ {
		switch r.data[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				close = i + 1
			}
		}
		if close > 0 {
			break
		}
	}
	return open, close
}

// unescapeJSON undoes the escapes of an object that stands in a string of JSON or of source code.
func unescapeJSON(text string) string {
	for range 2 {
		if !strings.Contains(text, `{\`) && !strings.Contains(text, `\"`) {
			break
		}
		text = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n", `\t`, "\t", `\r`, "").Replace(text)
	}
	return text
}

var (
	bareName   = late(`([{,]\s*)([A-Za-z_][A-Za-z0-9_]*)(\s*:)`)
	lastComma  = late(`,(\s*[}\]])`)
	lineBreaks = strings.NewReplacer("'", `"`, "\\\n", "")
)

// lenientJSON writes an object of JavaScript or Python, without escapes, as JSON: names in quotes, double quotes, no comma behind the last.
func lenientJSON(text string) string {
	text = lineBreaks.Replace(text)
	return lastComma.ReplaceAllString(bareName.ReplaceAllString(text, `$1"$2"$3`), "$1")
}
