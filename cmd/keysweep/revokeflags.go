package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/scanner/revoke"
	"github.com/keysweep/keysweep/scanner/store/audit"
	"github.com/spf13/pflag"
)

// revokeFlags are the flags of every command that may revoke.
type revokeFlags struct {
	dryRun    bool
	yes       bool
	public    bool
	consents  []string
	approve   []string
	approvals []string
	log       string
}

func (f *revokeFlags) bind(flags *pflag.FlagSet) {
	flags.BoolVar(&f.dryRun, "dry-run", false, "only plan, whatever --yes and the policy say")
	flags.BoolVar(&f.yes, "yes", false, "carry the plans out; without it, and without a policy that says auto, they are only shown")
	flags.StringSliceVar(&f.approve, "approve", nil, "carry out the plan of this `HASH`, as an earlier run showed it; may be repeated")
	flags.StringSliceVar(&f.approvals, "approval", nil, "approval `FILE`, with its SSH signatures in FILE.sig; may be repeated")
	flags.StringSliceVar(&f.consents, "consent", nil, "consent to effects beyond the leaked credential, by the `NAME` that the plan shows; may be repeated")
	flags.BoolVar(&f.public, "public", false, "the scanned source is public, for policies that ask")
	flags.StringVar(&f.log, "audit-log", "", "write what is done to this `FILE` (default: audit_log of the policy, or keysweep/audit.jsonl in the state folder)")
}

// given names the flags that were set.
func (f *revokeFlags) given() string {
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{"--dry-run", f.dryRun}, {"--yes", f.yes}, {"--approve", len(f.approve) > 0}, {"--approval", len(f.approvals) > 0},
		{"--consent", len(f.consents) > 0}, {"--public", f.public}, {"--audit-log", f.log != ""},
	} {
		if flag.set {
			return flag.name
		}
	}
	return ""
}

func (f *revokeFlags) check() error {
	switch {
	case f.dryRun && f.yes:
		return usagef("--dry-run and --yes contradict each other")
	case f.dryRun && len(f.approve) > 0:
		return usagef("--dry-run and --approve contradict each other")
	}
	return nil
}

// revoker makes what ends credentials, as flags and configuration say. The configuration may be nil.
func (f *revokeFlags) revoker(ctx context.Context, c console, cfg *detectors.Config, client *provider.Client, target string) (*revoke.Revoker, error) {
	if cfg == nil {
		cfg = &detectors.Config{}
	}
	approvals, err := f.signed(cfg.Revoke)
	if err != nil {
		return nil, err
	}
	r := &revoke.Revoker{
		Issuer: revoke.Provider{Client: client},
		Policy: revoke.Policy{
			Rules: cfg.Revoke, Yes: f.yes, DryRun: f.dryRun, Consents: f.consents, Approved: f.approve, Approvals: approvals,
			Public: f.public || publicAction(c, target),
		},
		Signer: func(name string) error {
			if _, err := c.signer(cfg, name); err != nil {
				return fmt.Errorf("[credentials.%s] %w", name, err)
			}
			return nil
		},
		Pauses: []time.Duration{time.Second, 3 * time.Second, 10 * time.Second},
	}
	if !r.Policy.Acts() {
		return r, nil
	}
	r.Log, err = f.openLog(ctx, c, cfg)
	return r, err
}

// openLog opens the audit log, and makes the default one's folder.
func (f *revokeFlags) openLog(ctx context.Context, c console, cfg *detectors.Config) (*audit.Log, error) {
	path := f.log
	if path == "" && cfg.Revoke != nil && cfg.Revoke.AuditLog != "" {
		path = cfg.Revoke.AuditLog
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(cfg.Path), path)
		}
	}
	if path == "" {
		dir, err := stateFolder(c)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("audit log: %w", err)
		}
		path = filepath.Join(dir, "audit.jsonl")
	}
	return audit.Open(ctx, path, audit.Options{Actor: actor(c)})
}

func stateFolder(c console) (string, error) {
	switch {
	case c.env("XDG_STATE_HOME") != "":
		return filepath.Join(c.env("XDG_STATE_HOME"), "keysweep"), nil
	case runtime.GOOS == "windows" && c.env("LocalAppData") != "":
		return filepath.Join(c.env("LocalAppData"), "keysweep"), nil
	case c.env("HOME") != "":
		return filepath.Join(c.env("HOME"), ".local", "state", "keysweep"), nil
	}
	return "", usagef("there is no home folder for the audit log; name a file with --audit-log")
}

// actor says who runs this, as far as the machine knows.
func actor(c console) string {
	name := c.env("GITHUB_ACTOR")
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return oneLine(name)
}

// signed reads the approval files that a person named.
func (f *revokeFlags) signed(policy *detectors.RevokeConfig) (revoke.Approvals, error) {
	var all revoke.Approvals
	if policy == nil || policy.Approval != "signed" {
		if len(f.approvals) > 0 {
			return all, usagef(`--approval goes with approval = "signed" in the policy`)
		}
		return all, nil
	}
	approvers, err := revoke.ParseApprovers(policy.Approvers)
	if err != nil {
		return all, fmt.Errorf("configuration: revoke.approvers: %w", err)
	}
	for _, path := range f.approvals {
		file, err1 := os.ReadFile(path)
		signatures, err2 := os.ReadFile(path + ".sig")
		if err := errors.Join(err1, err2); err != nil {
			return all, fmt.Errorf("--approval: %w", err)
		}
		if err := all.Add(file, signatures, approvers); err != nil {
			return all, fmt.Errorf("--approval %s: %w", path, err)
		}
	}
	return all, nil
}

// publicAction says whether this runs in GitHub's Actions on a checkout of a public repository.
func publicAction(c console, target string) bool {
	path, workspace := c.env("GITHUB_EVENT_PATH"), c.env("GITHUB_WORKSPACE")
	if c.env("GITHUB_ACTIONS") != "true" || path == "" || workspace == "" || !below(workspace, target) {
		return false
	}
	text, err := os.ReadFile(path)
	var event struct {
		Repository struct {
			Private *bool `json:"private"`
		} `json:"repository"`
	}
	return err == nil && json.Unmarshal(text, &event) == nil && event.Repository.Private != nil && !*event.Repository.Private
}

// below says whether path is dir or lies in it.
func below(dir, path string) bool {
	all := []*string{&dir, &path}
	for _, p := range all {
		abs, err := filepath.Abs(*p)
		if err != nil || *p == "" {
			return false
		}
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
		*p = abs
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}
