package sign

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// variables lists what a template may name.
var variables = []string{
	"method", "scheme", "host", "path", "query", "query_plain", "path_query", "path_query_plain", "url", "body", "content_type",
	"ts", "ts_ms", "ts_iso", "expires", "nonce", "key", "memo", "passphrase", "passphrase_hmac", "window", "body_sha256", "body_sha512", "signature",
}

// expand replaces each {name} of the template once, from left to right; what a value holds is never expanded again. Braces
// around anything but a name of lower-case letters, digits and underscores stay as they are.
func expand(template string, value func(name string) (string, error)) (string, error) {
	var b strings.Builder
	for {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			break
		}
		b.WriteString(template[:open])
		template = template[open:]
		name := leadingName(template[1:])
		if name == "" || !strings.HasPrefix(template[1+len(name):], "}") {
			b.WriteByte('{')
			template = template[1:]
			continue
		}
		v, err := value(name)
		if err != nil {
			return "", err
		}
		b.WriteString(v)
		template = template[len(name)+2:]
	}
	b.WriteString(template)
	return b.String(), nil
}

func leadingName(s string) string {
	n := 0
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= '0' && s[n] <= '9' || s[n] == '_') {
		n++
	}
	return s[:n]
}

// checkTemplate reports a variable that does not exist.
func checkTemplate(template string) error {
	_, err := expand(template, func(name string) (string, error) {
		if !slices.Contains(variables, name) {
			return "", fmt.Errorf("no variable {%s}", name)
		}
		return "", nil
	})
	return err
}

// values gives a template's variables their text.
type values struct {
	r         *Request
	in        Inputs
	signature string
	expiry    time.Duration // from now to {expires}
	window    string
}

func (v values) value(name string) (string, error) {
	switch name {
	case "key":
		return v.in.key()
	case "memo":
		return v.in.part("memo")
	case "passphrase":
		return v.in.part("passphrase", "password")
	case "passphrase_hmac":
		return v.signedPassphrase()
	case "nonce":
		return v.in.nonce()
	case "window":
		return v.in.param("window", v.window), nil
	case "signature":
		return v.signature, nil
	case "ts", "ts_ms", "ts_iso", "expires":
		return v.time(name), nil
	}
	return v.ofRequest(name)
}

func (v values) time(name string) string {
	switch name {
	case "ts":
		return strconv.FormatInt(v.in.Now.Unix(), 10)
	case "ts_ms":
		return strconv.FormatInt(v.in.Now.UnixMilli(), 10)
	case "ts_iso":
		return v.in.Now.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return strconv.FormatInt(v.in.Now.Add(v.expiry).Unix(), 10)
}

func (v values) ofRequest(name string) (string, error) {
	r := v.r
	switch name {
	case "method":
		return r.Method, nil
	case "scheme":
		return r.Scheme, nil
	case "host":
		return r.Host, nil
	case "path":
		return r.Path, nil
	case "query":
		return r.Query, nil
	case "path_query":
		return r.pathQuery(), nil
	case "query_plain":
		return plain(r.Query)
	case "path_query_plain":
		q, err := plain(r.Query)
		return (&Request{Path: r.Path, Query: q}).pathQuery(), err
	case "url":
		return r.Scheme + "://" + r.Host + r.pathQuery(), nil
	case "body":
		return r.Body, nil
	case "content_type":
		return r.Header.Get("Content-Type"), nil
	case "body_sha256", "body_sha512":
		return digestHex(strings.TrimPrefix(name, "body_"), r.Body), nil
	}
	return "", fmt.Errorf("no variable {%s}", name)
}

// signedPassphrase is what KuCoin's second key version wants in place of the passphrase.
func (v values) signedPassphrase() (string, error) {
	secret, err := v.in.secret()
	if err != nil {
		return "", err
	}
	phrase, err := v.in.part("passphrase", "password")
	if err != nil {
		return "", err
	}
	return b64(string(mac("sha256", []byte(secret), phrase))), nil
}

// plain undoes percent escapes; a plus stays a plus.
func plain(query string) (string, error) {
	s, err := url.PathUnescape(query)
	if err != nil {
		return "", errors.New("query: a broken escape")
	}
	return s, nil
}

// escape is percent encoding as RFC 3986 has it, for one query value.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
