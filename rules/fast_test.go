package rules_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

// TestFastRulesComplete holds LoadFast to Load: the same rules, and after Complete the same calls and playbooks.
func TestFastRulesComplete(t *testing.T) {
	whole, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	fast, err := detectors.LoadFast(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{
		cmpopts.IgnoreUnexported(detectors.Rule{}, detectors.Part{}, detectors.Call{}),
		cmp.Comparer(func(a, b *detectors.Expression) bool { return a.String() == b.String() }),
		cmp.Comparer(func(a, b *regexp.Regexp) bool { return a.String() == b.String() }),
	}
	calls := 0
	for i := range fast {
		if fast[i].Verify != nil || fast[i].Playbook.Steps != nil {
			t.Fatalf("%s has its calls before Complete", fast[i].ID)
		}
		if err := fast[i].Complete(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole[i], fast[i], same); diff != "" {
			t.Errorf("%s (-Load +LoadFast):\n%s", whole[i].ID, diff)
		}
		if fast[i].Verify != nil {
			calls++
		}
	}
	if len(fast) != len(whole) || calls == 0 {
		t.Errorf("%d rules, want %d; %d of them verify", len(fast), len(whole), calls)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := detectors.Load(rules.FS); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadFast(b *testing.B) {
	for b.Loop() {
		if _, err := detectors.LoadFast(rules.FS); err != nil {
			b.Fatal(err)
		}
	}
}
