package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/keysweep/keysweep/scanner/store/audit"
	"github.com/spf13/cobra"
)

func newAudit(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Prove and read the log of revocations",
		Example: `  keysweep audit verify ~/.local/state/keysweep/audit.jsonl
  keysweep audit show ~/.local/state/keysweep/audit.jsonl --fingerprint 4c6f…`,
	}
	cmd.AddCommand(newAuditVerify(c), newAuditShow(c))
	return cmd
}

func newAuditVerify(c console) *cobra.Command {
	var head string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Prove that no line was changed, removed or moved",
		Long: `Prove that no line of an audit log was changed, removed or moved. The exit code is 0 when the chain holds, and 1 when it
does not; every line that is not as it was written is named.

A chain alone can not show that its last lines are gone. FILE.head beside the log says how far it went; keep the number and
hash that this command prints elsewhere, and give them with --head, to prove it against someone who can change both.`,
		Example: `  keysweep audit verify audit.jsonl
  keysweep audit verify audit.jsonl --head 1042:9f2c…`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return verifyAudit(c, args[0], head) },
	}
	cmd.Flags().StringVar(&head, "head", "", "the log must hold the record `NUMBER:HASH`, as an earlier verify printed it")
	return cmd
}

func verifyAudit(c console, path, head string) error {
	var problems []string
	wantSeq, wantHash, err := parseHead(head)
	if err != nil {
		return err
	}
	held := wantSeq == 0
	s, err := walkAudit(path, func(r audit.Record, hash string) {
		held = held || r.Seq == wantSeq && hash == wantHash
	})
	if err != nil {
		return err
	}
	for _, p := range s.Problems {
		problems = append(problems, p.Error())
	}
	if !held {
		problems = append(problems, fmt.Sprintf("record %d with the hash of --head is missing", wantSeq))
	}
	beside, err := besideAudit(path, s)
	if err != nil {
		return err
	}
	if beside != "" {
		problems = append(problems, beside)
	}
	return tellAudit(c, path, s, problems)
}

// parseHead reads NUMBER:HASH; nothing is number 0.
func parseHead(head string) (int64, string, error) {
	if head == "" {
		return 0, "", nil
	}
	number, hash, ok := strings.Cut(head, ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || seq < 1 || len(hash) != 64 {
		return 0, "", usagef("--head wants NUMBER:HASH as keysweep audit verify prints it")
	}
	return seq, hash, nil
}

// besideAudit compares the log with the file beside it.
func besideAudit(path string, s audit.Summary) (string, error) {
	seq, hash, ok, err := audit.ReadHead(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("%s.head: %w", path, err)
	case !ok && s.Records > 0:
		return "the file " + path + ".head is missing, which says how far the log went", nil
	}
	return s.Holds(seq, hash), nil
}

func tellAudit(c console, path string, s audit.Summary, problems []string) error {
	for _, n := range s.Torn {
		fmt.Fprintf(c.out, "%s: line %d was cut short by a crash; the record after it says so\n", path, n)
	}
	for _, p := range problems {
		fmt.Fprintf(c.out, "%s: %s\n", path, p)
	}
	if len(problems) > 0 {
		fmt.Fprintf(c.out, "%s: NOT PROVED: %s\n", path, plural(int64(len(problems)), "problem"))
		return exitCode(exitFindings)
	}
	fmt.Fprintf(c.out, "%s: %s, unbroken", path, plural(s.Records, "record"))
	if s.Records > 0 {
		fmt.Fprintf(c.out, ", from %s to %s\nhead %d:%s", s.First.UTC().Format(time.RFC3339), s.Last.UTC().Format(time.RFC3339), s.Seq, s.Hash)
	}
	_, err := fmt.Fprintln(c.out)
	return err
}

func newAuditShow(c console) *cobra.Command {
	var fingerprint string
	cmd := &cobra.Command{
		Use:     "show FILE",
		Short:   "Print the records, one on each line",
		Example: "  keysweep audit show audit.jsonl\n  keysweep audit show audit.jsonl --fingerprint 4c6f…",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := walkAudit(args[0], func(r audit.Record, _ string) {
				if fingerprint == "" || r.Fingerprint == fingerprint {
					fmt.Fprintln(c.out, r)
				}
			})
			if err != nil {
				return err
			}
			if n := len(s.Problems); n > 0 {
				fmt.Fprintf(c.err, "keysweep: the chain does not hold; keysweep audit verify %s says where\n", args[0])
				return exitCode(exitFindings)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&fingerprint, "fingerprint", "", "only the records of the credential with this `FINGERPRINT`")
	return cmd
}

// walkAudit reads a log and calls yield with every record and its hash.
func walkAudit(path string, yield func(audit.Record, string)) (audit.Summary, error) {
	f, err := os.Open(path)
	if err != nil {
		return audit.Summary{}, err
	}
	defer f.Close()
	s, err := audit.Walk(f, yield)
	if err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
