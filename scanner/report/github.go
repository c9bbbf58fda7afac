package report

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// drawGitHub writes one workflow command per finding, which GitHub Actions shows as an annotation, and appends a job
// summary to the file that Options.Summary names.
func drawGitHub(w io.Writer, r run, o Options) error {
	var b strings.Builder
	for _, e := range bySeverity(r.Entries) {
		b.WriteString(annotation(e))
	}
	if c := r.Coverage; c != nil && !c.Complete {
		b.WriteString(command("error", []string{"title", o.title() + ": incomplete"}, "Not everything could be read: "+why(c)))
	}
	fmt.Fprintf(&b, "%s: %s\n", plain(o.title()), totals(r.Entries))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if o.Summary == "" {
		return nil
	}
	return appendFile(o.Summary, summaryMarkdown(r, o))
}

func appendFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("job summary: %w", err)
	}
	_, err = f.WriteString(text)
	if err := cmp.Or(err, f.Close()); err != nil {
		return fmt.Errorf("job summary: %w", err)
	}
	return nil
}

// annotation is the command for a finding, at the place that a reader can still open when there is one.
func annotation(e *entry) string {
	at := current(e.Occurrences)
	var props []string
	if at.File != "" && inTree(at.Place) {
		props = append(props, "file", at.File)
		if at.StartLine > 0 {
			props = append(props, "line", strconv.Itoa(at.StartLine), "endLine", strconv.Itoa(max(at.StartLine, at.EndLine)))
		}
		if at.StartLine > 0 && at.EndLine == at.StartLine && at.StartColumn > 0 && at.EndColumn >= at.StartColumn {
			props = append(props, "col", strconv.Itoa(at.StartColumn), "endColumn", strconv.Itoa(at.EndColumn))
		}
	}
	props = append(props, "title", cmp.Or(e.Description, e.RuleID)+" ("+e.Severity.String()+")")
	return command(annotationLevel(e.Severity), props, headline(e)+"\n"+helpText(e))
}

func current(all []occurrence) occurrence {
	for _, o := range all {
		if o.AtHead && inTree(o.Place) {
			return o
		}
	}
	if len(all) == 0 {
		return occurrence{}
	}
	return all[0]
}

func annotationLevel(s detectors.Severity) string {
	switch {
	case s >= detectors.High:
		return "error"
	case s == detectors.Medium:
		return "warning"
	}
	return "notice"
}

// command returns a workflow command. Props are names and values in turn.
func command(name string, props []string, message string) string {
	var b strings.Builder
	b.WriteString("::" + name)
	sep := " "
	for i := 0; i+1 < len(props); i += 2 {
		b.WriteString(sep + props[i] + "=" + escapeProperty(props[i+1]))
		sep = ","
	}
	return b.String() + "::" + escapeData(message) + "\n"
}

// escapeData keeps the line breaks of a message; every other control character becomes visible text.
func escapeData(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.ReplaceAll(plain(lines[i]), "%", "%25")
	}
	return strings.Join(lines, "%0A")
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(plain(s))
}

// The most that a job summary shows: GitHub drops one above 1 MiB.
const (
	summaryRows  = 300
	summaryRules = 30
)

func summaryMarkdown(r run, o Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s: %s\n\n", markdown(o.title()), totals(r.Entries))
	if r.Coverage != nil {
		coverageMarkdown(&b, r.Coverage)
	}
	if len(r.Entries) == 0 {
		return b.String()
	}
	b.WriteString("| Severity | Credential | Verdict | Where | Fingerprint |\n| --- | --- | --- | --- | --- |\n")
	all := bySeverity(r.Entries)
	for _, e := range all[:min(len(all), summaryRows)] {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", e.Severity, markdown(cut(cmp.Or(e.Description, e.RuleID), 100)),
			markdown(verdictCell(e)), markdown(cut(whereShort(e), 200)), markdown(e.Fingerprint))
	}
	if n := len(all) - summaryRows; n > 0 {
		fmt.Fprintf(&b, "\nand %s in the log.\n", count(n, "more finding"))
	}
	playbooksMarkdown(&b, all)
	return b.String()
}

func verdictCell(e *entry) string {
	out := string(e.Verdict.Status) + rights(e)
	if e.Receipt != nil {
		out += ", " + outcome(e.Receipt.Status)
	}
	return out
}

func whereShort(e *entry) string {
	if len(e.Occurrences) == 0 {
		return ""
	}
	out := place(current(e.Occurrences))
	if n := len(e.Occurrences) - 1; n > 0 {
		out += " and " + count(n, "more place")
	}
	return out
}

func coverageMarkdown(b *strings.Builder, c *scanner.Coverage) {
	fmt.Fprintf(b, "%s\n\n", covered(c))
	if c.Complete {
		return
	}
	fmt.Fprintf(b, "> [!CAUTION]\n> **Incomplete:** not everything could be read, so what was not read may hold further credentials: %s.\n", markdown(why(c)))
	for _, s := range skippedBy(c) {
		if !s.Benign {
			fmt.Fprintf(b, "> - %s not read, %s: %s\n", count(s.Count, "unit"), markdown(s.Reason), s.Advice)
		}
	}
	b.WriteString("\n")
}

// playbooksMarkdown says once per rule how its credentials are ended.
func playbooksMarkdown(b *strings.Builder, all []*entry) {
	seen := map[string]bool{}
	for _, e := range all {
		if seen[e.RuleID] || len(seen) == summaryRules {
			continue
		}
		seen[e.RuleID] = true
		fmt.Fprintf(b, "\n### What to do: %s\n\n%s", markdown(cmp.Or(e.Description, e.RuleID)), helpMarkdown(e))
	}
}

// rights says what a credential may do.
func rights(e *entry) string {
	if len(e.Permissions) == 0 {
		return ""
	}
	return ", may " + strings.Join(e.Permissions, ", ")
}
