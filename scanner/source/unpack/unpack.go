// Package unpack reads what lies within archives, compressed files and packages: a layer between a source and the scan
// that turns such a unit into units for what it holds, named by paths joined with "!".
//
// What an archive says of itself is not trusted. Names are labels only, nothing is written where they say, and reading
// ends at limits of bytes, entries, depth and time with a skip that gives the reason.
package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
)

// The reasons of skips that this package makes.
const (
	SkipLimit     = "archive limit" // bytes, entries or time
	SkipDepth     = "archive depth" // an archive below as many others as may be opened
	SkipEncrypted = "encrypted"
	SkipCorrupt   = "corrupt"
	SkipMethod    = "unsupported" // a way of compression that is not known
)

var (
	errLimit     = errors.New("limit of bytes")
	errEntries   = errors.New("limit of entries")
	errTime      = errors.New("limit of time")
	errEncrypted = errors.New("encrypted")
)

// Limits bound what one archive, with all that it holds, may cost. The zero value of each takes the default.
type Limits struct {
	Bytes   int64         // read from all of it together, besides Ratio; 64 MiB
	Ratio   int64         // times its own size, that may be read besides Bytes; 250
	Entry   int64         // bytes of one entry; 512 MiB
	Entries int           // files in it; 200,000
	Time    time.Duration // 10 minutes
	Spool   int64         // bytes of an archive that has to be copied to be read: to memory if small, else to a temporary file; 1 GiB
}

func (l Limits) filled() Limits {
	fill := func(v *int64, to int64) {
		if *v == 0 {
			*v = to
		}
	}
	fill(&l.Bytes, 64<<20)
	fill(&l.Ratio, 250)
	fill(&l.Entry, 512<<20)
	fill(&l.Spool, 1<<30)
	if l.Entries == 0 {
		l.Entries = 200_000
	}
	if l.Time == 0 {
		l.Time = 10 * time.Minute
	}
	return l
}

// Unpacker opens archives. It holds no state, and is safe for concurrent use.
type Unpacker struct {
	Depth   int // archives that may lie in one another; less than 1 opens none
	Limits  Limits
	TempDir string           // for large archives in archives; empty is the system's folder
	Now     func() time.Time // nil takes time.Now

	inflating *sync.Pool // of *inflating, for one archive after the other; nil makes them anew
}

// File yields what the archive r holds, as units below the unit's name, and reports true. Of a file that is none it
// reports false, and yields nothing but the texts of a document; of one that only begins like an archive it yields a
// skip and reports false, so that its bytes are looked at as they are. The error is yield's or ctx's.
func (u Unpacker) File(ctx context.Context, unit string, at scanner.Occurrence, r io.ReaderAt, size int64, yield func(scanner.Chunk) error) (bool, error) {
	if u.Depth < 1 {
		return false, nil
	}
	head := make([]byte, tarBlock) // tells every format
	n, _ := r.ReadAt(head, 0)
	form, read := identify(head[:n], at.File), document(head[:n], at.File)
	if form == nil && read == nil {
		return false, nil
	}
	w := u.work(size, yield)
	p := place{unit: unit, at: at}
	switch {
	case form == nil && size > documentBytes:
		return false, w.end(ctx, p, w.skip(p.below("content"), SkipLimit, errDocument))
	case form == nil:
		return false, w.end(ctx, p, w.read(ctx, p, read, r, size))
	}
	err := w.open(ctx, form, p, io.NewSectionReader(r, 0, size))
	opened := err == nil || w.entries < w.Entries || reason(err) != SkipCorrupt
	if !opened {
		p = p.below(form.name)
	}
	return opened, w.end(ctx, p, err)
}

// place is where something lies, and below how many archives.
type place struct {
	unit  string
	at    scanner.Occurrence
	depth int
}

func (p place) below(name string) place {
	name = clean(name)
	p.unit, p.at.File, p.depth = p.unit+"!"+name, p.at.File+"!"+name, p.depth+1
	return p
}

const longestName = 512 // bytes of an entry's name that are shown

// clean makes a name of an archive a label: what controls a terminal goes, and so does what leads out of the archive.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return '?'
		case r == '\\':
			return '/'
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
	kept := parts[:0]
	for _, p := range parts {
		if p != "." && p != ".." {
			kept = append(kept, p)
		}
	}
	if name = strings.Join(kept, "/"); len(name) > longestName {
		name = strings.ToValidUTF8(name[len(name)-longestName:], "")
	}
	if name == "" {
		return "content"
	}
	return name
}

// work is what is left of the limits of one archive.
type work struct {
	Unpacker
	Limits
	yield   func(scanner.Chunk) error
	bytes   int64 // that may still be read
	entries int
	until   time.Time
}

func (u Unpacker) work(size int64, yield func(scanner.Chunk) error) *work {
	l := u.Limits.filled()
	if u.Now == nil {
		u.Now = time.Now
	}
	return &work{Unpacker: u, Limits: l, yield: yield, bytes: l.Bytes + min(size, 1<<40)*l.Ratio, entries: l.Entries, until: u.Now().Add(l.Time)}
}

// end turns an error of the archive into a skip.
func (w *work) end(ctx context.Context, p place, err error) error {
	var out yieldError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &out):
		return out.err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	for _, limit := range []error{errLimit, errEntries, errTime} {
		if errors.Is(err, limit) {
			err = limit // without the names on the way there
		}
	}
	return w.yield(scanner.Chunk{Unit: p.unit, At: p.at, Skip: &scanner.Skip{Reason: reason(err), Err: err}})
}

// yieldError is an error that is not the archive's fault, and ends everything.
type yieldError struct{ err error }

func (e yieldError) Error() string { return e.err.Error() }

// final reports whether an error ends the work on the whole archive.
func final(err error) bool {
	var out yieldError
	return errors.As(err, &out) || errors.Is(err, errLimit) || errors.Is(err, errEntries) || errors.Is(err, errTime)
}

// open reads an archive. A panic of a library is a corrupt archive; its text is not kept, since it could quote content.
func (w *work) open(ctx context.Context, form *format, p place, r io.Reader) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: reader panicked: %T", form.name, v)
		}
	}()
	if err := form.read(ctx, w, p, r); err != nil {
		return fmt.Errorf("%s: %w", form.name, err)
	}
	return nil
}

// entry reads one file of an archive, which is again opened when it is an archive. Size is what the archive claims, or
// less than 0. Errors that do not concern the rest of the archive become skips of the entry.
func (w *work) entry(ctx context.Context, p place, r io.Reader, size int64) error {
	if w.entries--; w.entries < 0 {
		return errEntries
	}
	if err := ctx.Err(); err != nil {
		return yieldError{err}
	}
	if w.Now().After(w.until) {
		return errTime
	}
	m := &meter{r: r, work: w, left: w.Entry}
	in := bufio.NewReaderSize(m, headSize)
	head, _ := in.Peek(headSize)
	if form := identify(head, p.at.File); form != nil {
		return w.nested(ctx, form, p, in, m)
	}
	if len(head) == 0 && m.err == nil {
		return nil // an empty file
	}
	if read := document(head, p.at.File); read != nil && p.depth < w.Depth {
		data, _ := io.ReadAll(io.LimitReader(in, documentBytes))
		if m.err == nil {
			if err := w.document(ctx, p, read, data, in); err != nil {
				return err
			}
		}
		return w.leaf(ctx, p, io.MultiReader(bytes.NewReader(data), in), size, m)
	}
	return w.leaf(ctx, p, in, size, m)
}

// document reads a document of which data is the beginning and rest what did not fit.
func (w *work) document(ctx context.Context, p place, read reader, data []byte, rest *bufio.Reader) error {
	if _, err := rest.Peek(1); err == nil {
		return w.skip(p.below("content"), SkipLimit, errDocument)
	}
	return w.documents(ctx, p, read, data)
}

// read reads a document that is a file by itself.
func (w *work) read(ctx context.Context, p place, read reader, r io.ReaderAt, size int64) error {
	data, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil // who reads the file as it stands will tell
	}
	return w.documents(ctx, p, read, data)
}

func (w *work) nested(ctx context.Context, form *format, p place, in io.Reader, m *meter) error {
	if p.depth >= w.Depth {
		return w.skip(p, SkipDepth, fmt.Errorf("%s below %d archives", form.name, p.depth))
	}
	err := w.open(ctx, form, p, in)
	if err == nil || final(err) {
		return err
	}
	if m.err != nil {
		err = m.err
	}
	return w.skip(p, reason(err), err)
}

func (w *work) skip(p place, reason string, err error) error {
	if err := w.yield(scanner.Chunk{Unit: p.unit, At: p.at, Skip: &scanner.Skip{Reason: reason, Err: err}}); err != nil {
		return yieldError{err}
	}
	return nil
}

// leaf yields the chunks of a file that is no archive.
func (w *work) leaf(ctx context.Context, p place, in io.Reader, size int64, m *meter) error {
	if size > w.Entry {
		size = -1
	}
	err := source.Cut(ctx, p.unit, p.at, in, size, func(c scanner.Chunk) error {
		if c.Skip != nil {
			c.Skip.Reason = reason(c.Skip.Err)
		}
		return w.yield(c)
	})
	if err != nil {
		return yieldError{err}
	}
	if final(m.err) {
		return m.err
	}
	return nil
}

// meter counts what is read against the limits.
type meter struct {
	r    io.Reader
	work *work
	left int64 // of the entry
	err  error // that reading ended with, io.EOF aside
}

var errCut = errors.New("the end is missing")

var errDocument = errors.New("limit of a document's bytes; it was scanned as it stands")

var errEntry = errors.New("limit of an entry's bytes")

// Read reads on until a limit is reached.
func (m *meter) Read(dst []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(dst)
	m.left -= int64(n)
	m.work.bytes -= int64(n)
	switch {
	case m.work.bytes < 0:
		err = errLimit
	case m.left < 0:
		err = errEntry
	case m.work.Now().After(m.work.until):
		err = errTime
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut // which a reader of windows would take for the end
	}
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}
