package source

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
	"github.com/keysweep/keysweep/scanner/source/reftable"
)

// logged are the objects that the reflog of a ref names, or with no ref those of all refs, of the worktree that dir is
// the folder of. Each is told once.
func (r *repository) logged(dir, ref string) ([]gitpack.ID, error) {
	var ids []gitpack.ID
	seen := map[gitpack.ID]bool{}
	err := r.eachLogged(dir, ref, func(from, to string) {
		for _, word := range []string{from, to} {
			if id, err := gitpack.ParseID(word); err == nil && len(word) == 2*r.hash() && id != (gitpack.ID{}) && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	})
	return ids, err
}

// values are what a ref was set to, the oldest first.
func (r *repository) values(dir, ref string) ([]gitpack.ID, error) {
	var ids []gitpack.ID
	err := r.eachLogged(dir, ref, func(_, to string) {
		if id, err := gitpack.ParseID(to); err == nil {
			ids = append(ids, id)
		}
	})
	return ids, err
}

// eachLogged yields the entries of reflogs, those of a ref in order: the object before and after.
func (r *repository) eachLogged(dir, ref string, yield func(from, to string)) error {
	if r.reftables() {
		return r.eachInTables(dir, ref, yield)
	}
	path := filepath.Join(dir, "logs", filepath.FromSlash(ref))
	return filepath.WalkDir(path, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && !e.Type().IsRegular() {
			return nil
		}
		if err != nil {
			return err
		}
		return eachLine(path, func(line string) {
			if words := strings.Fields(line[:min(len(line), 4*r.hash()+2)]); len(words) > 1 {
				yield(words[0], words[1])
			}
		})
	})
}

func (r *repository) eachInTables(dir, ref string, yield func(from, to string)) error {
	stack, err := reftable.Read(filepath.Join(dir, "reftable"), r.hash())
	if err != nil {
		return err
	}
	for i := len(stack.Logs) - 1; i >= 0; i-- {
		if e := stack.Logs[i]; ref == "" || e.Name == ref {
			yield(hex.EncodeToString(e.Old), hex.EncodeToString(e.New))
		}
	}
	return errors.Join(stack.Broken...)
}

// tables reads the refs of a worktree from reftables.
func (rs *refs) tables(dir, prefix string) error {
	stack, err := reftable.Read(filepath.Join(dir, "reftable"), rs.hash)
	if err != nil {
		return fmt.Errorf("reftables: %w", err)
	}
	for i, err := range stack.Broken {
		rs.broken[fmt.Sprintf("%sreftable %d", prefix, i+1)] = err
	}
	for _, ref := range stack.Refs {
		switch {
		case ref.Name != "HEAD" && !strings.HasPrefix(ref.Name, "refs/"):
			if id, err := gitpack.ParseID(hex.EncodeToString(ref.ID)); err == nil {
				rs.passing = append(rs.passing, id)
			}
		case ref.Target != "":
			rs.symbolic[prefix+ref.Name] = ref.Target
		default:
			rs.set(prefix+ref.Name, hex.EncodeToString(ref.ID))
		}
	}
	return nil
}

// tablesHead is the commit that the worktree of a repository has checked out.
func (rs *refs) tablesHead(repo *repository) (gitpack.ID, bool, error) {
	err := rs.tables(repo.common, "")
	if err == nil && repo.gitDir != repo.common {
		delete(rs.ids, "HEAD")
		delete(rs.symbolic, "HEAD")
		err = rs.tables(repo.gitDir, "")
	}
	for _, broken := range rs.broken {
		err = errors.Join(err, broken)
	}
	id, ok := rs.lookup("HEAD")
	return id, ok && err == nil, err
}
