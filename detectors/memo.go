package detectors

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"
)

// memo keeps what windows were found to hold. The versions of a file in a history are alike, so most windows come again.
// It holds no text of its own beside that of matches, and forgets all when it is full. The zero value is not ready.
type memo struct {
	seeds [2]maphash.Seed

	mu    sync.Mutex
	known map[memoKey]memoEntry
	size  int
}

// memoKey is a hash of all that decides about a window, but what stands beyond it.
type memoKey [2]uint64

type memoEntry struct {
	found         []Match // by their places in the window
	outer         bool    // the providers named beyond the window were asked for: they must be the same
	before, after []*mentionWord
}

const maxMemo = 1 << 15 // windows and matches

func newMemo() *memo {
	return &memo{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, known: map[memoKey]memoEntry{}}
}

func (m *memo) key(text []byte, at Hint, kinds Kind, o *surroundings) (k memoKey) {
	for i, seed := range m.seeds {
		var h maphash.Hash
		h.SetSeed(seed)
		h.Write(text)
		h.Write(o.head)
		h.WriteString(at.Path)
		flags := byte(0)
		if o.binary {
			flags = 1
		}
		h.Write([]byte{byte(kinds), byte(kinds >> 8), flags, byte(len(text)), byte(len(text) >> 8), byte(len(text) >> 16), byte(len(o.head))})
		k[i] = h.Sum64()
	}
	return k
}

// find returns what the window was found to hold.
func (m *memo) find(k memoKey, outer func() (before, after []mention)) ([]Match, bool) {
	m.mu.Lock()
	e, ok := m.known[k]
	m.mu.Unlock()
	if !ok {
		return nil, false
	}
	if e.outer {
		before, after := outer()
		if !slices.Equal(e.before, wordsOf(before)) || !slices.Equal(e.after, wordsOf(after)) {
			return nil, false
		}
	}
	return copies(e.found), true
}

func (m *memo) add(k memoKey, e memoEntry) {
	e.found = copies(e.found)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size += 1 + len(e.found); m.size > maxMemo {
		clear(m.known)
		m.size = 1 + len(e.found)
	}
	m.known[k] = e
}

// copies are matches whose places may be moved.
func copies(all []Match) []Match {
	out := slices.Clone(all)
	for i := range out {
		out[i].Spans = maps.Clone(out[i].Spans)
	}
	return out
}

func wordsOf(ms []mention) []*mentionWord {
	out := make([]*mentionWord, len(ms))
	for i, m := range ms {
		out[i] = m.mentionWord
	}
	return out
}
