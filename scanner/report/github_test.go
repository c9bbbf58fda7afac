package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/scanner"
)

func TestWorkflowCommandsEscapeWhatTheRunnerReads(t *testing.T) {
	got := command("error", []string{"file", "a:b,c%0A\r\n.txt", "line", "3"}, "50% of x:y, done\nnext\r::stop")
	want := `::error file=a%3Ab%2Cc%250A\x0d\x0a.txt,line=3::50%25 of x:y, done%0Anext\x0d::stop` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOneAnnotationPerFindingAtAPlaceThatStillExists(t *testing.T) {
	f := pairFinding()
	f.Occurrences[0].AtHead = false
	f.Occurrences = append(f.Occurrences, scanner.Occurrence{Region: region(5, 2, 9), File: "now.env", Place: scanner.InBlob, AtHead: true})
	got := string(render(t, "github", []scanner.Finding{f}, complete(), Options{}))
	if !strings.HasPrefix(got, "::error file=now.env,line=5,endLine=5,col=2,endColumn=9,title=Binance API key pair (high)::") || strings.Count(got, "\n") != 2 {
		t.Errorf("got %s", got)
	}
}

func TestAnnotationOfAMessageNamesNoFile(t *testing.T) {
	f := loneFinding()
	f.Occurrences[0].Place, f.Occurrences[0].File = scanner.InMessage, ""
	got := string(render(t, "github", []scanner.Finding{f}, complete(), Options{}))
	if !strings.HasPrefix(got, "::warning title=Kraken API key (medium)::") {
		t.Errorf("got %s", got)
	}
}

func TestHostileTextAddsNoCommand(t *testing.T) {
	got := string(render(t, "github", []scanner.Finding{hostileFinding()}, incomplete(), Options{}))
	n := 0
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "::") {
			n++
		}
	}
	if n != 2 || strings.Contains(got, "##[") {
		t.Errorf("%d commands:\n%s", n, got)
	}
}

func TestJobSummaryIsAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	if err := os.WriteFile(path, []byte("# before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	render(t, "github", sample(), incomplete(), Options{Summary: path})
	got := readIfThere(t, path)
	if !strings.HasPrefix(string(got), "# before\n## keysweep: 4 findings") {
		t.Errorf("summary is %s", got)
	}
	compareGolden(t, "summary.md", got)
}

func TestJobSummaryStaysBelowTheLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	var many []scanner.Finding
	for range 2000 {
		f := hostileFinding()
		f.Occurrences[0].File = strings.Repeat("*", 5000)
		many = append(many, f)
	}
	render(t, "github", many, complete(), Options{Summary: path})
	if got := readIfThere(t, path); len(got) > 1<<20 || !strings.Contains(string(got), "1700 more findings in the log") {
		t.Errorf("summary has %d bytes", len(got))
	}
}

func TestUnwritableSummaryIsAnError(t *testing.T) {
	w, err := New("github", new(strings.Builder), Options{Summary: filepath.Join(t.TempDir(), "no", "summary.md")})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(complete()); err == nil || !strings.Contains(err.Error(), "job summary") {
		t.Errorf("got %v", err)
	}
}

func TestMarkdownHasNoMeaning(t *testing.T) {
	got := markdown("[x](y) <b> @team *a* `c` | www.x.example #1 !")
	want := "&#91;x&#93;&#40;y&#41; &#60;b&#62; &#64;team &#42;a&#42; &#96;c&#96; &#124; www&#46;x&#46;example &#35;1 &#33;"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
