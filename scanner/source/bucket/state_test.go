package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func openState(t *testing.T, path, rules string) *State {
	t.Helper()
	s, err := OpenState(path, rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// stateful scans with a state file, as a command does that ends well.
func stateful(t *testing.T, path, rules, url string) ([]scanner.Finding, scanner.Coverage) {
	t.Helper()
	state := openState(t, path, rules)
	s := newSource(t, url)
	s.State = state
	found, cov := scan(t, s)
	for _, f := range found {
		state.Report(f)
	}
	if err := errors.Join(state.Prepare(nil), state.Commit(), state.Close()); err != nil {
		t.Fatal(err)
	}
	return found, cov
}

func TestSecondRunReadsOnlyWhatChanged(t *testing.T) {
	b := newS3Bucket(t)
	for i := range 20 {
		b.put(fmt.Sprintf("clean/%d", i), fmt.Sprint("nothing ", i))
	}
	b.put("a.env", leak())
	b.put("b.env", leak())
	b.put("twin/1", "the same")
	b.put("twin/2", "the same")
	reads := newCounter()
	url := b.through(between(t, b.server, func(_ http.ResponseWriter, r *http.Request) bool { reads.add(r); return false }))
	path := filepath.Join(t.TempDir(), "state")
	found, cov := stateful(t, path, "rules", url)
	if complete(t, cov); len(found) != 2 || reads.count() != 23 {
		t.Errorf("first run: %d findings, %d reads", len(found), reads.count())
	}
	*reads = *newCounter()
	found, cov = stateful(t, path, "rules", url)
	if complete(t, cov); len(found) != 0 || reads.count() != 0 || cov.Skipped[SkipUnchanged] != 24 {
		t.Errorf("second run: %d findings, %d reads, %v", len(found), reads.count(), cov.Skipped)
	}
	b.put("a.env", leak())
	b.put("new.env", leak())
	found, cov = stateful(t, path, "rules", url)
	if diff := cmp.Diff([]string{"a.env", "new.env"}, reads.names()); diff != "" || len(found) != 2 {
		t.Errorf("third run: %d findings; read (-want +got):\n%s", len(found), diff)
	}
	complete(t, cov)
	*reads = *newCounter()
	if found, _ = stateful(t, path, "other rules", url); len(found) != 3 || reads.count() != 24 {
		t.Errorf("with other rules: %d findings, %d reads", len(found), reads.count())
	}
}

func TestWhatWasNotReadIsReadTheNextTime(t *testing.T) {
	b := newS3Bucket(t)
	b.put("good.env", leak())
	b.put("bad.env", leak())
	text, leaks := big(2*blockSize + 50)
	b.put("half.log", string(text))
	var broken atomic.Bool
	broken.Store(true)
	url := b.through(between(t, b.server, func(w http.ResponseWriter, r *http.Request) bool {
		bad := strings.HasSuffix(r.URL.Path, "/bad.env") || strings.HasSuffix(r.URL.Path, "/half.log") && strings.HasPrefix(r.Header.Get("Range"), fmt.Sprintf("bytes=%d", 2*blockSize))
		return bad && broken.Load() && s3Error(w, 403, "AccessDenied")
	}))
	path := filepath.Join(t.TempDir(), "state")
	seen := map[string]int{}
	found, cov := stateful(t, path, "rules", url)
	if cov.Complete || cov.Units != 1 {
		t.Errorf("first run: %+v", cov)
	}
	for _, f := range found {
		seen[f.Fingerprint]++
	}
	broken.Store(false)
	state := openState(t, path, "rules")
	s := newSource(t, url)
	s.State = state
	found, cov = scan(t, s)
	complete(t, cov)
	for _, f := range found {
		if !state.Reported(f) {
			seen[f.Fingerprint]++
		}
	}
	for fingerprint, n := range seen {
		if n != 1 {
			t.Errorf("%s was reported %d times", fingerprint, n)
		}
	}
	if len(seen) != leaks+2 {
		t.Errorf("%d findings of %d", len(seen), leaks+2)
	}
}

// TestStateAfterAKill leaves a state as a run does that is killed at some step.
func TestStateAfterAKill(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(t *testing.T, s *State, report string)
		want bool // the object with a match counts as reported
	}{
		"before the report":                {func(*testing.T, *State, string) {}, false},
		"with the report beside its place": {func(t *testing.T, s *State, report string) { write(t, report); prepare(t, s, report) }, false},
		"with the report in its place": {func(t *testing.T, s *State, report string) {
			write(t, report)
			prepare(t, s, report)
			_ = os.Rename(report, report+".json")
		}, true},
		"with the report taken away": {func(t *testing.T, s *State, report string) { prepare(t, s, report) }, true},
		"after the note":             {func(t *testing.T, s *State, report string) { prepare(t, s, report); _ = s.Commit() }, true},
		"with a report that failed":  {func(t *testing.T, s *State, report string) { prepare(t, s, report); _ = s.Abort() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, report := filepath.Join(dir, "state"), filepath.Join(dir, ".keysweep-1.tmp")
			s := openState(t, path, "rules")
			clean, matched := s.identity("b", object{key: "clean", etag: "1"}), s.identity("b", object{key: "matched", etag: "2"})
			for i := range 100 {
				s.cover(s.identity("b", object{key: fmt.Sprint(i), etag: "1"}))
			}
			s.cover(clean)
			s.hold(matched)
			c.do(t, s, report)
			_ = s.file.Close() // without the records in memory
			again := openState(t, path, "rules")
			if got := again.covered(matched); got != c.want {
				t.Errorf("covered: %v, want %v", got, c.want)
			}
			if !again.covered(s.identity("b", object{key: "0", etag: "1"})) {
				t.Error("what was written is lost")
			}
			if _, err := os.Stat(report); err == nil {
				t.Error("half a report is left")
			}
			if _, err := os.Stat(again.pendingPath()); err == nil {
				t.Error("the note is left")
			}
		})
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func prepare(t *testing.T, s *State, report string) {
	t.Helper()
	if err := s.Prepare([]string{report}); err != nil {
		t.Fatal(err)
	}
}

func TestStateThatWasCutShortOrDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	s := openState(t, path, "rules")
	id := func(i int) identity { return s.identity("b", object{key: fmt.Sprint(i), etag: "e"}) }
	for i := range 50 {
		s.cover(id(i))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenState(path, "rules")
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		want := max(0, cut-len(stateMagic)) / recordSize
		if len(s.known) != want {
			t.Fatalf("cut at %d: %d records, want %d", cut, len(s.known), want)
		}
		s.cover(id(100))
		_ = s.Close()
		s = openState(t, path, "rules")
		if !s.covered(id(100)) || len(s.known) != want+1 {
			t.Fatalf("cut at %d: nothing can be added", cut)
		}
		_ = s.Close()
	}
	damaged := bytes.Clone(whole)
	damaged[len(stateMagic)+3*recordSize+5] ^= 1
	_ = os.WriteFile(path, damaged, 0o600)
	if s = openState(t, path, "rules"); s.covered(id(3)) || !s.covered(id(2)) || !s.covered(id(4)) {
		t.Error("a damaged record counts, or others do not")
	}
}

func TestStateIsNoOtherFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	text := []byte("what I must not forget: a lot\n")
	_ = os.WriteFile(path, text, 0o600)
	if _, err := OpenState(path, "rules"); err == nil {
		t.Error("took a file that is none of its own")
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, text) {
		t.Errorf("the file holds %q now", got)
	}
}

func TestStateIsForOneRunAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	s := openState(t, path, "rules")
	if _, err := OpenState(path, "rules"); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second run got the file: %v", err)
	}
	_ = s.Close()
	openState(t, path, "rules")
}

func TestStateHoldsNoNames(t *testing.T) {
	b := newS3Bucket(t)
	b.put("very-telling-name/desk_"+randomText(16), leak())
	b.put("another-telling-name", "nothing")
	path := filepath.Join(t.TempDir(), "state")
	stateful(t, path, "rules", b.url())
	text, err := os.ReadFile(path)
	if err != nil || bytes.Contains(text, []byte("telling")) || bytes.Contains(text, []byte("desk_")) || bytes.Contains(text, []byte(b.server.Secret)) {
		t.Errorf("the state file shows what it covers: %q, %v", text, err)
	}
}

// TestInterruptedRunIsResumed ends runs at every number of reads until one comes to its end.
func TestInterruptedRunIsResumed(t *testing.T) {
	b := newS3Bucket(t)
	want := map[string]int{}
	for i := range 60 {
		text := fmt.Sprint("nothing ", i)
		if i%5 == 0 {
			text = leak()
		}
		b.put(fmt.Sprintf("%02d", i), text)
	}
	path := filepath.Join(t.TempDir(), "state")
	for run := 1; ; run++ {
		ctx, cancel := context.WithCancel(t.Context())
		var n atomic.Int32
		s := newSource(t, b.through(between(t, b.server, func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.Count(r.URL.Path, "/") > 1 && n.Add(1) == 12 {
				cancel()
			}
			return false
		})))
		state := openState(t, path, "rules")
		s.State = state
		set, _ := deskSet()
		var found collected
		cov, err := (&scanner.Scanner{Detector: set, Drop: state.Reported}).Run(ctx, s, &found)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			state.Report(f)
			want[f.Fingerprint]++
		}
		if err := errors.Join(state.Prepare(nil), state.Commit(), state.Close()); err != nil {
			t.Fatal(err)
		}
		if cov.Complete {
			break
		}
		if run > 60 {
			t.Fatal("the runs do not come to an end")
		}
	}
	if len(want) != 12 {
		t.Errorf("%d findings, want 12", len(want))
	}
	for f, n := range want {
		if n != 1 {
			t.Errorf("%s was reported %d times", f, n)
		}
	}
}

func TestNamesThatHoldACredentialAreReportedOnce(t *testing.T) {
	b := newS3Bucket(t)
	named := func() string { return "backup/desk_" + randomText(16) }
	b.put(named(), "nothing\n")
	b.put(named(), leak())
	b.put(named(), "")
	b.put("backup/of-nothing-in-particular.txt", "nothing\n")
	path := filepath.Join(t.TempDir(), "state")
	for run, want := range []int{4, 0} {
		state := openState(t, path, "rules")
		s := newSource(t, b.url())
		s.State, s.Telling = state, func(name string) bool { return strings.Contains(name, "desk_") }
		set, _ := deskSet()
		var found collected
		cov, err := (&scanner.Scanner{Detector: set, Drop: state.Reported}).Run(t.Context(), s, &found)
		if err != nil {
			t.Fatal(err)
		}
		complete(t, cov)
		for _, f := range found {
			state.Report(f)
		}
		if err := errors.Join(state.Prepare(nil), state.Commit(), state.Close()); err != nil {
			t.Fatal(err)
		}
		if len(found) != want {
			t.Errorf("run %d: %d findings, want %d: %v", run+1, len(found), want, files(found))
		}
	}
}
