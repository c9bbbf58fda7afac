package gitpack

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// mostDeflated bounds what deflate can expand a byte to, so that a lying size is found before memory is set aside.
const mostDeflated = 1032

// inflater reads zlib streams that lie in memory: whole ones by inflate, others through z. Not for concurrent use.
type inflater struct {
	whole deflated
	took  int
	from  bytes.Reader
	z     io.ReadCloser
	one   [1]byte
}

// open starts a stream that is read through z.z.
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

// inflate fills dst with the stream at the start of src, which must hold exactly that much, and keeps in took how many
// bytes of src that was.
func (z *inflater) inflate(dst, src []byte) (err error) {
	z.took, err = z.whole.read(dst, src)
	return err
}

// Inflater decodes deflate streams (RFC 1951) of which both ends lie in memory. The zero value is ready. Not for
// concurrent use.
type Inflater struct{ z deflated }

// Inflate fills dst with what the stream at the start of src holds, which must be exactly that much.
func (i *Inflater) Inflate(dst, src []byte) error {
	_, err := i.z.raw(dst, src, 0)
	return err
}

func corrupt(what string, err error) error {
	if err == nil {
		return fmt.Errorf("%s: %w", what, ErrCorrupt)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrCorrupt, err)
}
