package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/keysweep/keysweep/scanner"
)

const (
	listSize    = 1024 // entries of a folder that are held at once
	shortestKey = 20   // bytes; a shorter file name is no credential
)

// folder is a folder to list.
type folder struct {
	path   string
	link   string // the path through a symlink that led here
	device uint64
	rules  ignores
}

// walk lists folders and hands their files to readers. It lives in one goroutine.
type walk struct {
	*Dir
	files chan<- file
	yield func(scanner.Chunk) error

	todo    []folder
	links   []file // symlinks to look at when the folders are done, so that a file's own path wins
	folders map[fileID]bool
	singles map[fileID]bool // files that were named, or reached through a symlink
	above   map[fileID]bool // folders that hold a walked one
}

func newWalk(d *Dir, files chan<- file, yield func(scanner.Chunk) error) *walk {
	return &walk{Dir: d, files: files, yield: yield,
		folders: map[fileID]bool{}, singles: map[fileID]bool{}, above: map[fileID]bool{}}
}

func (w *walk) run(ctx context.Context) error {
	for _, path := range w.Paths {
		if err := w.root(ctx, filepath.Clean(path)); err != nil {
			return err
		}
	}
	for len(w.todo)+len(w.links) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// step lists one folder, or follows one link when no folder is left.
func (w *walk) step(ctx context.Context) error {
	if last := len(w.todo) - 1; last >= 0 {
		dir := w.todo[last]
		w.todo = w.todo[:last]
		return w.list(ctx, dir)
	}
	last := len(w.links) - 1
	link := w.links[last]
	w.links = w.links[:last]
	return w.follow(ctx, link)
}

// root takes up a path that the user named. A symlink among them is followed whatever it leads to.
func (w *walk) root(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	at := file{path: path}.occurrence()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return w.yield(skipped(path, at, SkipNotFound, err))
	case err != nil:
		return w.yield(skipped(path, at, fileReason(err), err))
	case info.IsDir():
		return w.rootFolder(path, info)
	case info.Mode().IsRegular():
		return w.single(ctx, file{path: path}, info)
	}
	return w.yield(skipped(path, at, SkipSpecial, errors.New("not a regular file")))
}

func (w *walk) rootFolder(path string, info fs.FileInfo) error {
	if abs, err := filepath.Abs(path); err == nil {
		for up := filepath.Dir(abs); ; up = filepath.Dir(up) {
			if info, err := os.Stat(up); err == nil {
				w.above[identify(up, info)] = true
			}
			if up == filepath.Dir(up) {
				break
			}
		}
	}
	dir := folder{path: path, device: device(info)}
	if w.Gitignore {
		dir.rules = rootIgnores(path)
	}
	return w.enter(dir, info)
}

// enter puts a folder on the list, unless it is there already.
func (w *walk) enter(dir folder, info fs.FileInfo) error {
	id := identify(dir.path, info)
	if w.folders[id] {
		return nil
	}
	w.folders[id] = true
	dir.device = device(info)
	w.todo = append(w.todo, dir)
	return nil
}

// single hands over a file that no walked folder led to, once.
func (w *walk) single(ctx context.Context, f file, info fs.FileInfo) error {
	id := identify(f.path, info)
	if w.singles[id] {
		return nil
	}
	w.singles[id] = true
	return w.hand(ctx, f)
}

func (w *walk) hand(ctx context.Context, f file) error {
	select {
	case w.files <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// list reads a folder in parts, so that one of millions of files needs no more memory than others.
func (w *walk) list(ctx context.Context, dir folder) error {
	r, err := os.Open(dir.path)
	if err != nil {
		return w.yield(skipped(dir.path, dir.occurrence(), fileReason(err), err))
	}
	defer r.Close()
	if w.Gitignore {
		dir.rules = dir.rules.with(dir.path)
	}
	for {
		entries, err := r.ReadDir(listSize)
		for _, e := range entries {
			if err := w.entry(ctx, dir, e); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err != nil {
			return w.yield(skipped(dir.path, dir.occurrence(), fileReason(err), err))
		}
	}
}

func (dir folder) occurrence() scanner.Occurrence {
	return file{path: dir.path, link: dir.link}.occurrence()
}

func (dir folder) child(name string) file {
	f := file{path: filepath.Join(dir.path, name)}
	if dir.link != "" {
		f.link = filepath.Join(dir.link, name)
	}
	return f
}

func (w *walk) entry(ctx context.Context, dir folder, e fs.DirEntry) error {
	f := dir.child(e.Name())
	if reason := w.unwanted(dir, f, e); reason != "" {
		return w.yield(leftOut(f.path, f.occurrence(), reason, nil))
	}
	if err := w.name(f, e.Name()); err != nil {
		return err
	}
	switch {
	case e.IsDir():
		return w.subfolder(dir, f, e)
	case e.Type()&fs.ModeSymlink != 0:
		return w.symlink(f)
	case w.taken(f, e):
		return nil
	}
	return w.hand(ctx, f)
}

// taken reports whether a file was handed over as a single one before.
func (w *walk) taken(f file, e fs.DirEntry) bool {
	if len(w.singles) == 0 {
		return false
	}
	info, err := e.Info()
	return err == nil && w.singles[identify(f.path, info)]
}

// unwanted returns the reason for which an entry is left out, or none.
func (w *walk) unwanted(dir folder, f file, e fs.DirEntry) string {
	switch {
	case special(e.Type()):
		return SkipSpecial
	case w.Exclude != nil && w.Exclude(f.path, e.IsDir()):
		return SkipExcluded
	case w.Gitignore && dir.rules.match(e.Name(), e.IsDir()):
		return SkipIgnored
	case e.IsDir() && e.Name() == "objects" && isGitFolder(dir.path):
		return SkipGitObjects
	}
	return ""
}

func isGitFolder(path string) bool {
	for _, name := range []string{"HEAD", "refs", "config"} {
		if _, err := os.Lstat(filepath.Join(path, name)); err != nil {
			return false
		}
	}
	return true
}

func (w *walk) subfolder(parent folder, f file, e fs.DirEntry) error {
	info, err := e.Info()
	if err != nil {
		return w.yield(skipped(f.path, f.occurrence(), fileReason(err), err))
	}
	if device(info) != parent.device && pseudo(f.path) {
		return w.yield(leftOut(f.path, f.occurrence(), SkipSpecial, errors.New("pseudo file system")))
	}
	return w.enter(folder{path: f.path, link: f.link, rules: parent.rules.below(e.Name())}, info)
}

// name yields a file name as text of its own.
func (w *walk) name(f file, name string) error {
	if len(name) < shortestKey {
		return nil
	}
	at := f.occurrence()
	at.Place = scanner.InName
	return w.yield(scanner.Chunk{Unit: "name " + f.path, Data: []byte(name), At: at})
}

// symlink yields what a symlink says, and keeps it for later.
func (w *walk) symlink(f file) error {
	target, err := os.Readlink(f.path)
	if err != nil {
		return w.yield(skipped(f.path, f.occurrence(), fileReason(err), err))
	}
	if !w.NoFollow {
		w.links = append(w.links, f)
	}
	return w.yield(scanner.Chunk{Unit: f.path, Data: []byte(target), At: f.occurrence()})
}

// follow reads what a symlink leads to, unless a walked folder holds it. A symlink that leads nowhere has been covered
// by its text.
func (w *walk) follow(ctx context.Context, link file) error {
	path, err := filepath.EvalSymlinks(link.path)
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(path)
	}
	through := link.link
	if through == "" {
		through = link.path
	}
	f := file{path: path, link: through}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return w.unfollowed(link, err)
	case info.IsDir() && w.above[identify(path, info)]:
		return w.yield(leftOut("target of "+link.path, link.occurrence(), SkipLoop, errors.New("leads above a walked folder")))
	case special(info.Mode()) || pseudo(path):
		return w.yield(leftOut("target of "+link.path, link.occurrence(), SkipSpecial, errors.New("not a regular file")))
	case info.IsDir():
		return w.enter(folder{path: path, link: through, rules: ignores{}}, info)
	case w.covered(path):
		return nil
	}
	return w.single(ctx, f, info)
}

func (w *walk) unfollowed(link file, err error) error {
	unit := "target of " + link.path
	if fileReason(err) == SkipLoop || strings.Contains(err.Error(), "too many links") {
		return w.yield(leftOut(unit, link.occurrence(), SkipLoop, err))
	}
	return w.yield(skipped(unit, link.occurrence(), fileReason(err), err))
}

// covered reports whether the walk listed the folder that holds path.
func (w *walk) covered(path string) bool {
	parent := filepath.Dir(path)
	info, err := os.Stat(parent)
	return err == nil && w.folders[identify(parent, info)]
}
