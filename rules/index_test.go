package rules_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

var update = flag.Bool("update", false, "write the index of the rules files")

// TestLoadIndex holds the index to the rules files, or writes it.
func TestLoadIndex(t *testing.T) {
	want, err := detectors.Index(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(detectors.IndexName, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(detectors.IndexName)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not that of the rules files: run go generate ./rules", detectors.IndexName)
	}
	if lines, files := bytes.Count(want, []byte("\n")), rulesFiles(t); lines != files {
		t.Errorf("%d of %d files have a line: a tab or line break in another one slows every start", lines, files)
	}
}

func rulesFiles(t *testing.T) int {
	t.Helper()
	entries, err := rules.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries) - 1 // the index itself
}
