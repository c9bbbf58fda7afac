package gitpack

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxAlternates is how many directories deep alternates are followed, as in git.
const maxAlternates = 5

// objectDirs lists the object directory and its alternates, each once. Alternates that cannot be used are problems.
func objectDirs(main string) (dirs []string, problems []error) {
	seen := map[string]bool{}
	var add func(dir string, depth int)
	add = func(dir string, depth int) {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil && !isDir(real) {
			err = fmt.Errorf("%s is not a directory", dir)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("alternate: %w", err))
			return
		}
		if seen[real] {
			return
		}
		seen[real] = true
		dirs = append(dirs, real)
		others := alternates(real)
		if depth == maxAlternates && len(others) > 0 {
			problems = append(problems, fmt.Errorf("alternates of %s: nested too deep", dir))
			return
		}
		for _, other := range others {
			add(other, depth+1)
		}
	}
	add(main, 0)
	return dirs, problems
}

func isDir(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.IsDir()
}

func alternates(dir string) (list []string) {
	data, _ := os.ReadFile(filepath.Join(dir, "info", "alternates"))
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '"' {
			plain, err := strconv.Unquote(line)
			if err != nil {
				plain = line
			}
			line = plain
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(dir, filepath.FromSlash(line))
		}
		list = append(list, line)
	}
	return list
}

// configHash reads the object format from a repository's config: 20 or 32 bytes.
func configHash(gitDir string) int {
	data, _ := os.ReadFile(filepath.Join(gitDir, "config"))
	section := ""
	for line := range strings.Lines(string(data)) {
		line = strings.ToLower(strings.TrimSpace(line))
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(section, "[extensions]") && strings.TrimSpace(key) == "objectformat" {
			if strings.Trim(strings.TrimSpace(value), `"`) == "sha256" {
				return 32
			}
		}
	}
	return 20
}

// shallowCommits reads the list of commits whose parents were not fetched.
func shallowCommits(gitDir string) map[ID]bool {
	set := map[ID]bool{}
	for _, ids := range idLines(filepath.Join(gitDir, "shallow")) {
		set[ids[0]] = true
	}
	return set
}

// graftParents reads the parents that info/grafts gives to commits.
func graftParents(gitDir string) map[ID][]ID {
	set := map[ID][]ID{}
	for _, ids := range idLines(filepath.Join(gitDir, "info", "grafts")) {
		set[ids[0]] = append(set[ids[0]], ids[1:]...)
	}
	return set
}

func idLines(file string) (lines [][]ID) {
	data, _ := os.ReadFile(file)
	scan := bufio.NewScanner(bytes.NewReader(data))
	for scan.Scan() {
		var ids []ID
		for _, word := range strings.Fields(scan.Text()) {
			id, err := ParseID(word)
			if err != nil {
				break
			}
			ids = append(ids, id)
		}
		if len(ids) > 0 {
			lines = append(lines, ids)
		}
	}
	return lines
}
