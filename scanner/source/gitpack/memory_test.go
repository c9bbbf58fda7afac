package gitpack

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime/debug"
	"testing"
)

// TestMemoryIsKept scans packs that are made to fill memory, with the limit that the command sets, and watches the
// memory of the process.
func TestMemoryIsKept(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector takes several times the memory; make unit runs this without it")
	}
	const memory = 64 << 20
	const large = 63 << 17 // little less than the largest object that is held as a whole
	cases := []struct {
		name string
		make func() []crafted
		skip int
	}{
		{"large blobs", func() []crafted { return zeroBlobs(60, large) }, 0},
		{"blobs above the limit", func() []crafted { return zeroBlobs(3, 200<<20) }, 0},
		{"a large base with many deltas", func() []crafted { return bush(large) }, 0},
		{"large commits", func() []crafted { return largeCommits(20, large) }, 0},
		{"large trees with names of their own", func() []crafted { return largeTrees(12, 130_000) }, 1},
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memory / 8 * 7))
	for _, c := range cases {
		entries := c.make()
		r := craft(t, entries...)
		var tips Tips
		for _, e := range entries {
			if e.kind != Tree {
				tips.Include = append(tips.Include, e.id)
			}
		}
		entries = nil
		debug.FreeOSMemory()
		before, stop := anonymous(), watchMemory()
		s := r.open(Options{Memory: memory, Workers: 2})
		reached, err := s.Reach(t.Context(), tips)
		if err != nil {
			t.Fatal(err)
		}
		var skips []error
		err = s.Scan(t.Context(), reached, literal("nothing of the kind"), Visitor{Visit: func(Object) error { return nil },
			Skip: func(sk Skipped) { skips = append(skips, sk.Err) }})
		if err != nil || len(skips) != c.skip {
			t.Errorf("%s: %v, skipped %v", c.name, err, skips)
		}
		peak := stop() - before
		t.Logf("%s: %d MiB", c.name, peak>>20)
		if peak > memory {
			t.Errorf("%s: %d MiB of memory, want at most %d", c.name, peak>>20, memory>>20)
		}
		s.Close()
	}
}

func numbered(kind byte, i int) (id ID) {
	id[0], id[19] = byte(i*7), kind
	binary.BigEndian.PutUint32(id[1:], uint32(i))
	return id
}

func zeroBlobs(n, size int) (entries []crafted) {
	raw := deflate(make([]byte, size))
	for i := range n {
		entries = append(entries, crafted{id: numbered(1, i), kind: Blob, size: int64(size), raw: raw})
	}
	return entries
}

// bush is a base with 20 deltas, each with 3 more on top, and so on once more.
func bush(size int) (entries []crafted) {
	data := make([]byte, size)
	entries = append(entries, crafted{id: numbered(2, 0), kind: Blob, size: int64(size), raw: deflate(data)})
	var copies [][]byte
	for at := 0; at < size; at += 1 << 20 {
		copies = append(copies, copyOps(at, min(1<<20, size-at)))
	}
	n := 0
	var grow func(parent, children, depth int)
	grow = func(parent, children, depth int) {
		for range children {
			n++
			me := n
			d := delta(size+parentDepth(depth), int64(size+parentDepth(depth+1)), append(append([][]byte{}, copies...), tail(size, depth), insert("one"))...)
			entries = append(entries, crafted{id: numbered(2, me), kind: offsetDelta, back: me - parent, data: d})
			if depth < 2 {
				grow(me, 3, depth+1)
			}
		}
	}
	grow(0, 20, 0)
	return entries
}

func parentDepth(depth int) int { return 3 * depth }

// tail copies what deltas before have added at the end.
func tail(size, depth int) []byte {
	if depth == 0 {
		return nil
	}
	return copyOps(size, 3*depth)
}

func largeCommits(n, size int) (entries []crafted) {
	for i := range n {
		text := fmt.Sprintf("tree %s\n", numbered(4, 0))
		if i > 0 {
			text += fmt.Sprintf("parent %s\n", numbered(3, i-1))
		}
		data := append([]byte(text+"author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n"), bytes.Repeat([]byte("x"), size-500)...)
		entries = append(entries, crafted{id: numbered(3, i), kind: Commit, size: int64(len(data)), raw: deflate(data)})
	}
	return append(entries, crafted{id: numbered(4, 0), kind: Tree, data: []byte{}})
}

// largeTrees are commits in a row, each with a tree of its own whose names no other has.
func largeTrees(n, rows int) (entries []crafted) {
	blob := crafted{id: numbered(5, 0), kind: Blob, data: []byte("text")}
	entries = append(entries, blob)
	for i := range n {
		var tree []byte
		for row := range rows {
			tree = append(fmt.Appendf(tree, "100644 name-%02d-%08d\x00", i, row), blob.id[:20]...)
		}
		text := fmt.Sprintf("tree %s\n", numbered(6, i))
		if i > 0 {
			text += fmt.Sprintf("parent %s\n", numbered(7, i-1))
		}
		entries = append(entries, crafted{id: numbered(6, i), kind: Tree, size: int64(len(tree)), raw: deflate(tree)},
			crafted{id: numbered(7, i), kind: Commit, data: []byte(text + "author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n")})
	}
	return entries
}
