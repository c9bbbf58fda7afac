package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReportsArePairedInOrder(t *testing.T) {
	f, r := func(v string) reportArg { return reportArg{false, v} }, func(v string) reportArg { return reportArg{true, v} }
	cases := map[string]struct {
		given []reportArg
		want  []reportSpec
	}{
		"nothing":                            {nil, []reportSpec{{"text", ""}}},
		"a pair":                             {[]reportArg{f("json"), r("a")}, []reportSpec{{"json", "a"}}},
		"a pair, path first":                 {[]reportArg{r("a"), f("json")}, []reportSpec{{"json", "a"}}},
		"two pairs":                          {[]reportArg{f("json"), r("a"), f("sarif"), r("b")}, []reportSpec{{"json", "a"}, {"sarif", "b"}}},
		"formats, then paths":                {[]reportArg{f("json"), f("sarif"), r("a"), r("b")}, []reportSpec{{"json", "a"}, {"sarif", "b"}}},
		"a format for standard output":       {[]reportArg{f("text"), f("json"), r("a")}, []reportSpec{{"text", ""}, {"json", "a"}}},
		"a format for standard output, last": {[]reportArg{f("json"), r("a"), f("text")}, []reportSpec{{"json", "a"}, {"text", ""}}},
		"a path says its format":             {[]reportArg{r("a.sarif")}, []reportSpec{{"sarif", "a.sarif"}}},
		"a dash is standard output":          {[]reportArg{f("json"), r("-")}, []reportSpec{{"json", ""}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := (&reportList{given: c.given}).specs()
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(reportSpec{})); diff != "" {
				t.Errorf("specs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSecondsTakesDurationsAndNumbers(t *testing.T) {
	cases := map[string]struct {
		want time.Duration
		bad  bool
	}{
		"90s": {want: 90 * time.Second}, "90": {want: 90 * time.Second}, "10m": {want: 10 * time.Minute}, "0": {},
		"-1s": {bad: true}, "soon": {bad: true}, "": {bad: true}, "-5": {bad: true},
	}
	for text, c := range cases {
		var s seconds
		if err := s.Set(text); (err != nil) != c.bad || time.Duration(s) != c.want {
			t.Errorf("%q = %v, %v; want %v", text, time.Duration(s), err, c.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for text, want := range map[string]percent{"0": 0, "100": 100, "50%": 50} {
		var p percent
		if err := p.Set(text); err != nil || p != want {
			t.Errorf("%q = %d, %v; want %d", text, p, err, want)
		}
	}
	for _, text := range []string{"", "-1", "101", "half", "1.5"} {
		if err := new(percent).Set(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
