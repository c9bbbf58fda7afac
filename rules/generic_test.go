package rules_test

import (
	"slices"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

func TestGenericRulesWhenEnabled(t *testing.T) {
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"generic-secret", "generic-hex-secret"}
	set, err := detectors.Compile(all, detectors.Options{Enable: ids})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"secret in YAML", "acme:\n  webhook_secret: q7Zt2LwX9pV1tN8bKd4RmYc6JhS3fGaE", 1},
		{"password in an env file", "ACME_PASSWORD=q7Zt2LwX9pV1tN8bKd4RmYc6", 1},
		{"hex in code", `const clientSecret = "9f3a1c7be2d84f60a5b1c3d7e9f02468";`, 1},
		{"public key", "ACME_PUBLIC_KEY=q7Zt2LwX9pV1tN8bKd4RmYc6JhS3fGaE", 0},
		{"UUID", "acme_token: 3f2b8a10-6d5e-4c7b-9a1f-0e2d4c6b8a90", 0},
		{"commit under a name with key", "cache_key: 9f3a1c7be2d84f60a5b1c3d7e9f0246813579bdf", 0},
		{"path", "token_path: /var/run/secrets/kubernetes.io/serviceaccount/token", 0},
		{"words", "password: this-is-not-a-password-at-all-really", 0},
		{"words that hold key", "monkey: q7Zt2LwX9pV1tN8bKd4RmYc6JhS3fGaE\nkeyboard: q7Zt2LwX9pV1tN8bKd4RmYc6JhS3fGaE", 0},
		{"reference", `password = "${ACME_PASSWORD_OF_PRODUCTION_2024}"`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := slices.Collect(set.Scan([]byte(c.text), detectors.Hint{Path: "config/app.yml"}))
			if len(found) != c.want {
				t.Errorf("%d findings, want %d", len(found), c.want)
			}
			for _, m := range found {
				if m.Severity != detectors.Low || m.Confidence != detectors.Unsure {
					t.Errorf("severity %s, confidence %s; both are low", m.Severity, m.Confidence)
				}
			}
		})
	}
}
