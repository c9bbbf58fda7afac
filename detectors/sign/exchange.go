package sign

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// kraken signs path + SHA-256(nonce + body). The nonce is the body's own, or put first into a body that has none.
func kraken(r *Request, in Inputs) error {
	key, secret, err := in.pair("base64")
	if err != nil {
		return err
	}
	nonce, err := krakenNonce(r, in)
	if err != nil {
		return err
	}
	r.mime(formType)
	sum := mac("sha512", secret, r.Path+string(digest("sha256", nonce+r.Body)))
	return r.setAll("API-Key", key, "API-Sign", encode("base64", sum))
}

func krakenNonce(r *Request, in Inputs) (string, error) {
	if strings.HasPrefix(r.Body, "{") {
		var body struct{ Nonce json.RawMessage }
		if json.Unmarshal([]byte(r.Body), &body) != nil || len(body.Nonce) == 0 {
			return "", errors.New("body: no nonce")
		}
		r.mime("application/json")
		return strings.Trim(string(body.Nonce), `"`), nil
	}
	form, err := url.ParseQuery(r.Body)
	if err != nil {
		return "", errors.New("body: not a form")
	}
	if n := form.Get("nonce"); n != "" {
		return n, nil
	}
	nonce, err := in.nonce()
	if err != nil {
		return "", err
	}
	r.Body = strings.TrimSuffix("nonce="+escape(nonce)+"&"+r.Body, "&")
	return nonce, nil
}

// krakenFutures sends no nonce: it is optional, and one of ours could overtake the owner's.
func krakenFutures(r *Request, in Inputs) error {
	key, secret, err := in.pair("base64")
	if err != nil {
		return err
	}
	r.mime(formType)
	path := strings.TrimPrefix(r.Path, "/derivatives")
	sum := mac("sha512", secret, string(digest("sha256", r.Query+r.Body+path)))
	return r.setAll("APIKey", key, "Authent", encode("base64", sum))
}

// htx adds its four parameters and the signature to the query, sorted by byte.
func htx(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	pairs := append(queryPairs(r.Query), "AccessKeyId="+escape(key), "SignatureMethod=HmacSHA256", "SignatureVersion=2",
		"Timestamp="+escape(in.Now.UTC().Format("2006-01-02T15:04:05")))
	query := sortedQuery(pairs)
	payload := strings.Join([]string{r.Method, strings.ToLower(r.Host), r.Path, query}, "\n")
	r.Query = appendPair(query, "Signature", encode("base64", mac("sha256", secret, payload)))
	r.mime("application/json")
	return nil
}

// poloniex signs its timestamp among the query's parameters, or after the body.
func poloniex(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	ts := values{in: in}.time("ts_ms")
	params := sortedQuery(append(queryPairs(r.Query), "signTimestamp="+ts))
	if r.Body != "" {
		params = "requestBody=" + r.Body + "&signTimestamp=" + ts
	}
	sum := mac("sha256", secret, r.Method+"\n"+r.Path+"\n"+params)
	r.mime("application/json")
	return r.setAll("key", key, "signTimestamp", ts, "signature", encode("base64", sum))
}

// lbank signs the upper-case MD5 of the form with time and a random text, which go into headers. A secret of over 32
// characters is an RSA key without its armour.
func lbank(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	method, echo, ts := "HmacSHA256", strings.ReplaceAll(nonce, "-", ""), values{in: in}.time("ts_ms")
	if len(secret) > 32 {
		method = "RSA"
	}
	form := append(queryPairs(r.Body), "api_key="+escape(key))
	signed, err := plain(sortedQuery(append(slices.Clone(form), "echostr="+escape(echo), "signature_method="+method, "timestamp="+ts)))
	if err != nil {
		return err
	}
	sign, err := lbankSum(method, string(secret), encode("HEX", digest("md5", signed)))
	if err != nil {
		return err
	}
	r.Body = sortedQuery(append(form, "sign="+escape(sign)))
	r.mime(formType)
	return r.setAll("echostr", echo, "signature_method", method, "timestamp", ts)
}

func lbankSum(method, secret, message string) (string, error) {
	if method == "RSA" {
		sum, err := signRSA(secret, message, crypto.SHA256)
		return encode("base64", sum), err
	}
	return encode("hex", mac("sha256", []byte(secret), message)), nil
}

// backpack signs an instruction (the rules file names it) with the query's or body's parameters, sorted.
func backpack(r *Request, in Inputs) error {
	apiKey, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	key, err := ed25519Key(string(secret))
	if err != nil {
		return err
	}
	instruction := in.Params["instruction"]
	if instruction == "" {
		return errors.New("no instruction")
	}
	pairs, err := backpackPairs(r)
	if err != nil {
		return err
	}
	ts, window := values{in: in}.time("ts_ms"), in.param("window", "5000")
	parts := slices.Concat([]string{"instruction=" + instruction}, pairs, []string{"timestamp=" + ts, "window=" + window})
	sum := ed25519.Sign(key, []byte(strings.Join(parts, "&")))
	r.mime("application/json")
	return r.setAll("X-API-Key", apiKey, "X-Timestamp", ts, "X-Window", window, "X-Signature", encode("base64", sum))
}

func backpackPairs(r *Request) ([]string, error) {
	pairs := queryPairs(r.Query)
	if r.Body != "" {
		members, err := flat(r.Body)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			pairs = append(pairs, escape(m.name)+"="+escape(m.text))
		}
	}
	return queryPairs(sortedQuery(pairs)), nil
}

// pair returns key and decoded secret.
func (in Inputs) pair(secretIs string) (string, []byte, error) {
	key, err := in.key()
	if err != nil {
		return "", nil, err
	}
	text, err := in.secret()
	if err != nil {
		return "", nil, err
	}
	secret, err := decodeSecret(secretIs, text)
	return key, secret, err
}

// setAll sets headers given as name, value, name, value.
func (r *Request) setAll(pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := r.set(pairs[i], pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func queryPairs(query string) []string {
	return slices.DeleteFunc(strings.Split(query, "&"), func(p string) bool { return p == "" })
}

// sortedQuery joins escaped pairs in the order of their names.
func sortedQuery(pairs []string) string {
	name := func(p string) string { n, _, _ := strings.Cut(p, "="); return n }
	pairs = slices.Clone(pairs)
	slices.SortStableFunc(pairs, func(a, b string) int { return strings.Compare(name(a), name(b)) })
	return strings.Join(pairs, "&")
}
