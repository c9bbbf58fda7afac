package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/detectors/sign"
	"github.com/keysweep/keysweep/rules"
	"github.com/keysweep/keysweep/scanner/revoke"
)

// maxConfig bounds a configuration file, in bytes.
const maxConfig = 16 << 20

// settings are what a scan looks for.
type settings struct {
	rules    []detectors.Rule
	detector *detectors.Set
	config   *detectors.Config // nil when there is none
	client   *provider.Client  // asks issuers; nil when nobody is to be asked
	revoker  *revoke.Revoker   // nil when nothing is to be ended
}

// settings loads the built-in rules and the configuration that goes first: --config, KEYSWEEP_CONFIG, .keysweep.toml and
// .gitleaks.toml in the target.
func (s scan) settings() (settings, error) {
	load := detectors.LoadFast
	if s.flags.verify || s.flags.revoke || slices.ContainsFunc(s.flags.reports.specs(), func(r reportSpec) bool { return r.format == "sarif" }) {
		load = detectors.Load // calls are made, or a report tells of rules that found nothing
	}
	all, err := load(rules.FS)
	if err != nil {
		return settings{}, fmt.Errorf("built-in rules: %w", err)
	}
	o := detectors.Options{MaxDecodeDepth: cmp.Or(s.flags.maxDecode, -1), Enable: s.flags.enable, Disable: s.flags.disable}
	cfg, err := s.config()
	if err != nil {
		return settings{}, fmt.Errorf("configuration: %w", err)
	}
	if cfg != nil {
		if !s.flags.issuers.trust {
			cfg.DropCalls()
		}
		var notices []string
		all, notices = cfg.Apply(all)
		o.Allowlists = cfg.Allowlists
		for _, n := range append(cfg.Notices, notices...) {
			s.notice(n)
		}
	}
	o.Signs = sign.Check
	set, err := detectors.Compile(all, o)
	if err != nil {
		return settings{}, fmt.Errorf("rules: %w", err)
	}
	out := settings{rules: set.Rules(), detector: set, config: cfg}
	if s.flags.verify || s.flags.revoke {
		if s.flags.verbose {
			s.flags.issuers.log = slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime}))
		}
		if out.client, err = s.flags.issuers.client(s.console, cfg); err != nil {
			return settings{}, err
		}
	}
	return out, nil
}

// withoutTime leaves the time and level out of log lines for people.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return slog.Attr{}
	}
	return a
}

// notice tells the person something about how the run was set up.
func (s scan) notice(text string) {
	if !s.flags.quiet {
		fmt.Fprintf(s.err, "note: %s\n", text)
	}
}

// config returns the configuration that goes first, or nil when there is none.
func (s scan) config() (*detectors.Config, error) {
	for _, name := range []string{s.flags.config, s.env("KEYSWEEP_CONFIG")} {
		if name == "" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return detectors.ConfigReader{Open: os.ReadFile, Trusted: true, Native: detectors.LoadFile}.Read(name, text)
	}
	if s.target == "" {
		return nil, nil
	}
	return s.targetConfig()
}

// targetConfig reads the configuration that lies in the target. It may come from anyone, so no link and no extend may
// lead out of the folder.
func (s scan) targetConfig() (*detectors.Config, error) {
	root, err := os.OpenRoot(s.target)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil // the source says so in its own way
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	open := func(path string) ([]byte, error) {
		rel, err := filepath.Rel(s.target, path)
		if err != nil {
			return nil, err
		}
		return readRegular(root, rel)
	}
	for _, name := range []string{".keysweep.toml", ".gitleaks.toml"} {
		path := filepath.Join(s.target, name)
		text, err := open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return detectors.ConfigReader{Open: open, Trusted: s.flags.issuers.trust, Native: detectors.LoadFile}.Read(path, text)
	}
	return nil, nil
}

// readRegular reads a file below root, unless it is a FIFO or the like, which could keep the run waiting.
func readRegular(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if len(text) > maxConfig {
		return nil, fmt.Errorf("larger than %d bytes", maxConfig)
	}
	return text, err
}
