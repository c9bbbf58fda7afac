package detectors

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

var (
	tableHeader = regexp.MustCompile(`^\s*(\[\[?)\s*([A-Za-z0-9_.\-"]+)\s*\]\]?`)
	keyAssign   = regexp.MustCompile(`^\s*([A-Za-z0-9_.\-"]+)\s*=`)
	multiline   = regexp.MustCompile(`'''|"""`)
)

// keyLines maps every key of a TOML text to its line, counted from 1. The n-th table of an array is written a[n], so
// that a key has a line of its own: credential[1].parts.key.regex. Keys inside inline tables have their table's line.
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	counts := map[string]int{}
	prefix, open := "", false
	for i, line := range bytes.Split(text, []byte("\n")) {
		quotes := len(multiline.FindAll(line, -1))
		if open {
			open = quotes%2 == 0
			continue
		}
		open = quotes%2 == 1
		if m := tableHeader.FindSubmatch(line); m != nil {
			prefix = tablePath(string(m[2]), len(m[1]) == 2, counts) + "."
			lines[strings.TrimSuffix(prefix, ".")] = i + 1
		} else if m := keyAssign.FindSubmatch(line); m != nil {
			lines[prefix+strings.ReplaceAll(string(m[1]), `"`, "")] = i + 1
		}
	}
	return lines
}

// tablePath writes the indexes of the arrays that a table header passes through. counts holds how many tables each
// array has so far.
func tablePath(header string, array bool, counts map[string]int) string {
	words := strings.Split(strings.ReplaceAll(header, `"`, ""), ".")
	done := ""
	for i, w := range words {
		done += w
		if array && i == len(words)-1 {
			counts[done]++
		}
		if n := counts[done]; n > 0 {
			done += fmt.Sprintf("[%d]", n-1)
		}
		if i < len(words)-1 {
			done += "."
		}
	}
	return done
}
