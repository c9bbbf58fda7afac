package gitpack

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// mostDeflated bounds what deflate can expand a byte to, so that a lying size is found before memory is set aside.
const mostDeflated = 1032

// inflater reads zlib streams that lie in memory. Not for concurrent use.
type inflater struct {
	from bytes.Reader
	z    io.ReadCloser
	one  [1]byte
}

// open starts a stream; read it through z.z.
func (z *inflater) open(src []byte) error {
	z.from.Reset(src)
	var err error
	if z.z == nil {
		z.z, err = zlib.NewReader(&z.from)
	} else {
		err = z.z.(zlib.Resetter).Reset(&z.from, nil)
	}
	if err != nil {
		return corrupt("zlib header", err)
	}
	return nil
}

// inflate fills dst with the stream at the start of src, which must hold exactly that much.
func (z *inflater) inflate(dst, src []byte) error {
	if err := z.open(src); err != nil {
		return err
	}
	if _, err := io.ReadFull(z.z, dst); err != nil {
		return corrupt("zlib data", err)
	}
	switch n, err := z.z.Read(z.one[:]); {
	case n > 0:
		return corrupt("more data than the size says", nil)
	case err != io.EOF:
		return corrupt("zlib end", err)
	}
	return nil
}

// used is the number of bytes of src that the last inflate read.
func (z *inflater) used() int64 { return z.from.Size() - int64(z.from.Len()) }

func corrupt(what string, err error) error {
	if err == nil {
		return fmt.Errorf("%s: %w", what, ErrCorrupt)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrCorrupt, err)
}
