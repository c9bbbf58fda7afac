package gitpack

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
)

// midx is a multi-pack-index (gitformat-pack, "multi-pack-index (MIDX) files"): one sorted list of the names in many
// packs. It saves asking every pack; what a pack's own index says is what counts.
type midx struct {
	raw     []byte
	hash    int
	fanout  []byte
	names   []byte
	offsets []byte
	packs   []string // base names without suffix, by the number that offsets uses
}

func openMidx(dir string, hash int) (*midx, error) {
	raw, err := mapFile(filepath.Join(dir, "pack", "multi-pack-index"))
	if err != nil {
		return nil, err
	}
	m := &midx{raw: raw, hash: hash}
	if err := m.parse(raw); err != nil {
		_ = unmapFile(raw)
		return nil, err
	}
	return m, nil
}

func (m *midx) parse(data []byte) error {
	if len(data) < 12+m.hash || string(data[:4]) != "MIDX" || data[4] != 1 || int(data[5]) != m.hash/20+m.hash/32 {
		return corrupt("multi-pack-index header", nil)
	}
	chunks, err := chunkTable(data[12:], data, int(data[6]))
	if err != nil {
		return err
	}
	m.fanout, m.names, m.offsets = chunks["OIDF"], chunks["OIDL"], chunks["OOFF"]
	if len(m.fanout) < 1024 {
		return corrupt("multi-pack-index fanout", nil)
	}
	n := int(binary.BigEndian.Uint32(m.fanout[1020:]))
	for i := range 255 {
		if binary.BigEndian.Uint32(m.fanout[4*i:]) > binary.BigEndian.Uint32(m.fanout[4*i+4:]) {
			return corrupt("multi-pack-index fanout", nil)
		}
	}
	if n > len(m.names)/m.hash || n > len(m.offsets)/8 {
		return corrupt("multi-pack-index length", nil)
	}
	for name := range bytes.SplitSeq(chunks["PNAM"], []byte{0}) {
		if len(name) > 0 {
			m.packs = append(m.packs, strings.TrimSuffix(strings.TrimSuffix(string(name), ".idx"), ".pack"))
		}
	}
	return nil
}

// chunkTable reads the table of contents that multi-pack-index and commit-graph files share.
func chunkTable(table, data []byte, n int) (map[string][]byte, error) {
	if len(table) < 12*(n+1) {
		return nil, corrupt("chunk table", nil)
	}
	chunks := map[string][]byte{}
	for i := range n {
		row := table[12*i:]
		from, to := binary.BigEndian.Uint64(row[4:]), binary.BigEndian.Uint64(row[16:])
		if from > to || to > uint64(len(data)) {
			return nil, corrupt("chunk bounds", nil)
		}
		chunks[string(row[:4])] = data[from:to]
	}
	return chunks, nil
}

// find names the pack that holds an object.
func (m *midx) find(id ID) (string, bool) {
	lo, hi := bounds(m.fanout, id[0])
	i, ok := searchNames(m.names, m.hash, lo, hi, id[:m.hash])
	if !ok {
		return "", false
	}
	if k := int(binary.BigEndian.Uint32(m.offsets[8*i:])); k < len(m.packs) {
		return m.packs[k], true
	}
	return "", false
}
