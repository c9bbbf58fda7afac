package detectors

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/keysweep/keysweep/detectors/check"
)

// wordFilter is a Bloom filter with one hash: most words that no list holds cost one look-up.
type wordFilter [1 << (wordFilterBits - 6)]uint64

const wordFilterBits = 19

func (f *wordFilter) add(h uint64)      { h >>= 64 - wordFilterBits; f[h/64] |= 1 << (h % 64) }
func (f *wordFilter) has(h uint64) bool { h >>= 64 - wordFilterBits; return f[h/64]&(1<<(h%64)) != 0 }

// asciiWords holds the list words in ASCII, wideWords the others, composed and decomposed.
var (
	asciiWords = sync.OnceValue(func() *wordFilter {
		f := new(wordFilter)
		for _, list := range check.Wordlists() {
			for word := range list.ASCII() {
				f.add(asciiHash(append([]byte(word), 0, 0, 0, 0, 0, 0, 0, 0), 0, len(word)))
			}
		}
		return f
	})
	wideWords = sync.OnceValue(func() *wordFilter {
		f := new(wordFilter)
		for _, list := range check.Wordlists() {
			for word := range list.Words() {
				if isWide([]byte(word)) {
					f.add(wideHash([]byte(word)))
					f.add(wideHash(norm.NFC.Bytes([]byte(word))))
				}
			}
		}
		return f
	})
)

// asciiHash hashes n letters at p, whatever their case: the first eight and the number. Eight bytes must be there.
func asciiHash(data []byte, p, n int) uint64 {
	low := binary.LittleEndian.Uint64(data[p:]) | 0x20*eachByte
	if n < 8 {
		low &= 1<<(8*n) - 1
	}
	return (low + uint64(n)) * 0x9e3779b97f4a7c15
}

// maybe reports whether a list may hold the word.
func (r *wordReader) maybe(w Span) bool {
	n := w.End - w.Start
	if n < shortWord || n > maxWord {
		return false
	}
	if w.Start+longWord > len(r.data) {
		return r.lists(w) != 0
	}
	a, b := binary.LittleEndian.Uint64(r.data[w.Start:]), binary.LittleEndian.Uint64(r.data[w.Start+8:])
	if n < 8 {
		a, b = a&(1<<(8*n)-1), 0
	} else {
		b &= 1<<(8*(n-8)) - 1
	}
	if (a|b)&highBits == 0 && n <= longWord {
		return r.filter.has(asciiHash(r.data, w.Start, n))
	}
	word := r.data[w.Start:w.End]
	return isWide(word) && wideWords().has(wideHash(word))
}

// lists returns the lists that hold the word.
func (r *wordReader) lists(w Span) check.Lists {
	word := r.data[w.Start:w.End]
	if len(word) > maxWord {
		return 0
	}
	if len(word) > longWord || isWide(word) {
		return check.Member([]byte(check.NormalizeWord(string(word))))
	}
	var lower [longWord]byte
	for i, c := range word {
		lower[i] = c | 0x20
	}
	return check.Member(lower[:len(word)])
}

// stretches calls yield with a word of every stretch of neighbouring words that lists may hold, at least least of them,
// that has to do with data[from:to]. yield returns where the stretch ends.
func (r *wordReader) stretches(from, to, least int, yield func(w Span) int) {
	limit := min(len(r.data), to+probeASCII)
	step := probeASCII
	if isWide(r.data[from:limit]) {
		step = probeWide
	}
	for p := from; p < limit; p += step - 1 {
		if step == probeWide && least == spotWords { // a look at what is no text costs more than this
			if next, ok := r.broken(p, step); ok {
				p = next - step + 1
				continue
			}
		}
		w, ok := r.glance(p)
		if !ok {
			w = r.probe(p)
			ok = w.Start < w.End && r.maybe(w)
		} else {
			ok = r.short(w) && wordClass[r.data[w.Start-1]]|wordClass[r.data[w.End]] != wordBreak
		}
		if !ok && !r.mayBeInName(w) {
			p = w.End
			continue
		}
		if least == spotWords {
			if next, ok := r.broken(w.Start, step); ok {
				p = next - step + 1
				continue
			}
		}
		if r.inName(w) {
			if next, other := r.beyond(w); other {
				w, ok = next, next.Start < next.End && r.maybe(next)
			}
		}
		if p = w.End; !ok {
			continue
		}
		end := r.sparse(w, least)
		if end == 0 {
			end = yield(w)
		}
		p = max(p, end)
	}
}

// broken reports whether a run of at least size bytes cannot cover p, because what ends a run stands too closely before and
// after it; next is where the run after that must have a byte.
func (r *wordReader) broken(p, size int) (next int, ok bool) {
	if p < size || p+size > len(r.data) {
		return p, false
	}
	n := 0
	for _, c := range r.data[p : p+size] {
		if runEnds[c] {
			break
		}
		n++
	}
	next = p + n + size
	for at := p - 1; n < size; n++ {
		if runEnds[r.data[at]] {
			return next, true
		}
		at--
	}
	return p, false
}

// runEnds are the bytes that no run has, not even in what passage steps over. Read-only.
var runEnds = func() (t [256]bool) {
	for c := range t {
		t[c] = wordClass[c] == wordBreak && strings.IndexByte("<+_=", byte(c)) < 0
	}
	return t
}()

// glance is probe for text in ASCII without escapes. It may cut off a word longer than any, and see one beyond a break.
// ok says that nothing else was met.
func (r *wordReader) glance(p int) (w Span, ok bool) {
	if p <= 16 || p+maxGap+32 > len(r.data) {
		return w, false
	}
	data := r.data[p-16 : p+maxGap+32]
	start, back := 16, 0
	x := binary.LittleEndian.Uint64(data[start:])
	wide, m := x, lettersOf(x)
	if m&0x80 == 0 {
		for m == 0 {
			if start += 8; start > 16+maxGap {
				return Span{p + maxGap, p + maxGap}, wide&highBits == 0
			}
			x = binary.LittleEndian.Uint64(data[start:])
			wide, m = wide|x, lettersOf(x)
		}
		start += bits.TrailingZeros64(m) / 8
		x = binary.LittleEndian.Uint64(data[start:])
		wide, m = wide|x, lettersOf(x)
	} else {
		y := binary.LittleEndian.Uint64(data[8:])
		wide, back = wide|y, bits.LeadingZeros64(^lettersOf(y)&highBits)/8
		if back == 8 {
			y = binary.LittleEndian.Uint64(data[:])
			wide, back = wide|y, 8+bits.LeadingZeros64(^lettersOf(y)&highBits)/8
		}
	}
	n := bits.TrailingZeros64(^m&highBits) / 8
	if n == 8 {
		x = binary.LittleEndian.Uint64(data[start+8:])
		wide, n = wide|x, 8+bits.TrailingZeros64(^lettersOf(x)&highBits)/8
	}
	w = Span{p - 16 + start - back, p - 16 + start + n}
	return w, wide&highBits == 0 && r.data[w.Start-1] != '\\'
}

// short reports whether a list may hold a word of ASCII that glance saw.
func (r *wordReader) short(w Span) bool {
	n := w.End - w.Start
	return n >= shortWord && n <= longWord && r.filter.has(asciiHash(r.data, w.Start, n))
}

// sparse returns the end of the stretch of words that w is in, or else 0 when it has least words.
func (r *wordReader) sparse(w Span, least int) (end int) {
	n := 1
	for f := w; n < least; n++ {
		if next, ok := r.glance(f.End); ok && !r.inName(next) && !r.short(next) {
			end = next.End
			break
		}
		next, ok := r.after(f.End)
		if !ok {
			end = f.End
			break
		}
		if !r.maybe(next) {
			end = next.End
			break
		}
		f = next
	}
	for b := w; n < least; n++ {
		prev, ok := r.before(b.Start)
		if !ok || !r.maybe(prev) {
			return end
		}
		b = prev
	}
	return 0
}

// first goes back over at most n words of the stretch that w is in.
func (r *wordReader) first(w Span, n int) Span {
	for ; n > 0; n-- {
		prev, ok := r.before(w.Start)
		if !ok || !r.maybe(prev) {
			break
		}
		w = prev
	}
	return w
}

// chain is a stretch of words up to one of them, and how far back from it they belong together: all in one list, and
// all joined in the same way.
type chain struct {
	words  []Span // the last of them
	count  int    // of all
	lists  check.Lists
	starts [32]int // per list that holds the last word, the first of the words up to it that it holds
	joined int     // the first of the words joined like the last two
	by     joint
}

// push adds a word and returns how many words, up to it, belong together.
func (c *chain) push(data []byte, w Span, lists check.Lists) int {
	if c.count > 0 {
		by := jointBetween(data, c.words[len(c.words)-1], w)
		switch {
		case by.n > maxJoint:
			c.joined = c.count
		case c.joined == c.count-1 || by != c.by:
			c.joined = c.count - 1
		}
		c.by = by
	}
	if len(c.words) >= 4*maxRun {
		c.words = c.words[:copy(c.words, c.words[len(c.words)-2*maxRun:])]
	}
	c.words = append(c.words, w)
	first := c.count + 1
	for rest := lists; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros32(uint32(rest))
		if c.lists&(1<<k) == 0 {
			c.starts[k] = c.count
		}
		first = min(first, c.starts[k])
	}
	c.lists = lists
	c.count++
	return c.count - max(first, c.joined)
}

// walk adds the words from w on to the chain, as far as the stretch goes, and returns where it ends. see is told how many
// words belong together up to each, -1 at the end, and may end the walk.
func (r *wordReader) walk(w Span, c *chain, see func(n int) bool) (end int) {
	for {
		if !see(c.push(r.data, w, r.lists(w))) {
			return len(r.data)
		}
		next, ok := r.after(w.End)
		if !ok || !r.maybe(next) {
			see(-1)
			return max(w.End, next.End)
		}
		w = next
	}
}

// wordRuns calls yield with the words of every run of least to maxRun list words that overlaps data[from:to]: words of
// one list, joined in the same way, to which no neighbour can be added. A longer run is a word list, and left out.
func wordRuns(data []byte, from, to, least int, yield func([]Span)) {
	r := wordReader{data: data, filter: asciiWords()}
	var c chain
	r.stretches(from, to, least, func(w Span) int {
		c = chain{words: c.words[:0]}
		last := 0
		return r.walk(r.first(w, maxRun), &c, func(n int) bool {
			end := len(c.words) - 1
			if n < 0 {
				end++
			}
			if n <= last && last >= least && last <= maxRun && c.words[end-last].Start < to && c.words[end-1].End > from {
				yield(c.words[end-last : end])
			}
			last = n
			return n <= 0 || c.words[max(0, end+1-n)].Start < to && (n <= maxRun || c.words[end].Start < to)
		})
	})
}

// wordSpots calls yield with the first spotWords words of every longer or equal run, when they overlap data[from:to]. All
// within spotReach bytes of a place decides about it.
func wordSpots(data []byte, from, to int, yield func(Span)) {
	r := wordReader{data: data, filter: asciiWords()}
	var c chain
	r.stretches(from, to, spotWords, func(w Span) int {
		c = chain{words: c.words[:0]}
		last := false
		return r.walk(r.first(w, spotWords), &c, func(n int) bool {
			first := c.words[max(0, len(c.words)-spotWords)]
			at := Span{first.Start, c.words[len(c.words)-1].End}
			full := n >= spotWords && at.End-at.Start <= spotBytes
			if full && !last && at.End > from && at.Start < to && !hanProse(data, at.Start) {
				yield(at)
			}
			last = full
			return first.Start < to
		})
	})
}
