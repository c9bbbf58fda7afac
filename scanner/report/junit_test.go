package report

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func readJUnit(t *testing.T, findings []scanner.Finding, c scanner.Coverage) junitSuites {
	t.Helper()
	var got junitSuites
	if err := xml.Unmarshal(render(t, "junit", findings, c, Options{}), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestJUnitCountsFindingsAsFailures(t *testing.T) {
	got := readJUnit(t, sample(), complete())
	if diff := cmp.Diff([]int{5, 4, 0, 5}, []int{got.Tests, got.Failures, got.Errors, len(got.Suite.Cases)}); diff != "" {
		t.Errorf("tests, failures, errors, cases (-want +got):\n%s", diff)
	}
}

func TestJUnitHasAnErrorWhenTheRunWasIncomplete(t *testing.T) {
	got := readJUnit(t, nil, incomplete())
	if got.Errors != 1 || got.Suite.Cases[0].Error == nil || !strings.Contains(got.Suite.Cases[0].Error.Text, "INCOMPLETE") {
		t.Errorf("got %+v", got)
	}
}

func TestJUnitOfACleanRunPasses(t *testing.T) {
	got := readJUnit(t, nil, complete())
	want := []junitCase{{Class: "keysweep", Name: "everything was read"}}
	if diff := cmp.Diff(want, got.Suite.Cases); diff != "" || got.Failures+got.Errors != 0 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestJUnitKeepsHostileTextInItsElement(t *testing.T) {
	got := readJUnit(t, []scanner.Finding{hostileFinding()}, complete())
	text := got.Suite.Cases[0].Failure.Text
	if len(got.Suite.Cases) != 2 || !strings.Contains(text, `]]>{{.}}`) || strings.ContainsAny(text, "\x1b\x00") {
		t.Errorf("got %+v", got.Suite.Cases)
	}
}
