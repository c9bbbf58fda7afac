package detectors

import (
	"strings"
	"testing"
)

const goodAnswer = `[[answer]]
rule = "toy-key"
call = "verify"
name = "withdrawals allowed"
status = 200
body = '{"key": "{key}"}'
is = "live"
permissions = ["read", "withdraw"]
ips = ["192.0.2.1"]
source = "the provider's documentation"
`

func TestReadAnswers(t *testing.T) {
	swap := func(from, to string) string { return strings.Replace(goodAnswer, from, to, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"whole":                   {goodAnswer, ""},
		"one address as a text":   {swap(`["192.0.2.1"]`, `"192.0.2.1"`), ""},
		"no source":               {swap("source = ", "account = "), "source missing"},
		"a typing error":          {swap("status", "stauts"), "cases.toml:5: answer.stauts: unknown key"},
		"a status of no answer":   {swap("200", "100"), "status 100"},
		"a call of no kind":       {swap(`"verify"`, `"verify.0"`), `call "verify.0" is none of`},
		"an outcome of revoke":    {swap(`"live"`, `"done"`), `is "done" is none of live, restricted, dead, unknown`},
		"a lookup that found":     {swap(`"verify"`, `"verify.lookup"`), ""},
		"rights in another order": {swap(`["read", "withdraw"]`, `["withdraw", "read"]`), "not in the order"},
		"a right that is none":    {swap(`["read", "withdraw"]`, `["fly"]`), `permission "fly"`},
		"twice":                   {goodAnswer + goodAnswer, "cases.toml:11: answer[1]: named as the one of line 1"},
		"addresses as a number":   {swap(`["192.0.2.1"]`, `7`), "neither a text"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadCases("cases.toml", []byte(c.text))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}

func TestAnswersFitRules(t *testing.T) {
	rules := []Rule{{ID: "toy-key", Verify: &Call{Lookup: &Call{}}}}
	for name, c := range map[string]struct{ from, to, want string }{
		"fits":            {"", "", ""},
		"its lookup":      {`"verify"`, `"verify.lookup"`, ""},
		"another rule":    {`"toy-key"`, `"toy-token"`, `cases.toml:1: answer "withdrawals allowed": no rule is called "toy-token"`},
		"a call it lacks": {`"verify"`, `"verify.test"`, "rule toy-key has no call verify.test; it has verify, verify.lookup"},
	} {
		t.Run(name, func(t *testing.T) {
			cases, err := ReadCases("cases.toml", []byte(strings.Replace(goodAnswer, c.from, c.to, 1)))
			if err != nil {
				t.Fatal(err)
			}
			errs := cases.Fit(rules)
			if c.want == "" && len(errs) > 0 || c.want != "" && (len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want)) {
				t.Errorf("errors are %v, want %q", errs, c.want)
			}
		})
	}
}

func TestSample(t *testing.T) {
	cases, err := ReadCases("cases.toml", []byte(`
[[hit]]
name = "key alone"
rule = "toy"
missing = ["secret"]
text = '{{hex "key" 16}}'
parts = { key = '{{val "key"}}' }
[[hit]]
name = "whole"
rule = "toy"
text = '{{hex "key" 16}} {{hex "secret" 32}}'
parts = { key = '{{val "key"}}', secret = '{{val "secret"}}' }
[[hit]]
name = "with the optional part"
rule = "toy"
text = '{{hex "key" 16}} {{hex "secret" 32}} {{hex "memo" 4}}'
parts = { key = '{{val "key"}}', secret = '{{val "secret"}}', memo = '{{val "memo"}}' }
`))
	if err != nil {
		t.Fatal(err)
	}
	r := &Rule{ID: "toy", Parts: []Part{{Name: "key"}, {Name: "secret"}, {Name: "memo", Optional: true}}}
	one, err := cases.Sample(r, 1)
	if err != nil || len(one["key"]) != 16 || len(one["secret"]) != 32 || len(one) != 3 {
		t.Fatalf("sample is %q, %v", one, err)
	}
	again, _ := cases.Sample(r, 1)
	other, _ := cases.Sample(r, 2)
	if again["secret"] != one["secret"] || other["secret"] == one["secret"] || other["key"] == one["key"] {
		t.Errorf("samples of seeds 1, 1, 2: %q, %q, %q", one, again, other)
	}
	if _, err := cases.Sample(&Rule{ID: "another"}, 1); err == nil {
		t.Error("a rule without a case has a sample")
	}
}
