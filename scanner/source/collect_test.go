package source

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/keysweep/keysweep/scanner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// marker is the credential of these tests: they plant one word of this form in each place.
func marker() *regexp.Regexp { return regexp.MustCompile(`PLANT-[a-z0-9-]+-END`) }

// skipRow is a skip without its error.
type skipRow struct {
	Unit, Reason string
	Benign       bool
}

// harvest is what a source yielded.
type harvest struct {
	mu    sync.Mutex
	units map[string]string // text by unit, without overlaps
	at    map[string]scanner.Occurrence
	found map[string][]string // units by marker
	skips []skipRow
	errs  []error
	bad   []string // violations of the contract of Source
	clean int
	open  map[string]bool
	last  map[string]scanner.Chunk
}

func collect(t *testing.T, src scanner.Source) *harvest {
	t.Helper()
	h, err := gather(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.bad) > 0 {
		t.Errorf("chunks break the contract: %q", h.bad)
	}
	return h
}

func gather(ctx context.Context, src scanner.Source) (*harvest, error) {
	h := &harvest{units: map[string]string{}, at: map[string]scanner.Occurrence{}, found: map[string][]string{},
		open: map[string]bool{}, last: map[string]scanner.Chunk{}}
	err := src.Chunks(ctx, h.take)
	for unit, open := range h.open {
		if open && err == nil {
			h.bad = append(h.bad, unit+" has no last chunk")
		}
	}
	slices.SortFunc(h.skips, func(a, b skipRow) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Reason, b.Reason))
	})
	return h, err
}

func (h *harvest) take(c scanner.Chunk) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clean += c.Clean
	if c.Skip != nil {
		h.skips = append(h.skips, skipRow{c.Unit, c.Skip.Reason, c.Skip.Benign})
		h.errs = append(h.errs, c.Skip.Err)
		h.open[c.Unit] = false
		return nil
	}
	if c.Unit == "" {
		return nil
	}
	h.check(c)
	h.units[c.Unit] += string(c.Data[c.Overlap:])
	h.at[c.Unit] = c.At
	for _, m := range marker().FindAllString(string(c.Data), -1) {
		if !slices.Contains(h.found[m], c.Unit) {
			h.found[m] = append(h.found[m], c.Unit)
		}
	}
	return nil
}

// check compares a chunk with the ones before it of its unit.
func (h *harvest) check(c scanner.Chunk) {
	open, seen := h.open[c.Unit]
	h.open[c.Unit] = c.More
	if seen && !open {
		h.bad = append(h.bad, c.Unit+" came twice")
	}
	text := h.units[c.Unit]
	if int64(len(text)) != c.Offset+int64(c.Overlap) || text[len(text)-c.Overlap:] != string(c.Data[:c.Overlap]) {
		h.bad = append(h.bad, c.Unit+" has a wrong offset or overlap")
	}
	lines := 0
	for _, b := range []byte(text[:len(text)-c.Overlap]) {
		if b == '\n' {
			lines++
		}
	}
	if lines != c.Line {
		h.bad = append(h.bad, c.Unit+" has a wrong line")
	}
}

func TestSourceReturnsErrorOfYield(t *testing.T) {
	stop := errors.New("enough")
	for name, src := range map[string]scanner.Source{
		"dir":   &Dir{Paths: []string{"."}},
		"stdin": &Stdin{Reader: regularReader("text")},
	} {
		if err := src.Chunks(t.Context(), func(scanner.Chunk) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("%s: got error %v, want %v", name, err, stop)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := src.Chunks(ctx, func(scanner.Chunk) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got error %v, want %v", name, err, context.Canceled)
		}
	}
}
