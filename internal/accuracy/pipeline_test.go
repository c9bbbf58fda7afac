package accuracy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source"
)

// builtin compiles the rules that are built in.
func builtin(t *testing.T) *detectors.Set {
	t.Helper()
	loaded, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	set, err := detectors.Compile(loaded, detectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// engine scans documents by themselves. UTF-16 is a matter of sources, so that such a document takes the long way.
func engine(t *testing.T, set *detectors.Set) Scan {
	whole := pipeline(t, set)
	return func(path string, data []byte) []Found {
		if strings.HasPrefix(string(data), "\xff\xfe") {
			return whole([]Document{{Path: path, Text: string(data)}})
		}
		var found []Found
		for m := range set.Scan(data, detectors.Hint{Path: path}) {
			found = append(found, foundOf(m))
		}
		return found
	}
}

func foundOf(m detectors.Match) Found {
	f := Found{
		Rule: m.Credential.Rule.ID, Provider: m.Credential.Provider, Parts: map[string]string{}, Environment: m.Environment,
		Start: m.Span.Start, End: m.Span.End, Info: m.Severity == detectors.Info,
	}
	for name, secret := range m.Credential.Parts {
		f.Parts[name] = secret.Reveal()
	}
	return f
}

// pipeline scans files on disk with everything a scan of a folder does.
func pipeline(t *testing.T, set *detectors.Set) ScanGroup {
	return func(docs []Document) []Found {
		dir := t.TempDir()
		for _, d := range docs {
			name := filepath.Join(dir, filepath.FromSlash(d.Path))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(d.Text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := scanner.Scanner{Detector: set}
		var out collector
		cov, err := s.Run(t.Context(), &source.Dir{Paths: []string{dir}}, &out)
		if err != nil || !cov.Complete {
			t.Fatalf("scan of %s: complete %v, %v", docs[0].Path, cov.Complete, err)
		}
		return out
	}
}

// collector is a sink that keeps findings.
type collector []Found

func (c *collector) Write(f scanner.Finding) error {
	out := Found{
		Rule: f.Credential.Rule.ID, Provider: f.Credential.Provider, Parts: map[string]string{}, Environment: f.Environment,
		Info: f.Severity == detectors.Info,
	}
	for _, p := range f.Parts {
		out.Parts[p.Name] = p.Value.Reveal()
	}
	*c = append(*c, out)
	return nil
}

func (c *collector) Close() error { return nil }
