package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/rules"
	"github.com/keysweep/keysweep/scanner"
	"github.com/spf13/cobra"
)

// oneFlags name one credential, whose parts come on standard input.
type oneFlags struct {
	rule        string
	environment string
	format      string
	config      string
	issuers     issuerFlags
}

func newVerify(c console) *cobra.Command {
	var f oneFlags
	cmd := &cobra.Command{
		Use:   "verify --rule ID",
		Short: "Ask the issuer about one credential from standard input",
		Long: `Ask the issuer about one credential: is it live, and what may it do? Its parts come on standard input, one line for
each: part=value. A PEM block may go over several lines. Nothing of it is ever taken from the command line.

A key of a wallet is never sent anywhere: what it proves offline is told, and what ledgers of the configuration ([chains])
say of its addresses.

Exit codes: 0 dead, 1 live, restricted or proved, 2 usage or configuration, 3 unknown, or nothing to ask.`,
		Example: `  keysweep rules show kraken-api-key   # names the parts
  printf 'key=%s\nsecret=%s\n' "$KEY" "$SECRET" | keysweep verify --rule kraken-api-key
  keysweep verify --rule binance-api-key -f json < parts`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.format != "text" && f.format != "json" {
				return usagef("-f %s: no such format; use text or json", f.format)
			}
			cred, cfg, err := f.read(c)
			if err != nil {
				return err
			}
			client, err := f.issuers.client(c, cfg)
			if err != nil {
				return err
			}
			defer client.Close()
			one := scanner.Finding{Credential: cred, Environment: cmp.Or(f.environment, cred.Rule.Environment), Missing: missingParts(cred)}
			one.Verdict = scanner.Verdict{Status: scanner.Unasked}
			var whole bool
			if one.Identity, whole = cred.Prove(); whole {
				one.Verdict = scanner.Verdict{Status: scanner.Proved, Reason: "an offline check passed"}
			}
			v, asked := (&scanner.Issuers{Client: client}).Ask(cmd.Context(), one)
			return tellVerdict(c, f.format, &one, v, asked)
		},
	}
	f.bind(cmd)
	return cmd
}

func (f *oneFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.rule, "rule", "", "`ID` of the rule that the credential is of; keysweep rules list names them")
	flags.StringVar(&f.environment, "environment", "", "where the credential works, unless it is live: `testnet|sandbox|demo|paper`")
	flags.StringVarP(&f.format, "format", "f", "text", "`text|json`")
	flags.StringVarP(&f.config, "config", "c", "", "configuration `FILE` (default: $KEYSWEEP_CONFIG)")
	f.issuers.bind(flags)
	_ = cmd.MarkFlagRequired("rule")
	_ = cmd.RegisterFlagCompletionFunc("rule", completeRules)
}

// read takes the credential from standard input, and the configuration.
func (f *oneFlags) read(c console) (detectors.Credential, *detectors.Config, error) {
	if err := f.issuers.check(); err != nil {
		return detectors.Credential{}, nil, err
	}
	if f.environment != "" && !slices.Contains([]string{"testnet", "sandbox", "demo", "paper"}, f.environment) {
		return detectors.Credential{}, nil, usagef("--environment %q is none of testnet, sandbox, demo, paper", f.environment)
	}
	all, err := detectors.Load(rules.FS)
	if err != nil {
		return detectors.Credential{}, nil, fmt.Errorf("built-in rules: %w", err)
	}
	cfg, err := scan{console: c, flags: &scanFlags{config: f.config, issuers: f.issuers}}.config()
	if err != nil {
		return detectors.Credential{}, nil, fmt.Errorf("configuration: %w", err)
	}
	if cfg != nil {
		if !f.issuers.trust {
			cfg.DropCalls()
		}
		all, _ = cfg.Apply(all)
		for _, n := range cfg.Notices {
			fmt.Fprintf(c.err, "note: %s\n", oneLine(n))
		}
	}
	at := slices.IndexFunc(all, func(r detectors.Rule) bool { return r.ID == f.rule })
	if at < 0 {
		return detectors.Credential{}, nil, usagef("no rule %q; keysweep rules list names them all", f.rule)
	}
	parts, err := readParts(c.in, &all[at])
	return detectors.Credential{Rule: &all[at], Provider: all[at].Provider, Parts: parts}, cfg, err
}

// maxParts bounds what is read from standard input.
const maxParts = 1 << 20

// readParts reads part=value lines. Errors name parts and lines, never values.
func readParts(in io.Reader, rule *detectors.Rule) (map[string]detectors.Secret, error) {
	parts := map[string]detectors.Secret{}
	lines := bufio.NewScanner(io.LimitReader(in, maxParts))
	lines.Buffer(nil, maxParts)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), "\r")
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		switch {
		case !ok:
			return nil, usagef("standard input, line %d: not part=value", n)
		case rule.Part(name) == nil:
			return nil, usagef("standard input, line %d: rule %s has no such part; it has %s", n, rule.ID, strings.Join(partNames(*rule), ", "))
		case parts[name].Len() > 0:
			return nil, usagef("standard input, line %d: part %s stands twice", n, name)
		}
		for strings.HasPrefix(value, "-----BEGIN ") && !strings.Contains(value, "-----END ") && lines.Scan() {
			n++
			value += "\n" + strings.TrimRight(lines.Text(), "\r")
		}
		parts[name] = detectors.NewSecret(strings.TrimSpace(value))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	if len(parts) == 0 {
		return nil, errors.New("standard input holds no part=value line")
	}
	return parts, nil
}

func missingParts(cred detectors.Credential) []string {
	var missing []string
	for _, p := range cred.Rule.Parts {
		if !p.Optional && cred.Parts[p.Name].Len() == 0 {
			missing = append(missing, p.Name)
		}
	}
	return missing
}

// answer is the verdict on one credential, as json.
type answer struct {
	Rule        string
	Provider    string
	Environment string `json:",omitempty"`
	Severity    detectors.Severity
	Status      scanner.Status
	Reason      string
	Permissions []string
	Account     string           `json:",omitempty"`
	Sub         string           `json:",omitempty"`
	Label       string           `json:",omitempty"`
	IPs         []string         `json:",omitempty"`
	Expires     string           `json:",omitempty"`
	Known       bool             `json:",omitempty"`
	Unanswered  bool             `json:",omitempty"`
	Identity    []detectors.Fact `json:",omitempty"` // what offline checks prove
	Holdings    []detectors.Fact `json:",omitempty"` // what ledgers say of its addresses
	Asked       []provider.Asked // every call that was made
}

func tellVerdict(c console, format string, f *scanner.Finding, v scanner.Verdict, asked []provider.Asked) error {
	rule := f.Credential.Rule
	out := answer{
		Rule: rule.ID, Provider: f.Credential.Provider, Environment: f.Environment, Severity: scanner.Grade(rule, f.Environment, v), Status: v.Status, Reason: v.Reason,
		Permissions: append([]string{}, v.Permissions...), Account: v.Account, Sub: v.Sub, Label: v.Label, IPs: v.IPs, Expires: v.Expires,
		Known: v.Known, Unanswered: v.Unanswered, Identity: f.Identity, Holdings: v.Holdings, Asked: append([]provider.Asked{}, asked...),
	}
	var err error
	if format == "json" {
		e := json.NewEncoder(c.out)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		err = e.Encode(out)
	} else {
		err = out.text(c.out)
	}
	switch {
	case err != nil:
		return err
	case v.Status == scanner.Live || v.Status == scanner.Restricted || v.Status == scanner.Proved:
		return exitCode(exitFindings)
	case v.Status == scanner.Dead:
		return nil
	}
	return exitCode(exitIncomplete)
}

func (a answer) text(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "%s\t%s\n", name, oneLine(value))
		}
	}
	row("rule", a.Rule)
	row("verdict", strings.TrimSuffix(string(a.Status)+": "+a.Reason, ": "))
	row("severity", a.Severity.String())
	row("may", strings.Join(a.Permissions, ", "))
	row("account", a.Account)
	row("sub-account", a.Sub)
	row("named", a.Label)
	row("bound to", strings.Join(a.IPs, ", "))
	row("until", a.Expires)
	for _, f := range append(slices.Clip(a.Identity), a.Holdings...) {
		row(f.Name, f.Value)
	}
	for _, call := range a.Asked {
		status := "no answer"
		if call.Status > 0 {
			status = fmt.Sprint(call.Status)
		}
		through := ""
		if call.Through != "" {
			through = " through " + call.Through
		}
		where := call.Method + " https://" + call.Host + call.Path
		if call.Method == "" { // a ledger, by its name in the configuration
			where = call.Host + " for " + call.Path
		}
		row("asked", strings.TrimSuffix(fmt.Sprintf("%s%s: %s, %s", where, through, status, call.Note), ", "))
	}
	if len(a.Asked) == 0 {
		row("asked", "nobody")
	}
	return table.Flush()
}
