package gitpack

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
)

// rootPath is the number of the empty path.
const rootPath = 0

// longestPath bounds a path that is written out; the front of a longer one is left off.
const longestPath = 16 << 10

// paths numbers paths: each is a name in another path. Flat, so that millions cost little.
type paths struct {
	seed   maphash.Seed
	parent []uint32
	end    []uint64 // where each name ends in names; it starts where the one before ends
	object []uint32 // the first object that was met under each
	commit []uint32 // and the position of the commit it was met in
	names  []byte
	slots  []uint32 // hash table of numbers

	room *atomic.Int64 // bytes that this and other tables may still take; nil is no limit
	full bool          // paths were left out for want of room
}

// pathCost is what a path takes beside its name, in a table and in what treeWalk remembers of folders.
const pathCost = 72

func newPaths(room *atomic.Int64) *paths {
	p := &paths{room: room, seed: maphash.MakeSeed(), slots: make([]uint32, 1024)}
	p.parent, p.end = []uint32{rootPath}, []uint64{0}
	p.object, p.commit = []uint32{noObject}, []uint32{noObject}
	return p
}

func (p *paths) len() int { return len(p.parent) }

func (p *paths) name(i uint32) []byte {
	if i == rootPath {
		return nil
	}
	return p.names[p.end[i-1]:p.end[i]]
}

// add returns the number of a name in a path, and whether it is new. When there is no room for it, the path stands for
// it. Slots hold numbers; 0, the root, marks a free one.
func (p *paths) add(parent uint32, name []byte) (uint32, bool) {
	if 2*len(p.parent) > len(p.slots) {
		p.grow()
	}
	i := p.slot(parent, name)
	if p.slots[i] != 0 {
		return p.slots[i], false
	}
	if cost := int64(pathCost + len(name)); p.room != nil && p.room.Add(-cost) < 0 {
		p.room.Add(cost)
		p.full = true
		return parent, false
	}
	n := uint32(len(p.parent))
	p.slots[i] = n
	p.parent, p.names = append(p.parent, parent), append(p.names, name...)
	p.end = append(p.end, uint64(len(p.names)))
	p.object, p.commit = append(p.object, noObject), append(p.commit, noObject)
	return n, true
}

func (p *paths) slot(parent uint32, name []byte) int {
	mask := len(p.slots) - 1
	i := int(maphash.Bytes(p.seed, name)^uint64(parent)*0x9e3779b97f4a7c15) & mask
	for p.slots[i] != 0 {
		if n := p.slots[i]; p.parent[n] == parent && string(p.name(n)) == string(name) {
			break
		}
		i = (i + 1) & mask
	}
	return i
}

func (p *paths) grow() {
	p.slots = make([]uint32, 2*len(p.slots))
	for n := 1; n < len(p.parent); n++ {
		p.slots[p.slot(p.parent[n], p.name(uint32(n)))] = uint32(n)
	}
}

// text writes a path out.
func (p *paths) text(i uint32) string {
	var parts []string
	for size := 0; i != rootPath && size < longestPath; i = p.parent[i] {
		name := p.name(i)
		size += len(name) + 1
		parts = append(parts, string(name))
	}
	slices.Reverse(parts)
	return strings.Join(parts, "/")
}
