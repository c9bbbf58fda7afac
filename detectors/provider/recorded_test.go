package provider

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

// TestRecordedAnswers judges every answer of the cases files, those of revocations and lookups too, by the rows of its
// call, and wants one for each row.
func TestRecordedAnswers(t *testing.T) {
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*detectors.Rule{}
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	names, err := fs.Glob(rules.FS, "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	judged := map[*detectors.Reply]bool{}
	for _, name := range names {
		judgeFile(t, name, byID, judged)
	}
	for i := range all {
		for c := range all[i].Calls() {
			for j := range c.Replies {
				if !judged[&c.Replies[j]] {
					t.Errorf("%s, %s: no recorded answer fits row %d, %s %s", all[i].ID, c.Name, j, c.Replies[j].Is, c.Replies[j].Reason)
				}
			}
		}
	}
}

func judgeFile(t *testing.T, name string, byID map[string]*detectors.Rule, judged map[*detectors.Reply]bool) {
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "providers", name))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := detectors.ReadCases(name, text)
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string]map[string]string{}
	for _, a := range cases.Answer {
		r := byID[a.Rule]
		call := r.CallAt(a.Call)
		if call == nil {
			continue // the cases test says so
		}
		if samples[a.Rule] == nil {
			if samples[a.Rule], err = sampled(cases, r); err != nil {
				t.Fatal(err)
			}
		}
		v := &values{parts: samples[a.Rule]}
		v.lookup = takenBefore(cases, a, call, v)
		row, is := judgeRecorded(a, call, v)
		judged[row] = true
		if is != a.Is {
			t.Errorf("%s, %s, %q: judged %s, want %s", a.Rule, a.Call, a.Name, is, a.Is)
		}
	}
}

// sampled returns the parts of a made-up credential and the pieces that are cut out of them.
func sampled(cases *detectors.Cases, r *detectors.Rule) (map[string]string, error) {
	parts, err := cases.Sample(r, 1)
	if err != nil {
		return nil, err
	}
	cred := detectors.Credential{Rule: r, Parts: map[string]detectors.Secret{}}
	for name, value := range parts {
		cred.Parts[name] = detectors.NewSecret(value)
	}
	for name, value := range cred.Values() {
		parts[name] = value.Reveal()
	}
	return parts, nil
}

// takenBefore is what the call made first takes from the answer that lets a call go on.
func takenBefore(cases *detectors.Cases, a detectors.Answer, call *detectors.Call, v *values) string {
	if call.Lookup == nil || len(call.Lookup.Take) == 0 {
		return ""
	}
	for _, first := range cases.Answer {
		if first.Rule == a.Rule && first.Call == a.Call+".lookup" && first.Is == "found" {
			text, _ := scalarText(find(received(first, v).doc, call.Lookup.Take, v))
			return text
		}
	}
	return ""
}

func received(a detectors.Answer, v *values) *answer {
	ans := &answer{status: a.Status, header: http.Header{}, body: v.plain(a.Body)}
	for name, value := range a.Headers {
		ans.header.Set(name, value)
	}
	ans.understand()
	return ans
}

// judgeRecorded returns the row that fits a recorded answer, and what the answer means.
func judgeRecorded(a detectors.Answer, call *detectors.Call, v *values) (*detectors.Reply, string) {
	ans := received(a, v)
	if ans.fault != "" {
		return nil, "unknown"
	}
	row := ans.row(call.Replies, v)
	if row == nil {
		return nil, "unknown"
	}
	return row, string(row.Is)
}
