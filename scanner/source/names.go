package source

import (
	"context"
	"path"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// name is a path whose last part is a unit of its own.
type name struct {
	path           string
	object, commit gitpack.ID // one object that stood there, in one commit
}

// fileNames yields the names of files and folders in history that are long enough to hold a credential.
func (h *history) fileNames(ctx context.Context) error {
	var err error
	clean, bytes := 0, int64(0)
	h.reached.Paths(func(file string, object, commit gitpack.ID) bool {
		base := path.Base(file)
		switch {
		case len(base) < shortestKey:
		case h.hidden(file):
		case h.plain(base):
			clean++
			bytes += int64(len(base))
		default:
			unit := "name " + file
			h.names[unit] = name{file, object, commit}
			err = h.yield(scanner.Chunk{Unit: unit, Data: []byte(base), At: scanner.Occurrence{File: file, Place: scanner.InName}})
		}
		if err == nil {
			err = ctx.Err()
		}
		return err == nil
	})
	if err == nil && clean > 0 {
		err = h.yield(scanner.Chunk{Clean: clean, Bytes: bytes})
	}
	return err
}

// plain reports whether the detector sees nothing in a text.
func (h *history) plain(text string) bool {
	return h.Git.Spotter != nil && len(h.Git.Spotter.Spots(nil, []byte(text), 0, len(text))) == 0
}
