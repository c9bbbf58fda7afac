package check

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// verdict is what a check said, without its facts.
type verdict struct{ OK, Weak, Encrypted bool }

func judge(t *testing.T, check, value string) verdict {
	t.Helper()
	f, ok := ByName(check)
	if !ok {
		t.Fatalf("no check %q", check)
	}
	p, ok := f(value)
	if !ok {
		return verdict{}
	}
	return verdict{true, p.Weak, p.Encrypted}
}

func TestTokensByTheirChecksum(t *testing.T) {
	proved, weak, no := verdict{OK: true}, verdict{OK: true, Weak: true}, verdict{}
	body := "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" // of a published explanation of the format
	for _, c := range []struct {
		name, check, value string
		want               verdict
	}{
		{"personal token", "github-crc", "ghp_" + body + "0mLq17", proved},
		{"app token", "github-crc", "ghs_" + body + "0mLq17", proved},
		{"wrong sum", "github-crc", "ghp_" + body + "0mLq18", no},
		{"unknown letter", "github-crc", "ghx_" + body + "0mLq17", no},
		{"foreign character", "github-crc", "ghp_" + body[:29] + "-0mLq17", no},
		{"cut short", "github-crc", "ghp_" + body, no},
		{"fine-grained by shape", "github-crc", "github_pat_" + strings.Repeat("a", 22) + "_" + strings.Repeat("B", 59), weak},
		{"fine-grained cut short", "github-crc", "github_pat_" + strings.Repeat("a", 22) + "_" + strings.Repeat("B", 58), no},
		{"long refresh token", "github-crc", "ghr_" + strings.Repeat("a", 76), weak},
		{"npm", "npm-crc", "npm_" + body + "0mLq17", proved},
		{"npm wrong sum", "npm-crc", "npm_" + body + "0mLq16", no},
		{"npm without prefix", "npm-crc", body + "0mLq17", no},
		{"JWT", "jwt", jwtOf(`{"alg":"HS256","typ":"JWT"}`, `{"sub":"1"}`, "c2ln"), proved},
		{"JWT unsigned", "jwt", jwtOf(`{"alg":"none"}`, `{}`, ""), weak},
		{"JWT without alg", "jwt", jwtOf(`{"typ":"JWT","a":"aaaaaaaa"}`, `{}`, "c2ln"), no},
		{"JWT of text", "jwt", "eyJhbGciOiJIUzI1NiJ9.bm90IGpzb24.c2ln", no},
		{"JWT two parts", "jwt", "eyJhbGciOiJIUzI1NiJ9.e30AAAAAAAA", no},
		{"UUID", "uuid", "9b2f1c1e-6d0a-4f3b-8a55-0d1f2e3c4b5a", proved},
		{"UUID of no version", "uuid", "9b2f1c1e-6d0a-0f3b-8a55-0d1f2e3c4b5a", no},
		{"UUID nil", "uuid", "00000000-0000-0000-0000-000000000000", no},
		{"32 bytes", "base64-32", base64.StdEncoding.EncodeToString(make([]byte, 32)), weak},
		{"31 bytes", "base64-32", base64.StdEncoding.EncodeToString(make([]byte, 31)), no},
		{"64 bytes for URLs", "base64-64", base64.URLEncoding.EncodeToString([]byte(strings.Repeat("\xff\xfe", 32))), weak},
		{"64 bytes with stray bits", "base64-64", strings.Repeat("A", 85) + "B==", no},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, judge(t, c.check, c.value)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func jwtOf(head, body, signature string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(head)) + "." + encode([]byte(body)) + "." + signature
}

func TestPairsMustBelongTogether(t *testing.T) {
	seed := []byte("keysweep test seed of 32 bytes..")
	private := ed25519.NewKeyFromSeed(seed)
	public := private[32:]
	b64, other := base64.StdEncoding.EncodeToString, edPublic(make([]byte, 32))
	for _, c := range []struct {
		name, pair string
		parts      map[string]string
		want       bool
	}{
		{"seed", "ed25519-public-of-secret", map[string]string{"key": b64(public), "secret": b64(seed)}, true},
		{"seed and public key", "ed25519-public-of-secret", map[string]string{"key": b64(public), "secret": b64(private)}, true},
		{"hexadecimal", "ed25519-public-of-secret", map[string]string{"key": "0x" + hex.EncodeToString(public), "secret": hex.EncodeToString(seed)}, true},
		{"of another key", "ed25519-public-of-secret", map[string]string{"key": b64(other), "secret": b64(seed)}, false},
		{"part missing", "ed25519-public-of-secret", map[string]string{"key": b64(public)}, false},
		{"account of a key", "evm-address-of-key", map[string]string{"address": "0xF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266", "key": "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"}, true},
		{"account of another key", "evm-address-of-key", map[string]string{"address": "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "key": "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"}, false},
		{"stark key with leading zero", "stark-public-of-key", map[string]string{"public": "0x014584bef56c98fbb91aba84c20724937d5b5d2d6e5a49b60e6c3a19696fad5f", "key": "0x111"}, true},
		{"stark key of another", "stark-public-of-key", map[string]string{"public": "0x014584bef56c98fbb91aba84c20724937d5b5d2d6e5a49b60e6c3a19696fad5f", "key": "0x112"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			check, ok := ByPair(c.pair)
			if !ok {
				t.Fatalf("no pair check %q", c.pair)
			}
			if _, got := check(c.parts); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if _, ok := ByPair("nothing"); ok {
		t.Error("an unknown pair check is found")
	}
}
