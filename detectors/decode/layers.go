package decode

import (
	"slices"
	"sort"
)

// Span is a half-open range of bytes of a text.
type Span struct{ Start, End int }

// Layers is a text with its encoded runs replaced, in place, by what they stand for, and the way back to where that
// stood.
type Layers struct {
	Text    []byte
	Changed []Span // of Text: what was decoded, in order and apart from each other
	layers  [][]segment
}

// segment is a run of a text, and what it became in the next one.
type segment struct {
	in, out  Span
	encoding string
	data     []byte // the new text, until it is in its place
}

const (
	gzipRoom   = 1 << 20 // bytes that gzip may make of one text, besides
	gzipFactor = 8       // times the length of the text
)

// Decode replaces the encoded runs of a text by what they stand for, then the encoded runs of that, at most depth
// times. It returns nil when there is none. Runs are decoded that read as text afterwards: base64 and hex digits long
// enough to hold a secret, alone or with gzip or UTF-16 below, wrapped over lines or not; percent signs, HTML entities,
// escapes of JSON, JavaScript and Java, and quoted-printable. The pieces of a string that source code joins become one.
//
// A level decodes a byte once at most. Only gzip makes a text longer, by at most 1 MiB and eight times the text in all
// levels together; what it holds beyond that is left out.
func Decode(text []byte, depth int) *Layers {
	l := &Layers{Text: text}
	room := gzipRoom + gzipFactor*len(text)
	look := []Span{{0, len(text)}}
	for range depth {
		f := finder{text: l.Text, room: room}
		for _, s := range look {
			f.find(s)
		}
		if len(f.found) == 0 {
			break
		}
		room = f.room
		l.replace(f.sorted())
		look = words(l.Text, l.Changed)
	}
	if len(l.layers) == 0 {
		return nil
	}
	return l
}

// replace makes the next text.
func (l *Layers) replace(found []segment) {
	size := len(l.Text)
	for _, s := range found {
		size += len(s.data) - (s.in.End - s.in.Start)
	}
	next := make([]byte, 0, size)
	at := 0
	for i := range found {
		s := &found[i]
		next = append(next, l.Text[at:s.in.Start]...)
		s.out.Start = len(next)
		next = append(next, s.data...)
		s.out.End = len(next)
		s.data, at = nil, s.in.End
	}
	l.Text = append(next, l.Text[at:]...)
	l.layers = append(l.layers, found)
	l.change(found)
}

// change moves the changed spans to where they stand now and adds the new ones.
func (l *Layers) change(found []segment) {
	all := make([]Span, 0, len(l.Changed)+len(found))
	for _, s := range l.Changed {
		all = append(all, forth(found, s))
	}
	for _, s := range found {
		all = append(all, s.out)
	}
	l.Changed = merge(all)
}

// merge orders spans and joins those that overlap or touch.
func merge(all []Span) []Span {
	slices.SortFunc(all, func(a, b Span) int { return a.Start - b.Start })
	var out []Span
	for _, s := range all {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

func forth(layer []segment, s Span) Span {
	at := func(p int, end bool) int {
		i := sort.Search(len(layer), func(i int) bool { return layer[i].in.Start > p }) - 1
		switch {
		case i < 0:
			return p
		case p >= layer[i].in.End:
			return p - layer[i].in.End + layer[i].out.End
		case end && p > layer[i].in.Start:
			return layer[i].out.End
		}
		return layer[i].out.Start
	}
	return Span{at(s.Start, false), at(s.End, true)}
}

// Source tells where text[s.Start:s.End] of l.Text came from in the text that was given to Decode. A position within
// a run of base64 or hex stands for the whole line of that run, since no part of it means anything alone; one within
// text of escapes for its escape. Encodings are those that were taken off, the innermost first; none when the text
// stands there as it is.
func (l *Layers) Source(s Span) (at Span, encodings []string) {
	for i := len(l.layers) - 1; i >= 0; i-- {
		var used []string
		s, used = back(l.layers[i], s)
		for _, e := range used {
			if !slices.Contains(encodings, e) {
				encodings = append(encodings, e)
			}
		}
	}
	return s, encodings
}

func back(layer []segment, s Span) (at Span, encodings []string) {
	first := sort.Search(len(layer), func(i int) bool { return layer[i].out.End > s.Start })
	after := sort.Search(len(layer), func(i int) bool { return layer[i].out.Start >= s.End })
	at = Span{s.Start + shift(layer, first), s.End + shift(layer, max(after, first))}
	for i := first; i < after; i++ {
		if !slices.Contains(encodings, layer[i].encoding) {
			encodings = append(encodings, layer[i].encoding)
		}
	}
	if first < after {
		if in := layer[first]; in.out.Start <= s.Start {
			at.Start = in.in.Start
		}
		if in := layer[after-1]; in.out.End >= s.End {
			at.End = in.in.End
		}
	}
	return at, encodings
}

// shift is how far text between the segments n-1 and n was moved.
func shift(layer []segment, n int) int {
	if n == 0 {
		return 0
	}
	return layer[n-1].in.End - layer[n-1].out.End
}

const wordBytes = 1 << 10 // that the search for the ends of a word goes

// words widens spans to the words that they are part of.
func words(text []byte, spans []Span) []Span {
	out := make([]Span, 0, len(spans))
	for _, s := range spans {
		from, to := s.Start, s.End
		for from > 0 && s.Start-from < wordBytes && text[from-1] > ' ' {
			from--
		}
		for to < len(text) && to-s.End < wordBytes && text[to] > ' ' {
			to++
		}
		out = append(out, Span{from, to})
	}
	return merge(out)
}

// finder collects the encoded runs of a text.
type finder struct {
	text  []byte
	room  int // bytes that gzip may still make
	found []segment
}

func (f *finder) add(in Span, data []byte, encoding string) {
	f.found = append(f.found, segment{in: in, data: data, encoding: encoding})
}

// find looks at a part of the text. A run of base64 or hex that an escape touches is left to the next level, when the
// escape is gone.
func (f *finder) find(s Span) {
	old := len(f.found)
	f.percent(s)
	f.backslash(s)
	f.entities(s)
	f.quoted(s)
	f.joins(s)
	escapes := f.found[old:]
	slices.SortFunc(escapes, func(a, b segment) int { return a.in.Start - b.in.Start })
	f.runs(s, touching(slices.Clone(escapes)))
}

// touching returns what tells whether an escape lies within a run or at one of its ends.
func touching(escapes []segment) func(Span) bool {
	return func(run Span) bool {
		i := sort.Search(len(escapes), func(i int) bool { return escapes[i].in.End >= run.Start })
		return i < len(escapes) && escapes[i].in.Start <= run.End
	}
}

// sorted returns what was found in order, without what overlaps an earlier one.
func (f *finder) sorted() []segment {
	slices.SortStableFunc(f.found, func(a, b segment) int { return a.in.Start - b.in.Start })
	out := f.found[:0]
	for _, s := range f.found {
		if len(out) == 0 || s.in.Start >= out[len(out)-1].in.End {
			out = append(out, s)
		}
	}
	return out
}
