package main

import (
	"fmt"
	"io"
	"os"

	"github.com/keysweep/keysweep/scanner/report"
	"github.com/spf13/cobra"
)

func formatNames() []string { return report.Formats() }

func newReport(c console) *cobra.Command {
	var reports reportList
	redact := percent(100)
	var noColor bool
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Show a saved json report in another format",
		Long: `Show a saved json or jsonl report in another format; - reads standard input. A report of gitleaks can be read too.

What the saved report hides stays hidden.`,
		Example: `  keysweep report findings.json
  keysweep report findings.json -f sarif -r findings.sarif`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := reports.check(); err != nil {
				return err
			}
			return render(c, args[0], reports.specs(), redact, noColor)
		},
	}
	cmd.Flags().VarP(reports.formats(), "report-format", "f", "report `FORMAT`; may be repeated, each with its -r")
	cmd.Flags().VarP(reports.paths(), "report-path", "r", "write to `FILE` instead of standard output")
	cmd.Flags().Var(&redact, "redact", "hide `PERCENT` of each secret that the saved report shows")
	cmd.Flags().Lookup("redact").NoOptDefVal = "100"
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours (also: the variable NO_COLOR)")
	return cmd
}

func render(c console, path string, specs []reportSpec, redact percent, noColor bool) error {
	in := c.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	findings, err := report.Read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, s := range specs {
		o := report.Options{Reveal: 100 - int(redact), Version: version(), Summary: c.env("GITHUB_STEP_SUMMARY")}
		draw := func(w io.Writer) error { return report.Render(s.format, w, findings, o) }
		if s.path != "" {
			if err := writeOutput(s.path, draw); err != nil {
				return err
			}
			continue
		}
		o.Color, o.Width = c.colored(c.out, noColor), width(c.out)
		if err := draw(c.out); err != nil {
			return err
		}
	}
	return nil
}
