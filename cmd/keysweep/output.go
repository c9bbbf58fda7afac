package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// outputFile is a file that appears whole or not at all: it is written beside its place and moved there by commit.
// What is no regular file (a pipe, /dev/stdout) is written directly.
type outputFile struct {
	*os.File
	path string // where commit moves it; empty for a file written directly
}

// createOutput opens the file for writing, readable by its owner only. It fails at once where the folder can not be
// written.
func createOutput(path string) (*outputFile, error) {
	if info, err := os.Stat(path); err == nil {
		switch {
		case info.IsDir():
			return nil, fmt.Errorf("%s is a folder; name a file", path)
		case !info.Mode().IsRegular():
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			return &outputFile{File: f}, err
		case info.Mode().Perm()&0o200 == 0:
			return nil, fmt.Errorf("%s is write-protected", path)
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keysweep-*.tmp") // CreateTemp sets 0600
	if _, gone := os.Stat(filepath.Dir(path)); errors.Is(gone, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: its folder does not exist; make it first", path)
	}
	if pe := new(os.PathError); errors.As(err, &pe) {
		return nil, fmt.Errorf("%s: can not write into its folder: %w", path, pe.Err)
	}
	return &outputFile{File: f, path: path}, err
}

// commit closes the file and moves it to its place.
func (o *outputFile) commit() error {
	if o.path == "" {
		return o.Close()
	}
	err := o.Close()
	if err == nil {
		err = os.Rename(o.Name(), o.path)
	}
	if err != nil {
		os.Remove(o.Name())
		return fmt.Errorf("write %s: %w", o.path, err)
	}
	return nil
}

// discard removes a file that was not committed; after commit it does nothing.
func (o *outputFile) discard() {
	if o.Close() == nil && o.path != "" {
		os.Remove(o.Name())
	}
}

// writeOutput writes a whole file.
func writeOutput(path string, write func(io.Writer) error) error {
	o, err := createOutput(path)
	if err != nil {
		return err
	}
	defer o.discard()
	if err := write(o); err != nil {
		return err
	}
	return o.commit()
}
