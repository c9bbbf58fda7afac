package issuer_test

import (
	"slices"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/internal/issuer"
)

// TestAccountsTellWhoWasHit runs calls that name the wrong key, as a careless adapter would, and wants the account to
// know which one that was.
func TestAccountsTellWhoWasHit(t *testing.T) {
	s := newStand(t, issuer.Options{})
	for name, c := range map[string]struct {
		rule, take string
		want       []string
	}{
		"the first key of a list":  {rule: "whitebit-api-key", take: "data.0.id", want: []string{"another", "twin"}},
		"an id that nobody has":    {rule: "whitebit-api-key", take: "total", want: nil},
		"the key that the list is": {rule: "whitebit-api-key", take: "data[apiKey={key}].id", want: []string{"leaked"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.rule(t, c.rule)
			call, lookup := *r.Revoke[0], *r.Revoke[0].Lookup
			take, err := detectors.ParsePath(c.take)
			if err != nil {
				t.Fatal(err)
			}
			lookup.Take, call.Lookup = take, &lookup
			at := (&revocation{stand: s, rule: r, call: &call}).scene(t, false)
			at.revoke(t)
			got := at.account.Ended()
			if len(c.want) == 0 && len(got) > 0 || len(c.want) > 0 && (len(got) != 1 || !slices.Contains(c.want, got[0])) {
				t.Errorf("ended are %q, want one of %q", got, c.want)
			}
		})
	}
}

// TestAccountsSeeLooseArguments has a call that does not name the leaked key as its argument.
func TestAccountsSeeLooseArguments(t *testing.T) {
	s := newStand(t, issuer.Options{})
	r := s.rule(t, "bybit-api-key")
	i := slices.IndexFunc(r.Revoke, func(c *detectors.Call) bool { return c.Way == detectors.WayMaster })
	if i < 0 {
		t.Fatal("no call of the master")
	}
	call := *r.Revoke[i]
	call.Body = `{}` // Bybit ends the key that makes such a call
	at := (&revocation{stand: s, rule: r, call: &call}).scene(t, false)
	at.revoke(t)
	if got := at.account.Ended(); len(got) > 0 {
		t.Errorf("ended are %q", got)
	}
	if at.receipt.Status == "done" {
		t.Error("the receipt says done")
	}
}

func (s *stand) rule(t *testing.T, id string) *detectors.Rule {
	t.Helper()
	i := slices.IndexFunc(s.rules, func(r detectors.Rule) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("no rule %s", id)
	}
	return &s.rules[i]
}
