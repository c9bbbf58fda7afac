package unpack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/bodgit/sevenzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
	"github.com/mholt/archives"
	"github.com/nwaples/rardecode/v2"
)

// format is a kind of archive or of compression.
type format struct {
	name  string
	magic string
	at    int    // offset of magic
	ext   string // of the path, for a kind without magic

	begins func(head []byte) bool // what else the first bytes must be; nil without
}

const (
	headSize  = 4 << 10
	dictBytes = 64 << 20 // of the window that a decompressor may keep
)

// formats lists what is opened. Magic bytes are those of the formats' specifications; zip's kin (jar, apk, ipa, whl, xpi,
// docx, xlsx, pptx, odt, epub) begin like zip. Read-only.
var formats = []format{
	{name: "zip", magic: "PK\x03\x04"},
	{name: "crx", magic: "Cr24"},
	{name: "7z", magic: "7z\xbc\xaf\x27\x1c"},
	{name: "rar", magic: "Rar!\x1a\x07\x00"},
	{name: "rar", magic: "Rar!\x1a\x07\x01\x00"}, // the reader never ends on another version
	{name: "tar", magic: "ustar", at: 257},
	{name: "ar", magic: "!<arch>\n"},
	{name: "rpm", magic: "\xed\xab\xee\xdb"},
	{name: "cpio", magic: "070701", begins: cpioHeader},
	{name: "cpio", magic: "070702", begins: cpioHeader},
	{name: "cpio", magic: "070707", begins: cpioOctal},
	{name: "cpio", magic: "\xc7\x71", begins: cpioBinary},
	{name: "gzip", magic: "\x1f\x8b\x08"},
	{name: "bzip2", magic: "1AY&SY", at: 4},
	{name: "xz", magic: "\xfd7zXZ\x00"},
	{name: "zstd", magic: "\x28\xb5\x2f\xfd"},
	{name: "lz4", magic: "\x04\x22\x4d\x18"},
	{name: "snappy", magic: "\xff\x06\x00\x00sNaPpY"},
	{name: "snappy", magic: "\xff\x06\x00\x00S2sTwO"},
	{name: "lzip", magic: "LZIP\x01"},
	{name: "brotli", ext: ".br"},
	{name: "tar", at: tarBlock, begins: oldTar}, // of before the magic
}

// identify returns the format of a file that begins with head, or nil.
func identify(head []byte, name string) *format {
	for i := range formats {
		f := &formats[i]
		if f.ext != "" {
			if len(head) > 0 && strings.EqualFold(path.Ext(name), f.ext) {
				return f
			}
			continue
		}
		if len(head) >= f.at+len(f.magic) && string(head[f.at:f.at+len(f.magic)]) == f.magic && (f.begins == nil || f.begins(head)) {
			return f
		}
	}
	return nil
}

// read yields what an archive of the format holds.
func (f *format) read(ctx context.Context, w *work, p place, r io.Reader) error {
	switch f.name {
	case "zip", "crx":
		return openZip(ctx, w, p, r)
	case "7z":
		return open7z(ctx, w, p, r)
	case "rar":
		return openRar(ctx, w, p, r)
	case "tar":
		return archives.Tar{}.Extract(ctx, r, w.handler(p))
	case "ar":
		return openAr(ctx, w, p, r)
	case "rpm":
		return openRPM(ctx, w, p, r)
	case "cpio":
		return openCpio(ctx, w, p, r)
	case "lzip":
		return openLzip(ctx, w, p, r)
	}
	return decompress(ctx, w, p, r, f.decompressor())
}

func (f *format) decompressor() archives.Decompressor {
	switch f.name {
	case "bzip2":
		return archives.Bz2{}
	case "xz":
		return archives.Xz{}
	case "zstd":
		return archives.Zstd{DecoderOptions: []zstd.DOption{
			zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(dictBytes), zstd.WithDecoderLowmem(true),
		}}
	case "lz4":
		return archives.Lz4{}
	case "snappy":
		return archives.Sz{}
	case "brotli":
		return archives.Brotli{}
	}
	return archives.Gz{}
}

// reason names what went wrong for those who count skips.
func reason(err error) string {
	var seven *sevenzip.ReadError
	switch {
	case errors.Is(err, errLimit), errors.Is(err, errEntry), errors.Is(err, errEntries), errors.Is(err, errTime), errors.Is(err, errDocument),
		errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, rardecode.ErrDictionaryTooLarge):
		return SkipLimit
	case errors.Is(err, errEncrypted), errors.Is(err, rardecode.ErrArchiveEncrypted), errors.Is(err, rardecode.ErrArchivedFileEncrypted),
		errors.As(err, &seven) && seven.Encrypted:
		return SkipEncrypted
	case errors.Is(err, zip.ErrAlgorithm), err != nil && strings.Contains(err.Error(), "unsupported compression algorithm"): // sevenzip's has no name
		return SkipMethod
	}
	return SkipCorrupt
}

// decompress opens a file that holds one other, whose name is the archive's without the last ending.
func decompress(ctx context.Context, w *work, p place, r io.Reader, c archives.Decompressor) error {
	in, err := c.OpenReader(r)
	if err != nil {
		return err
	}
	defer in.Close()
	return w.entry(ctx, p.below(bare(p.at.File)), in, -1)
}

func bare(file string) string {
	name := file[strings.LastIndexAny(file, "/!")+1:]
	switch ext := path.Ext(name); strings.ToLower(ext) {
	case ".tgz", ".tbz", ".tbz2", ".txz", ".tzst":
		return strings.TrimSuffix(name, ext) + ".tar"
	case ".gz", ".bz2", ".xz", ".zst", ".lz4", ".sz", ".s2", ".lz", ".br":
		return strings.TrimSuffix(name, ext)
	}
	return "content"
}

func openLzip(ctx context.Context, w *work, p place, r io.Reader) error {
	// The sixth byte holds the binary logarithm of the dictionary's size in its low five bits.
	head := make([]byte, 6)
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	if head[5]&31 > 26 {
		return errLimit
	}
	return decompress(ctx, w, p, io.MultiReader(bytes.NewReader(head), r), archives.Lzip{})
}

func open7z(ctx context.Context, w *work, p place, r io.Reader) error {
	in, done, err := w.seekable(r)
	if err != nil {
		return err
	}
	defer done()
	return archives.SevenZip{}.Extract(ctx, in, w.handler(p))
}

// handler reads the files of an archive one by one.
func (w *work) handler(p place) archives.FileHandler {
	return func(ctx context.Context, info archives.FileInfo) error {
		if !info.Mode().IsRegular() {
			return w.nothing()
		}
		at := p.below(info.NameInArchive)
		file, err := info.Open()
		if err != nil {
			return w.failed(at, err)
		}
		return errors.Join(w.entry(ctx, at, file, claimed(info)), closed(file))
	}
}

// nothing counts an entry without content.
func (w *work) nothing() error {
	if w.entries--; w.entries < 0 {
		return errEntries
	}
	return nil
}

// failed tells of an entry that cannot be opened.
func (w *work) failed(p place, err error) error {
	if err := w.nothing(); err != nil {
		return err
	}
	return w.skip(p, reason(err), err)
}

// closed closes a file; what it says of its checksum was said by the last read.
func closed(f fs.File) error {
	_ = f.Close()
	return nil
}

func claimed(info fs.FileInfo) int64 {
	if size := info.Size(); size >= 0 {
		return size
	}
	return -1
}

func openRar(ctx context.Context, w *work, p place, r io.Reader) error {
	in, err := rardecode.NewReader(&impatient{r: r}, rardecode.MaxDictionarySize(dictBytes))
	if err != nil {
		return err
	}
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.IsDir {
			err = w.nothing()
		} else {
			err = w.entry(ctx, p.below(h.Name), in, h.UnPackedSize)
		}
		if err != nil {
			return err
		}
	}
}

// impatient ends a reader that goes on asking for more behind the end.
type impatient struct {
	r     io.Reader
	empty int
}

// Read panics when too many reads brought nothing, which open takes for a corrupt archive.
func (i *impatient) Read(dst []byte) (int, error) {
	n, err := i.r.Read(dst)
	if i.empty++; n > 0 {
		i.empty = 0
	}
	if i.empty > 1000 {
		panic(errCut)
	}
	return n, err
}

const spoolMemory = 4 << 20 // bytes of a nested archive that are kept in memory

// seekable makes an archive readable from any place, by copying it if need be. Done ends that.
func (w *work) seekable(r io.Reader) (in *io.SectionReader, done func(), err error) {
	if s, ok := r.(*io.SectionReader); ok {
		return s, func() {}, nil
	}
	var head bytes.Buffer
	n, err := io.CopyN(&head, r, spoolMemory)
	if errors.Is(err, io.EOF) {
		return io.NewSectionReader(bytes.NewReader(head.Bytes()), 0, n), func() {}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := os.CreateTemp(w.TempDir, "keysweep-*")
	if err != nil {
		return nil, nil, yieldError{err}
	}
	done = func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	size, err := io.Copy(f, io.MultiReader(&head, io.LimitReader(r, w.Spool)))
	if err == nil && size > w.Spool {
		err = errLimit
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return io.NewSectionReader(f, 0, size), done, nil
}
