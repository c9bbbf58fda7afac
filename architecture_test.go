package keysweep_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/keysweep/keysweep"

// pkg is what the rules below need of an entry of go list -json.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// arrows lists, for each folder, the folders it may import besides its own. "..." stands for the whole tree. A package
// belongs to the longest folder that holds it; a folder that is not listed is an error, so that a new one gets its place.
var arrows = map[string][]string{
	"":                       {},
	"cmd":                    {"..."},
	"bench":                  {"internal/cloud"},
	"internal/cloud":         {},
	"internal/accuracy":      {"..."},
	"internal/issuer":        {"detectors"},
	"rules":                  {},
	"scanner/fleet":          {"scanner/revoke", "scanner/store", "scanner/source", "scanner/report", "scanner", "detectors/provider", "detectors"},
	"scanner/revoke":         {"scanner/store", "scanner", "detectors/provider", "detectors"},
	"scanner/store":          {"scanner", "detectors"},
	"scanner/source":         {"scanner/source/gitpack", "scanner/source/reftable", "scanner", "detectors", "detectors/check", "detectors/decode"},
	"scanner/source/gitpack": {},
	"scanner/report":         {"scanner", "detectors"},
	"scanner":                {"detectors/provider", "detectors"},
	"detectors/provider":     {"detectors/sign", "detectors"},
	"detectors":              {"detectors/check", "detectors/decode"},
	"detectors/check":        {},
	"detectors/decode":       {},
	"detectors/sign":         {},

	"scanner/source/reftable": {},
}

// fenced lists modules that only some folders may import.
var fenced = map[string][]string{
	"github.com/go-git/go-git":              {"scanner/source"},
	"github.com/go-git/go-billy":            {"scanner/source"},
	"github.com/google/go-github":           {"scanner/source"},
	"github.com/BurntSushi/toml":            {"detectors"},
	"github.com/spf13/cobra":                {"cmd"},
	"github.com/spf13/pflag":                {"cmd"},
	"github.com/schollz/progressbar":        {"cmd"},
	module + "/rules":                       {"cmd", "internal/accuracy"},
	module + "/internal/accuracy":           {"internal/accuracy"},
	module + "/internal/cloud":              {"internal/cloud", "bench"},
	module + "/internal/issuer":             {"internal/issuer"},
	"net/http":                              {"bench", "scanner/source", "scanner/fleet", "detectors/provider", "cmd", "internal/issuer"},
	"github.com/owenrumney/go-sarif":        {"scanner/report"},
	"github.com/mholt/archives":             {"scanner/source"},
	"modernc.org/sqlite":                    {"scanner/store", "scanner/fleet"},
	"github.com/jackc/pgx":                  {"scanner/store", "scanner/fleet"},
	"github.com/aws/aws-sdk-go-v2":          {"scanner/source", "bench"},
	"github.com/Azure/azure-sdk-for-go":     {"scanner/source"},
	"golang.org/x/oauth2":                   {"scanner/source"},
	"github.com/rogpeppe/go-internal":       {},
	"github.com/google/go-cmp":              {},
	"github.com/santhosh-tekuri/jsonschema": {},
}

// apart lists folders that may not reach another one, not even through a third.
var apart = map[string][]string{
	"scanner/source/gitpack": {"detectors"},
	"detectors":              {"net/http", "os/exec"},
}

func TestImportsRunOneWay(t *testing.T) {
	pkgs, err := list(t)
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) == 0 {
		t.Fatal("go list named no package of the module")
	}
	for _, v := range violations(pkgs) {
		t.Error(v)
	}
}

func list(t *testing.T) ([]pkg, error) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=ImportPath,Imports,Deps", "./...").Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return nil, fmt.Errorf("go list: %w: %s", err, exit.Stderr)
	} else if err != nil {
		return nil, err
	}
	var ours []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return ours, nil
		} else if err != nil {
			return nil, err
		}
		if within(p.ImportPath, module) {
			ours = append(ours, p)
		}
	}
}

// violations returns what is wrong with the imports of pkgs, one sentence for each arrow.
func violations(pkgs []pkg) []string {
	var wrong []string
	for _, p := range pkgs {
		home, ok := folder(p.ImportPath)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s: folder has no place in the tree", p.ImportPath))
			continue
		}
		for _, to := range p.Imports {
			if !mayImport(home, to) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s", p.ImportPath, to))
			}
		}
		for _, far := range apart[home] {
			if slices.ContainsFunc(p.Deps, func(d string) bool { return within(d, far) || within(d, module+"/"+far) }) {
				wrong = append(wrong, fmt.Sprintf("%s reaches %s", p.ImportPath, far))
			}
		}
	}
	return wrong
}

func mayImport(home, to string) bool {
	for mod, homes := range fenced {
		inside := func(h string) bool { return home == h || strings.HasPrefix(home, h+"/") && h != "detectors" }
		if within(to, mod) && !slices.ContainsFunc(homes, inside) {
			return false
		}
	}
	target, ours := folder(to)
	if !within(to, module) || ours && target == home || slices.Equal(arrows[home], []string{"..."}) {
		return true
	}
	return ours && slices.Contains(arrows[home], target)
}

// folder returns the longest entry of arrows that holds the package.
func folder(path string) (string, bool) {
	if path == module {
		return "", true
	}
	rest, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return "", false
	}
	best := ""
	for f := range arrows {
		if f != "" && within(rest, f) && len(f) > len(best) && deepEnough(rest, f) {
			best = f
		}
	}
	return best, best != ""
}

// deepEnough refuses to count an unknown folder beside the listed ones (detectors/new) to its parent.
func deepEnough(rest, f string) bool {
	return rest == f || f == "cmd" || f == "internal/accuracy" || f == "internal/cloud" || strings.HasPrefix(f, "scanner/") || f == "detectors/provider"
}

// within reports whether the package path is root or lies below it; a major version suffix counts as below.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func TestViolations(t *testing.T) {
	at := func(from string, to ...string) []pkg {
		return []pkg{{ImportPath: module + from, Imports: to, Deps: to}}
	}
	cases := map[string]struct {
		pkgs []pkg
		want []string
	}{
		"a downward arrow":              {at("/scanner", module+"/detectors", "context"), nil},
		"cmd imports everything":        {at("/cmd/keysweep", module+"/rules", module+"/scanner/source", "github.com/spf13/cobra"), nil},
		"detectors look up":             {at("/detectors", module+"/scanner"), []string{module + "/detectors imports " + module + "/scanner"}},
		"a source knows the rules":      {at("/scanner/source", module+"/rules"), []string{module + "/scanner/source imports " + module + "/rules"}},
		"go-git outside source":         {at("/scanner", "github.com/go-git/go-git/v5"), []string{module + "/scanner imports github.com/go-git/go-git/v5"}},
		"go-git below source":           {at("/scanner/source/gitpack", "github.com/go-git/go-git/v5/plumbing"), nil},
		"toml below detectors":          {at("/detectors/check", "github.com/BurntSushi/toml"), []string{module + "/detectors/check imports github.com/BurntSushi/toml"}},
		"gitpack reaches detectors":     {at("/scanner/source/gitpack", module+"/detectors"), []string{module + "/scanner/source/gitpack imports " + module + "/detectors", module + "/scanner/source/gitpack reaches detectors"}},
		"a test's module in the tree":   {at("/scanner", "github.com/google/go-cmp/cmp"), []string{module + "/scanner imports github.com/google/go-cmp/cmp"}},
		"a folder without a place":      {at("/utils"), []string{module + "/utils: folder has no place in the tree"}},
		"a new folder below detectors":  {at("/detectors/new"), []string{module + "/detectors/new: folder has no place in the tree"}},
		"reports do not know sources":   {at("/scanner/report", module+"/scanner/source"), []string{module + "/scanner/report imports " + module + "/scanner/source"}},
		"the fake issuer does too":      {at("/detectors/provider", module+"/internal/issuer"), []string{module + "/detectors/provider imports " + module + "/internal/issuer"}},
		"the corpus stays within tests": {at("/scanner", module+"/internal/accuracy"), []string{module + "/scanner imports " + module + "/internal/accuracy"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, violations(c.pkgs)); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}
