package source

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// ignores are the .gitignore patterns that hold in a folder. The zero value ignores nothing.
type ignores struct {
	path     []string // of the folder, from the repository's root
	patterns []gitignore.Pattern
}

// rootIgnores collects the patterns of the repository that encloses path, down to path's parent.
func rootIgnores(path string) ignores {
	abs, err := filepath.Abs(path)
	if err != nil {
		return ignores{}
	}
	top, ok := worktreeRoot(abs)
	if !ok || top == abs {
		return ignores{}.exclude(abs)
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil {
		return ignores{}
	}
	rules := ignores{}.exclude(top)
	for _, name := range strings.Split(filepath.ToSlash(rel), "/") {
		rules = rules.with(top).below(name)
		top = filepath.Join(top, name)
	}
	return rules
}

// worktreeRoot is the nearest folder at or above path that holds .git.
func worktreeRoot(path string) (string, bool) {
	for {
		if _, err := os.Lstat(filepath.Join(path, ".git")); err == nil {
			return path, true
		}
		up := filepath.Dir(path)
		if up == path {
			return "", false
		}
		path = up
	}
}

func (g ignores) exclude(top string) ignores {
	return g.add(filepath.Join(top, ".git", "info", "exclude"))
}

// with adds the patterns of dir's own .gitignore.
func (g ignores) with(dir string) ignores { return g.add(filepath.Join(dir, ".gitignore")) }

// below are the rules of a subfolder.
func (g ignores) below(name string) ignores {
	return ignores{path: append(slices.Clip(g.path), name), patterns: g.patterns}
}

// add reads a file of patterns; one that cannot be read ignores nothing.
func (g ignores) add(path string) ignores {
	data, err := readSmall(path)
	if err != nil {
		return g
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	patterns := slices.Clip(g.patterns)
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, gitignore.ParsePattern(line, g.path))
		}
	}
	return ignores{path: g.path, patterns: patterns}
}

func (g ignores) match(name string, dir bool) bool {
	return len(g.patterns) > 0 && gitignore.NewMatcher(g.patterns).Match(append(slices.Clip(g.path), name), dir)
}
