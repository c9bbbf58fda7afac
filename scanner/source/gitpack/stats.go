package gitpack

import "sync/atomic"

// Stats are counters that may be read while they move.
type Stats struct {
	Objects  atomic.Int64 // in the store, as far as Reach has counted them
	Commits  atomic.Int64 // reached
	Trees    atomic.Int64 // reached
	Blobs    atomic.Int64 // reached
	Units    atomic.Int64 // to cover: reached blobs, commits and tags
	Done     atomic.Int64 // covered or skipped
	Total    atomic.Int64 // bytes that Scan has to inflate of the packs it has opened; what Read moves towards
	Read     atomic.Int64 // bytes of those that Scan is done with
	Inflated atomic.Int64 // bytes that came out of zlib
	Bytes    atomic.Int64 // bytes of the objects covered
	Scanned  atomic.Int64 // bytes handed to Spots, context excluded

	ReachNanos     atomic.Int64 // time spent in Reach
	ScanNanos      atomic.Int64 // time spent in Scan
	AttributeNanos atomic.Int64 // time spent in Attribute
}
