package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// newRoot builds the tree of commands.
func newRoot(c console) *cobra.Command {
	root := &cobra.Command{
		Use:   "keysweep",
		Short: "Find leaked exchange and crypto credentials",
		Long: `keysweep finds leaked exchange and wallet credentials in git history, files, cloud buckets and standard input.

Exit codes: 0 clean and complete, 1 findings, 2 usage or configuration, 3 incomplete (nothing found, but something
could not be read, so it is not clean).`,
		Example: `  keysweep git .                          # the whole history of this repository
  keysweep git https://host/team/bot.git  # clone to a temporary folder, scan, remove it
  keysweep git --staged                   # what the next commit would add
  keysweep dir config/ .env               # files
  keysweep bucket s3://backups gs://logs  # objects of cloud buckets
  cat app.log | keysweep stdin            # standard input
  keysweep hook install                   # refuse commits that add a credential`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(
		newGit(c), newDir(c), newStdin(c), newBucket(c), newHook(c), newRules(c), newReport(c), newVerify(c), newRevoke(c), newAudit(c), newVersion(c),
		newDetect(c), newProtect(c),
	)
	root.InitDefaultCompletionCmd()
	strict(root)
	return root
}

// strict makes every command refuse arguments that it does not take, and say where its help is. A group of commands
// refuses what is none of them: cobra shows its help instead and ends well, which would let a misspelt hook pass.
func strict(cmd *cobra.Command) {
	check := cmd.Args
	if check == nil {
		check = cobra.ArbitraryArgs
	}
	if !cmd.Runnable() {
		check = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q", args[0])
			}
			return nil
		}
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usagef("%v; see %s --help", err, cmd.CommandPath())
		}
		return nil
	}
	for _, c := range cmd.Commands() {
		strict(c)
	}
}
