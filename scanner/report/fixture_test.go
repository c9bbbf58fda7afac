package report

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

var update = flag.Bool("update", false, "write the golden files of testdata/report anew")

const golden = "../../testdata/report"

// compareGolden compares got with a file of testdata/report.
func compareGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(golden, name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// random returns letters and digits that depend on seed alone.
func random(seed uint64, n int, alphabet string) string {
	r := rand.New(rand.NewPCG(seed, 7))
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// mnemonic is a published BIP-39 test vector.
const mnemonic = "legal winner thank year wave sausage worth useful legal winner thank yellow"

var (
	keyValue    = random(1, 64, letters)
	secretValue = random(2, 62, letters) + "+/"
	phraseValue = "hunter=2&<" + random(3, 6, letters)
	liveValue   = random(4, 40, letters)
	pemValue    = "-----BEGIN PRIVATE KEY-----\n" + random(5, 64, letters) + "\n" + random(6, 40, letters) + "\n-----END PRIVATE KEY-----"
)

// secrets are all values of the sample that no redacted report may hold.
func secrets() []string {
	return []string{keyValue, secretValue, phraseValue, liveValue, mnemonic, pemValue, strings.Split(pemValue, "\n")[1]}
}

func binance() *detectors.Rule {
	return &detectors.Rule{
		ID: "binance-api-key", Provider: "binance", Title: "Binance API key pair", Severity: detectors.High, Confidence: detectors.Sure,
		Parts: []detectors.Part{{Name: "key"}, {Name: "secret"}, {Name: "passphrase"}}, Tags: []string{"exchange"},
		Playbook: detectors.Playbook{
			Console: "https://www.binance.com/en/my/settings/api-management",
			Steps:   []string{"Sign in as the owner of the key.", "Find the key by its first characters and choose Delete.", "Confirm with the second factor.", "Make a new key with an IP list."},
			Damage:  []string{"Withdrawal history since the date of the leak."},
			Tell:    []string{"The owner of the account."},
		},
	}
}

func region(line, from, to int) scanner.Region {
	return scanner.Region{StartLine: line, StartColumn: from, EndLine: line, EndColumn: to}
}

// pairFinding is a whole credential whose values also stand where nobody expects them.
func pairFinding() scanner.Finding {
	values := map[string]detectors.Secret{
		"key": detectors.NewSecret(keyValue), "secret": detectors.NewSecret(secretValue), "passphrase": detectors.NewSecret(phraseValue),
	}
	c := detectors.Credential{Rule: binance(), Provider: "binance", Parts: values}
	date := time.Date(2024, 3, 9, 15, 4, 5, 0, time.FixedZone("", 3600))
	return scanner.Finding{
		Credential: c, Fingerprint: c.Fingerprint(), Severity: detectors.High, Confidence: detectors.Sure, Secret: "secret", Entropy: 5.43217,
		Notes: []string{"the key " + keyValue + " stands in three files"},
		Parts: []scanner.PartAt{
			{Region: region(12, 8, 71), Name: "key", Value: values["key"], File: "config/prod.env"},
			{Region: region(13, 11, 74), Name: "secret", Value: values["secret"], File: "config/prod.env", Encodings: []string{"base64"}},
			{Region: region(3, 5, 20), Name: "passphrase", Value: values["passphrase"], File: "docker/compose.yml"},
		},
		Occurrences: []scanner.Occurrence{
			{
				Region: scanner.Region{StartLine: 12, StartColumn: 8, EndLine: 13, EndColumn: 74}, File: "config/prod.env", Place: scanner.InBlob,
				Commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", LastCommit: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
				Author: "Jane Doe " + secretValue, Email: "jane@" + liveValue + ".example", Date: date, AtHead: true,
				Message: "add config " + phraseValue + "\n\nkey: " + liveValue + "\n", Link: "https://git.example/x/blob/4b825dc/config/prod.env?p=" + url.QueryEscape(phraseValue) + "#L12",
				Match: "KEY=" + keyValue + "\nSECRET=" + base64.StdEncoding.EncodeToString([]byte("s:"+secretValue+":")),
			},
			{Region: region(1, 1, 10), File: "backup/" + keyValue + "!inner.txt", Place: scanner.InFile},
			{Region: region(4, 1, 80), File: "", Place: scanner.InMessage, Commit: "da39a3ee5e6b4b0d3255bfef95601890afd80709", Author: "Bot"},
		},
		Verdict: scanner.Verdict{Status: scanner.Unknown, Reason: "time-out asking for " + hex.EncodeToString([]byte(keyValue))},
		Receipt: plannedReceipt(),
	}
}

// loneFinding is a key without its secret, live, on a test network.
func loneFinding() scanner.Finding {
	rule := &detectors.Rule{ID: "kraken-api-key", Provider: "kraken", Title: "Kraken API key", Parts: []detectors.Part{{Name: "key"}, {Name: "secret"}}}
	c := detectors.Credential{Rule: rule, Provider: "kraken", Parts: map[string]detectors.Secret{"key": detectors.NewSecret(liveValue)}}
	return scanner.Finding{
		Credential: c, Fingerprint: c.Fingerprint(), Severity: detectors.Medium, Confidence: detectors.Likely, Environment: "demo",
		Secret: "key", Parts: []scanner.PartAt{{Region: region(7, 1, 40), Name: "key", Value: c.Parts["key"], File: "a.py"}}, Missing: []string{"secret"},
		Occurrences: []scanner.Occurrence{{Region: region(7, 1, 40), File: "a.py", Place: scanner.InFile, Match: "kraken = '" + liveValue + "'"}},
		Verdict: scanner.Verdict{
			Status: scanner.Live, Account: "acct-" + liveValue, AskedAt: time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC), Permissions: []string{"read", "trade"},
			Host: "api.kraken.com", Label: "bot of " + liveValue, Sub: "desk", IPs: []string{"192.0.2.1", "192.0.2.0/24"}, Expires: "2027-01-02T03:04:05Z",
		},
		Receipt: containedReceipt(),
	}
}

// plannedReceipt is of a revocation that nobody let go.
func plannedReceipt() *scanner.Receipt {
	return &scanner.Receipt{
		Status: scanner.Planned, Reason: "nothing was done; it would be allowed",
		Plan: scanner.Plan{
			Hash: strings.Repeat("5e", 16), Account: "acct-" + keyValue,
			Ways: []scanner.PlannedWay{
				{
					Way: "master", Signer: "binance-master", Calls: []string{"GET https://api.binance.com/list", "DELETE https://api.binance.com/key?key={key}"},
					Effect: "Ends the sub-account key. It can not be undone.", Needs: "the right to manage keys",
					Proof: "a lookup compares", Consents: []string{"binance-sub"},
				},
				{Way: "self", Contain: true, Calls: []string{"POST https://api.binance.com/limit"}, Effect: "Limits it.", Undo: "Widen it.", Blocked: "the call needs what was not found: secret"},
			},
		},
	}
}

// containedReceipt is of a key that could be limited but not ended; the issuer echoed it.
func containedReceipt() *scanner.Receipt {
	return &scanner.Receipt{
		Status: scanner.Contained, Way: "self", Reason: "The key may only read.", Proof: "the call acts on the key that makes it", Undo: "Give it its rights back.",
		Plan: scanner.Plan{Hash: strings.Repeat("c0", 16), Ways: []scanner.PlannedWay{{Way: "self", Contain: true, Calls: []string{"PATCH https://api.kraken.com/me"}, Undo: "Give it its rights back."}}},
		Steps: []scanner.ReceiptStep{
			{What: "call", Way: "self", Call: "DELETE https://api.kraken.com/me", Status: 403, Outcome: "refused", Reason: "no right for " + liveValue},
			{What: "call", Way: "self", Call: "PATCH https://api.kraken.com/me", Status: 200, Outcome: "done"},
			{What: "verify", Outcome: "live"},
		},
		Audit: scanner.AuditRange{First: 7, Last: 13},
	}
}

// walletFinding is a proved mnemonic whose words stand on two lines.
func walletFinding() scanner.Finding {
	rule := &detectors.Rule{
		ID: "bip39-mnemonic", Provider: "wallet", Title: "BIP-39 mnemonic", Parts: []detectors.Part{{Name: "mnemonic"}}, Tags: []string{"wallet"},
		Playbook: detectors.Playbook{Steps: []string{"Move the funds to a new wallet."}},
	}
	c := detectors.Credential{Rule: rule, Provider: "wallet", Parts: map[string]detectors.Secret{"mnemonic": detectors.NewSecret(mnemonic)}}
	return scanner.Finding{
		Credential: c, Fingerprint: c.Fingerprint(), Severity: detectors.Critical, Confidence: detectors.Sure, Secret: "mnemonic",
		Identity: []detectors.Fact{{Name: "address", Value: "0x58A57ed9d8d624cBD12e2C467D34787555bB1b25"}, {Name: "address", Value: "bc1qhn3e9pw7cj9rqyzw0vhp6wzelhzdhdp2sl9cmm"}},
		Parts:    []scanner.PartAt{{Region: scanner.Region{StartLine: 2, StartColumn: 3, EndLine: 3, EndColumn: 40}, Name: "mnemonic", Value: c.Parts["mnemonic"], File: "notes.txt"}},
		Occurrences: []scanner.Occurrence{{
			Region: scanner.Region{StartLine: 2, StartColumn: 3, EndLine: 3, EndColumn: 40}, File: "notes.txt", SymlinkFile: "link.txt", Place: scanner.InFile,
			Match: strings.Replace(mnemonic, "sausage worth", "sausage\n   # Worth", 1),
		}},
		Verdict: scanner.Verdict{Status: scanner.Proved, Holdings: []detectors.Fact{{Name: "balance", Value: "1.5 ETH"}, {Name: "balance", Value: "2 BTC"}}},
	}
}

// hostile is text of an attacker who knows every format.
const hostile = "=cmd|' /C calc'!A0\x1b[31m\r\n::error file=x::pwned\n##[add-mask]%0A\u202e\u2066<script>alert(1)</script>\"'`|[x](javascript:1)\x00\xff ]]>{{.}}{0}\u200b"

func hostileFinding() scanner.Finding {
	rule := &detectors.Rule{ID: "pem-key", Provider: "general", Title: "Private key", Parts: []detectors.Part{{Name: "private_key"}}}
	c := detectors.Credential{Rule: rule, Provider: "general", Parts: map[string]detectors.Secret{"private_key": detectors.NewSecret(pemValue)}}
	return scanner.Finding{
		Credential: c, Fingerprint: c.Fingerprint(), Severity: detectors.Low, Secret: "private_key", Environment: hostile,
		Notes: []string{hostile}, Identity: []detectors.Fact{{Name: hostile, Value: hostile}},
		Parts: []scanner.PartAt{{Region: region(1, 1, 9), Name: "private_key", Value: c.Parts["private_key"], File: hostile}},
		Occurrences: []scanner.Occurrence{{
			Region: region(1, 1, 9), File: hostile, Place: scanner.InBlob, Commit: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", Author: hostile, Email: hostile,
			Message: hostile, Match: hostile + strings.ReplaceAll(pemValue, "\n", "\\n"), Link: "javascript:alert(1)",
		}},
		Verdict: scanner.Verdict{Status: scanner.Dead, Reason: hostile, Account: hostile, Label: hostile, Sub: hostile, IPs: []string{hostile}, Expires: hostile, Host: hostile, Holdings: []detectors.Fact{{Name: hostile, Value: hostile}}},
		Receipt: &scanner.Receipt{
			Status: scanner.Done, Way: "self", Reason: hostile, Plan: scanner.Plan{Account: hostile},
			Steps: []scanner.ReceiptStep{{What: "call", Call: hostile, Outcome: "done", Reason: hostile}},
		},
	}
}

func sample() []scanner.Finding {
	return []scanner.Finding{pairFinding(), loneFinding(), walletFinding(), hostileFinding()}
}

func incomplete() scanner.Coverage {
	return scanner.Coverage{
		Units: 1234, Bytes: 56_700_000, Findings: 4, Elapsed: 2345 * time.Millisecond, Reason: "time-out",
		Skipped: map[string]int{"permission": 5, "corrupt": 1, "excluded": 2},
		Skips: []scanner.SkippedUnit{
			{Unit: "secret/" + keyValue, Reason: "permission", Err: "open: permission denied"},
			{Unit: "pack-1\x1b[2J", Reason: "corrupt", Err: "checksum of " + secretValue},
			{Unit: "vendor", Reason: "excluded", Benign: true}, {Unit: "node_modules", Reason: "excluded", Benign: true},
		},
	}
}

func complete() scanner.Coverage {
	return scanner.Coverage{Units: 1, Bytes: 12, Complete: true, Elapsed: time.Millisecond}
}

// render runs a whole report.
func render(t *testing.T, format string, findings []scanner.Finding, c scanner.Coverage, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if format == "template" && o.Template == "" {
		o.Template = "{{range .}}{{json .}}\n{{end}}{{json coverage}}"
	}
	w, err := New(format, &b, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// written returns the ways in which a secret could still be read.
func written(secret string) map[string]string {
	out := map[string]string{
		"raw": secret, "query": url.QueryEscape(secret), "path": url.PathEscape(secret), "html": html.EscapeString(secret),
		"hex": hex.EncodeToString([]byte(secret)), "go": strings.Trim(fmt.Sprintf("%q", secret), `"`),
	}
	for shift := range 3 {
		padded := base64.StdEncoding.EncodeToString([]byte("123"[:shift] + secret))
		out[fmt.Sprintf("base64 at %d", shift)] = padded[4 : len(padded)-4]
	}
	return out
}
