package report

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func TestGolden(t *testing.T) {
	for _, name := range Formats() {
		t.Run(name, func(t *testing.T) {
			o := Options{Version: "1.2.3", Width: 100, Template: goldenTemplate}
			compareGolden(t, "incomplete."+name, render(t, name, sample(), incomplete(), o))
			compareGolden(t, "empty."+name, render(t, name, nil, complete(), o))
		})
	}
}

const goldenTemplate = `{{range .}}{{.RuleID}} {{plain .File}}:{{.StartLine}} {{.Severity}}
{{end}}`

func readIfThere(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return b
}

func TestOrderOfFindingsDoesNotMatter(t *testing.T) {
	for _, name := range Formats() {
		if name == "jsonl" {
			continue
		}
		in := sample()
		want := render(t, name, in, complete(), Options{})
		in[0], in[3] = in[3], in[0]
		if diff := cmp.Diff(string(want), string(render(t, name, in, complete(), Options{}))); diff != "" {
			t.Errorf("%s (-first +second order):\n%s", name, diff)
		}
	}
}

func TestUnknownFormatIsRefused(t *testing.T) {
	_, err := New("xml", nil, Options{})
	if err == nil || !strings.Contains(err.Error(), `"xml" is none of text, json`) {
		t.Errorf("got %v", err)
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("closed pipe") }

func TestWriteErrorIsReturned(t *testing.T) {
	for _, name := range Formats() {
		w, err := New(name, closedPipe{}, Options{Template: "x"})
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(w.Write(loneFinding()), w.Close(), w.Finish(complete()))
		if err == nil || !strings.Contains(err.Error(), "closed pipe") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFinishedReportTakesNoMore(t *testing.T) {
	w, err := New("json", new(strings.Builder), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(scanner.Coverage{}); err != nil {
		t.Fatal(err)
	}
	if w.Write(scanner.Finding{}) == nil || w.Finish(scanner.Coverage{}) == nil {
		t.Error("a finished report took more")
	}
}
