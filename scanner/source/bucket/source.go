package bucket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
)

// Source reads the objects of buckets. Each object is a unit, named by its URL.
//
// Objects are read while the listing goes on. One whose content the provider says is that of another is not read again;
// findings name both. Of what can not be read the reason is told, and nothing of it counts as covered.
type Source struct {
	Locations []Location
	Keep      func(key string) bool // nil keeps every key
	Since     time.Time             // what was last modified before is left out
	MaxBytes  int64                 // larger objects are left out; 0 is no limit
	Versions  bool                  // every version of an object, not the latest alone
	Sample    int                   // read only so many objects of each bucket, always the same while they are there; 0 reads all
	Workers   int                   // readers at once; 0 is 32
	InFlight  int64                 // bytes that may be read and not scanned yet; 0 is 96 MiB

	// Telling reports whether the name of an object could hold a credential, so that the name is scanned as text; nil
	// scans no names.
	Telling func(name string) bool
	// Unpack yields what an archive holds, and reports whether the object was one; may be nil. See unpack.Unpacker.
	Unpack func(ctx context.Context, unit string, at scanner.Occurrence, r io.ReaderAt, size int64, yield func(scanner.Chunk) error) (bool, error)
	// State keeps what was covered from one run to the next; may be nil.
	State *State

	patience patience // the zero value takes the default
	latest   *run     // for Attribute

	connections int
	client      *http.Client
}

const (
	defaultWorkers  = 32
	defaultInFlight = 96 << 20
	listers         = 4 // buckets that are listed at once
)

// run is one call of Chunks.
type run struct {
	*Source
	yield  func(scanner.Chunk) error
	tasks  chan *task
	held   *semaphore.Weighted // bytes that were read
	handed *semaphore.Weighted // bytes of chunks that were yielded and not scanned yet
	twins  twins
	finals sync.WaitGroup // tasks whose chunks were not all scanned yet

	mu      sync.Mutex
	matched map[string]match // by unit
}

// match is where the unit of a match lies.
type match struct {
	task  *task
	inner string // the path within an archive, with its sign
}

// Chunks lists in a few goroutines and reads in many.
func (s *Source) Chunks(ctx context.Context, yield func(scanner.Chunk) error) error {
	inFlight := s.InFlight
	if inFlight <= 0 {
		inFlight = defaultInFlight
	}
	workers := s.Workers
	if workers <= 0 {
		workers = defaultWorkers
	}
	r := &run{
		Source: s, yield: yield, tasks: make(chan *task, 2*pageSize), matched: map[string]match{}, twins: newTwins(),
		held: semaphore.NewWeighted(max(inFlight, heldBlocks*blockSize)), handed: semaphore.NewWeighted(max(inFlight, 16<<20)),
	}
	s.latest = r
	s.connections = workers + listers
	s.client = newClient(s.connections)
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(r.tasks)
		return r.list(inner)
	})
	for range workers {
		group.Go(func() error { return r.work(inner) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.finals.Wait() // every chunk was taken, so its scan will end
	return errors.Join(r.settle(), s.State.failed())
}

// newClient returns what requests go through.
func newClient(connections int) *http.Client {
	t := &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
	}
	tune(t, connections)
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// tune makes a transport plain HTTP/1.1, with a connection for each reader, and nothing unpacked on the way.
func tune(t *http.Transport, connections int) {
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, connections
	t.IdleConnTimeout, t.TLSHandshakeTimeout, t.ExpectContinueTimeout = 90*time.Second, 15*time.Second, time.Second
	t.DisableCompression = true
	t.ReadBufferSize = 32 << 10
	t.Protocols = onlyHTTP1()
}

func onlyHTTP1() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return p
}

// work reads one object after the other.
func (r *run) work(ctx context.Context) error {
	w := worker{run: r}
	for t := range r.tasks {
		for t != nil && r.twins.lead(t, r.State) {
			if err := w.read(ctx, t); err != nil {
				return err
			}
			t = r.twins.next(t)
		}
	}
	return ctx.Err()
}

// settle tells what became of objects that hold the same as another.
func (r *run) settle() error {
	clean, size, rest := r.twins.rest()
	if clean > 0 {
		if err := r.yield(scanner.Chunk{Clean: clean, Bytes: size}); err != nil {
			return err
		}
	}
	for _, w := range rest {
		for _, t := range w.others {
			c := scanner.Chunk{Clean: 1, Bytes: t.at.size}
			if w.leader.bad.Load() {
				reason, _ := w.leader.why.Load().(string)
				c = t.skip(reason, fmt.Errorf("it holds the same as %s, which was not read to its end", w.leader.file))
			} else {
				r.State.hold(t.id)
			}
			if err := r.yield(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// skipped is the news of a unit that can not be read.
func skipped(unit, file, reason string, err error) scanner.Chunk {
	return scanner.Chunk{Unit: unit, At: scanner.Occurrence{File: file, Place: scanner.InObject}, Skip: &scanner.Skip{Reason: reason, Err: err}}
}

func (r *run) found(t *task, unit, file string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.matched[unit] = match{t, file[len(t.file):]}
}

var _ scanner.Attributor = (*Source)(nil)

// Attribute names every object that holds a unit with a match, and asks the provider who may read it.
func (s *Source) Attribute(ctx context.Context, units []string, yield func(string, scanner.Occurrence) error) error {
	r := s.latest
	if r == nil {
		return nil
	}
	places := map[*task]*scanner.Object{}
	for _, unit := range units {
		for _, t := range r.holders(unit) {
			places[t] = t.object()
		}
	}
	r.inspect(ctx, places)
	for _, unit := range units {
		for _, t := range r.holders(unit) {
			at := t.occurrence()
			at.Object, at.Author = places[t], places[t].Owner
			at.File += r.matched[unit].inner
			if err := yield(unit, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// holders are the objects with a unit.
func (r *run) holders(unit string) []*task {
	m, ok := r.matched[unit]
	if !ok {
		return nil
	}
	return append([]*task{m.task}, r.twins.others(m.task)...)
}

// inspectors is how many requests are under way that ask for access.
const inspectors = 16

// inspect asks who may read objects.
func (r *run) inspect(ctx context.Context, places map[*task]*scanner.Object) {
	var group errgroup.Group
	group.SetLimit(inspectors)
	for t, o := range places {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil // what was found is reported, without what could not be asked for
			}
			if a, err := t.in.store.access(ctx, &t.at); err == nil {
				o.Access, o.Granted = a.Access, a.granted
				o.Owner = cmp.Or(a.owner, o.Owner)
			}
			return nil
		})
	}
	_ = group.Wait()
}

// connect makes the provider of a location.
func (s *Source) connect(ctx context.Context, l Location) (provider, error) {
	switch l.Scheme {
	case schemeS3:
		return newS3(ctx, l, s.connections)
	case schemeGCS:
		return newGCS(ctx, l, s.client)
	case schemeAzure:
		return newAzure(l, s.client)
	case schemeFile:
		return fileProvider{}, nil
	}
	return nil, &failure{reason: source.SkipNotFound, text: "no such scheme", ends: true}
}
