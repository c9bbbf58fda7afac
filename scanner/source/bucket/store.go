// Package bucket reads the objects of buckets: S3 and what speaks its protocol, Google Cloud Storage, Azure Blob Storage,
// and folders by file:// URLs. Every object that a listing names ends as chunks of text or as a skip with its reason.
//
// It takes URLs as the Go CDK writes them but asks the providers by their own interfaces, for two reasons. The portable
// layer of the Go CDK escapes keys, so that an object named "a/../b" or "50%" cannot be read through it, and knows no
// versions. And linking it costs every command 10 ms of start-up, for the gRPC stack below it, which is never used here.
package bucket

import (
	"context"
	"io"
	"time"

	"github.com/keysweep/keysweep/scanner"
)

// object is one content that a listing names.
type object struct {
	key      string
	version  string // empty when the listing has none
	size     int64
	modified time.Time
	etag     string // of this content, for conditional reads; empty when the provider has none
	sum      string // equal sums mean equal contents; empty when the provider gives none
	owner    string
	marker   bool  // a delete marker, which holds nothing
	snapshot bool  // version names a snapshot
	broken   error // the listing could not say more than the key
}

// access is who may read an object.
type access struct {
	scanner.Access
	granted string
	owner   string
}

// store is one bucket as its provider shows it. Its methods try once; errors are the provider's.
type store interface {
	// list returns a page of objects, and the token of the next page or "".
	list(ctx context.Context, prefix, token string, versions bool) ([]object, string, error)
	// open reads length bytes of the object, from offset on. It returns the version that it reads, when the provider
	// says so, and errChanged when the object is not what the listing said any more.
	open(ctx context.Context, o *object, offset, length int64) (io.ReadCloser, string, error)
	// head looks again what a key holds.
	head(ctx context.Context, key string) (object, error)
	// access says who may read the object.
	access(ctx context.Context, o *object) (access, error)
	// fault says what an error of the store means.
	fault(err error) fault
}

// provider opens buckets of one kind.
type provider interface {
	buckets(ctx context.Context) ([]string, error)
	open(ctx context.Context, bucket string) (store, error)
	fault(err error) fault
}

// pageSize is how many objects are asked for at once.
const pageSize = 1000
