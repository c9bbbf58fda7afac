package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/report"
	"github.com/spf13/cobra"
)

func newRevoke(c console) *cobra.Command {
	var one oneFlags
	var f revokeFlags
	cmd := &cobra.Command{
		Use:   "revoke --rule ID",
		Short: "End one credential from standard input",
		Long: `End one credential at its issuer, and prove it. Its parts come on standard input, one line for each: part=value. Nothing
of it is ever taken from the command line.

Without --yes, --approve or a policy [revoke] with auto = true, the plan is shown and nothing is done: which calls would be
made, on which account, why they can hit no other key, what they need and what can not be undone. A revocation is done when
the issuer, asked afterwards, says that the credential is dead. Every call is in the audit log before it goes out.

Exit codes: 0 dead, 1 it still lives (planned, refused, contained, or for a person to end), 2 usage or configuration,
3 not known (requested, or failed).`,
		Example: `  printf 'key=%s\nsecret=%s\n' "$KEY" "$SECRET" | keysweep revoke --rule bybit-api-key
  keysweep revoke --rule bybit-api-key --yes < parts
  keysweep revoke --rule bybit-api-key --approve 5f0c2e9ab17d44e0a1b3c5d7e9f01234 < parts`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return revokeOne(cmd.Context(), c, &one, &f) },
	}
	one.bind(cmd)
	f.bind(cmd.Flags())
	return cmd
}

func revokeOne(ctx context.Context, c console, one *oneFlags, f *revokeFlags) error {
	if one.format != "text" && one.format != "json" {
		return usagef("-f %s: no such format; use text or json", one.format)
	}
	if err := f.check(); err != nil {
		return err
	}
	cred, cfg, err := one.read(c)
	if err != nil {
		return err
	}
	client, err := one.issuers.client(c, cfg)
	if err != nil {
		return err
	}
	defer client.Close()
	revoker, err := f.revoker(ctx, c, cfg, client, "")
	if err != nil {
		return err
	}
	all := []scanner.Finding{findingOf(cred, cmp.Or(one.environment, cred.Rule.Environment))}
	issuers := &scanner.Issuers{Client: client}
	all[0].Verdict = issuers.Verify(ctx, all[0])
	all[0].Severity = scanner.Grade(cred.Rule, all[0].Environment, all[0].Verdict)
	revoker.Revoke(ctx, all)
	if err := report.Render(one.format, c.out, all, report.Options{Version: version(), Color: c.colored(c.out, false), Width: width(c.out)}); err != nil {
		return err
	}
	return receiptExit(c, all[0])
}

// findingOf is a finding that was found nowhere.
func findingOf(cred detectors.Credential, environment string) scanner.Finding {
	f := scanner.Finding{
		Credential: cred, Fingerprint: cred.Fingerprint(), Severity: cred.Rule.Severity, Confidence: detectors.Sure,
		Environment: environment, Missing: missingParts(cred), Secret: detectors.Match{Credential: cred}.Secret(),
	}
	for _, p := range cred.Rule.Parts {
		if value, ok := cred.Parts[p.Name]; ok {
			f.Parts = append(f.Parts, scanner.PartAt{Name: p.Name, Value: value})
		}
	}
	return f
}

// receiptExit is the exit code of a revocation; see the command's help.
func receiptExit(c console, f scanner.Finding) error {
	switch r := f.Receipt; r.Status {
	case scanner.Done:
		return nil
	case scanner.Requested, scanner.Failed:
		return exitCode(exitIncomplete)
	case scanner.Planned:
		fmt.Fprintf(c.err, "keysweep: nothing was done; to carry the plan out, give the same command --approve %s, or --yes\n", r.Plan.Hash)
	}
	return exitCode(exitFindings)
}
