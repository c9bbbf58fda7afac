package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// turnkey reads a stamp: base64url of JSON with the public key and an ECDSA signature over the body.
func turnkey(q *inquiry) *Key {
	text, ok := rawURL64(q.head("X-Stamp"))
	q.form("base64url without padding", ok)
	doc := q.json(text)
	q.form("scheme", textOf(doc["scheme"]) == "SIGNATURE_SCHEME_TK_API_P256")
	k := q.key(textOf(doc["publicKey"]))
	pub, ok := publicOfScalar(k.secret())
	sig, err := hex.DecodeString(textOf(doc["signature"]))
	digest := sha256.Sum256([]byte(q.Body))
	if !ok || err != nil || !ecdsa.VerifyASN1(pub, digest[:], sig) {
		q.fail(FaultSignature, "stamp")
	}
	return k
}

// publicOfScalar is the P-256 point of a private scalar in hex.
func publicOfScalar(scalar string) (*ecdsa.PublicKey, bool) {
	raw, err := hex.DecodeString(scalar)
	if err != nil {
		return nil, false
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, false
	}
	return &key.PublicKey, true
}

// kalshi salts: RSASSA-PSS with SHA-256 over milliseconds, method and path without the query.
func kalshi(q *inquiry) *Key {
	k := q.key(q.head("KALSHI-ACCESS-KEY"))
	ts := q.head("KALSHI-ACCESS-TIMESTAMP")
	q.at(ts, time.Millisecond, 30*time.Second)
	raw, err := base64.StdEncoding.Strict().DecodeString(q.head("KALSHI-ACCESS-SIGNATURE"))
	pub, ok := publicOf(k.secret()).(*rsa.PublicKey)
	digest := sha256.Sum256([]byte(ts + q.Method + q.Path))
	if err != nil || !ok || rsa.VerifyPSS(pub, crypto.SHA256, digest[:], raw, &rsa.PSSOptions{SaltLength: sha256.Size}) != nil {
		q.fail(FaultSignature, "signature")
	}
	return k
}

// anchorage signs seconds, method, path and body with an Ed25519 key in hex.
func anchorage(q *inquiry) *Key {
	k := q.key(q.head("Api-Access-Key"))
	ts := q.head("Api-Timestamp")
	q.at(ts, time.Second, time.Minute)
	seed, err := hex.DecodeString(k.secret())
	sig, err2 := hex.DecodeString(q.head("Api-Signature"))
	if err != nil || err2 != nil || len(seed) < ed25519.SeedSize {
		q.fail(FaultSignature, "signature")
		return k
	}
	pub, _ := ed25519.NewKeyFromSeed(seed[:ed25519.SeedSize]).Public().(ed25519.PublicKey)
	if !ed25519.Verify(pub, []byte(ts+q.Method+q.target()+q.Body), sig) {
		q.fail(FaultSignature, "signature")
	}
	return k
}

// lbank signs the upper-case MD5 of the sorted form, as ccxt sends it: time, random text and method are headers and part
// of what is signed, not of the form.
func lbank(q *inquiry) *Key {
	k := q.key(q.field("api_key"))
	echo, method, ts := q.head("echostr"), q.head("signature_method"), q.head("timestamp")
	q.form("echostr of 30 to 40 letters and digits", len(echo) >= 30 && len(echo) <= 40)
	q.at(ts, time.Millisecond, time.Minute)
	values, err := url.ParseQuery(q.Body)
	q.form("a form", err == nil)
	values.Del("sign")
	values.Set("echostr", echo)
	values.Set("signature_method", method)
	values.Set("timestamp", ts)
	var pairs []string
	for name, v := range values {
		pairs = append(pairs, name+"="+v[0])
	}
	slices.Sort(pairs)
	digest := md5.Sum([]byte(strings.Join(pairs, "&")))
	message := strings.ToUpper(inHex(digest[:]))
	if method == "RSA" {
		q.signedBy(k.secret(), message, q.field("sign"))
		return k
	}
	q.form("signature_method", method == "HmacSHA256")
	q.signature(q.field("sign"), inHex(sum(sha256.New, k.secret(), message)))
	return k
}
