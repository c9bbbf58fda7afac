package detectors

import (
	"bytes"
	"math/bits"
	"slices"
)

// keywords finds many literals in one pass: an Aho-Corasick automaton, made deterministic, over classes of bytes. ASCII
// letters match in either case, all other bytes as they are. It is not changed once made, and is safe for concurrent use.
//
// Four places of the text are walked at once, because the walk is bound by the latency of one table look-up per byte:
// own code, since the kept libraries walk one place only and were measured at a third to a half of this speed.
type keywords struct {
	words [][]byte   // in lower case
	depth int        // bytes of a word that the automaton knows; the rest is compared when those were found
	class [256]uint8 // of each byte; 0 for bytes that no word has
	shift uint8      // a state's row begins at state<<shift
	flag  uint16     // set in the states where a word, or its first depth bytes, ends
	next  []uint16   // the rows: the state after each class
	ends  []uint32   // per flagged state, where its words begin in outs; one more at the end
	outs  []uint32   // indexes of words
}

// hit is a word found: its index, and the offset of the byte after it.
type hit struct {
	word int
	end  int
}

// hitBuffer holds the hits of a scan and is used again by the next one, to save allocations. The zero value is ready.
type hitBuffer struct {
	lanes [4][]hit
	all   []hit
}

const (
	maxCells  = 1 << 20 // of the table, two bytes each
	maxStates = 1 << 14 // half of what the flag leaves room for
	maxDepth  = 64
	minLanes  = 1 << 10 // texts below this are walked from one place
)

// newKeywords makes the automaton of words. A word that stands twice is found as both; an empty one is never found.
func newKeywords(words []string) *keywords {
	k := &keywords{words: make([][]byte, len(words))}
	classes, longest := 1, 0
	for i, w := range words {
		k.words[i] = lowerASCII([]byte(w))
		longest = max(longest, len(w))
		for _, b := range k.words[i] {
			if k.class[b] == 0 {
				k.class[b] = uint8(classes)
				classes++
			}
		}
	}
	for b := byte('A'); b <= 'Z'; b++ {
		k.class[b] = k.class[b+'a'-'A']
	}
	k.shift = uint8(bits.Len(uint(classes - 1)))
	var states int
	k.depth, states = k.fitting(min(longest, maxDepth))
	k.compile(k.trie(states))
	return k
}

// fitting returns the greatest depth, at most the given one, whose tree is within the limits, and its states. A sorted
// word has one state of its own for every byte that it does not share with the word before it.
func (k *keywords) fitting(deepest int) (depth, states int) {
	fresh := make([]int, deepest+1)
	var before []byte
	for _, w := range slices.SortedFunc(slices.Values(k.words), bytes.Compare) {
		shared := 0
		for shared < min(len(w), len(before)) && w[shared] == before[shared] {
			shared++
		}
		for at := shared + 1; at <= min(len(w), deepest); at++ {
			fresh[at]++
		}
		before = w
	}
	states = 1
	for depth = 1; depth <= deepest; depth++ {
		if states+fresh[depth] > min(maxStates, maxCells/2>>k.shift) && depth > 1 {
			break
		}
		states += fresh[depth]
	}
	return depth - 1, states
}

func lowerASCII(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// trie is the tree of the words' first bytes. State 0 is the root, and as a child stands for none.
type trie struct {
	rows [][]uint16 // children by class
	own  [][]uint32 // words that end at a state
	fail []uint16   // the state of the longest proper suffix
	from []uint16   // the state of the longest proper suffix at which a word ends, 0 for none
	wide []uint16   // the states in order of their depth
}

// trie builds the tree of depth k.depth, which has the given number of states.
func (k *keywords) trie(states int) *trie {
	t := &trie{rows: make([][]uint16, 0, states), own: make([][]uint32, 0, states)}
	width := 1 << k.shift
	cells := make([]uint16, states*width)
	add := func() uint16 {
		t.rows = append(t.rows, cells[:width:width])
		t.own = append(t.own, nil)
		cells = cells[width:]
		return uint16(len(t.rows) - 1)
	}
	add()
	for i, w := range k.words {
		if len(w) == 0 {
			continue
		}
		at := uint16(0)
		for _, b := range w[:min(len(w), k.depth)] {
			c := k.class[b]
			if t.rows[at][c] == 0 {
				child := add()
				t.rows[at][c] = child
			}
			at = t.rows[at][c]
		}
		t.own[at] = append(t.own[at], uint32(i))
	}
	t.link()
	return t
}

// link finds the suffixes of every state and turns missing children into the state that follows instead.
func (t *trie) link() {
	t.fail = make([]uint16, len(t.rows))
	t.from = make([]uint16, len(t.rows))
	t.wide = append(t.wide, 0)
	for i := 0; i < len(t.wide); i++ {
		at := t.wide[i]
		for c, child := range t.rows[at] {
			if child == 0 {
				t.rows[at][c] = t.rows[t.fail[at]][c]
				continue
			}
			t.wide = append(t.wide, child)
			if at != 0 {
				t.fail[child] = t.rows[t.fail[at]][c]
			}
			t.from[child] = t.fail[child]
			if f := t.fail[child]; len(t.own[f]) == 0 {
				t.from[child] = t.from[f]
			}
		}
	}
}

// compile numbers the states, those without a word first, and writes the flat table.
func (k *keywords) compile(t *trie) {
	ids := make([]uint16, len(t.rows))
	var plain, ending []uint16
	for s := range t.rows {
		if len(t.own[s]) == 0 && t.from[s] == 0 {
			plain = append(plain, uint16(s))
		} else {
			ending = append(ending, uint16(s))
		}
	}
	k.flag = 1 << bits.Len(uint(max(len(plain), len(ending))))
	for i, s := range plain {
		ids[s] = uint16(i)
	}
	for i, s := range ending {
		ids[s] = uint16(i) | k.flag
		k.ends = append(k.ends, uint32(len(k.outs)))
		for at := s; at != 0; at = t.from[at] {
			k.outs = append(k.outs, t.own[at]...)
		}
	}
	k.ends = append(k.ends, uint32(len(k.outs)))
	k.next = make([]uint16, (int(k.flag)+len(ending))<<k.shift)
	for s, row := range t.rows {
		for c, to := range row {
			k.next[int(ids[s])<<k.shift|c] = ids[to]
		}
	}
}

// scan returns every place where a word ends in data, ordered by where its first bytes, at most 64 of them, end. The
// hits are good until buf is used again.
func (k *keywords) scan(data []byte, buf *hitBuffer) []hit {
	for i := range buf.lanes {
		buf.lanes[i] = buf.lanes[i][:0]
	}
	if len(k.outs) == 0 {
		return nil
	}
	if len(data) < minLanes {
		k.walk(data, 0, len(data), 0, &buf.lanes[0])
		return buf.lanes[0]
	}
	k.walkFour(data, buf)
	buf.all = buf.all[:0]
	for _, lane := range buf.lanes {
		buf.all = append(buf.all, lane...)
	}
	return buf.all
}

// walkFour walks the four quarters of data in step.
func (k *keywords) walkFour(data []byte, buf *hitBuffer) {
	n := len(data) / 4
	var state [4]uint16
	for lane := 1; lane < 4; lane++ {
		state[lane] = k.walk(data, max(0, lane*n-k.depth+1), lane*n, 0, nil)
	}
	d0, d1, d2, d3 := data[:n], data[n:][:n], data[2*n:][:n], data[3*n:][:n]
	s0, s1, s2, s3 := state[0], state[1], state[2], state[3]
	next, shift, flag, class := k.next, k.shift&15, k.flag, &k.class
	for i := range d0 {
		s0 = next[uint(s0)<<shift|uint(class[d0[i]])]
		s1 = next[uint(s1)<<shift|uint(class[d1[i]])]
		s2 = next[uint(s2)<<shift|uint(class[d2[i]])]
		s3 = next[uint(s3)<<shift|uint(class[d3[i]])]
		if (s0|s1|s2|s3)&flag != 0 {
			k.emit(data, s0, i+1, &buf.lanes[0])
			k.emit(data, s1, n+i+1, &buf.lanes[1])
			k.emit(data, s2, 2*n+i+1, &buf.lanes[2])
			k.emit(data, s3, 3*n+i+1, &buf.lanes[3])
		}
	}
	k.walk(data, 4*n, len(data), s3, &buf.lanes[3])
}

// walk goes from state over data[start:end], gives the hits to out if there is one, and returns the last state.
func (k *keywords) walk(data []byte, start, end int, state uint16, out *[]hit) uint16 {
	for i := start; i < end; i++ {
		state = k.next[uint(state)<<(k.shift&15)|uint(k.class[data[i]])]
		if state&k.flag != 0 && out != nil {
			k.emit(data, state, i+1, out)
		}
	}
	return state
}

// emit adds the words that end at state, which was reached at offset end.
func (k *keywords) emit(data []byte, state uint16, end int, out *[]hit) {
	if state&k.flag == 0 {
		return
	}
	i := int(state &^ k.flag)
	for _, word := range k.outs[k.ends[i]:k.ends[i+1]] {
		w := k.words[word]
		stop := end
		if len(w) > k.depth {
			stop += len(w) - k.depth
			if stop > len(data) || !equalLower(data[end:stop], w[k.depth:]) {
				continue
			}
		}
		*out = append(*out, hit{int(word), stop})
	}
}

// equalLower says whether data in lower case is low.
func equalLower(data, low []byte) bool {
	for i, c := range low {
		d := data[i]
		if 'A' <= d && d <= 'Z' {
			d += 'a' - 'A'
		}
		if d != c {
			return false
		}
	}
	return true
}

// contains says whether any word occurs in data.
func (k *keywords) contains(data []byte) bool {
	state := uint16(0)
	if len(k.outs) == 0 {
		return false
	}
	for i, b := range data {
		state = k.next[uint(state)<<(k.shift&15)|uint(k.class[b])]
		if state&k.flag == 0 {
			continue
		}
		var found []hit
		if k.emit(data, state, i+1, &found); len(found) > 0 {
			return true
		}
	}
	return false
}
