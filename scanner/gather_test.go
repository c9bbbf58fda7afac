package scanner

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
)

func TestHitsAreGatheredByCredential(t *testing.T) {
	for _, tt := range []struct {
		name string
		src  fakeSource
		want []string
	}{
		{"twice in a file", files("a", "key=k1 secret=s1\nkey=k1 secret=s1"), []string{"key=k1 secret=s1 a:1:5 a:2:5"}},
		{"in two files, out of order", files("b", "key=k1 secret=s1", "a", "\nkey=k1 secret=s1"), []string{"key=k1 secret=s1 a:2:5 b:1:5"}},
		{"two credentials of one key", files("a", "key=k1 secret=s1\nkey=k1 secret=s2"), []string{"key=k1 secret=s1 a:1:5", "key=k1 secret=s2 a:2:5"}},
		{"the same place twice", files("a", "key=k1 secret=s1", "a", "key=k1 secret=s1"), []string{"key=k1 secret=s1 a:1:5"}},
		{"lone part of a credential elsewhere", files("a", "key=k1 secret=s1", "b", "key=k1", "c", "secret=s1"), []string{"key=k1 secret=s1 a:1:5 b:1:5 c:1:8"}},
		{"lone part first", files("a", "key=k1", "b", "key=k1 secret=s1"), []string{"key=k1 secret=s1 a:1:5 b:1:5"}},
		{"lone part of another credential", files("a/x", "key=k1 secret=s1", "b/x", "key=k2"), []string{"key=k1 secret=s1 a/x:1:5", "key=k2 b/x:1:5"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sink, cov, err := scanFiles(t, &Scanner{}, tt.src)
			if err != nil || cov.Findings != len(tt.want) {
				t.Errorf("got %+v, %v", cov, err)
			}
			checkLines(t, sink.lines(), tt.want)
		})
	}
}

func TestPartsInFilesOfAFolderAreJoined(t *testing.T) {
	for _, tt := range []struct {
		name string
		src  fakeSource
		want []string
	}{
		{"same stem", files("d/.env", "acme:key=k1", "d/compose.yml", "\nacme:secret=s1"), []string{"key=k1 secret=s1 d/.env:1:10 d/compose.yml:2:13"}},
		{"secret first by name", files("d/a", "acme:secret=s1", "d/b", "acme:key=k1"), []string{"key=k1 secret=s1 d/a:1:13 d/b:1:10"}},
		{"two stems, each with both parts", files("d/a", "one:key=k1\ntwo:key=k2", "d/b", "two:secret=s2\none:secret=s1"),
			[]string{"key=k1 secret=s1 d/a:1:9 d/b:2:12", "key=k2 secret=s2 d/a:2:9 d/b:1:12"}},
		{"different stems when they are the only two", files("d/a", "one:key=k1", "d/b", "two:secret=s1"), []string{"key=k1 secret=s1 d/a:1:9 d/b:1:12"}},
		{"different stems when another pair was joined", files("d/a", "one:key=k1\ntwo:key=k2", "d/b", "three:secret=s2\none:secret=s1"),
			[]string{"key=k1 secret=s1 d/a:1:9 d/b:2:12", "key=k2 secret=s2 d/a:2:9 d/b:1:14"}},
		{"two keys and two secrets of one stem", files("d/a", "key=k1\nkey=k2", "d/b", "secret=s1\nsecret=s2"),
			[]string{"key=k1 d/a:1:5", "key=k2 d/a:2:5", "secret=s1 d/b:1:8", "secret=s2 d/b:2:8"}},
		{"two keys and one secret", files("d/a", "key=k1", "d/b", "key=k2", "d/c", "secret=s1"), []string{"key=k1 d/a:1:5", "key=k2 d/b:1:5", "secret=s1 d/c:1:8"}},
		{"other folders", files("d/a", "acme:key=k1", "e/b", "acme:secret=s1"), []string{"key=k1 d/a:1:10", "secret=s1 e/b:1:13"}},
		{"folder within the folder", files("d/a", "acme:key=k1", "d/e/b", "acme:secret=s1"), []string{"key=k1 d/a:1:10", "secret=s1 d/e/b:1:13"}},
		{"at the top", files("a", "acme:key=k1", "b", "acme:secret=s1"), []string{"key=k1 secret=s1 a:1:10 b:1:13"}},
		{"two keys", files("d/a", "acme:key=k1", "d/b", "acme:key=k2"), []string{"key=k1 d/a:1:10", "key=k2 d/b:1:10"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 5 { // maps hold the halves
				sink, _, err := scanFiles(t, &Scanner{}, tt.src)
				if err != nil {
					t.Fatal(err)
				}
				checkLines(t, sink.lines(), tt.want)
			}
		})
	}
}

func TestJoinedFindingSaysWhereItsPartsAre(t *testing.T) {
	sink, _, err := scanFiles(t, &Scanner{}, files("d/a", "acme:key=k1", "d/b", "acme:secret=s1"))
	if err != nil || len(sink.findings) != 1 {
		t.Fatalf("got %q, %v", sink.lines(), err)
	}
	f := sink.findings[0]
	places := map[string]string{}
	for _, p := range f.Parts {
		places[p.Name] = p.File
	}
	if diff := cmp.Diff(map[string]string{"key": "d/a", "secret": "d/b"}, places); diff != "" {
		t.Error(diff)
	}
	if f.Severity != detectors.High || f.Confidence != detectors.Likely || len(f.Missing) != 0 || f.Secret != "secret" || f.Fingerprint != f.Credential.Fingerprint() {
		t.Errorf("the finding is %+v", f)
	}
	if diff := cmp.Diff([]string{"the parts were found in different files of one folder"}, f.Notes); diff != "" {
		t.Error(diff)
	}
}

// history is a source that knows the places of its units afterwards.
type history struct {
	fakeSource
	places map[string][]Occurrence
	asked  []string
	err    error
}

func (h *history) Attribute(_ context.Context, units []string, yield func(string, Occurrence) error) error {
	h.asked = units
	for _, u := range units {
		for _, at := range h.places[u] {
			if err := yield(u, at); err != nil {
				return err
			}
		}
	}
	return h.err
}

func blobAt(commit, file string, day int) Occurrence {
	return Occurrence{Commit: commit, File: file, Place: InBlob, Date: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)}
}

func TestUnitsAreAttributedToTheirPlaces(t *testing.T) {
	for _, tt := range []struct {
		name   string
		text   string
		places []Occurrence
		want   []string
	}{
		{"one place", "\nkey=k1 secret=s1", []Occurrence{blobAt("c1", "a", 1)}, []string{"key=k1 secret=s1 c1:a:2:5"}},
		{"places by date", "key=k1 secret=s1", []Occurrence{blobAt("c2", "a", 2), blobAt("c1", "b", 1)}, []string{"key=k1 secret=s1 c1:b:1:5 c2:a:1:5"}},
		{"no place", "key=k1 secret=s1", nil, []string{"key=k1 secret=s1 blob:1:5"}},
		{"allowed in one of two commits", "key=k1 secret=s1 in=c1", []Occurrence{blobAt("c1", "a", 1), blobAt("c2", "a", 2)}, []string{"key=k1 secret=s1 c2:a:1:5"}},
		{"allowed in all commits", "key=k1 secret=s1 in=c1", []Occurrence{blobAt("c1", "a", 1), blobAt("c1", "b", 1)}, nil},
		{"two files of one commit", "key=k1 secret=s1", []Occurrence{blobAt("c1", "b", 1), blobAt("c1", "a", 1)}, []string{"key=k1 secret=s1 c1:a:1:5 c1:b:1:5"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := &history{fakeSource: files("blob", tt.text, "other", "nothing"), places: map[string][]Occurrence{"blob": tt.places}}
			sink, _, err := scanFiles(t, &Scanner{}, src)
			if err != nil {
				t.Fatal(err)
			}
			checkLines(t, sink.lines(), tt.want)
			if diff := cmp.Diff([]string{"blob"}, src.asked); diff != "" {
				t.Errorf("only units with a match are asked for:\n%s", diff)
			}
			for _, f := range sink.findings {
				for _, p := range f.Parts {
					if p.File != f.Occurrences[0].File {
						t.Errorf("part %s is in %s, want %s", p.Name, p.File, f.Occurrences[0].File)
					}
				}
			}
		})
	}
}

func TestPartsOfOneFolderAreJoinedAfterAttribution(t *testing.T) {
	src := &history{fakeSource: files("u1", "acme:key=k1", "u2", "acme:secret=s1"), places: map[string][]Occurrence{
		"u1": {blobAt("c1", "d/.env", 1), blobAt("c3", "e/.env", 3)}, "u2": {blobAt("c2", "d/config.yml", 2)},
	}}
	sink, _, err := scanFiles(t, &Scanner{}, src)
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, sink.lines(), []string{"key=k1 secret=s1 c1:d/.env:1:10 c2:d/config.yml:1:13 c3:e/.env:1:10"})
}

func TestAttributionErrorKeepsTheFindings(t *testing.T) {
	src := &history{fakeSource: files("u1", "key=k1 secret=s1"), err: context.DeadlineExceeded}
	sink, cov, err := scanFiles(t, &Scanner{}, src)
	if err == nil || err.Error() != "attribute findings: context deadline exceeded" || cov.Complete {
		t.Errorf("got %+v, %v", cov, err)
	}
	checkLines(t, sink.lines(), []string{"key=k1 secret=s1 u1:1:5"})
}

func TestFindingsComeWorstFirst(t *testing.T) {
	sink, _, err := scanFiles(t, &Scanner{}, files("d/a", "key=k9", "e/b", "key=k2 secret=s2", "f/c", "key=k1 secret=s1"))
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, sink.lines(), []string{"key=k2 secret=s2 e/b:1:5", "key=k1 secret=s1 f/c:1:5", "key=k9 d/a:1:5"})
}
