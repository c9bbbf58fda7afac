package bucket

import "sync"

// twins finds objects that hold the same content, so that it is read once.
type twins struct {
	mu    sync.Mutex
	open  map[identity]*twin       // being read, or with a match, or not readable to its end
	clean [2]map[identity]struct{} // read without a match: two generations, the newer one first
	count int                      // objects that were covered because another with their content was
	bytes int64
}

// twin is a content with the objects that hold it.
type twin struct {
	leader *task // whose content is read
	others []*task
}

// mostClean bounds how many contents without a match are remembered, in each generation.
const mostClean = 1 << 20

func newTwins() twins {
	return twins{open: map[identity]*twin{}, clean: [2]map[identity]struct{}{{}, {}}}
}

// lead reports whether the object has to be read. If not, another one stands for it.
func (w *twins) lead(t *task, state *State) bool {
	if t.sum == (identity{}) {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.clean[0][t.sum]; ok {
		w.cover(t, state)
		return false
	}
	if _, ok := w.clean[1][t.sum]; ok {
		w.cover(t, state)
		return false
	}
	one := w.open[t.sum]
	switch {
	case one == nil:
		one = &twin{leader: t}
		w.open[t.sum] = one
	case one.leader != t: // else it took the lead when another failed
		one.others = append(one.others, t)
		return false
	}
	t.led = t.sum
	return true
}

func (w *twins) cover(t *task, state *State) {
	w.count++
	w.bytes += t.at.size
	state.cover(t.id)
}

// next returns the object to read in place of one that could not be read, or that turned out to hold something else by
// now; nil when there is none.
func (w *twins) next(t *task) *task {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.open[t.led]
	if one == nil || one.leader != t || t.stands() {
		return nil
	}
	if len(one.others) == 0 {
		delete(w.open, t.led)
		return nil
	}
	one.leader, one.others = one.others[0], one.others[1:]
	return one.leader
}

// stands reports whether what was read of the object goes for all with its content.
func (t *task) stands() bool { return !t.failed && t.sum == t.led }

// final learns that all of an object was scanned.
func (w *twins) final(t *task, state *State) {
	if t.led == (identity{}) || !t.stands() || t.bad.Load() || t.matches.Load() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.open[t.led]
	if one == nil || one.leader != t {
		return
	}
	for _, other := range one.others {
		w.cover(other, state)
	}
	delete(w.open, t.led)
	if len(w.clean[0]) >= mostClean {
		w.clean = [2]map[identity]struct{}{{}, w.clean[0]}
	}
	w.clean[0][t.led] = struct{}{}
}

// rest returns how many objects were covered by another's content, their bytes, and the contents that have a match or
// were not read to their end.
func (w *twins) rest() (int, int64, []*twin) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []*twin
	for _, one := range w.open {
		if len(one.others) > 0 {
			left = append(left, one)
		}
	}
	return w.count, w.bytes, left
}

// others returns the objects for which another one was read.
func (w *twins) others(t *task) []*task {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := w.open[t.led]; one != nil && one.leader == t {
		return one.others
	}
	return nil
}
