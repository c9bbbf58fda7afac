package gitpack

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
)

// chain is a blob and deltas made one against the other, each of which adds a letter and a number.
func chain(n int) (entries []crafted, texts map[string]string) {
	text, size := []byte("key=0123abcd "), 13
	texts = map[string]string{}
	for i := range n {
		e := crafted{kind: Blob, data: slices.Clone(text)}
		if i > 0 {
			more := fmt.Sprintf("%c%d", 'a'+i%26, i)
			e = crafted{kind: offsetDelta, back: 1, data: delta(size, int64(size+len(more)), copyOps(0, size), insert(more))}
			text, size = append(text, more...), size+len(more)
		}
		binary.BigEndian.PutUint32(e.id[:], uint32(i+1)*2654435761)
		e.id[19] = 1
		texts[e.id.String()] = string(text)
		entries = append(entries, e)
	}
	return entries, texts
}

// TestDeepChains follows chains of the depth that git allows, and of more, whether all of it is wanted or the end only.
func TestDeepChains(t *testing.T) {
	for _, depth := range []int{300, 4095} {
		entries, texts := chain(depth + 1)
		r := craft(t, entries...)
		var all Tips
		for _, e := range entries {
			all.Include = append(all.Include, e.id)
		}
		for name, tips := range map[string]Tips{"all": all, "the end": {Include: all.Include[depth:]}, "the middle": {Include: all.Include[depth/2 : depth/2+1]}} {
			for _, sp := range []Spotter{nil, toy{}} {
				got := r.scan(r.open(Options{Memory: 64 << 20}), tips, sp, false)
				if len(got.visited) != len(tips.Include) || len(got.skipped) > 0 {
					t.Fatalf("%d, %s: %d visited, %d skipped, %d clean", depth, name, len(got.visited), len(got.skipped), got.clean)
				}
				for id, text := range got.visited {
					if texts[id] != text {
						t.Fatalf("%d, %s: %s is not what it should be", depth, name, id)
					}
				}
			}
		}
	}
}

// TestBrokenBaseIsReadElsewhere has a base that is not wanted, broken in one pack and whole in another.
func TestBrokenBaseIsReadElsewhere(t *testing.T) {
	text := []byte("some text with key=0123abcd in it")
	r := craft(t, crafted{id: named(1), kind: Blob, size: int64(len(text)), raw: []byte("not zlib")},
		crafted{id: named(2), kind: offsetDelta, back: 1, data: delta(len(text), 9, copyOps(0, 5), insert("more"))})
	got := r.scan(r.open(Options{}), Tips{Include: []ID{named(2)}}, nil, false)
	if got.skipped[named(2).String()] != "corrupt" {
		t.Errorf("visited %v, skipped %v; want it skipped", got.visited, got.skipped)
	}
	r.craft("pack-2", crafted{id: named(1), kind: Blob, data: text})
	got = r.scan(r.open(Options{}), Tips{Include: []ID{named(2)}}, nil, false)
	if want := "some more"; got.visited[named(2).String()] != want {
		t.Errorf("visited %q, skipped %v; want %q", got.visited, got.skipped, want)
	}
}

// TestSixteenMillionObjects opens an index of 16,777,216 objects, of which two are reached: the others are counted and
// cost no memory.
func TestSixteenMillionObjects(t *testing.T) {
	const many = 1 << 24
	text := []byte("some text with key=0123abcd in it")
	r := craft(t, crafted{id: named(1), kind: Blob, data: text},
		crafted{id: named(2), kind: offsetDelta, back: 1, data: delta(len(text), 9, copyOps(0, 5), insert("more"))})
	widen(t, r.glob("objects/pack/*.idx")[0], many)
	debug.FreeOSMemory()
	before, stop := anonymous(), watchMemory()
	s := r.open(Options{})
	got := r.scan(s, Tips{Include: []ID{named(1), named(2)}}, nil, false)
	peak := stop() - before
	if len(got.visited) != 2 || s.Stats().Objects.Load() != many {
		t.Errorf("visited %q, skipped %v, of %d objects", got.visited, got.skipped, s.Stats().Objects.Load())
	}
	if t.Logf("%d MiB", peak>>20); peak > 100<<20 && !raceDetector {
		t.Errorf("%d MiB of memory, want at most 100", peak>>20)
	}
}

// widen makes an index of two objects one of many: names of zeros, not reached, lie in front. Most of the file is holes.
func widen(t *testing.T, file string, many int) {
	t.Helper()
	small, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Clean(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write := func(data []byte, at int) {
		if _, err := f.WriteAt(data, int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	const head = 8 + 1024
	write(small[:8], 0)
	for i := range 256 {
		n := binary.BigEndian.Uint32(small[8+4*i:])
		write(binary.BigEndian.AppendUint32(nil, n+uint32(many-2)), 8+4*i)
	}
	names, offsets := head, head+24*many // checksums, 4 bytes each, lie between
	write(small[head:head+40], names+20*(many-2))
	write(small[head+48:head+56], offsets+4*(many-2))
	write(small[head+56:], offsets+4*many)
}
