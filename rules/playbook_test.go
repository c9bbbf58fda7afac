package rules_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

// TestEveryRuleTellsAPersonWhatToDo holds every rule to a playbook: what to do in order, what to look at for damage, and
// where, when keys are managed on a page.
func TestEveryRuleTellsAPersonWhatToDo(t *testing.T) {
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		p := r.Playbook
		if len(p.Steps) == 0 || len(p.Damage) == 0 {
			t.Errorf("%s has %d steps and %d places to look for damage", r.ID, len(p.Steps), len(p.Damage))
		}
		u, err := url.Parse(p.Console)
		if noConsole := r.Kind == "wallet" || r.Fallback; p.Console == "" && !noConsole || p.Console != "" && (err != nil || u.Scheme != "https") {
			t.Errorf("%s: console %q is no page", r.ID, p.Console)
		}
		for _, s := range append(append(p.Steps, p.Damage...), p.Tell...) {
			if s = strings.TrimSpace(s); s == "" || !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q is no sentence", r.ID, s)
			}
		}
	}
}

// TestWalletKeysAreMovedByAPerson refuses any call that would send a wallet key somewhere.
func TestWalletKeysAreMovedByAPerson(t *testing.T) {
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Kind != "wallet" {
			continue
		}
		if len(r.Revoke)+len(r.Contain) > 0 {
			t.Errorf("%s has calls that change something", r.ID)
		}
		for c := range r.Calls() {
			for _, text := range []string{c.URL, c.Body} {
				for _, p := range detectors.Placeholders(text) {
					if r.Gives(p.Name) {
						t.Errorf("%s sends its %s in %s", r.ID, p.Name, c.Name)
					}
				}
			}
		}
	}
}
