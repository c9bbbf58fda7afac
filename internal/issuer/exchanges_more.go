package issuer

import (
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"slices"
	"strings"
	"time"
)

// moreExchangeHosts are exchanges that sign one line of text, and those that speak as another one does.
func moreExchangeHosts() []vendor {
	return slices.Concat(
		at(binance("X-MBX-APIKEY"), "www.tokocrypto.com", "openapi.bitrue.com", "fapi.asterdex.com", "fapi.asterdex-testnet.com"),
		at(binance("X-HK-APIKEY"), "api-glb.hashkey.com", "api-pro.hashkey.com", "api-glb.sim.hashkeydev.com", "api-pro.sim.hashkeydev.com"),
		at(woo, "api.woox.io", "api.staging.woox.io"),
		at(bitkub, "api.bitkub.com"),
		at(delta, "api.india.delta.exchange", "api.delta.exchange", "cdn-ind.testnet.deltaex.org", "testnet-api.delta.exchange"),
		at(valr, "api.valr.com"),
		at(bitbank, "api.bitbank.cc"),
		at(btcturk, "api.btcturk.com"),
		at(blofin, "openapi.blofin.com", "demo-trading-openapi.blofin.com"),
		at(digifinex, "openapi.digifinex.com"),
		at(threeCommas, "api.3commas.io"),
		at(coinspot, "www.coinspot.com.au"),
		at(indodax, "indodax.com"),
		at(carried(user, password), "api.hitbtc.com", "api.demo.hitbtc.com"),
		at(carried(inHeader("X-Api-Key", "")), "api.bitpanda.com"),
		at(bearer, "api.onetrading.com"),
		at(carried(user, password), "accounts.probit.com"),
		at(carried(inMember("apiKey")), "api.swyftx.com.au"),
		at(carried(quoted), "api.exchange.coinjar.com"),
	)
}

// quoted is the token of Authorization: Token token="...".
func quoted(q *inquiry) string {
	v, ok := strings.CutSuffix(inHeader("Authorization", `Token token="`)(q), `"`)
	q.form("a quoted token", ok)
	return v
}

// stamped reads key and time from headers: the time in units around now.
func (q *inquiry) stamped(key, stamp string, unit time.Duration) (*Key, string) {
	k, ts := q.key(q.head(key)), q.head(stamp)
	q.at(ts, unit, time.Minute)
	return k, ts
}

// hexOf demands the hex digest of text in a header.
func (q *inquiry) hexOf(header string, h func() hash.Hash, k *Key, text string) *Key {
	q.signature(q.head(header), inHex(sum(h, k.secret(), text)))
	return k
}

func woo(q *inquiry) *Key {
	k, ts := q.stamped("x-api-key", "x-api-timestamp", time.Millisecond)
	return q.hexOf("x-api-signature", sha256.New, k, ts+q.Method+q.target()+q.Body)
}

func bitkub(q *inquiry) *Key {
	k, ts := q.stamped("X-BTK-APIKEY", "X-BTK-TIMESTAMP", time.Millisecond)
	return q.hexOf("X-BTK-SIGN", sha256.New, k, ts+q.Method+q.target()+q.Body)
}

func delta(q *inquiry) *Key {
	k, ts := q.stamped("api-key", "timestamp", time.Second)
	return q.hexOf("signature", sha256.New, k, q.Method+ts+q.target()+q.Body)
}

func valr(q *inquiry) *Key {
	k, ts := q.stamped("X-VALR-API-KEY", "X-VALR-TIMESTAMP", time.Millisecond)
	return q.hexOf("X-VALR-SIGNATURE", sha512.New, k, ts+q.Method+q.target()+q.Body)
}

// bitbank signs the path of a GET, and the body of anything else.
func bitbank(q *inquiry) *Key {
	k, ts := q.stamped("ACCESS-KEY", "ACCESS-REQUEST-TIME", time.Millisecond)
	text := q.Body
	if q.Method == "GET" {
		text = q.target()
	}
	return q.hexOf("ACCESS-SIGNATURE", sha256.New, k, ts+q.head("ACCESS-TIME-WINDOW")+text)
}

// btcturk signs the key and the time, nothing of the request.
func btcturk(q *inquiry) *Key {
	k, ts := q.stamped("X-PCK", "X-Stamp", time.Millisecond)
	q.signature(q.head("X-Signature"), in64(sum(sha256.New, from64(k.secret()), k.id()+ts)))
	return k
}

// blofin wants the base64 of the hex digits, not of the bytes.
func blofin(q *inquiry) *Key {
	k, ts := q.stamped("ACCESS-KEY", "ACCESS-TIMESTAMP", time.Millisecond)
	text := q.target() + q.Method + ts + q.head("ACCESS-NONCE") + q.Body
	q.signature(q.head("ACCESS-SIGN"), in64([]byte(inHex(sum(sha256.New, k.secret(), text)))))
	q.want(FaultPassphrase, "passphrase", q.head("ACCESS-PASSPHRASE"), k.Parts["passphrase"])
	return k
}

// digifinex signs the parameters alone.
func digifinex(q *inquiry) *Key {
	k, _ := q.stamped("ACCESS-KEY", "ACCESS-TIMESTAMP", time.Second)
	return q.hexOf("ACCESS-SIGN", sha256.New, k, q.Query+q.Body)
}

func threeCommas(q *inquiry) *Key {
	return q.hexOf("Signature", sha256.New, q.key(q.head("APIKEY")), q.target()+q.Body)
}

// coinspot wants a growing nonce in its JSON body.
func coinspot(q *inquiry) *Key {
	k := q.hexOf("sign", sha512.New, q.key(q.head("key")), q.Body)
	q.grows(k, textOf(q.json(q.Body)["nonce"]))
	return k
}

// indodax takes the time in its form.
func indodax(q *inquiry) *Key {
	k := q.hexOf("Sign", sha512.New, q.key(q.head("Key")), q.Body)
	q.at(q.field("timestamp"), time.Millisecond, time.Duration(integer(q.field("recvWindow")))*time.Millisecond)
	return k
}
