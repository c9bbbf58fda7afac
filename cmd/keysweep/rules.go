package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
	"github.com/spf13/cobra"
)

func newRules(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "What is detected",
		Example: `  keysweep rules list
  keysweep rules show binance-api-key
  keysweep rules providers
  keysweep rules check my-exchange.toml`,
	}
	cmd.AddCommand(newRulesList(c), newRulesShow(c), newRulesProviders(c), newRulesCheck(c), newRulesImport(c))
	return cmd
}

func newRulesList(c console) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the built-in rules",
		Example: "  keysweep rules list\n  keysweep rules list -f json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := detectors.LoadFast(rules.FS)
			if err != nil {
				return err
			}
			switch format {
			case "text":
				return listRules(c.out, all)
			case "json":
				return listRulesJSON(c.out, all)
			}
			return usagef("-f %s: no such format; use text or json", format)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`text|json`")
	return cmd
}

func listRules(w io.Writer, all []detectors.Rule) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range all {
		fmt.Fprintf(table, "%s\t%s\t%s%s\n", r.ID, r.Severity, r.Title, offNote(r))
	}
	return table.Flush()
}

// offNote says of a rule that is not in the default set how to have it.
func offNote(r detectors.Rule) string {
	if r.Off {
		return " (off unless --enable-rule names it)"
	}
	return ""
}

// ruleLine is a rule in the json list.
type ruleLine struct {
	ID, Provider, Title, Kind string
	Severity                  detectors.Severity
	Parts                     []string
	Off                       bool `json:",omitempty"`
}

func listRulesJSON(w io.Writer, all []detectors.Rule) error {
	lines := make([]ruleLine, 0, len(all))
	for _, r := range all {
		lines = append(lines, ruleLine{r.ID, r.Provider, r.Title, r.Kind, r.Severity, partNames(r), r.Off})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(lines)
}

func partNames(r detectors.Rule) []string {
	names := make([]string, 0, len(r.Parts))
	for _, p := range r.Parts {
		names = append(names, p.Name)
	}
	return names
}

func newRulesShow(c console) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show a built-in rule",
		Example: "  keysweep rules show kraken-api-key",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := detectors.Load(rules.FS)
			if err != nil {
				return err
			}
			for _, r := range all {
				if r.ID == args[0] {
					return showRule(c.out, r)
				}
			}
			return fmt.Errorf("no rule %q; keysweep rules list names them all", args[0])
		},
		ValidArgsFunction: completeRules,
	}
}

func showRule(w io.Writer, r detectors.Rule) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "%s\t%s\n", name, value)
		}
	}
	row("id", r.ID)
	row("title", r.Title+offNote(r))
	row("provider", r.Provider)
	row("kind", r.Kind)
	row("site", r.Site)
	row("severity", r.Severity.String())
	row("confidence", "at most "+r.Confidence.String())
	row("context", string(r.Contexts))
	row("keywords", strings.Join(r.Keywords, ", "))
	row("common", strings.Join(r.Common, ", "))
	row("hosts", strings.Join(r.Hosts, ", "))
	for _, p := range r.Parts {
		row("part "+p.Name, partLine(p))
	}
	row("console", r.Playbook.Console)
	for i, step := range r.Playbook.Steps {
		row(fmt.Sprintf("step %d", i+1), step)
	}
	for _, look := range r.Playbook.Damage {
		row("damage", look)
	}
	for _, who := range r.Playbook.Tell {
		row("tell", who)
	}
	return table.Flush()
}

func partLine(p detectors.Part) string {
	var words []string
	if p.Regex != nil {
		words = append(words, p.Regex.String())
	}
	if p.Check != "" {
		words = append(words, "check "+p.Check)
	}
	if p.Optional {
		words = append(words, "optional")
	}
	if len(p.Env) > 0 {
		words = append(words, "env "+strings.Join(p.Env, ", "))
	}
	return strings.Join(words, "; ")
}

func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	all, err := detectors.LoadFast(rules.FS)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	ids := make([]string, 0, len(all))
	for _, r := range all {
		ids = append(ids, cobra.CompletionWithDesc(r.ID, r.Title))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
