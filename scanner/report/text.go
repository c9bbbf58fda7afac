package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// Rows of the text report: a label, then what it says.
const (
	indent     = "    "
	labelWidth = 14
)

// page collects the lines of a text report; the first error is kept.
type page struct {
	w    io.Writer
	o    Options
	told map[string]bool // rules whose next steps were printed
	err  error
}

func (p *page) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// The ANSI styles in use.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	yellow = "33"
	green  = "32"
	cyan   = "36"
)

func (p *page) paint(style, s string) string {
	if !p.o.Color || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func styleOf(s detectors.Severity) string {
	switch {
	case s >= detectors.High:
		return red
	case s == detectors.Medium:
		return yellow
	}
	return cyan
}

// row prints lines that are safe already behind a label; only the first carries it.
func (p *page) row(label string, lines ...string) {
	label = cut(label, 40)
	for _, line := range lines {
		pad := strings.Repeat(" ", max(0, labelWidth-len([]rune(label))))
		p.printf("%s%s%s %s\n", indent, p.paint(dim, label), pad, line)
		label = ""
	}
}

// drawText writes the report for people: grouped by severity, then provider, most severe first.
func drawText(w io.Writer, r run, o Options) error {
	p := &page{w: w, o: o, told: map[string]bool{}}
	group := ""
	for _, e := range bySeverity(r.Entries) {
		name := strings.ToUpper(e.Severity.String()) + "  " + plain(cmp.Or(e.Provider, "other"))
		if name != group {
			p.printf("%s\n\n", p.paint(styleOf(e.Severity), name))
			group = name
		}
		p.entry(e)
	}
	p.summary(r)
	return p.err
}

func bySeverity(all []*entry) []*entry {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Provider, b.Provider))
	})
	return out
}

func (p *page) entry(e *entry) {
	p.printf("  %s  %s\n", p.paint(bold, plain(cmp.Or(e.Description, e.RuleID))), p.paint(dim, plain(subtitle(e))))
	p.row("verdict", p.paint(verdictStyle(e.Verdict.Status), string(e.Verdict.Status))+plain(because(e)))
	for _, at := range e.Parts {
		p.row(plain(at.Name), plain(at.Value)+"   "+p.paint(dim, plain(partPlace(at, e))))
	}
	if len(e.Missing) > 0 {
		p.row("missing", p.wrap(missing(e))...)
	}
	for _, f := range e.Identity {
		p.row(plain(f.Name), plain(f.Value))
	}
	p.places(e)
	for _, note := range e.Notes {
		p.row("note", p.wrap(plain(note))...)
	}
	if e.Receipt != nil {
		p.row("revocation", p.wrapAll(each(e.Receipt.lines(), plain))...)
	}
	p.next(e)
	p.row("fingerprint", plain(e.Fingerprint))
	p.printf("\n")
}

func subtitle(e *entry) string {
	out := []string{e.RuleID}
	if e.Environment != "" {
		out = append(out, e.Environment)
	}
	return strings.Join(append(out, e.Confidence.String()+" confidence"), ", ")
}

func verdictStyle(s scanner.Status) string {
	switch s {
	case scanner.Live, scanner.Restricted, scanner.Proved:
		return red
	case scanner.Dead:
		return green
	}
	return yellow
}

// because says what a verdict rests on, starting with the text that joins it to the status.
func because(e *entry) string {
	var out []string
	asked := e.Verdict.Status != scanner.Proved && e.Verdict.Status != scanner.Unasked
	if s, ok := meaning(e.Verdict.Status); ok && (asked || e.Verdict.Reason == "") {
		out = append(out, s)
	}
	if e.Verdict.Reason != "" {
		out = append(out, e.Verdict.Reason)
	}
	out = append(out, said(e)...)
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, "; ")
}

// said lists what the issuer told of a credential.
func said(e *entry) []string {
	v := e.Verdict
	var out []string
	for _, f := range []struct{ before, text string }{
		{"account ", v.Account}, {"sub-account ", v.Sub}, {"named ", v.Label}, {"may ", strings.Join(e.Permissions, ", ")},
		{"bound to ", strings.Join(v.IPs, ", ")}, {"until ", v.Expires},
	} {
		if f.text != "" {
			out = append(out, f.before+f.text)
		}
	}
	for _, f := range v.Holdings {
		out = append(out, f.Name+" "+f.Value)
	}
	return out
}

func meaning(s scanner.Status) (string, bool) {
	switch s {
	case scanner.Live:
		return "the issuer accepts it", true
	case scanner.Restricted:
		return "the issuer knows it, but refuses it from this address", true
	case scanner.Dead:
		return "the issuer says that it is no longer valid", true
	case scanner.Unknown:
		return "the issuer gave no clear answer", true
	case scanner.Unasked:
		return "nobody asked the issuer", true
	case scanner.Proved:
		return "arithmetic proves it (a checksum or a matching public key); nobody was asked", true
	}
	return "", false
}

// partPlace says where a part stands, unless that is where the whole finding starts.
func partPlace(at part, e *entry) string {
	out := lines(at.StartLine, at.EndLine)
	if at.File != e.File && at.File != "" {
		out = at.File + ":" + out
	} else if out != "" {
		out = lineWord(at.StartLine, at.EndLine)
	}
	if len(at.Encodings) > 0 {
		out += " in " + strings.Join(at.Encodings, " in ")
	}
	return out
}

func missing(e *entry) string {
	names := plain(strings.Join(e.Missing, " and "))
	if len(e.Parts) == 0 {
		return names + " not found."
	}
	return fmt.Sprintf("%s not found: the %s alone is reported. Whoever holds the rest can use it, so look for it elsewhere.",
		names, plain(e.Parts[0].Name))
}

func (p *page) places(e *entry) {
	if len(e.Occurrences) == 0 {
		return
	}
	first := e.Occurrences[0]
	at := []string{plain(cut(place(first), 300))}
	if e.SymlinkFile != "" {
		at = append(at, "through the link "+plain(e.SymlinkFile))
	}
	if s := origin(first); s != "" {
		at = append(at, plain(s))
	}
	if s := further(e.Occurrences); s != "" {
		at = append(at, s)
	}
	p.row("where", at...)
	p.row("line", matchLines(e.Match)...)
}

// matchLines returns at most three lines of a match behind a bar: a line that started with the text itself could be
// taken for a command by a build server.
func matchLines(match string) []string {
	var out []string
	for line := range strings.Lines(strings.TrimRight(match, "\r\n")) {
		if len(out) == 3 {
			return append(out, "| ...")
		}
		out = append(out, "| "+plain(cut(strings.TrimRight(line, "\r\n"), 160)))
	}
	return out
}

// next says how to end the credential, what to look at and whom to tell, once per rule.
func (p *page) next(e *entry) {
	if p.told[e.RuleID] {
		p.row("next", "as for the first "+plain(cmp.Or(e.Description, e.RuleID))+" above")
		return
	}
	if p.told != nil {
		p.told[e.RuleID] = true
	}
	var out []string
	if e.Playbook.Console != "" {
		out = append(out, "open "+plain(e.Playbook.Console))
	}
	for i, step := range e.Playbook.Steps {
		out = append(out, p.wrap(fmt.Sprintf("%d. %s", i+1, plain(step)))...)
	}
	if len(out) == 0 {
		out = p.wrap(generalHelp)
	}
	p.row("next", out...)
	p.row("damage", p.wrapAll(each(e.Playbook.Damage, plain))...)
	p.row("tell", p.wrapAll(each(e.Playbook.Tell, plain))...)
}

func (p *page) wrapAll(texts []string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, p.wrap(s)...)
	}
	return out
}

// wrap breaks prose at Width. No line but the first may begin with "::", which GitHub reads as a command.
func (p *page) wrap(s string) []string {
	width := p.o.Width - len(indent) - labelWidth - 1
	if p.o.Width <= 0 || width < 20 {
		return []string{s}
	}
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width && !strings.HasPrefix(word, "::") {
			out = append(out, line)
			line = word
			continue
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(out, line)
}
