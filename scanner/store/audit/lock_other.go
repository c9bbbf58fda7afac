//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// lock is a file beside the log. One that a killed process left must be removed by a person, which the error says.
type lock struct{ path string }

func acquire(ctx context.Context, log string, _ *os.File) (lock, error) {
	path := log + ".lock"
	err := poll(ctx, func() (bool, error) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, os.ErrExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
		return err == nil, errors.Join(err, f.Close())
	})
	if err != nil {
		return lock{}, fmt.Errorf("%w; if no process %s names is running, remove it", err, path)
	}
	return lock{path}, nil
}

func (l lock) release() error {
	if l.path == "" {
		return nil
	}
	return os.Remove(l.path)
}
