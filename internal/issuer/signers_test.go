package issuer_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
)

// signerKey makes the configured credential that the call signs with.
func (r *revocation) signerKey(t *testing.T) map[string]detectors.Secret {
	t.Helper()
	digits := func() string { return fmt.Sprint(700000000 + int(random(t)[0])*100000 + int(random(t)[1])) }
	out := map[string]detectors.Secret{}
	for _, c := range []*detectors.Call{r.call, r.call.Lookup} {
		if c == nil {
			continue
		}
		text := c.URL + c.Body + c.Each
		for _, h := range c.Headers {
			text += h
		}
		for _, p := range detectors.Placeholders(text) {
			if name, ok := strings.CutPrefix(p.Name, "signer."); ok && name != "key" {
				out[name] = detectors.NewSecret(digits())
			}
		}
	}
	key, secret := hex.EncodeToString(random(t)), hex.EncodeToString(random(t))
	if r.call.Sign != nil && r.call.Sign.Scheme == "turnkey" {
		pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		scalar, err := pair.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		secret = hex.EncodeToString(scalar)
	}
	for name, text := range map[string]string{"key": key, "secret": secret, "passphrase": hex.EncodeToString(random(t))[:12], "token": hex.EncodeToString(random(t))} {
		out[name] = detectors.NewSecret(text)
	}
	return out
}

func random(t *testing.T) []byte {
	t.Helper()
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return b
}
