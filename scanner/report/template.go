package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"strings"
	"text/template"

	"github.com/keysweep/keysweep/scanner"
)

// templateFuncs are the functions of a template report, beside those of text/template:
//
//	coverage      what the run covered (Units, Skipped, Skips, Bytes, Complete, Reason), or nil when that is not known
//	totals        "3 findings (1 critical, 2 high), 1 live"
//	part X NAME   the part of a finding by name, or nil
//	fact X NAME   the value of an identity fact by name, or ""
//	where O       an occurrence in words: "config/prod.env:12"
//	plain S       S on one line with control characters shown, for terminals and logs
//	csv S         S as one quoted CSV cell that no spreadsheet takes for a formula
//	html S, xml S, md S   S escaped for HTML, XML, Markdown
//	json X        X as JSON
//	join SEP LIST, lower S, upper S, trim S, replace OLD NEW S, cut N S, default D S
//
// Dot is the list of findings; their fields are those of the json report.
func templateFuncs(r run) template.FuncMap {
	return template.FuncMap{
		"coverage": func() *scanner.Coverage { return r.Coverage },
		"totals":   func() string { return totals(r.Entries) },
		"part":     partOf, "fact": factOf, "where": place,
		"plain": plain, "csv": quotedCell, "html": html.EscapeString, "xml": xmlText, "md": markdown, "json": jsonText,
		"join":  func(sep string, list []string) string { return strings.Join(list, sep) },
		"lower": strings.ToLower, "upper": strings.ToUpper, "trim": strings.TrimSpace,
		"replace": func(old, with, s string) string { return strings.ReplaceAll(s, old, with) },
		"cut":     func(n int, s string) string { return cut(s, max(n, 3)) },
		"default": func(d, s string) string {
			if s == "" {
				return d
			}
			return s
		},
	}
}

func partOf(e *entry, name string) *part {
	for i := range e.Parts {
		if e.Parts[i].Name == name {
			return &e.Parts[i]
		}
	}
	return nil
}

func factOf(e *entry, name string) string {
	for _, f := range e.Identity {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func quotedCell(s string) string { return `"` + strings.ReplaceAll(cell(s), `"`, `""`) + `"` }

func xmlText(s string) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err
}

func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func parseTemplate(r run, o Options) (*template.Template, error) {
	if o.Template == "" {
		return nil, errors.New("no template given")
	}
	return template.New("report").Option("missingkey=error").Funcs(templateFuncs(r)).Parse(o.Template)
}

func checkTemplate(o Options) error {
	_, err := parseTemplate(run{}, o)
	return err
}

func drawTemplate(w io.Writer, r run, o Options) error {
	t, err := parseTemplate(r, o)
	if err != nil {
		return err
	}
	return t.Execute(w, r.Entries)
}
