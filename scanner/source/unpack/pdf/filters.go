package pdf

import (
	"bytes"
	"compress/lzw"
	"encoding/ascii85"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// content unpacks a stream; what was read before a fault is kept, and the fault is the document's. Pictures have none.
func (f *file) content(s *stream) []byte {
	if s.dict["Subtype"] == name("Image") {
		return nil
	}
	data := s.raw
	filters, parms := f.list(s.dict["Filter"]), f.list(s.dict["DecodeParms"])
	for i, v := range filters {
		kind, _ := f.value(v).(name)
		var parm dict
		if i < len(parms) {
			parm = f.dict(parms[i])
		}
		out, err := f.unpack(kind, data, parm)
		if err != nil {
			f.fail(err)
		}
		if data = out; len(data) == 0 {
			return nil
		}
	}
	return data
}

// list is a value that may stand by itself or in an array.
func (f *file) list(v any) []any {
	switch v := f.value(v).(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func (f *file) unpack(kind name, data []byte, parm dict) ([]byte, error) {
	switch kind {
	case "FlateDecode", "Fl":
		r, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("flate: %w", ErrFormat)
		}
		out, err := f.all(r)
		return f.predicted(out, parm), err
	case "LZWDecode", "LZW":
		if early, ok := f.value(parm["EarlyChange"]).(float64); ok && early == 0 {
			out, err := f.all(lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8))
			return f.predicted(out, parm), err
		}
		out, err := f.all(&earlyLZW{data: data})
		return f.predicted(out, parm), err
	case "ASCIIHexDecode", "AHx":
		return (&lexer{data: append([]byte("<"), data...)}).hex(), nil
	case "ASCII85Decode", "A85":
		data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
		if i := bytes.IndexByte(data, '~'); i >= 0 {
			data = data[:i]
		}
		return f.all(ascii85.NewDecoder(bytes.NewReader(data)))
	case "RunLengthDecode", "RL":
		return f.all(bytes.NewReader(runs(data, min(f.room, one))))
	case "Crypt":
		return data, nil
	}
	return nil, nil // DCTDecode and other formats of pictures
}

// all reads what there is room for.
func (f *file) all(r io.Reader) ([]byte, error) {
	room := min(f.room, one)
	out, err := io.ReadAll(io.LimitReader(r, int64(room)+1))
	if len(out) > room {
		f.room -= room
		return out, ErrLimit
	}
	f.room -= len(out)
	if err != nil {
		err = ErrFormat
	}
	return out, err
}

func runs(data []byte, room int) []byte {
	var out []byte
	for i := 0; i < len(data) && data[i] != 128 && len(out) <= room; {
		n := int(data[i])
		if n < 128 {
			out = append(out, data[i+1:min(len(data), i+2+n)]...)
			i += n + 2
		} else if i+1 < len(data) {
			out = append(out, bytes.Repeat(data[i+1:i+2], 257-n)...)
			i += 2
		} else {
			break
		}
	}
	return out
}

// predicted undoes the filters of PNG on rows (7.4.4.4); TIFF's only serves pictures.
func (f *file) predicted(data []byte, parm dict) []byte {
	if p, _ := f.value(parm["Predictor"]).(float64); p < 10 {
		return data
	}
	number := func(key name, otherwise int) int {
		if n, ok := f.value(parm[key]).(float64); ok && n >= 1 && n <= 1<<20 {
			return int(n)
		}
		return otherwise
	}
	bits := number("Colors", 1) * number("BitsPerComponent", 8)
	width, left := (bits*number("Columns", 1)+7)/8, max(1, bits/8)
	out, above := make([]byte, 0, len(data)), make([]byte, width)
	for len(data) > 1 {
		row := bytes.Clone(data[1:min(len(data), 1+width)])
		unfilter(data[0], row, above, left)
		out, data = append(out, row...), data[1+len(row):]
		above = append(row, above[len(row):]...)
	}
	return out
}

func unfilter(kind byte, row, above []byte, left int) {
	for i := range row {
		var a, c byte
		if i >= left {
			a, c = row[i-left], above[i-left]
		}
		switch b := above[i]; kind {
		case 1:
			row[i] += a
		case 2:
			row[i] += b
		case 3:
			row[i] += byte((int(a) + int(b)) / 2)
		case 4:
			row[i] += paeth(int(a), int(b), int(c))
		}
	}
}

func paeth(a, b, c int) byte {
	abs := func(n int) int { return max(n, -n) }
	p := a + b - c
	switch da, db, dc := abs(p-a), abs(p-b), abs(p-c); {
	case da <= db && da <= dc:
		return byte(a)
	case db <= dc:
		return byte(b)
	}
	return byte(c)
}

// earlyLZW reads LZW whose codes grow one code early, as PDF and TIFF have it and compress/lzw does not.
type earlyLZW struct {
	data []byte
	out  []byte
	bits uint32
	have uint
	size uint
	prev []byte
	tab  [][]byte
	done bool
}

const (
	lzwClear = 256
	lzwEnd   = 257
)

// Read decodes on.
func (z *earlyLZW) Read(dst []byte) (int, error) {
	for len(z.out) == 0 {
		if z.done {
			return 0, io.EOF
		}
		z.step()
	}
	n := copy(dst, z.out)
	z.out = z.out[n:]
	return n, nil
}

func (z *earlyLZW) step() {
	if z.size == 0 {
		z.reset()
	}
	for z.have < z.size {
		if len(z.data) == 0 {
			z.done = true
			return
		}
		z.bits, z.data, z.have = z.bits<<8|uint32(z.data[0]), z.data[1:], z.have+8
	}
	code := int(z.bits >> (z.have - z.size) & (1<<z.size - 1))
	z.have -= z.size
	switch {
	case code == lzwClear:
		z.reset()
	case code == lzwEnd:
		z.done = true
	default:
		z.emit(code)
	}
}

func (z *earlyLZW) reset() {
	z.size, z.prev, z.tab = 9, nil, z.tab[:0]
}

func (z *earlyLZW) emit(code int) {
	var word []byte
	switch at := code - lzwEnd - 1; {
	case code < lzwClear:
		word = []byte{byte(code)}
	case at < len(z.tab):
		word = z.tab[at]
	case at == len(z.tab) && z.prev != nil:
		word = append(bytes.Clone(z.prev), z.prev[0])
	default:
		z.done = true
		return
	}
	if z.prev != nil && len(z.tab) < 1<<12 {
		z.tab = append(z.tab, append(bytes.Clone(z.prev), word[0]))
	}
	z.prev, z.out = word, word
	if next := len(z.tab) + lzwEnd + 2; next >= 1<<z.size && z.size < 12 {
		z.size++
	}
}
