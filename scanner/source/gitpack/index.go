package gitpack

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// index is a pack index (gitformat-pack, "pack-*.idx files"), version 1 or 2, read in place.
type index struct {
	hash    int    // bytes of a name
	n       int    // objects
	fanout  []byte // 256 counts of 4 bytes
	names   []byte // the first name; the next one follows after stride bytes
	stride  int
	small   []byte // 4-byte offsets, smallStride apart
	smallBy int
	large   []byte // 8-byte offsets of version 2
}

var indexMagic = []byte{0xff, 't', 'O', 'c'}

func parseIndex(data []byte, hash int) (*index, error) {
	if bytes.HasPrefix(data, indexMagic) {
		return parseIndex2(data, hash)
	}
	x := &index{hash: hash, stride: 4 + hash, smallBy: 4 + hash}
	body, err := x.head(data, hash)
	if err != nil {
		return nil, err
	}
	if x.n*x.stride > len(body) {
		return nil, fmt.Errorf("index of %d objects is too short: %w", x.n, ErrCorrupt)
	}
	if x.n > 0 {
		x.small, x.names = body, body[4:]
	}
	return x, nil
}

func parseIndex2(data []byte, hash int) (*index, error) {
	if len(data) < 8 || binary.BigEndian.Uint32(data[4:]) != 2 {
		return nil, fmt.Errorf("index version: %w", ErrCorrupt)
	}
	x := &index{hash: hash, stride: hash, smallBy: 4}
	body, err := x.head(data[8:], hash)
	if err != nil {
		return nil, err
	}
	if x.n > len(body)/(hash+8) {
		return nil, fmt.Errorf("index of %d objects is too short: %w", x.n, ErrCorrupt)
	}
	x.names = body[:x.n*hash]
	x.small = body[x.n*(hash+4):][:x.n*4]
	x.large = body[x.n*(hash+8):]
	return x, nil
}

// head reads the fanout table, and returns what lies between it and the trailing two checksums.
func (x *index) head(data []byte, hash int) ([]byte, error) {
	if len(data) < 1024+2*hash {
		return nil, fmt.Errorf("index of %d bytes: %w", len(data), ErrCorrupt)
	}
	x.fanout = data[:1024]
	before := uint32(0)
	for i := range 256 {
		count := binary.BigEndian.Uint32(x.fanout[4*i:])
		if count < before {
			return nil, fmt.Errorf("index fanout falls at %d: %w", i, ErrCorrupt)
		}
		before = count
	}
	x.n = int(before)
	return data[1024 : len(data)-2*hash], nil
}

func (x *index) name(i int) []byte { return x.names[i*x.stride:][:x.hash] }

func (x *index) count() int { return x.n }

func (x *index) id(i int) (id ID) {
	copy(id[:], x.name(i))
	return id
}

// offset is where object i starts in the pack; an offset outside any pack when the index is broken.
func (x *index) offset(i int) uint64 {
	at := binary.BigEndian.Uint32(x.small[i*x.smallBy:])
	if x.large == nil || at&0x80000000 == 0 {
		return uint64(at)
	}
	if k := int(at&0x7fffffff) * 8; k+8 <= len(x.large) {
		return binary.BigEndian.Uint64(x.large[k:])
	}
	return 1<<64 - 1
}

// bounds are the positions of the names that start with byte b.
func bounds(fanout []byte, b byte) (lo, hi int) {
	if b > 0 {
		lo = int(binary.BigEndian.Uint32(fanout[4*(int(b)-1):]))
	}
	return lo, int(binary.BigEndian.Uint32(fanout[4*int(b):]))
}

func (x *index) find(id ID) (int, bool) {
	lo, hi := bounds(x.fanout, id[0])
	return searchNames(x.names, x.stride, lo, hi, id[:x.hash])
}

// searchNames looks for a name among sorted ones. Names are hashes, so the first guesses interpolate; what a broken or
// hostile order leaves is halved.
func searchNames(names []byte, stride, lo, hi int, name []byte) (int, bool) {
	want := binary.BigEndian.Uint64(name)
	for try := 0; lo < hi; try++ {
		mid := int(uint(lo+hi) >> 1)
		if try < 3 && hi-lo > 8 {
			mid = lo + int(float64(hi-lo)*float64(want<<8)/(1<<64))
			if try > 0 {
				mid = interpolate(names, stride, lo, hi, want)
			}
		}
		at := names[mid*stride:][:len(name)]
		have := binary.BigEndian.Uint64(at)
		order := 0
		switch {
		case have < want:
			order = -1
		case have > want:
			order = 1
		default:
			order = bytes.Compare(at, name)
		}
		switch {
		case order == 0:
			return mid, true
		case order < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false
}

func interpolate(names []byte, stride, lo, hi int, want uint64) int {
	first := binary.BigEndian.Uint64(names[lo*stride:])
	last := binary.BigEndian.Uint64(names[(hi-1)*stride:])
	if want <= first || last <= first {
		return lo
	}
	if want >= last {
		return hi - 1
	}
	return lo + int(float64(hi-1-lo)*(float64(want-first)/float64(last-first)))
}
