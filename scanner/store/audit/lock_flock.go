//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package audit

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock is an flock of the log, which ends with the process that holds it.
type lock struct{ file *os.File }

func acquire(ctx context.Context, _ string, f *os.File) (lock, error) {
	err := poll(ctx, func() (bool, error) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return lock{}, err
	}
	return lock{f}, nil
}

func (l lock) release() error {
	if l.file == nil {
		return nil
	}
	return unix.Flock(int(l.file.Fd()), unix.LOCK_UN)
}
