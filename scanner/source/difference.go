package source

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// treeEntry is a line of a tree.
type treeEntry struct {
	name string
	mode uint32
	id   gitpack.ID
}

// parseTree reads "<mode in octal> SP <name> NUL <id>" again and again.
func parseTree(data []byte, hash int) ([]treeEntry, error) {
	var entries []treeEntry
	for len(data) > 0 {
		mode, rest, ok := bytes.Cut(data, []byte(" "))
		name, rest, ok2 := bytes.Cut(rest, []byte{0})
		number, err := strconv.ParseUint(string(mode), 8, 32)
		if !ok || !ok2 || err != nil || len(rest) < hash {
			return entries, errors.New("tree is not well-formed")
		}
		e := treeEntry{name: string(name), mode: uint32(number)}
		copy(e.id[:], rest[:hash])
		entries = append(entries, e)
		data = rest[hash:]
	}
	return entries, nil
}

// difference collects the index entries that the checked-out commit does not have in the same place.
type difference struct {
	store   *gitpack.Store
	changed []indexEntry
	broken  []scanner.Chunk
}

// folder compares the entries below prefix, which ends in a slash unless empty, with a tree. Folders that the cache
// knows to be the same are not looked into.
func (d *difference) folder(prefix string, entries []indexEntry, tree gitpack.ID, cache *cacheTree) {
	if cache != nil && cache.entries >= 0 && cache.id == tree {
		return
	}
	lines, err := d.tree(tree)
	if err != nil {
		d.miss(prefix, err)
	}
	was := make(map[string]treeEntry, len(lines))
	for _, line := range lines {
		was[line.name] = line
	}
	d.compare(prefix, entries, was, cache)
}

// miss records that a tree cannot be compared; what the index has in its place counts as changed.
func (d *difference) miss(prefix string, err error) {
	at := scanner.Occurrence{File: prefix, Place: scanner.InIndex}
	d.broken = append(d.broken, skipped("HEAD:"+prefix, at, gitpack.Reason(err), err))
}

func (d *difference) tree(id gitpack.ID) ([]treeEntry, error) {
	kind, data, err := d.store.Read(id, 0)
	if err != nil {
		return nil, err
	}
	lines, err := parseTree(data, d.store.Hash())
	if kind != gitpack.Tree {
		err = errors.New("not a tree")
	}
	if err != nil {
		return lines, fmt.Errorf("%s: %w: %w", id, gitpack.ErrCorrupt, err)
	}
	return lines, nil
}

func (d *difference) compare(prefix string, entries []indexEntry, was map[string]treeEntry, cache *cacheTree) {
	for i := 0; i < len(entries); i++ {
		name := entries[i].path[len(prefix):]
		dir, _, deep := strings.Cut(name, "/")
		if !deep {
			d.entry(entries[i], was[name])
			continue
		}
		end := i + 1
		for end < len(entries) && strings.HasPrefix(entries[end].path, prefix+dir+"/") {
			end++
		}
		d.subfolder(prefix+dir+"/", entries[i:end], was[dir], cache.folder(dir))
		i = end - 1
	}
}

func (c *cacheTree) folder(name string) *cacheTree {
	if c == nil {
		return nil
	}
	return c.folders[name]
}

func (d *difference) subfolder(prefix string, entries []indexEntry, was treeEntry, cache *cacheTree) {
	switch {
	case entries[0].path == prefix && entries[0].mode&modeType == modeFolder:
		d.sparse(prefix, entries[0], was)
	case was.mode&modeType == modeFolder:
		d.folder(prefix, entries, was.id, cache)
	default:
		d.compare(prefix, entries, nil, nil)
	}
}

// sparse compares a folder that stands in the index as a whole, because the checkout leaves it out.
func (d *difference) sparse(prefix string, e indexEntry, was treeEntry) {
	if was.mode&modeType == modeFolder && was.id == e.id {
		return
	}
	lines, err := d.tree(e.id)
	if err != nil {
		d.miss(prefix, err)
	}
	entries := make([]indexEntry, len(lines))
	for i, line := range lines {
		entries[i] = indexEntry{path: prefix + line.name, id: line.id, mode: line.mode}
		if line.mode&modeType == modeFolder {
			entries[i].path += "/"
		}
	}
	if was.mode&modeType == modeFolder {
		d.folder(prefix, entries, was.id, nil)
		return
	}
	d.compare(prefix, entries, nil, nil)
}

// entry takes up a single path. A change of mode alone brings no content, and a submodule has none here.
func (d *difference) entry(e indexEntry, was treeEntry) {
	if e.later || e.mode&modeType == modeGitlink || e.id == was.id {
		return
	}
	d.changed = append(d.changed, e)
}
