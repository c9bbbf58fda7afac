package detectors

import (
	"slices"
	"strings"
	"testing"
)

// TestNameIndexIsExact compares the index with the expressions themselves, twice, since it keeps its answers.
func TestNameIndexIsExact(t *testing.T) {
	s := builtIn(t, func(*Rule) bool { return true })
	names := []string{
		"", "api_key", "secret", "monkey", "pk", "pk_2", "packet", "integrity", "x", "binance_api_secret", "tx_hash", "deployer_private_key", "wallet_3", "id",
		"client_id", "priv", "private", "privates", "stark_priv", "sk_10", "token_id", "qt_rt", "base_url",
	}
	for _, l := range s.needy {
		for _, sh := range l.shapes {
			names = append(names, sh.part.Name, strings.ReplaceAll(sh.rule.ID, "-", "_"))
		}
	}
	for range 2 {
		for _, name := range names {
			want := slices.ContainsFunc(s.partNames(), func(p namePattern) bool { return p.in(name) })
			if got := s.names.any(name); got != want {
				t.Errorf("%q: %v, the expressions say %v", name, got, want)
			}
		}
	}
	for _, call := range []string{"Ed25519PrivateKey", "KeyPair.fromString", "print", "Account/2", "Account/1", "web3.eth.account.from_key", "new ethers.Wallet"} {
		if got, want := s.callers.any(call), s.calls.in(call); got != want {
			t.Errorf("call %q: %v, the expression says %v", call, got, want)
		}
	}
}
