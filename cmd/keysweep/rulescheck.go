package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/detectors/sign"
	"github.com/keysweep/keysweep/rules"
	"github.com/spf13/cobra"
)

// caseSeeds is how often each case runs, every time with other random values.
const caseSeeds = 5

func newRulesCheck(c console) *cobra.Command {
	var cases string
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check rules files and run their cases",
		Long: `Load rules files as strictly as the built-in ones are, and run their cases: texts in which something must be found, and
look-alikes in which nothing may be. Answers of issuers that the cases record must mean what they state; nothing is
sent. The cases of dir/ID.toml are in dir/ID.cases.toml or ../testdata/providers/ID.toml.`,
		Example: `  keysweep rules check rules/kraken.toml
  keysweep rules check my-exchange.toml --cases my-cases.toml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cases != "" && len(args) > 1 {
				return usagef("--cases belongs to one rules file")
			}
			var failed error
			for _, name := range args {
				failed = errors.Join(failed, checkRules(cmd.Context(), c, name, cases))
			}
			return failed
		},
	}
	cmd.Flags().StringVar(&cases, "cases", "", "cases `FILE`")
	return cmd
}

func checkRules(ctx context.Context, c console, name, cases string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	loaded, err := detectors.LoadFile(name, text)
	if err != nil {
		return err
	}
	set, err := detectors.Compile(loaded, detectors.Options{Signs: sign.Check})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	path, text, err := findCases(name, cases)
	if err != nil {
		return err
	}
	if path == "" {
		fmt.Fprintf(c.out, "%s: %s; no cases file\n", name, plural(int64(len(loaded)), "rule"))
		return nil
	}
	list, err := detectors.ReadCases(path, text)
	if err != nil {
		return err
	}
	if errs := list.Fit(loaded); len(errs) > 0 {
		return errors.Join(errs...)
	}
	if err := runCases(list, set, loaded); err != nil {
		return err
	}
	if errs := provider.CheckAnswers(ctx, loaded, list); len(errs) > 0 {
		return errors.Join(errs...)
	}
	answers := ""
	if n := len(list.Answer); n > 0 {
		answers = ", " + plural(int64(n), "answer")
	}
	fmt.Fprintf(c.out, "%s: %s, %s%s pass\n", name, plural(int64(len(loaded)), "rule"), plural(int64(len(list.Hit)+len(list.Quiet)), "case"), answers)
	return nil
}

// runCases runs the cases against the rules of their file, and those that fail so with all built-in rules beside them: what
// is found of a text may be another file's.
func runCases(list *detectors.Cases, alone *detectors.Set, own []detectors.Rule) error {
	for seed := range uint64(caseSeeds) {
		if len(list.Run(alone, seed+1)) == 0 {
			continue
		}
		all, err := detectors.Load(rules.FS)
		if err != nil {
			return fmt.Errorf("built-in rules: %w", err)
		}
		all = slices.DeleteFunc(all, func(r detectors.Rule) bool { return r.Provider == own[0].Provider })
		set, err := detectors.Compile(slices.Concat(all, own), detectors.Options{Signs: sign.Check})
		if err != nil {
			return err
		}
		if errs := list.Run(set, seed+1); len(errs) > 0 {
			return errors.Join(errs...)
		}
	}
	return nil
}

// findCases returns the cases file of a rules file; path is empty when there is none.
func findCases(file, cases string) (path string, text []byte, err error) {
	if cases != "" {
		text, err = os.ReadFile(cases)
		return cases, text, err
	}
	dir, base := filepath.Split(file)
	for _, path := range []string{
		filepath.Join(dir, base[:len(base)-len(filepath.Ext(base))]+".cases.toml"),
		filepath.Join(dir, "..", "testdata", "providers", base),
	} {
		text, err := os.ReadFile(path)
		if !errors.Is(err, fs.ErrNotExist) {
			return path, text, err
		}
	}
	return "", nil, nil
}
