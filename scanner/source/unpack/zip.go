package unpack

import (
	"bytes"
	"context"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/zip"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

const (
	wholeEntry   = 16 << 20 // bytes up to which a file of a zip archive is inflated at once, in half the time
	mostDeflated = 1032     // bytes that deflate can make of one
)

func openZip(ctx context.Context, w *work, p place, r io.Reader) error {
	in, done, err := w.seekable(r)
	if err != nil {
		return err
	}
	defer done()
	z, err := zip.NewReader(in, in.Size())
	if err != nil {
		return err
	}
	own := w.takeInflating()
	defer w.giveInflating(own)
	for _, f := range z.File {
		if err := w.zipped(ctx, p, f, own); err != nil {
			return err
		}
	}
	return nil
}

// zipped reads a file of a zip archive.
func (w *work) zipped(ctx context.Context, p place, f *zip.File, own *inflating) error {
	if !f.Mode().IsRegular() {
		return w.nothing()
	}
	at, size := p.below(f.Name), claimed(f.FileInfo())
	if f.Flags&1 != 0 {
		return w.failed(at, errEncrypted)
	}
	if size <= min(w.Entry, w.bytes) && w.entries > 0 && ctx.Err() == nil {
		if data, ok := own.file(f); ok {
			return w.entry(ctx, at, bytes.NewReader(data), size)
		}
	}
	file, err := f.Open()
	if err != nil {
		return w.failed(at, err)
	}
	defer file.Close()
	return w.entry(ctx, at, file, size)
}

// inflating holds what it takes to inflate files, one after the other.
type inflating struct {
	gitpack.Inflater
	src, dst []byte
}

func (u Unpacker) takeInflating() *inflating {
	if u.inflating != nil {
		if old, ok := u.inflating.Get().(*inflating); ok {
			return old
		}
	}
	return new(inflating)
}

func (u Unpacker) giveInflating(i *inflating) {
	if u.inflating != nil {
		u.inflating.Put(i)
	}
}

// file returns a file that is not large and whose header is right, until the next call. What is wrong with others is for
// the library's reader to tell.
func (i *inflating) file(f *zip.File) ([]byte, bool) {
	packed, size := f.CompressedSize64, f.UncompressedSize64
	if f.Method != zip.Deflate || packed > wholeEntry || size > wholeEntry || size/mostDeflated > packed {
		return nil, false
	}
	r, err := f.OpenRaw()
	if err != nil {
		return nil, false
	}
	i.src, i.dst = slices.Grow(i.src[:0], int(packed))[:packed], slices.Grow(i.dst[:0], int(size))[:size]
	if _, err := io.ReadFull(r, i.src); err != nil {
		return nil, false
	}
	return i.dst, i.Inflate(i.dst, i.src) == nil && crc32.ChecksumIEEE(i.dst) == f.CRC32
}
