package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// token is a signed JWT. Header and claims keep their order, and ES256 is deterministic, so that equal inputs give
// equal bytes; a library's map of claims and random nonces would not.
func token(alg, secret string, header, claims []member) (string, error) {
	head, err := object("", append([]member{{"alg", alg}, {"typ", "JWT"}}, header...)...)
	if err != nil {
		return "", err
	}
	body, err := object("", claims...)
	if err != nil {
		return "", err
	}
	signed := b64url([]byte(head)) + "." + b64url([]byte(body))
	sum, err := tokenSum(alg, secret, signed)
	if err != nil {
		return "", err
	}
	return signed + "." + b64url(sum), nil
}

func tokenSum(alg, secret, signed string) ([]byte, error) {
	switch alg {
	case "HS256":
		return mac("sha256", []byte(secret), signed), nil
	case "HS512":
		return mac("sha512", []byte(secret), signed), nil
	case "RS256":
		return signRSA(secret, signed, crypto.SHA256)
	case "EdDSA":
		key, err := ed25519Key(secret)
		if err != nil {
			return nil, err
		}
		return ed25519.Sign(key, []byte(signed)), nil
	}
	k, err := privateKey(secret)
	if err != nil {
		return nil, err
	}
	key, ok := k.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errKeyKind
	}
	return signES256(key, signed)
}

func b64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// coinbaseCDP is the token of one call. Which claims name the call differs by product: uri (Advanced Trade), uris with an
// audience (CDP v2), or retail, the older form of Advanced Trade.
func coinbaseCDP(r *Request, in Inputs) error {
	key, err := in.key()
	if err != nil {
		return err
	}
	secret, err := in.secret()
	if err != nil {
		return err
	}
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	alg := in.Params["alg"]
	if alg == "" {
		alg = cdpAlg(secret)
	}
	jwt, err := token(alg, secret, []member{{"kid", key}, {"nonce", nonce}}, cdpClaims(r, in, key))
	if err != nil {
		return err
	}
	return r.set("Authorization", "Bearer "+jwt)
}

func cdpAlg(secret string) string {
	if _, err := ed25519Key(secret); err == nil {
		return "EdDSA"
	}
	return "ES256"
}

func cdpClaims(r *Request, in Inputs, key string) []member {
	now, uri := in.Now.Unix(), r.Method+" "+r.Host+r.Path
	from, till, sub := member{"nbf", now}, member{"exp", now + 120}, member{"sub", key}
	switch in.Params["claims"] {
	case "uris":
		return []member{{"aud", []string{"cdp_service"}}, {"iss", "cdp"}, from, till, sub, {"iat", now}, {"uris", []string{uri}}}
	case "retail":
		return []member{{"aud", []string{"retail_rest_api_proxy"}}, {"iss", "coinbase-cloud"}, from, till, sub, {"iat", now}, {"uri", uri}}
	}
	return []member{sub, {"iss", "cdp"}, from, till, {"uri", uri}}
}

// upbit hashes the parameters before percent encoding, those of a JSON body written as a query.
func upbit(r *Request, in Inputs) error {
	query, err := plain(r.Query)
	if err != nil {
		return err
	}
	return koreanToken(r, in, in.param("alg", "HS256"), query, nil, func(s string) string { return s })
}

// bithumb hashes the parameters as they are sent and adds the time.
func bithumb(r *Request, in Inputs) error {
	return koreanToken(r, in, "HS256", r.Query, []member{{"timestamp", in.Now.UnixMilli()}}, escape)
}

func koreanToken(r *Request, in Inputs, alg, query string, more []member, write func(string) string) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	members, err := flat(r.Body)
	if err != nil {
		return err
	}
	for _, m := range members {
		query = strings.TrimPrefix(query+"&"+write(m.name)+"="+write(m.text), "&")
	}
	claims := append([]member{{"access_key", key}, {"nonce", nonce}}, more...)
	if query != "" {
		claims = append(claims, member{"query_hash", digestHex("sha512", query)}, member{"query_hash_alg", "SHA512"})
	}
	jwt, err := token(alg, string(secret), nil, claims)
	if err != nil {
		return err
	}
	r.mime("application/json")
	return r.set("Authorization", "Bearer "+jwt)
}

// fireblocks tokens live under 30 seconds and name path, query and body's hash.
func fireblocks(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	now := in.Now.Unix()
	jwt, err := token("RS256", string(secret), nil, []member{{"uri", r.pathQuery()}, {"nonce", nonce}, {"iat", now},
		{"exp", now + int64((29 * time.Second).Seconds())}, {"sub", key}, {"bodyHash", digestHex("sha256", r.Body)}})
	if err != nil {
		return err
	}
	r.mime("application/json")
	return r.setAll("X-API-Key", key, "Authorization", "Bearer "+jwt)
}

// gcpServiceAccount turns the request into the exchange of a signed assertion for an access token. The secret is the
// account's private key, with its e-mail address as key, or the whole key file. What a key file says of
// hosts is not heeded: the audience is the rules file's.
func gcpServiceAccount(r *Request, in Inputs) error {
	email, id, secret, err := serviceAccount(in)
	if err != nil {
		return err
	}
	var header []member
	if id != "" {
		header = []member{{"kid", id}}
	}
	now := in.Now.Unix()
	jwt, err := token("RS256", secret, header, []member{{"iss", email},
		{"scope", in.param("scope", "https://www.googleapis.com/auth/cloud-platform.read-only")},
		{"aud", in.param("aud", "https://oauth2.googleapis.com/token")}, {"exp", now + 3600}, {"iat", now}})
	if err != nil {
		return err
	}
	r.Method = "POST"
	r.Body = "grant_type=" + escape("urn:ietf:params:oauth:grant-type:jwt-bearer") + "&assertion=" + jwt
	return r.set("Content-Type", formType)
}

func serviceAccount(in Inputs) (email, id, secret string, err error) {
	text, err := in.part("private_key", "secret", "key")
	if err != nil {
		return "", "", "", err
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		var file struct {
			Email string `json:"client_email"`
			ID    string `json:"private_key_id"`
			Key   string `json:"private_key"`
		}
		if json.Unmarshal([]byte(text), &file) != nil || file.Email == "" || file.Key == "" {
			return "", "", "", errKey
		}
		return file.Email, file.ID, file.Key, nil
	}
	email, err = in.part("email", "client_email", "key")
	return email, in.Parts["private_key_id"], text, err
}
