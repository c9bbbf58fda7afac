package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// history is an open repository during one run.
type history struct {
	*Git
	repo    *repository
	refs    *refs
	store   *gitpack.Store
	reached *gitpack.Reached
	temp    string // a clone to remove, or empty

	staged map[gitpack.ID][]string // paths of blobs that an index holds beyond its commit
	notes  map[gitpack.ID]bool     // commits of refs/notes
	start  gitpack.Tips            // where the walk began
	yield  func(scanner.Chunk) error

	mu      sync.Mutex
	names   map[string]name               // by unit
	kinds   map[gitpack.ID]gitpack.Type   // of visited objects that are no blobs
	fixed   map[string]scanner.Occurrence // units that are no objects
	windows map[gitpack.ID]*cutter        // of large blobs in an encoding of their own
	aside   []gitpack.Object              // met at an excluded path, without their data
}

func newHistory(g *Git) *history {
	return &history{Git: g, staged: map[gitpack.ID][]string{}, notes: map[gitpack.ID]bool{},
		names: map[string]name{}, kinds: map[gitpack.ID]gitpack.Type{}, fixed: map[string]scanner.Occurrence{}, windows: map[gitpack.ID]*cutter{}}
}

func (h *history) close() error {
	var err error
	if h.store != nil {
		err = h.store.Close()
	}
	if h.temp != "" {
		err = errors.Join(err, os.RemoveAll(h.temp))
	}
	return err
}

// scan yields everything there is, in the order in which it is cheap to come by.
func (h *history) scan(ctx context.Context, yield func(scanner.Chunk) error) error {
	h.yield = yield
	tips, err := h.tips(ctx)
	if err != nil {
		return err
	}
	h.start = tips
	if err := h.troubles(); err != nil {
		return err
	}
	if !h.partial() {
		if err := errors.Join(h.configs(), h.refNames()); err != nil {
			return err
		}
	}
	h.reached, err = h.store.Reach(ctx, tips)
	if err != nil {
		return err
	}
	if err := h.fileNames(ctx); err != nil {
		return err
	}
	if err := h.objects(ctx); err != nil {
		return err
	}
	return h.excluded(ctx)
}

// troubles yields what could not be used of refs and packs.
func (h *history) troubles() error {
	if h.repo.broken != nil {
		if err := h.yield(skipped("config", scanner.Occurrence{File: "config", Place: scanner.InFile}, SkipUnreadable, h.repo.broken)); err != nil {
			return err
		}
	}
	for name, err := range h.refs.broken {
		if err := h.yield(skipped("ref "+name, scanner.Occurrence{File: name, Place: scanner.InName}, gitpack.Reason(err), err)); err != nil {
			return err
		}
	}
	for _, problem := range h.store.Problems() {
		if err := h.yield(skipped("objects", scanner.Occurrence{Place: scanner.InBlob}, gitpack.Reason(problem), problem)); err != nil {
			return err
		}
	}
	return nil
}

// text yields a unit that is no object.
func (h *history) text(unit string, data []byte, at scanner.Occurrence) error {
	h.mu.Lock()
	h.fixed[unit] = at
	h.mu.Unlock()
	return h.yield(scanner.Chunk{Unit: unit, Data: data, At: at})
}

// configs yields the configuration of the repository and of its worktrees, which may hold tokens in URLs of remotes.
func (h *history) configs() error {
	if h.temp != "" {
		return nil
	}
	paths := []string{filepath.Join(h.repo.common, "config")}
	for _, dir := range h.repo.gitDirs() {
		paths = append(paths, filepath.Join(dir, "config.worktree"))
	}
	for _, path := range paths {
		data, err := readSmall(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		unit := h.configName(path)
		at := scanner.Occurrence{File: unit, Place: scanner.InFile}
		if err != nil {
			err = h.yield(skipped(unit, at, fileReason(err), err))
		} else {
			err = h.text(unit, data, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// configName is a path below the worktree, such as ".git/config", or below a bare repository.
func (h *history) configName(path string) string {
	base := h.repo.common
	if filepath.Base(base) == ".git" {
		base = filepath.Dir(base)
	}
	name, err := filepath.Rel(base, path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(name)
}

func (h *history) refNames() error {
	for _, name := range h.refs.names() {
		if len(name)-strings.LastIndex(name, "/")-1 < shortestKey {
			continue
		}
		if err := h.text("ref "+name, []byte(name), scanner.Occurrence{File: name, Place: scanner.InName}); err != nil {
			return err
		}
	}
	return nil
}

// objects hands blobs and messages over.
func (h *history) objects(ctx context.Context) error {
	var skips failures
	err := h.store.Scan(ctx, h.reached, h.spotter(), gitpack.Visitor{
		Visit: h.visit,
		Named: h.Named,
		Skip:  func(s gitpack.Skipped) { skips.add(h.yield(h.skip(s))) },
		Clean: func(units int, bytes int64) {
			skips.add(h.yield(scanner.Chunk{Clean: units, Bytes: bytes}))
		},
	})
	return errors.Join(err, skips.first())
}

// failures keeps the first error of callbacks that cannot return one.
type failures struct {
	mu  sync.Mutex
	err error
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func (f *failures) first() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// skip says what to do about an object that is elsewhere. A commit where history is cut is whole itself.
func (h *history) skip(s gitpack.Skipped) scanner.Chunk {
	unit, reason, err := s.ID.String(), gitpack.Reason(s.Err), s.Err
	switch {
	case s.ID == gitpack.ID{}:
		unit, err = "names of files", fmt.Errorf("%w; a larger --memory makes room", err)
	case reason == "shallow":
		unit = "history before " + unit
		err = fmt.Errorf("%w; git fetch --unshallow brings the rest", err)
	case reason == "promised":
		err = fmt.Errorf("%w; git fetch --refetch --no-filter brings it", err)
	}
	return skipped(unit, scanner.Occurrence{File: s.Path, Place: scanner.InBlob}, reason, err)
}

// visit turns an object into chunks.
func (h *history) visit(o gitpack.Object) error {
	unit := o.ID.String()
	at := scanner.Occurrence{File: o.Path, Place: scanner.InBlob, Unreachable: o.Unreachable}
	if o.Type != gitpack.Blob {
		return h.message(o, unit, at)
	}
	if h.MaxBytes > 0 && o.Size > h.MaxBytes {
		if o.Offset > 0 {
			return nil
		}
		return h.yield(leftOut(unit, at, SkipSize, fmt.Errorf("%d bytes, the limit is %d", o.Size, h.MaxBytes)))
	}
	if !o.More && o.Offset == 0 && h.hidden(o.Path) {
		h.mu.Lock()
		defer h.mu.Unlock()
		o.Data = nil
		h.aside = append(h.aside, o)
		return nil
	}
	return h.content(o, unit, at)
}

func (h *history) content(o gitpack.Object, unit string, at scanner.Occurrence) error {
	if err := h.pointer(o, unit, at); err != nil {
		return err
	}
	return h.blob(o, unit, at)
}

// message yields what people wrote of a commit or a tag: its message, and beside it the header without the names of
// objects and the signature.
func (h *history) message(o gitpack.Object, unit string, at scanner.Occurrence) error {
	h.mu.Lock()
	h.kinds[o.ID] = o.Type
	h.mu.Unlock()
	at.Place = scanner.InMessage
	if o.Type == gitpack.Tag {
		at.Place = scanner.InTag
	}
	header, message, _ := bytes.Cut(o.Data, []byte("\n\n"))
	if err := h.yield(scanner.Chunk{Unit: unit, Data: message, At: at}); err != nil {
		return err
	}
	header = people(header)
	if len(header) == 0 {
		return nil
	}
	return h.yield(scanner.Chunk{Unit: unit + " header", Data: header, At: at})
}

// people drops the lines of a header that git fills in itself: names of objects, their types and signatures.
func people(header []byte) []byte {
	var kept []byte
	dropping := false
	for line := range bytes.Lines(header) {
		if line[0] != ' ' {
			dropping = gitpack.Mechanical(line)
		}
		if !dropping {
			kept = append(kept, line...)
		}
	}
	return kept
}
