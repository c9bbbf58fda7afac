package source

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// Git reads the history of a repository: every blob, commit message and tag message that its refs reach, once. Refs are
// branches, remote branches, tags, notes, pull requests, replacements and whatever else stands under refs, the HEAD of
// every worktree, and all stash entries. Added to that are what the indexes hold beyond the checked-out commits, the
// names of files and refs, and the repository's own config. Nothing of the repository is executed.
//
// Units of objects are named by the object. Their commits and paths are known to Attribute only. After Chunks, Attribute
// may be called until Close, which must be called in any case. A Git is used for one run.
type Git struct {
	Repository  string // a path, or a URL to clone: https, http, ssh, git, or user@host:path; empty is the current folder
	Range       string // revisions as git rev-list takes them, "A..B": only what they add
	SinceCommit string // only what this revision does not have yet
	Branch      string // only what this branch has
	Unreachable bool   // also objects that only reflogs name, or nothing at all; flagged as such

	MaxBytes int64                            // larger blobs are left out; 0 is no limit
	Exclude  func(path string, dir bool) bool // leave out blobs that stand at such paths only, and such places of others; may be nil
	Spotter  gitpack.Spotter                  // tells which objects are worth a look; nil yields all of them. The kind of a span is a detectors.Kind
	Named    func(name []byte) bool           // tells which files are worth a look for their name, without a folder; may be nil
	Memory   int64                            // bytes to stay within; 0 is 512 MiB
	Workers  int                              // readers at once; 0 is GOMAXPROCS
	Env      func(string) string              // where a clone's credentials come from; nil has none
	TempDir  string                           // where clones are kept for the run; empty is the system's folder

	mu      sync.Mutex
	history *history
}

// Chunks reads the history. Its error wraps ErrNotRepository, ErrBadRevision, ErrUnsupported or ErrClone when one of
// them is the cause. What cannot be read of an open repository is a skip.
func (g *Git) Chunks(ctx context.Context, yield func(scanner.Chunk) error) error {
	h, err := g.open(ctx)
	if err != nil {
		return err
	}
	g.keep(h)
	return h.scan(ctx, yield)
}

// Attribute tells where units stand. It works after Chunks failed too, as far as that came. See scanner.Attributor.
func (g *Git) Attribute(ctx context.Context, units []string, yield func(string, scanner.Occurrence) error) error {
	h := g.opened()
	if h == nil {
		return errors.New("attribute: no history is open")
	}
	return h.attribute(ctx, units, yield)
}

// Close releases the repository and removes a clone. It may be called at any time and more than once.
func (g *Git) Close() error {
	g.mu.Lock()
	h := g.history
	g.history = nil
	g.mu.Unlock()
	if h == nil {
		return nil
	}
	return h.close()
}

// Stats are the counters of the reader, or nil before the repository is open.
func (g *Git) Stats() *gitpack.Stats {
	if h := g.opened(); h != nil {
		return h.store.Stats()
	}
	return nil
}

func (g *Git) keep(h *history) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.history = h
}

func (g *Git) opened() *history {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.history
}

// open finds or clones the repository and reads its refs.
func (g *Git) open(ctx context.Context) (*history, error) {
	h := newHistory(g)
	path := g.Repository
	if path == "" {
		path = "."
	}
	if local, ok := localPath(path); ok {
		path = local
	} else {
		dir, err := g.clone(ctx, path)
		if err != nil {
			return nil, err
		}
		h.temp, path = dir, dir
	}
	if err := h.open(path); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// partial says that only a part of the history was asked for.
func (g *Git) partial() bool { return g.Range != "" || g.SinceCommit != "" || g.Branch != "" }

func (h *history) open(path string) error {
	repo, err := findRepository(path)
	if err != nil {
		return err
	}
	h.repo = repo
	h.refs, err = readRefs(repo)
	if err != nil {
		return fmt.Errorf("refs: %w", err)
	}
	h.store, err = gitpack.Open(repo.common, gitpack.Options{Memory: h.Memory, Workers: h.Workers, Hash: repo.hash()})
	if err != nil {
		return fmt.Errorf("objects of %s: %w", repo.common, err)
	}
	return nil
}
