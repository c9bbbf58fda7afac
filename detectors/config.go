package detectors

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Config is what a .keysweep.toml or .gitleaks.toml says, with the files that it extends merged in.
type Config struct {
	Path          string // name of the file, as it was given
	Title         string
	Description   string
	MinVersion    string // of gitleaks; informs, and never refuses
	UseDefault    bool   // the built-in rules count too
	DisabledRules []string
	Rules         []Rule      // in gitleaks' form; each id stands once
	Native        []Rule      // from [[credential]] tables
	Allowlists    []Allowlist // outside rules; they hold for built-in rules too
	Providers     map[string]ProviderConfig
	Credentials   map[string]map[string]string // master and admin keys: for each part env:NAME or file:PATH
	Chains        map[string]ChainConfig       // nodes and indexers that are asked about addresses
	Canaries      []string                     // values, accounts and fingerprints that are traps: never asked about
	Revoke        *RevokeConfig                // nil when nothing says what may be revoked
	Notices       []string                     // what a person should know of how the file was read

	targets []configTarget
}

// LeavesOut returns what tells whether a list outside rules leaves out a file for its path alone; nil when none may.
func (c *Config) LeavesOut() func(path string) bool {
	var paths []*regexp.Regexp
	for _, a := range c.Allowlists {
		if len(a.Commits)+len(a.Regexes)+len(a.StopWords)+len(a.TargetRules) == 0 {
			paths = append(paths, a.Paths...)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	return func(path string) bool {
		return slices.ContainsFunc(paths, func(re *regexp.Regexp) bool { return re.MatchString(path) })
	}
}

// configTarget is a rule that a global allowlist is for, and where that is said.
type configTarget struct{ rule, at string }

// ConfigReader reads configurations. The zero value reads one that extends no file.
type ConfigReader struct {
	// Open returns the content of a file that a config extends. For a config that is not trusted it must refuse to leave
	// the config's folder through links, as os.Root does.
	Open func(path string) ([]byte, error)

	// Trusted is set for a config that the user named, as opposed to one that lay in what is scanned: it may extend files
	// outside its folder, and set hosts.
	Trusted bool

	// Native loads [[credential]] tables, as LoadFile does. It gets the file's text with everything else made blank, and the
	// name that a rules file of the provider would have in the file's place; in errors the file's own name takes its place.
	Native func(file string, text []byte) ([]Rule, error)
}

// ReadConfig reads a configuration that is not trusted and extends no file. See ConfigReader.
func ReadConfig(name string, text []byte) (*Config, error) {
	return ConfigReader{}.Read(name, text)
}

const (
	maxConfig   = 4 << 20
	maxExtended = 2 // as deep as gitleaks follows extend
)

// Read reads the config called name. It is strict: an unknown key, a value of the wrong type, a bad expression and a
// table that this version does not support are errors that name file, line and key.
func (c ConfigReader) Read(name string, text []byte) (*Config, error) {
	cfg, err := c.read(name, text, filepath.Dir(name), 0)
	if err != nil {
		return nil, err
	}
	if err := cfg.finish(); err != nil {
		return nil, err
	}
	return cfg, nil
}

func (c ConfigReader) read(name string, text []byte, home string, depth int) (*Config, error) {
	if len(text) > maxConfig {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxConfig)
	}
	lines, err := newConfigLines(text)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, lines.line, err)
	}
	var values map[string]any
	if _, err := toml.Decode(string(text), &values); err != nil {
		return nil, configSyntax(name, err)
	}
	f := &configFile{name: name, lines: lines}
	root := f.table("", values)
	cfg := &Config{Path: name, Title: root.str("title"), Description: root.str("description")}
	cfg.readVersion(root)
	extend := root.table("extend")
	cfg.readRules(root)
	cfg.readGlobal(root)
	c.readIssuers(cfg, root)
	c.readRevoke(cfg, root)
	unsupported(root)
	if err := c.readNative(cfg, root); err != nil {
		return nil, err
	}
	root.done()
	if extend != nil {
		err = c.extend(cfg, extend, home, depth)
	}
	if f.err != nil {
		return nil, f.err
	}
	return cfg, err
}

// configSyntax words a syntax error without quoting more of the file than the key.
func configSyntax(name string, err error) error {
	var p toml.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("%s:%d: %s: %s", name, p.Position.Line, p.LastKey, p.Message)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// gitleaksVersion is the version whose form is read here.
var gitleaksVersion = [2]int{8, 30}

func (cfg *Config) readVersion(root *configTable) {
	key := root.key("minVersion")
	if cfg.MinVersion = root.str("minVersion"); cfg.MinVersion == "" {
		return
	}
	words := strings.SplitN(strings.TrimPrefix(cfg.MinVersion, "v"), ".", 3)
	var version [2]int
	for i, w := range words[:min(2, len(words))] {
		n, err := strconv.Atoi(w)
		if err != nil || n < 0 {
			root.file.fail(key, fmt.Errorf("%q is no version", cfg.MinVersion))
			return
		}
		version[i] = n
	}
	if slices.Compare(version[:], gitleaksVersion[:]) > 0 {
		cfg.notice("%s asks for gitleaks %s; the form of %d.%d is read", cfg.Path, cfg.MinVersion, gitleaksVersion[0], gitleaksVersion[1])
	}
}

func (cfg *Config) notice(format string, args ...any) {
	cfg.Notices = append(cfg.Notices, fmt.Sprintf(format, args...))
}

// unsupported refuses the tables that belong to the form of a config but that nothing reads yet.
func unsupported(root *configTable) {
	for _, name := range []string{"schedule", "store", "notify"} {
		if v, key := root.take(name); v != nil {
			root.file.fail(key, errors.New("not supported in this version"))
		}
	}
}

// nativeKeys are the keys that a rules file has outside its [[credential]] tables; title is a config's own as well.
var nativeKeys = []string{"id", "kind", "site", "source", "keywords", "hosts", "test_hosts"}

func (c ConfigReader) readNative(cfg *Config, root *configTable) error {
	tables, key := root.take("credential")
	if tables == nil {
		return nil
	}
	id := root.str("id")
	for _, k := range nativeKeys {
		root.take(k)
	}
	switch {
	case c.Native == nil:
		root.file.fail(key, errors.New("rules of this form cannot be given here"))
		return nil
	case id == "" || id != filepath.Base(id):
		root.file.fail(key, errors.New("needs the id of a provider, outside all tables"))
		return nil
	}
	keep := append([]string{"credential", "title"}, nativeKeys...)
	text := root.file.lines.only(func(name string) bool { return slices.Contains(keep, strings.ToLower(name)) })
	name := filepath.Join(filepath.Dir(cfg.Path), id+".toml")
	rules, err := c.Native(name, text)
	if err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), name, cfg.Path))
	}
	cfg.Native = rules
	return nil
}
