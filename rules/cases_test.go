package rules_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/sign"
	"github.com/keysweep/keysweep/rules"
)

// TestCases runs the cases of every rules file against all rules at once.
func TestCases(t *testing.T) {
	all, set := compileAll(t)
	names, err := fs.Glob(rules.FS, "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(name, ".toml"), func(t *testing.T) {
			file := filepath.Join("..", "testdata", "providers", name)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("every rules file has a cases file: %v", err)
			}
			cases, err := detectors.ReadCases(name, text)
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range cases.Fit(all) {
				t.Error(err)
			}
			for seed := range uint64(3) {
				for _, err := range cases.Run(set, 1000*seed) {
					t.Error(err)
				}
			}
		})
	}
}

func compileAll(t *testing.T) ([]detectors.Rule, *detectors.Set) {
	t.Helper()
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	set, err := detectors.Compile(all, detectors.Options{Signs: sign.Check})
	if err != nil {
		t.Fatal(err)
	}
	return all, set
}
