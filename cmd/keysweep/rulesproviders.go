package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/rules"
	"github.com/spf13/cobra"
)

func newRulesProviders(c console) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "providers [RULE...]",
		Short: "List every call that could be made: host, method, path and what it does",
		Long: `List every call that --verify, --revoke and keysweep verify and revoke could make, with its hosts, method, path and
what it does to the account. No call is made. Parts of a credential stand in braces.`,
		Example: `  keysweep rules providers
  keysweep rules providers kraken-api-key -f json`,
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := detectors.Load(rules.FS)
			if err != nil {
				return err
			}
			lines, err := callLines(all, args)
			if err != nil {
				return err
			}
			switch format {
			case "text":
				return listCalls(c.out, lines)
			case "json":
				e := json.NewEncoder(c.out)
				e.SetIndent("", " ")
				e.SetEscapeHTML(false)
				return e.Encode(lines)
			}
			return usagef("-f %s: no such format; use text or json", format)
		},
		ValidArgsFunction: completeRules,
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`text|json`")
	return cmd
}

// callLine is one call of a rule.
type callLine struct {
	Rule     string
	Call     string // verify, verify.test, revoke.0, contain.0, each also with .lookup
	Method   string
	Hosts    []string
	Path     string
	Way      string   `json:",omitempty"`
	Signer   string   `json:",omitempty"` // the configured credential that signs
	Effect   string   // what it does to the account
	Needs    string   `json:",omitempty"`
	Consents []string `json:",omitempty"`
	Undo     string   `json:",omitempty"`
}

// callLines lists the calls of the named rules, or of all.
func callLines(all []detectors.Rule, ids []string) ([]callLine, error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	lines := []callLine{}
	for i := range all {
		r := &all[i]
		if len(ids) > 0 && !wanted[r.ID] {
			continue
		}
		delete(wanted, r.ID)
		for c := range r.Calls() {
			lines = append(lines, callLine{
				Rule: r.ID, Call: c.Name, Method: c.Method, Hosts: provider.Hosts(c), Path: provider.Path(c), Way: string(c.Way), Signer: c.Credential,
				Effect: effect(c), Needs: c.Needs, Consents: c.Consents, Undo: c.Undo,
			})
		}
	}
	for id := range wanted {
		return nil, usagef("no rule %q; keysweep rules list names them all", id)
	}
	return lines, nil
}

// effect says what a call does.
func effect(c *detectors.Call) string {
	switch {
	case c.Effect != "":
		return c.Effect
	case provider.SpendsNonce(c):
		return "reads only, and uses up a nonce: the clock's"
	}
	return "reads only"
}

func listCalls(w io.Writer, lines []callLine) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		said := l.Effect
		for _, more := range []struct{ word, text string }{{"signed by", l.Signer}, {"needs", l.Needs}, {"consent", strings.Join(l.Consents, ", ")}, {"undo", l.Undo}} {
			if more.text != "" {
				said += " (" + more.word + ": " + more.text + ")"
			}
		}
		for i, host := range l.Hosts {
			if i > 0 {
				said = "the same"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", l.Rule, l.Call, l.Method, host+l.Path, said)
		}
	}
	return table.Flush()
}
