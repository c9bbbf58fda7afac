package reftable

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// table is one file.
type table struct {
	data  []byte // up to the footer
	head  int    // length of the header, which the first block starts with
	block int    // size that blocks are padded to; 0 when they are not
	hash  int
	into  *merge
}

// parse reads a table.
func parse(data []byte, hash int, into *merge) error {
	t, err := open(data, hash)
	if err != nil {
		return err
	}
	t.into = into
	head := t.head
	for at := 0; at+head < len(t.data); {
		n, err := t.blockAt(at, head)
		if err != nil {
			return fmt.Errorf("block at %d: %w", at, err)
		}
		if n == 0 {
			return nil
		}
		at, head = at+n, 0
	}
	return nil
}

// open checks header and footer.
func open(data []byte, hash int) (*table, error) {
	if len(data) < 5 || string(data[:4]) != "REFT" {
		return nil, fmt.Errorf("header: %w", ErrCorrupt)
	}
	t := &table{hash: 20, head: 24}
	footer := 68
	if data[4] == 2 {
		t.head, footer = 28, 72
	}
	if data[4] != 1 && data[4] != 2 || len(data) < footer {
		return nil, fmt.Errorf("version %d in %d bytes: %w", data[4], len(data), ErrCorrupt)
	}
	if data[4] == 2 && string(data[24:28]) == "s256" {
		t.hash = 32
	}
	if t.hash != hash {
		return nil, fmt.Errorf("object names of %d bytes: %w", t.hash, ErrCorrupt)
	}
	foot := data[len(data)-footer:]
	if !bytes.Equal(foot[:t.head], data[:t.head]) || binary.BigEndian.Uint32(foot[footer-4:]) != crc32.ChecksumIEEE(foot[:footer-4]) {
		return nil, fmt.Errorf("footer: %w", ErrCorrupt)
	}
	t.data, t.block = data[:len(data)-footer], uint24(data[5:])
	return t, nil
}

// blockAt reads the block at an offset, whose content starts after head bytes, and returns how far the next one is; 0
// when there is none.
func (t *table) blockAt(at, head int) (int, error) {
	data := t.data[at:]
	kind := data[head]
	if kind == 0 && head > 0 {
		return 0, nil // a table of nothing
	}
	if len(data) < head+4 {
		return 0, fmt.Errorf("header: %w", ErrCorrupt)
	}
	size := uint24(data[head+1:])
	if size < head+4+2 {
		return 0, fmt.Errorf("size: %w", ErrCorrupt)
	}
	if kind == 'g' {
		text, took, err := inflate(data[head+4:], size-head-4)
		if err != nil {
			return 0, err
		}
		return t.after(data, head+4+took), t.records(text, t.logRecord)
	}
	if size > len(data) {
		return 0, fmt.Errorf("size: %w", ErrCorrupt)
	}
	switch kind {
	case 'r':
		if err := t.records(data[head+4:size], t.refRecord); err != nil {
			return 0, err
		}
	case 'o', 'i':
	default:
		return 0, fmt.Errorf("type %q: %w", kind, ErrCorrupt)
	}
	return t.after(data, size), nil
}

// after is where the block behind one of a size starts: at once, unless zeros follow up to the table's block size.
func (t *table) after(data []byte, size int) int {
	if size < t.block && size < len(data) && data[size] == 0 {
		return min(t.block, len(data))
	}
	return size
}

// inflate reads a block of logs, which is compressed.
func inflate(data []byte, size int) (text []byte, took int, err error) {
	from := bytes.NewReader(data)
	z, err := zlib.NewReader(from)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	text, err = io.ReadAll(io.LimitReader(z, int64(size)+1))
	if err != nil || len(text) != size {
		return nil, 0, fmt.Errorf("log block of %d bytes: %w", len(text), ErrCorrupt)
	}
	return text, len(data) - from.Len(), nil
}

// records reads all records of a block. Keys share their beginning with the key before.
func (t *table) records(data []byte, read func(key []byte, kind byte, data []byte) ([]byte, error)) error {
	restarts := int(binary.BigEndian.Uint16(data[len(data)-2:]))
	if 3*restarts+2 > len(data) {
		return fmt.Errorf("restarts: %w", ErrCorrupt)
	}
	data = data[:len(data)-2-3*restarts]
	var key []byte
	for len(data) > 0 {
		shared, rest, err := varint(data)
		if err != nil {
			return err
		}
		n, rest, err := varint(rest)
		if err != nil {
			return err
		}
		suffix, rest, err := take(rest, n>>3)
		if err != nil {
			return err
		}
		if shared > uint64(len(key)) {
			return fmt.Errorf("key: %w", ErrCorrupt)
		}
		key = append(key[:shared], suffix...)
		if data, err = read(key, byte(n&7), rest); err != nil {
			return err
		}
	}
	return nil
}

// refRecord reads what follows the name of a ref.
func (t *table) refRecord(key []byte, kind byte, data []byte) ([]byte, error) {
	_, data, err := varint(data) // the update it came with
	if err != nil {
		return nil, err
	}
	var id, target []byte
	switch kind {
	case 0:
	case 1, 2: // 2 has what a tag leads to behind it
		if id, data, err = take(data, uint64(t.hash)); err == nil && kind == 2 {
			_, data, err = take(data, uint64(t.hash))
		}
	case 3:
		n := uint64(0)
		if n, data, err = varint(data); err == nil {
			target, data, err = take(data, n)
		}
	default:
		err = fmt.Errorf("ref of type %d: %w", kind, ErrCorrupt)
	}
	if err != nil {
		return nil, err
	}
	t.into.ref(string(key), bytes.Clone(id), string(target), kind == 0)
	return data, nil
}

// logRecord reads what follows the key of a log entry: the ref's name, a zero and the update, reversed.
func (t *table) logRecord(key []byte, kind byte, data []byte) ([]byte, error) {
	name, _, ok := bytes.Cut(key, []byte{0})
	if !ok || len(key) != len(name)+9 || kind > 1 {
		return nil, fmt.Errorf("log of type %d: %w", kind, ErrCorrupt)
	}
	if kind == 0 {
		t.into.log(string(key), Entry{}, true)
		return data, nil
	}
	ids, data, err := take(data, 2*uint64(t.hash))
	for _, number := range []bool{false, false, true, false} { // name, email, time and zone, message
		if err != nil {
			return nil, err
		}
		n := uint64(0)
		if n, data, err = varint(data); err != nil {
			return nil, err
		}
		if number {
			n = 2
		}
		_, data, err = take(data, n)
	}
	if err != nil {
		return nil, err
	}
	t.into.log(string(key), Entry{string(name), bytes.Clone(ids[:t.hash]), bytes.Clone(ids[t.hash:])}, false)
	return data, nil
}
