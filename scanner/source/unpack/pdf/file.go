// Package pdf reads the text that documents in the Portable Document Format show, and the files that are attached to
// them (ISO 32000-1). It trusts no table of a file: objects are looked for, so that what an update replaced is read too.
package pdf

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
)

// What keeps a document from being read whole.
var (
	ErrEncrypted = errors.New("encrypted")
	ErrFormat    = errors.New("not in its format")
	ErrLimit     = errors.New("limit of a document's bytes")
)

// Limits of one document.
const (
	unpacked = 96 << 20 // bytes of all streams together
	one      = 24 << 20 // bytes of one stream
	shown    = 32 << 20 // bytes of text
	objects  = 500_000
)

// file is a document with the objects that were found in it.
type file struct {
	data    []byte
	objects map[ref]any
	streams []*stream // in the order of the file
	trailer []dict
	room    int
	cmaps   map[*stream]*cmap
	chars   int   // in maps and widths of fonts
	bad     error // the first thing that could not be read
}

// Read yields the text that the document shows, then what else it says in strings of its objects, then attached files.
// What is broken is left out, and tells in the error.
func Read(data []byte, yield func(name string, text []byte) error) error {
	f := &file{data: data, objects: map[ref]any{}, room: unpacked}
	f.find()
	if f.encrypted() {
		return ErrEncrypted
	}
	f.openObjects()
	p := painter{file: f, fonts: map[name]*font{}, drawn: map[*stream]bool{}}
	p.document()
	if err := yield("text", p.out); err != nil {
		return err
	}
	if err := yield("strings", f.strings(p.drawn)); err != nil {
		return err
	}
	for _, s := range f.streams {
		if s.dict["Type"] != name("EmbeddedFile") {
			continue
		}
		if content := f.content(s); len(content) > 0 {
			if err := yield("attachment", content); err != nil {
				return err
			}
		}
	}
	return f.bad
}

func (f *file) fail(err error) {
	if f.bad == nil {
		f.bad = err
	}
}

// find looks for "12 0 obj" and "trailer" everywhere between streams.
func (f *file) find() {
	l := lexer{data: f.data}
	for at := 0; at < len(f.data) && len(f.objects) < objects; {
		i := bytes.Index(f.data[at:], []byte("obj"))
		f.trailers(at, i)
		if i < 0 {
			return
		}
		n, ok := number(f.data[:at+i])
		at += i + len("obj")
		if !ok {
			continue
		}
		l.at, l.depth = at, 0
		v := l.next()
		at = max(at, l.at)
		if d, ok := v.(dict); ok {
			if s, end := f.stream(d, l.at); s != nil {
				v, at = s, end
				f.streams = append(f.streams, s)
			}
		}
		f.objects[n] = v
	}
}

// trailers reads the dictionaries behind "trailer" in the n bytes from at.
func (f *file) trailers(at, n int) {
	part := f.data[at:]
	if n >= 0 {
		part = part[:n]
	}
	for {
		i := bytes.Index(part, []byte("trailer"))
		if i < 0 {
			return
		}
		part = part[i+len("trailer"):]
		if len(f.trailer) == 1000 {
			return
		}
		if d, ok := (&lexer{data: part[:min(len(part), 4096)]}).next().(dict); ok {
			f.trailer = append(f.trailer, d)
		}
	}
}

// number reads the two numbers that stand before "obj", and returns the first.
func number(before []byte) (ref, bool) {
	before = before[max(0, len(before)-32):]
	words := bytes.Fields(before)
	if len(words) < 2 || len(before) > 0 && !isSpace(before[len(before)-1]) {
		return 0, false
	}
	first, second := words[len(words)-2], words[len(words)-1]
	digits := first[bytes.LastIndexFunc(first, func(r rune) bool { return r < '0' || r > '9' })+1:]
	n, err := strconv.Atoi(string(digits))
	if _, err2 := strconv.Atoi(string(second)); err != nil || err2 != nil || n > 1<<30 {
		return 0, false
	}
	return ref(n), true
}

// stream returns the stream that begins behind a dictionary, and where it ends.
func (f *file) stream(d dict, at int) (*stream, int) {
	l := lexer{data: f.data, at: at}
	l.space()
	if !bytes.HasPrefix(f.data[l.at:], []byte("stream")) {
		return nil, at
	}
	start := l.at + len("stream")
	if start < len(f.data) && f.data[start] == '\r' {
		start++
	}
	if start < len(f.data) && f.data[start] == '\n' {
		start++
	}
	if n, ok := d["Length"].(float64); ok && n >= 0 && start+int(n) <= len(f.data) {
		end := lexer{data: f.data, at: start + int(n)}
		end.space()
		if bytes.HasPrefix(f.data[end.at:], []byte("endstream")) {
			return &stream{d, f.data[start : start+int(n)]}, end.at + len("endstream")
		}
	}
	n := bytes.Index(f.data[start:], []byte("endstream"))
	if n < 0 {
		f.fail(ErrFormat)
		return &stream{d, f.data[start:]}, len(f.data)
	}
	return &stream{d, f.data[start : start+n]}, start + n + len("endstream")
}

func (f *file) encrypted() bool {
	for _, d := range f.trailer {
		if d["Encrypt"] != nil {
			return true
		}
	}
	return slices.ContainsFunc(f.streams, func(s *stream) bool { return s.dict["Type"] == name("XRef") && s.dict["Encrypt"] != nil })
}

// openObjects reads the objects that lie in streams (7.5.7). Those that stand in the file by themselves come first.
func (f *file) openObjects() {
	for _, s := range f.streams {
		if s.dict["Type"] != name("ObjStm") {
			continue
		}
		n, _ := s.dict["N"].(float64)
		first, _ := s.dict["First"].(float64)
		content := f.content(s)
		if first < 0 || int(first) > len(content) {
			f.fail(ErrFormat)
			continue
		}
		head := lexer{data: content[:int(first)]}
		for range min(int(n), objects) {
			num, ok1 := head.next().(float64)
			at, ok2 := head.next().(float64)
			if !ok1 || !ok2 || at < 0 || int(first+at) > len(content) || len(f.objects) >= objects {
				break
			}
			if _, known := f.objects[ref(num)]; !known {
				f.objects[ref(num)] = (&lexer{data: content, at: int(first + at)}).next()
			}
		}
	}
}

// value follows references.
func (f *file) value(v any) any {
	for range 8 {
		r, ok := v.(ref)
		if !ok {
			return v
		}
		v = f.objects[r]
	}
	return nil
}

func (f *file) dict(v any) dict {
	switch v := f.value(v).(type) {
	case dict:
		return v
	case *stream:
		return v.dict
	}
	return nil
}

func (f *file) array(v any) []any {
	a, _ := f.value(v).([]any)
	return a
}

// refs lists the numbers of the objects in order.
func (f *file) refs() []ref {
	out := make([]ref, 0, len(f.objects))
	for r := range f.objects {
		out = append(out, r)
	}
	slices.Sort(out)
	return out
}
