package pdf

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/keysweep/keysweep/detectors/decode"
)

const shortest = 4 // bytes of a string that is worth a line

// strings returns the strings of objects, one a line: values of forms, addresses of links, notes, scripts and what the
// document says of itself. Streams of text that draw nothing, such as metadata in XML, follow.
func (f *file) strings(drawn map[*stream]bool) []byte {
	var out []byte
	for _, r := range f.refs() {
		out = f.stringsOf(out, f.objects[r], 0)
		if len(out) > shown {
			f.fail(ErrLimit)
			return out
		}
	}
	for _, s := range f.streams {
		if drawn[s] || s.dict["Type"] != name("Metadata") && (s.dict["Type"] != nil || s.dict["Subtype"] != nil || s.dict["Length1"] != nil) {
			continue
		}
		content := f.content(s)
		if utf8.Valid(content) && !bytes.Contains(content, []byte("begincmap")) && len(out)+len(content) < shown {
			out = append(append(out, content...), '\n')
		}
	}
	return out
}

func (f *file) stringsOf(out []byte, v any, depth int) []byte {
	if depth > deepest {
		return out
	}
	switch v := v.(type) {
	case text:
		if len(v) >= shortest {
			out = append(append(out, readable(v)...), '\n')
		}
	case []any:
		for _, one := range v {
			out = f.stringsOf(out, one, depth+1)
		}
	case dict:
		for _, key := range v.keys() {
			out = f.stringsOf(out, v[key], depth+1)
		}
	case *stream:
		return f.stringsOf(out, v.dict, depth+1)
	}
	return out
}

func (d dict) keys() []name {
	out := make([]name, 0, len(d))
	for k := range d {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// readable is a text string (7.9.2.2): UTF-16 or UTF-8 with a mark, else an encoding of its own that is near Latin-1.
func readable(s text) []byte {
	switch {
	case bytes.HasPrefix(s, []byte("\xfe\xff")):
		return decode.TextFrom(s, decode.UTF16BE)
	case utf8.Valid(s):
		return bytes.TrimPrefix(s, []byte("\xef\xbb\xbf"))
	}
	return latin(s)
}

func latin(s []byte) []byte {
	var out []byte
	for _, c := range s {
		if c >= ' ' || c == '\n' || c == '\t' {
			out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(c))
		}
	}
	return out
}
