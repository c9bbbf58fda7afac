package detectors

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// lateKeywords are keywords whose automaton is made when it is first asked: many texts never do. It is safe for
// concurrent use.
type lateKeywords struct{ made func() *keywords }

func newLateKeywords(words []string) lateKeywords {
	return lateKeywords{sync.OnceValue(func() *keywords { return newKeywordsTo(words, lateDepth) })}
}

// lateDepth is a depth at which few places of a text that have no word begin like one.
const lateDepth = 6

// contains says whether any word occurs in data.
func (k lateKeywords) contains(data []byte) bool { return k.made().contains(data) }

// newKeywords makes the automaton of words. A word that stands twice is found as both; an empty one is never found.
func newKeywords(words []string) *keywords { return newKeywordsTo(words, maxDepth) }

// newKeywordsTo is newKeywords for an automaton that knows at most depth bytes of a word: a small one is made sooner, and
// compares more.
func newKeywordsTo(words []string, depth int) *keywords {
	k := &keywords{words: make([][]byte, len(words))}
	classes, longest := 1, 0
	text := lowerASCII([]byte(strings.Join(words, "")))
	for i, w := range words {
		k.words[i], text = text[:len(w):len(w)], text[len(w):]
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
	sorted := k.sorted()
	states, ending := k.fit(sorted, min(longest, depth))
	for k.flag = 1 << bits.Len(uint(max(states-ending, ending))); !k.fill(sorted, states); {
		k.flag <<= 1
	}
	return k
}

func lowerASCII(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// sorted returns the indexes of the words that are not empty, in the order of the words.
func (k *keywords) sorted() []uint32 {
	list := make([]uint32, 0, len(k.words))
	for i, w := range k.words {
		if len(w) > 0 {
			list = append(list, uint32(i))
		}
	}
	slices.SortFunc(list, func(a, b uint32) int { return cmp.Or(bytes.Compare(k.words[a], k.words[b]), cmp.Compare(a, b)) })
	return list
}

// fit sets the depth to the greatest one, at most the given one, whose tree is within the limits. It returns the states
// of the tree, and at how many of them a word ends, those left out that end in another word. A sorted word has one state
// of its own for every byte that it does not share with the word before it.
func (k *keywords) fit(sorted []uint32, deepest int) (states, ending int) {
	fresh, ends := make([]int, deepest+1), make([]int, deepest+1)
	var before []byte
	for _, i := range sorted {
		w := k.words[i]
		shared := 0
		for shared < min(len(w), len(before)) && w[shared] == before[shared] {
			shared++
		}
		for at := shared + 1; at <= min(len(w), deepest); at++ {
			fresh[at]++
		}
		if shared < len(w) && len(w) <= deepest {
			ends[len(w)]++
		}
		before = w
	}
	states = 1
	for k.depth = 1; k.depth <= deepest; k.depth++ {
		if states+fresh[k.depth] > min(maxStates, maxCells/2>>k.shift) && k.depth > 1 {
			break
		}
		states += fresh[k.depth]
		ending += ends[k.depth]
	}
	k.depth--
	return states, ending
}

// branch is a state of the tree: the sorted words that begin with its bytes, and where it leads.
type branch struct {
	from, to uint32 // of the sorted words
	depth    uint16
	id       uint16
	fail     uint16 // the state of the longest proper suffix
}

// filler writes the table of an automaton.
type filler struct {
	*keywords
	sorted        []uint32
	queue         []branch
	plain, ending uint16 // states of either kind
}

// fill writes the table, the states in order of their depth, so that what a state's longest proper suffix leads to is
// known before it. It returns false when there are more states of a kind than the flag leaves room for.
func (k *keywords) fill(sorted []uint32, states int) bool {
	k.next = make([]uint16, (int(k.flag)+min(states, int(k.flag)))<<k.shift)
	k.ends, k.outs = make([]uint32, 0, len(sorted)+1), make([]uint32, 0, len(sorted))
	f := filler{keywords: k, sorted: sorted, queue: append(make([]branch, 0, states), branch{to: uint32(len(sorted))}), plain: 1}
	for n := 0; n < len(f.queue); n++ {
		f.grow(f.queue[n])
		if f.plain > k.flag || f.ending > k.flag {
			return false
		}
	}
	k.ends = append(k.ends, uint32(len(k.outs)))
	k.next = k.next[:(int(k.flag)+int(f.ending))<<k.shift]
	return true
}

// grow writes a state's row: that of its suffix, but for the bytes by which its words go on.
func (f *filler) grow(at branch) {
	at.from += f.end(at)
	row := f.next[int(at.id)<<f.shift:][:1<<f.shift]
	if at.depth > 0 {
		copy(row, f.next[int(at.fail)<<f.shift:])
	}
	for at.from < at.to {
		b := f.byteAt(at.from, at.depth)
		child := branch{from: at.from, to: at.from + 1, depth: at.depth + 1}
		for child.to < at.to && f.byteAt(child.to, at.depth) == b {
			child.to++
		}
		step := &row[f.class[b]]
		if at.depth > 0 {
			child.fail = *step
		}
		if child.fail&f.flag != 0 || f.endsAt(child.from, child.depth) {
			child.id = f.ending | f.flag
			f.ending++
		} else {
			child.id = f.plain
			f.plain++
		}
		*step, at.from = child.id, child.to
		f.queue = append(f.queue, child)
	}
}

// end notes which words end at a state, and returns how many of its own do.
func (f *filler) end(at branch) uint32 {
	own := uint32(0)
	for at.from+own < at.to && f.endsAt(at.from+own, at.depth) {
		own++
	}
	if at.id&f.flag == 0 {
		return own
	}
	f.ends = append(f.ends, uint32(len(f.outs)))
	f.outs = append(f.outs, f.sorted[at.from:][:own]...)
	if i := int(at.fail &^ f.flag); at.fail&f.flag != 0 {
		f.outs = append(f.outs, f.outs[f.ends[i]:f.ends[i+1]]...)
	}
	return own
}

// byteAt is a byte of the i-th sorted word.
func (f *filler) byteAt(i uint32, at uint16) byte { return f.words[f.sorted[i]][at] }

// endsAt reports whether the i-th sorted word, or what the automaton knows of it, is no longer than depth.
func (f *filler) endsAt(i uint32, depth uint16) bool {
	return int(depth) == f.depth || len(f.words[f.sorted[i]]) == int(depth)
}
