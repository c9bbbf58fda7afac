// Package scanner runs detectors over the chunks of a source: one pipeline, bounded in memory, that ends with every
// unit covered or skipped with a reason.
package scanner

import (
	"context"
	"iter"

	"github.com/keysweep/keysweep/detectors"
)

// Place says what kind of text an occurrence stands in.
type Place string

// The places of an occurrence.
const (
	InBlob    Place = "blob"    // a file's content in git
	InMessage Place = "message" // a commit message
	InTag     Place = "tag"     // a tag message
	InNote    Place = "note"    // a git note
	InIndex   Place = "index"   // the staged content of a file
	InName    Place = "name"    // the name of a file, branch or tag
	InFile    Place = "file"    // a file on disk
	InObject  Place = "object"  // an object in a bucket
)

// Chunk is a run of bytes from a source with its place, or the news that a unit could not be read.
type Chunk struct {
	Unit    string           // names the unit within its source: a path, an object id; the same for all chunks of a unit
	Data    []byte           // text is UTF-8; not changed by anyone once yielded
	Offset  int64            // where Data starts in the unit
	Line    int              // lines of the unit before Data
	Overlap int              // leading bytes of Data that an earlier chunk of the unit held too
	At      Occurrence       // what is known of the place: File, Place, and for git whatever is known before attribution
	More    bool             // further chunks of this unit follow
	Spots   []detectors.Spot // what the detector's Spots finds in Data, when the source knows it; nil when it does not
	Skip    *Skip            // set when the unit, or the rest of it, could not be read; Data is then empty
	Clean   int              // further units that the source covered itself and that cannot hold a match
	Bytes   int64            // bytes that those units hold

	// Done, when set, is called once the chunk was scanned, from any goroutine, with the number of matches in it. An
	// error says that the detector could not. Of a chunk that yield refused it is never called.
	Done func(matches int, err error)
}

// Skip says why a unit was not covered.
type Skip struct {
	Reason string // one of a few fixed words, the key that stats count by: "permission", "missing", "corrupt", ...
	Err    error  // what happened; never holds content
	Benign bool   // left out on purpose (size limit asked for by the user, excluded path): the run is still complete
}

// Source yields chunks. It returns yield's first error at once, and its own error only when it could not go on.
// Yield may be called from several goroutines; it blocks while the pipeline is full.
type Source interface {
	Chunks(ctx context.Context, yield func(Chunk) error) error
}

// Attributor is a source that knows the places of a unit only after all chunks were yielded, as a git history does.
// Scanner.Run calls Attribute once, with the units that hold a match. Each call of yield adds one place of a unit; the
// Occurrence holds everything but the region. Places come oldest first.
type Attributor interface {
	Attribute(ctx context.Context, units []string, yield func(unit string, at Occurrence) error) error
}

// Detector finds credentials in bytes. *detectors.Set is the one in use.
type Detector interface {
	Scan(data []byte, at detectors.Hint) iter.Seq[detectors.Match]
}

// Sink takes findings. Write and Close are called from one goroutine.
type Sink interface {
	Write(Finding) error
	Close() error
}
