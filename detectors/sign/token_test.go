package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// TestTokensVerify lets a JWT library read what the schemes made, each with the public half of its key.
func TestTokensVerify(t *testing.T) {
	keys := newKeyring(t)
	rsaKey, ecKey, edKey := publicHalf(t, keys.rsaPEM), publicHalf(t, keys.ecPEM), publicHalf(t, keys.edPEM)
	file, err := json.Marshal(params{"client_email": "a@b.c", "private_key_id": "id", "private_key": keys.rsaPEM, "token_uri": "https://elsewhere.example/"})
	if err != nil {
		t.Fatal(err)
	}
	now := float64(nowMS / 1000)
	emptyHash := digestHex("sha256", "")
	cases := map[string]struct {
		scheme, query string
		parts, params params
		key           any
		head, claims  map[string]any
	}{
		"coinbase ES256": {"coinbase-cdp", "a=b", params{"key": "name", "secret": keys.ecPEM}, params{"alg": "ES256"}, ecKey,
			map[string]any{"alg": "ES256", "typ": "JWT", "kid": "name", "nonce": "n"},
			map[string]any{"sub": "name", "iss": "cdp", "nbf": now, "exp": now + 120, "uri": "GET host.example/p"}},
		"coinbase ES256 with escaped line ends": {"coinbase-cdp", "", params{"key": "name", "secret": strings.ReplaceAll(keys.ecPEM, "\n", `\n`)}, nil, ecKey,
			map[string]any{"alg": "ES256", "typ": "JWT", "kid": "name", "nonce": "n"},
			map[string]any{"sub": "name", "iss": "cdp", "nbf": now, "exp": now + 120, "uri": "GET host.example/p"}},
		"coinbase ES256 on one line": {"coinbase-cdp", "", params{"key": "name", "secret": strings.ReplaceAll(keys.ecPEM, "\n", " ")}, nil, ecKey,
			map[string]any{"alg": "ES256", "typ": "JWT", "kid": "name", "nonce": "n"},
			map[string]any{"sub": "name", "iss": "cdp", "nbf": now, "exp": now + 120, "uri": "GET host.example/p"}},
		"coinbase EdDSA of a seed": {"coinbase-cdp", "", params{"key": "name", "secret": keys.edSeed}, params{"alg": "EdDSA"}, edKey,
			map[string]any{"alg": "EdDSA", "typ": "JWT", "kid": "name", "nonce": "n"},
			map[string]any{"sub": "name", "iss": "cdp", "nbf": now, "exp": now + 120, "uri": "GET host.example/p"}},
		"upbit HS512": {"upbit", "a=b%20c", params{"key": "name", "secret": keys.text}, params{"alg": "HS512"}, []byte(keys.text),
			map[string]any{"alg": "HS512", "typ": "JWT"},
			map[string]any{"access_key": "name", "nonce": "n", "query_hash": digestHex("sha512", "a=b c"), "query_hash_alg": "SHA512"}},
		"fireblocks": {"fireblocks", "limit=1", params{"key": "name", "secret": keys.rsaPEM}, nil, rsaKey,
			map[string]any{"alg": "RS256", "typ": "JWT"},
			map[string]any{"uri": "/p?limit=1", "nonce": "n", "iat": now, "exp": now + 29, "sub": "name", "bodyHash": emptyHash}},
		"GCP key file": {"gcp-service-account", "", params{"secret": string(file)}, nil, rsaKey,
			map[string]any{"alg": "RS256", "typ": "JWT", "kid": "id"},
			map[string]any{"iss": "a@b.c", "scope": "https://www.googleapis.com/auth/cloud-platform.read-only", "aud": "https://oauth2.googleapis.com/token", "exp": now + 3600, "iat": now}},
		"GCP parts": {"gcp-service-account", "", params{"email": "a@b.c", "private_key": keys.rsaPEM}, params{"scope": "s", "aud": "u"}, rsaKey,
			map[string]any{"alg": "RS256", "typ": "JWT"},
			map[string]any{"iss": "a@b.c", "scope": "s", "aud": "u", "exp": now + 3600, "iat": now}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f, _ := ByName(c.scheme)
			r := &Request{Method: "GET", Scheme: "https", Host: "host.example", Path: "/p", Query: c.query}
			if err := f(r, Inputs{Parts: c.parts, Params: c.params, Nonce: "n", Now: time.UnixMilli(nowMS)}); err != nil {
				t.Fatal(err)
			}
			claims := jwt.MapClaims{}
			parsed, err := jwt.NewParser(jwt.WithTimeFunc(func() time.Time { return time.UnixMilli(nowMS) })).
				ParseWithClaims(tokenOf(t, r), claims, func(*jwt.Token) (any, error) { return c.key, nil })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.head, parsed.Header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.claims, map[string]any(claims)); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
		})
	}
}

func tokenOf(t *testing.T, r *Request) string {
	t.Helper()
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	form, err := url.ParseQuery(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := form.Get("grant_type"); got != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		t.Errorf("grant_type = %q", got)
	}
	return form.Get("assertion")
}

func publicHalf(t *testing.T, secret string) any {
	t.Helper()
	key, err := privateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return &k.PublicKey
	case *ecdsa.PrivateKey:
		return &k.PublicKey
	case ed25519.PrivateKey:
		return k.Public()
	}
	t.Fatalf("a key of type %T", key)
	return nil
}

// Robinhood is no exchange of ccxt: its signature is verified here over the text that its documentation states.
func TestRobinhood(t *testing.T) {
	keys := newKeyring(t)
	f, _ := ByName("robinhood")
	r := &Request{Method: "GET", Path: "/api/v1/crypto/trading/accounts/"}
	if err := f(r, Inputs{Parts: params{"key": "rh-api-x", "secret": keys.edSeed}, Now: time.UnixMilli(nowMS)}); err != nil {
		t.Fatal(err)
	}
	sum, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Signature"))
	if err != nil {
		t.Fatal(err)
	}
	message := "rh-api-x" + sec + "/api/v1/crypto/trading/accounts/GET"
	if !ed25519.Verify(publicHalf(t, keys.edPEM).(ed25519.PublicKey), []byte(message), sum) {
		t.Error("the signature does not verify")
	}
	if got := []string{r.Header.Get("X-Api-Key"), r.Header.Get("X-Timestamp")}; !cmp.Equal(got, []string{"rh-api-x", sec}) {
		t.Errorf("headers = %q", got)
	}
}

// Kalshi's signatures are salted, so they can only be verified: over the text that its documentation states, with a salt as long
// as the hash. Signing twice gives the same bytes, another text another salt.
func TestKalshi(t *testing.T) {
	keys := newKeyring(t)
	f, _ := ByName("rsa-pss")
	kalshi := params{"hash": "sha256", "payload": "{ts_ms}{method}{path}", "header": "KALSHI-ACCESS-SIGNATURE", "key_header": "KALSHI-ACCESS-KEY", "timestamp_header": "KALSHI-ACCESS-TIMESTAMP"}
	sign := func(path string) []byte {
		r := &Request{Method: "GET", Path: path, Query: "limit=1"}
		if err := f(r, Inputs{Parts: params{"key": aUUID, "secret": keys.rsaPEM}, Params: kalshi, Now: time.UnixMilli(nowMS)}); err != nil {
			t.Fatal(err)
		}
		if got := []string{r.Header.Get("Kalshi-Access-Key"), r.Header.Get("Kalshi-Access-Timestamp")}; !cmp.Equal(got, []string{aUUID, ms}) {
			t.Errorf("headers = %q", got)
		}
		sum, err := base64.StdEncoding.DecodeString(r.Header.Get("Kalshi-Access-Signature"))
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	sum := sign("/trade-api/v2/api_keys")
	public := publicHalf(t, keys.rsaPEM).(*rsa.PublicKey)
	message := sha256.Sum256([]byte(ms + "GET/trade-api/v2/api_keys"))
	if err := rsa.VerifyPSS(public, crypto.SHA256, message[:], sum, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(sum, sign("/trade-api/v2/api_keys")) || bytes.Equal(sum, sign("/trade-api/v2/portfolio")) {
		t.Error("the signature must follow from key and text alone")
	}
}
