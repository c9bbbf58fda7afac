package detectors

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// textFiles opens texts by name.
func textFiles(files map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

func ids(rules []Rule) []string {
	var list []string
	for _, r := range rules {
		list = append(list, r.ID)
	}
	return list
}

func TestExtendFollowsTwoFiles(t *testing.T) {
	file := func(id, extends string) string {
		return fmt.Sprintf("[extend]\npath = '%s'\n[[rules]]\nid = '%s'\nregex = 'a'\n", extends, id)
	}
	open := textFiles(map[string]string{"r/b.toml": file("b", "c.toml"), "r/c.toml": file("c", "d.toml"), "r/d.toml": file("d", "a.toml")})
	cfg, err := ConfigReader{Open: open}.Read("r/a.toml", []byte(file("a", "b.toml")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, ids(cfg.Rules)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"r/c.toml: extend is not followed: 2 files led here, and gitleaks follows no more"}, cfg.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

func TestExtendStaysInTheFolderUnlessTrusted(t *testing.T) {
	files := map[string]string{
		"/repo/sub/in.toml":   "[[rules]]\nid = 'in'\nregex = 'a'\n",
		"/repo/sub/back.toml": "[extend]\npath = '../in.toml'\n[[rules]]\nid = 'back'\nregex = 'a'\n",
		"/repo/in.toml":       "[[rules]]\nid = 'top'\nregex = 'a'\n",
		"/etc/out.toml":       "[[rules]]\nid = 'out'\nregex = 'a'\n",
		"cwd.toml":            "[[rules]]\nid = 'cwd'\nregex = 'a'\n",
	}
	leaves := "leaves the folder"
	for name, c := range map[string]struct {
		path    string
		trusted bool
		rules   []string
		err     string
	}{
		"below":                             {"sub/in.toml", false, []string{"in"}, ""},
		"below and back":                    {"sub/back.toml", false, []string{"back", "top"}, ""},
		"above":                             {"../etc/out.toml", false, nil, leaves},
		"absolute":                          {"/etc/out.toml", false, nil, leaves},
		"absolute but inside":               {"/repo/in.toml", false, nil, leaves},
		"above, trusted":                    {"../etc/out.toml", true, []string{"out"}, ""},
		"absolute, trusted":                 {"/etc/out.toml", true, []string{"out"}, ""},
		"in the working directory":          {"cwd.toml", false, nil, "does not exist"},
		"in the working directory, trusted": {"cwd.toml", true, []string{"cwd"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := ConfigReader{Open: textFiles(files), Trusted: c.trusted}.Read("/repo/c.toml", []byte("[extend]\npath = '"+c.path+"'\n"))
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) || !strings.HasPrefix(err.Error(), "/repo/c.toml:2: extend.path: ") {
					t.Errorf("error is %v, want one about %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.rules, ids(cfg.Rules)); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFaultInAnExtendedFileNamesBoth(t *testing.T) {
	open := textFiles(map[string]string{"b.toml": "[[rules]]\nid = 'b'\nregex = '('\n"})
	_, err := ConfigReader{Open: open}.Read("a.toml", []byte("[extend]\npath = 'b.toml'\n"))
	want := "a.toml:2: extend.path: b.toml:3: rules[0].regex: error parsing regexp: missing closing ): `(`"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

func TestUseDefaultMeansTheBuiltInRules(t *testing.T) {
	cfg, err := ReadConfig(".gitleaks.toml", []byte(`
[extend]
useDefault = true
disabledRules = ["gone", "never-there"]
[[rules]]
id = "built-in"
[[rules.allowlists]]
paths = ['x']
[[rules]]
id = "replaced"
regex = 'a'
[[rules]]
id = "other-tool"
entropy = 3
[[rules.allowlists]]
stopwords = ['y']
`))
	if err != nil {
		t.Fatal(err)
	}
	rules, notices := cfg.Apply([]Rule{{ID: "built-in"}, {ID: "gone"}, {ID: "replaced"}})
	if diff := cmp.Diff([]string{"built-in", "replaced"}, ids(rules)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if rules[1].Pattern == nil {
		t.Error("the built-in rule was kept beside the config's")
	}
	want := []string{
		".gitleaks.toml: useDefault means the rules of keysweep, not those of gitleaks",
		".gitleaks.toml:12: rule other-tool has neither regex nor path: its allowlists hold for the built-in rule of that id, its other settings for nothing",
		".gitleaks.toml: disabledRules: keysweep has no rule never-there",
		".gitleaks.toml: an allowlist is for rule other-tool, which keysweep does not have",
	}
	if diff := cmp.Diff(want, append(cfg.Notices, notices...)); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	var targets [][]string
	for _, a := range cfg.Allowlists {
		targets = append(targets, a.TargetRules)
	}
	if diff := cmp.Diff([][]string{{"built-in"}, {"other-tool"}}, targets); diff != "" {
		t.Errorf("allowlists' targets (-want +got):\n%s", diff)
	}
}

func TestAConfigWithoutRulesUsesTheBuiltIn(t *testing.T) {
	cfg, err := ReadConfig("c.toml", []byte("[allowlist]\npaths = ['a']\n"))
	if err != nil {
		t.Fatal(err)
	}
	rules, _ := cfg.Apply([]Rule{{ID: "built-in"}})
	if diff := cmp.Diff([]string{"built-in"}, ids(rules)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}
