package sign

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"testing"
)

// ccxtCase is a call for ccxt, and the same request as a rules file would have it before it is signed.
type ccxtCase struct {
	name, scheme, url, body, nonce string
	headers, params                map[string]string
	call                           ccxtCall
}

// keyring is made anew for each run.
type keyring struct {
	text, base64, rsaPEM, edPEM, edSeed, ecPEM string
}

func newKeyring(t *testing.T) keyring {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecDER, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	return keyring{
		text: hex.EncodeToString(ed.Seed()), base64: base64.StdEncoding.EncodeToString(ed), rsaPEM: pkcs8(t, rs), edPEM: pkcs8(t, ed),
		edSeed: base64.StdEncoding.EncodeToString(ed.Seed()), ecPEM: string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: ecDER})),
	}
}

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// bare is a PEM text without its armour, on one line.
func bare(text string) string {
	block, _ := pem.Decode([]byte(text))
	return base64.StdEncoding.EncodeToString(block.Bytes)
}

type params = map[string]string

var binanceHMAC = params{"hash": "sha256", "payload": "{query}{body}", "encode": "hex", "query": "signature"}

const (
	ms  = "1700000000123"
	sec = "1700000000"
)

func ccxtCases(t *testing.T) []ccxtCase {
	t.Helper()
	keys := newKeyring(t)
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	call := func(exchange, path string, api any, method, params string) ccxtCall {
		return ccxtCall{Exchange: exchange, Path: path, API: api, Method: method, Params: raw(params), Key: "account-" + keys.text[:20], Secret: keys.text, Passphrase: "pass " + keys.text[:5]}
	}
	with := func(c ccxtCall, secret string) ccxtCall { c.Secret = secret; return c }
	list := func(s ...string) []string { return s }
	cases := []ccxtCase{
		{name: "binance HMAC", scheme: "hmac", params: binanceHMAC, headers: params{"X-MBX-APIKEY": "account-" + keys.text[:20]},
			url:  "https://api.binance.com/sapi/v1/account/apiRestrictions?timestamp=" + ms + "&recvWindow=10000",
			call: call("binance", "account/apiRestrictions", "sapi", "GET", `{}`)},
		{name: "binance Ed25519", scheme: "binance-ed25519",
			url:  "https://api.binance.com/sapi/v1/account/apiRestrictions?timestamp=" + ms + "&recvWindow=10000",
			call: with(call("binance", "account/apiRestrictions", "sapi", "GET", `{}`), keys.edPEM)},
		{name: "binance RSA", scheme: "binance-rsa",
			url:  "https://api.binance.com/sapi/v1/account/apiRestrictions?timestamp=" + ms + "&recvWindow=10000",
			call: with(call("binance", "account/apiRestrictions", "sapi", "GET", `{}`), keys.rsaPEM)},
		{name: "binance form body", scheme: "hmac", headers: params{"X-MBX-APIKEY": "account-" + keys.text[:20]},
			params: params{"payload": "{query}{body}", "form": "signature"}, body: "timestamp=" + ms + "&symbol=%E4%BD%A0USDT&recvWindow=10000",
			url: "https://api.binance.com/api/v3/order/test", call: call("binance", "order/test", "private", "POST", `{"symbol":"你USDT"}`)},
		{name: "kraken", scheme: "kraken", url: "https://api.kraken.com/0/private/GetApiKeyInfo", nonce: ms,
			call: with(call("kraken", "GetApiKeyInfo", "private", "POST", `{}`), keys.base64)},
		{name: "kraken with the nonce in the body", scheme: "kraken", url: "https://api.kraken.com/0/private/Balance", body: "nonce=" + ms + "&asset=a%20b",
			call: with(call("kraken", "Balance", "private", "POST", `{"asset":"a b"}`), keys.base64)},
		{name: "kraken JSON", scheme: "kraken", url: "https://api.kraken.com/0/private/CancelOrderBatch", body: `{"nonce":"` + ms + `","orders":["A"]}`,
			call: with(call("kraken", "CancelOrderBatch", "private", "POST", `{"orders":["A"]}`), keys.base64)},
		{name: "kraken futures", scheme: "kraken-futures", url: "https://futures.kraken.com/derivatives/api/v3/accounts",
			call: with(call("krakenfutures", "accounts", "private", "GET", `{}`), keys.base64)},
		{name: "kraken futures with a query", scheme: "krakenfutures", url: "https://futures.kraken.com/derivatives/api/v3/fills?lastFillTime=a%3Ab",
			call: with(call("krakenfutures", "fills", "private", "GET", `{"lastFillTime":"a:b"}`), keys.base64)},
		{name: "kucoin", scheme: "kucoin", url: "https://api.kucoin.com/api/v1/user/api-key",
			call: call("kucoin", "user/api-key", "private", "GET", `{}`)},
		{name: "kucoin POST", scheme: "kucoin", url: "https://api.kucoin.com/api/v1/accounts", body: `{"type":"main"}`,
			call: call("kucoin", "accounts", "private", "POST", `{"type":"main"}`)},
		{name: "okx", scheme: "okx", url: "https://www.okx.com/api/v5/account/config", call: call("okx", "account/config", "private", "GET", `{}`)},
		{name: "okx with a query", scheme: "okx", url: "https://www.okx.com/api/v5/users/subaccount/apikey?subAcct=a%20b",
			call: call("okx", "users/subaccount/apikey", "private", "GET", `{"subAcct":"a b"}`)},
		{name: "okx POST", scheme: "okx", url: "https://www.okx.com/api/v5/users/subaccount/delete-apikey", body: `{"subAcct":"a","apiKey":"b"}`,
			call: call("okx", "users/subaccount/delete-apikey", "private", "POST", `{"subAcct":"a","apiKey":"b"}`)},
		{name: "bitget", scheme: "bitget", url: "https://api.bitget.com/api/v2/spot/account/info", call: call("bitget", "v2/spot/account/info", list("private", "spot"), "GET", `{}`)},
		{name: "bitget with a query", scheme: "bitget", url: "https://api.bitget.com/api/v2/spot/account/assets?coin=a%3Ab",
			call: call("bitget", "v2/spot/account/assets", list("private", "spot"), "GET", `{"coin":"a:b"}`)},
		{name: "bitget POST", scheme: "bitget", url: "https://api.bitget.com/api/v3/user/delete-sub-api", body: `{"apiKey":"a"}`,
			call: call("bitget", "v3/user/delete-sub-api", list("private", "uta"), "POST", `{"apiKey":"a"}`)},
		{name: "bybit", scheme: "bybit", url: "https://api.bybit.com/v5/account/wallet-balance?accountType=UNIFIED", call: call("bybit", "v5/account/wallet-balance", "private", "GET", `{"accountType":"UNIFIED"}`)},
		{name: "bybit POST", scheme: "bybit", url: "https://api.bybit.com/v5/user/delete-api", body: `{}`, call: call("bybit", "v5/user/delete-api", "private", "POST", `{}`)},
		{name: "bybit RSA", scheme: "bybit-rsa", url: "https://api.bybit.com/v5/user/update-api", body: `{"readOnly":1}`,
			call: with(call("bybit", "v5/user/update-api", "private", "POST", `{"readOnly":1}`), keys.rsaPEM)},
		{name: "htx", scheme: "htx", url: "https://api.huobi.pro/v1/account/accounts", call: call("htx", "v1/account/accounts", list("spot", "private"), "GET", `{}`)},
		{name: "htx with a query", scheme: "htx", url: "https://api.huobi.pro/v2/user/api-key?uid=1&accessKey=a%2Cb",
			call: call("htx", "v2/user/api-key", list("spot", "private"), "GET", `{"uid":1,"accessKey":"a,b"}`)},
		{name: "htx POST", scheme: "htx", url: "https://api.huobi.pro/v2/sub-user/api-key-deletion", body: `{"subUid":1}`,
			call: call("htx", "v2/sub-user/api-key-deletion", list("spot", "private"), "POST", `{"subUid":1}`)},
		{name: "gate", scheme: "gate", url: "https://api.gateio.ws/api/v4/account/detail", call: call("gate", "detail", list("private", "account"), "GET", `{}`)},
		{name: "gate with a query", scheme: "gate", url: "https://api.gateio.ws/api/v4/wallet/deposits?currency=a%20b%3A", call: call("gate", "deposits", list("private", "wallet"), "GET", `{"currency":"a b:"}`)},
		{name: "gate POST", scheme: "gate", url: "https://api.gateio.ws/api/v4/wallet/transfers", body: `{"currency":"BTC"}`, call: call("gate", "transfers", list("private", "wallet"), "POST", `{"currency":"BTC"}`)},
		{name: "bitstamp", scheme: "bitstamp", nonce: aUUID, url: "https://www.bitstamp.net/api/v2/account_balances/", body: "foo=bar", call: call("bitstamp", "account_balances/", "private", "POST", `{}`)},
		{name: "gemini", scheme: "gemini", nonce: ms, url: "https://api.gemini.com/v1/account", body: `{}`, call: call("gemini", "v1/account", "private", "POST", `{}`)},
		{name: "gemini with members", scheme: "gemini", nonce: ms, url: "https://api.gemini.com/v1/account", body: `{"account":"a<b"}`, call: call("gemini", "v1/account", "private", "POST", `{"account":"a<b"}`)},
		{name: "bitfinex", scheme: "bitfinex", nonce: ms, url: "https://api.bitfinex.com/v2/auth/r/permissions", body: `{}`, call: call("bitfinex", "auth/r/permissions", "private", "POST", `{}`)},
		{name: "coinbase exchange", scheme: "coinbase-exchange", url: "https://api.exchange.coinbase.com/accounts", call: with(call("coinbaseexchange", "accounts", "private", "GET", `{}`), keys.base64)},
		{name: "coinbase exchange POST", scheme: "coinbase-exchange", url: "https://api.exchange.coinbase.com/reports", body: `{"type":"x"}`,
			call: with(call("coinbaseexchange", "reports", "private", "POST", `{"type":"x"}`), keys.base64)},
		{name: "coinbase ES256", scheme: "coinbase-cdp", nonce: someRandom, params: params{"alg": "ES256", "claims": "retail"}, headers: params{"Content-Type": "application/json"},
			url: "https://api.coinbase.com/api/v3/brokerage/key_permissions", call: with(call("coinbase", "brokerage/key_permissions", list("v3", "private"), "GET", `{}`), keys.ecPEM)},
		{name: "coinbase EdDSA", scheme: "coinbase-cdp", nonce: someRandom, params: params{"claims": "uris"}, headers: params{"Content-Type": "application/json"},
			url: "https://api.coinbase.com/api/v3/brokerage/accounts?limit=1", call: with(call("coinbase", "brokerage/accounts", list("v3", "private"), "GET", `{"limit":1}`), keys.base64)},
		{name: "upbit", scheme: "upbit", nonce: aUUID, url: "https://api.upbit.com/v1/api_keys", call: call("upbit", "api_keys", "private", "GET", `{}`)},
		{name: "upbit with a query", scheme: "upbit", nonce: aUUID, url: "https://api.upbit.com/v1/orders?market=a%20b", call: call("upbit", "orders", "private", "GET", `{"market":"a b"}`)},
		{name: "upbit POST", scheme: "upbit", nonce: aUUID, url: "https://api.upbit.com/v1/orders", body: `{"market":"a b","volume":1}`, call: call("upbit", "orders", "private", "POST", `{"market":"a b","volume":1}`)},
		{name: "bithumb", scheme: "bithumb", nonce: aUUID, url: "https://api.bithumb.com/v1/api_keys", call: call("bithumb", "v1/api_keys", "private", "GET", `{}`)},
		{name: "bithumb with a query", scheme: "bithumb", nonce: aUUID, url: "https://api.bithumb.com/v1/orders?market=a%20b", call: call("bithumb", "v1/orders", "private", "GET", `{"market":"a b"}`)},
		{name: "bithumb POST", scheme: "bithumb", nonce: aUUID, url: "https://api.bithumb.com/v1/orders", body: `{"market":"a b"}`, call: call("bithumb", "v1/orders", "private", "POST", `{"market":"a b"}`)},
		{name: "backpack", scheme: "backpack", params: params{"instruction": "accountQuery"}, url: "https://api.backpack.exchange/api/v1/account",
			call: with(call("backpack", "api/v1/account", "private", "GET", `{}`), keys.edSeed)},
		{name: "backpack with a query", scheme: "backpack", params: params{"instruction": "depositQueryAll"}, url: "https://api.backpack.exchange/wapi/v1/capital/deposits?from=a%3Ab&limit=1",
			call: with(call("backpack", "wapi/v1/capital/deposits", "private", "GET", `{"limit":1,"from":"a:b"}`), keys.base64)},
		{name: "crypto.com", scheme: "cryptocom", nonce: ms, url: "https://api.crypto.com/exchange/v1/private/user-balance",
			call: call("cryptocom", "private/user-balance", list("v1", "private"), "POST", `{}`)},
		{name: "crypto.com with params", scheme: "cryptocom", nonce: ms, url: "https://api.crypto.com/exchange/v1/private/get-trades", body: `{"limit":5,"instrument_name":"A_B","list":["x","y"]}`,
			call: call("cryptocom", "private/get-trades", list("v1", "private"), "POST", `{"limit":5,"instrument_name":"A_B","list":["x","y"]}`)},
		{name: "whitebit", scheme: "whitebit", nonce: ms, url: "https://whitebit.com/api/v4/trade-account/balance",
			call: call("whitebit", "trade-account/balance", list("v4", "private"), "POST", `{"nonceWindow":true}`)},
		{name: "whitebit with members", scheme: "whitebit", params: params{"nonce_window": "false"}, nonce: ms, url: "https://whitebit.com/api/v4/trade-account/balance", body: `{"ticker":"A&B"}`,
			call: call("whitebit", "trade-account/balance", list("v4", "private"), "POST", `{"ticker":"A&B"}`)},
		{name: "btcmarkets", scheme: "btcmarkets", url: "https://api.btcmarkets.net/v3/accounts/me/balances?a=b", call: with(call("btcmarkets", "accounts/me/balances", "private", "GET", `{"a":"b"}`), keys.base64)},
		{name: "independent reserve", scheme: "independentreserve", nonce: sec, url: "https://api.independentreserve.com/Private/GetAccounts", call: call("independentreserve", "GetAccounts", "private", "POST", `{}`)},
		{name: "independent reserve with members", scheme: "independentreserve", nonce: sec, url: "https://api.independentreserve.com/Private/GetOpenOrders", body: `{"pageIndex":1,"code":"Xbt"}`,
			call: call("independentreserve", "GetOpenOrders", "private", "POST", `{"pageIndex":1,"code":"Xbt"}`)},
		{name: "poloniex", scheme: "poloniex", url: "https://api.poloniex.com/accounts/balances", call: call("poloniex", "accounts/balances", "private", "GET", `{}`)},
		{name: "poloniex with a query", scheme: "poloniex", url: "https://api.poloniex.com/accounts/balances?zone=1&accountType=SPOT", call: call("poloniex", "accounts/balances", "private", "GET", `{"zone":1,"accountType":"SPOT"}`)},
		{name: "poloniex POST", scheme: "poloniex", url: "https://api.poloniex.com/accounts/transfer", body: `{"a":"b"}`, call: call("poloniex", "accounts/transfer", "private", "POST", `{"a":"b"}`)},
		{name: "poloniex DELETE without a body", scheme: "poloniex", url: "https://api.poloniex.com/orders", call: call("poloniex", "orders", "private", "DELETE", `{}`)},
		{name: "phemex", scheme: "phemex", url: "https://api.phemex.com/spot/wallets?currency=USDT", call: call("phemex", "spot/wallets", "private", "GET", `{"currency":"USDT"}`)},
		{name: "coinex, the form of ccxt", scheme: "coinex-sha256", url: "https://api.coinex.com/v2/account/info?a=b", call: call("coinex", "account/info", list("v2", "private"), "GET", `{"a":"b"}`)},
		{name: "bitflyer", scheme: "bitflyer", url: "https://api.bitflyer.com/v1/me/getpermissions", call: call("bitflyer", "getpermissions", "private", "GET", `{}`)},
		{name: "bitflyer POST", scheme: "bitflyer", url: "https://api.bitflyer.com/v1/me/sendchildorder", body: `{"a":1}`, call: call("bitflyer", "sendchildorder", "private", "POST", `{"a":1}`)},
		{name: "coincheck", scheme: "coincheck", nonce: ms, url: "https://coincheck.com/api/accounts/balance", call: call("coincheck", "accounts/balance", "private", "GET", `{}`)},
		{name: "coincheck POST", scheme: "coincheck", nonce: ms, url: "https://coincheck.com/api/deposit_money", body: "a=b%20c", call: call("coincheck", "deposit_money", "private", "POST", `{"a":"b c"}`)},
		{name: "luno", scheme: "luno", url: "https://api.luno.com/api/1/balance", call: call("luno", "balance", "private", "GET", `{}`)},
		{name: "mexc", scheme: "hmac", params: binanceHMAC, headers: params{"X-MEXC-APIKEY": "account-" + keys.text[:20]},
			url: "https://api.mexc.com/api/v3/account?timestamp=" + ms + "&recvWindow=5000", call: call("mexc", "account", list("spot", "private"), "GET", `{}`)},
		{name: "deribit", scheme: "deribit", nonce: ms, url: "https://www.deribit.com/api/v2/private/get_account_summary?currency=BTC", call: call("deribit", "get_account_summary", "private", "GET", `{"currency":"BTC"}`)},
		{name: "bitvavo", scheme: "bitvavo", url: "https://api.bitvavo.com/v2/account", call: call("bitvavo", "account", "private", "GET", `{}`)},
		{name: "bitvavo POST", scheme: "bitvavo", url: "https://api.bitvavo.com/v2/order", body: `{"market":"BTC-EUR"}`, call: call("bitvavo", "order", "private", "POST", `{"market":"BTC-EUR"}`)},
		{name: "bingx", scheme: "hmac", params: binanceHMAC, headers: params{"X-BX-APIKEY": "account-" + keys.text[:20], "X-SOURCE-KEY": "CCXT"},
			url: "https://open-api.bingx.com/openApi/v1/account/apiPermissions?timestamp=" + ms, call: call("bingx", "account/apiPermissions", list("account", "v1", "private"), "GET", `{}`)},
		{name: "bingx JSON body", scheme: "bingx-json", headers: params{"X-SOURCE-KEY": "CCXT"}, body: `{"apiKey":"a b","subUid":7,"timestamp":` + ms + `}`,
			url: "https://open-api.bingx.com/openApi/subAccount/v1/apiKey/del", call: call("bingx", "apiKey/del", list("subAccount", "v1", "private"), "POST", `{"subUid":7,"apiKey":"a b"}`)},
		{name: "bingx JSON body with lists", scheme: "bingx-json", headers: params{"X-SOURCE-KEY": "CCXT"}, body: `{"apiKey":"a","ipAddresses":["1.2.3.4"],"note":"x","permissions":[2],"subUid":7,"timestamp":` + ms + `}`,
			url: "https://open-api.bingx.com/openApi/subAccount/v1/apiKey/edit", call: call("bingx", "apiKey/edit", list("subAccount", "v1", "private"), "POST", `{"subUid":7,"apiKey":"a","note":"x","permissions":[2],"ipAddresses":["1.2.3.4"]}`)},
		{name: "woo", scheme: "hmac", params: params{"payload": "{ts_ms}{method}{path_query}{body}", "header": "x-api-signature", "key_header": "x-api-key", "timestamp_header": "x-api-timestamp"},
			url: "https://api.woox.io/v3/account/info", call: call("woo", "account/info", list("v3", "private"), "GET", `{}`)},
		{name: "bitbank", scheme: "hmac", headers: params{"Content-Type": "application/json", "ACCESS-TIME-WINDOW": "5000"},
			params: params{"payload": "{ts_ms}{window}{path_query}", "window": "5000", "header": "ACCESS-SIGNATURE", "key_header": "ACCESS-KEY", "timestamp_header": "ACCESS-REQUEST-TIME"},
			url:    "https://api.bitbank.cc/v1/user/assets", call: call("bitbank", "user/assets", "private", "GET", `{}`)},
		{name: "btcturk", scheme: "hmac", headers: params{"Content-Type": "application/json"},
			params: params{"payload": "{key}{ts_ms}", "secret": "base64", "encode": "base64", "header": "X-Signature", "key_header": "X-PCK", "timestamp_header": "X-Stamp"},
			url:    "https://api.btcturk.com/api/v1/users/balances", call: with(call("btcturk", "users/balances", "private", "GET", `{}`), keys.base64)},
		{name: "bitrue", scheme: "hmac", params: binanceHMAC, headers: params{"X-MBX-APIKEY": "account-" + keys.text[:20]},
			url: "https://www.bitrue.com/api/v1/account?timestamp=" + ms + "&recvWindow=5000", call: call("bitrue", "account", list("spot", "v1", "private"), "GET", `{}`)},
		{name: "tokocrypto", scheme: "hmac", params: binanceHMAC, headers: params{"X-MBX-APIKEY": "account-" + keys.text[:20]},
			url: "https://www.tokocrypto.com/open/v1/account/spot?timestamp=" + ms + "&recvWindow=5000", call: call("tokocrypto", "open/v1/account/spot", "private", "GET", `{}`)},
		{name: "blofin", scheme: "blofin", url: "https://openapi.blofin.com/api/v1/user/query-apikey", call: call("blofin", "user/query-apikey", "private", "GET", `{}`)},
		{name: "xt", scheme: "hmac", headers: params{"Content-Type": "application/json", "xt-validate-algorithms": "HmacSHA256", "xt-validate-recvwindow": "5000"},
			params: params{"payload": "xt-validate-algorithms=HmacSHA256&xt-validate-appkey={key}&xt-validate-recvwindow=5000&xt-validate-timestamp={ts_ms}#{method}#{path}", "header": "xt-validate-signature", "key_header": "xt-validate-appkey", "timestamp_header": "xt-validate-timestamp"},
			url:    "https://sapi.xt.com/v4/balances", call: call("xt", "balances", list("private", "spot"), "GET", `{}`)},
		{name: "digifinex", scheme: "hmac", params: params{"payload": "{query}", "header": "ACCESS-SIGN", "key_header": "ACCESS-KEY", "timestamp_header": "ACCESS-TIMESTAMP", "timestamp": "ts"},
			url: "https://openapi.digifinex.com/v3/spot/assets", call: call("digifinex", "spot/assets", list("private", "spot"), "GET", `{}`)},
		{name: "delta", scheme: "hmac", params: params{"payload": "{method}{ts}{path_query}{body}", "header": "signature", "key_header": "api-key", "timestamp_header": "timestamp", "timestamp": "ts"},
			url: "https://api.delta.exchange/v2/wallet/balances", call: call("delta", "wallet/balances", "private", "GET", `{}`)},
		{name: "coinspot", scheme: "hmac", body: `{"nonce":` + sec + `}`, params: params{"hash": "sha512", "payload": "{body}", "header": "sign", "key_header": "key"},
			url: "https://www.coinspot.com.au/api/v2/ro/my/balances", call: call("coinspot", "ro/my/balances", list("v2", "private"), "POST", `{}`)},
		{name: "binance DELETE of a sub-account's key", scheme: "hmac", params: binanceHMAC, headers: params{"X-MBX-APIKEY": "account-" + keys.text[:20]},
			url:  "https://api.binance.com/sapi/v1/sub-account/subAccountApi?timestamp=" + ms + "&email=a&subAccountApiKey=c&recvWindow=10000",
			call: call("binance", "sub-account/subAccountApi", "sapi", "DELETE", `{"email":"a","subAccountApiKey":"c"}`)},
		{name: "kucoin DELETE of a sub-account's key", scheme: "kucoin", url: "https://api.kucoin.com/api/v1/sub/api-key?apiKey=a&subName=b&passphrase=c",
			call: call("kucoin", "sub/api-key", "private", "DELETE", `{"apiKey":"a","subName":"b","passphrase":"c"}`)},
		{name: "gate DELETE of a sub-account's key", scheme: "gate", url: "https://api.gateio.ws/api/v4/sub_accounts/7/keys/a",
			call: call("gate", "sub_accounts/{user_id}/keys/{key}", list("private", "subAccounts"), "DELETE", `{"user_id":"7","key":"a"}`)},
		{name: "mexc DELETE of a sub-account's key", scheme: "hmac", params: binanceHMAC, headers: params{"X-MEXC-APIKEY": "account-" + keys.text[:20]},
			url:  "https://api.mexc.com/api/v3/sub-account/apiKey?subAccount=a&apiKey=b&timestamp=" + ms + "&recvWindow=5000",
			call: call("mexc", "sub-account/apiKey", list("spot", "private"), "DELETE", `{"subAccount":"a","apiKey":"b"}`)},
		{name: "whitebit deletion of a sub-account's key", scheme: "whitebit", nonce: ms, url: "https://whitebit.com/api/v4/sub-account/api-key/delete", body: `{"apiKeyId":"a"}`,
			call: call("whitebit", "sub-account/api-key/delete", list("v4", "private"), "POST", `{"nonceWindow":true,"apiKeyId":"a"}`)},
		{name: "bitstamp without a body", scheme: "bitstamp", nonce: aUUID, url: "https://www.bitstamp.net/api/v2/revoke_all_api_keys/", body: "foo=bar", call: call("bitstamp", "revoke_all_api_keys/", "private", "POST", `{}`)},
		{name: "deribit removal of a key", scheme: "deribit", nonce: ms, url: "https://www.deribit.com/api/v2/private/remove_api_key?id=7", call: call("deribit", "remove_api_key", "private", "GET", `{"id":7}`)},
		{name: "bitso, a value with key and nonce", scheme: "hmac", nonce: ms, params: params{"payload": "{nonce}{method}{path_query}{body}", "header": "Authorization", "value": "Bitso {key}:{nonce}:{signature}"},
			url: "https://bitso.com/api/v3/account_status", call: call("bitso", "account_status", "private", "GET", `{}`)},
		{name: "mercado bitcoin, text in the payload", scheme: "hmac", body: "tapi_method=get_account_info&tapi_nonce=" + sec, headers: params{"Content-Type": formType},
			params: params{"hash": "sha512", "payload": "/tapi/v3/?{body}", "header": "TAPI-MAC", "key_header": "TAPI-ID"},
			url:    "https://www.mercadobitcoin.net/tapi/v3/", call: call("mercado", "get_account_info", "private", "POST", `{}`)},
		{name: "xt, fixed headers in the payload", scheme: "hmac", headers: params{"Content-Type": "application/json", "Xt-Validate-Algorithms": "HmacSHA256", "Xt-Validate-Recvwindow": "5000"},
			params: params{"payload": "xt-validate-algorithms=HmacSHA256&xt-validate-appkey={key}&xt-validate-recvwindow=5000&xt-validate-timestamp={ts_ms}#{method}#{path}",
				"header": "xt-validate-signature", "key_header": "xt-validate-appkey", "timestamp_header": "xt-validate-timestamp"},
			url: "https://sapi.xt.com/v4/balances", call: call("xt", "balances", list("private", "spot"), "GET", `{}`)},
		{name: "lbank", scheme: "lbank", nonce: aUUID, url: "https://api.lbank.info/v2/supplement/api_Restrictions.do",
			call: with(call("lbank", "supplement/api_Restrictions", list("spot", "private"), "POST", `{}`), keys.text[:32])},
		{name: "lbank with members and an RSA key", scheme: "lbank", nonce: aUUID, url: "https://api.lbank.info/v2/supplement/orders_info.do", body: "symbol=a%20b&from=1",
			call: with(call("lbank", "supplement/orders_info", list("spot", "private"), "POST", `{"from":1,"symbol":"a b"}`), bare(keys.rsaPEM))},
		{name: "cex.io, text in the payload", scheme: "hmac", headers: params{"Content-Type": "application/json"}, body: `{}`,
			params: params{"payload": "get_my_account_status_v3{ts}{body}", "encode": "base64", "header": "X-AGGR-SIGNATURE", "key_header": "X-AGGR-KEY", "timestamp_header": "X-AGGR-TIMESTAMP", "timestamp": "ts"},
			url:    "https://trade.cex.io/api/spot/rest/get_my_account_status_v3", call: call("cex", "get_my_account_status_v3", "private", "POST", `{}`)},
	}
	return cases
}
