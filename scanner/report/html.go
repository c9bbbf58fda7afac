package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/scanner"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

type htmlPage struct {
	run
	Title, Version, Policy string
	Style                  template.CSS
	Script                 template.JS
	Skipped                []skipped
	Severities             []string // those that occur, most severe first
	Statuses               []scanner.Status
}

// drawHTML writes one page that asks for nothing from elsewhere: style and script are inside, and its policy lets
// nothing else run or load.
func drawHTML(w io.Writer, r run, o Options) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"plain": plain, "lines": plainLines, "place": place, "origin": origin, "totals": totals, "covered": covered, "because": because,
		"web": webURL, "count": count, "help": func() string { return generalHelp },
		"receipt": func(r *receipt) []string { return each(r.lines(), plain) },
		"where":   func(p part, e *entry) string { return partPlace(p, e) },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	p := htmlPage{
		run: run{bySeverity(r.Entries), r.Coverage}, Title: o.title(), Version: o.Version,
		Policy: "default-src 'none'; img-src data:; style-src " + hash(pageCSS) + "; script-src " + hash(pageJS) + "; base-uri 'none'; form-action 'none'",
		Style:  template.CSS(pageCSS), Script: template.JS(pageJS),
	}
	if r.Coverage != nil {
		p.Skipped = skippedBy(r.Coverage)
	}
	for _, e := range p.Entries {
		p.Severities = distinct(append(p.Severities, e.Severity.String()))
	}
	p.Statuses = statuses(p.Entries)
	return t.Execute(w, p)
}

// statuses returns those that occur, most urgent first.
func statuses(all []*entry) []scanner.Status {
	order := []scanner.Status{scanner.Live, scanner.Restricted, scanner.Proved, scanner.Unknown, scanner.Unasked, scanner.Dead}
	var out []scanner.Status
	for _, e := range all {
		if !slices.Contains(out, e.Verdict.Status) {
			out = append(out, e.Verdict.Status)
		}
	}
	slices.SortStableFunc(out, func(a, b scanner.Status) int { return slices.Index(order, a) - slices.Index(order, b) })
	return out
}

// plainLines is plain for a text of several lines.
func plainLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
	for i := range lines {
		lines[i] = plain(strings.TrimSuffix(lines[i], "\r"))
	}
	return strings.Join(lines, "\n")
}

// hash is a source expression of a content security policy.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// webURL returns s when it is a plain link to the web, and nothing otherwise.
func webURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || strings.TrimSuffix(u.Scheme, "s") != "http" {
		return ""
	}
	return s
}
