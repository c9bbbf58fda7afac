package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/keysweep/keysweep/scanner"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Time     string     `xml:"time,attr,omitempty"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr,omitempty"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",cdata"`
}

// drawJUnit writes one failed test per finding, and one more that says whether everything was read: it passes, or is an
// error.
func drawJUnit(w io.Writer, r run, o Options) error {
	s := junitSuite{Name: o.title()}
	for _, e := range r.Entries {
		one, err := junitFinding(e)
		if err != nil {
			return err
		}
		s.Cases = append(s.Cases, one)
		s.Failures++
	}
	if r.Coverage != nil {
		s.Time = fmt.Sprintf("%.3f", r.Coverage.Elapsed.Seconds())
		s.Cases = append(s.Cases, junitCoverage(r.Coverage))
		if !r.Coverage.Complete {
			s.Errors = 1
		}
	}
	s.Tests = len(s.Cases)
	all := junitSuites{Name: s.Name, Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Time: s.Time, Suite: s}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func junitFinding(e *entry) (junitCase, error) {
	var details strings.Builder
	p := &page{w: &details}
	p.entry(e)
	name := cmp.Or(e.Description, e.RuleID)
	if len(e.Occurrences) > 0 {
		name += " in " + place(e.Occurrences[0])
	}
	return junitCase{
		Class: plain(e.RuleID), Name: plain(name), File: plain(e.File), Line: e.StartLine,
		Failure: &junitProblem{Type: e.Severity.String(), Message: plain(headline(e)), Text: "\n" + details.String()},
	}, p.err
}

func junitCoverage(c *scanner.Coverage) junitCase {
	out := junitCase{Class: "keysweep", Name: "everything was read"}
	if c.Complete {
		return out
	}
	var details strings.Builder
	p := &page{w: &details}
	p.coverage(c)
	out.Error = &junitProblem{Type: "incomplete", Message: "not everything could be read: " + plain(why(c)), Text: "\n" + details.String()}
	return out
}
