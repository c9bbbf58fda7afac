package issuer

import "fmt"

// moreSpecimens are requests as the rules files of smaller exchanges have them.
func moreSpecimens(pair, three pairs) []specimen {
	ms, key := fmt.Sprint(fixed.UnixMilli()), pair["key"]
	signed := func(payload, hash, signature, key, stamp, unit string) pairs {
		return pairs{"payload": payload, "hash": hash, "header": signature, "key_header": key, "timestamp_header": stamp, "timestamp": unit}
	}
	query := pairs{"payload": "{query}", "query": "signature"}
	body := func(signature, key string) pairs {
		return pairs{"payload": "{body}", "hash": "sha512", "header": signature, "key_header": key}
	}
	form := pairs{"Content-Type": "application/x-www-form-urlencoded"}
	bitbank := signed("{ts_ms}{window}{path_query}", "sha256", "ACCESS-SIGNATURE", "ACCESS-KEY", "ACCESS-REQUEST-TIME", "ts_ms")
	bitbank["window"] = "5000"
	return []specimen{
		{"hmac", "GET", "https://api.bitbank.cc/v1/user/assets", "", pair, pairs{"Access-Time-Window": "5000"}, bitbank},
		{"kucoin", "DELETE", "https://api.kucoin.com/api/v1/sub/api-key?passphrase=a%20%26b", "", three, nil, nil},
		{"blofin", "GET", "https://openapi.blofin.com/api/v1/user/query-apikey?a=b", "", three, nil, nil},
		{"hmac", "GET", "https://api.woox.io/v3/account/info", "", pair, nil, signed("{ts_ms}{method}{path_query}{body}", "sha256", "x-api-signature", "x-api-key", "x-api-timestamp", "ts_ms")},
		{"hmac", "POST", "https://api.bitkub.com/api/v3/user/limits", "", pair, nil, signed("{ts_ms}{method}{path_query}{body}", "sha256", "X-BTK-SIGN", "X-BTK-APIKEY", "X-BTK-TIMESTAMP", "ts_ms")},
		{"hmac", "GET", "https://api.delta.exchange/v2/wallet/balances", "", pair, nil, signed("{method}{ts}{path_query}{body}", "sha256", "signature", "api-key", "timestamp", "ts")},
		{"hmac", "GET", "https://api.valr.com/v1/account/api-keys/current", "", pair, nil, signed("{ts_ms}{method}{path_query}{body}", "sha512", "X-VALR-SIGNATURE", "X-VALR-API-KEY", "X-VALR-TIMESTAMP", "ts_ms")},
		{"hmac", "GET", "https://www.tokocrypto.com/open/v1/account/spot?timestamp=" + ms, "", pair, pairs{"X-MBX-APIKEY": key}, query},
		{"hmac", "GET", "https://api-glb.hashkey.com/api/v1/account?timestamp=" + ms, "", pair, pairs{"X-HK-APIKEY": key}, query},
		{"hmac", "GET", "https://api.3commas.io/public/api/ver1/accounts?per_page=1", "", pair, nil, pairs{"payload": "{path_query}", "header": "Signature", "key_header": "APIKEY"}},
		{"hmac", "POST", "https://www.coinspot.com.au/api/v2/ro/my/balances", `{"nonce":1700000000}`, pair, nil, body("sign", "key")},
		{"hmac", "POST", "https://indodax.com/tapi", "method=getInfo&timestamp=" + ms + "&recvWindow=5000", pair, form, body("Sign", "Key")},
	}
}
