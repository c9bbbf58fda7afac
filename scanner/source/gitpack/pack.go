package gitpack

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// pack is a pack file with its index, both mapped.
type pack struct {
	file  string // path of the .pack file
	data  []byte // the whole pack
	end   uint64 // where the trailing checksum starts
	index *index
	raw   []byte // the mapped index
}

// entry is the header of an object in a pack.
type entry struct {
	kind Type   // as written: a type, or one of the deltas
	size uint64 // of the inflated data: the object's, or the delta's
	base uint64 // offset of an offsetDelta's base
	id   ID     // name of a refDelta's base
	body uint64 // where the zlib stream starts
}

// openPack maps a pack and its index.
func openPack(idxFile string, hash int) (*pack, error) {
	p := &pack{file: strings.TrimSuffix(idxFile, ".idx") + ".pack"}
	var err error
	if p.raw, err = mapFile(idxFile); err != nil {
		return nil, err
	}
	if p.index, err = parseIndex(p.raw, hash); err != nil {
		return nil, p.fail(err)
	}
	if p.data, err = mapFile(p.file); err != nil {
		return nil, p.fail(err)
	}
	if len(p.data) < 12+hash || !bytes.HasPrefix(p.data, []byte("PACK")) {
		return nil, p.fail(corrupt("pack header", nil))
	}
	if v := binary.BigEndian.Uint32(p.data[4:]); v != 2 && v != 3 {
		return nil, p.fail(corrupt(fmt.Sprintf("pack version %d", v), nil))
	}
	p.end = uint64(len(p.data) - hash)
	return p, nil
}

// mismatch says that the index was made for another pack: it repeats the checksum that the pack ends with.
func (p *pack) mismatch() error {
	if len(p.raw) < 2*p.index.hash || bytes.Equal(p.data[p.end:], p.raw[len(p.raw)-2*p.index.hash:][:p.index.hash]) {
		return nil
	}
	return fmt.Errorf("open %s: %w", p.file, corrupt("the index is of another pack", nil))
}

func (p *pack) fail(err error) error {
	p.close()
	return fmt.Errorf("open %s: %w", p.file, err)
}

func (p *pack) close() error {
	var err error
	for _, m := range []*[]byte{&p.data, &p.raw} {
		if *m != nil {
			if e := unmapFile(*m); err == nil {
				err = e
			}
			*m = nil
		}
	}
	return err
}

func (p *pack) count() int             { return p.index.n }
func (p *pack) id(i int) ID            { return p.index.id(i) }
func (p *pack) find(id ID) (int, bool) { return p.index.find(id) }
func (p *pack) header(at uint64) (entry, error) {
	if at < 12 || at >= p.end {
		return entry{}, corrupt("offset outside the pack", nil)
	}
	return parseEntry(p.data[at:p.end], at, p.index.hash)
}

// parseEntry reads the header of the entry that data starts with; at is its offset in the pack.
func parseEntry(data []byte, at uint64, hash int) (e entry, err error) {
	b, i := data[0], 1
	e.kind, e.size = Type(b>>4&7), uint64(b&15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if i == len(data) || shift > 56 {
			return e, corrupt("entry size", nil)
		}
		b = data[i]
		i++
		e.size |= uint64(b&0x7f) << shift
	}
	switch e.kind {
	case Commit, Tree, Blob, Tag:
	case offsetDelta:
		back, n := backwards(data[i:])
		if n == 0 || back == 0 || back >= at {
			return e, corrupt("delta base offset", nil)
		}
		e.base = at - back
		i += n
	case refDelta:
		if len(data)-i < hash {
			return e, corrupt("delta base name", nil)
		}
		copy(e.id[:], data[i:i+hash])
		i += hash
	default:
		return e, corrupt(fmt.Sprintf("entry type %d", e.kind), nil)
	}
	e.body = at + uint64(i)
	if e.size/mostDeflated > uint64(len(data)-i) {
		return e, corrupt("entry size", nil)
	}
	return e, nil
}

// backwards reads the distance to a delta's base and its length in bytes, 0 when there is none.
func backwards(data []byte) (uint64, int) {
	n := uint64(0)
	for i, b := range data {
		if i > 8 {
			break
		}
		if i > 0 {
			n++
		}
		n = n<<7 | uint64(b&0x7f)
		if b < 0x80 {
			return n, i + 1
		}
	}
	return 0, 0
}
