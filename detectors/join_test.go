package detectors

import "testing"

func TestJoinTakesTwoHalvesOfOneRule(t *testing.T) {
	rule := &Rule{ID: "acme-api-key", Provider: "acme", Severity: High}
	half := func(rule *Rule, provider, part, missing string) Match {
		return Match{Credential: Credential{Rule: rule, Provider: provider, Parts: map[string]Secret{part: NewSecret(part)}}, Missing: []string{missing}, Confidence: Sure}
	}
	key, secret := half(rule, "acme", "key", "secret"), half(rule, "acme", "secret", "key")
	secret.Environment = "testnet"
	j := Join(key, secret)
	if j == nil || len(j.Credential.Parts) != 2 || len(j.Missing) != 0 || j.Severity != Medium || j.Confidence != Likely || j.Environment != "testnet" {
		t.Errorf("got %+v", j)
	}
	if len(key.Credential.Parts) != 1 || len(key.Notes) != 0 {
		t.Errorf("the half was changed: %+v", key)
	}
	for name, other := range map[string]Match{
		"the same part":    key,
		"another rule":     half(&Rule{ID: "other"}, "acme", "secret", "key"),
		"another provider": half(rule, "bolt", "secret", "key"),
	} {
		if j := Join(key, other); j != nil {
			t.Errorf("%s: got %+v", name, j)
		}
	}
}
