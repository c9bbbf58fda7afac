package unpack

import (
	"bufio"
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

// openCpio reads the "new" form of cpio(5): 110 bytes of hex digits before each name; names and files are padded to four.
func openCpio(ctx context.Context, w *work, p place, r io.Reader) error {
	for {
		var head [110]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		if m := string(head[:6]); m != "070701" && m != "070702" {
			return errFormat
		}
		mode, size, length := hex8(head[14:]), hex8(head[54:]), hex8(head[94:])
		if mode < 0 || size < 0 || length < 1 || length > 4096 {
			return errFormat
		}
		name := make([]byte, length+(-(110+length)&3))
		if _, err := io.ReadFull(r, name); err != nil {
			return err
		}
		text := strings.TrimRight(string(name), "\x00")
		if text == "TRAILER!!!" {
			return nil
		}
		const kind, regular = 0o170000, 0o100000
		body := &io.LimitedReader{R: r, N: size}
		if mode&kind != regular {
			if _, err := io.CopyN(io.Discard, r, size+(-size&3)); err != nil {
				return err
			}
			continue
		}
		if err := w.whole(ctx, p.below(text), body, -size&3); err != nil {
			return fmt.Errorf("entry: %w", err)
		}
	}
}

// cpioHeader tells a header from a text of digits.
func cpioHeader(head []byte) bool {
	if len(head) < 110 {
		return false
	}
	_, err := hex.DecodeString(string(head[:110]))
	return err == nil
}

func hex8(digits []byte) int64 {
	n, err := strconv.ParseInt(string(digits[:8]), 16, 64)
	if err != nil {
		return -1
	}
	return n
}
