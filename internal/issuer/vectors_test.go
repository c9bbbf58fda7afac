package issuer

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// vector is a request as an issuer's documentation prints it.
type vector struct {
	name, method, url, body string
	headers                 map[string]string
	key, secret             string
	now                     time.Time
}

func (v vector) request() *Request {
	rest := strings.TrimPrefix(v.url, "https://")
	target, query, _ := strings.Cut(rest, "?")
	host, path, _ := strings.Cut(target, "/")
	r := &Request{Method: v.method, Host: host, Path: "/" + path, Query: query, Header: http.Header{}, Body: v.body}
	for name, value := range v.headers {
		r.Header.Set(name, value)
	}
	return r
}

// inspect runs the check of the request's host.
func inspect(t *testing.T, r *Request, now time.Time, keys ...*Key) *inquiry {
	t.Helper()
	check, ok := authOf(vendors(), r)
	if !ok {
		t.Fatalf("no issuer at %s", r.Host)
	}
	q := &inquiry{Request: r, keys: &keyring{keys: keys}, now: now}
	check(q)
	return q
}

func vectors() []vector {
	const (
		binanceKey    = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
		binanceSecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
		bitmexKey     = "LAqUlngMIQkIUjXMUreyu3qn"
		bitmexSecret  = "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO"
		krakenSecret  = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
		order         = "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
	)
	bitmexHeaders := func(expires, sign string) map[string]string {
		return map[string]string{"api-key": bitmexKey, "api-expires": expires, "api-signature": sign}
	}
	gateHeaders := func(sign string) map[string]string {
		return map[string]string{"KEY": "key", "Timestamp": "1541993715", "SIGN": sign}
	}
	return []vector{
		{"binance", "POST", "https://api.binance.com/api/v3/order?symbol=LTCBTC&" + order + "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71", "",
			map[string]string{"X-MBX-APIKEY": binanceKey}, binanceKey, binanceSecret, time.UnixMilli(1499827319559)},
		{"binance, query and body", "POST", "https://api.binance.com/api/v3/order?symbol=LTCBTC&" + order[:strings.Index(order, "&quantity")],
			order[strings.Index(order, "quantity"):] + "&signature=0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77",
			map[string]string{"X-MBX-APIKEY": binanceKey}, binanceKey, binanceSecret, time.UnixMilli(1499827319559)},
		{"binance, percent-encoded", "POST", "https://api.binance.com/api/v3/order?symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&" + order + "&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3", "",
			map[string]string{"X-MBX-APIKEY": binanceKey}, binanceKey, binanceSecret, time.UnixMilli(1499827319559)},
		{"kraken", "POST", "https://api.kraken.com/0/private/AddOrder", "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
			map[string]string{"API-Key": "k", "API-Sign": "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="}, "k", krakenSecret, time.UnixMilli(1616492376594)},
		{"bitmex", "GET", "https://www.bitmex.com/api/v1/instrument", "",
			bitmexHeaders("1518064236", "c7682d435d0cfe87c16098df34ef2eb5a549d4c5a3c2b1f0f77b8af73423bf00"), bitmexKey, bitmexSecret, time.Unix(1518064231, 0)},
		{"bitmex, a query", "GET", "https://www.bitmex.com/api/v1/instrument?filter=%7B%22symbol%22%3A+%22XBTM15%22%7D", "",
			bitmexHeaders("1518064237", "e2f422547eecb5b3cb29ade2127e21b858b235b386bfa45e1c1756eb3383919f"), bitmexKey, bitmexSecret, time.Unix(1518064232, 0)},
		{"bitmex, a body", "POST", "https://www.bitmex.com/api/v1/order", `{"symbol":"XBTM15","price":219.0,"clOrdID":"mm_bitmex_1a/oemUeQ4CAJZgP3fjHsA","orderQty":98}`,
			bitmexHeaders("1518064238", "1749cd2ccae4aa49048ae09f0b95110cee706e0944e6a14ad0b3a8cb45bd336b"), bitmexKey, bitmexSecret, time.Unix(1518064233, 0)},
		{"gate", "GET", "https://api.gateio.ws/api/v4/futures/orders?contract=BTC_USD&status=finished&limit=50", "",
			gateHeaders("55f84ea195d6fe57ce62464daaa7c3c02fa9d1dde954e4c898289c9a2407a3d6fb3faf24deff16790d726b66ac9f74526668b13bd01029199cc4fcc522418b8a"), "key", "secret", time.Unix(1541993715, 0)},
		{"gate, a body", "POST", "https://api.gateio.ws/api/v4/futures/orders", `{"contract":"BTC_USD","type":"limit","size":100,"price":6800,"time_in_force":"gtc"}`,
			gateHeaders("eae42da914a590ddf727473aff25fc87d50b64783941061f47a3fdb92742541fc4c2c14017581b4199a1418d54471c269c03a38d788d802e2c306c37636389f0"), "key", "secret", time.Unix(1541993715, 0)},
		{"mexc", "POST", "https://api.mexc.com/api/v3/order?symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=11&recvWindow=5000&timestamp=1644489390087&signature=fd3e4e8543c5188531eb7279d68ae7d26a573d0fc5ab0d18eb692451654d837a", "",
			map[string]string{"X-MEXC-APIKEY": "mx0aBYs33eIilxBWC5"}, "mx0aBYs33eIilxBWC5", "45d0b3c26f2644f19bfb98b07741b2f5", time.UnixMilli(1644489390087)},
		{"bitvavo", "POST", "https://api.bitvavo.com/v2/order", `{"market":"BTC-EUR","side":"buy","price":"5000","amount":"1.23","orderType":"limit"}`,
			map[string]string{"Bitvavo-Access-Key": "k", "Bitvavo-Access-Timestamp": "1548172481125", "Bitvavo-Access-Signature": "44d022723a20973a18f7ee97398b9fdd405d2d019c8d39e24b8cc0dcb39ca016"}, "k", "bitvavo", time.UnixMilli(1548172481125)},
		{"aws, the example of the IAM documentation", "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", "",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Amz-Date": "20150830T123600Z",
				"Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
			"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)},
		{"turnkey's curve, the example of RFC 6979", "POST", "https://api.turnkey.com/public/v1/query/whoami", "sample",
			map[string]string{"X-Stamp": stamp("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
				"3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")},
			"0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", time.Unix(0, 0)},
	}
}

// TestVectors feeds the checks what documentation says is right, and the same with one thing changed.
func TestVectors(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			good := func() *Key { return &Key{Parts: map[string]string{"key": v.key, "secret": v.secret}} }
			if q := inspect(t, v.request(), v.now, good()); q.fault != "" {
				t.Fatalf("refused: %s (%s)", q.fault, q.detail)
			}
			other := good()
			other.Parts["secret"] = flip(v.secret, len(v.secret)/2)
			if q := inspect(t, v.request(), v.now, other); q.fault != FaultSignature {
				t.Errorf("another secret: %q", q.fault)
			}
			changed := v.request()
			changed.Body += " "
			if q := inspect(t, changed, v.now, good()); q.fault == "" {
				t.Error("another body was taken")
			}
			if v.now.Unix() == 0 {
				return
			}
			if q := inspect(t, v.request(), v.now.Add(time.Hour), good()); q.fault != FaultTime && v.name != "kraken" {
				t.Errorf("an hour later: %q", q.fault)
			}
		})
	}
}
