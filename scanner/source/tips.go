package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// tips says where the walk of history starts.
func (h *history) tips(ctx context.Context) (gitpack.Tips, error) {
	h.noteCommits(ctx)
	tips := gitpack.Tips{Head: h.refs.heads()}
	if h.partial() {
		return tips, h.narrow(&tips)
	}
	tips.Include = h.refs.all()
	stashes, err := h.repo.logged(h.repo.common, "refs/stash")
	tips.Include = append(tips.Include, stashes...)
	if err != nil {
		if err := h.yield(h.logTrouble("refs/stash", err)); err != nil {
			return tips, err
		}
	}
	if err := h.indexes(&tips); err != nil {
		return tips, err
	}
	if h.Unreachable {
		tips.All = true
		return tips, h.reflogs(&tips)
	}
	return tips, nil
}

func (h *history) logTrouble(name string, err error) scanner.Chunk {
	return skipped("reflog "+name, scanner.Occurrence{File: "logs/" + name, Place: scanner.InFile}, fileReason(err), err)
}

// narrow applies Range, Branch and SinceCommit.
func (h *history) narrow(tips *gitpack.Tips) error {
	v := revisions{h.repo, h.refs, h.store}
	if err := v.ranges(h.Range, tips); err != nil {
		return err
	}
	if h.Branch != "" {
		id, err := v.branch(h.Branch)
		if err != nil {
			return err
		}
		tips.Include = append(tips.Include, id)
	}
	if h.SinceCommit != "" {
		if h.Range == "" && h.Branch == "" {
			tips.Include = h.refs.all()
		}
		id, err := v.resolve(h.SinceCommit)
		if err != nil {
			return err
		}
		tips.Exclude = append(tips.Exclude, id)
	}
	if h.Range != "" && len(tips.Include) == 0 {
		return fmt.Errorf("%w %q: it includes nothing", ErrBadRevision, h.Range)
	}
	return nil
}

// indexes adds the blobs that the worktrees' indexes hold beyond their commits: they are content that somebody added,
// and no ref leads to it yet.
func (h *history) indexes(tips *gitpack.Tips) error {
	for _, dir := range h.repo.gitDirs() {
		repo := *h.repo
		repo.gitDir = dir
		d, err := (&Staged{}).difference(&repo, h.store)
		if err != nil {
			at := scanner.Occurrence{File: filepath.ToSlash(filepath.Join(dir, "index")), Place: scanner.InIndex}
			if err := h.yield(skipped("index of "+dir, at, indexReason(err), err)); err != nil {
				return err
			}
			continue
		}
		for _, e := range d.changed {
			if !slices.Contains(h.staged[e.id], e.path) {
				h.staged[e.id] = append(h.staged[e.id], e.path)
				tips.Include = append(tips.Include, e.id)
			}
		}
	}
	return nil
}

func indexReason(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return SkipPermission
	}
	return gitpack.Reason(err)
}

// reflogs adds what only reflogs and the likes of ORIG_HEAD name.
func (h *history) reflogs(tips *gitpack.Tips) error {
	for _, dir := range h.repo.gitDirs() {
		ids, err := h.repo.logged(dir, "")
		if err != nil {
			if err := h.yield(h.logTrouble("", err)); err != nil {
				return err
			}
		}
		tips.Logs = append(tips.Logs, ids...)
		passing := newRefs(h.repo.hash())
		for _, name := range []string{"ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "BISECT_HEAD", "AUTO_MERGE", "FETCH_HEAD"} {
			passing.file(name, filepath.Join(dir, name))
		}
		tips.Logs = append(tips.Logs, passing.all()...)
	}
	tips.Logs = append(tips.Logs, h.refs.passing...)
	// A reflog outlives the objects that it names; only what is there can be read.
	tips.Logs = slices.DeleteFunc(tips.Logs, func(id gitpack.ID) bool { return !h.store.Has(id) })
	return nil
}

// noteCommits finds the commits of refs/notes, so that a blob of theirs is known to be a note.
func (h *history) noteCommits(ctx context.Context) {
	var queue []gitpack.ID
	for _, name := range h.refs.names() {
		if id, ok := h.refs.lookup(name); ok && strings.HasPrefix(name, "refs/notes/") {
			queue = append(queue, id)
		}
	}
	for len(queue) > 0 && ctx.Err() == nil {
		id := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if h.notes[id] {
			continue
		}
		h.notes[id] = true
		if c, err := h.store.Commit(id); err == nil {
			queue = append(queue, c.Parents...)
		}
	}
}
