package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadUpdates(t *testing.T) {
	a, b, zero := strings.Repeat("a", 40), strings.Repeat("b", 40), strings.Repeat("0", 40)
	cases := map[string]struct {
		text string
		at   updateColumns
		want []refUpdate
		bad  bool
	}{
		"a push to a branch":  {"refs/heads/x " + a + " refs/heads/x " + b + "\n", prePushColumns, []refUpdate{{b, a}}, false},
		"a push of a new one": {"refs/heads/x " + a + " refs/heads/x " + zero, prePushColumns, []refUpdate{{"", a}}, false},
		"a pushed deletion":   {"(delete) " + zero + " refs/heads/x " + b + "\n", prePushColumns, nil, false},
		"a received branch":   {a + " " + b + " refs/heads/x\n", preReceiveColumns, []refUpdate{{a, b}}, false},
		"a received deletion": {a + " " + zero + " refs/heads/x\n", preReceiveColumns, nil, false},
		"SHA-256":             {strings.Repeat("a", 64) + " " + strings.Repeat("c", 64) + " refs/heads/x\n", preReceiveColumns, []refUpdate{{strings.Repeat("a", 64), strings.Repeat("c", 64)}}, false},
		"nothing":             {"", prePushColumns, nil, false},
		"too few words":       {a + " " + b + "\n", preReceiveColumns, nil, true},
		"an option as an id":  {"--all " + b + " refs/heads/x\n", preReceiveColumns, nil, true},
		"the other hook":      {a + " " + b + " refs/heads/x\n", prePushColumns, nil, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := readUpdates(strings.NewReader(c.text), c.at)
			if (err != nil) != c.bad {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(refUpdate{})); diff != "" {
				t.Errorf("updates (-want +got):\n%s", diff)
			}
		})
	}
}
