package gitpack

import (
	"context"
	"errors"
)

// Store is all objects of a repository: its packs, its loose objects and those of its alternates. Its methods may be
// called from several goroutines.
type Store struct{}

// Open reads the object directory of gitDir, the common directory of a repository. Pack files that cannot be used are
// listed by Problems and otherwise left out.
func Open(gitDir string, o Options) (*Store, error) { return nil, errors.New("not built yet") }

// Close releases the files. Data that was handed out stays valid.
func (s *Store) Close() error { return nil }

// Hash is the length of object names in bytes: 20 or 32.
func (s *Store) Hash() int { return 20 }

// Problems are what Open could not use: broken packs and indexes, unreadable alternates.
func (s *Store) Problems() []error { return nil }

// Read returns an object of at most limit bytes (0: no limit but that of memory). The data is the caller's. Errors wrap
// ErrMissing, ErrPromised, ErrCorrupt or ErrTooLarge.
func (s *Store) Read(id ID, limit int64) (Type, []byte, error) { return 0, nil, ErrMissing }

// Has says whether the store holds the object.
func (s *Store) Has(id ID) bool { return false }

// Prefix lists the objects whose hex name starts with text, of 4 digits or more, at most max of them.
func (s *Store) Prefix(text string, max int) []ID { return nil }

// Commit reads a commit, or the commit that a tag leads to.
func (s *Store) Commit(id ID) (CommitInfo, error) { return CommitInfo{}, ErrMissing }

// Stats returns the counters, which move while Reach, Scan and Attribute run.
func (s *Store) Stats() *Stats { return nil }

// Reached is what a walk from some tips came to.
type Reached struct{}

// Reach walks commits and trees from the tips. What could not be read is recorded, and Scan reports it as skips.
func (s *Store) Reach(ctx context.Context, tips Tips) (*Reached, error) { return nil, ErrMissing }

// Units is the number of objects that Scan will cover or skip: blobs, commits and tags.
func (r *Reached) Units() int { return 0 }

// Skips are the objects that the walk could not read.
func (r *Reached) Skips() []Skipped { return nil }

// Scan visits every reached blob, commit and tag that has at least one spot, or all of them when sp is nil. Every
// reached object ends in exactly one of Visit, Skip and Clean. The windows of one blob count as one.
func (s *Store) Scan(ctx context.Context, r *Reached, sp Spotter, v Visitor) error { return nil }
