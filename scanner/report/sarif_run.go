package report

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// addRules fills the table of rules, each id once, and returns the index of each: first the rules of the run in their
// order, then those that only a finding knows.
func addRules(driver *sarif.ToolComponent, rules []detectors.Rule, entries []*entry) map[string]int {
	index := map[string]int{}
	add := func(id string, describe func() *sarif.ReportingDescriptor) {
		if _, ok := index[id]; !ok {
			index[id] = len(driver.Rules)
			driver.Rules = append(driver.Rules, describe())
		}
	}
	for _, r := range rules {
		add(r.ID, func() *sarif.ReportingDescriptor { return descriptor(entryOf(r)) })
	}
	for _, e := range entries {
		add(e.RuleID, func() *sarif.ReportingDescriptor { return descriptor(e) })
	}
	return index
}

// entryOf returns what a rule alone says of its findings.
func entryOf(r detectors.Rule) *entry {
	return &entry{
		RuleID: r.ID, Description: r.Title, Provider: r.Provider, Severity: r.Severity, Confidence: r.Confidence, Tags: r.Tags,
		Playbook: newPlaybook(r.Playbook),
	}
}

func descriptor(e *entry) *sarif.ReportingDescriptor {
	out := sarif.NewRule(e.RuleID).WithDescription(sarifText(cmp.Or(e.Description, e.RuleID)))
	config := sarif.NewReportingConfiguration().WithLevel(level(e.Severity))
	out.WithDefaultConfiguration(config)
	help := sarif.NewMultiformatMessageString().WithText(sarifText(helpText(e))).WithMarkdown(helpMarkdown(e))
	out.WithHelp(help)
	if u, err := url.Parse(e.Playbook.Console); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		out.WithHelpURI(u.String())
	}
	bag := sarif.NewPropertyBag().Add("security-severity", securitySeverity(e.Severity)).Add("precision", precision(e.Confidence))
	tags := []string{"security", "external/cwe/cwe-798"}
	for _, tag := range e.Tags {
		if !strings.HasPrefix(tag, decodedTag) {
			tags = append(tags, tag)
		}
	}
	return out.WithProperties(bag.WithTags(distinct(tags)))
}

// precision is GitHub's word for how often a rule is right.
func precision(c detectors.Confidence) string {
	switch c {
	case detectors.Sure:
		return "very-high"
	case detectors.Likely:
		return "high"
	}
	return "medium"
}

const generalHelp = "End the credential where it was issued, then put a new one where it is used. Deleting the line is not enough: the history keeps it."

func helpText(e *entry) string {
	var out []string
	if e.Playbook.Console != "" {
		out = append(out, "Keys are managed at "+e.Playbook.Console+".")
	}
	for i, step := range e.Playbook.Steps {
		out = append(out, fmt.Sprintf("%d. %s", i+1, step))
	}
	for _, look := range e.Playbook.Damage {
		out = append(out, "Look for damage: "+look)
	}
	for _, who := range e.Playbook.Tell {
		out = append(out, "Tell: "+who)
	}
	if len(e.Playbook.Steps) == 0 {
		out = append(out, generalHelp)
	}
	return strings.Join(out, " ")
}

func helpMarkdown(e *entry) string {
	var b strings.Builder
	if e.Playbook.Console != "" {
		fmt.Fprintf(&b, "Keys are managed at <%s>.\n\n", markdownURL(e.Playbook.Console))
	}
	for i, step := range e.Playbook.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, markdown(step))
	}
	if len(e.Playbook.Steps) == 0 {
		b.WriteString(generalHelp + "\n")
	}
	if len(e.Playbook.Damage) > 0 {
		b.WriteString("\nLook for damage:\n\n")
	}
	for _, look := range e.Playbook.Damage {
		fmt.Fprintf(&b, "- %s\n", markdown(look))
	}
	if len(e.Playbook.Tell) > 0 {
		b.WriteString("\nTell:\n\n")
	}
	for _, who := range e.Playbook.Tell {
		fmt.Fprintf(&b, "- %s\n", markdown(who))
	}
	return b.String()
}

// invocation says whether the run read everything.
func invocation(c *scanner.Coverage) *sarif.Invocation {
	out := sarif.NewInvocation().WithExecutionSuccessful(c.Complete)
	if !c.Complete && c.Reason != "" {
		out.AddToolExecutionNotification(notification(sarif.LevelError, "run stopped: "+c.Reason))
	}
	for _, u := range c.Skips {
		out.AddToolExecutionNotification(skipNotification(u))
	}
	for _, s := range skippedBy(c) {
		if n := s.Count - known(c, s.Reason); n > 0 {
			out.AddToolExecutionNotification(notification(skipLevel(s.Benign), fmt.Sprintf("%s more not read: %s", count(n, "unit"), s.Reason)))
		}
	}
	if !c.Complete && len(out.ToolExecutionNotifications) == 0 {
		out.AddToolExecutionNotification(notification(sarif.LevelError, "run is incomplete"))
	}
	bag := sarif.NewPropertyBag().Add("unitsCovered", c.Units).Add("bytesCovered", c.Bytes)
	return out.WithProperties(bag.Add("unitsSkipped", c.Skipped))
}

// known counts the units of a reason that Skips names.
func known(c *scanner.Coverage, reason string) int {
	n := 0
	for _, u := range c.Skips {
		if u.Reason == reason {
			n++
		}
	}
	return n
}

func skipNotification(u scanner.SkippedUnit) *sarif.Notification {
	text := "not read: " + u.Unit + ": " + u.Reason
	if u.Err != "" {
		text += ": " + u.Err
	}
	return notification(skipLevel(u.Benign), text)
}

func skipLevel(benign bool) string {
	if benign {
		return sarif.LevelNote
	}
	return sarif.LevelError
}

func notification(level, text string) *sarif.Notification {
	return sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(sarifText(text)))
}
