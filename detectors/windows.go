package detectors

import (
	"bytes"
	"cmp"
	"slices"
)

// What decides about a finding lies near it, so that of a large text only the windows around its spots are read. One that
// was read before, as it was in another version of the file, need not be read again.

const (
	wholeText = 8 << 10 // a text up to this size is read whole
	nearShape = 2 << 10 // bytes on either side of a spot whose shape decides that count
	nearName  = 8 << 10 // and of one that needs to be named, or a partner
	maxBase64 = 1 << 20 // bytes that encoded text may go on for
	nearLine  = 4 << 10 // bytes to the end of a line that a window is widened by
	firstLine = 1000    // bytes of the first line of a text, which may be the header of a table
)

// window is a piece of a text with what else of the text counts in it.
type window struct {
	Span
	kinds Kind
}

// windows are the pieces of data that the spots ask for, in order and apart from each other.
func (s *Set) windows(data []byte, spots []Spot) []window {
	whole := window{Span: Span{0, len(data)}}
	for _, at := range spots {
		whole.kinds |= at.Kind
	}
	if whole.kinds == 0 {
		return nil
	}
	if len(data) <= wholeText || whole.kinds&ofManifest != 0 {
		return []window{whole}
	}
	sorted := slices.Clone(spots)
	slices.SortFunc(sorted, func(a, b Spot) int { return cmp.Compare(a.Start, b.Start) })
	var out []window
	size, coded := 0, Span{}
	for _, at := range sorted {
		if at.Kind&OfEncoding != 0 && (at.Start < coded.Start || at.Start >= coded.End) {
			coded = Span{at.Start, encodedEnd(data, at.Start)} // where one ends that spots within it begin, too
		}
		w := window{spotWindow(data, at, coded.End), at.Kind}
		if n := len(out); n > 0 && w.Start <= out[n-1].End {
			size += max(0, w.End-out[n-1].End)
			out[n-1].End, out[n-1].kinds = max(out[n-1].End, w.End), out[n-1].kinds|w.kinds
			continue
		}
		size += w.End - w.Start
		out = append(out, w)
	}
	if size > len(data)/4*3 {
		return []window{whole}
	}
	return out
}

// spotWindow is the window of one spot: whole lines, unless they are long. Coded is where the encoded text ends that it is
// a place of, if it is.
func spotWindow(data []byte, at Spot, coded int) Span {
	near := nearShape
	if at.Kind&(OfName|OfObject|OfPEM|OfPattern|OfEncoding) != 0 {
		near = nearName
	}
	s := Span{max(0, at.Start-near), min(len(data), at.End+near)}
	if at.Kind&OfPEM != 0 {
		s.End = min(len(data), at.End+maxPEM+near)
	}
	if at.Kind&OfEncoding != 0 {
		s.End = max(s.End, min(len(data), coded+near))
	}
	if i := bytes.LastIndexByte(data[max(0, s.Start-nearLine):s.Start], '\n'); i >= 0 {
		s.Start = max(0, s.Start-nearLine) + i + 1
	}
	if i := bytes.IndexByte(data[s.End:min(len(data), s.End+nearLine)], '\n'); i >= 0 {
		s.End += i
	}
	return s
}

// encodedEnd returns where the encoded text that begins at p ends.
func encodedEnd(data []byte, p int) int {
	q := p
	if tokenClass[data[p]] == classNone {
		return p // an escape
	}
	for q < len(data) && q < p+maxBase64 && encodedByte(data[q]) {
		q++
	}
	return q
}

// encodedByte reports whether base64, broken into lines, may hold the byte.
func encodedByte(c byte) bool {
	return tokenClass[c] != classNone || c == '=' || c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '\\' || c == '"' || c == '\''
}

// surroundings are what of a text counts in a window beside the window itself.
type surroundings struct {
	at     Span
	head   []byte // the first line
	binary bool
	before []mention // the providers named last before the window, and first after it; see outer
	after  []mention
	read   bool
}

// outer returns the mentions nearest to the window on either side.
func (o *surroundings) outer(all *mentionBlocks) (before, after []mention) {
	if !o.read {
		o.read = true
		o.before, o.after = moved(all.before(o.at.Start), -o.at.Start), moved(all.after(o.at.End), -o.at.Start)
	}
	return o.before, o.after
}

// mentionBlocks are the mentions of a text, read block by block: most that are asked for lie near.
type mentionBlocks struct {
	set    *Set
	data   []byte
	blocks [][]mention // nil when not read yet
}

const mentionBlock = 8 << 10 // bytes

// block lists the mentions that begin in block i.
func (b *mentionBlocks) block(i int) []mention {
	if b.blocks == nil {
		b.blocks = make([][]mention, (len(b.data)+mentionBlock-1)/mentionBlock)
	}
	if b.blocks[i] == nil {
		from := i * mentionBlock
		list := b.set.mentionsFrom(b.data, from, min(len(b.data), from+mentionBlock))
		b.blocks[i] = append([]mention{}, list...)
	}
	return b.blocks[i]
}

// before returns the mentions of the last word that begins before p.
func (b *mentionBlocks) before(p int) []mention {
	for i := (p - 1) / mentionBlock; i >= 0 && p > 0; i-- {
		list := b.block(i)
		n, _ := slices.BinarySearchFunc(list, p, func(m mention, p int) int { return m.Start - p })
		if n > 0 {
			return sameSpot(list, n-1)
		}
	}
	return nil
}

// after returns the mentions of the first word that begins at p or later.
func (b *mentionBlocks) after(p int) []mention {
	for i := p / mentionBlock; i*mentionBlock < len(b.data); i++ {
		list := b.block(i)
		n, _ := slices.BinarySearchFunc(list, p, func(m mention, p int) int { return m.Start - p })
		if n < len(list) {
			return sameSpot(list, n)
		}
	}
	return nil
}

// mentionsFrom lists the places that begin in data[from:to] and name a provider.
func (s *Set) mentionsFrom(data []byte, from, to int) []mention {
	lo, hi := max(0, from-maxMention), min(len(data), to+maxMention)
	list := moved(s.mentionsIn(data[lo:hi]), lo)
	return slices.DeleteFunc(list, func(m mention) bool { return m.Start < from || m.Start >= to })
}

const maxMention = 256 // bytes of words that name providers, and of what stands around them

func moved(ms []mention, by int) []mention {
	out := slices.Clone(ms)
	for i := range out {
		out[i].Start, out[i].End = out[i].Start+by, out[i].End+by
	}
	return out
}

// lineNumber returns the number, from 1, that a line of the window has in the text.
func (r *reading) lineNumber(line int) int { return r.lineBase() + line + 1 }
