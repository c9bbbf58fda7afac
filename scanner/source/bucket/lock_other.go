//go:build !windows && (!unix || solaris || aix)

package bucket

import "os"

// lock does nothing: the system has no such locks.
func lock(*os.File) error { return nil }
