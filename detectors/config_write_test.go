package detectors

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// convertedBack converts cfg and reads the result.
func convertedBack(t *testing.T, cfg *Config) *Config {
	t.Helper()
	files, err := ConvertGitleaks(cfg)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := files[".keysweep.toml"]
	if !ok || len(files) != 1 {
		t.Fatalf("files are %v, want .keysweep.toml alone", files)
	}
	back, err := ConfigReader{Trusted: true}.Read(".keysweep.toml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return back
}

func TestConvertedConfigsMeanTheSame(t *testing.T) {
	configs := map[string]*Config{"every key": readTestConfig(t, "../testdata/config/every-key.toml")}
	if name := os.Getenv("GITLEAKS_TOML"); name != "" {
		configs["gitleaks' own"] = readTestConfig(t, name)
	}
	for name, text := range map[string]string{
		"strings that need care": "title = \"a\\\"b\\\\c\\td\\u0001\"\n[[rules]]\nid = \"it's\"\nregex = \"'a\\\\.'''\\n\"\nkeywords = [\"\", \"'x\\\\\", \"ü\"]\n",
		"built-in rules": "[extend]\nuseDefault = true\ndisabledRules = ['a']\n[[rules]]\nid = 'b'\n[rules.allowlist]\npaths = ['c']\n" +
			"[providers.'x \\\\y']\nbase_url = 'https://a'\n",
		"many words": "[allowlist]\nstopwords = ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'ccccccccccccccccccccccccccc']\n",
	} {
		cfg, err := ConfigReader{Trusted: true}.Read("c.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		configs[name] = cfg
	}
	for name, cfg := range configs {
		t.Run(name, func(t *testing.T) {
			back := convertedBack(t, cfg)
			if !cfg.UseDefault {
				cfg.DisabledRules = nil // they are gone already
			}
			ignored := cmpopts.IgnoreFields(Config{}, "Path", "Notices")
			if diff := cmp.Diff(cfg, back, configOptions, ignored); diff != "" {
				t.Errorf("the config read back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyGitleaksFormIsConverted(t *testing.T) {
	for name, cfg := range map[string]*Config{
		"a credential table": {Native: []Rule{{ID: "own"}}},
		"a rule with parts":  {Rules: []Rule{{ID: "own"}}},
	} {
		if files, err := ConvertGitleaks(cfg); err == nil {
			t.Errorf("%s: files are %v, want an error", name, files)
		}
	}
}
