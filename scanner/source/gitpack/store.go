package gitpack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Store is all objects of a repository: its packs, its loose objects and those of its alternates. Its methods may be
// called from several goroutines.
type Store struct {
	hash     int
	memory   int64
	workers  int
	shallow  map[ID]bool
	grafts   map[ID][]ID
	dirs     []string
	promisor atomic.Bool // some packs say that other objects were left at the remote
	problems []error
	stats    Stats
	graph    *graph // nil when there is none

	tables  atomic.Pointer[tables]
	refresh sync.Mutex
	listed  []time.Time // modification times of the pack directories when they were read
	readers chan *reader
}

// Open reads the object directory of gitDir, the common directory of a repository. Pack files that cannot be used are
// listed by Problems and otherwise left out.
func Open(gitDir string, o Options) (*Store, error) {
	s := &Store{hash: o.Hash, memory: o.Memory, workers: o.Workers}
	if s.hash == 0 {
		s.hash = configHash(gitDir)
	}
	if s.hash != 20 && s.hash != 32 {
		return nil, fmt.Errorf("object names of %d bytes", s.hash)
	}
	if s.memory <= 0 {
		s.memory = 512 << 20
	}
	if s.workers <= 0 {
		s.workers = runtime.GOMAXPROCS(0)
	}
	objects := filepath.Join(gitDir, "objects")
	if !isDir(objects) {
		return nil, fmt.Errorf("open %s: no object directory", gitDir)
	}
	s.shallow, s.grafts = shallowCommits(gitDir), graftParents(gitDir)
	s.dirs, s.problems = objectDirs(objects)
	s.readers = make(chan *reader, s.workers)
	if err := s.load(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) load() error {
	all := []table{}
	var multi []*midx
	for _, dir := range s.dirs {
		s.listed = append(s.listed, modTime(dir))
		packs, promisor, problems := openPacks(dir, s.hash, nil)
		s.problems = append(s.problems, problems...)
		s.promised(promisor)
		all = append(all, packs...)
		switch m, err := openMidx(dir, s.hash); {
		case err == nil:
			multi = append(multi, m)
		case !isNotExist(err):
			s.problems = append(s.problems, fmt.Errorf("multi-pack-index of %s: %w", dir, err))
		}
	}
	for _, dir := range s.dirs {
		all = append(all, listLoose(dir, s.hash))
	}
	s.graph, _ = openGraph(s.dirs, s.hash) // without a good one, commits are read themselves
	t, err := (&tables{midx: multi}).add(all...)
	s.tables.Store(t)
	s.stats.Objects.Store(int64(t.total()))
	return err
}

func modTime(dir string) time.Time {
	st, err := os.Stat(filepath.Join(dir, "pack"))
	if err != nil {
		return time.Time{}
	}
	return st.ModTime()
}

// find returns an object's number. What is not found is looked for once more in packs and loose objects that appeared
// since, as after a repack.
func (s *Store) find(id ID) (uint32, bool) {
	t := s.tables.Load()
	if num, ok := t.find(id); ok {
		return num, true
	}
	s.refresh.Lock()
	defer s.refresh.Unlock()
	if now := s.tables.Load(); now != t {
		if num, ok := now.find(id); ok {
			return num, true
		}
	}
	if !s.reload(id) {
		return noObject, false
	}
	return s.tables.Load().find(id)
}

// reload adds what is new to the tables, and says whether it may have found the object.
func (s *Store) reload(id ID) bool {
	t := s.tables.Load()
	var more []table
	for i, dir := range s.dirs {
		if now := modTime(dir); !now.Equal(s.listed[i]) {
			s.listed[i] = now
			packs, promisor, _ := openPacks(dir, s.hash, t.known)
			s.promised(promisor)
			more = append(more, packs...)
		}
		if _, err := os.Lstat(loosePath(dir, id, s.hash)); err == nil && !t.listsLoose(dir, id) {
			more = append(more, listLoose(dir, s.hash))
		}
	}
	if len(more) == 0 {
		return false
	}
	next, err := t.add(more...)
	if err != nil {
		return false
	}
	s.tables.Store(next)
	s.stats.Objects.Store(int64(next.total()))
	return true
}

// renew is reload for callers that know the object by an outdated number.
func (s *Store) renew(id ID) bool {
	s.refresh.Lock()
	defer s.refresh.Unlock()
	return s.reload(id)
}

// Close releases the files. Data that was handed out stays valid.
func (s *Store) Close() error {
	var errs []error
	t := s.tables.Load()
	if t == nil {
		return nil
	}
	for _, tab := range t.list {
		if p, ok := tab.(*pack); ok {
			errs = append(errs, p.close())
		}
	}
	for _, m := range t.midx {
		errs = append(errs, unmapFile(m.raw))
	}
	if s.graph != nil {
		errs = append(errs, s.graph.close())
	}
	s.tables.Store(&tables{first: []uint32{0}})
	return errors.Join(errs...)
}

// commitGraph is the graph to walk by; nil where it does not say what the walk has to see.
func (s *Store) commitGraph() *graph {
	if len(s.shallow) > 0 || len(s.grafts) > 0 {
		return nil
	}
	return s.graph
}

// Hash is the length of object names in bytes: 20 or 32.
func (s *Store) Hash() int { return s.hash }

// Problems are what Open could not use: broken packs and indexes, unreadable alternates.
func (s *Store) Problems() []error { return slices.Clone(s.problems) }

// Stats returns the counters, which move while Reach, Scan and Attribute run.
func (s *Store) Stats() *Stats { return &s.stats }

// Has says whether the store holds the object.
func (s *Store) Has(id ID) bool {
	_, ok := s.find(id)
	return ok
}

// Read returns an object of at most limit bytes (0: no limit but that of memory). The data is the caller's. Errors wrap
// ErrMissing, ErrPromised, ErrCorrupt or ErrTooLarge.
func (s *Store) Read(id ID, limit int64) (Type, []byte, error) {
	if limit <= 0 {
		limit = s.largest()
	}
	r := s.reader()
	defer s.release(r)
	kind, data, err := r.any(id, limit)
	if err != nil {
		return kind, nil, fmt.Errorf("read %s: %w", id, err)
	}
	return kind, slices.Clone(data), nil
}

// largest is the size of the largest object that is ever held in memory.
func (s *Store) largest() int64 { return max(s.memory/8, 1<<20) }

func (s *Store) reader() *reader {
	select {
	case r := <-s.readers:
		return r
	default:
		return newReader(s, s.memory/int64(16*s.workers))
	}
}

func (s *Store) release(r *reader) {
	select {
	case s.readers <- r:
	default:
	}
}

func (s *Store) promised(promisor bool) {
	if promisor {
		s.promisor.Store(true)
	}
}

// missing is why an object is not there.
func (s *Store) missing() error {
	if s.promisor.Load() {
		return ErrPromised
	}
	return ErrMissing
}

// guard turns a page that vanished from under a mapping into an error. A goroutine that reads packs starts with
// debug.SetPanicOnFault(true) and defers guard.
func guard(err *error) {
	what := recover()
	if what == nil {
		return
	}
	if fault, ok := what.(interface {
		runtime.Error
		Addr() uintptr
	}); ok {
		*err = corrupt("file changed while it was read", fault)
		return
	}
	panic(what)
}

func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer guard(&err)
	return do()
}
