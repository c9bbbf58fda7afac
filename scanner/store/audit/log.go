package audit

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Log is an open log. Its methods may be called from several goroutines.
type Log struct {
	path  string
	actor string
	run   string
	now   func() time.Time

	held  chan struct{} // holds one token while a Session of this process is open
	chain chain
	read  int64 // bytes of the file that chain has seen
	index index
}

// Options are what a Log writes into its records.
type Options struct {
	Actor string           // who runs this
	Now   func() time.Time // nil takes time.Now
}

// Open opens the log, or makes one, readable by its owner only. The folder must exist. A log whose chain is broken can
// not be opened.
func Open(ctx context.Context, path string, o Options) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	l := &Log{path: path, actor: o.Actor, run: rand.Text(), now: o.Now, held: make(chan struct{}, 1), index: newIndex()}
	s, err := l.Lock(ctx)
	if err != nil {
		return nil, err
	}
	return l, s.Unlock()
}

// Path returns the log's file.
func (l *Log) Path() string { return l.path }

// Session is the log locked against every other process and every other Session. It ends with Unlock.
type Session struct {
	log    *Log
	file   *os.File
	head   *os.File
	lock   lock
	once   sync.Once
	broken error // a write failed: what the file ends with is not known
}

// Lock waits until no other process or Session holds the log, and reads what others appended since.
func (l *Log) Lock(ctx context.Context) (*Session, error) {
	select {
	case l.held <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("audit log %s: wait for its lock: %w", l.path, context.Cause(ctx))
	}
	s := &Session{log: l}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("audit log %s: %w", l.path, err), s.Unlock())
	}
	return s, nil
}

func (s *Session) open(ctx context.Context) (err error) {
	if info, err := os.Stat(s.log.path); err == nil && !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	_, gone := os.Stat(s.log.path)
	if s.file, err = os.OpenFile(s.log.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600); err != nil {
		return plainErr(err)
	}
	if s.lock, err = acquire(ctx, s.log.path, s.file); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if s.head, err = os.OpenFile(headPath(s.log.path), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return plainErr(err)
	}
	if gone != nil {
		if err := syncFolder(filepath.Dir(s.log.path)); err != nil {
			return fmt.Errorf("sync folder: %w", err)
		}
	}
	return s.catchUp()
}

// plainErr leaves out the path, which the caller names.
func plainErr(err error) error {
	if pe := new(os.PathError); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// Unlock lets others write. Calls after the first do nothing.
func (s *Session) Unlock() (err error) {
	s.once.Do(func() {
		err = s.lock.release()
		for _, f := range []*os.File{s.file, s.head} {
			if f != nil {
				err = errors.Join(err, f.Close())
			}
		}
		<-s.log.held
	})
	return err
}

// catchUp reads the lines that were appended since the last look, and makes a last line that is not whole one.
func (s *Session) catchUp() error {
	l := s.log
	if info, err := s.file.Stat(); err != nil {
		return err
	} else if info.Size() < l.read {
		return errors.New("it became shorter while it was in use")
	}
	if _, err := s.file.Seek(l.read, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReaderSize(s.file, 1<<16)
	for {
		line, err := readLine(in)
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return errors.Join(s.account(), s.checkHead())
		case errors.Is(err, io.EOF):
			return s.mend(line)
		case err != nil:
			return err
		}
		if err := l.take(line); err != nil {
			return err
		}
	}
}

// take accepts the next whole line.
func (l *Log) take(line []byte) error {
	r, problem := l.chain.next(line[:len(line)-1])
	if problem != nil {
		return fmt.Errorf("%w; keysweep audit verify names every such line", problem)
	}
	l.read += int64(len(line))
	l.index.add(r)
	return nil
}

// mend ends a line that a process began and did not end. Nothing is taken away: the piece stays, and the next record
// accounts for it. A piece that lacks its line feed only is whole.
func (s *Session) mend(piece []byte) error {
	if err := s.write([]byte("\n")); err != nil {
		return err
	}
	if err := s.log.take(append(piece, '\n')); err != nil {
		return err
	}
	return errors.Join(s.account(), s.checkHead())
}

// account writes the record for a line that is not whole.
func (s *Session) account() error {
	piece := s.log.chain.piece
	if piece == nil {
		return nil
	}
	_, err := s.Append(Record{Event: TornLine, Torn: piece})
	return err
}

// Append writes the record behind all others and returns its number once it is on the disk. After an error nothing more
// can be appended in the Session.
func (s *Session) Append(r Record) (int64, error) {
	l := s.log
	r.Seq, r.Time, r.Run, r.Actor, r.Prev = l.chain.seq+1, l.now().UTC(), l.run, l.actor, l.chain.hash
	line, hash, err := r.seal()
	if err == nil {
		err = s.write(line)
	}
	if err != nil {
		return 0, fmt.Errorf("append to audit log: %w", plainErr(err))
	}
	l.chain.follow(r.Seq, hash)
	l.read += int64(len(line))
	l.index.add(r)
	return r.Seq, s.writeHead()
}

func (s *Session) write(b []byte) error {
	if s.broken == nil {
		if _, s.broken = s.file.Write(b); s.broken == nil {
			s.broken = s.file.Sync()
		}
	}
	return s.broken
}

// State returns what the log knows of a credential.
func (s *Session) State(fingerprint string) State { return s.log.index.states[fingerprint] }

// Begun counts the plans that were begun at since or later.
func (s *Session) Begun(since time.Time) int { return s.log.index.since(since) }
