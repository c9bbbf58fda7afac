package issuer

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The issuers below refuse a nonce that does not grow.

// kraken: HMAC-SHA512 with the decoded secret over the path and SHA-256(nonce + body).
func kraken(q *inquiry) *Key {
	k := q.key(q.head("API-Key"))
	nonce := q.field("nonce")
	if strings.HasPrefix(q.Header.Get("Content-Type"), "application/json") {
		nonce = textOf(q.json(q.Body)["nonce"])
	}
	q.need("nonce", nonce)
	inner := plainSum(sha256.New, nonce+q.Body)
	q.signature(q.head("API-Sign"), in64(sum(sha512.New, from64(k.secret()), q.Path+string(inner))))
	q.grows(k, nonce)
	return k
}

// krakenFutures signs the query of a GET as it does a body; a nonce is not needed. Its path counts from /api.
func krakenFutures(q *inquiry) *Key {
	k := q.key(q.head("APIKey"))
	nonce := q.Header.Get("Nonce")
	path := strings.TrimPrefix(q.Path, "/derivatives")
	inner := plainSum(sha256.New, q.Query+q.Body+nonce+path)
	q.signature(q.head("Authent"), in64(sum(sha512.New, from64(k.secret()), string(inner))))
	if nonce != "" {
		q.grows(k, nonce)
	}
	return k
}

// bitfinex signs /api, the path, the nonce and the body.
func bitfinex(q *inquiry) *Key {
	k := q.key(q.head("bfx-apikey"))
	nonce := q.head("bfx-nonce")
	q.signature(q.head("bfx-signature"), inHex(sum(sha512.New384, k.secret(), "/api"+q.Path+nonce+q.Body)))
	q.grows(k, nonce)
	return k
}

// gemini reads its parameters from a header; ccxt sends them as the body too, which must say the same.
func gemini(q *inquiry) *Key {
	k := q.key(q.head("X-GEMINI-APIKEY"))
	payload := q.head("X-GEMINI-PAYLOAD")
	doc := q.json(from64(payload))
	q.form("text/plain", strings.HasPrefix(q.head("Content-Type"), "text/plain"))
	q.form("the payload names the path", textOf(doc["request"]) == q.Path)
	q.form("the body is empty, or the same parameters", q.Body == "" || len(q.json(q.Body)) <= len(doc)-2)
	q.signature(q.head("X-GEMINI-SIGNATURE"), inHex(sum(sha512.New384, k.secret(), payload)))
	q.grows(k, textOf(doc["nonce"]))
	return k
}

// whitebit signs the base64 of its body; with nonceWindow the nonce must be within five seconds of now.
func whitebit(q *inquiry) *Key {
	k := q.key(q.head("X-TXC-APIKEY"))
	payload := q.head("X-TXC-PAYLOAD")
	q.form("the payload is the body", from64(payload) == q.Body)
	doc := q.json(q.Body)
	q.form("the body names the path", textOf(doc["request"]) == q.Path)
	q.signature(q.head("X-TXC-SIGNATURE"), inHex(sum(sha512.New, k.secret(), payload)))
	if doc["nonceWindow"] == true {
		q.at(textOf(doc["nonce"]), time.Millisecond, 5*time.Second)
		q.once(k, textOf(doc["nonce"]))
		return k
	}
	q.grows(k, textOf(doc["nonce"]))
	return k
}

// coincheck signs nonce, whole URL and body.
func coincheck(q *inquiry) *Key {
	k := q.key(q.head("ACCESS-KEY"))
	nonce := q.head("ACCESS-NONCE")
	q.signature(q.head("ACCESS-SIGNATURE"), inHex(sum(sha256.New, k.secret(), nonce+"https://"+q.Host+q.target()+q.Body)))
	q.grows(k, nonce)
	return k
}

// independentReserve signs the URL and every member of the body but the signature, in their order, in upper-case hex.
func independentReserve(q *inquiry) *Key {
	doc := q.json(q.Body)
	k := q.key(textOf(doc["apiKey"]))
	parts := []string{"https://" + q.Host + q.Path, "apiKey=" + textOf(doc["apiKey"]), "nonce=" + textOf(doc["nonce"])}
	for _, name := range membersInOrder(q.Body) {
		if !slices.Contains([]string{"apiKey", "nonce", "signature"}, name) {
			parts = append(parts, name+"="+textOf(doc[name]))
		}
	}
	q.signature(textOf(doc["signature"]), strings.ToUpper(inHex(sum(sha256.New, k.secret(), strings.Join(parts, ",")))))
	q.grows(k, textOf(doc["nonce"]))
	return k
}

// cryptocom takes a call as JSON and signs method, id, key, sorted parameters and nonce.
func cryptocom(q *inquiry) *Key {
	doc := q.json(q.Body)
	k := q.key(textOf(doc["api_key"]))
	method := textOf(doc["method"])
	q.form("the method is the end of the path", strings.HasPrefix(method, "private/") && strings.HasSuffix(q.Path, "/"+method))
	q.at(textOf(doc["nonce"]), time.Millisecond, time.Minute)
	text := method + textOf(doc["id"]) + textOf(doc["api_key"]) + sortedText(doc["params"], 3) + textOf(doc["nonce"])
	q.signature(textOf(doc["sig"]), inHex(sum(sha256.New, k.secret(), text)))
	q.once(k, textOf(doc["nonce"]))
	return k
}

// sortedText writes names and values of an object one after the other, sorted by name, to a depth.
func sortedText(v any, depth int) string {
	switch v := v.(type) {
	case map[string]any:
		if depth == 0 {
			return ""
		}
		names := []string{}
		for n := range v {
			names = append(names, n)
		}
		slices.Sort(names)
		text := ""
		for _, n := range names {
			text += n + sortedText(v[n], depth-1)
		}
		return text
	case []any:
		text := ""
		for _, item := range v {
			text += sortedText(item, depth)
		}
		return text
	case nil:
		return "null"
	}
	return textOf(v)
}

// deribit takes a signed header, or id and secret as parameters of public/auth.
func deribit(q *inquiry) *Key {
	if strings.HasSuffix(q.Path, "/public/auth") {
		q.form("client_credentials", q.param("grant_type") == "client_credentials")
		k := q.key(q.need("client_id", q.param("client_id")))
		q.want(FaultSignature, "client_secret", q.param("client_secret"), k.secret())
		return k
	}
	rest, ok := strings.CutPrefix(q.head("Authorization"), "deri-hmac-sha256 ")
	q.form("deri-hmac-sha256", ok)
	given := map[string]string{}
	for pair := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(pair, "=")
		given[strings.TrimSpace(name)] = value
	}
	k := q.key(given["id"])
	q.at(given["ts"], time.Millisecond, time.Minute)
	signed := strings.Join([]string{given["ts"], given["nonce"], q.Method, q.target(), q.Body, ""}, "\n")
	q.signature(given["sig"], inHex(sum(sha256.New, k.secret(), signed)))
	q.once(k, given["nonce"])
	return k
}

// json decodes an object whose numbers keep their digits.
func (q *inquiry) json(text string) map[string]any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var doc map[string]any
	if d.Decode(&doc) != nil || doc == nil || strings.TrimSpace(text[d.InputOffset():]) != "" {
		q.fail(FaultForm, "a JSON object")
		return map[string]any{}
	}
	return doc
}

func membersInOrder(text string) []string {
	d := json.NewDecoder(strings.NewReader(text))
	var names []string
	if _, err := d.Token(); err != nil {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return names
		}
		names = append(names, fmt.Sprint(name))
		var skip json.RawMessage
		if d.Decode(&skip) != nil {
			return names
		}
	}
	return names
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func rawURL64(text string) (string, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return string(b), err == nil
}
