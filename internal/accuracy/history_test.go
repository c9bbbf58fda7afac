package accuracy

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// TestDeltasFindWhatWholeScansFind writes histories of the corpus's documents, which are edited, spliced, moved and taken
// back, and scans them twice: with deltas, where only what is new to an object is looked at first, and with every object
// handed to the detector whole. Findings and all their places are the same, however git has packed them.
func TestDeltasFindWhatWholeScansFind(t *testing.T) {
	docs := generate(t, *seedFlag)
	set := builtin(t)
	shapes := map[string][]string{
		"as imported": nil,
		"packed anew": {"repack", "-adfq"},
		"deep":        {"repack", "-adfq", "--depth=4095", "--window=250"},
	}
	commits := 120
	if raceDetector || testing.Short() {
		commits = 30
	}
	for seed := range uint64(2) {
		dir := writeHistory(t, rand.New(rand.NewPCG(*seedFlag, seed)), docs, commits)
		var first []string
		for _, name := range []string{"as imported", "packed anew", "deep"} {
			if args := shapes[name]; args != nil {
				gitIn(t, dir, nil, args...)
			}
			whole := historyFindings(t, set, &source.Git{Repository: dir})
			deltas := historyFindings(t, set, &source.Git{Repository: dir, Spotter: deltaSpotter{set}})
			if diff := cmp.Diff(whole, deltas); diff != "" || len(whole) == 0 {
				t.Errorf("seed %d, %s: %d findings (-whole +deltas):\n%.3000s", seed, name, len(whole), diff)
			}
			if first == nil {
				first = whole
			}
			if diff := cmp.Diff(first, whole); diff != "" {
				t.Errorf("seed %d, %s differs from the history as imported:\n%.3000s", seed, name, diff)
			}
		}
	}
}

type deltaSpotter struct{ set *detectors.Set }

func (d deltaSpotter) Reach() int { return d.set.Reach() }

func (d deltaSpotter) Spots(dst []gitpack.Span, data []byte, from, to int) []gitpack.Span {
	for _, s := range d.set.Spots(nil, data, from, to) {
		dst = append(dst, gitpack.Span{Start: s.Start, End: s.End, Kind: uint16(s.Kind)})
	}
	return dst
}

// historyFindings are the findings of a history, one line for each and each of its places.
func historyFindings(t *testing.T, set *detectors.Set, g *source.Git) (lines []string) {
	t.Helper()
	defer g.Close()
	var out lister
	cov, err := (&scanner.Scanner{Detector: set}).Run(t.Context(), g, &out)
	if err != nil || !cov.Complete {
		t.Fatalf("complete %v, %v, %v", cov.Complete, cov.Skips, err)
	}
	slices.Sort(out)
	return out
}

// lister is a sink that writes findings out.
type lister []string

func (l *lister) Write(f scanner.Finding) error {
	head := fmt.Sprint(f.Credential.Fingerprint(), " ", f.Credential.Rule.ID, " ", f.Severity)
	var places []string
	for _, o := range f.Occurrences {
		places = append(places, fmt.Sprint(o.Region, o.File, o.Place, o.Commit, o.LastCommit, o.AtHead))
	}
	slices.Sort(places)
	for _, p := range f.Parts {
		places = append(places, fmt.Sprint(p.Name, p.File, p.Region, p.Encodings))
	}
	*l = append(*l, head+" "+strings.Join(places, "; "))
	return nil
}

func (l *lister) Close() error { return nil }

// writeHistory makes a repository of random commits.
func writeHistory(t *testing.T, rnd *rand.Rand, docs []Document, commits int) string {
	t.Helper()
	dir := t.TempDir()
	gitIn(t, dir, nil, "init", "-q", "--bare", "-b", "main")
	var in bytes.Buffer
	files, old := map[string]string{}, map[string]string{}
	for i := range commits {
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter C <c@example.org> %d +0000\ndata 0\n", 1_700_000_000+60*i)
		for range 1 + rnd.IntN(3) {
			d := docs[rnd.IntN(len(docs))]
			path := fmt.Sprintf("f%d/%s", rnd.IntN(4), d.Path)
			if len(files) > 8 && rnd.IntN(4) > 0 { // one that is there
				path = slices.Sorted(maps.Keys(files))[rnd.IntN(len(files))]
			}
			text := edit(rnd, files[path], old[path], d.Text)
			old[path], files[path] = files[path], text
			fmt.Fprintf(&in, "M 100644 inline %q\ndata %d\n%s\n", path, len(text), text)
		}
	}
	gitIn(t, dir, &in, "fast-import", "--quiet")
	return dir
}

// edit makes the next version of a file, of the one before it, an older one and a document.
func edit(rnd *rand.Rand, text, old, doc string) string {
	cut := func(s string) int { return rnd.IntN(len(s) + 1) }
	switch at := cut(text); rnd.IntN(6) {
	case 0: // the document in the middle of it
		return text[:at] + doc + text[at:]
	case 1: // on lines of its own
		if nl := strings.IndexByte(text[at:], '\n'); nl >= 0 {
			at += nl + 1
		}
		return text[:at] + doc + "\n" + text[at:]
	case 2: // something is cut out
		return text[:at] + text[min(len(text), at+rnd.IntN(200)):] + doc[:min(len(doc), 20)]
	case 3: // a few characters change
		return text[:at] + fmt.Sprint(rnd.IntN(1000)) + text[min(len(text), at+rnd.IntN(4)):]
	case 4:
		if old != "" {
			return old
		}
	}
	if len(text) > 40_000 || text == "" {
		return doc
	}
	return text + doc
}

func gitIn(t *testing.T, dir string, in *bytes.Buffer, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	if in != nil {
		cmd.Stdin = in
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v: %s", args[0], err, out)
	}
}
