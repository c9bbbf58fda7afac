package detectors

import (
	"bytes"
	"fmt"
	"strings"
)

// keyLines maps every key of a TOML text to its line, counted from 1. The n-th table of an array is written a[n], so
// that a key has a line of its own: credential[1].parts.key.regex. Keys inside inline tables have their table's line.
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	counts := map[string]int{}
	prefix, open, n := "", false, 0
	for line := range bytes.Lines(text) {
		n++
		odd := tripleQuotes(line)%2 == 1
		if open {
			open = !odd
			continue
		}
		open = odd
		if header, array := tableHeader(line); header != nil {
			prefix = tablePath(string(header), array, counts) + "."
			lines[strings.TrimSuffix(prefix, ".")] = n
		} else if key := assignedKey(line); key != nil {
			lines[prefix+strings.ReplaceAll(string(key), `"`, "")] = n
		}
	}
	return lines
}

// tripleQuotes counts the quotes of strings that may go over several lines.
func tripleQuotes(line []byte) int {
	n := 0
	for i := 0; i+2 < len(line); i++ {
		if c := line[i]; (c == '\'' || c == '"') && line[i+1] == c && line[i+2] == c {
			n, i = n+1, i+2
		}
	}
	return n
}

const blanks = " \t\r\n\f\v"

// tableHeader returns the name in [name] or [[name]] at the start of a line, or nil.
func tableHeader(line []byte) (name []byte, array bool) {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(line, blanks), []byte("["))
	if !ok {
		return nil, false
	}
	rest, array = bytes.CutPrefix(rest, []byte("["))
	name, rest = keyRun(bytes.TrimLeft(rest, blanks))
	if len(name) == 0 || !bytes.HasPrefix(bytes.TrimLeft(rest, blanks), []byte("]")) {
		return nil, false
	}
	return name, array
}

// assignedKey returns the name in name = at the start of a line, or nil.
func assignedKey(line []byte) []byte {
	name, rest := keyRun(bytes.TrimLeft(line, blanks))
	if len(name) == 0 || !bytes.HasPrefix(bytes.TrimLeft(rest, blanks), []byte("=")) {
		return nil
	}
	return name
}

// keyRun cuts a dotted key off the start of a text.
func keyRun(text []byte) (key, rest []byte) {
	i := 0
	for i < len(text) && (placeholderByte(text[i]) || text[i] >= 'A' && text[i] <= 'Z' || text[i] == '-' || text[i] == '"') {
		i++
	}
	return text[:i], text[i:]
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
