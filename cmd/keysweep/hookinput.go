package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// refUpdate is one line that git hands to pre-push or pre-receive: a ref goes from one commit to another.
type refUpdate struct{ old, new string }

// The columns of a line that hold what a ref was and what it becomes.
var (
	prePushColumns    = updateColumns{count: 4, old: 3, new: 1} // local ref, local id, remote ref, remote id
	preReceiveColumns = updateColumns{count: 3, old: 0, new: 1} // old id, new id, ref
)

type updateColumns struct{ count, old, new int }

// readUpdates reads the lines of a hook. Deleted refs add nothing and are left out; old is empty for a new ref.
func readUpdates(r io.Reader, at updateColumns) ([]refUpdate, error) {
	var updates []refUpdate
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if lines.Text() == "" {
			continue
		}
		words := strings.Fields(lines.Text())
		if len(words) != at.count || !isObjectID(words[at.old]) || !isObjectID(words[at.new]) {
			return nil, usagef("standard input, line %d: not what git sends to this hook", n)
		}
		if isZero(words[at.new]) {
			continue
		}
		u := refUpdate{words[at.old], words[at.new]}
		if isZero(u.old) {
			u.old = ""
		}
		updates = append(updates, u)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return updates, nil
}

func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

func isZero(id string) bool { return strings.Trim(id, "0") == "" }
