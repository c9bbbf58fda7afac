package sign

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"time"
)

// recipe is a scheme that needs no code of its own: what is signed, how, and where key, time and signature go.
type recipe struct {
	kind    string // hmac (default), rsa, rsa-pss, ed25519, or sha: a plain hash of the payload followed by the secret
	hash    string // sha256 unless it says otherwise
	payload string // template
	secret  string // raw (default), base64, hex; of ed25519 only hex is heeded
	encode  string // hex (default), HEX, base64, base64hex
	query   string // query parameter that takes the signature
	form    string // parameter of a form body that takes it
	headers [][2]string
	mime    string        // content type for a body that has none
	nonce   string        // as NonceOf returns it
	expiry  time.Duration // from now to {expires}
	window  string        // {window} unless the rules file says otherwise
	params  map[string][]string
}

// sign is the Func of a recipe.
func (rc recipe) sign(r *Request, in Inputs) error {
	r.mime(rc.mimeOf())
	v := values{r: r, in: in, expiry: rc.expiry, window: rc.window}
	payload, err := expand(rc.payload, v.value)
	if err != nil {
		return err
	}
	secret, err := in.secret()
	if err != nil {
		return err
	}
	sum, err := rc.sum(secret, payload)
	if err != nil {
		return err
	}
	v.signature = encode(rc.encode, sum)
	return rc.place(r, v)
}

func (rc recipe) mimeOf() string {
	if rc.mime == "" {
		return "application/json"
	}
	return rc.mime
}

func (rc recipe) sum(secret, payload string) ([]byte, error) {
	switch rc.kind {
	case "rsa":
		_, h := hashFunc(rc.hash)
		return signRSA(secret, payload, h)
	case "rsa-pss":
		_, h := hashFunc(rc.hash)
		return signPSS(secret, payload, h)
	case "ed25519":
		return rc.sumEd25519(secret, payload)
	case "sha":
		return digest(rc.hash, payload+secret), nil
	}
	key, err := decodeSecret(rc.secret, secret)
	if err != nil {
		return nil, err
	}
	return mac(rc.hash, key, payload), nil
}

func (rc recipe) sumEd25519(secret, payload string) ([]byte, error) {
	if rc.secret == "hex" {
		raw, err := decodeSecret("hex", secret)
		if err != nil {
			return nil, err
		}
		secret = b64(string(raw))
	}
	key, err := ed25519Key(secret)
	if err != nil {
		return nil, err
	}
	return ed25519.Sign(key, []byte(payload)), nil
}

func (rc recipe) place(r *Request, v values) error {
	for _, h := range rc.headers {
		text, err := expand(h[1], v.value)
		if err != nil {
			return err
		}
		if err := r.set(h[0], text); err != nil {
			return err
		}
	}
	if rc.query != "" {
		r.Query = appendPair(r.Query, rc.query, v.signature)
	}
	if rc.form != "" {
		r.Body = appendPair(r.Body, rc.form, v.signature)
	}
	return nil
}

func appendPair(query, name, value string) string {
	pair := escape(name) + "=" + escape(value)
	if query == "" {
		return pair
	}
	return query + "&" + pair
}

func parametricParams(hashes []string) map[string][]string {
	return map[string][]string{
		"hash": hashes, "payload": nil, "secret": {"raw", "base64", "hex"}, "encode": encodings, "query": nil, "form": nil, "header": nil, "value": nil,
		"key_header": nil, "timestamp_header": nil, "timestamp": {"ts", "ts_ms", "ts_iso"}, "passphrase_header": nil, "window": nil,
	}
}

// checkParametric wants a payload, one place for the signature, and variables that exist.
func checkParametric(params map[string]string) error {
	if params["payload"] == "" {
		return errors.New("no payload")
	}
	places := 0
	for _, p := range []string{"query", "form", "header"} {
		if params[p] != "" {
			places++
		}
	}
	if places != 1 {
		return errors.New("one of query, form, header must name the signature's place")
	}
	if params["value"] != "" && params["header"] == "" {
		return errors.New("value without header")
	}
	for _, p := range []string{"payload", "value"} {
		if err := checkTemplate(params[p]); err != nil {
			return err
		}
	}
	if strings.Contains(params["payload"], "{signature}") {
		return errors.New("payload holds its own signature")
	}
	return nil
}

// parametric is the scheme that a rules file spells out.
//
//	hash, payload, secret, encode   as in recipe
//	query, form or header           name of the parameter or header that takes the signature
//	value                           template of that header, "{signature}" unless given
//	key_header, passphrase_header   headers that take those parts as they are
//	timestamp_header, timestamp     header that takes the time, as ts, ts_ms (default) or ts_iso
func parametric(kind string) Func {
	return func(r *Request, in Inputs) error {
		p := in.Params
		rc := recipe{kind: kind, hash: p["hash"], payload: p["payload"], secret: p["secret"], encode: in.param("encode", encodingOf(kind)), query: p["query"], form: p["form"], mime: "application/json"}
		if rc.form != "" {
			rc.mime = formType
		}
		add := func(name, template string) {
			if name != "" {
				rc.headers = append(rc.headers, [2]string{name, template})
			}
		}
		add(p["key_header"], "{key}")
		add(p["timestamp_header"], "{"+in.param("timestamp", "ts_ms")+"}")
		add(p["passphrase_header"], "{passphrase}")
		add(p["header"], in.param("value", "{signature}"))
		return rc.sign(r, in)
	}
}

func encodingOf(kind string) string {
	if kind == "hmac" {
		return "hex"
	}
	return "base64"
}

const formType = "application/x-www-form-urlencoded"
