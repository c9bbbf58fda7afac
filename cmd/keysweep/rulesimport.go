package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/keysweep/keysweep/detectors"
	"github.com/spf13/cobra"
)

func newRulesImport(c console) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Turn a gitleaks configuration into one of keysweep",
		Long: `Turn a gitleaks configuration, with all that it extends, into one file of keysweep that means the same. It is printed,
or with --to written as .keysweep.toml into a folder, unless that has one.`,
		Example: `  keysweep rules import .gitleaks.toml
  keysweep rules import .gitleaks.toml --to .`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			cfg, err := detectors.ConfigReader{Open: os.ReadFile, Trusted: true}.Read(args[0], text)
			if err != nil {
				return err
			}
			files, err := detectors.ConvertGitleaks(cfg)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			for _, notice := range cfg.Notices {
				fmt.Fprintf(c.err, "note: %s\n", oneLine(notice))
			}
			return writeFiles(c, files, to)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "write into this `FOLDER`")
	return cmd
}

// writeFiles prints files or writes them into a folder, without replacing any.
func writeFiles(c console, files map[string][]byte, to string) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if to == "" {
			if _, err := c.out.Write(files[name]); err != nil {
				return err
			}
			continue
		}
		f, err := os.OpenFile(filepath.Join(to, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = f.Write(files[name])
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(c.err, "wrote %s\n", f.Name())
	}
	return nil
}
