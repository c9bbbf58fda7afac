package gitpack

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestHostileTrees has trees with odd names and modes, and a tree that unfolds to 10^12 files.
func TestHostileTrees(t *testing.T) {
	r := newRepo(t)
	blob, err := ParseID(r.feed("content", "hash-object", "-w", "--stdin"))
	if err != nil {
		t.Fatal(err)
	}
	row := func(mode, name string, id ID) string { return mode + " " + name + "\x00" + string(id[:20]) }
	tree := func(text string) ID {
		cmd := exec.Command("git", "hash-object", "-t", "tree", "--literally", "-w", "--stdin")
		cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(text)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		id, err := ParseID(strings.TrimSpace(string(out)))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	odd := tree(row("100644", "../../etc/passwd", blob) + row("100644", "", blob) + row("40000", "a\xff/b", blob) + row("777777", "x", blob))
	bomb := odd
	for range 12 {
		rows := ""
		for c := 'a'; c < 'k'; c++ {
			rows += row("40000", string(c), bomb)
		}
		bomb = tree(rows)
	}
	cut := tree(row("100644", "ok", blob) + "100644 cut\x00abc")
	commit := func(tree ID) ID {
		id, err := ParseID(r.git("commit-tree", tree.String(), "-m", "x"))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	tips := Tips{Include: []ID{commit(bomb)}}
	body := fmt.Sprintf("tree %s\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nm", cut)
	last, err := ParseID(r.feed(body, "hash-object", "-t", "commit", "--literally", "-w", "--stdin"))
	if err != nil {
		t.Fatal(err)
	}
	tips.Include = append(tips.Include, last)
	s := r.open(Options{})
	reached, err := s.Reach(t.Context(), tips)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(reached.Skips()); got != 1 { // the cut tree; the blob that passes as a tree was met before
		t.Errorf("skips %v, want one", reached.Skips())
	}
	places := 0
	err = reached.Attribute(t.Context(), []ID{blob}, func(ID, At) error { places++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if places < 1000 || places > 2*mostPlaces {
		t.Errorf("%d places, want some thousands", places)
	}
}
