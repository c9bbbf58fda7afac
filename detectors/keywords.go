package detectors

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
