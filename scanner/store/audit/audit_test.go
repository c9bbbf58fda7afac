package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func openLog(t *testing.T, path string) *Log {
	t.Helper()
	l, err := Open(t.Context(), path, Options{Actor: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func appendAll(t *testing.T, l *Log, records ...Record) {
	t.Helper()
	s, err := l.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if _, err := s.Append(r); err != nil {
			t.Error(err)
		}
	}
	if err := s.Unlock(); err != nil {
		t.Error(err)
	}
}

// written returns a log of five records and its path.
func written(t *testing.T) (path string, lines []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "audit.jsonl")
	appendAll(t, openLog(t, path),
		Record{Event: Started, Fingerprint: "f1", Rule: "acme-key", Reason: "the policy allows it", Plan: "p"},
		Record{Event: Sending, Fingerprint: "f1", Call: "DELETE https://api.acme.test/keys/{key}"},
		Record{Event: Answered, Fingerprint: "f1", Status: 200, Outcome: "done"},
		Record{Event: Verified, Fingerprint: "f1", Outcome: "dead"},
		Record{Event: Ended, Fingerprint: "f1", Outcome: "done"})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestEveryChangeOfALogIsNamedByItsLine(t *testing.T) {
	_, lines := written(t)
	lines[4] += "\n"
	join := func(all ...string) string { return strings.Join(all, "") }
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"as written", join(lines...), nil},
		{"empty", "", nil},
		{"a word changed", strings.Replace(join(lines...), "acme-key", "acme-kei", 1), []string{"line 1 was changed: its hash does not fit its content"}},
		{"a number changed", join(lines[0], lines[1], strings.Replace(lines[2], `"status":200`, `"status":403`, 1), lines[3], lines[4]), []string{"line 3 was changed: its hash does not fit its content"}},
		{"the number of a line changed", join(lines[0], strings.Replace(lines[1], `"seq":2`, `"seq":7`, 1), lines[2], lines[3], lines[4]), []string{"line 2 was changed: its hash does not fit its content"}},
		{"a line is no JSON any more", join(lines[0], "x"+lines[1], lines[2], lines[3], lines[4]), []string{"line 2 is no record"}},
		{"a key was added", join(lines[0], strings.Replace(lines[1], `{"seq"`, `{"more":1,"seq"`, 1), lines[2], lines[3], lines[4]), []string{"line 2 is no record"}},
		{"the first line removed", join(lines[1:]...), []string{"line 1 follows a gap: record 1 is missing before it"}},
		{"two lines removed", join(lines[0], lines[3], lines[4]), []string{"line 2 follows a gap: records 2 to 3 are missing before it"}},
		{"two lines swapped", join(lines[0], lines[2], lines[1], lines[3], lines[4]), []string{
			"line 2 follows a gap: record 2 is missing before it", "line 3 is out of order: record 2 stands after record 3", "line 4 follows a gap: record 3 is missing before it"}},
		{"a line twice", join(lines[0], lines[0], lines[1]), []string{"line 2 is out of order: record 1 stands after record 1"}},
		{"the last line cut", join(lines[0], lines[1], lines[2][:40]), []string{"line 3 is cut off: the last line is not whole"}},
		{"the last line feed cut", join(lines[0], strings.TrimSuffix(lines[1], "\n")), []string{"line 2 is cut off: the last line is not whole"}},
		{"other text at the end", join(lines...) + "hello\n", []string{"line 6 is no record"}},
		{"a blank line", join(lines[0], "\n", lines[1]), []string{"line 2 is no record"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Verify(strings.NewReader(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range s.Problems {
				got = append(got, p.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAForgedLineIsNamedByTheNext gives a line a hash that fits: the line after it was written after another one.
func TestAForgedLineIsNamedByTheNext(t *testing.T) {
	_, lines := written(t)
	r, _, err := open([]byte(strings.TrimSuffix(lines[1], "\n")))
	if err != nil {
		t.Fatal(err)
	}
	r.Call = "GET https://api.acme.test/"
	forged, _, err := r.seal()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Verify(strings.NewReader(lines[0] + string(forged) + lines[2]))
	if err != nil || len(s.Problems) != 1 || s.Problems[0].Line != 3 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestLinesRemovedAtTheEndAreMissed(t *testing.T) {
	path, lines := written(t)
	if err := os.WriteFile(path, []byte(strings.Join(lines[:3], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := Verify(f)
	if err != nil || len(s.Problems) > 0 {
		t.Fatalf("got %+v, %v", s, err)
	}
	seq, hash, ok, err := ReadHead(path)
	if got := s.Holds(seq, hash); err != nil || !ok || got != "records 4 to 5 are missing at the end" {
		t.Errorf("got %q, %v, %v", got, ok, err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "records 4 to 5 are missing") {
		t.Errorf("opened: %v", err)
	}
}

func TestABrokenLogIsNotAppendedTo(t *testing.T) {
	path, lines := written(t)
	broken := strings.Replace(strings.Join(lines, ""), "acme-key", "acme-kei", 1)
	if err := os.WriteFile(path, []byte(broken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "line 1 was changed") {
		t.Errorf("opened: %v", err)
	}
}

// TestALineThatWasCutShortIsAccountedFor cuts the log within its last line, and appends.
func TestALineThatWasCutShortIsAccountedFor(t *testing.T) {
	_, lines := written(t)
	whole := strings.Join(lines[:3], "")
	n := len(lines[3])
	for _, cut := range []int{0, 1, 2, n / 3, n / 2, n - 4, n - 3, n - 2, n - 1} {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		if err := os.WriteFile(path, []byte(whole+lines[3][:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		appendAll(t, openLog(t, path), Record{Event: Ended, Fingerprint: "f1", Outcome: "requested"})
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte(whole+lines[3][:cut])) {
			t.Fatalf("cut at %d: the log lost something", cut)
		}
		s, err := Verify(bytes.NewReader(text))
		torn := 0
		if cut > 0 && cut < len(lines[3])-1 {
			torn = 1
		}
		if err != nil || len(s.Problems) > 0 || len(s.Torn) != torn {
			t.Fatalf("cut at %d: got %+v, %v", cut, s, err)
		}
	}
}

func TestStateOfACredential(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	appendAll(t, openLog(t, path),
		Record{Event: Started, Fingerprint: "f1"}, Record{Event: Sending, Fingerprint: "f1", Way: "self"},
		Record{Event: Started, Fingerprint: "f2"}, Record{Event: Sending, Fingerprint: "f2", Way: "self"}, Record{Event: Ended, Fingerprint: "f2", Outcome: "requested"})
	s, err := openLog(t, path).Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Unlock()
	if got := s.State("f1"); !got.Open || got.Way != "self" || got.Sent.IsZero() {
		t.Errorf("f1: %+v", got)
	}
	if got := s.State("f2"); got.Open || got.Outcome != "requested" {
		t.Errorf("f2: %+v", got)
	}
	if got := s.State("f3"); got != (State{}) {
		t.Errorf("f3: %+v", got)
	}
	if n := s.Begun(time.Now().Add(-time.Hour)); n != 2 {
		t.Errorf("%d plans begun, want 2", n)
	}
	if n := s.Begun(time.Now().Add(time.Hour)); n != 0 {
		t.Errorf("%d plans begun, want 0", n)
	}
}

func TestTheLogIsForItsOwnerOnly(t *testing.T) {
	path, _ := written(t)
	for _, name := range []string{path, headPath(path)} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestLockWaitsNoLongerThanItsContext(t *testing.T) {
	path, _ := written(t)
	s, err := openLog(t, path).Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, errors.New("time-out"))
	defer cancel()
	if _, err := Open(ctx, path, Options{}); err == nil || !strings.Contains(err.Error(), "time-out") {
		t.Errorf("a second process got in: %v", err)
	}
	if err := errors.Join(s.Unlock(), s.Unlock()); err != nil {
		t.Error(err)
	}
	openLog(t, path)
}

// writerVariable makes the test binary a process that appends to the log of that name.
const writerVariable = "KEYSWEEP_TEST_AUDIT_LOG"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerVariable); path != "" {
		if err := appendMany(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const (
	writers  = 4
	sessions = 15
)

// appendMany writes sessions of three records, each of which must stand together.
func appendMany(path string) error {
	l, err := Open(context.Background(), path, Options{Actor: fmt.Sprint(os.Getpid())})
	if err != nil {
		return err
	}
	for i := range sessions {
		s, err := l.Lock(context.Background())
		if err != nil {
			return err
		}
		for _, e := range []Event{Started, Sending, Ended} {
			if _, err := s.Append(Record{Event: e, Fingerprint: fmt.Sprintf("%d-%d", os.Getpid(), i)}); err != nil {
				return err
			}
		}
		if err := s.Unlock(); err != nil {
			return err
		}
	}
	return nil
}

func TestProcessesDoNotInterleave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), writerVariable+"="+path)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var records []Record
	s, err := Walk(f, func(r Record, _ string) { records = append(records, r) })
	if err != nil || len(s.Problems) > 0 || len(records) != writers*sessions*3 {
		t.Fatalf("got %d records, %+v, %v", len(records), s, err)
	}
	for i := 0; i < len(records); i += 3 {
		if records[i].Event != Started || records[i].Fingerprint != records[i+1].Fingerprint || records[i].Fingerprint != records[i+2].Fingerprint {
			t.Fatalf("records of two sessions are mixed at %d", i)
		}
	}
}

func TestAProcessSeesWhatOthersWrote(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, b := openLog(t, path), openLog(t, path)
	appendAll(t, a, Record{Event: Sending, Fingerprint: "f1"})
	s, err := b.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Unlock()
	if !s.State("f1").Open {
		t.Error("the call of another process is not known")
	}
}
