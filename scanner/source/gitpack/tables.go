package gitpack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// table is a sorted list of objects: a pack or the loose objects of a directory.
type table interface {
	count() int
	id(i int) ID
	find(id ID) (int, bool)
}

// tables is every table of a store at some time. Objects are numbered through: an object's number is the first of its
// table plus its position there. An object that several tables hold goes by the number that find returns. Tables are
// only ever added, so numbers last. Never changed once made.
type tables struct {
	list  []table
	first []uint32 // number of each table's first object; one more for the end
	midx  []*midx
	named map[string]int // packs by base name without suffix, for midx
	known map[string]bool
}

const noObject = ^uint32(0)

func (t *tables) total() uint32 { return t.first[len(t.first)-1] }

func (t *tables) find(id ID) (uint32, bool) {
	for _, m := range t.midx {
		name, ok := m.find(id)
		if !ok {
			continue
		}
		if k, ok := t.named[name]; ok {
			if i, ok := t.list[k].find(id); ok {
				return t.first[k] + uint32(i), true
			}
		}
	}
	for k, tab := range t.list {
		if i, ok := tab.find(id); ok {
			return t.first[k] + uint32(i), true
		}
	}
	return noObject, false
}

// where is the table of an object and its position there.
func (t *tables) where(num uint32) (k, i int) {
	k, ok := slices.BinarySearch(t.first, num)
	if !ok {
		k--
	}
	for t.first[k+1] == t.first[k] { // empty tables share a number
		k++
	}
	return k, int(num - t.first[k])
}

func (t *tables) id(num uint32) ID {
	k, i := t.where(num)
	return t.list[k].id(i)
}

// listsLoose says whether a loose object of a directory is known.
func (t *tables) listsLoose(dir string, id ID) bool {
	for _, tab := range t.list {
		if l, ok := tab.(*loose); ok && l.dir == dir {
			if _, ok := l.find(id); ok {
				return true
			}
		}
	}
	return false
}

// add returns the tables with more of them.
func (t *tables) add(more ...table) (*tables, error) {
	next := &tables{list: slices.Clone(t.list), first: slices.Clone(t.first), midx: t.midx,
		named: map[string]int{}, known: map[string]bool{}}
	if len(next.first) == 0 {
		next.first = []uint32{0}
	}
	for _, tab := range more {
		end := uint64(next.total()) + uint64(tab.count())
		if end >= uint64(noObject) {
			return t, errors.New("more than 4 billion objects")
		}
		next.list, next.first = append(next.list, tab), append(next.first, uint32(end))
	}
	for k, tab := range next.list {
		if p, ok := tab.(*pack); ok {
			next.named[strings.TrimSuffix(filepath.Base(p.file), ".pack")] = k
			next.known[p.file] = true
		}
	}
	return next, nil
}

// openPacks opens the packs of a directory that are not known yet, largest index first.
func openPacks(dir string, hash int, known map[string]bool) (packs []table, promisor bool, problems []error) {
	entries, err := os.ReadDir(filepath.Join(dir, "pack"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		problems = append(problems, fmt.Errorf("list packs: %w", err))
	}
	for _, e := range entries {
		name := filepath.Join(dir, "pack", e.Name())
		if strings.HasSuffix(name, ".promisor") {
			promisor = true
		}
		if !strings.HasSuffix(name, ".idx") || known[strings.TrimSuffix(name, ".idx")+".pack"] {
			continue
		}
		p, err := openPack(name, hash)
		switch {
		case errors.Is(err, fs.ErrNotExist): // repacked meanwhile; the objects are in a newer pack
		case err != nil:
			problems = append(problems, err)
		default:
			packs = append(packs, p)
			if err := p.mismatch(); err != nil {
				problems = append(problems, err)
			}
		}
	}
	slices.SortStableFunc(packs, func(a, b table) int { return b.count() - a.count() })
	return packs, promisor, problems
}
