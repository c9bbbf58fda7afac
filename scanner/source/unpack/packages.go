package unpack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

var errFormat = errors.New("not in its format")

// openAr reads the common form of ar(5), as deb packages and static libraries have it: 60 bytes of header before each
// file, which begins at an even offset. BSD's long names stand before the content, GNU's are left as their numbers.
func openAr(ctx context.Context, w *work, p place, r io.Reader) error {
	if _, err := io.CopyN(io.Discard, r, 8); err != nil {
		return err
	}
	for {
		var head [60]byte
		if _, err := io.ReadFull(r, head[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(head[48:58])), 10, 64)
		if err != nil || size < 0 || string(head[58:]) != "`\n" {
			return errFormat
		}
		name := strings.TrimRight(strings.TrimSpace(string(head[:16])), "/")
		body := &io.LimitedReader{R: r, N: size}
		if n, ok := strings.CutPrefix(name, "#1/"); ok {
			if name, err = longName(body, n); err != nil {
				return err
			}
		}
		if err := w.whole(ctx, p.below(name), body, size&1); err != nil {
			return err
		}
	}
}

func longName(body io.Reader, length string) (string, error) {
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > 4096 {
		return "", errFormat
	}
	name := make([]byte, n)
	if _, err := io.ReadFull(body, name); err != nil {
		return "", err
	}
	return strings.TrimRight(string(name), "\x00"), nil
}

// whole reads an entry to its end, with the padding behind it.
func (w *work) whole(ctx context.Context, p place, body *io.LimitedReader, padding int64) error {
	size := body.N
	if err := w.entry(ctx, p, body, size); err != nil {
		return err
	}
	rest := body.N
	if n, err := io.CopyN(io.Discard, body.R, rest+padding); err != nil && n < rest {
		return io.ErrUnexpectedEOF
	}
	return nil
}

const maxRPMHeader = 64 << 20

// openRPM skips the lead and the two headers of an rpm package, and reads the cpio archive behind them. The headers are
// read as text too: they hold the scripts.
func openRPM(ctx context.Context, w *work, p place, r io.Reader) error {
	if _, err := io.CopyN(io.Discard, r, 96); err != nil {
		return err
	}
	for i, name := range []string{"signature", "header"} {
		var intro [16]byte
		if _, err := io.ReadFull(r, intro[:]); err != nil {
			return err
		}
		if string(intro[:4]) != "\x8e\xad\xe8\x01" {
			return errFormat
		}
		size := int64(binary.BigEndian.Uint32(intro[8:]))*16 + int64(binary.BigEndian.Uint32(intro[12:]))
		if size > maxRPMHeader {
			return errLimit
		}
		padding := int64(0)
		if i == 0 {
			padding = -size & 7
		}
		if err := w.whole(ctx, p.below(name), &io.LimitedReader{R: r, N: size}, padding); err != nil {
			return err
		}
	}
	in := bufio.NewReaderSize(r, headSize)
	return w.entry(ctx, p.below("payload"), in, -1)
}

// openCpio reads the forms of cpio(5) that are in use: "new" with hex digits, as rpm has it, "odc" with octal ones, and
// the binary one that the command writes unless told otherwise.
func openCpio(ctx context.Context, w *work, p place, r io.Reader) error {
	for {
		e, err := cpioNext(r)
		if err != nil {
			return err
		}
		if e.mode < 0 || e.size < 0 || e.nameSize < 1 || e.nameSize > 4096 {
			return errFormat
		}
		name := make([]byte, e.nameSize+e.pad(e.head+e.nameSize))
		if _, err := io.ReadFull(r, name); err != nil {
			return err
		}
		text := strings.TrimRight(string(name), "\x00")
		if text == "TRAILER!!!" {
			return nil
		}
		const kind, regular = 0o170000, 0o100000
		body := &io.LimitedReader{R: r, N: e.size}
		if e.mode&kind != regular {
			if _, err := io.CopyN(io.Discard, r, e.size+e.pad(e.size)); err != nil {
				return err
			}
			continue
		}
		if err := w.whole(ctx, p.below(text), body, e.pad(e.size)); err != nil {
			return fmt.Errorf("entry: %w", err)
		}
	}
}

// cpioEntry is what a header says: sizes in bytes, of the header too, and to what they are padded.
type cpioEntry struct{ mode, size, nameSize, head, even int64 }

func (e cpioEntry) pad(n int64) int64 { return -n & (e.even - 1) }

func cpioNext(r io.Reader) (e cpioEntry, err error) {
	var head [110]byte
	if _, err := io.ReadFull(r, head[:26]); err != nil {
		return e, err
	}
	rest := func(n int) error {
		_, err := io.ReadFull(r, head[26:n])
		return err
	}
	switch m := string(head[:6]); {
	case m == "070701" || m == "070702":
		err = rest(110)
		return cpioEntry{digits(head[14:22], 16), digits(head[54:62], 16), digits(head[94:102], 16), 110, 4}, err
	case m == "070707":
		err = rest(76)
		return cpioEntry{digits(head[18:24], 8), digits(head[65:76], 8), digits(head[59:65], 8), 76, 1}, err
	case head[0] == 0xc7 && head[1] == 0x71:
		word := func(at int) int64 { return int64(binary.LittleEndian.Uint16(head[at:])) }
		return cpioEntry{word(6), word(22)<<16 | word(24), word(20), 26, 2}, nil
	}
	return e, errFormat
}

// cpioHeader tells a header from a text of digits.
func cpioHeader(head []byte) bool {
	if len(head) < 110 {
		return false
	}
	_, err := hex.DecodeString(string(head[:110]))
	return err == nil
}

// cpioOctal tells a header in octal digits from a text of digits.
func cpioOctal(head []byte) bool {
	if len(head) < 76 {
		return false
	}
	for _, c := range head[:76] {
		if c < '0' || c > '7' {
			return false
		}
	}
	return true
}

// cpioBinary tells a header by its name: what is no text does not end in a zero byte as long as it says.
func cpioBinary(head []byte) bool {
	if len(head) < 28 {
		return false
	}
	n := int(binary.LittleEndian.Uint16(head[20:]))
	name := head[26:min(len(head), 26+n)]
	return n > 1 && n <= 4096 && len(name) == n && bytes.IndexByte(name, 0) == n-1 && printable(name[:n-1])
}

const tarBlock = 512

// oldTar tells a header of tar by its checksum: the sum of its bytes, those of the sum itself as spaces.
func oldTar(head []byte) bool {
	if len(head) < tarBlock || head[0] == 0 || head[106] < '0' || head[106] > '7' || head[107] != 0 && head[107] != ' ' || digits(bytes.TrimRight(head[100:108], " \x00"), 8) < 0 {
		return false
	}
	want := digits(bytes.Trim(head[148:156], " \x00"), 8)
	if want < 256 {
		return false
	}
	sum := int64(8 * ' ')
	for i, c := range head[:tarBlock] {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	return sum == want
}

// digits reads a number, which is less than 0 when there is none.
func digits(text []byte, base int) int64 {
	n, err := strconv.ParseInt(string(bytes.TrimLeft(text, " ")), base, 64)
	if err != nil {
		return -1
	}
	return n
}
