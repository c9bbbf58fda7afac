package rules_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"golang.org/x/crypto/ssh"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

func openPGP(t *testing.T, password string) string {
	t.Helper()
	entity, err := openpgp.NewEntity("Desk", "", "desk@example.org", nil)
	if err == nil && password != "" {
		err = entity.EncryptPrivateKeys([]byte(password), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	w, err := armor.Encode(&out, openpgp.PrivateKeyType, map[string]string{"Comment": "desk"})
	if err == nil {
		err = entity.SerializePrivateWithoutSigning(w, nil)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}

func openSSH(t *testing.T, password string) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "desk")
	if password != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "desk", []byte(password))
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block))
}

// TestKeyFilesInEveryWriting makes keys and writes them as files, in JSON, in YAML, in a shell script and with the line ends
// of Windows.
func TestKeyFilesInEveryWriting(t *testing.T) {
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	set, err := detectors.Compile(all, detectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	quoted := func(text string) string {
		out, _ := json.Marshal(map[string]string{"key": text})
		return string(out)
	}
	writings := map[string]func(string) string{
		"file": func(s string) string { return s }, "JSON": quoted,
		"YAML":    func(s string) string { return "key: |\n  " + strings.ReplaceAll(s, "\n", "\n  ") },
		"shell":   func(s string) string { return "cat > id <<'EOF'\n" + s + "EOF\n" },
		"Windows": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	}
	for _, c := range []struct{ name, text, rule string }{
		{"OpenPGP", openPGP(t, ""), "pgp-private-key"}, {"OpenPGP, locked", openPGP(t, "pass"), "pgp-private-key"},
		{"OpenSSH", openSSH(t, ""), "private-key-openssh"}, {"OpenSSH, locked", openSSH(t, "pass"), "private-key-openssh"},
	} {
		for how, write := range writings {
			found := slices.Collect(set.Scan([]byte(write(c.text)), detectors.Hint{Path: "keys/backup.txt"}))
			if len(found) != 1 || found[0].Credential.Rule.ID != c.rule {
				t.Errorf("%s, %s: %d findings, want one of %s", c.name, how, len(found), c.rule)
			} else if locked := strings.HasSuffix(c.name, "locked"); locked == (found[0].Severity >= detectors.High) {
				t.Errorf("%s, %s: severity is %v", c.name, how, found[0].Severity)
			}
			spoilt := strings.Replace(c.text, c.text[len(c.text)/2:len(c.text)/2+4], "!!!!", 1)
			if found := slices.Collect(set.Scan([]byte(write(spoilt)), detectors.Hint{Path: "keys/backup.txt"})); len(found) != 0 {
				t.Errorf("%s, %s, spoilt: %d findings", c.name, how, len(found))
			}
		}
	}
}
