package check

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

type vector struct {
	Kind    string
	Value   string
	Valid   bool
	Derived map[string]any
	Source  string
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("../../testdata/wallets/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []vector
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// kindChecks names the check of the kinds that are not called like it.
var kindChecks = map[string]string{
	"hex64-not-a-secret":           "evm-private-key",
	"slip132-yprv":                 "xprv",
	"slip132-zprv":                 "xprv",
	"slip132-xprv-account":         "xprv",
	"stellar-public-not-secret":    "stellar-seed",
	"near-public-not-secret":       "near-secret-key",
	"nostr-npub-not-secret":        "nostr-nsec",
	"bip39-english-nostr-nip06":    "bip39",
	"bip39-english-cardano-icarus": "bip39",
	"monero-13-mymonero":           "monero-13",
}

func (v vector) check() string {
	if name, ok := kindChecks[v.Kind]; ok {
		return name
	}
	return strings.TrimSuffix(strings.TrimSuffix(v.Kind, "-famous-test"), "-english")
}

// derivedFacts says under which fact names a derived value of the vectors may appear; another one may have any name.
var derivedFacts = map[string][]string{
	"evm_address":                 {"evm_address"},
	"c_address":                   {"evm_address"},
	"btc_p2wpkh_m84":              {"btc_p2wpkh"},
	"bip32_fingerprint":           {"fingerprint"},
	"master_or_child_fingerprint": {"fingerprint"},
	"fingerprint":                 {"fingerprint"},
	"xpub":                        {"xpub"},
	"p2pkh":                       {"btc_p2pkh", "ltc_p2pkh", "doge_p2pkh", "dash_p2pkh"},
	"p2wpkh":                      {"btc_p2wpkh", "ltc_p2wpkh"},
	"bitcoin_p2pkh":               {"btc_p2pkh"},
	"eos_public":                  {"eos_public_key"},
	"npub":                        {"nostr_npub"},
}

// notShown are derived values of the vectors that a proof leaves out, with the reason.
var notShown = map[string]string{
	"entropy": "private", "privkey_hex": "private", "nostr_privkey": "private", "hex": "private", "icarus_master": "private", "seed": "private",
	"private_spend_key": "private", "private_view_key": "private", "hex_seed": "private", "master_secret": "private", "passphrase": "private",
	"password": "private", "private_key": "private", "secret": "private", "mini_secret": "private", "base64": "private", "authcode_prefix": "private",
	"path": "text", "network": "text", "coin": "text", "note": "text", "algorithm": "text", "type": "text", "scheme": "text", "hrp": "text",
	"reason": "of a rejection", "our_check": "of a rejection", "is_valid_secp256k1_scalar": "of a rejection",
	"also_valid_bip39": "cross-check", "valid_bip39": "cross-check",
	"words": "structure", "separator": "structure", "depth": "structure", "version_byte": "structure", "compressed": "structure", "version": "structure",
	"base58_form_len": "structure", "length": "structure", "lot_sequence": "structure", "prefix_bytes": "structure", "payload_len": "structure",
	"len": "structure", "flag": "structure", "string_len": "structure", "log_n": "structure", "signature_len": "structure", "clamp_ok": "structure",
	"base64_prefix": "structure", "wallet_service_pubkey_on_curve": "structure", "crc24": "structure", "encrypted": "structure",
	"published_account":           "depends on the account contract",
	"address_old_ripemd160_amino": "an address rule that is no longer used",
}

// unsupported lists rows that a check cannot serve, by value, with the reason.
var unsupported = map[string]string{
	"x8":  "Electrum's check accepts any text; ours asks for 12, 13 or 24 list words",
	"9dk": "Electrum's check accepts any text; ours asks for 12, 13 or 24 list words",
	"EIP-2335 PBKDF2 test vector JSON (uuid 64625def-3331-4eea-ab6f-782f3ed16a83)": "the row names the file instead of quoting it",
	"abandon bike": "Electrum's check accepts any text; ours asks for 12, 13 or 24 list words",
}

func TestEveryVectorProvesItsIdentity(t *testing.T) {
	for i, v := range readVectors(t) {
		t.Run(fmt.Sprintf("%03d %s", i, v.Kind), func(t *testing.T) {
			if reason, ok := unsupported[v.Value]; ok {
				t.Skip(reason)
			}
			check, ok := ByName(v.check())
			if !ok {
				t.Fatalf("no check %q", v.check())
			}
			proof, ok := check(v.Value)
			if ok != v.Valid {
				t.Fatalf("%s(%.40s...) = %v, want %v (%s)", v.check(), v.Value, ok, v.Valid, v.Source)
			}
			if ok {
				compareDerived(t, v, proof)
			}
		})
	}
}

// underPassword are derived values that only a password gives.
var underPassword = map[string]string{"tezos-encrypted-key": "published_address", "evm-keystore-v3": "address", "eth2-keystore-eip2335": "secret"}

func compareDerived(t *testing.T, v vector, p Proof) {
	t.Helper()
	if strings.HasSuffix(v.Kind, "-famous-test") && p.Famous == "" {
		t.Errorf("not known as famous: %+v", p)
	}
	for name, want := range v.Derived {
		if _, ok := notShown[name]; ok || underPassword[v.Kind] == name {
			continue
		}
		if fact, ok := indirect(v.Kind, name, fmt.Sprint(want)); ok {
			if !slices.Contains(p.Facts, fact) {
				t.Errorf("%s: got facts %+v, want %+v", name, p.Facts, fact)
			}
			continue
		}
		names, named := derivedFacts[name]
		found := slices.ContainsFunc(p.Facts, func(f Fact) bool {
			return (!named || slices.Contains(names, f.Name)) && f.Value == strings.Trim(fmt.Sprint(want), "[]")
		})
		if !found {
			t.Errorf("%s: got facts %+v, want one of %v to be %v", name, p.Facts, names, want)
		}
	}
}

// indirect gives the fact that stands for a derived value which the proof cannot show as it is: what is under a password is
// known by a hash at most.
func indirect(kind, name, want string) (Fact, bool) {
	switch {
	case kind == "bip38-encrypted" && (name == "p2pkh" || name == "published_address"):
		sum := sha256d([]byte(want))
		return Fact{"address_hash", hex.EncodeToString(sum[:4])}, true
	case name == "bls_pubkey":
		return Fact{"validator_public_key", "0x" + want}, true
	case name == "x_p_address_payload":
		_, payload, ok := decodeBech32(want, bech32Const)
		return Fact{"avalanche_address", encodeBech32("avax", payload)}, ok
	case name == "url":
		u, err := url.Parse(want)
		return Fact{"host", u.Host}, err == nil
	}
	return Fact{}, false
}
