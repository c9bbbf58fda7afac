package gitpack

import (
	"context"
	"time"
)

// Person is an author, committer or tagger with the time of the deed.
type Person struct {
	Name, Email string
	When        time.Time // with the zone that was written down
}

// CommitInfo is what a commit says of itself.
type CommitInfo struct {
	ID        ID
	Tree      ID
	Parents   []ID
	Author    Person
	Committer Person
	Message   string
}

// At is one place of an object in history.
type At struct {
	Path        string     // the path of a blob; empty for commits, tags and blobs that no tree holds
	First       CommitInfo // the oldest commit that has the object at Path; of a tag: its tagger and message
	Last        ID         // the newest commit that has the object, at any path
	Head        bool       // a checked-out commit has the object at Path
	Unreachable bool       // no tip leads to First
}

// Attribute tells every place of the given objects: one call of yield for each path, oldest first per object. Objects
// that nothing reached are yielded once with an empty First.
func (r *Reached) Attribute(ctx context.Context, objects []ID, yield func(ID, At) error) error {
	return nil
}
