package detectors

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// configOptions compare configs by what they mean.
var configOptions = cmp.Options{
	cmp.Comparer(func(a, b *regexp.Regexp) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
	}),
	cmpopts.IgnoreUnexported(Rule{}, Part{}, Config{}),
	cmpopts.EquateEmpty(),
}

func readTestConfig(t *testing.T, name string) *Config {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := ConfigReader{Open: os.ReadFile}.Read(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestConfigWithEveryKey(t *testing.T) {
	three, columns := 3, 200
	re := regexp.MustCompile
	rule := func(id, title string, tags []string, p Pattern) Rule {
		return Rule{ID: id, Title: title, Kind: "general", Severity: Medium, Confidence: Likely, Contexts: ContextNone,
			Parts: patternParts(&p), Tags: tags, Pattern: &p}
	}
	name := "../testdata/config/every-key.toml"
	want := &Config{
		Path: name, Title: "every key", Description: "a config that uses all of the form", MinVersion: "v8.25.0",
		DisabledRules: []string{"base-dropped"},
		Rules: []Rule{
			rule("acme-token", "ACME token", []string{"acme", "token"}, Pattern{
				Regex: re(`\b(acme_)?([0-9a-f]{16})\b`), Path: re(`\.(env|ya?ml)$`), SecretGroup: 2, Entropy: 2.5,
				Keywords: []string{"acme", "acme_"},
				Allowlists: []Allowlist{
					{Description: "examples", And: true, Commits: []string{"0123456789ABCDEF0123456789abcdef01234567"},
						Paths: []*regexp.Regexp{re(`(^|/)examples/`)}, Regexes: []*regexp.Regexp{re(`(?i)example`), re(`sample`)},
						RegexTarget: "line", StopWords: []string{"0000"}},
					{RegexTarget: "match", Regexes: []*regexp.Regexp{re(`^acme_f`)}},
				},
				Required: []Required{{ID: "acme-account", WithinLines: &three, WithinColumns: &columns}},
			}),
			rule("acme-account", "ACME account", nil, Pattern{Regex: re(`account\s*=\s*(\w+)`), SkipReport: true}),
			rule("key-file", "a key file", nil, Pattern{Path: re(`(^|/)id_acme$`),
				Allowlists: []Allowlist{{Paths: []*regexp.Regexp{re(`^fixtures/`)}}}}),
			rule("base-changed", "changed by the extending file", []string{"base", "changed"}, Pattern{
				Regex: re(`base-([0-9]{6})`), Entropy: 1, SecretGroup: 1, Keywords: []string{"base", "changed"}}),
			rule("base-kept", "", nil, Pattern{Regex: re(`kept-[0-9]{6}`)}),
		},
		Allowlists: []Allowlist{
			{TargetRules: []string{"acme-token", "key-file"}, Paths: []*regexp.Regexp{re(`^vendor/`)}},
			{Description: "words that no secret holds", Regexes: []*regexp.Regexp{re(`^deadbeef`)}, StopWords: []string{"cafe"}},
			{Paths: []*regexp.Regexp{re(`^generated/`)}},
		},
	}
	if diff := cmp.Diff(want, readTestConfig(t, name), configOptions); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
}

func TestConfigErrorsNameFileLineAndKey(t *testing.T) {
	rule := "[[rules]]\nid = 'a'\nregex = 'b'\n"
	for name, c := range map[string]struct{ text, want string }{
		"not TOML":                  {"title = 'a'\nrules = = 1", "c.toml:2: rules: expected value"},
		"unknown key":               {"title = 'a'\n\ncolour = 'red'", "c.toml:3: colour: unknown key"},
		"unknown key of a rule":     {rule + rule + "colour = 'red'", "c.toml:7: rules[1].colour: unknown key"},
		"unknown key of a list":     {rule + "[[rules.allowlists]]\npaths = ['a']\ntargetRules = ['b']", "c.toml:6: rules[0].allowlists[0].targetRules: unknown key"},
		"unknown key in extend":     {"[extend]\nuseDefaults = true", "c.toml:2: extend.useDefaults: unknown key"},
		"unknown key in line":       {"rules = [\n {id = 'a', regex = 'b'},\n {id = 'c', regex = 'd', e = 1},\n]", "c.toml:3: rules[1].e: unknown key"},
		"unknown after a long text": {"description = '''\n[[rules]]\nx = 1\n'''\ny = 2", "c.toml:5: y: unknown key"},
		"key in two cases":          {rule + "Regex = 'c'", "c.toml:3: rules[0].regex: the same key as Regex"},
		"bad regex":                 {"[[rules]]\nid = 'a'\nregex = '''a(?=b)'''", "c.toml:3: rules[0].regex: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		"bad path":                  {rule + "path = '['", "c.toml:4: rules[0].path: error parsing regexp"},
		"bad regex in a list":       {"[allowlist]\nregexes = [\n  'a',\n  # the next one\n  'b(',\n]", "c.toml:5: allowlist.regexes[1]: error parsing regexp"},
		"no id":                     {"title = 'a'\n[[rules]]\nregex = 'b'", "c.toml:2: rules[0].id: missing"},
		"nothing to find":           {"\n[[rules]]\nid = 'a'", "c.toml:2: rule a: neither regex nor path"},
		"too high a group":          {rule + "secretGroup = 1", "c.toml:4: rules[0].secretGroup: 1, but regex has 0 groups"},
		"negative group":            {rule + "secretGroup = -1", "c.toml:4: rules[0].secretGroup: -1, but"},
		"a number as text":          {rule + "entropy = 'high'", "c.toml:4: rules[0].entropy: not a number"},
		"text as a number":          {rule + "description = 1", "c.toml:4: rules[0].description: not a string"},
		"keywords that are numbers": {rule + "keywords = ['a', 1]", "c.toml:4: rules[0].keywords[1]: not a string"},
		"rules that are no tables":  {"rules = ['a']", "c.toml:1: rules: not an array of tables"},
		"empty allowlist":           {rule + "\n[[rules.allowlists]]\ndescription = 'x'", "c.toml:5: rules[0].allowlists[0]: needs at least one of commits, paths, regexes, stopwords"},
		"bad condition":             {"[[allowlists]]\ncondition = 'XOR'\npaths = ['a']", "c.toml:2: allowlists[0].condition: \"XOR\" is neither AND nor OR"},
		"bad target":                {"[[allowlists]]\nregexTarget = 'file'\nregexes = ['a']", "c.toml:1: allowlists[0]: regexTarget \"file\" is none of"},
		"old and new lists":         {"[allowlist]\npaths = ['a']\n[[allowlists]]\npaths = ['b']", "c.toml:1: allowlist: is the older form of allowlists"},
		"old and new in a rule":     {rule + "[rules.allowlist]\npaths = ['a']\n[[rules.allowlists]]\npaths = ['b']", "c.toml:4: rules[0].allowlist: is the older form"},
		"required without id":       {rule + "[[rules.required]]\nwithinLines = 1", "c.toml:4: rules[0].required[0].id: missing"},
		"required that is missing":  {rule + "[[rules.required]]\nid = 'b'", "c.toml:1: rule a: required.id: there is no rule \"b\""},
		"target that is missing":    {rule + "[[allowlists]]\npaths = ['b']\ntargetRules = ['c']", "c.toml:6: allowlists[0].targetRules: there is no rule \"c\""},
		"extend by URL":             {"[extend]\nurl = 'https://example.com/a.toml'", "c.toml:2: extend.url: a config cannot extend a URL"},
		"extend twice":              {"[extend]\nuseDefault = true\npath = 'a'", "c.toml:3: extend.path: cannot stand beside useDefault"},
		"extend without files":      {"[extend]\npath = 'a'", "c.toml:2: extend.path: a config that extends a file cannot be given here"},
		"bad version":               {"minVersion = 'new'", "c.toml:1: minVersion: \"new\" is no version"},
		"nested too deep":           {"\nrules = " + strings.Repeat("[", 1e6), "c.toml:2: values are nested too deep"},
		"a key without end":         {"\n" + strings.Repeat("a.", 200) + "a = 1", "c.toml:2: a key is longer than 256 bytes"},
		"a table without end":       {"\n[[" + strings.Repeat("a.", 1e6) + "a]]", "c.toml:2: a key is longer than 256 bytes"},
		"too large":                 {strings.Repeat("#", 5<<20), "c.toml: larger than 4194304 bytes"},
		"store":                     {"[store]\nurl = 'x'", "c.toml:1: store: not supported in this version"},
		"schedule":                  {"\n[[schedule]]\nevery = 'day'", "c.toml:2: schedule: not supported in this version"},
		"notify":                    {"[notify]\n", "c.toml:1: notify: not supported in this version"},
		"empty credential":          {"[credentials.main]\n", "c.toml:1: credentials.main: empty"},
		"credential by no name":     {"[credentials.main]\nkey = 'env:'", "c.toml:2: credentials.main.key: must be env:NAME or file:PATH, never the value itself"},
		"host of no provider":       {"[providers.okx.hosts]\n'www.okx.com' = 'ftp://a'", "c.toml:2: providers.okx.hosts.www.okx.com: not a URL"},
		"URL with a password":       {"[providers.okx]\nbase_url = 'https://a:b@c'", "c.toml:2: providers.okx.base_url: not a URL of the form https://host, without a name or password"},
		"unknown chain":             {"[chains.doge]\nurl = 'https://a'", "c.toml:1: chains.doge.kind: kind \"doge\" is none of bitcoin,"},
		"chain without a URL":       {"[chains.evm]\n", "c.toml:1: chains.evm.url: not a URL"},
		"credential in the file":    {"[credentials.main]\nkey = 'abc'", "c.toml:2: credentials.main.key: must be env:NAME or file:PATH, never the value itself"},
		"host without a scheme":     {"[providers.binance]\nbase_url = 'localhost'", "c.toml:2: providers.binance.base_url: not a URL"},
		"unknown key of a provider": {"[providers.binance]\nbase_url = 'https://a'\ntoken = 'x'", "c.toml:3: providers.binance.token: unknown key"},
		"native rules":              {"id = 'a'\n[[credential]]\nid = 'b'", "c.toml:2: credential: rules of this form cannot be given here"},
		"native keys alone":         {"kind = 'exchange'", "c.toml:1: kind: unknown key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadConfig("c.toml", []byte(c.text))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error is %v, want one that begins with %s", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "abc") {
				t.Errorf("error quotes a credential: %v", err)
			}
		})
	}
}

func TestConfigKeysAreReadInAnyCase(t *testing.T) {
	cfg, err := ReadConfig("c.toml", []byte("[[RULES]]\nID = 'a'\nRegex = '(b)'\nsecretgroup = 1\nkeywords = 'B,c'\n[RULES.allowList]\nStopWords = ['x']\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := Pattern{Regex: regexp.MustCompile("(b)"), SecretGroup: 1, Keywords: []string{"b", "c"}, Allowlists: []Allowlist{{StopWords: []string{"x"}}}}
	if diff := cmp.Diff(want, *cfg.Rules[0].Pattern, configOptions); diff != "" {
		t.Errorf("pattern (-want +got):\n%s", diff)
	}
}

func TestConfigHandsNativeRulesOnWithTheirLines(t *testing.T) {
	var got string
	reader := ConfigReader{Native: func(file string, text []byte) ([]Rule, error) {
		got = file + "\n" + string(text)
		return []Rule{{ID: "own"}}, nil
	}}
	cfg, err := reader.Read("c.toml", []byte("title = 'a'\ndescription = 'b'\nid = 'own'\n[[rules]]\nid = 'x'\nregex = 'y'\n[[credential]]\nid = 'own'\n[credential.parts.key]\nregex = 'z'\n[extend]\nuseDefault = true\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := "own.toml\ntitle = 'a'\n\nid = 'own'\n\n\n\n[[credential]]\nid = 'own'\n[credential.parts.key]\nregex = 'z'\n\n\n"
	if diff := cmp.Diff(want, regexp.MustCompile(`(?m) +$`).ReplaceAllString(got, "")); diff != "" {
		t.Errorf("text for the native loader (-want +got):\n%s", diff)
	}
	if len(cfg.Native) != 1 || len(cfg.Rules) != 1 {
		t.Errorf("got %d native rules and %d others, want one each", len(cfg.Native), len(cfg.Rules))
	}
}

func TestConfigWithNativeRulesIsLoadedLikeARulesFile(t *testing.T) {
	reader := ConfigReader{Native: LoadFile}
	text := "title = 'Own'\nkind = 'exchange'\nid = 'own'\n[[rules]]\nid = 'x'\nregex = 'y'\n[[credential]]\nid = 'own-key'\ntitle = 'Own key'\nkeywords = ['own']\n[credential.parts.key]\nregex = 'z'\n"
	cfg, err := reader.Read("dir/.keysweep.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"own-key", "x"}, append(ids(cfg.Native), ids(cfg.Rules)...)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	for fault, want := range map[string]string{
		text + "colour = 1\n":                      "dir/.keysweep.toml:13: credential.parts.key.colour: unknown key",
		strings.Replace(text, "id = 'own'", "", 1): "dir/.keysweep.toml:7: credential: needs the id of a provider, outside all tables",
	} {
		if _, err := reader.Read("dir/.keysweep.toml", []byte(fault)); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

func TestOnlyATrustedConfigSetsHosts(t *testing.T) {
	text := []byte("[providers.kraken]\nbase_url = 'http://127.0.0.1:8080'\n")
	cfg, err := ConfigReader{Trusted: true}.Read("c.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]ProviderConfig{"kraken": {BaseURL: "http://127.0.0.1:8080"}}, cfg.Providers); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	cfg, err = ReadConfig("c.toml", text)
	if err != nil || len(cfg.Providers) != 0 || len(cfg.Notices) != 1 {
		t.Errorf("not trusted: providers %v, notices %q, error %v", cfg.Providers, cfg.Notices, err)
	}
}

func FuzzReadConfig(f *testing.F) {
	for _, name := range []string{"every-key.toml", "base.toml"} {
		text, err := os.ReadFile("../testdata/config/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("a = {b = [1, {c = '''x\n'''}], \"d.e\" = \"\\\"\" }\n[x.'y']\n[[z]]\n[z.q]\n")
	f.Fuzz(func(t *testing.T, text string) {
		cfg, err := ConfigReader{Trusted: true}.Read("c.toml", []byte(text))
		if err != nil {
			return
		}
		if _, err := compilePatterns(cfg.Rules, cfg.Allowlists); err != nil {
			t.Fatalf("a config that was read does not compile: %v", err)
		}
		files, err := ConvertGitleaks(cfg)
		if cfg.Revoke != nil && err != nil {
			return // not of gitleaks' form
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (ConfigReader{Trusted: true}).Read("c.toml", files[".keysweep.toml"]); err != nil {
			t.Fatalf("a converted config is not read: %v\n%s", err, files[".keysweep.toml"])
		}
	})
}

func TestConfigOfIssuers(t *testing.T) {
	text := []byte(`[providers.okx]
base_url = 'http://127.0.0.1:8080/okx'
[providers.okx.hosts]
"eea.okx.com" = "http://127.0.0.1:8081"
[credentials.binance-master]
key    = "env:BINANCE_MASTER_KEY"
secret = "file:/run/secrets/binance"
[chains.evm]
url = "https://rpc.example/v1"
[chains.polygon]
kind   = "evm"
url    = "env:POLYGON"
symbol = "POL"
[verify]
canaries = ["AKIATRAP"]
`)
	cfg, err := ConfigReader{Trusted: true}.Read("c.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{cfg.Providers, cfg.Credentials, cfg.Chains, cfg.Canaries}
	want := []any{
		map[string]ProviderConfig{"okx": {BaseURL: "http://127.0.0.1:8080/okx", Hosts: map[string]string{"eea.okx.com": "http://127.0.0.1:8081"}}},
		map[string]map[string]string{"binance-master": {"key": "env:BINANCE_MASTER_KEY", "secret": "file:/run/secrets/binance"}},
		map[string]ChainConfig{"evm": {Kind: "evm", URL: "https://rpc.example/v1"}, "polygon": {Kind: "evm", URL: "env:POLYGON", Symbol: "POL"}}, []string{"AKIATRAP"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	cfg, err = ReadConfig("c.toml", text)
	if err != nil || cfg.Providers != nil || cfg.Credentials != nil || cfg.Chains != nil || len(cfg.Notices) != 3 {
		t.Errorf("not trusted: %+v, %v", cfg, err)
	}
}

func TestCallsOfOwnRulesAreDropped(t *testing.T) {
	reader := ConfigReader{Native: LoadFile}
	cfg, err := reader.Read("c.toml", []byte(caller))
	if err != nil {
		t.Fatal(err)
	}
	if r := cfg.Native[0]; r.Verify == nil || len(r.Revoke) != 1 {
		t.Errorf("rule is %+v", r)
	}
	cfg.DropCalls()
	if r := cfg.Native[0]; r.Verify != nil || r.Revoke != nil || r.Contain != nil || len(cfg.Notices) != 1 {
		t.Errorf("rule is %+v, notices %q", r, cfg.Notices)
	}
}
