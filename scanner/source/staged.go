package source

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// Staged reads what the next commit would add: the entries of the index whose content or path differs from the
// checked-out commit. It never walks history and never reads the working tree. Units are named by path; those of an
// unresolved merge by path and stage.
type Staged struct {
	Path     string                           // of the worktree or a folder in it; empty is the current folder
	Index    string                           // another index file, as GIT_INDEX_FILE names it for hooks; empty is the repository's own
	MaxBytes int64                            // larger blobs are left out; 0 is no limit
	Exclude  func(path string, dir bool) bool // leave out a path, relative to the root of the worktree; may be nil
	Workers  int                              // readers at once; 0 is GOMAXPROCS
}

// Chunks yields the staged blobs. Its error wraps ErrNotRepository, ErrBare or ErrIndex when one of them is the cause.
func (s *Staged) Chunks(ctx context.Context, yield func(scanner.Chunk) error) error {
	repo, err := findRepository(cmp.Or(s.Path, "."))
	if err != nil {
		return err
	}
	if repo.worktree == "" {
		return fmt.Errorf("%s: %w", repo.gitDir, ErrBare)
	}
	store, err := gitpack.Open(repo.common, gitpack.Options{Hash: repo.hash(), Workers: s.Workers})
	if err != nil {
		return err
	}
	defer store.Close()
	d, err := s.difference(repo, store)
	if err != nil {
		return err
	}
	r := stagedReader{s, store, yield}
	for _, b := range d.broken {
		if err := yield(b); err != nil {
			return err
		}
	}
	return r.all(ctx, d.changed)
}

// difference compares the index with the checked-out commit.
func (s *Staged) difference(repo *repository, store *gitpack.Store) (*difference, error) {
	index, err := readIndex(cmp.Or(s.Index, filepath.Join(repo.gitDir, "index")), repo.hash())
	if errors.Is(err, fs.ErrNotExist) && s.Index == "" {
		return &difference{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIndex, err)
	}
	d := &difference{store: store}
	head, born, err := headTree(repo, store)
	if err != nil {
		return nil, err
	}
	if !born {
		d.compare("", index.entries, nil, nil)
		return d, nil
	}
	d.folder("", index.entries, head, index.cache)
	return d, nil
}

// headTree is the tree of the checked-out commit; not born says that there is none yet.
func headTree(repo *repository, store *gitpack.Store) (tree gitpack.ID, born bool, err error) {
	id, ok, err := headCommit(repo)
	if err != nil || !ok {
		return gitpack.ID{}, false, err
	}
	c, err := store.Commit(id)
	if err != nil {
		return gitpack.ID{}, false, fmt.Errorf("HEAD %s: %w", id, err)
	}
	return c.Tree, true, nil
}

// headCommit reads HEAD and the one ref that it names: other refs do not matter, and may be many.
func headCommit(repo *repository) (gitpack.ID, bool, error) {
	rs := newRefs(repo.hash())
	if repo.reftables() {
		return rs.tablesHead(repo)
	}
	name := "HEAD"
	rs.file(name, filepath.Join(repo.gitDir, name))
	for range maxSymrefs {
		target, ok := rs.symbolic[name]
		if !ok {
			break
		}
		name = target
		rs.file(name, filepath.Join(refDir(repo, name), filepath.FromSlash(name)))
	}
	if !rs.has(name) {
		if err := rs.packed(filepath.Join(repo.common, "packed-refs")); err != nil {
			return gitpack.ID{}, false, err
		}
	}
	if err := rs.broken[name]; err != nil {
		return gitpack.ID{}, false, err
	}
	id, ok := rs.lookup(name)
	return id, ok, nil
}

// refDir is the folder of a ref: a few kinds belong to one worktree.
func refDir(repo *repository, name string) string {
	for _, own := range []string{"refs/bisect/", "refs/worktree/", "refs/rewritten/"} {
		if strings.HasPrefix(name, own) {
			return repo.gitDir
		}
	}
	return repo.common
}

// stagedReader reads the changed entries.
type stagedReader struct {
	*Staged
	store *gitpack.Store
	yield func(scanner.Chunk) error
}

func (r stagedReader) all(ctx context.Context, entries []indexEntry) error {
	group, each := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(max(0, r.Workers), runtime.GOMAXPROCS(0)))
	for _, e := range entries {
		if each.Err() != nil {
			break
		}
		group.Go(func() error { return r.one(each, e) })
	}
	return cmp.Or(group.Wait(), ctx.Err())
}

func (r stagedReader) one(ctx context.Context, e indexEntry) error {
	at := scanner.Occurrence{File: e.path, Place: scanner.InIndex}
	unit := e.path
	if e.stage > 0 {
		unit += ":" + strconv.Itoa(e.stage)
	}
	if r.Exclude != nil && r.Exclude(e.path, false) {
		return r.yield(leftOut(unit, at, SkipExcluded, nil))
	}
	if base := filepath.Base(e.path); len(base) >= shortestKey && e.stage == 0 {
		named := at
		named.Place = scanner.InName
		if err := r.yield(scanner.Chunk{Unit: "name " + unit, Data: []byte(base), At: named}); err != nil {
			return err
		}
	}
	_, data, err := r.store.Read(e.id, r.MaxBytes)
	switch {
	case errors.Is(err, gitpack.ErrTooLarge) && r.MaxBytes > 0:
		return r.yield(leftOut(unit, at, SkipSize, err))
	case err != nil:
		return r.yield(skipped(unit, at, gitpack.Reason(err), err))
	}
	c := cutter{unit: unit, at: at, r: bytes.NewReader(data)}
	return c.cut(ctx, int64(len(data)), r.yield)
}
