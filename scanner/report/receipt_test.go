package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func TestReceiptsSurviveReading(t *testing.T) {
	var b bytes.Buffer
	findings := sample()
	if err := Render("json", &b, findings, Options{}); err != nil {
		t.Fatal(err)
	}
	first := b.String()
	read, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range read {
		if f.Credential.Rule.ID == "binance-api-key" {
			want := plannedReceipt()
			want.Plan.Account = "acct-iLeX****"
			for i := range want.Plan.Ways {
				want.Plan.Ways[i].Consents = list(want.Plan.Ways[i].Consents)
			}
			if diff := cmp.Diff(want, f.Receipt); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
		}
	}
	var again bytes.Buffer
	if err := Render("json", &again, read, Options{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again.String()); diff != "" {
		t.Errorf("json (-written +rendered anew):\n%s", diff)
	}
}

// TestEveryFormatTellsOfARevocation looks for how it ended, and for whom to tell, wherever a format has room for it.
func TestEveryFormatTellsOfARevocation(t *testing.T) {
	words := map[string]string{"json": `"Status": "contained"`, "jsonl": `"Status":"contained"`, "github": "Contained by", "html": "contained by", "template": `"contained"`, "sarif": "Contained by"}
	for _, name := range Formats() {
		got := string(render(t, name, sample(), complete(), Options{}))
		want := words[name]
		if want == "" {
			want = "contained by the key itself"
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s does not say %q", name, want)
		}
		if name != "csv" && !strings.Contains(got, "The owner of the account") {
			t.Errorf("%s does not say whom to tell", name)
		}
	}
}

func TestOutcomesHaveWords(t *testing.T) {
	for _, s := range []scanner.Outcome{scanner.Done, scanner.Requested, scanner.Refused, scanner.Failed, scanner.Contained, scanner.Planned, scanner.NoWay} {
		if got := outcome(s); got == "" || got == string(s) && s != scanner.Contained {
			t.Errorf("%s: %q", s, got)
		}
	}
}
