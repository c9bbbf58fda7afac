package gitpack

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// graph is a repository's commit-graph (gitformat-commit-graph), in one file or a chain of them: what commits say of
// their tree, parents and time, without inflating them. Commits are numbered through, the oldest file first. It is only
// a hint: Scan, which reads each commit itself, compares.
type graph struct {
	hash   int
	layers []graphLayer
}

type graphLayer struct {
	raw    []byte
	first  int // number of its first commit
	n      int
	fanout []byte
	names  []byte
	data   []byte // per commit: tree, two parents, generation and time
	edges  []byte // further parents of octopus merges
}

const (
	noParent    = 0x70000000
	moreParents = 1 << 31 // of a second parent: the list of edges follows; of an edge: the last one
)

// openGraph maps the commit-graph of an object directory; the files of a chain may lie in others.
func openGraph(dirs []string, hash int) (*graph, error) {
	g := &graph{hash: hash}
	single := filepath.Join(dirs[0], "info", "commit-graph")
	err := g.open(single)
	if errors.Is(err, os.ErrNotExist) {
		err = g.openChain(dirs)
	}
	if err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

func (g *graph) openChain(dirs []string) error {
	const folder = "info/commit-graphs"
	list, err := os.ReadFile(filepath.Join(dirs[0], folder, "commit-graph-chain"))
	if err != nil {
		return err
	}
	for _, name := range strings.Fields(string(list)) {
		if _, err := ParseID(name); err != nil {
			return corrupt("commit-graph chain", err)
		}
		for _, dir := range dirs {
			err = g.open(filepath.Join(dir, folder, "graph-"+name+".graph"))
			if !errors.Is(err, os.ErrNotExist) {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *graph) open(file string) error {
	raw, err := mapFile(file)
	if err != nil {
		return err
	}
	layer, err := parseGraph(raw, g.hash, g.count())
	layer.raw = raw
	g.layers = append(g.layers, layer)
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	return nil
}

// parseGraph reads a file whose commits are numbered from first on.
func parseGraph(data []byte, hash, first int) (l graphLayer, err error) {
	if len(data) < 8+hash || string(data[:4]) != "CGPH" || data[4] != 1 || int(data[5]) != hash/20+hash/32 {
		return l, corrupt("commit-graph header", nil)
	}
	chunks, err := chunkTable(data[8:], data, int(data[6]))
	if err != nil {
		return l, err
	}
	l = graphLayer{first: first, fanout: chunks["OIDF"], names: chunks["OIDL"], data: chunks["CDAT"], edges: chunks["EDGE"]}
	if len(l.fanout) < 1024 {
		return l, corrupt("commit-graph fanout", nil)
	}
	for i := range 255 {
		if binary.BigEndian.Uint32(l.fanout[4*i:]) > binary.BigEndian.Uint32(l.fanout[4*i+4:]) {
			return l, corrupt("commit-graph fanout", nil)
		}
	}
	l.n = int(binary.BigEndian.Uint32(l.fanout[1020:]))
	if l.n > len(l.names)/hash || l.n > len(l.data)/(hash+16) {
		return l, corrupt("commit-graph length", nil)
	}
	return l, nil
}

func (g *graph) close() (err error) {
	for _, l := range g.layers {
		err = errors.Join(err, unmapFile(l.raw))
	}
	g.layers = nil
	return err
}

func (g *graph) count() int {
	if len(g.layers) == 0 {
		return 0
	}
	last := g.layers[len(g.layers)-1]
	return last.first + last.n
}

// graphCommit is what the graph says of a commit.
type graphCommit struct {
	tree    ID
	parents []ID
	date    int64
}

// commit looks a commit up. The parents are added to those handed in. It is false when the graph does not know it, or
// contradicts itself.
func (g *graph) commit(id ID, parents []ID) (c graphCommit, ok bool) {
	for i := range g.layers {
		l := &g.layers[i]
		lo, hi := bounds(l.fanout, id[0])
		at, ok := searchNames(l.names, g.hash, lo, hi, id[:g.hash])
		if !ok {
			continue
		}
		row := l.data[at*(g.hash+16):][:g.hash+16]
		copy(c.tree[:], row[:g.hash])
		row = row[g.hash:]
		c.date = int64(binary.BigEndian.Uint64(row[8:]) & (1<<34 - 1))
		c.parents, ok = g.parents(l, binary.BigEndian.Uint32(row), binary.BigEndian.Uint32(row[4:]), parents)
		return c, ok
	}
	return c, false
}

func (g *graph) parents(l *graphLayer, first, second uint32, parents []ID) ([]ID, bool) {
	ok := true
	add := func(number uint32) {
		id, known := g.name(int(number))
		ok = ok && known
		parents = append(parents, id)
	}
	if first != noParent {
		add(first)
	}
	if second == noParent {
		return parents, ok
	}
	if second&moreParents == 0 {
		add(second)
		return parents, ok
	}
	for at := int(second&^moreParents) * 4; ok; at += 4 {
		if at+4 > len(l.edges) {
			return parents, false
		}
		edge := binary.BigEndian.Uint32(l.edges[at:])
		add(edge &^ moreParents)
		if edge&moreParents != 0 {
			break
		}
	}
	return parents, ok
}

// name is the commit of a number.
func (g *graph) name(number int) (id ID, ok bool) {
	for i := range g.layers {
		if l := &g.layers[i]; number < l.first+l.n && number >= l.first {
			copy(id[:], l.names[(number-l.first)*g.hash:][:g.hash])
			return id, true
		}
	}
	return id, false
}

// agrees compares what the graph says with the commit itself. It is true of a commit that the graph does not know.
func (g *graph) agrees(id ID, data []byte) bool {
	c, ok := g.commit(id, nil)
	if !ok {
		return true
	}
	same := func(value []byte, id ID) bool {
		var text [64]byte
		return bytes.Equal(value, hex.AppendEncode(text[:0], id[:g.hash]))
	}
	tree, parents, fine := false, 0, true
	headers(data, func(key, value []byte) {
		switch string(key) {
		case "tree":
			fine = fine && (tree || same(value, c.tree))
			tree = true
		case "parent":
			fine = fine && parents < len(c.parents) && same(value, c.parents[parents])
			parents++
		}
	})
	return fine && tree && parents == len(c.parents)
}
