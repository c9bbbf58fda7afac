package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
)

// fileProvider reads a folder as if it were a bucket: regular files are objects, their paths from there keys. Symlinks
// are left alone, as they could lead anywhere; keysweep dir follows them.
type fileProvider struct{}

func (fileProvider) buckets(context.Context) ([]string, error) {
	return nil, &failure{reason: source.SkipNotFound, text: "file:// has no list of buckets", ends: true}
}

func (fileProvider) open(_ context.Context, folder string) (store, error) {
	root, err := os.OpenRoot(filepath.FromSlash(folder))
	if err != nil {
		return nil, err
	}
	return &fileStore{root: root}, nil
}

func (fileProvider) fault(err error) fault {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault{code: "NoSuchBucket", text: "no such folder"}
	case errors.Is(err, fs.ErrPermission):
		return fault{code: "AccessDenied", text: "no permission"}
	}
	return fault{code: "unreadable", text: bare(err)}
}

type fileStore struct{ root *os.Root }

func (s *fileStore) fault(err error) fault {
	if errors.Is(err, fs.ErrNotExist) {
		return fault{code: "NoSuchKey", text: "no such file"}
	}
	return fileProvider{}.fault(err)
}

// list is one folder at a time: the token is the list of folders that are still to read, as paths joined by NUL.
func (s *fileStore) list(_ context.Context, prefix, token string, _ bool) ([]object, string, error) {
	folders := []string{"."}
	if token != "" {
		folders = strings.Split(token, "\x00")
	}
	folder, rest := folders[0], folders[1:]
	entries, err := fs.ReadDir(s.root.FS(), folder)
	if err != nil && folder == "." {
		return nil, "", err
	}
	if err != nil { // the other folders can be read nevertheless
		return []object{{key: folder + "/", broken: err}}, strings.Join(rest, "\x00"), nil
	}
	var page []object
	var below []string
	for _, e := range entries {
		key := e.Name()
		if folder != "." {
			key = folder + "/" + key
		}
		switch {
		case e.IsDir():
			if within := key + "/"; strings.HasPrefix(within, prefix) || strings.HasPrefix(prefix, within) {
				below = append(below, key)
			}
		case e.Type().IsRegular() && strings.HasPrefix(key, prefix):
			o := object{key: key}
			if info, err := e.Info(); err != nil {
				o.broken = err
			} else {
				o = fileObject(key, info)
			}
			page = append(page, o)
		}
	}
	return page, strings.Join(slices.Concat(below, rest), "\x00"), nil
}

// fileObject names the content by what a write changes.
func fileObject(key string, info fs.FileInfo) object {
	return object{key: key, size: info.Size(), modified: info.ModTime(), etag: fmt.Sprintf("%d-%d", info.ModTime().UnixNano(), info.Size())}
}

func (s *fileStore) open(_ context.Context, o *object, offset, length int64) (io.ReadCloser, string, error) {
	f, err := s.root.OpenFile(filepath.FromSlash(o.key), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", err
	}
	info, err := f.Stat()
	switch {
	case err == nil && !info.Mode().IsRegular(), err == nil && fileObject(o.key, info).etag != o.etag:
		err = errChanged
	}
	if err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, offset, length), f}, "", nil
}

func (s *fileStore) head(_ context.Context, key string) (object, error) {
	info, err := s.root.Stat(filepath.FromSlash(key))
	if err != nil {
		return object{}, err
	}
	return fileObject(key, info), nil
}

func (s *fileStore) access(context.Context, *object) (access, error) {
	return access{Access: scanner.Private}, nil
}
