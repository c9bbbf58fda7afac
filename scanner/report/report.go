// Package report writes findings in the formats people and programs read, and reads its json back. Every format is
// drawn from the same entries, in which all values are masked before a format sees them.
package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// Options say how a report looks. The zero Options give a fully redacted report without colours.
type Options struct {
	Reveal   int              // percent of every secret to show, 0 to 100; --redact=N is Reveal 100-N
	Color    bool             // text: use ANSI colours
	Width    int              // text: columns to wrap prose at; 0 does not wrap
	Version  string           // version of keysweep, for sarif and html
	Title    string           // heading of html, junit and github; "keysweep" when empty
	Rules    []detectors.Rule // sarif: the rules of the run; those of the findings are added
	Template string           // template: its text
	Summary  string           // github: file that the job summary is appended to, as GITHUB_STEP_SUMMARY names it; empty for none
}

func (o Options) title() string {
	if o.Title == "" {
		return "keysweep"
	}
	return o.Title
}

// Writer is a sink that ends with the coverage of the run. Finish must be called once, after the last Write, before or
// after Close: most formats are written there. Close writes nothing and does not close the underlying writer. All
// methods are called from one goroutine.
type Writer interface {
	scanner.Sink
	Finish(scanner.Coverage) error
}

// run is what a format draws: entries in order and, when it is known, the coverage.
type run struct {
	Entries  []*entry
	Coverage *scanner.Coverage
}

type format struct {
	name  string
	draw  func(w io.Writer, r run, o Options) error
	check func(o Options) error // refuses unusable options before a scan starts; may be nil
}

var formats = []format{
	{name: "text", draw: drawText},
	{name: "json", draw: drawJSON},
	{name: "jsonl", draw: drawLines},
	{name: "sarif", draw: drawSARIF},
	{name: "csv", draw: drawCSV},
	{name: "junit", draw: drawJUnit},
	{name: "html", draw: drawHTML},
	{name: "github", draw: drawGitHub},
	{name: "template", draw: drawTemplate, check: checkTemplate},
}

// Formats returns the names of the formats.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

func formatOf(name string, o Options) (format, error) {
	for _, f := range formats {
		if f.name != name {
			continue
		}
		if f.check != nil {
			if err := f.check(o); err != nil {
				return format{}, fmt.Errorf("report format %s: %w", name, err)
			}
		}
		return f, nil
	}
	return format{}, fmt.Errorf("report format %q is none of %s", name, strings.Join(Formats(), ", "))
}

// New returns a Writer of the format, which must be one of Formats. It does not close w. A jsonl report is written line
// by line as findings arrive, every other when it is finished.
func New(name string, w io.Writer, o Options) (Writer, error) {
	f, err := formatOf(name, o)
	if err != nil {
		return nil, err
	}
	if name == "jsonl" {
		return &stream{w: w, o: o}, nil
	}
	return &collector{format: f, w: w, o: o}, nil
}

// Render writes findings whose run is not known, such as those that Read returns.
func Render(name string, w io.Writer, findings []scanner.Finding, o Options) error {
	f, err := formatOf(name, o)
	if err != nil {
		return err
	}
	return f.write(w, findings, nil, o)
}

// write masks, sorts and draws.
func (f format) write(w io.Writer, findings []scanner.Finding, c *scanner.Coverage, o Options) error {
	out := bufio.NewWriter(w)
	if err := f.draw(out, newRun(findings, c, o), o); err != nil {
		return fmt.Errorf("write %s report: %w", f.name, err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write %s report: %w", f.name, err)
	}
	return nil
}

func newRun(findings []scanner.Finding, c *scanner.Coverage, o Options) run {
	all := newMasks(o.Reveal)
	for _, f := range findings {
		all.addFinding(f)
	}
	r := run{Entries: make([]*entry, 0, len(findings))}
	for _, f := range findings {
		r.Entries = append(r.Entries, newEntry(f, all, o.Reveal))
	}
	sortEntries(r.Entries)
	if c != nil {
		r.Coverage = all.coverage(*c)
	}
	return r
}

var errFinished = errors.New("report is finished already")

type collector struct {
	format   format
	w        io.Writer
	o        Options
	findings []scanner.Finding
	done     bool
}

func (c *collector) Write(f scanner.Finding) error {
	if c.done {
		return errFinished
	}
	c.findings = append(c.findings, f)
	return nil
}

func (c *collector) Close() error { return nil }

func (c *collector) Finish(cov scanner.Coverage) error {
	if c.done {
		return errFinished
	}
	c.done = true
	return c.format.write(c.w, c.findings, &cov, c.o)
}
