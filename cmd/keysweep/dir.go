package main

import (
	"os"

	"github.com/keysweep/keysweep/scanner/source"
	"github.com/spf13/cobra"
)

func newDir(c console) *cobra.Command {
	var f scanFlags
	var gitignore bool
	cmd := &cobra.Command{
		Use:     "dir PATH...",
		Aliases: []string{"file", "directory"},
		Short:   "Scan files and folders",
		Long: `Scan files and folders, with all that they hold: hidden files, ignored files and the settings of a .git folder are
read too. The history in a .git folder is for keysweep git.

Configuration and ignore files are looked for in the first PATH.`,
		Example: `  keysweep dir .
  keysweep dir src/ .env --exclude node_modules --exclude '**/testdata/**'
  keysweep dir . -f sarif -r keysweep.sarif -f json -r keysweep.json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return scanDir(cmd, c, &f, args, gitignore)
		},
	}
	cmd.Flags().BoolVar(&gitignore, "gitignore", false, "leave out what .gitignore files name")
	f.bind(cmd)
	return cmd
}

func scanDir(cmd *cobra.Command, c console, f *scanFlags, paths []string, gitignore bool) error {
	exclude, err := excluder(f.exclude)
	if err != nil {
		return err
	}
	src := &source.Dir{
		Paths:     paths,
		MaxBytes:  int64(f.maxMegabytes) << 20,
		Gitignore: gitignore,
		Workers:   f.workers,
		Unpack:    f.unpacker().File,
	}
	target := ""
	if info, err := os.Stat(paths[0]); err == nil && info.IsDir() {
		target = paths[0]
	}
	s := scan{console: c, flags: f, target: target, source: src}
	s.prepare = func(set settings) { src.Exclude = set.excluding(exclude) }
	return s.run(cmd.Context())
}

func newStdin(c console) *cobra.Command {
	var f scanFlags
	var name string
	cmd := &cobra.Command{
		Use:   "stdin",
		Short: "Scan standard input",
		Example: `  git diff main | keysweep stdin
  kubectl logs bot | keysweep stdin --name bot.log -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			src := f.unpacked(&source.Stdin{Reader: c.in, Name: name})
			return scan{console: c, flags: &f, target: ".", partial: true, source: src}.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "call the input `NAME` in reports")
	f.bind(cmd)
	return cmd
}
