package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/keysweep/keysweep/scanner"
)

// Dir reads files and folders. Each regular file is a unit, named by its path as the walk came to it; what a symlink
// says is a unit too, and so is a file name long enough to hold a credential.
//
// Files whose folder the walk covers are reached by their own path only. Symlinks that lead elsewhere are followed, each
// target once, and reported with both names; those that lead above a walked folder are left out. FIFOs, sockets, devices
// and pseudo file systems such as /proc are left out. Of a .git folder everything is read (config, hooks, logs,
// packed-refs and the rest) but its object store, which is compressed: use Git for that. A path that does not exist is a
// skip, and the others are read nevertheless.
type Dir struct {
	Paths     []string
	MaxBytes  int64                            // larger files are left out; 0 is no limit
	Gitignore bool                             // leave out what .gitignore files and .git/info/exclude name, tracked or not
	Exclude   func(path string, dir bool) bool // leave out a file or a folder with all it holds; may be nil
	NoFollow  bool                             // leave symlinks alone
	Workers   int                              // readers at once; 0 is GOMAXPROCS

	// Unpack yields what an archive holds, and reports whether the file was one; may be nil. See unpack.Unpacker.
	Unpack func(ctx context.Context, unit string, at scanner.Occurrence, r io.ReaderAt, size int64, yield func(scanner.Chunk) error) (bool, error)

	vanish func(path string) // called before a file is opened, for tests
}

// file is a regular file to read.
type file struct {
	path string
	link string // the symlink it was reached through
}

func (f file) occurrence() scanner.Occurrence {
	return scanner.Occurrence{File: filepath.ToSlash(f.path), SymlinkFile: filepath.ToSlash(f.link), Place: scanner.InFile}
}

// Chunks walks in one goroutine and reads in several.
func (d *Dir) Chunks(ctx context.Context, yield func(scanner.Chunk) error) error {
	workers := d.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	group, ctx := errgroup.WithContext(ctx)
	files := make(chan file, 256)
	group.Go(func() error {
		defer close(files)
		return newWalk(d, files, yield).run(ctx)
	})
	for range workers {
		group.Go(func() error {
			for f := range files {
				if err := d.read(ctx, f, yield); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// read yields one file. Its errors are yield's and ctx's only.
func (d *Dir) read(ctx context.Context, f file, yield func(scanner.Chunk) error) error {
	if d.vanish != nil {
		d.vanish(f.path)
	}
	// Not blocking: the file may have become a FIFO since its folder was listed.
	r, err := os.OpenFile(f.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return yield(skipped(f.path, f.occurrence(), fileReason(err), err))
	}
	defer r.Close()
	info, err := r.Stat()
	switch {
	case err != nil:
		return yield(skipped(f.path, f.occurrence(), fileReason(err), err))
	case !info.Mode().IsRegular():
		return yield(leftOut(f.path, f.occurrence(), SkipSpecial, errors.New("not a regular file")))
	case d.MaxBytes > 0 && info.Size() > d.MaxBytes:
		return yield(leftOut(f.path, f.occurrence(), SkipSize, fmt.Errorf("%d bytes, the limit is %d", info.Size(), d.MaxBytes)))
	}
	if d.Unpack != nil {
		if done, err := d.Unpack(ctx, f.path, f.occurrence(), r, info.Size(), yield); done || err != nil {
			return err
		}
	}
	c := cutter{unit: f.path, at: f.occurrence(), r: r}
	return c.cut(ctx, info.Size(), yield)
}

// special says whether entries of this mode hold no content of their own.
func special(mode fs.FileMode) bool {
	return mode&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice|fs.ModeCharDevice|fs.ModeIrregular) != 0
}
