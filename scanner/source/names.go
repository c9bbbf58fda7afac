package source

import (
	"context"
	"path"
	"strings"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// name is a path whose last part is a unit of its own.
type name struct {
	path   string
	commit gitpack.ID // one that has it
}

// fileNames yields the names of files and folders in history that are long enough to hold a credential.
func (h *history) fileNames(ctx context.Context) error {
	var err error
	clean, bytes := 0, int64(0)
	h.reached.Paths(func(file string, _, commit gitpack.ID) bool {
		base := path.Base(file)
		switch {
		case len(base) < shortestKey:
		case h.hidden(file):
		case h.plain(base) || h.had(file):
			clean++
			bytes += int64(len(base))
		default:
			unit := "name " + file
			h.names[unit] = name{file, commit}
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

// had reports whether a path stood in the excluded part of history already, so that what a range adds does not begin
// with it.
func (h *history) had(file string) bool {
	for _, id := range h.start.Exclude {
		if c, err := h.store.Commit(id); err == nil && h.holds(c.Tree, file) {
			return true
		}
	}
	return false
}

// holds follows a path down a tree.
func (h *history) holds(tree gitpack.ID, file string) bool {
	for part := range strings.SplitSeq(file, "/") {
		e, ok := h.lookup(tree, part)
		if !ok {
			return false
		}
		tree = e.id
	}
	return true
}
