package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keysweep/keysweep/scanner"
)

// drawCSV writes gitleaks' columns in its order, then what it has no column for.
func drawCSV(w io.Writer, r run, _ Options) error {
	out := csv.NewWriter(w)
	rows := [][]string{strings.Split("RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,StartColumn,EndColumn,"+
		"Author,Message,Date,Email,Fingerprint,Tags,Link,Provider,Severity,Confidence,Environment,Verdict,Occurrences,Version,Access,Receipt,"+
		"Reason,Account,SubAccount,Label,Permissions,IPs,Expires,Holdings", ",")}
	for _, e := range r.Entries {
		rows = append(rows, csvRow(e))
	}
	return out.WriteAll(rows)
}

func csvRow(e *entry) []string {
	row := []string{
		e.RuleID, e.Commit, e.File, e.SymlinkFile, e.Secret, e.Match,
		strconv.Itoa(e.StartLine), strconv.Itoa(e.EndLine), strconv.Itoa(e.StartColumn), strconv.Itoa(e.EndColumn),
		e.Author, e.Message, e.Date, e.Email, e.Fingerprint, strings.Join(e.Tags, " "), e.Link,
		e.Provider, e.Severity.String(), e.Confidence.String(), e.Environment, string(e.Verdict.Status), strconv.Itoa(len(e.Occurrences)),
	}
	row = append(append(row, csvObject(e)...), receiptCell(e))
	v := e.Verdict
	row = append(row, v.Reason, v.Account, v.Sub, v.Label, strings.Join(e.Permissions, " "), strings.Join(v.IPs, " "), v.Expires, factText(v.Holdings))
	for i := range row {
		row[i] = cell(row[i])
	}
	return row
}

func factText(all facts) string {
	var out []string
	for _, f := range all {
		out = append(out, f.Name+" "+f.Value)
	}
	return strings.Join(out, "; ")
}

// csvObject returns the version that the row's file is of, and the widest access that any place of the finding has.
func csvObject(e *entry) []string {
	version, access := "", scanner.AccessUnknown
	for i, o := range e.Occurrences {
		if o.Object == nil {
			continue
		}
		if i == 0 {
			version = o.Object.Version
		}
		if access != scanner.Public && o.Object.Access != scanner.AccessUnknown {
			access = o.Object.Access
		}
	}
	return []string{version, string(access)}
}

func receiptCell(e *entry) string {
	if e.Receipt == nil {
		return ""
	}
	return e.Receipt.sentence()
}

// cell keeps a spreadsheet from running a text as a formula: one that starts like a formula, behind spaces too, or in
// the wide forms that East Asian editions accept, is led by an apostrophe. Line breaks, tabs and other control characters become
// visible text.
func cell(s string) string {
	if s != "" && strings.ContainsRune("\t\r\n", rune(s[0])) {
		return "'" + plain(s)
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, unicode.IsSpace))
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + plain(s)
	}
	return plain(s)
}
