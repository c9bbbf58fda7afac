package sign

import "time"

// recipes lists the exchanges whose scheme is a digest over parts of the request, as their documentation and ccxt have them.
func recipes() map[string]recipe {
	window := map[string][]string{"window": nil}
	bybit := recipe{
		payload: "{ts_ms}{key}{window}{query}{body}", window: "5000", params: window,
		headers: [][2]string{{"X-BAPI-API-KEY", "{key}"}, {"X-BAPI-TIMESTAMP", "{ts_ms}"}, {"X-BAPI-RECV-WINDOW", "{window}"}, {"X-BAPI-SIGN", "{signature}"}},
	}
	// Bitget, Gate and KuCoin verify over the query before percent encoding.
	bitget := recipe{
		payload: "{ts_ms}{method}{path_query_plain}{body}", encode: "base64",
		headers: [][2]string{{"ACCESS-KEY", "{key}"}, {"ACCESS-SIGN", "{signature}"}, {"ACCESS-TIMESTAMP", "{ts_ms}"}, {"ACCESS-PASSPHRASE", "{passphrase}"}},
	}
	coinex := recipe{
		payload: "{method}{path_query}{body}{ts_ms}",
		headers: [][2]string{{"X-COINEX-KEY", "{key}"}, {"X-COINEX-SIGN", "{signature}"}, {"X-COINEX-TIMESTAMP", "{ts_ms}"}},
	}
	binance := recipe{
		payload: "{query}{body}", encode: "base64", query: "signature", mime: formType,
		headers: [][2]string{{"X-MBX-APIKEY", "{key}"}},
	}
	return map[string]recipe{
		"bybit":           bybit,
		"bybit-rsa":       bybit.with("rsa", "base64"),
		"bitget":          bitget,
		"bitget-rsa":      bitget.with("rsa", "base64"),
		"coinex":          coinex,
		"coinex-sha256":   coinex.with("sha", "hex"),
		"binance-ed25519": binance.with("ed25519", "base64"),
		"binance-rsa":     binance.with("rsa", "base64"),
		"kucoin": {
			payload: "{ts_ms}{method}{path_query_plain}{body}", encode: "base64",
			headers: [][2]string{{"KC-API-KEY", "{key}"}, {"KC-API-TIMESTAMP", "{ts_ms}"}, {"KC-API-SIGN", "{signature}"},
				{"KC-API-PASSPHRASE", "{passphrase_hmac}"}, {"KC-API-KEY-VERSION", "2"}},
		},
		"okx": {
			payload: "{ts_iso}{method}{path_query}{body}", encode: "base64",
			headers: [][2]string{{"OK-ACCESS-KEY", "{key}"}, {"OK-ACCESS-SIGN", "{signature}"}, {"OK-ACCESS-TIMESTAMP", "{ts_iso}"}, {"OK-ACCESS-PASSPHRASE", "{passphrase}"}},
		},
		"gate": {
			payload: "{method}\n{path}\n{query_plain}\n{body_sha512}\n{ts}", hash: "sha512",
			headers: [][2]string{{"KEY", "{key}"}, {"Timestamp", "{ts}"}, {"SIGN", "{signature}"}},
		},
		"bitstamp": {
			payload: "BITSTAMP {key}{method}{host}{path_query}{content_type}{nonce}{ts_ms}v2{body}", nonce: "uuid", mime: formType,
			headers: [][2]string{{"X-Auth", "BITSTAMP {key}"}, {"X-Auth-Nonce", "{nonce}"}, {"X-Auth-Timestamp", "{ts_ms}"}, {"X-Auth-Version", "v2"}, {"X-Auth-Signature", "{signature}"}},
		},
		"bitfinex": {
			payload: "/api{path}{nonce}{body}", nonce: "ms", hash: "sha384",
			headers: [][2]string{{"bfx-apikey", "{key}"}, {"bfx-nonce", "{nonce}"}, {"bfx-signature", "{signature}"}},
		},
		"coinbase-exchange": {
			payload: "{ts}{method}{path_query}{body}", secret: "base64", encode: "base64",
			headers: [][2]string{{"CB-ACCESS-KEY", "{key}"}, {"CB-ACCESS-SIGN", "{signature}"}, {"CB-ACCESS-TIMESTAMP", "{ts}"}, {"CB-ACCESS-PASSPHRASE", "{passphrase}"}},
		},
		"btcmarkets": {
			payload: "{method}{path}{ts_ms}{body}", hash: "sha512", secret: "base64", encode: "base64",
			headers: [][2]string{{"BM-AUTH-APIKEY", "{key}"}, {"BM-AUTH-TIMESTAMP", "{ts_ms}"}, {"BM-AUTH-SIGNATURE", "{signature}"}},
		},
		"phemex": {
			payload: "{path}{query}{expires}{body}", expiry: time.Minute,
			headers: [][2]string{{"x-phemex-access-token", "{key}"}, {"x-phemex-request-expiry", "{expires}"}, {"x-phemex-request-signature", "{signature}"}},
		},
		"bitflyer": {
			payload: "{ts}{method}{path_query}{body}",
			headers: [][2]string{{"ACCESS-KEY", "{key}"}, {"ACCESS-TIMESTAMP", "{ts}"}, {"ACCESS-SIGN", "{signature}"}},
		},
		"coincheck": {
			payload: "{nonce}{url}{body}", nonce: "ms", mime: formType,
			headers: [][2]string{{"ACCESS-KEY", "{key}"}, {"ACCESS-NONCE", "{nonce}"}, {"ACCESS-SIGNATURE", "{signature}"}},
		},
		"deribit": {
			payload: "{ts_ms}\n{nonce}\n{method}\n{path_query}\n{body}\n", nonce: "ms",
			headers: [][2]string{{"Authorization", "deri-hmac-sha256 id={key},ts={ts_ms},sig={signature},nonce={nonce}"}},
		},
		"bitmex": {
			payload: "{method}{path_query}{expires}{body}", expiry: time.Minute,
			headers: [][2]string{{"api-key", "{key}"}, {"api-expires", "{expires}"}, {"api-signature", "{signature}"}},
		},
		"bitvavo": {
			payload: "{ts_ms}{method}{path_query}{body}", window: "10000", params: window,
			headers: [][2]string{{"BITVAVO-ACCESS-KEY", "{key}"}, {"BITVAVO-ACCESS-SIGNATURE", "{signature}"}, {"BITVAVO-ACCESS-TIMESTAMP", "{ts_ms}"}, {"BITVAVO-ACCESS-WINDOW", "{window}"}},
		},
		"blofin": {
			payload: "{path_query}{method}{ts_ms}{ts_ms}{body}", encode: "base64hex",
			headers: [][2]string{{"ACCESS-KEY", "{key}"}, {"ACCESS-SIGN", "{signature}"}, {"ACCESS-TIMESTAMP", "{ts_ms}"}, {"ACCESS-NONCE", "{ts_ms}"}, {"ACCESS-PASSPHRASE", "{passphrase}"}},
		},
		"robinhood": {
			kind: "ed25519", payload: "{key}{ts}{path_query}{method}{body}", encode: "base64",
			headers: [][2]string{{"x-api-key", "{key}"}, {"x-timestamp", "{ts}"}, {"x-signature", "{signature}"}},
		},
	}
}

func (rc recipe) with(kind, encoding string) recipe {
	rc.kind, rc.encode = kind, encoding
	return rc
}
