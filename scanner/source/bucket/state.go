package bucket

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/keysweep/keysweep/scanner"
)

// identity is a hash that names something without showing it: keys of objects may hold secrets too.
type identity [16]byte

func digest(parts ...string) identity {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return identity(h.Sum(nil)[:len(identity{})])
}

// State is a file that keeps which contents were covered, by which rules. Its methods may be called on nil, which keeps
// nothing.
//
// The file holds hashes only. What had no match is noted as soon as it was scanned. What had one is noted when it has
// been reported, so that a run that is killed reports it the next time: Prepare is called when the reports are written
// and not in their places yet, and Commit when they are.
type State struct {
	rules string

	mu    sync.Mutex
	path  string
	file  *os.File
	known map[identity]struct{} // from earlier runs
	buf   []byte                // records that were not written yet
	held  map[identity]struct{} // covered, with matches that are not reported yet
	told  []identity            // findings in objects that are not covered
	err   error
}

const (
	stateMagic = "keysweep covered objects 1\n"
	recordSize = len(identity{}) + 4
	flushAt    = 64 * recordSize
)

// OpenState reads the file, or makes it. Rules names the rules in use, and whatever else decides what is found: what was
// covered by others counts as not covered. One run at a time may have a file open.
func OpenState(path, rules string) (*State, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &State{rules: rules, path: path, file: f, known: map[identity]struct{}{}, held: map[identity]struct{}{}}
	if err := lock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another run", path), f.Close())
	}
	if err := errors.Join(s.load(), s.recover()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

// load reads the records. One that a crash cut short, or that does not fit its checksum, is none.
func (s *State) load() error {
	data, err := io.ReadAll(s.file)
	if err != nil {
		return err
	}
	if len(data) < len(stateMagic) && stateMagic[:len(data)] == string(data) { // new, or killed right after that
		if err := s.file.Truncate(0); err != nil {
			return err
		}
		_, err := s.file.WriteAt([]byte(stateMagic), 0)
		return errors.Join(err, s.seekEnd(int64(len(stateMagic))))
	}
	if len(data) < len(stateMagic) || string(data[:len(stateMagic)]) != stateMagic {
		return fmt.Errorf("%s is no state file of this version", s.path)
	}
	end := int64(len(stateMagic))
	for rest := data[len(stateMagic):]; len(rest) >= recordSize; rest = rest[recordSize:] {
		if id := identity(rest[:len(identity{})]); bytes.Equal(record(id), rest[:recordSize]) {
			s.known[id] = struct{}{}
		}
		end += int64(recordSize)
	}
	return s.seekEnd(end)
}

func (s *State) seekEnd(end int64) error {
	err := s.file.Truncate(end)
	_, err2 := s.file.Seek(end, io.SeekStart)
	return errors.Join(err, err2)
}

func record(id identity) []byte {
	return binary.LittleEndian.AppendUint32(id[:], crc32.Checksum(id[:], crc32.MakeTable(crc32.Castagnoli)))
}

// identity names a content of an object. It is zero when nothing would change with the content.
func (s *State) identity(bucket string, o object) identity {
	etag := o.etag
	if etag == "" && !o.modified.IsZero() {
		etag = o.modified.UTC().String()
	}
	if s == nil || etag == "" {
		return identity{}
	}
	return digest("object", s.rules, bucket, o.key, o.version, etag, strconv.FormatInt(o.size, 10))
}

func (s *State) covered(id identity) bool {
	if s == nil || id == (identity{}) {
		return false
	}
	_, ok := s.known[id]
	return ok
}

// cover notes a content without a match.
func (s *State) cover(id identity) {
	if s == nil || id == (identity{}) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buf = append(s.buf, record(id)...); len(s.buf) >= flushAt {
		s.flush()
	}
}

// hold keeps a content with matches until they are reported.
func (s *State) hold(id identity) {
	if s == nil || id == (identity{}) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[id] = struct{}{}
}

func (s *State) flush() {
	if s.err == nil && len(s.buf) > 0 {
		if _, err := s.file.Write(s.buf); err != nil {
			s.err = fmt.Errorf("state: %w", err)
		}
	}
	s.buf = s.buf[:0]
}

func (s *State) failed() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Reported says whether every place of the finding was reported by an earlier run, which could not read the objects to
// their ends.
func (s *State) Reported(f scanner.Finding) bool {
	if s == nil || len(s.known) == 0 {
		return false
	}
	for _, o := range f.Occurrences {
		if o.Object == nil || !s.covered(s.report(f, o.Object)) {
			return false
		}
	}
	return len(f.Occurrences) > 0
}

func (s *State) report(f scanner.Finding, o *scanner.Object) identity {
	return digest("finding", f.Fingerprint, o.ID)
}

// Report notes a finding that is in the reports, for objects that are not covered.
func (s *State) Report(f scanner.Finding) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range f.Occurrences {
		if o.Object == nil || len(o.Object.ID) != len(identity{}) {
			continue
		}
		if _, ok := s.held[identity([]byte(o.Object.ID))]; !ok {
			s.told = append(s.told, s.report(f, o.Object))
		}
	}
}

// pending is the note that reports are about to appear.
type pending struct {
	Files []string // where the reports are until then
	IDs   []string
}

func (s *State) pendingPath() string { return s.path + ".pending" }

// Prepare notes what the reports, which are in these files for now, tell of. The next run finds out by the files whether
// they came to their places. Without files the reports have been written already.
func (s *State) Prepare(files []string) error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flush()
	p := pending{Files: files}
	for _, id := range s.reported() {
		p.IDs = append(p.IDs, hex.EncodeToString(id[:]))
	}
	if s.err != nil || len(p.IDs) == 0 {
		return s.err
	}
	for i, f := range p.Files {
		if abs, err := filepath.Abs(f); err == nil {
			p.Files[i] = abs
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return writeWhole(s.pendingPath(), text)
}

func (s *State) reported() []identity {
	out := append([]identity(nil), s.told...)
	for id := range s.held {
		out = append(out, id)
	}
	return out
}

// Commit notes that the reports are in their places.
func (s *State) Commit() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.reported() {
		s.buf = append(s.buf, record(id)...)
	}
	s.held, s.told = map[identity]struct{}{}, nil
	s.flush()
	if s.err != nil {
		return s.err
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return s.forget()
}

// Abort forgets what Prepare noted, because the reports did not come to their places.
func (s *State) Abort() error {
	if s == nil {
		return nil
	}
	return s.forget()
}

func (s *State) forget() error {
	if err := os.Remove(s.pendingPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}

// recover finds out what became of reports that were about to appear when a run was killed.
func (s *State) recover() error {
	text, err := os.ReadFile(s.pendingPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var p pending
	if err != nil || json.Unmarshal(text, &p) != nil {
		return fmt.Errorf("%s cannot be read; remove it to report again what it may tell of", s.pendingPath())
	}
	appeared := true
	for _, f := range p.Files {
		if _, err := os.Lstat(f); !errors.Is(err, fs.ErrNotExist) {
			appeared = false
			if ours, _ := filepath.Match(".keysweep-*.tmp", filepath.Base(f)); ours {
				_ = os.Remove(f)
			}
		}
	}
	if appeared {
		for _, text := range p.IDs {
			if raw, err := hex.DecodeString(text); err == nil && len(raw) == len(identity{}) {
				s.known[identity(raw)] = struct{}{}
				s.buf = append(s.buf, record(identity(raw))...)
			}
		}
		if s.flush(); s.err != nil {
			return s.err
		}
	}
	return s.forget()
}

// Close writes what is left, and lets other runs have the file.
func (s *State) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flush()
	return errors.Join(s.err, s.file.Close())
}

// writeWhole writes a file that is there whole or not at all.
func writeWhole(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keysweep-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
