package source

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// indexEntry is a path in the index.
type indexEntry struct {
	path  string
	id    gitpack.ID
	mode  uint32 // as in a tree; 0o040000 stands for a whole folder of a sparse checkout
	stage int    // 0, or 1 to 3 while a merge is not resolved
	later bool   // intent to add: the content is not staged
}

// cacheTree remembers which folders of the index are which trees. Git writes these trees into the next commit without
// looking at the entries, so they may be believed.
type cacheTree struct {
	entries int // of the index in this folder, or less than 0 when not known
	id      gitpack.ID
	folders map[string]*cacheTree
}

type gitIndex struct {
	entries []indexEntry
	cache   *cacheTree
}

const (
	indexHeader  = 12
	indexStat    = 40 // times, device, inode, mode, owner and size of a file
	modeOffset   = 24
	modeType     = 0o170000
	modeFolder   = 0o040000
	modeSymlink  = 0o120000
	modeGitlink  = 0o160000
	flagExtended = 0x4000
	flagLater    = 0x2000
)

var errIndexShort = errors.New("it ends too early")

// indexReader reads the format that gitformat-index describes, versions 2 to 4. go-git's decoder knows neither SHA-256
// nor split indexes nor an index without a checksum.
type indexReader struct {
	data []byte
	hash int
	dir  string // where the shared part of a split index lies
	link []byte // what a split index says of the shared part
	gitIndex
}

// readIndex reads the index at path of a repository whose object names have hash bytes.
func readIndex(path string, hash int) (*gitIndex, error) {
	data, err := readIndexFile(path)
	if err != nil {
		return nil, err
	}
	r := &indexReader{data: data, hash: hash, dir: filepath.Dir(path)}
	if err := r.read(); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrIndex, err)
	}
	if r.link != nil {
		if err := r.join(); err != nil {
			return nil, fmt.Errorf("%s: %w: split index: %w", path, ErrIndex, err)
		}
	}
	return &r.gitIndex, nil
}

func (r *indexReader) read() error {
	if len(r.data) < indexHeader+r.hash || string(r.data[:4]) != "DIRC" {
		return errors.New("it does not begin as one")
	}
	if err := r.checksum(); err != nil {
		return err
	}
	r.data = r.data[:len(r.data)-r.hash]
	version, count := binary.BigEndian.Uint32(r.data[4:]), binary.BigEndian.Uint32(r.data[8:])
	if version < 2 || version > 4 {
		return fmt.Errorf("version %d is not known", version)
	}
	at := indexHeader
	r.entries = make([]indexEntry, 0, min(int(count), len(r.data)/(indexStat+r.hash)))
	for range count {
		next, err := r.entry(at, version)
		if err != nil {
			return err
		}
		at = next
	}
	return r.extensions(at)
}

// checksum compares the last bytes with the hash of the others; all zero means that git was told to leave it out.
func (r *indexReader) checksum() error {
	body, want := r.data[:len(r.data)-r.hash], r.data[len(r.data)-r.hash:]
	if bytes.Count(want, []byte{0}) == len(want) {
		return nil
	}
	got := sha1.Sum(body)
	sum := got[:]
	if r.hash == sha256.Size {
		long := sha256.Sum256(body)
		sum = long[:]
	}
	if !bytes.Equal(sum, want) {
		return errors.New("its checksum is wrong")
	}
	return nil
}

// entry reads the entry at a position and returns that of the next.
func (r *indexReader) entry(at int, version uint32) (int, error) {
	start := at
	if len(r.data)-at < indexStat+r.hash+2 {
		return 0, errIndexShort
	}
	e := indexEntry{mode: binary.BigEndian.Uint32(r.data[at+modeOffset:])}
	at += indexStat
	copy(e.id[:], r.data[at:at+r.hash])
	at += r.hash
	flags := binary.BigEndian.Uint16(r.data[at:])
	at += 2
	e.stage = int(flags>>12) & 3
	if flags&flagExtended != 0 {
		if version < 3 || len(r.data)-at < 2 {
			return 0, errIndexShort
		}
		e.later = binary.BigEndian.Uint16(r.data[at:])&flagLater != 0
		at += 2
	}
	prefix := ""
	if version == 4 {
		var err error
		if prefix, at, err = r.prefix(at); err != nil {
			return 0, err
		}
	}
	end := bytes.IndexByte(r.data[at:], 0)
	if end < 0 {
		return 0, errIndexShort
	}
	e.path = prefix + string(r.data[at:at+end])
	at += end + 1
	if version < 4 {
		at = start + (at-start+7)&^7
	}
	if at > len(r.data) {
		return 0, errIndexShort
	}
	r.entries = append(r.entries, e)
	return at, nil
}

// prefix reads how much of the last path the next one shares: a number in git's "offset" encoding says how many bytes
// to drop.
func (r *indexReader) prefix(at int) (string, int, error) {
	drop, shift := 0, 0
	for ; ; shift++ {
		if at >= len(r.data) || shift > 4 {
			return "", 0, errIndexShort
		}
		c := r.data[at]
		at++
		drop = drop<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			break
		}
		drop++
	}
	last := ""
	if n := len(r.entries); n > 0 {
		last = r.entries[n-1].path
	}
	if drop > len(last) {
		return "", 0, errors.New("a path is shorter than none")
	}
	return last[:len(last)-drop], at, nil
}

// extensions reads what follows the entries. Those with a capital first letter may be passed over.
func (r *indexReader) extensions(at int) error {
	for len(r.data)-at >= 8 {
		name, size := string(r.data[at:at+4]), int64(binary.BigEndian.Uint32(r.data[at+4:]))
		at += 8
		if size > int64(len(r.data)-at) {
			return errIndexShort
		}
		body := r.data[at : at+int(size)]
		at += int(size)
		switch {
		case name == "TREE":
			r.cache, _ = r.tree(body)
		case name == "link":
			r.link = body
		case name == "sdir": // some entries are whole folders
		case name[0] < 'A' || name[0] > 'Z':
			return fmt.Errorf("extension %q is not known", name)
		}
	}
	return nil
}

// tree reads a cached tree and what follows it: "<path> NUL <entries> SP <subtrees> LF <id>". It returns nil for one
// that is not well-formed; the index can be read without.
func (r *indexReader) tree(data []byte) (*cacheTree, []byte) {
	root, _, rest := r.subtree(data, 0)
	return root, rest
}

func (r *indexReader) subtree(data []byte, depth int) (node *cacheTree, name string, rest []byte) {
	path, data, ok := bytes.Cut(data, []byte{0})
	line, data, ok2 := bytes.Cut(data, []byte("\n"))
	first, second, ok3 := bytes.Cut(line, []byte(" "))
	entries, err := strconv.Atoi(string(first))
	count, err2 := strconv.Atoi(string(second))
	if !ok || !ok2 || !ok3 || err != nil || err2 != nil || depth > 4096 {
		return nil, "", nil
	}
	node = &cacheTree{entries: entries, folders: map[string]*cacheTree{}}
	if entries >= 0 {
		if len(data) < r.hash {
			return nil, "", nil
		}
		copy(node.id[:], data[:r.hash])
		data = data[r.hash:]
	}
	for range count {
		child, name, rest := r.subtree(data, depth+1)
		if child == nil {
			return nil, "", nil
		}
		node.folders[name], data = child, rest
	}
	return node, string(path), data
}

// join puts the shared part of a split index and the own entries together. The link names the shared file and says, in
// two bitmaps over its entries, which are deleted and which are replaced by the own entries without a path, in order.
func (r *indexReader) join() error {
	if len(r.link) < r.hash {
		return errIndexShort
	}
	name, rest := r.link[:r.hash], r.link[r.hash:]
	if bytes.Count(name, []byte{0}) == len(name) {
		return nil
	}
	data, err := readIndexFile(filepath.Join(r.dir, "sharedindex."+hex.EncodeToString(name)))
	if err != nil {
		return err
	}
	shared := &indexReader{data: data, hash: r.hash}
	if err := shared.read(); err != nil {
		return fmt.Errorf("shared part: %w", err)
	}
	if shared.link != nil {
		return errors.New("the shared part is split too")
	}
	deleted, rest, err := ewah(rest, len(shared.entries))
	if err != nil {
		return err
	}
	replaced, _, err := ewah(rest, len(shared.entries))
	if err != nil {
		return err
	}
	return r.merge(shared.entries, deleted, replaced)
}
