package source

import (
	"context"
	"path"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// hidden reports whether a path, or a folder above it, is left out.
func (h *history) hidden(file string) bool {
	if h.Exclude == nil || file == "" {
		return false
	}
	if h.Exclude(file, false) {
		return true
	}
	for dir := path.Dir(file); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if h.Exclude(dir, true) {
			return true
		}
	}
	return false
}

// excluded looks at the blobs that were met at an excluded path: those that stand elsewhere too are read after all.
func (h *history) excluded(ctx context.Context) error {
	if len(h.aside) == 0 {
		return nil
	}
	ids := make([]gitpack.ID, len(h.aside))
	for i, o := range h.aside {
		ids[i] = o.ID
	}
	seen := map[gitpack.ID]string{}
	err := h.reached.Attribute(ctx, ids, func(id gitpack.ID, at gitpack.At) error {
		if !h.hidden(at.Path) {
			seen[id] = at.Path
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range h.aside {
		if err := h.again(o, seen); err != nil {
			return err
		}
	}
	return nil
}

// again yields a blob that was put aside, if there is a path where it is wanted.
func (h *history) again(o gitpack.Object, seen map[gitpack.ID]string) error {
	unit := o.ID.String()
	at := scanner.Occurrence{File: o.Path, Place: scanner.InBlob, Unreachable: o.Unreachable}
	file, wanted := seen[o.ID]
	for _, staged := range h.staged[o.ID] {
		if !h.hidden(staged) {
			file, wanted = staged, true
		}
	}
	if !wanted {
		return h.yield(leftOut(unit, at, SkipExcluded, nil))
	}
	at.File = file
	_, data, err := h.store.Read(o.ID, 0)
	if err != nil {
		return h.yield(skipped(unit, at, gitpack.Reason(err), err))
	}
	o.Data, o.Path = data, file
	return h.content(o, unit, at)
}
