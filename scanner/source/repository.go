package source

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// repository says where the parts of a repository lie. See gitrepository-layout.
type repository struct {
	gitDir   string // HEAD and index of the worktree that was named
	common   string // objects, refs and config
	worktree string // empty when bare
	config   *config.Config
	broken   error // why config holds nothing, or nil
}

// findRepository opens the repository at path: a worktree, a folder in one, a bare repository, or a .git file. Nobody's
// ownership matters, because nothing that is read is executed.
func findRepository(path string) (*repository, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w: no such folder", path, ErrNotRepository)
	case err != nil:
		return nil, fmt.Errorf("%s: %w: %w", path, ErrNotRepository, err)
	case info.Mode().IsRegular():
		return throughFile(abs)
	}
	for dir := abs; ; dir = filepath.Dir(dir) {
		r, err := repositoryAt(dir)
		if r != nil || err != nil {
			return r, err
		}
		if dir == filepath.Dir(dir) {
			return nil, fmt.Errorf("%s: %w (nor is any folder above)", path, ErrNotRepository)
		}
	}
}

// repositoryAt returns nil when there is no repository at dir itself.
func repositoryAt(dir string) (*repository, error) {
	dotGit := filepath.Join(dir, ".git")
	info, err := os.Stat(dotGit)
	switch {
	case err == nil && info.IsDir() && isGitDir(dotGit):
		return newRepository(dotGit, dir)
	case err == nil && info.Mode().IsRegular():
		return throughFile(dotGit)
	case isGitDir(dir) && filepath.Base(dir) == ".git":
		return newRepository(dir, filepath.Dir(dir))
	case isGitDir(dir):
		return newRepository(dir, "")
	}
	return nil, nil
}

// isGitDir applies git's own test: HEAD, and objects and refs here or where commondir points.
func isGitDir(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil {
		return false
	}
	common := commonDir(dir)
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(common, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

func commonDir(gitDir string) string {
	data, err := readSmall(filepath.Join(gitDir, "commondir"))
	if err != nil {
		return gitDir
	}
	return from(gitDir, strings.TrimSpace(string(data)))
}

// from resolves a path that stands in a file of dir.
func from(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

// throughFile follows a .git file, as linked worktrees and submodules have.
func throughFile(path string) (*repository, error) {
	data, err := readSmall(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotRepository, err)
	}
	target, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "gitdir:")
	if !ok {
		return nil, fmt.Errorf("%s: %w: file does not point to one", path, ErrNotRepository)
	}
	gitDir := from(filepath.Dir(path), strings.TrimSpace(target))
	if !isGitDir(gitDir) {
		return nil, fmt.Errorf("%s: %w: it points to %s, which is none", path, ErrNotRepository, gitDir)
	}
	return newRepository(gitDir, filepath.Dir(path))
}

func newRepository(gitDir, worktree string) (*repository, error) {
	r := &repository{gitDir: gitDir, common: commonDir(gitDir), worktree: worktree, config: config.New()}
	data, err := readSmall(filepath.Join(r.common, "config"))
	if err == nil {
		err = config.NewDecoder(bytes.NewReader(data)).Decode(r.config)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.config, r.broken = config.New(), err
	}
	if worktree != "" && filepath.Base(gitDir) == ".git" && strings.EqualFold(r.config.Section("core").Option("bare"), "true") {
		r.worktree = ""
	}
	return r, r.check()
}

// check refuses formats that would be misread. Others that git does not know do not change what is read here.
func (r *repository) check() error {
	switch storage := r.config.Section("extensions").Option("refstorage"); strings.ToLower(storage) {
	case "", "files", "reftable":
	default:
		return fmt.Errorf("%s: %w: ref storage %q (git refs migrate --ref-format=files makes refs readable)", r.common, ErrUnsupported, storage)
	}
	switch format := r.config.Section("extensions").Option("objectformat"); strings.ToLower(format) {
	case "", "sha1", "sha256":
		return nil
	default:
		return fmt.Errorf("%s: %w: object format %q", r.common, ErrUnsupported, format)
	}
}

// reftables says that refs and reflogs are kept in reftables.
func (r *repository) reftables() bool {
	return strings.EqualFold(r.config.Section("extensions").Option("refstorage"), "reftable")
}

// hash is the length of object names in bytes.
func (r *repository) hash() int {
	if strings.EqualFold(r.config.Section("extensions").Option("objectformat"), "sha256") {
		return 32
	}
	return 20
}

// gitDirs are the folders with the HEAD of each worktree: the common folder first, then the linked ones by name.
func (r *repository) gitDirs() []string {
	dirs := []string{r.common}
	linked, _ := os.ReadDir(filepath.Join(r.common, "worktrees"))
	for _, e := range linked {
		dir := filepath.Join(r.common, "worktrees", e.Name())
		if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err == nil {
			dirs = append(dirs, dir)
		}
	}
	if !slices.Contains(dirs, r.gitDir) {
		dirs = append(dirs, r.gitDir)
	}
	return dirs
}

// origin is the URL of the remote that links should lead to: origin's, or that of the only one.
func (r *repository) origin() string {
	remotes := r.config.Section("remote").Subsections
	for _, s := range remotes {
		if s.Name == "origin" || len(remotes) == 1 {
			return s.Option("url")
		}
	}
	return ""
}
