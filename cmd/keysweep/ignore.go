package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/keysweep/keysweep/scanner"
)

// ignores reads what is known already: the ignore files of the target, those of --ignore-path, and the baseline.
func (s scan) ignores() (*scanner.Ignore, error) {
	all := new(scanner.Ignore)
	if s.target != "" {
		found, err := s.targetIgnores()
		if err != nil {
			return nil, err
		}
		all.Merge(found...)
	}
	for _, path := range []string{s.flags.ignorePath, s.flags.baseline} {
		if path == "" {
			continue
		}
		found, err := readKnown(path, path == s.flags.ignorePath)
		if err != nil {
			return nil, err
		}
		all.Merge(found...)
	}
	return all, nil
}

// ignoreFiles are the names of ignore files.
var ignoreFiles = []string{".keysweepignore", ".gitleaksignore"}

// targetIgnores reads the ignore files of the target, which no link may lead out of.
func (s scan) targetIgnores() ([]*scanner.Ignore, error) {
	root, err := os.OpenRoot(s.target)
	if err != nil {
		return nil, nil // the source says so in its own way
	}
	defer root.Close()
	var found []*scanner.Ignore
	for _, name := range ignoreFiles {
		text, err := readRegular(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		path := filepath.Join(s.target, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		g, err := parseKnown(path, text)
		if err != nil {
			return nil, err
		}
		found = append(found, g)
	}
	return found, nil
}

// readKnown reads a file that the person named or, where that is allowed, the ignore files of a folder.
func readKnown(path string, folder bool) ([]*scanner.Ignore, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	paths := []string{path}
	if folder && info.IsDir() {
		paths = nil
		for _, name := range ignoreFiles {
			if _, err := os.Stat(filepath.Join(path, name)); err == nil {
				paths = append(paths, filepath.Join(path, name))
			}
		}
		if len(paths) == 0 {
			return nil, fmt.Errorf("%s: no .keysweepignore in it", path)
		}
	}
	var found []*scanner.Ignore
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		g, err := parseKnown(p, text)
		if err != nil {
			return nil, err
		}
		found = append(found, g)
	}
	return found, nil
}

func parseKnown(path string, text []byte) (*scanner.Ignore, error) {
	switch filepath.Base(path) {
	case ".keysweepignore":
		return scanner.ParseIgnore(path, text)
	case ".gitleaksignore":
		return scanner.ParseGitleaksIgnore(path, text), nil
	}
	return scanner.ParseBaseline(path, text)
}

// tellStale tells of entries that hold no longer and, when all was looked at, of those that nothing matched.
func (s scan) tellStale(g *scanner.Ignore, all bool) {
	const shown = 10
	n := 0
	say := func(e scanner.Entry, what string) {
		if n++; n <= shown {
			s.notice(fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, what, oneLine(e.Text)))
		}
	}
	expired := map[string]bool{}
	for _, e := range g.Expired(time.Now()) {
		expired[fmt.Sprint(e.File, e.Line)] = true
		say(e, "expired entry, which ignores nothing")
	}
	for _, e := range g.Unused() {
		if all && !e.Baseline && !expired[fmt.Sprint(e.File, e.Line)] {
			say(e, "unused entry, which can go")
		}
	}
	if n > shown {
		s.notice(fmt.Sprintf("%d more such entries", n-shown))
	}
}
