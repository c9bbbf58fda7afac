// Package gitpack reads git repositories at the level of objects, without git: packs, loose objects, alternates, SHA-1
// and SHA-256. It walks what a set of tips reaches, hands out every object that may hold something worth a closer look,
// and tells afterwards which commits and paths an object stands in.
//
// The order of use is Open, Store.Reach, Store.Scan, Reached.Attribute. Formats follow git's own documentation
// (gitformat-pack, gitformat-index, gitformat-commit-graph, gitrepository-layout).
package gitpack

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// ID names an object. A SHA-1 name fills the first 20 bytes, the rest is zero.
type ID [32]byte

// ParseID reads a full name of 40 or 64 hex digits.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != 40 && len(text) != 64 {
		return id, fmt.Errorf("object name of %d characters", len(text))
	}
	if _, err := hex.Decode(id[:], []byte(text)); err != nil {
		return ID{}, fmt.Errorf("object name: %w", err)
	}
	return id, nil
}

// String is the name in hex: 40 digits when the last 12 bytes are zero, else 64.
func (id ID) String() string {
	if [12]byte(id[20:]) == [12]byte{} {
		return hex.EncodeToString(id[:20])
	}
	return hex.EncodeToString(id[:])
}

// Type is the kind of an object, by its number in a pack.
type Type uint8

// The types of objects.
const (
	Commit Type = 1
	Tree   Type = 2
	Blob   Type = 3
	Tag    Type = 4
)

const (
	offsetDelta Type = 6
	refDelta    Type = 7
)

// String is git's word for the type.
func (t Type) String() string {
	switch t {
	case Commit:
		return "commit"
	case Tree:
		return "tree"
	case Blob:
		return "blob"
	case Tag:
		return "tag"
	}
	return "invalid"
}

// What keeps an object from being read. Errors of this package wrap one of them when they concern an object.
var (
	ErrMissing  = errors.New("object is missing")
	ErrPromised = errors.New("object was left at the remote")
	ErrShallow  = errors.New("history is cut here")
	ErrCorrupt  = errors.New("object is corrupt")
	ErrTooLarge = errors.New("object is too large")
)

// Reason is the fixed word that a skip counts under: "missing", "promised", "shallow", "corrupt" or "too large".
func Reason(err error) string {
	switch {
	case errors.Is(err, ErrPromised):
		return "promised"
	case errors.Is(err, ErrMissing):
		return "missing"
	case errors.Is(err, ErrShallow):
		return "shallow"
	case errors.Is(err, ErrTooLarge):
		return "too large"
	}
	return "corrupt"
}

// Span is a half-open range of bytes.
type Span struct {
	Start, End int
	Kind       uint16 // of the spotter, which gives it a meaning; kept wherever the span is found again
}

// Spotter finds the places of some data that may hold something: a cheap local test. A place is found again at any
// offset when the bytes around it are the same, which is what lets a delta be scanned only where it inserts.
type Spotter interface {
	// Spots appends the candidate places that overlap data[from:to], in order of Start, and returns the result. Whether
	// a place is a candidate depends only on data[from-Reach():to+Reach()] for any from and to that overlap it, and on
	// where data begins and ends within that range. Called from several goroutines.
	Spots(dst []Span, data []byte, from, to int) []Span
	// Reach is the number of bytes of context on either side, constant.
	Reach() int
}

// Object is an object, or a window of one, that holds a candidate place.
type Object struct {
	ID          ID
	Type        Type   // Blob, Commit or Tag
	Data        []byte // never changed after it was handed over, and the receiver's to keep
	Spots       []Span // the candidates, by place in the object; shared, not to be changed; nil without a spotter and in windows
	Path        string // of a blob: one path that leads to it, in the newest commit that has it; empty when none does
	Unreachable bool   // no tip leads to it
	Size        int64  // of the whole object
	Offset      int64  // where Data starts in the object; not zero only in a later window of a huge blob
	Line        int    // line ends before Data
	Overlap     int    // leading bytes of Data that the previous window held too
	More        bool   // further windows follow, from the same goroutine
}

// Skipped is an object that could not be read, or the history behind it.
type Skipped struct {
	ID   ID   // zero when it is not about one object
	Type Type // zero when not known
	Path string
	Err  error // wraps one of the sentinels; Reason(Err) is the word to count by
}

// Visitor receives what a scan finds. Visit and Skip are called from several goroutines at once; Clean too.
// An error of Visit ends the scan.
type Visitor struct {
	Visit func(Object) error
	Skip  func(Skipped)
	Clean func(units int, bytes int64) // further objects that were covered and hold no candidate; may be nil
	Named func(name []byte) bool       // whether a file of this name, without its folder, is visited without a candidate; may be nil
}

// Options adjust a store. The zero value suits a SHA-1 repository.
type Options struct {
	Memory  int64 // bytes of anonymous memory to stay within, given a collector that has it for a limit; 0 is 512 MiB
	Workers int   // goroutines that read; 0 is GOMAXPROCS
	Hash    int   // bytes of an object name: 20 or 32; 0 asks the repository's config file
}

// Tips say where a walk starts.
type Tips struct {
	Include []ID // refs' targets: commits, tags, trees or blobs; the order settles ties
	Exclude []ID // nothing that these reach is included
	Head    []ID // checked-out commits, for At.Head; each counts as a tip only when Include has it too
	All     bool // add every other object of the repository, marked Unreachable
	Logs    []ID // tips that no ref names (reflog entries): what only they reach is marked Unreachable
}
