package main

import (
	"github.com/keysweep/keysweep/scanner/source"
	"github.com/spf13/cobra"
)

// newDetect is gitleaks' former command for a history, files or standard input.
func newDetect(c console) *cobra.Command {
	var f gitFlags
	var path string
	var noGit, pipe bool
	cmd := &cobra.Command{
		Use:     "detect",
		Short:   "gitleaks' name for keysweep git, dir and stdin",
		Example: "  keysweep detect --source . --no-git",
		Args:    cobra.NoArgs,
		Hidden:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case pipe:
				src := &source.Stdin{Reader: c.in}
				return scan{console: c, flags: &f.scanFlags, target: ".", partial: true, source: f.unpacked(src)}.run(cmd.Context())
			case noGit:
				return scanDir(cmd, c, &f.scanFlags, []string{path}, false)
			}
			return f.run(cmd, c, path)
		},
	}
	cmd.Flags().StringVarP(&path, "source", "s", ".", "`PATH` to scan")
	cmd.Flags().BoolVar(&noGit, "no-git", false, "scan files, not history")
	cmd.Flags().BoolVar(&pipe, "pipe", false, "scan standard input")
	cmd.Flags().StringVar(&f.logOpts, "log-opts", "", "")
	f.bind(cmd)
	return cmd
}

// newProtect is gitleaks' former command for hooks.
func newProtect(c console) *cobra.Command {
	var f gitFlags
	var path string
	cmd := &cobra.Command{
		Use:     "protect",
		Short:   "gitleaks' name for keysweep git --staged",
		Example: "  keysweep protect --staged",
		Args:    cobra.NoArgs,
		Hidden:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !f.staged {
				return usagef("add --staged: changes that are not staged are not looked at; keysweep dir scans files")
			}
			return f.run(cmd, c, path)
		},
	}
	cmd.Flags().StringVarP(&path, "source", "s", "", "`PATH` of the repository")
	cmd.Flags().BoolVar(&f.staged, "staged", false, "scan what is staged")
	cmd.Flags().StringVar(&f.logOpts, "log-opts", "", "")
	f.bind(cmd)
	return cmd
}
