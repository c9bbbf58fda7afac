package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An issuer that takes signatures of key pairs holds public keys. A fake one works them out from the part that it gave
// out, once per request.

func isPEM(text string) bool { return strings.Contains(text, "PRIVATE KEY-----") }

// publicOf reads PEM (line breaks real or escaped), or base64 of a PKCS#8 key or of an Ed25519 seed, and returns the
// public key, or nil.
func publicOf(secret string) crypto.PublicKey {
	secret = strings.ReplaceAll(secret, `\n`, "\n")
	der := []byte{}
	if block, _ := pem.Decode([]byte(strings.TrimSpace(secret) + "\n")); block != nil {
		der = block.Bytes
	} else if raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(secret), "")); err == nil {
		der = raw
	}
	if len(der) == ed25519.SeedSize || len(der) == ed25519.PrivateKeySize {
		return ed25519.NewKeyFromSeed(der[:ed25519.SeedSize]).Public()
	}
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if signer, ok := k.(crypto.Signer); ok {
			return signer.Public()
		}
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k.Public()
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k.Public()
	}
	return nil
}

// signedBy checks a base64 signature over a text: RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519, as the key is.
func (q *inquiry) signedBy(secret, text, signature string) {
	raw, err := base64.StdEncoding.Strict().DecodeString(signature)
	ok := false
	switch pub := publicOf(secret).(type) {
	case *rsa.PublicKey:
		digest := sha256.Sum256([]byte(text))
		ok = rsa.VerifyPKCS1v15(pub, crypto.SHA256, digest[:], raw) == nil
	case ed25519.PublicKey:
		ok = ed25519.Verify(pub, []byte(text), raw)
	case *ecdsa.PublicKey:
		digest := sha256.Sum256([]byte(text))
		ok = ecdsa.VerifyASN1(pub, digest[:], raw)
	}
	if err != nil || !ok {
		q.fail(FaultSignature, "signature")
	}
}

// backpack names each endpoint by an instruction, which is signed with the sorted parameters, the time and its window.
// The key is the public key itself.
func backpack(q *inquiry) *Key {
	k := q.key(q.head("X-API-Key"))
	ts, window := q.head("X-Timestamp"), q.head("X-Window")
	q.at(ts, time.Millisecond, min(time.Duration(integer(window))*time.Millisecond, time.Minute))
	instruction, ok := map[string]string{
		"GET /api/v1/account": "accountQuery", "GET /api/v1/capital": "balanceQuery", "GET /wapi/v1/capital/deposits": "depositQueryAll",
	}[q.Method+" "+q.Path]
	q.form("an endpoint with an instruction", ok)
	var pairs []string
	values, err := url.ParseQuery(q.Query)
	q.form("a query", err == nil)
	for name, vs := range values {
		pairs = append(pairs, url.Values{name: vs}.Encode())
	}
	slices.Sort(pairs)
	signed := strings.Join(append(append([]string{"instruction=" + instruction}, pairs...), "timestamp="+ts, "window="+window), "&")
	q.signedBy(k.secret(), signed, q.head("X-Signature"))
	return k
}

// robinhood signs key, seconds, path, method and body.
func robinhood(q *inquiry) *Key {
	id, ts := q.head("x-api-key"), q.head("x-timestamp")
	k := q.key(id)
	q.at(ts, time.Second, 30*time.Second)
	q.signedBy(k.secret(), id+ts+q.target()+q.Method+q.Body, q.head("x-signature"))
	return k
}
