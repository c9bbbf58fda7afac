package gitpack

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// crafted is an entry of a pack that git would not write.
type crafted struct {
	id   ID
	kind Type
	size int64  // as written; the length of data when zero
	base ID     // of a refDelta
	back int    // of an offsetDelta: how many entries before
	data []byte // deflated unless raw is set
	raw  []byte
	at   uint64 // where to put the entry; after the one before when zero
}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func blobID(data []byte) ID { return objectID(Blob, data) }

func objectID(kind Type, data []byte) (id ID) {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	copy(id[:], h.Sum(nil))
	return id
}

// header writes an entry's header.
func (c crafted) header(back uint64) []byte {
	size := c.size
	if size == 0 {
		size = int64(len(c.data))
	}
	b := []byte{byte(c.kind)<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		b[len(b)-1] |= 0x80
		b = append(b, byte(size&0x7f))
	}
	switch c.kind {
	case refDelta:
		b = append(b, c.base[:20]...)
	case offsetDelta:
		far := []byte{byte(back & 0x7f)}
		for back >>= 7; back > 0; back >>= 7 {
			back--
			far = append(far, 0x80|byte(back&0x7f))
		}
		slices.Reverse(far)
		b = append(b, far...)
	}
	return b
}

// craft writes a pack and its index into a new repository. The file is sparse where entries lie apart.
func craft(t testing.TB, entries ...crafted) *repo {
	t.Helper()
	r := &repo{t, t.TempDir()}
	r.craft("pack-1", entries...)
	return r
}

func (r *repo) craft(name string, entries ...crafted) {
	r.t.Helper()
	dir := filepath.Join(r.dir, "objects", "pack")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, name+".pack"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	head := append([]byte("PACK\x00\x00\x00\x02"), binary.BigEndian.AppendUint32(nil, uint32(len(entries)))...)
	at := uint64(len(head))
	f.Write(head)
	offsets := make([]uint64, len(entries))
	crcs := make([]uint32, len(entries))
	for i, e := range entries {
		at = max(at, e.at)
		offsets[i] = at
		body := e.raw
		if body == nil {
			body = deflate(e.data)
		}
		back := uint64(0)
		if e.kind == offsetDelta {
			back = at - offsets[i-e.back]
		}
		all := append(e.header(back), body...)
		crcs[i] = crc32.ChecksumIEEE(all)
		f.WriteAt(all, int64(at))
		at += uint64(len(all))
	}
	f.WriteAt(make([]byte, 20), int64(at))
	if err := os.WriteFile(filepath.Join(dir, name+".idx"), craftIndex(entries, offsets, crcs), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func craftIndex(entries []crafted, offsets []uint64, crcs []uint32) []byte {
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(entries[a].id[:], entries[b].id[:]) })
	out := []byte("\xfftOc\x00\x00\x00\x02")
	var names, crc, small, large []byte
	n := 0
	for first := range 256 {
		for n < len(order) && int(entries[order[n]].id[0]) <= first {
			n++
		}
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	for _, i := range order {
		names = append(names, entries[i].id[:20]...)
		crc = binary.BigEndian.AppendUint32(crc, crcs[i])
		if offsets[i] < 1<<31 {
			small = binary.BigEndian.AppendUint32(small, uint32(offsets[i]))
			continue
		}
		small = binary.BigEndian.AppendUint32(small, 1<<31|uint32(len(large)/8))
		large = binary.BigEndian.AppendUint64(large, offsets[i])
	}
	return slices.Concat(out, names, crc, small, large, make([]byte, 40))
}

// delta makes a delta from its parts.
func delta(base int, result int64, ops ...[]byte) []byte {
	b := binary.AppendUvarint(nil, uint64(base))
	b = binary.AppendUvarint(b, uint64(result))
	return append(b, slices.Concat(ops...)...)
}

func insert(text string) []byte { return append([]byte{byte(len(text))}, text...) }

// named is an id that is easy to tell.
func named(n byte) (id ID) {
	id[0], id[19] = n, n
	return id
}

func TestCrafted(t *testing.T) {
	text := []byte("some text with key=0123abcd in it")
	long := bytes.Repeat([]byte("a line of text\n"), 100)
	cases := []struct {
		name    string
		entries []crafted
		visited []byte // first bytes of the names
		skipped map[byte]string
	}{
		{"whole blobs", []crafted{{id: named(1), kind: Blob, data: text}, {id: named(2), kind: Blob, data: []byte{}}},
			[]byte{1, 2}, nil},
		{"delta by offset", []crafted{{id: named(1), kind: Blob, data: text},
			{id: named(2), kind: offsetDelta, back: 1, data: delta(len(text), 9, copyOps(0, 5), insert("more"))}}, []byte{1, 2}, nil},
		{"delta before its base", []crafted{{id: named(2), kind: refDelta, base: named(1), data: delta(len(text), 5, copyOps(0, 5))},
			{id: named(1), kind: Blob, data: text}}, []byte{1, 2}, nil},
		{"delta of itself", []crafted{{id: named(1), kind: refDelta, base: named(1), data: delta(3, 3, insert("abc"))}},
			nil, map[byte]string{1: "corrupt"}},
		{"deltas in a ring", []crafted{
			{id: named(1), kind: refDelta, base: named(2), data: delta(3, 3, insert("abc"))},
			{id: named(2), kind: refDelta, base: named(3), data: delta(3, 3, insert("abc"))},
			{id: named(3), kind: refDelta, base: named(1), data: delta(3, 3, insert("abc"))},
			{id: named(4), kind: Blob, data: text}}, []byte{4}, map[byte]string{1: "corrupt", 2: "corrupt", 3: "corrupt"}},
		{"delta without a base", []crafted{{id: named(1), kind: refDelta, base: named(9), data: delta(3, 3, insert("abc"))}},
			nil, map[byte]string{1: "missing"}},
		{"delta for a base of another size", []crafted{{id: named(1), kind: Blob, data: text},
			{id: named(2), kind: offsetDelta, back: 1, data: delta(5, 5, copyOps(0, 5))}}, []byte{1}, map[byte]string{2: "corrupt"}},
		{"delta that copies past its base", []crafted{{id: named(1), kind: Blob, data: text},
			{id: named(2), kind: offsetDelta, back: 1, data: delta(len(text), 500, copyOps(0, 500))}}, []byte{1}, map[byte]string{2: "corrupt"}},
		{"delta with a result of another size", []crafted{{id: named(1), kind: Blob, data: text},
			{id: named(2), kind: offsetDelta, back: 1, data: delta(len(text), 7, copyOps(0, 5))},
			{id: named(3), kind: offsetDelta, back: 2, data: delta(len(text), 3, copyOps(0, 5))}},
			[]byte{1}, map[byte]string{2: "corrupt", 3: "corrupt"}},
		{"delta whose result is huge", []crafted{{id: named(1), kind: Blob, data: text},
			{id: named(2), kind: offsetDelta, back: 1, data: delta(len(text), 1<<40, copyOps(0, 5))}}, []byte{1}, map[byte]string{2: "too large"}},
		{"delta of a broken base", []crafted{{id: named(1), kind: Blob, size: int64(len(text)), raw: []byte("not zlib")},
			{id: named(2), kind: offsetDelta, back: 1, data: delta(len(text), 5, copyOps(0, 5))}},
			nil, map[byte]string{1: "corrupt", 2: "corrupt"}},
		{"size too small", []crafted{{id: named(1), kind: Blob, size: 3, data: text}}, nil, map[byte]string{1: "corrupt"}},
		{"size too large", []crafted{{id: named(1), kind: Blob, size: 3000, data: text}}, nil, map[byte]string{1: "corrupt"}},
		{"size of petabytes", []crafted{{id: named(1), kind: Blob, size: 1 << 52, data: text}}, nil, map[byte]string{1: "corrupt"}},
		{"entry of no type", []crafted{{id: named(1), kind: 5, data: text}, {id: named(2), kind: 0, data: text}},
			nil, map[byte]string{1: "corrupt", 2: "corrupt"}},
		{"tree for a blob", []crafted{{id: named(1), kind: Tree, data: []byte{}}}, nil, nil},
		{"truncated stream", []crafted{{id: named(1), kind: Blob, size: int64(len(long)), raw: deflate(long)[:20]}}, nil, map[byte]string{1: "corrupt"}},
		{"wrong checksum", []crafted{{id: named(1), kind: Blob, size: int64(len(text)), raw: append(deflate(text)[:len(deflate(text))-1], 0)}},
			nil, map[byte]string{1: "corrupt"}},
		{"beyond four gigabytes", []crafted{{id: named(1), kind: Blob, data: text},
			{id: named(2), kind: Blob, data: text, at: 5 << 30},
			{id: named(3), kind: offsetDelta, back: 2, data: delta(len(text), 4, copyOps(0, 4))}}, []byte{1, 2, 3}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := craft(t, c.entries...)
			var tips Tips
			for _, e := range c.entries {
				tips.Include = append(tips.Include, e.id)
			}
			for _, sp := range []Spotter{nil, everyByte{}} {
				got := r.scan(r.open(Options{Memory: 64 << 20, Workers: 2}), tips, sp, false)
				visited, skipped := []byte(nil), map[byte]string{}
				for id := range got.visited {
					b, _ := ParseID(id)
					visited = append(visited, b[0])
				}
				for id, reason := range got.skipped {
					b, _ := ParseID(id)
					skipped[b[0]] = reason
				}
				slices.SortFunc(visited, func(a, b byte) int { return cmp.Compare(a, b) })
				if sp != nil { // an empty blob has no spot
					c.visited = slices.DeleteFunc(c.visited, func(b byte) bool { return c.name == "whole blobs" && b == 2 })
				}
				want := fmt.Sprint(c.visited, mapOrEmpty(c.skipped))
				if got := fmt.Sprint(visited, skipped); got != want {
					t.Errorf("visited and skipped %s, want %s", got, want)
				}
			}
		})
	}
}

func mapOrEmpty(m map[byte]string) map[byte]string {
	if m == nil {
		return map[byte]string{}
	}
	return m
}

// everyByte finds something everywhere.
type everyByte struct{}

func (everyByte) Reach() int { return 0 }
func (everyByte) Spots(dst []Span, _ []byte, from, to int) []Span {
	for i := from; i < to; i++ {
		dst = append(dst, Span{Start: i, End: i + 1})
	}
	return dst
}
