// Package source reads what is to be scanned: files and folders, standard input, the staged index and the history of a
// git repository. Every unit that a source names ends as chunks of text or as a skip with its reason.
//
// Nothing that is scanned is executed or chooses what is: of a repository's configuration only its format is read.
package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/keysweep/keysweep/scanner"
)

// The reasons of skips that this package makes, besides those of package gitpack.
const (
	SkipPermission = "permission" // the system did not let it be read
	SkipVanished   = "vanished"   // it was there when its folder was listed, and is not any more
	SkipUnreadable = "unreadable" // any other error of reading
	SkipNotFound   = "not found"  // a path that was asked for does not exist
	SkipSpecial    = "special"    // a FIFO, socket, device or a file of a pseudo file system
	SkipSize       = "size"       // larger than the limit that the user set
	SkipExcluded   = "excluded"   // left out by the user
	SkipIgnored    = "gitignored" // left out by a .gitignore file, when the user asked for that
	SkipLoop       = "loop"       // a symlink that leads to itself or above a walked folder
	SkipGitObjects = "git objects"
	SkipLFS        = "lfs"
)

func fileReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return SkipPermission
	case errors.Is(err, fs.ErrNotExist):
		return SkipVanished
	case errors.Is(err, syscall.ELOOP):
		return SkipLoop
	}
	return SkipUnreadable
}

func skipped(unit string, at scanner.Occurrence, reason string, err error) scanner.Chunk {
	return scanner.Chunk{Unit: unit, At: at, Skip: &scanner.Skip{Reason: reason, Err: err}}
}

func leftOut(unit string, at scanner.Occurrence, reason string, err error) scanner.Chunk {
	return scanner.Chunk{Unit: unit, At: at, Skip: &scanner.Skip{Reason: reason, Err: err, Benign: true}}
}

const (
	smallFile = 16 << 20
	indexFile = 2 << 30
)

// readSmall reads a regular file of at most 16 MiB, such as the ones that git and people write by hand.
func readSmall(path string) ([]byte, error) { return readRegular(path, smallFile) }

// readIndexFile reads a regular file of at most 2 GiB.
func readIndexFile(path string) ([]byte, error) { return readRegular(path, indexFile) }

func readRegular(path string, limit int64) ([]byte, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, fmt.Errorf("read %s: more than %d bytes", path, limit)
	}
	data := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err = data.ReadFrom(io.LimitReader(f, limit))
	return data.Bytes(), err
}

// openRegular opens a regular file and returns its size. It never waits for a FIFO, whatever a repository has in the
// place of a file.
func openRegular(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("open %s: not a regular file", path)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}
