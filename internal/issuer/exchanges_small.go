package issuer

import (
	"crypto/sha256"
	"crypto/sha512"
	"path"
	"slices"
	"strings"
	"time"
)

// ascendex signs the time and the last part of the path.
func ascendex(q *inquiry) *Key {
	k := q.key(q.head("x-auth-key"))
	ts := q.head("x-auth-timestamp")
	q.at(ts, time.Millisecond, 30*time.Second)
	q.signature(q.head("x-auth-signature"), in64(sum(sha256.New, k.secret(), ts+path.Base(q.Path))))
	return k
}

// bitso takes key, nonce and signature in one header.
func bitso(q *inquiry) *Key {
	rest, ok := strings.CutPrefix(q.head("Authorization"), "Bitso ")
	given := strings.Split(rest, ":")
	q.form("Bitso key:nonce:signature", ok && len(given) == 3)
	if q.fault != "" {
		return &Key{}
	}
	k := q.key(given[0])
	q.signature(given[2], inHex(sum(sha256.New, k.secret(), given[1]+q.Method+q.target()+q.Body)))
	q.grows(k, given[1])
	return k
}

// cex signs the action, which ends the path, the time in seconds and the body.
func cex(q *inquiry) *Key {
	k := q.key(q.head("X-AGGR-KEY"))
	ts := q.head("X-AGGR-TIMESTAMP")
	q.at(ts, time.Second, 20*time.Second)
	q.signature(q.head("X-AGGR-SIGNATURE"), in64(sum(sha256.New, k.secret(), path.Base(q.Path)+ts+q.Body)))
	return k
}

// xt signs its own headers, sorted, then method, path, query and body, each behind a number sign.
func xt(q *inquiry) *Key {
	k := q.key(q.head("xt-validate-appkey"))
	ts := q.head("xt-validate-timestamp")
	q.at(ts, time.Millisecond, time.Duration(integer(q.head("xt-validate-recvwindow")))*time.Millisecond)
	q.form("HmacSHA256", q.head("xt-validate-algorithms") == "HmacSHA256")
	var pairs []string
	for _, name := range []string{"algorithms", "appkey", "recvwindow", "timestamp"} {
		pairs = append(pairs, "xt-validate-"+name+"="+q.Header.Get("xt-validate-"+name))
	}
	text := strings.Join(pairs, "&")
	for _, piece := range []string{q.Method, q.Path, q.Query, q.Body} {
		if piece != "" {
			text += "#" + piece
		}
	}
	q.signature(q.head("xt-validate-signature"), inHex(sum(sha256.New, k.secret(), text)))
	return k
}

// mercado signs the path with the form behind a question mark.
func mercado(q *inquiry) *Key {
	k := q.key(q.head("TAPI-ID"))
	q.form("a form", strings.HasPrefix(q.Header.Get("Content-Type"), "application/x-www-form-urlencoded"))
	q.signature(q.head("TAPI-MAC"), inHex(sum(sha512.New, k.secret(), q.Path+"?"+q.Body)))
	q.grows(k, q.field("tapi_nonce"))
	return k
}

// coinpayments signs the form, which names the public key.
func coinpayments(q *inquiry) *Key {
	k := q.key(q.field("key"))
	q.form("a form", strings.HasPrefix(q.Header.Get("Content-Type"), "application/x-www-form-urlencoded"))
	q.form("version 1", q.field("version") == "1")
	q.need("cmd", q.field("cmd"))
	q.signature(q.head("HMAC"), inHex(sum(sha512.New, k.secret(), q.Body)))
	return k
}

func copper(q *inquiry) *Key {
	id, ok := strings.CutPrefix(q.head("Authorization"), "ApiKey ")
	q.form("Authorization: ApiKey", ok)
	k := q.key(id)
	ts := q.head("X-Timestamp")
	q.at(ts, time.Millisecond, 30*time.Second)
	q.signature(q.head("X-Signature"), inHex(sum(sha256.New, k.secret(), ts+q.Method+q.target()+q.Body)))
	return k
}

// bingxJSON is BingX with parameters in a JSON body: they are signed as a sorted query, and the signature joins them.
func bingxJSON(q *inquiry) *Key {
	if q.Body == "" {
		return binance("X-BX-APIKEY")(q)
	}
	k := q.key(q.head("X-BX-APIKEY"))
	doc := q.json(q.Body)
	q.at(textOf(doc["timestamp"]), time.Millisecond, 5*time.Second)
	var pairs []string
	for name, v := range doc {
		if name != "signature" {
			pairs = append(pairs, name+"="+bareText(v))
		}
	}
	slices.Sort(pairs)
	q.signature(textOf(doc["signature"]), inHex(sum(sha256.New, k.secret(), strings.Join(pairs, "&"))))
	return k
}

// bareText writes a list in brackets, with quotes around texts only within it, as ccxt does.
func bareText(v any) string {
	list, ok := v.([]any)
	if !ok {
		return textOf(v)
	}
	var items []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			items = append(items, `"`+text+`"`)
		} else {
			items = append(items, textOf(item))
		}
	}
	return "[" + strings.Join(items, ",") + "]"
}
