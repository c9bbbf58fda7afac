package main

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/spf13/pflag"
)

// issuerFlags are the flags of every command that asks issuers.
type issuerFlags struct {
	wait  seconds
	rate  float64
	ca    string
	trust bool
	log   *slog.Logger // of every call; nil is silent
}

func (f *issuerFlags) bind(flags *pflag.FlagSet) {
	f.wait = seconds(10 * time.Second)
	flags.Var(&f.wait, "verify-timeout", "wait `DURATION` for the answers of a host on one credential (its rate aside)")
	flags.Float64Var(&f.rate, "verify-rps", 5, "make at most `N` calls a second to each host")
	flags.StringVar(&f.ca, "verify-ca", "", "trust the certificates of this PEM `FILE` too (also: the variable SSL_CERT_FILE)")
	flags.BoolVar(&f.trust, "trust-config", false, "let the configuration's own rules make calls, and the target's configuration choose hosts and credentials")
}

func (f *issuerFlags) check() error {
	switch {
	case f.wait <= 0:
		return usagef("--verify-timeout must be more than nothing")
	case f.rate <= 0:
		return usagef("--verify-rps %g is not above 0", f.rate)
	}
	return nil
}

// client makes what asks issuers, as flags and configuration say. The configuration may be nil.
func (f *issuerFlags) client(c console, cfg *detectors.Config) (*provider.Client, error) {
	roots, err := f.roots()
	if err != nil {
		return nil, err
	}
	if cfg == nil {
		cfg = &detectors.Config{}
	}
	o := provider.Options{
		Timeout: time.Duration(f.wait), Log: f.log, Rate: f.rate, RootCAs: roots, Canaries: cfg.Canaries, Overrides: map[string]provider.Override{},
		Signer: func(name string) (map[string]detectors.Secret, error) { return c.signer(cfg, name) },
	}
	for id, p := range cfg.Providers {
		o.Overrides[id] = provider.Override{BaseURL: p.BaseURL, Hosts: p.Hosts}
	}
	if o.Ledgers, err = c.ledgers(cfg); err != nil {
		return nil, err
	}
	client, err := provider.New(o)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return client, nil
}

// roots returns the system's certificates and those of --verify-ca, or nil for the system's alone.
func (f *issuerFlags) roots() (*x509.CertPool, error) {
	if f.ca == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.ca)
	if err != nil {
		return nil, fmt.Errorf("--verify-ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, usagef("--verify-ca: %s holds no certificate in PEM", f.ca)
	}
	return pool, nil
}

// maxSecret bounds a file that holds a part of a configured credential.
const maxSecret = 64 << 10

// signer reads a configured credential: env:NAME from the environment, file:PATH from a file, relative to the configuration.
func (c console) signer(cfg *detectors.Config, name string) (map[string]detectors.Secret, error) {
	refs, ok := cfg.Credentials[name]
	if !ok {
		return nil, fmt.Errorf("no table [credentials.%s] in a trusted configuration", name)
	}
	out := map[string]detectors.Secret{}
	for part, ref := range refs {
		value, err := c.follow(cfg, ref)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part, err)
		}
		out[part] = detectors.NewSecret(value)
	}
	return out, nil
}

// ledgers reads where balances are asked for.
func (c console) ledgers(cfg *detectors.Config) (map[string]provider.Ledger, error) {
	out := map[string]provider.Ledger{}
	for name, chain := range cfg.Chains {
		l := provider.Ledger{Kind: chain.Kind, URL: chain.URL, Symbol: chain.Symbol}
		if !strings.HasPrefix(l.URL, "http") {
			var err error
			if l.URL, err = c.follow(cfg, l.URL); err != nil {
				return nil, fmt.Errorf("chains.%s.url: %w", name, err)
			}
		}
		out[name] = l
	}
	return out, nil
}

// follow returns what env:NAME or file:PATH leads to.
func (c console) follow(cfg *detectors.Config, ref string) (string, error) {
	kind, rest, _ := strings.Cut(ref, ":")
	value := c.env(rest)
	if kind == "file" {
		var err error
		if value, err = readSecret(cfg.Path, rest); err != nil {
			return "", err
		}
	}
	if value == "" {
		return "", fmt.Errorf("%s is empty or not set", ref)
	}
	return value, nil
}

func readSecret(config, path string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(config), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if len(text) > maxSecret {
		return "", errors.New("too large for a credential")
	}
	return string(bytes.TrimRight(text, "\r\n")), nil
}
