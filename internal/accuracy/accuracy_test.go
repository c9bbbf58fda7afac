package accuracy

import (
	"cmp"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

var (
	seedFlag = flag.Uint64("seed", 1, "seed of the corpus")
	faults   = flag.String("faults", "", "print every fault whose line holds this expression")
)

func open(t *testing.T) *Corpus {
	t.Helper()
	c, err := Open(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func generate(t *testing.T, seed uint64) []Document {
	t.Helper()
	docs, err := open(t).Generate(seed)
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// engine scans with the rules that are built in.
func engine(t *testing.T) Scan {
	t.Helper()
	loaded, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	set, err := detectors.Compile(loaded, detectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return func(path string, data []byte) []Found {
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

func TestAccuracy(t *testing.T) {
	docs := generate(t, *seedFlag)
	report := Score(docs, engine(t))
	if err := report.Write(t.Output(), *faults != ""); err != nil {
		t.Fatal(err)
	}
}

var markup = regexp.MustCompile(`<[^>]*>`)

func TestDocumentsHoldTheirCredentials(t *testing.T) {
	for _, d := range generate(t, 1) {
		if d.Encoded || d.Group != "" {
			continue
		}
		text := canonical(markup.ReplaceAllString(d.Text, ""))
		for _, truth := range d.Truth {
			for part, v := range truth.Parts {
				if !strings.Contains(text, canonical(v)) && !strings.Contains(d.Text, v) {
					t.Errorf("%s %s: part %s of %s is not in the text", d.Context, d.Path, part, truth.ID)
				}
			}
		}
	}
}

func TestTheSameSeedGivesTheSameDocuments(t *testing.T) {
	a, b := generate(t, 7), generate(t, 7)
	same := slices.EqualFunc(a, b, func(x, y Document) bool { return cmp.Compare(x.Text, y.Text) == 0 && x.Path == y.Path })
	if !same {
		t.Error("two runs differ")
	}
}
