package check

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestKeyFilesAreNamedByTheirPublicKey(t *testing.T) {
	rsaKey := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	ecKey := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	bytesOf := must[[]byte](t)
	sshPlain := must[*pem.Block](t)(ssh.MarshalPrivateKey(edKey, ""))
	for _, c := range []struct {
		name, text string
		public     any
		checks     []string
	}{
		{"PKCS#1", encodePEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), rsaKey.Public(), []string{"rsa-pem", "pem-private-key"}},
		{"PKCS#8 RSA", encodePEM("PRIVATE KEY", bytesOf(x509.MarshalPKCS8PrivateKey(rsaKey))), rsaKey.Public(), []string{"rsa-pem", "pem-private-key"}},
		{"SEC1", encodePEM("EC PRIVATE KEY", bytesOf(x509.MarshalECPrivateKey(ecKey))), ecKey.Public(), []string{"ec-pem", "pem-private-key"}},
		{"PKCS#8 EC", encodePEM("PRIVATE KEY", bytesOf(x509.MarshalPKCS8PrivateKey(ecKey))), ecKey.Public(), []string{"ec-pem", "pem-private-key"}},
		{"PKCS#8 ed25519", encodePEM("PRIVATE KEY", bytesOf(x509.MarshalPKCS8PrivateKey(edKey))), edKey.Public(), []string{"ed25519-pkcs8-pem", "pem-private-key"}},
	} {
		der := bytesOf(x509.MarshalPKIXPublicKey(c.public))
		sum := sha256.Sum256(der)
		for _, form := range spellings(c.text) {
			for _, name := range c.checks {
				f, _ := ByName(name)
				p, ok := f(form)
				if !ok || p.Facts[0] != (Fact{"public_key_sha256", hex.EncodeToString(sum[:])}) {
					t.Errorf("%s by %s: %v %+v\n%s", c.name, name, ok, p, form)
				}
			}
		}
		for _, name := range []string{"rsa-pem", "ec-pem", "ed25519-pkcs8-pem"} {
			if got := judge(t, name, c.text).OK; got != (name == c.checks[0]) {
				t.Errorf("%s by %s: %v", c.name, name, got)
			}
		}
	}
	want := ssh.FingerprintSHA256(must[ssh.PublicKey](t)(ssh.NewPublicKey(edKey.Public())))
	p, ok := pemAny(string(pem.EncodeToMemory(sshPlain)))
	if diff := cmp.Diff(Proof{Facts: []Fact{{"ssh_fingerprint", want}}}, p); !ok || diff != "" {
		t.Error(ok, diff)
	}
}

// spellings quotes a key as files and programs do.
func spellings(text string) []string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return []string{
		text,
		strings.Join(lines, "\r\n"),
		strings.Join(lines, `\n`),
		strings.Join(lines, `\\n`),
		strings.Join(lines, `\r\n`),
		strings.Join(lines, " "),
		strings.Join(lines, ""),
		strings.Join(lines, "\n    "),
		strings.Join(lines, "\n# "),
		strings.Join(lines, "\n// "),
		strings.Join(lines, "\\n\" +\n  \""),
		strings.Join(lines, "\" +\n  \""),
		strings.Join(lines, "'\n  '"),
		strings.Join(lines, "\\n' .\n  '"),
		strings.Join(lines, "\\n\\\n"),
		strings.Join(lines, "\",\n  \""),
	}
}

func TestEncryptedKeyFilesAreSaidToBe(t *testing.T) {
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	sealed := must[*pem.Block](t)(ssh.MarshalPrivateKeyWithPassphrase(edKey, "", []byte("password")))
	type parameters struct {
		ID   asn1.ObjectIdentifier
		Salt []byte
	}
	pkcs8 := must[[]byte](t)(asn1.Marshal(struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters parameters
		}
		Data []byte
	}{Data: bytes.Repeat([]byte{7}, 48), Algorithm: struct {
		ID         asn1.ObjectIdentifier
		Parameters parameters
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}, parameters{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}, []byte("saltsalt")}}}))
	legacy := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n" +
		base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 48)) + "\n-----END RSA PRIVATE KEY-----\n"
	for name, text := range map[string]string{
		"OpenSSH": string(pem.EncodeToMemory(sealed)), "PKCS#8": encodePEM("ENCRYPTED PRIVATE KEY", pkcs8), "PEM header": legacy,
	} {
		if diff := cmp.Diff(verdict{OK: true, Encrypted: true}, judge(t, "pem-private-key", text)); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestSecp256k1KeyFilesProveTheirAccount(t *testing.T) {
	secret := must[[]byte](t)(hex.DecodeString("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
	scalar, _ := secpScalar(secret)
	public := secpPublic(&scalar).SerializeUncompressed()
	type sec1 struct {
		Version    int
		PrivateKey []byte
		Curve      asn1.ObjectIdentifier `asn1:"optional,explicit,tag:0"`
		PublicKey  asn1.BitString        `asn1:"optional,explicit,tag:1"`
	}
	bytesOf := must[[]byte](t)
	full := bytesOf(asn1.Marshal(sec1{1, secret, oidSecp256k1, asn1.BitString{Bytes: public, BitLength: 8 * len(public)}}))
	wrong := bytesOf(asn1.Marshal(sec1{1, secret, oidSecp256k1, asn1.BitString{Bytes: append([]byte{4}, public[:64]...), BitLength: 520}}))
	inner := bytesOf(asn1.Marshal(sec1{Version: 1, PrivateKey: secret}))
	pkcs8 := bytesOf(asn1.Marshal(struct {
		Version   int
		Algorithm struct{ ID, Curve asn1.ObjectIdentifier }
		Key       []byte
	}{0, struct{ ID, Curve asn1.ObjectIdentifier }{oidEC, oidSecp256k1}, inner}))
	for name, text := range map[string]string{"SEC1": encodePEM("EC PRIVATE KEY", full), "PKCS#8": encodePEM("PRIVATE KEY", pkcs8)} {
		p, ok := pemAny(text)
		if !ok || p.Facts[0] != (Fact{"evm_address", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}) || p.Famous == "" {
			t.Error(name, ok, p)
		}
	}
	if p, ok := derText(base64.StdEncoding.EncodeToString(full)); !ok || p.Famous == "" {
		t.Error("DER in base64", ok, p)
	}
	if got := judge(t, "pem-private-key", encodePEM("EC PRIVATE KEY", wrong)); got.OK {
		t.Error("a public key of another secret is accepted")
	}
}

func TestPlaceholdersAreNoKeyFiles(t *testing.T) {
	public := encodePEM("PUBLIC KEY", bytes.Repeat([]byte{0x30, 0x2a}, 40))
	for name, text := range map[string]string{
		"dots":       "-----BEGIN PRIVATE KEY-----\n...............................................\n-----END PRIVATE KEY-----\n",
		"words":      "-----BEGIN EC PRIVATE KEY-----\nYOUR PRIVATE KEY GOES HERE AND NOT ANYWHERE ELSE\n-----END EC PRIVATE KEY-----\n",
		"random":     encodePEM("RSA PRIVATE KEY", bytes.Repeat([]byte{0x30, 0x82, 1}, 200)),
		"public key": public,
	} {
		if judge(t, "pem-private-key", text).OK {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestPGPKeysSayWhetherTheyAreLocked(t *testing.T) {
	for name, config := range map[string]*packet.Config{
		"version 4": nil, "version 6": {V6Keys: true}, "version 6, Ed448": {V6Keys: true, Algorithm: packet.PubKeyAlgoEd448}, "version 4, RSA": {Algorithm: packet.PubKeyAlgoRSA, RSABits: 2048},
	} {
		t.Run(name, func(t *testing.T) {
			entity := must[*openpgp.Entity](t)(openpgp.NewEntity("keysweep", "", "test@example.com", config))
			want := Fact{"pgp_fingerprint", strings.ToUpper(hex.EncodeToString(entity.PrimaryKey.Fingerprint))}
			text := armored(t, entity)
			for form, text := range map[string]string{
				"file": text, "joined strings": `"` + strings.ReplaceAll(text, "\n", `\n" +`+"\n  \"") + `"`, "array of lines": `"` + strings.ReplaceAll(text, "\n", "\",\n \"") + `"`,
				"one line": strings.ReplaceAll(text, "\n", " "), "escaped": strings.ReplaceAll(text, "\n", `\r\n`),
			} {
				p, ok := pgpKey(text)
				if diff := cmp.Diff(Proof{Facts: []Fact{want}}, p); !ok || diff != "" {
					t.Error(form, ok, diff)
				}
			}
			if err := entity.PrivateKey.Encrypt([]byte("password")); err != nil {
				t.Fatal(err)
			}
			p, ok := pgpKey(armored(t, entity))
			if diff := cmp.Diff(Proof{Encrypted: true, Facts: []Fact{want}}, p); !ok || diff != "" {
				t.Error(ok, diff)
			}
		})
	}
}

func armored(t *testing.T, entity *openpgp.Entity) string {
	var out strings.Builder
	w := must[interface {
		Write([]byte) (int, error)
		Close() error
	}](t)(armor.Encode(&out, openpgp.PrivateKeyType, nil))
	if err := entity.SerializePrivateWithoutSigning(w, nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
