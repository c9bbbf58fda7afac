package bucket

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the file for this process, until it is closed or the process ends. The locked byte lies behind all others.
func lock(f *os.File) error {
	const far = 0x7fffffff
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{OffsetHigh: far})
}
