package main

import (
	"os"

	"github.com/spf13/cobra"
)

func newHook(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Git hooks that refuse what adds a credential",
		Example: `  keysweep hook install              # pre-commit, in this repository
  keysweep hook install pre-push
  keysweep hook install pre-receive  # in a bare repository on a server`,
	}
	cmd.AddCommand(newHookInstall(c), newPreCommit(c), newPrePush(c), newPreReceive(c))
	return cmd
}

func newHookInstall(c console) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "install [pre-commit|pre-push|pre-receive]",
		Short: "Install a hook into this repository",
		Long: `Install a hook into the repository of the current folder, where core.hooksPath says if it is set.

A hook that is there already keeps running: it moves to NAME.before-keysweep, and the new hook calls it first. With
--force it is moved away and not called.`,
		Example: `  keysweep hook install
  keysweep hook install pre-push --force`,
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"pre-commit", "pre-push", "pre-receive"},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "pre-commit"
			if len(args) == 1 {
				name = args[0]
			}
			dir, err := hooksDir(cmd.Context(), ".")
			if err != nil {
				return err
			}
			exe, err := os.Executable()
			if err != nil {
				return err
			}
			return hookFile{dir: dir.path, name: name, exe: exe, force: force}.install(c.err, dir)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "do not call the hook that is there now")
	return cmd
}
