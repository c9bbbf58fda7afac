package source

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// merge makes r.entries whole: the shared ones less the deleted, with the replaced ones' new content, and r's own.
func (r *indexReader) merge(shared []indexEntry, deleted, replaced []bool) error {
	own := r.entries
	var entries []indexEntry
	for i, e := range shared {
		if replaced[i] {
			if len(own) == 0 || own[0].path != "" {
				return errors.New("an entry to replace another is missing")
			}
			own[0].path = e.path
			e, own = own[0], own[1:]
		}
		if !deleted[i] {
			entries = append(entries, e)
		}
	}
	entries = append(entries, own...)
	slices.SortFunc(entries, func(a, b indexEntry) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.stage, b.stage))
	})
	r.entries = entries
	return nil
}

// ewah reads a compressed bitmap (gitformat-bitmap, appendix A) of at most size bits, and returns what follows it. The
// words after the two counts are groups: one that says how often which bit repeats for a whole word, and how many
// literal words follow.
func ewah(data []byte, size int) (bits []bool, rest []byte, err error) {
	if len(data) < 8 {
		return nil, nil, errIndexShort
	}
	words := int64(binary.BigEndian.Uint32(data[4:]))
	data = data[8:]
	if int64(len(data)) < words*8+4 {
		return nil, nil, errIndexShort
	}
	rest = data[words*8+4:]
	data = data[:words*8]
	b := bitmap{size: size, bits: make([]bool, size)}
	for len(data) > 0 {
		group := binary.BigEndian.Uint64(data)
		data = data[8:]
		repeats, literals := group>>1&0xffffffff, group>>33
		if literals > uint64(len(data)/8) {
			return nil, nil, errIndexShort
		}
		b.repeat(group&1 == 1, repeats)
		for range literals {
			b.literal(binary.BigEndian.Uint64(data))
			data = data[8:]
		}
	}
	return b.bits, rest, nil
}

type bitmap struct {
	size, at int
	bits     []bool
}

func (b *bitmap) repeat(bit bool, words uint64) {
	n := min(words, uint64(b.size-b.at+63)/64)
	for range n * 64 {
		b.put(bit)
	}
}

func (b *bitmap) literal(word uint64) {
	for i := range 64 {
		b.put(word>>i&1 == 1)
	}
}

func (b *bitmap) put(bit bool) {
	if b.at < b.size {
		b.bits[b.at] = bit
		b.at++
	}
}
