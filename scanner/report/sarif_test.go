package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// oasisSchema compiles the OASIS schema, which the sarif module holds as a constant.
func oasisSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := strconv.Unquote(file.Scope.Lookup("schema").Decl.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSARIFKeepsTheOASISSchema(t *testing.T) {
	schema := oasisSchema(t)
	many := loneFinding()
	for i := range 1500 {
		many.Occurrences = append(many.Occurrences, scanner.Occurrence{File: fmt.Sprintf("copy %d.txt", i), Region: region(i, i, i)})
	}
	for name, findings := range map[string][]scanner.Finding{
		"none": nil, "sample": sample(), "zero": {{}}, "many places": {many}, "same rule twice": {loneFinding(), loneFinding()},
	} {
		for _, c := range []scanner.Coverage{complete(), incomplete(), {}} {
			text := render(t, "sarif", findings, c, Options{Version: "v1.2.3", Rules: []detectors.Rule{*binance(), *binance(), {ID: "bare"}}})
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID         string
					Properties map[string]any
					Help       struct{ Text, Markdown string }
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct {
				Level   string
				Message struct{ Text string }
			}
		}
		Results []struct {
			RuleID              string
			RuleIndex           int
			Level               string
			PartialFingerprints map[string]string
			Properties          map[string]any
			Message             struct{ Text string }
			Locations           []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI, URIBaseID string }
					Region           map[string]any
				}
			}
		}
	}
}

func readSARIF(t *testing.T, text []byte) sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestSARIFSaysWhatGitHubNeeds(t *testing.T) {
	run := readSARIF(t, render(t, "sarif", []scanner.Finding{pairFinding()}, complete(), Options{Rules: []detectors.Rule{{ID: "other"}}})).Runs[0]
	r := run.Results[0]
	var uris []string
	for _, l := range r.Locations {
		uris = append(uris, l.PhysicalLocation.ArtifactLocation.URI)
	}
	got := []any{
		run.Tool.Driver.Rules[r.RuleIndex].ID, r.Level, r.Properties["security-severity"], run.Tool.Driver.Rules[r.RuleIndex].Properties["security-severity"],
		r.PartialFingerprints["keysweepCredential/v1"], len(uris), uris[0], uris[2], r.Locations[0].PhysicalLocation.Region["endColumn"],
		strings.Contains(run.Tool.Driver.Rules[1].Help.Text, "choose Delete"), run.Invocations[0].ExecutionSuccessful,
	}
	want := []any{
		"binance-api-key", "error", "8.0", "8.0", pairFinding().Fingerprint, 3, "config/prod.env",
		"commit-message/da39a3ee5e6b4b0d3255bfef95601890afd80709", 75.0, true, true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSARIFFingerprintOutlivesAMove(t *testing.T) {
	moved := loneFinding()
	moved.Occurrences[0].StartLine, moved.Occurrences[0].File = 900, "b.py"
	a := readSARIF(t, render(t, "sarif", []scanner.Finding{loneFinding()}, complete(), Options{}))
	b := readSARIF(t, render(t, "sarif", []scanner.Finding{moved}, complete(), Options{}))
	if diff := cmp.Diff(a.Runs[0].Results[0].PartialFingerprints, b.Runs[0].Results[0].PartialFingerprints); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestSARIFSaysWhenARunWasIncomplete(t *testing.T) {
	inv := readSARIF(t, render(t, "sarif", nil, incomplete(), Options{})).Runs[0].Invocations[0]
	var got []string
	for _, n := range inv.ToolExecutionNotifications {
		got = append(got, n.Level+" "+n.Message.Text)
	}
	want := []string{
		"error run stopped: time-out", "error not read: secret/" + keyValue + ": permission: open: permission denied",
		`error not read: pack-1\\x1b\[2J: corrupt: checksum of ` + secretValue,
		"note not read: vendor: excluded", "note not read: node_modules: excluded", "error 4 units more not read: permission",
	}
	if diff := cmp.Diff(want, got); diff != "" || inv.ExecutionSuccessful {
		t.Errorf("successful %v (-want +got):\n%s", inv.ExecutionSuccessful, diff)
	}
}

func TestSARIFPathsAreURIs(t *testing.T) {
	for in, want := range map[string]string{
		"a b/c#d?.txt": "a%20b/c%23d%3F.txt", "C:/x": "./C:/x", "/etc/x": "file:///etc/x", "a.zip!b%.txt": "a.zip%21b%25.txt", "": "input", "\xff": "%FF",
	} {
		if got := fileURI(occurrence{File: in}); got != want {
			t.Errorf("fileURI(%q) = %q, want %q", in, got, want)
		}
	}
}
