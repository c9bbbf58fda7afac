package accuracy

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	seedFlag = flag.Uint64("seed", 1, "seed of the corpus")
	faults   = flag.String("faults", "", "print every fault whose line holds this expression")
)

// floors are the figures, in percent, that a change must not fall below.
var floors = map[string]figures{
	"exchange": {Recall: 96.5, Naming: 98, Pairing: 93, Precision: 99, Environment: 60},
	"provider": {Recall: 95, Naming: 98, Pairing: 85, Precision: 98.5, Environment: 80},
	"wallet":   {Recall: 98.5, Naming: 98.5, Precision: 99, Environment: 90},
	"general":  {Recall: 97, Naming: 98, Pairing: 94, Precision: 98.5},
	"encoded":  {Recall: 93, Naming: 97, Pairing: 90, Precision: 97},
}

// groupFloor is the same for credentials whose parts lie in several files of a folder.
var groupFloor = figures{Recall: 98, Naming: 98, Pairing: 78, Precision: 98}

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

func TestAccuracy(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("scans ten thousand documents")
	}
	docs := generate(t, *seedFlag)
	set := builtin(t)
	report, groups := Score(docs, engine(t, set)), ScoreGroups(docs, pipeline(t, set))
	for _, r := range []Report{report, groups} {
		if err := r.Write(t.Output(), chosen(*faults)); err != nil {
			t.Fatal(err)
		}
	}
	for name, floor := range floors {
		if got := report.tally(name); !got.reaches(floor) {
			t.Errorf("%s: %+v is below the floor %+v", name, got.figures(), floor)
		}
	}
	if got := groups.tally("exchange"); !got.reaches(groupFloor) {
		t.Errorf("across files: %+v is below the floor %+v", got.figures(), groupFloor)
	}
}

// chosen shows the faults whose line an expression matches, none for the empty expression.
func chosen(expr string) func(Fault) bool {
	if expr == "" {
		return nil
	}
	return func(f Fault) bool { return regexp.MustCompile(expr).MatchString(f.String()) }
}

func TestCorpus(t *testing.T) {
	docs := generate(t, 7)
	t.Run("documents hold their credentials", func(t *testing.T) { testHold(t, docs) })
	t.Run("look-alikes outnumber credentials", func(t *testing.T) { testOutnumber(t, docs) })
	t.Run("the same seed gives the same documents", func(t *testing.T) {
		for i, d := range generate(t, 7) {
			if docs[i].Path != d.Path || docs[i].Text != d.Text {
				t.Fatalf("%s %s differs between two runs:\n%s\n%s", d.Context, d.Path, docs[i].Text, d.Text)
			}
		}
	})
}

func testHold(t *testing.T, docs []Document) {
	for _, d := range docs {
		if d.Encoded || d.Group != "" {
			continue
		}
		for _, truth := range d.Truth {
			for part, v := range truth.Parts {
				writings := append([]string{v}, truth.Forms[part]...)
				if !slices.ContainsFunc(writings, func(w string) bool { return stands(d.Text, w) }) {
					t.Errorf("%s %s: part %s of %s is not in the text", d.Context, d.Path, part, truth.ID)
				}
			}
		}
	}
}

// stands says whether the text holds the words of the value in their order, whatever stands between them.
func stands(text, v string) bool {
	text, v = strings.ToLower(text), strings.ToLower(v)
	all := strings.ReplaceAll(text, `\n`, "")
	for _, word := range strings.Fields(v) {
		_, after, ok := strings.Cut(text, word)
		if !ok {
			return strings.Contains(squash(all), squash(v))
		}
		text = after
	}
	return true
}

func testOutnumber(t *testing.T, docs []Document) {
	credentials, decoys := 0, 0
	for _, d := range docs {
		decoys += len(d.Decoys)
		for _, truth := range d.Truth {
			credentials += len(truth.Parts)
		}
	}
	if decoys < 2*credentials {
		t.Errorf("%d look-alikes for %d parts of credentials, want twice as many", decoys, credentials)
	}
}

func TestKindsAreWrittenInManySyntaxes(t *testing.T) {
	c := open(t)
	for i, k := range c.kinds {
		n := 0
		for _, s := range c.syntaxes {
			if s.holds(c.tags[i]) && !s.multiple {
				n++
			}
		}
		if n < 8 {
			t.Errorf("%s fits %d syntaxes, want 8 or more", k.ID, n)
		}
	}
}
