package detectors_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/check"
)

type vector struct {
	Kind    string
	Value   string
	Valid   bool
	Derived map[string]any
	Source  string
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("../testdata/wallets/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []vector
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// outOfReach lists the valid rows that a scan does not report, by value or by kind, with the reason.
var outOfReach = map[string]string{
	"x8":                    "two characters: a scan asks for 12, 13 or 24 list words",
	"9dk":                   "three characters: a scan asks for 12, 13 or 24 list words",
	"abandon bike":          "two words: a scan asks for 12, 13 or 24 list words",
	"descriptor-checksum":   "a descriptor without a private key is no secret",
	"0x111":                 "three digits: a token has sixteen characters at least",
	"0x222":                 "three digits: a token has sixteen characters at least",
	"//Alice":               "names the published development phrase and holds no secret",
	"eth2-keystore-eip2335": "the row names the file instead of quoting it",
	"like like like like like like like like like like like like": "one word twelve times is taken for prose, not for a seed",
}

// spoken are the names that values without a checksum need.
var spoken = map[string]string{
	"electrum-v1": "electrum_seed", "btc-minikey": "minikey", "monero-private-spend-key": "private_spend_key", "cln-rune": "cln_rune",
	"starknet-private-key": "starknet_private_key", "starknet-private-key-famous-test": "starknet_private_key", "substrate-seed-hex": "polkadot_seed",
	"sui-keystore-base64": "sui_keystore", "eos-legacy-wif": "eos_private_key", "eos-legacy-wif-famous-test": "eos_private_key",
	"evm-private-key": "private_key", "evm-private-key-famous-test": "private_key", "hex64-not-a-secret": "transaction_hash",
}

// written puts a value into the syntaxes that fit it.
func written(v vector) map[string]string {
	name := spoken[v.Kind]
	if name == "" {
		name = "wallet_secret"
	}
	if strings.HasPrefix(v.Value, "{") || strings.HasPrefix(v.Value, "-----") {
		return map[string]string{
			"key.json":  v.Value + "\n",
			"setup.sh":  "cat > key <<'EOF'\n" + v.Value + "\nEOF\n",
			"sign.py":   "KEY = \"\"\"" + v.Value + "\"\"\"\n",
			"main.go":   "const key = `" + v.Value + "`\n",
			"notes.txt": "the file:\n\n" + v.Value + "\n\nkeep it\n",
		}
	}
	quote := `"`
	if strings.HasPrefix(v.Value, "[") {
		quote = ""
	}
	return map[string]string{
		".env":        strings.ToUpper(name) + "=" + quote + v.Value + quote + "\n",
		"config.yaml": "network: mainnet\n" + name + ": " + quote + v.Value + quote + "\n",
		"config.json": `{"` + name + `": ` + quote + v.Value + quote + "}\n",
		"main.py":     name + " = " + quote + v.Value + quote + "\n",
	}
}

func compileBuiltin(t *testing.T, o detectors.Options) *detectors.Set {
	t.Helper()
	all, err := detectors.Load(os.DirFS("../rules"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := detectors.Compile(all, o)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestVectorsInText(t *testing.T) {
	all, plain := compileBuiltin(t, detectors.Options{Famous: true}), compileBuiltin(t, detectors.Options{})
	for i, v := range readVectors(t) {
		for path, text := range written(v) {
			t.Run(fmt.Sprintf("%03d %s in %s", i, v.Kind, path), func(t *testing.T) {
				if reason := outOfReach[v.Value] + outOfReach[v.Kind]; reason != "" && v.Valid {
					t.Skip(reason)
				}
				found := slices.Collect(all.Scan([]byte(text), detectors.Hint{Path: path}))
				if !v.Valid {
					rejectVector(t, v, found)
					return
				}
				m := holding(found, v.Value)
				if m == nil {
					t.Fatalf("not found in %q: %v", text, rules(found))
				}
				if strings.HasSuffix(v.Kind, "-famous-test") && m.Famous == "" {
					t.Errorf("%s does not know it as published test material", m.Credential.Rule.ID)
				}
				compareIdentity(t, v, m)
				quiet := holding(slices.Collect(plain.Scan([]byte(text), detectors.Hint{Path: path})), v.Value)
				if (quiet == nil) != (m.Famous != "") {
					t.Errorf("known as %q, and reported by default: %v", m.Famous, quiet != nil)
				}
			})
		}
	}
}

// otherwise are invalid rows whose value is a secret of another kind.
var otherwise = map[string]string{
	"ton-mnemonic-24": "bip39-mnemonic",
	"lnd-aezeed":      "bip39-mnemonic",
	"btc-minikey":     "",
}

func rejectVector(t *testing.T, v vector, found []detectors.Match) {
	t.Helper()
	for _, m := range found {
		if m.Famous == "" && m.Credential.Rule.ID != otherwise[v.Kind] {
			t.Errorf("found by %s: %s", m.Credential.Rule.ID, v.Source)
		}
	}
}

func rules(found []detectors.Match) []string {
	var ids []string
	for _, m := range found {
		ids = append(ids, m.Credential.Rule.ID)
	}
	return ids
}

// holding returns the match whose value is v, or part of it.
func holding(found []detectors.Match, v string) *detectors.Match {
	squash := strings.NewReplacer(" ", "", "\u3000", "", "\n", "")
	want := squash.Replace(check.NormalizeWord(v))
	for i := range found {
		for _, p := range found[i].Credential.Parts {
			if got := squash.Replace(check.NormalizeWord(p.Reveal())); got != "" && strings.Contains(want, got) {
				return &found[i]
			}
		}
	}
	return nil
}

// identities are the derived values that a finding shows, and the names it may show them under.
var identities = map[string][]string{
	"evm_address": {"evm_address"}, "c_address": {"evm_address"}, "btc_p2wpkh_m84": {"btc_p2wpkh"}, "bip32_fingerprint": {"fingerprint"},
	"xpub": {"xpub"}, "npub": {"nostr_npub"}, "stark_key": {"stark_key"}, "peer_id": {"peer_id"}, "recipient": {"age_recipient"},
	"address": nil, "public_key": nil, "eos_public": {"eos_public_key"}, "implicit_account": {"near_account"}, "auth_key_address": {"aptos_account"},
}

// hidden are kinds whose file does not show the derived value.
var hidden = map[string]bool{"evm-keystore-v3": true, "substrate-mnemonic": true}

func compareIdentity(t *testing.T, v vector, m *detectors.Match) {
	t.Helper()
	for name, want := range v.Derived {
		names, ok := identities[name]
		if !ok || hidden[v.Kind] {
			continue
		}
		if !slices.ContainsFunc(m.Identity, func(f detectors.Fact) bool {
			return (names == nil || slices.Contains(names, f.Name)) && f.Value == fmt.Sprint(want)
		}) {
			t.Errorf("%s shows %v, want %s %v", m.Credential.Rule.ID, m.Identity, name, want)
		}
	}
}
