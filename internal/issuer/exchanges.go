package issuer

import (
	"crypto/sha256"
	"crypto/sha512"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Each function below is one issuer's way to check who asks, written from its documentation (or, where it says so, from
// what ccxt sends), never from package sign.

// binance is the family of Binance, MEXC, BingX and others: the signature is the last parameter and covers all before it,
// query and body. A key whose secret is a private key signs with that.
func binance(header string) auth {
	return func(q *inquiry) *Key {
		k := q.key(q.head(header))
		all := q.Query + q.Body
		at := strings.LastIndex(all, "signature=")
		q.form("signature is the last parameter", at > 0 && all[at-1] == '&' && !strings.Contains(all[at:], "&"))
		if q.fault != "" {
			return k
		}
		window := 5 * time.Second
		if w := integer(pairOf(all, "recvWindow")); w > 0 {
			window = min(time.Duration(w)*time.Millisecond, time.Minute)
		}
		q.at(pairOf(all, "timestamp"), time.Millisecond, window)
		signed, got := all[:at-1], pairOf(all, "signature")
		if isPEM(k.secret()) {
			q.signedBy(k.secret(), signed, got)
			return k
		}
		q.signature(strings.ToLower(got), inHex(sum(sha256.New, k.secret(), signed)))
		return k
	}
}

// kucoin wants key version 2 or 3, whose passphrase is signed too.
func kucoin(q *inquiry) *Key {
	k := q.key(q.head("KC-API-KEY"))
	ts := q.head("KC-API-TIMESTAMP")
	q.at(ts, time.Millisecond, 5*time.Second)
	q.form("key version 2 or 3", slices.Contains([]string{"2", "3"}, q.head("KC-API-KEY-VERSION")))
	q.signature(q.head("KC-API-SIGN"), in64(sum(sha256.New, k.secret(), ts+q.Method+q.plainTarget()+q.Body)))
	q.want(FaultPassphrase, "KC-API-PASSPHRASE", q.head("KC-API-PASSPHRASE"), in64(sum(sha256.New, k.secret(), k.part("passphrase", "password"))))
	return k
}

func okx(q *inquiry) *Key {
	k := q.key(q.head("OK-ACCESS-KEY"))
	ts := q.head("OK-ACCESS-TIMESTAMP")
	q.layout(ts, "2006-01-02T15:04:05.000Z", 30*time.Second)
	q.want(FaultPassphrase, "OK-ACCESS-PASSPHRASE", q.head("OK-ACCESS-PASSPHRASE"), k.part("passphrase", "password"))
	q.signature(q.head("OK-ACCESS-SIGN"), in64(sum(sha256.New, k.secret(), ts+q.Method+q.target()+q.Body)))
	return k
}

// bitget signs the query before percent encoding.
func bitget(q *inquiry) *Key {
	k := q.key(q.head("ACCESS-KEY"))
	ts := q.head("ACCESS-TIMESTAMP")
	q.at(ts, time.Millisecond, 30*time.Second)
	q.want(FaultPassphrase, "ACCESS-PASSPHRASE", q.head("ACCESS-PASSPHRASE"), k.part("passphrase", "password"))
	signed := ts + q.Method + q.plainTarget() + q.Body
	if isPEM(k.secret()) {
		q.signedBy(k.secret(), signed, q.head("ACCESS-SIGN"))
		return k
	}
	q.signature(q.head("ACCESS-SIGN"), in64(sum(sha256.New, k.secret(), signed)))
	return k
}

// bybit signs the query of a GET and the body of a POST.
func bybit(q *inquiry) *Key {
	k := q.key(q.head("X-BAPI-API-KEY"))
	ts, window := q.head("X-BAPI-TIMESTAMP"), q.head("X-BAPI-RECV-WINDOW")
	q.at(ts, time.Millisecond, time.Duration(integer(window))*time.Millisecond)
	what := q.Query
	if q.Method == http.MethodPost {
		what = q.Body
		q.form("POST has no query", q.Query == "")
		q.form("JSON", strings.HasPrefix(q.Header.Get("Content-Type"), "application/json"))
	}
	signed := ts + q.Header.Get("X-BAPI-API-KEY") + window + what
	if isPEM(k.secret()) {
		q.signedBy(k.secret(), signed, q.head("X-BAPI-SIGN"))
		return k
	}
	q.signature(q.head("X-BAPI-SIGN"), inHex(sum(sha256.New, k.secret(), signed)))
	return k
}

// htx authenticates in the query: four parameters and the signature, everything sorted.
func htx(q *inquiry) *Key {
	k := q.key(q.param("AccessKeyId"))
	q.form("SignatureMethod is HmacSHA256", q.param("SignatureMethod") == "HmacSHA256")
	q.form("SignatureVersion is 2", q.param("SignatureVersion") == "2")
	q.layout(q.param("Timestamp"), "2006-01-02T15:04:05", 5*time.Minute)
	rest := strings.Split(without(q.Query, "Signature"), "&")
	q.form("sorted parameters", slices.IsSorted(rest))
	signed := strings.Join([]string{q.Method, strings.ToLower(q.Host), q.Path, strings.Join(rest, "&")}, "\n")
	q.signature(q.param("Signature"), in64(sum(sha256.New, k.secret(), signed)))
	return k
}

func gate(q *inquiry) *Key {
	k := q.key(q.head("KEY"))
	ts := q.head("Timestamp")
	q.at(ts, time.Second, time.Minute)
	lines := []string{q.Method, q.Path, unescaped(q.Query), inHex(plainSum(sha512.New, q.Body)), ts}
	q.signature(q.head("SIGN"), inHex(sum(sha512.New, k.secret(), strings.Join(lines, "\n"))))
	return k
}

// bitstamp leaves out the content type of an empty body, and refuses one then.
func bitstamp(q *inquiry) *Key {
	who := q.head("X-Auth")
	id, ok := strings.CutPrefix(who, "BITSTAMP ")
	q.form("X-Auth begins with BITSTAMP", ok)
	k := q.key(id)
	nonce, ts := q.head("X-Auth-Nonce"), q.head("X-Auth-Timestamp")
	q.form("nonce of 36 characters in lower case", len(nonce) == 36 && nonce == strings.ToLower(nonce))
	q.form("version v2", q.head("X-Auth-Version") == "v2")
	q.at(ts, time.Millisecond, 150*time.Second)
	mime := q.Header.Get("Content-Type")
	q.form("no content type without a body", (q.Body == "") == (mime == ""))
	query := ""
	if q.Query != "" {
		query = "?" + q.Query
	}
	q.signature(q.head("X-Auth-Signature"), inHex(sum(sha256.New, k.secret(), who+q.Method+q.Host+q.Path+query+mime+nonce+ts+"v2"+q.Body)))
	q.once(k, nonce)
	return k
}

func coinbaseExchange(q *inquiry) *Key {
	k := q.key(q.head("CB-ACCESS-KEY"))
	ts := q.head("CB-ACCESS-TIMESTAMP")
	q.at(ts, time.Second, 30*time.Second)
	q.want(FaultPassphrase, "CB-ACCESS-PASSPHRASE", q.head("CB-ACCESS-PASSPHRASE"), k.part("passphrase", "password"))
	q.signature(q.head("CB-ACCESS-SIGN"), in64(sum(sha256.New, from64(k.secret()), ts+q.Method+q.target()+q.Body)))
	return k
}

func btcmarkets(q *inquiry) *Key {
	k := q.key(q.head("BM-AUTH-APIKEY"))
	ts := q.head("BM-AUTH-TIMESTAMP")
	q.at(ts, time.Millisecond, 30*time.Second)
	q.signature(q.head("BM-AUTH-SIGNATURE"), in64(sum(sha512.New, from64(k.secret()), q.Method+q.Path+ts+q.Body)))
	return k
}

// poloniex signs method, path and sorted parameters on a line each; signTimestamp counts as a parameter.
func poloniex(q *inquiry) *Key {
	k := q.key(q.head("key"))
	ts := q.head("signTimestamp")
	q.at(ts, time.Millisecond, time.Minute)
	last := "requestBody=" + q.Body + "&signTimestamp=" + ts
	if q.Body == "" {
		pairs := []string{"signTimestamp=" + ts}
		if q.Query != "" {
			pairs = append(pairs, strings.Split(q.Query, "&")...)
		}
		slices.Sort(pairs)
		last = strings.Join(pairs, "&")
	}
	q.signature(q.head("signature"), in64(sum(sha256.New, k.secret(), q.Method+"\n"+q.Path+"\n"+last)))
	return k
}

// phemex takes the time at which the request ends to count, at most a minute ahead.
func phemex(q *inquiry) *Key {
	k := q.key(q.head("x-phemex-access-token"))
	till := q.head("x-phemex-request-expiry")
	q.till(till, 2*time.Minute)
	q.signature(q.head("x-phemex-request-signature"), inHex(sum(sha256.New, k.secret(), q.Path+q.Query+till+q.Body)))
	return k
}

// till demands a second that has not passed and is no further than the span away.
func (q *inquiry) till(text string, span time.Duration) {
	end := time.Unix(integer(text), 0)
	if !end.After(q.now.Add(-time.Second)) || end.Sub(q.now) > span {
		q.fail(FaultTime, "expiry")
	}
}

func bitmex(q *inquiry) *Key {
	k := q.key(q.head("api-key"))
	till := q.head("api-expires")
	q.till(till, 2*time.Minute)
	q.signature(q.head("api-signature"), inHex(sum(sha256.New, k.secret(), q.Method+q.target()+till+q.Body)))
	return k
}

// coinex signs with HMAC, as its documentation of v2 says; ccxt sends the older SHA-256 over the text and the secret.
func coinex(q *inquiry) *Key {
	k := q.key(q.head("X-COINEX-KEY"))
	ts, got := q.head("X-COINEX-TIMESTAMP"), q.head("X-COINEX-SIGN")
	q.at(ts, time.Millisecond, 5*time.Second)
	signed := q.Method + q.target() + q.Body + ts
	if old := inHex(plainSum(sha256.New, signed+k.secret())); got == old && k.secret() != "" {
		return k
	}
	q.signature(got, inHex(sum(sha256.New, k.secret(), signed)))
	return k
}

func bitflyer(q *inquiry) *Key {
	k := q.key(q.head("ACCESS-KEY"))
	ts := q.head("ACCESS-TIMESTAMP")
	q.at(ts, time.Second, 30*time.Second)
	q.signature(q.head("ACCESS-SIGN"), inHex(sum(sha256.New, k.secret(), ts+q.Method+q.target()+q.Body)))
	return k
}

func bitvavo(q *inquiry) *Key {
	k := q.key(q.head("Bitvavo-Access-Key"))
	ts := q.head("Bitvavo-Access-Timestamp")
	window := 10 * time.Second
	if w := integer(q.Header.Get("Bitvavo-Access-Window")); w > 0 {
		window = min(time.Duration(w)*time.Millisecond, time.Minute)
	}
	q.at(ts, time.Millisecond, window)
	q.form("path under /v2", strings.HasPrefix(q.Path, "/v2/"))
	q.signature(q.head("Bitvavo-Access-Signature"), inHex(sum(sha256.New, k.secret(), ts+q.Method+q.target()+q.Body)))
	return k
}
