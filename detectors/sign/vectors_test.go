package sign

import (
	"net/textproto"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPublishedVectors holds the schemes to the examples that issuers publish, with the examples' own keys.
func TestPublishedVectors(t *testing.T) {
	bitmexKey := params{"key": "LAqUlngMIQkIUjXMUreyu3qn", "secret": "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO"}
	gateKey := params{"key": "key", "secret": "secret"}
	awsKey := params{"key": "AKIDEXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	awsTime := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	awsHeader := func(signed, service, signature string) string {
		return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + service + "/aws4_request, SignedHeaders=" + signed + ", Signature=" + signature
	}
	// BitMEX prints the expiry, which lies a minute after the time that the scheme is given.
	bitmexTime := func(expires int64) time.Time { return time.Unix(expires-60, 0) }
	cases := map[string]struct {
		scheme string
		r      Request
		in     Inputs
		header string // name of the header that must hold want; "" for the whole query, "body" for the whole body
		want   string
	}{
		"binance HMAC in a body": {
			scheme: "hmac", header: "body",
			r: Request{Method: "POST", Path: "/api/v3/order", Body: "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"},
			in: Inputs{Parts: params{"secret": "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"},
				Params: params{"hash": "sha256", "payload": "{query}{body}", "form": "signature"}},
			want: "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
		},
		"binance HMAC of escaped text": {
			scheme: "hmac",
			r:      Request{Method: "GET", Query: "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"},
			in: Inputs{Parts: params{"secret": "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"},
				Params: params{"hash": "sha256", "payload": "{query}", "encode": "hex", "query": "signature"}},
			want: "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3",
		},
		"mexc": {
			scheme: "hmac",
			r:      Request{Method: "POST", Query: "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=11&recvWindow=5000&timestamp=1644489390087"},
			in:     Inputs{Parts: params{"secret": "45d0b3c26f2644f19bfb98b07741b2f5"}, Params: params{"payload": "{query}", "query": "signature"}},
			want:   "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=11&recvWindow=5000&timestamp=1644489390087&signature=fd3e4e8543c5188531eb7279d68ae7d26a573d0fc5ab0d18eb692451654d837a",
		},
		"kraken": {
			scheme: "kraken", header: "API-Sign",
			r:    Request{Method: "POST", Path: "/0/private/AddOrder", Body: "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"},
			in:   Inputs{Parts: params{"key": "k", "secret": "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="}},
			want: "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
		},
		"valr": {
			scheme: "hmac", header: "X-VALR-SIGNATURE",
			r: Request{Method: "GET", Path: "/v1/account/balances"},
			in: Inputs{Parts: params{"key": "k", "secret": "4961b74efac86b25cce8fbe4c9811c4c7a787b7a5996660afcc2e287ad864363"}, Now: time.UnixMilli(1558014486185),
				Params: params{"hash": "sha512", "payload": "{ts_ms}{method}{path_query}{body}", "header": "X-VALR-SIGNATURE"}},
			want: "9d52c181ed69460b49307b7891f04658e938b21181173844b5018b2fe783a6d4c62b8e67a03de4d099e7437ebfabe12c56233b73c6a0cc0f7ae87e05f6289928",
		},
		"bitbank with a time window": {
			scheme: "hmac", header: "ACCESS-SIGNATURE",
			r: Request{Method: "GET", Path: "/v1/user/assets"},
			in: Inputs{Parts: params{"key": "k", "secret": "hoge"}, Now: time.UnixMilli(1721121776490),
				Params: params{"payload": "{ts_ms}{window}{path_query}", "window": "1000", "header": "ACCESS-SIGNATURE"}},
			want: "9ec5745960d05573c8fb047cdd9191bd0c6ede26f07700bb40ecf1a3920abae8",
		},
		"indodax": {
			scheme: "hmac", header: "Sign",
			r: Request{Method: "POST", Path: "/tapi", Body: "method=getInfo&timestamp=1578304294000&recvWindow=1578303937000"},
			in: Inputs{Parts: params{"key": "k", "secret": "f60617a68fcce028f0a90bc9eb765d17379eb548cc935c01a7ee3186eecf870e9b68f27a31bcfe8d"},
				Params: params{"hash": "sha512", "payload": "{body}", "header": "Sign"}},
			want: "bab004e5a518740d7a33b38b44dbebecd3fb39f40b42391af39fcce06edabff5233b3e8064a07c528d1c751a6923d5116026c7786e01b22e2d35277a098cae99",
		},
		"bitmex": {
			scheme: "bitmex", header: "api-signature",
			r:    Request{Method: "GET", Path: "/api/v1/instrument"},
			in:   Inputs{Parts: bitmexKey, Now: bitmexTime(1518064236)},
			want: "c7682d435d0cfe87c16098df34ef2eb5a549d4c5a3c2b1f0f77b8af73423bf00",
		},
		"bitmex with a query": {
			scheme: "bitmex", header: "api-signature",
			r:    Request{Method: "GET", Path: "/api/v1/instrument", Query: "filter=%7B%22symbol%22%3A+%22XBTM15%22%7D"},
			in:   Inputs{Parts: bitmexKey, Now: bitmexTime(1518064237)},
			want: "e2f422547eecb5b3cb29ade2127e21b858b235b386bfa45e1c1756eb3383919f",
		},
		"bitmex with a body": {
			scheme: "bitmex", header: "api-signature",
			r:    Request{Method: "POST", Path: "/api/v1/order", Body: `{"symbol":"XBTM15","price":219.0,"clOrdID":"mm_bitmex_1a/oemUeQ4CAJZgP3fjHsA","orderQty":98}`},
			in:   Inputs{Parts: bitmexKey, Now: bitmexTime(1518064238)},
			want: "1749cd2ccae4aa49048ae09f0b95110cee706e0944e6a14ad0b3a8cb45bd336b",
		},
		"gate": {
			scheme: "gate", header: "SIGN",
			r:    Request{Method: "GET", Path: "/api/v4/futures/orders", Query: "contract=BTC_USD&status=finished&limit=50"},
			in:   Inputs{Parts: gateKey, Now: time.Unix(1541993715, 0)},
			want: "55f84ea195d6fe57ce62464daaa7c3c02fa9d1dde954e4c898289c9a2407a3d6fb3faf24deff16790d726b66ac9f74526668b13bd01029199cc4fcc522418b8a",
		},
		"gate with a body": {
			scheme: "gate", header: "SIGN",
			r:    Request{Method: "POST", Path: "/api/v4/futures/orders", Body: `{"contract":"BTC_USD","type":"limit","size":100,"price":6800,"time_in_force":"gtc"}`},
			in:   Inputs{Parts: gateKey, Now: time.Unix(1541993715, 0)},
			want: "eae42da914a590ddf727473aff25fc87d50b64783941061f47a3fdb92742541fc4c2c14017581b4199a1418d54471c269c03a38d788d802e2c306c37636389f0",
		},
		"bitvavo": {
			scheme: "bitvavo", header: "BITVAVO-ACCESS-SIGNATURE",
			r:    Request{Method: "POST", Path: "/v2/order", Body: `{"market":"BTC-EUR","side":"buy","price":"5000","amount":"1.23","orderType":"limit"}`},
			in:   Inputs{Parts: params{"key": "k", "secret": "bitvavo"}, Now: time.UnixMilli(1548172481125)},
			want: "44d022723a20973a18f7ee97398b9fdd405d2d019c8d39e24b8cc0dcb39ca016",
		},
		"AWS, the guide's ListUsers": {
			scheme: "aws-sigv4", header: "Authorization",
			r: Request{Method: "GET", Host: "iam.amazonaws.com", Path: "/", Query: "Action=ListUsers&Version=2010-05-08",
				Header: textproto.MIMEHeader{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}},
			in:   Inputs{Parts: awsKey, Now: awsTime, Params: params{"service": "iam"}},
			want: awsHeader("content-type;host;x-amz-date", "iam", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
		},
		"AWS, the suite's get-vanilla": {
			scheme: "aws-sigv4", header: "Authorization",
			r:    Request{Method: "GET", Host: "example.amazonaws.com", Path: "/"},
			in:   Inputs{Parts: awsKey, Now: awsTime, Params: params{"service": "service"}},
			want: awsHeader("host;x-amz-date", "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
		},
		"AWS, the suite's query in disorder": {
			scheme: "aws-sigv4", header: "Authorization",
			r:    Request{Method: "GET", Host: "example.amazonaws.com", Path: "/", Query: "Param2=value2&Param1=value1"},
			in:   Inputs{Parts: awsKey, Now: awsTime, Params: params{"service": "service"}},
			want: awsHeader("host;x-amz-date", "service", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
		},
		"Ed25519 key in hex digits, test 3 of RFC 8032": {
			scheme: "ed25519", header: "Api-Signature",
			r: Request{Body: "\xaf\x82"},
			in: Inputs{Parts: params{"key": "k", "secret": "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"},
				Params: params{"payload": "{body}", "secret": "hex", "encode": "hex", "header": "Api-Signature"}},
			want: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
		},
		"Anchorage's reference signature": {
			scheme: "ed25519", header: "Api-Signature",
			r: Request{Method: "POST", Path: "/v2/transfers", Query: "foo=bar&baz=bang",
				Body: `{"source": {"id": "1c920f4241b78a1d483a29f3c24b6c4c", "type": "VAULT"}, "assetType": "ETH", "destination": {"id": "55e89d4a644d736b01533a2ea9b32a20", "type": "VAULT"}, "amount": "1000.00000000"}`},
			in: Inputs{Parts: params{"key": "k", "secret": "0101010101010101010101010101010101010101010101010101010101010101"}, Now: time.Unix(1577880000, 0),
				Params: params{"payload": "{ts}{method}{path_query}{body}", "secret": "hex", "encode": "hex", "header": "Api-Signature", "timestamp_header": "Api-Timestamp", "timestamp": "ts"}},
			want: "4bf42054bf7db1f8a2a2bc83d2a108502ee7a9d2ac7a2738adc2f932922446786fb9be1bd1eb475023296c6cba4ddbe28b04baca4b7521b1f1840a4ffd2b4d0d",
		},
		"turnkey, the P-256 and SHA-256 example of RFC 6979": {
			scheme: "turnkey", header: "X-Stamp",
			r: Request{Method: "POST", Body: "sample"},
			in: Inputs{Parts: params{"key": "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
				"secret": "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"}},
			want: b64url([]byte(`{"publicKey":"0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6","scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":"` +
				`3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"}`)),
		},
		"luno, the example of RFC 7617": {
			scheme: "luno", header: "Authorization",
			in:   Inputs{Parts: params{"key": "Aladdin", "secret": "open sesame"}},
			want: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
		},
		"basic, the example of RFC 7617 by templates": {
			scheme: "basic", header: "Authorization",
			in:   Inputs{Parts: params{"account": "Aladdin", "token": "open sesame"}, Params: params{"user": "{account}", "password": "{token}"}},
			want: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
		},
		"basic, a token as user without a password": {
			scheme: "basic", header: "Authorization",
			in:   Inputs{Parts: params{"token": "Aladdin"}, Params: params{"user": "{token}", "password": ""}},
			want: "Basic " + b64("Aladdin:"),
		},
		"bearer, the example of RFC 6750": {
			scheme: "bearer", header: "Authorization",
			in:   Inputs{Parts: params{"token": "mF_9.B5f-4.1JqM"}},
			want: "Bearer mF_9.B5f-4.1JqM",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f, _ := ByName(c.scheme)
			r := c.r
			if err := f(&r, c.in); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{"": r.Query, "body": r.Body}[c.header]
			if c.header != "" && c.header != "body" {
				got = r.Header.Get(c.header)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("signed (-want +got):\n%s", diff)
			}
		})
	}
}
