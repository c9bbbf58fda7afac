package gitpack

import (
	"bytes"
	"context"
)

// maxTreeDepth is how deep folders may be nested for their content to be attributed; git's own limit.
const maxTreeDepth = 4096

// placeWalk looks for hits in what each commit brought: the entries of its tree that none of its parents has at the
// same path. So the content of a merge that no parent has is the merge's.
type placeWalk struct {
	r      *Reached
	read   *reader
	want   *hits
	places []map[string]uint32
	cold   bitset // trees below which nothing is left to find
	at     uint32 // position of the commit
}

func newPlaceWalk(r *Reached, want *hits) *placeWalk {
	return &placeWalk{r: r, want: want, read: newReader(r.s, r.s.memory/int64(8*r.s.workers)),
		places: make([]map[string]uint32, len(want.index))}
}

func (w *placeWalk) commits(ctx context.Context, lo, hi int) {
	var parents []uint32
	for i := lo; i < hi && ctx.Err() == nil; i++ {
		c := &w.r.commits[i]
		if c.tree == noObject || c.flags&outside != 0 {
			continue
		}
		parents = parents[:0]
		for _, p := range w.r.parents[c.parents:c.more] {
			if tree := w.r.commits[p].tree; tree != noObject {
				parents = append(parents, tree)
			}
		}
		w.at = uint32(i)
		w.brought(c.tree, parents, "", 0)
	}
}

// brought looks through a tree for what none of the older ones has.
func (w *placeWalk) brought(num uint32, older []uint32, path string, depth int) {
	if len(older) == 0 {
		w.whole(num, path, depth)
		return
	}
	for _, o := range older {
		if o == num {
			return
		}
	}
	data, err := w.read.tree(num)
	if err != nil || depth == maxTreeDepth || w.cold.has(num) {
		return
	}
	olds := make([][]byte, 0, 2)
	for _, o := range older {
		if old, err := w.read.tree(o); err == nil {
			olds = append(olds, old)
		}
	}
	w.compare(data, olds, func(mode uint32, name, id []byte, before [][]byte) {
		switch mode & modeType {
		case modeLink:
		case modeTree:
			if num, ok := w.number(id); ok {
				w.brought(num, w.numbers(before), join(path, name), depth+1)
			}
		default:
			w.hit(id, path, name)
		}
	})
}

// whole looks through everything below a tree, and says whether something was found.
func (w *placeWalk) whole(num uint32, path string, depth int) (found bool) {
	if w.cold.has(num) || depth == maxTreeDepth {
		return false
	}
	data, err := w.read.tree(num)
	if err != nil {
		return false
	}
	for len(data) > 0 {
		mode, name, id, rest, ok := treeEntry(data, w.r.s.hash)
		if !ok {
			break
		}
		data = rest
		switch mode & modeType {
		case modeLink:
		case modeTree:
			if num, ok := w.number(id); ok && w.whole(num, join(path, name), depth+1) {
				found = true
			}
		default:
			found = w.hit(id, path, name) || found
		}
	}
	if !found {
		w.cold.set(num)
	}
	return found
}

// hit records a wanted blob, and says whether it was one that may have further places.
func (w *placeWalk) hit(id []byte, dir string, name []byte) bool {
	i, ok := w.want.find(id)
	if !ok {
		return false
	}
	if w.places[i] == nil {
		w.places[i] = map[string]uint32{}
	}
	path := join(dir, name)
	full := len(w.places[i]) >= mostPlaces
	if old, ok := w.places[i][path]; ok && w.r.older(w.at, old) || !ok && !full {
		w.places[i][path] = w.at
	}
	return !full
}

func (w *placeWalk) number(raw []byte) (uint32, bool) {
	var id ID
	copy(id[:], raw)
	return w.r.s.find(id)
}

func (w *placeWalk) numbers(raws [][]byte) (list []uint32) {
	for _, raw := range raws {
		if num, ok := w.number(raw); ok {
			list = append(list, num)
		}
	}
	return list
}

// compare yields the entries of a tree that no older one has, with the names of the trees that stand there in the older
// ones. The last is reused.
func (w *placeWalk) compare(data []byte, olds [][]byte, yield func(mode uint32, name, id []byte, before [][]byte)) {
	hash := w.r.s.hash
	before := make([][]byte, 0, 2)
	for {
		skip := 0
		for i, old := range olds {
			if len(data) == len(old) && bytes.Equal(data, old) {
				return
			}
			n := common(data, old, hash)
			olds[i], skip = old[n:], max(skip, n)
		}
		if data = data[skip:]; len(data) == 0 {
			return
		}
		mode, name, id, after, ok := treeEntry(data, hash)
		if !ok {
			return
		}
		entry := data[:len(data)-len(after)]
		data, before = after, before[:0]
		same := false
		for i := range olds {
			oldMode, oldID, ok := advance(&olds[i], entry, name, mode, hash)
			switch {
			case !ok:
			case bytes.Equal(oldID, id):
				same = true
			case oldMode&modeType == modeTree:
				before = append(before, oldID)
			}
		}
		if !same {
			yield(mode, name, id, before)
		}
	}
}

func join(dir string, name []byte) string {
	if len(dir)+len(name) >= longestPath {
		return dir
	}
	if dir == "" {
		return string(name)
	}
	return dir + "/" + string(name)
}
