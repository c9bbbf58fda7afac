package issuer

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// claimsOf parses a token without believing it yet, to learn who sends it.
func (q *inquiry) claimsOf(token string) (header, claims map[string]any) {
	c := jwt.MapClaims{}
	t, _, err := jwt.NewParser(jwt.WithJSONNumber()).ParseUnverified(token, c)
	if err != nil {
		q.fail(FaultForm, "a JWT")
		return map[string]any{}, map[string]any{}
	}
	return t.Header, c
}

// verified checks the token's signature and times with the algorithms that the issuer takes.
func (q *inquiry) verified(token string, key any, algs ...string) {
	if q.fault != "" {
		return
	}
	p := jwt.NewParser(jwt.WithValidMethods(algs), jwt.WithTimeFunc(func() time.Time { return q.now }), jwt.WithLeeway(2*time.Second), jwt.WithIssuedAt(), jwt.WithStrictDecoding())
	_, err := p.Parse(token, func(*jwt.Token) (any, error) { return key, nil })
	if err == nil {
		return
	}
	if strings.Contains(err.Error(), "expired") || strings.Contains(err.Error(), "not valid yet") || strings.Contains(err.Error(), "before issued") {
		q.fail(FaultTime, "a time of the token")
		return
	}
	q.fail(FaultSignature, "the token's signature")
}

// bearerToken returns what follows Bearer in the Authorization header.
func (q *inquiry) bearerToken() string {
	token, ok := strings.CutPrefix(q.head("Authorization"), "Bearer ")
	q.form("Authorization: Bearer", ok)
	return token
}

// span demands exp - from to be positive and no longer than most seconds.
func (q *inquiry) span(claims map[string]any, from string, most int64) {
	start, end := integer(textOf(claims[from])), integer(textOf(claims["exp"]))
	if start == 0 || end <= start || end-start > most {
		q.fail(FaultTime, fmt.Sprintf("exp must be at most %d s after %s", most, from))
	}
}

// coinbaseCDP wants a token that names the one call it is for, and lives two minutes.
func coinbaseCDP(q *inquiry) *Key {
	token := q.bearerToken()
	header, claims := q.claimsOf(token)
	id := textOf(claims["sub"])
	k := q.key(id)
	q.form("kid is the key's name", textOf(header["kid"]) == id)
	q.form("iss is cdp", slices.Contains([]string{"cdp", "coinbase-cloud"}, textOf(claims["iss"])))
	q.span(claims, "nbf", 120)
	call := q.Method + " " + q.Host + q.Path
	calls := append(textsOf(claims["uris"]), textOf(claims["uri"]))
	q.form("uri names the call", slices.Contains(calls, call))
	switch pub := publicOf(k.secret()).(type) {
	case *ecdsa.PublicKey:
		q.verified(token, pub, "ES256")
	case ed25519.PublicKey:
		q.verified(token, pub, "EdDSA")
	default:
		q.fail(FaultSignature, "no public key")
	}
	q.once(k, textOf(header["nonce"]))
	return k
}

// upbit hashes the parameters as they were before percent encoding.
func upbit(q *inquiry) *Key {
	return q.korean(unescaped(q.Query), func(name, value string) string { return name + "=" + value }, "HS256", "HS512")
}

// bithumb hashes them as they were sent, and wants the time.
func bithumb(q *inquiry) *Key {
	k := q.korean(q.Query, func(name, value string) string { return url.QueryEscape(name) + "=" + url.QueryEscape(value) }, "HS256")
	_, claims := q.claimsOf(q.bearerToken())
	q.at(textOf(claims["timestamp"]), time.Millisecond, 30*time.Second)
	return k
}

func (q *inquiry) korean(query string, write func(name, value string) string, algs ...string) *Key {
	token := q.bearerToken()
	_, claims := q.claimsOf(token)
	k := q.key(textOf(claims["access_key"]))
	if q.Body != "" {
		doc := q.json(q.Body)
		for _, name := range membersInOrder(q.Body) {
			query = strings.TrimPrefix(query+"&"+write(name, textOf(doc[name])), "&")
		}
	}
	if query != "" {
		q.form("query_hash_alg", textOf(claims["query_hash_alg"]) == "SHA512")
		q.want(FaultSignature, "query_hash", textOf(claims["query_hash"]), inHex(plainSum(sha512.New, query)))
	}
	q.verified(token, []byte(k.secret()), algs...)
	q.once(k, textOf(claims["nonce"]))
	return k
}

// fireblocks tokens name path, query and the body's hash, and live under 30 seconds.
func fireblocks(q *inquiry) *Key {
	token := q.bearerToken()
	_, claims := q.claimsOf(token)
	k := q.key(q.head("X-API-Key"))
	q.form("sub is the key", textOf(claims["sub"]) == q.Header.Get("X-API-Key"))
	q.form("uri is path and query", textOf(claims["uri"]) == q.target())
	q.want(FaultSignature, "bodyHash", textOf(claims["bodyHash"]), inHex(plainSum(sha256.New, q.Body)))
	q.span(claims, "iat", 29)
	pub, _ := publicOf(k.secret()).(*rsa.PublicKey)
	q.verified(token, pub, "RS256")
	q.once(k, textOf(claims["nonce"]))
	return k
}

// googleToken is the exchange of a service account's assertion for an access token.
func googleToken(q *inquiry) *Key {
	q.form("POST", q.Method == http.MethodPost)
	q.form("a form", strings.HasPrefix(q.head("Content-Type"), "application/x-www-form-urlencoded"))
	q.form("jwt-bearer", q.field("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer")
	token := q.need("assertion", q.field("assertion"))
	header, claims := q.claimsOf(token)
	email := textOf(claims["iss"])
	var file serviceAccountFile
	kid := textOf(header["kid"])
	of := func(fits func(serviceAccountFile) bool) func(*Key) bool { // an account has many keys
		return func(k *Key) bool {
			file = serviceAccountOf(k)
			return email != "" && file.Email == email && fits(file)
		}
	}
	whose := of(func(f serviceAccountFile) bool { return kid != "" && f.ID == kid })
	if q.keys.find(whose) == nil {
		whose = of(func(serviceAccountFile) bool { return true })
	}
	k := q.keyWhere(whose)
	q.form("aud is the token's endpoint", textOf(claims["aud"]) == "https://"+q.Host+q.Path)
	q.need("scope", textOf(claims["scope"]))
	q.form("kid", file.ID == "" || kid == file.ID)
	q.span(claims, "iat", 3600)
	pub, _ := publicOf(file.Key).(*rsa.PublicKey)
	q.verified(token, pub, "RS256")
	return k
}

type serviceAccountFile struct {
	Email string `json:"client_email"`
	ID    string `json:"private_key_id"`
	Key   string `json:"private_key"`
}

// serviceAccountOf reads a key file, or parts that hold its members.
func serviceAccountOf(k *Key) serviceAccountFile {
	for _, text := range k.Parts {
		var f serviceAccountFile
		if strings.HasPrefix(strings.TrimSpace(text), "{") && json.Unmarshal([]byte(text), &f) == nil && f.Email != "" {
			return f
		}
	}
	return serviceAccountFile{Email: k.part("email", "client_email", "key"), ID: k.part("private_key_id"), Key: k.part("private_key", "secret")}
}

func textsOf(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		out = append(out, textOf(item))
	}
	return out
}
