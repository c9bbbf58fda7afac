package report

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func TestCSVStartsWithTheColumnsOfGitleaks(t *testing.T) {
	got := string(render(t, "csv", nil, complete(), Options{}))
	want := "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,StartColumn,EndColumn,Author,Message,Date,Email,Fingerprint,Tags,Link,"
	if !strings.HasPrefix(got, want) {
		t.Errorf("header is %s", got)
	}
}

func TestCSVCellsAreNoFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": `'\x09=1`, "\r=1": `'\x0d=1`, "\n=1": `'\x0a=1`,
		"  =1": "'  =1", "＝1": "'＝1", "\u00a0=1": "'\u00a0=1", "a=1": "a=1", "": "", "config/a.env": "config/a.env", "'=1": "'=1",
	} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCSVKeepsHostileTextInItsCell(t *testing.T) {
	rows := readCSV(t, []scanner.Finding{hostileFinding()})
	got := []any{len(rows), len(rows[1]), rows[1][0], rows[1][2][:2]}
	if diff := cmp.Diff([]any{2, len(rows[0]), "pem-key", "'="}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func readCSV(t *testing.T, findings []scanner.Finding) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(render(t, "csv", findings, complete(), Options{})))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func FuzzCSV(f *testing.F) {
	f.Add(hostile)
	f.Add("\u3000=x\",\n=y")
	f.Fuzz(func(t *testing.T, s string) {
		one := hostileFinding()
		one.Environment = s
		one.Occurrences[0].File, one.Occurrences[0].Author, one.Occurrences[0].Match, one.Occurrences[0].Message = s, s, s, s
		rows := readCSV(t, []scanner.Finding{one})
		if len(rows) != 2 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("%d rows", len(rows))
		}
		for _, c := range rows[1] {
			first, _ := utf8.DecodeRuneInString(strings.TrimSpace(c))
			if strings.ContainsRune("=+-@＝＋－＠", first) || strings.ContainsAny(c, "\x00\x1b\r\n\t") || !utf8.ValidString(c) {
				t.Errorf("cell %q of %q", c, s)
			}
		}
	})
}
