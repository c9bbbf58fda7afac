package source

import "errors"

// What keeps a repository from being scanned at all. Errors of Git and Staged wrap one of them when they can tell.
var (
	ErrNotRepository = errors.New("not a git repository")
	ErrBadRevision   = errors.New("bad revision")
	ErrUnsupported   = errors.New("unsupported repository format")
	ErrClone         = errors.New("clone")
	ErrBare          = errors.New("bare repository has no staged files")
	ErrIndex         = errors.New("index cannot be read")
)
