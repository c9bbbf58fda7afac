package source

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

const maxSymrefs = 8 // symbolic refs in a row; git follows five

// refs are the refs of a repository by full name; those of a linked worktree are "worktrees/<name>/HEAD" and so on.
type refs struct {
	ids      map[string]gitpack.ID
	symbolic map[string]string
	broken   map[string]error
	hash     int
	passing  []gitpack.ID // what the likes of ORIG_HEAD name in reftables
}

// readRefs reads the HEAD of every worktree, loose refs and packed refs. A loose ref hides the packed one; they are read
// in this order because git packs a ref before it removes the loose one. Reftables have all of it in one place.
func readRefs(r *repository) (*refs, error) {
	rs := newRefs(r.hash())
	for _, dir := range r.gitDirs() {
		prefix := ""
		if dir != r.common {
			prefix = "worktrees/" + filepath.Base(dir) + "/"
		}
		if r.reftables() {
			if err := rs.tables(dir, prefix); err != nil {
				return nil, err
			}
			continue
		}
		rs.file(prefix+"HEAD", filepath.Join(dir, "HEAD"))
		if err := rs.loose(dir, prefix); err != nil {
			return nil, err
		}
	}
	if r.reftables() {
		return rs, nil
	}
	return rs, rs.packed(filepath.Join(r.common, "packed-refs"))
}

func newRefs(hash int) *refs {
	return &refs{ids: map[string]gitpack.ID{}, symbolic: map[string]string{}, broken: map[string]error{}, hash: hash}
}

// packed reads packed-refs: "<id> <name>" lines, with "^<id>" lines for what tags lead to.
func (rs *refs) packed(path string) error {
	f, _, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadString('\n')
		if text := strings.TrimRight(line, "\r\n"); text != "" && text[0] != '#' && text[0] != '^' {
			id, name, ok := strings.Cut(text, " ")
			if !ok {
				rs.broken["packed-refs"] = errors.New("a line that is no ref")
				continue
			}
			if !rs.has(name) {
				rs.set(name, id)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("packed-refs: %w", err)
		}
	}
}

// loose reads the files below refs. One that cannot be read is broken, not the whole.
func (rs *refs) loose(dir, prefix string) error {
	return filepath.WalkDir(filepath.Join(dir, "refs"), func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		name := prefix + filepath.ToSlash(rel)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			rs.broken[name] = err
		case !e.IsDir() && !strings.HasSuffix(name, ".lock"):
			rs.file(name, path)
		}
		return nil
	})
}

// file reads a ref from its file. One that vanished was packed or deleted in the meantime.
func (rs *refs) file(name, path string) {
	data, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		rs.broken[name] = err
		return
	}
	text, _, _ := strings.Cut(string(bytes.TrimSpace(data)), "\n")
	if target, ok := strings.CutPrefix(text, "ref:"); ok {
		rs.symbolic[name] = strings.TrimSpace(target)
		return
	}
	// FETCH_HEAD and its like have more words on the line.
	id, _, _ := strings.Cut(text, "\t")
	rs.set(name, id)
}

func (rs *refs) has(name string) bool {
	_, direct := rs.ids[name]
	_, symbolic := rs.symbolic[name]
	return direct || symbolic
}

func (rs *refs) set(name, text string) {
	id, err := gitpack.ParseID(text)
	if err == nil && len(text) != 2*rs.hash {
		err = fmt.Errorf("object name of %d characters", len(text))
	}
	if err != nil {
		rs.broken[name] = fmt.Errorf("ref %s: %w", name, err)
		return
	}
	delete(rs.broken, name)
	rs.ids[name] = id
}

// lookup follows symbolic refs. A symbolic ref of a linked worktree names refs of the whole repository.
func (rs *refs) lookup(name string) (gitpack.ID, bool) {
	for range maxSymrefs {
		if target, ok := rs.symbolic[name]; ok {
			name = target
			continue
		}
		id, ok := rs.ids[name]
		return id, ok && id != gitpack.ID{}
	}
	return gitpack.ID{}, false
}

// names lists all refs in order, symbolic ones too.
func (rs *refs) names() []string {
	names := slices.Collect(maps.Keys(rs.ids))
	names = slices.AppendSeq(names, maps.Keys(rs.symbolic))
	slices.Sort(names)
	return slices.Compact(names)
}

// heads are the checked-out commits of all worktrees.
func (rs *refs) heads() []gitpack.ID {
	var ids []gitpack.ID
	for _, name := range rs.names() {
		if id, ok := rs.lookup(name); ok && (name == "HEAD" || strings.HasPrefix(name, "worktrees/") && strings.HasSuffix(name, "/HEAD")) {
			ids = append(ids, id)
		}
	}
	return ids
}

// all are the targets of all refs.
func (rs *refs) all() []gitpack.ID {
	var ids []gitpack.ID
	for _, name := range rs.names() {
		if id, ok := rs.lookup(name); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// eachLine hands over the first 64 KiB of each line of a file; a file that does not exist has none.
func eachLine(path string, do func(string)) error {
	f, _, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewReaderSize(f, 64<<10)
	for {
		line, long, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		do(string(line))
		for long && err == nil {
			_, long, err = lines.ReadLine()
		}
	}
}
