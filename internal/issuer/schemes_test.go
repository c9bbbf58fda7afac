package issuer

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/sign"
)

// specimen is a call to sign by a scheme, for an issuer that this package checks by itself.
type specimen struct {
	scheme            string
	method, url, body string
	parts             map[string]string
	headers, params   map[string]string
}

func (s specimen) name() string { return s.scheme + " " + s.method + " " + s.url }

var fixed = time.UnixMilli(1700000000123)

// rule is the specimen as a rules file would have it.
func (s specimen) rule() detectors.Rule {
	return detectors.Rule{ID: "specimen", Verify: &detectors.Call{Name: "verify", Method: s.method, URL: s.url, Body: s.body, Sign: &detectors.Sign{Scheme: s.scheme, Params: s.params}}}
}

// signed signs the specimen as keysweep does.
func (s specimen) signed(t *testing.T, parts map[string]string) *Request {
	t.Helper()
	v := vector{method: s.method, url: s.url, body: s.body, headers: s.headers}
	r := v.request()
	out := sign.Request{Method: r.Method, Scheme: "https", Host: r.Host, Path: r.Path, Query: r.Query, Body: r.Body, Header: textproto.MIMEHeader(r.Header)}
	f, ok := sign.ByName(s.scheme)
	if !ok {
		t.Fatalf("no scheme %s", s.scheme)
	}
	nonce := map[string]string{"ms": fmt.Sprint(fixed.UnixMilli()), "s": fmt.Sprint(fixed.Unix()), "uuid": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}[sign.NonceOf(s.scheme, s.params)]
	if err := f(&out, sign.Inputs{Parts: parts, Now: fixed, Nonce: nonce, Params: s.params}); err != nil {
		t.Fatal(err)
	}
	return &Request{Method: out.Method, Host: out.Host, Path: out.Path, Query: out.Query, Header: http.Header(out.Header), Body: out.Body}
}

var allVendors = sync.OnceValue(vendors)

// judged is what a whole server, with no other key, makes of a request.
func (s specimen) judged(r *Request, parts map[string]string, now time.Time) (*Call, *Server) {
	srv := &Server{now: func() time.Time { return now }, vendors: allVendors(), routes: routesOf([]detectors.Rule{s.rule()}), hits: map[string]int{}}
	srv.Issue("specimen", "specimen", parts, nil)
	return srv.judge(r), srv
}

// TestSchemes has every scheme sign, and the issuers check: what is signed is taken, and with one byte changed it is not.
func TestSchemes(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range specimens(t) {
		seen[s.scheme] = true
		t.Run(s.name(), func(t *testing.T) {
			r := s.signed(t, s.parts)
			c, srv := s.judged(r.clone(), s.parts, fixed)
			if c.Fault != "" {
				t.Fatalf("refused: %s (%s)", c.Fault, c.Detail)
			}
			if again := srv.judge(r.clone()); sign.NonceOf(s.scheme, s.params) != "" && s.scheme != "lbank" && again.Fault != FaultNonce {
				t.Errorf("the same request once more: %q", again.Fault)
			}
			s.mutate(t, r)
		})
	}
	for _, name := range sign.Names() {
		if !seen[name] {
			t.Errorf("no issuer checks scheme %s", name)
		}
	}
}

// mutate changes one byte at a time, all over the request and the credential.
func (s specimen) mutate(t *testing.T, r *Request) {
	t.Helper()
	wrong := func(what string, changed *Request, parts map[string]string, now time.Time) {
		t.Helper()
		if c, _ := s.judged(changed, parts, now); c.Fault == "" {
			t.Errorf("%s was changed, and the request taken", what)
		}
	}
	for name, value := range s.parts {
		if isPEM(value) || strings.HasPrefix(value, "{") {
			continue // a changed private key is none; another one follows
		}
		for i := range value {
			if wasteful(value, i) {
				continue
			}
			parts := maps.Clone(s.parts)
			parts[name] = flip(value, i)
			wrong(fmt.Sprintf("byte %d of part %s", i, name), r.clone(), parts, fixed)
		}
	}
	for i := range r.Path {
		c := r.clone()
		c.Path = flip(r.Path, i)
		wrong(fmt.Sprintf("byte %d of the path", i), c, s.parts, fixed)
	}
	for i := range r.Query {
		c := r.clone()
		c.Query = flip(r.Query, i)
		wrong(fmt.Sprintf("byte %d of the query", i), c, s.parts, fixed)
	}
	for i := range r.Body {
		c := r.clone()
		c.Body = flip(r.Body, i)
		wrong(fmt.Sprintf("byte %d of the body, %q", i, r.Body[i]), c, s.parts, fixed)
	}
	for name := range r.Header {
		s.mutateHeader(t, r, name, wrong)
	}
	for _, method := range []string{"GET", "POST", "DELETE"} {
		if c := r.clone(); method != r.Method {
			c.Method = method
			wrong("the method", c, s.parts, fixed)
		}
	}
	c := r.clone()
	c.Body += "x"
	wrong("the end of the body", c, s.parts, fixed)
	c = r.clone()
	c.Host = "x" + r.Host
	wrong("the host", c, s.parts, fixed)
}

func (s specimen) mutateHeader(t *testing.T, r *Request, name string, wrong func(string, *Request, map[string]string, time.Time)) {
	t.Helper()
	switch name {
	case "Content-Type", "Bitvavo-Access-Window": // not signed
		return
	}
	value := r.Header.Get(name)
	for i := range value {
		if wasteful(value, i) {
			continue
		}
		c := r.clone()
		c.Header.Set(name, flip(value, i))
		wrong(fmt.Sprintf("byte %d of header %s, %q", i, name, value[i]), c, s.parts, fixed)
	}
	c := r.clone()
	c.Header.Del(name)
	wrong("header "+name+" (gone)", c, s.parts, fixed)
}

// flip changes one byte so that it stays of its class: a digit becomes another digit, a letter another letter.
func flip(text string, i int) string {
	b := []byte(text)
	switch c := b[i]; {
	case c >= '0' && c <= '8', c >= 'a' && c <= 'e', c >= 'A' && c <= 'Y', c >= 'g' && c <= 'y':
		b[i]++
	case c == '9':
		b[i] = '0'
	case c == 'f':
		b[i] = 'a'
	default:
		b[i] = 'q'
	}
	return string(b)
}

// wasteful reports whether byte i may hold bits that base64 does not use: the last one before the padding.
func wasteful(text string, i int) bool {
	end := len(strings.TrimRight(text, "="))
	return i >= end-1 && len(text)%4 == 0 || i >= len(text)-1
}

func stamp(public, signature string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"publicKey":"` + public + `","scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":"` + signature + `"}`))
}

// TestOtherKeyPair refuses what another private key of the same kind has signed.
func TestOtherKeyPair(t *testing.T) {
	other := specimens(t)
	for i, s := range specimens(t) {
		if slices.ContainsFunc(slices.Collect(maps.Values(s.parts)), func(v string) bool { return isPEM(v) || strings.HasPrefix(v, "{") }) {
			t.Run(s.name(), func(t *testing.T) {
				parts := maps.Clone(other[i].parts)
				for name, v := range s.parts {
					if !isPEM(v) && !strings.HasPrefix(v, "{") {
						parts[name] = v
					}
				}
				if c, _ := s.judged(s.signed(t, s.parts), parts, fixed); c.Fault == "" {
					t.Error("the request was taken")
				}
			})
		}
	}
}

// TestClocks refuses requests of another time where the issuer heeds the time.
func TestClocks(t *testing.T) {
	timeless := []string{"bearer", "luno", "kraken", "krakenfutures", "kraken-futures", "bitfinex", "gemini", "coincheck", "independentreserve", "upbit", "turnkey", "basic"}
	for _, s := range specimens(t) {
		if slices.Contains(timeless, s.scheme) || strings.Contains(s.url, "mercado") || strings.Contains(s.url, "coinpayments") || strings.Contains(s.url, "bitso") || strings.Contains(s.url, "3commas") || strings.Contains(s.url, "coinspot") {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			r := s.signed(t, s.parts)
			for _, off := range []time.Duration{-2 * time.Hour, 2 * time.Hour} {
				if c, _ := s.judged(r.clone(), s.parts, fixed.Add(off)); c.Fault != FaultTime && c.Fault != FaultSignature {
					t.Errorf("%s away: %q", off, c.Fault)
				}
			}
		})
	}
}

type pairs = map[string]string

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func pemOf(t *testing.T, kind string, key any) string {
	t.Helper()
	var der []byte
	var err error
	if ec, ok := key.(*ecdsa.PrivateKey); ok && kind == "EC PRIVATE KEY" {
		der, err = x509.MarshalECPrivateKey(ec)
	} else {
		der, err = x509.MarshalPKCS8PrivateKey(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pem.Encode(&b, &pem.Block{Type: kind, Bytes: der}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// specimens lists every scheme at the issuer that it is for, with fresh keys.
func specimens(t *testing.T) []specimen {
	t.Helper()
	seed := random(32)
	ed := ed25519.NewKeyFromSeed(seed)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	scalar, err := ec.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	key, secret, b64 := hex.EncodeToString(random(16)), hex.EncodeToString(random(32)), base64.StdEncoding.EncodeToString(random(64))
	hmacPair := pairs{"key": key, "secret": secret}
	three := pairs{"key": key, "secret": secret, "passphrase": hex.EncodeToString(random(6))}
	decoded := pairs{"key": key, "secret": b64}
	rsaPair, edPair, ecPair := pairs{"key": key, "secret": pemOf(t, "PRIVATE KEY", rs)}, pairs{"key": key, "secret": pemOf(t, "PRIVATE KEY", ed)}, pairs{"key": "organizations/" + key, "secret": pemOf(t, "EC PRIVATE KEY", ec)}
	rsaThree := pairs{"key": key, "secret": rsaPair["secret"], "passphrase": three["passphrase"]}
	backpackPair := pairs{"key": base64.StdEncoding.EncodeToString(ed.Public().(ed25519.PublicKey)), "secret": base64.StdEncoding.EncodeToString(seed)}
	turnkeyPair := pairs{"key": compressed(&ec.PublicKey), "secret": hex.EncodeToString(scalar)}
	ms := fmt.Sprint(fixed.UnixMilli())
	binanceURL := "https://api.binance.com/sapi/v1/account/apiRestrictions?timestamp=" + ms + "&recvWindow=5000"
	const form = "application/x-www-form-urlencoded"
	query := func(hash string) pairs {
		return pairs{"hash": hash, "payload": "{query}{body}", "query": "signature"}
	}
	return append(moreSpecimens(hmacPair, three), []specimen{
		{"hmac", "GET", binanceURL, "", hmacPair, pairs{"X-MBX-APIKEY": key}, query("sha256")},
		{"hmac", "GET", "https://api.mexc.com/api/v3/account?timestamp=" + ms, "", hmacPair, pairs{"X-MEXC-APIKEY": key}, query("sha256")},
		{"rsa", "GET", binanceURL, "", rsaPair, pairs{"X-MBX-APIKEY": key}, query("sha256")},
		{"ed25519", "GET", binanceURL, "", edPair, pairs{"X-MBX-APIKEY": key}, pairs{"payload": "{query}{body}", "query": "signature"}},
		{"binance-rsa", "GET", binanceURL, "", rsaPair, nil, nil},
		{"binance-ed25519", "GET", binanceURL, "", edPair, nil, nil},
		{"kucoin", "GET", "https://api.kucoin.com/api/v1/user/api-key?a=b", "", three, nil, nil},
		{"kucoin", "POST", "https://api.kucoin.com/api/v1/sub/api-key/update", `{"subName":"a"}`, three, nil, nil},
		{"okx", "GET", "https://www.okx.com/api/v5/account/config?a=b%20c", "", three, nil, nil},
		{"okx", "POST", "https://www.okx.com/api/v5/users/subaccount/delete-apikey", `{"subAcct":"a"}`, three, nil, nil},
		{"bitget", "GET", "https://api.bitget.com/api/v2/spot/account/info?a=b%3Ac", "", three, nil, nil},
		{"bitget", "POST", "https://api.bitget.com/api/v3/user/delete-sub-api", `{"apiKey":"a"}`, three, nil, nil},
		{"bitget-rsa", "GET", "https://api.bitget.com/api/v2/spot/account/info", "", rsaThree, nil, nil},
		{"bybit", "GET", "https://api.bybit.com/v5/user/query-api?a=b", "", hmacPair, nil, nil},
		{"bybit", "POST", "https://api.bybit.com/v5/user/delete-api", `{}`, hmacPair, nil, nil},
		{"bybit-rsa", "POST", "https://api.bybit.com/v5/user/delete-api", `{}`, rsaPair, nil, nil},
		{"htx", "GET", "https://api.huobi.pro/v2/user/api-key?uid=1&aKey=a%2Cb", "", hmacPair, nil, nil},
		{"gate", "GET", "https://api.gateio.ws/api/v4/account/detail?a=b%20c", "", hmacPair, nil, nil},
		{"gate", "POST", "https://api.gateio.ws/api/v4/sub_accounts/1/lock", `{"a":1}`, hmacPair, nil, nil},
		{"bitstamp", "POST", "https://www.bitstamp.net/api/v2/account_balances/?a=b", "", hmacPair, nil, nil},
		{"bitstamp", "POST", "https://www.bitstamp.net/api/v2/account_balances/", "foo=bar", hmacPair, nil, nil},
		{"coinbase-exchange", "GET", "https://api.exchange.coinbase.com/accounts?a=b", "", pairs{"key": key, "secret": b64, "passphrase": three["passphrase"]}, nil, nil},
		{"coinbase-cdp", "GET", "https://api.coinbase.com/api/v3/brokerage/key_permissions", "", ecPair, nil, pairs{"alg": "ES256"}},
		{"coinbase-cdp", "GET", "https://api.coinbase.com/api/v3/brokerage/key_permissions", "", edPair, nil, pairs{"alg": "EdDSA"}},
		{"coinbase-cdp", "GET", "https://api.coinbase.com/api/v3/brokerage/key_permissions", "", pairs{"key": key, "secret": backpackPair["secret"]}, nil, pairs{"claims": "uris"}},
		{"kraken", "POST", "https://api.kraken.com/0/private/GetApiKeyInfo", "a=b", decoded, nil, nil},
		{"krakenfutures", "GET", "https://futures.kraken.com/derivatives/api/v3/accounts?a=b", "", decoded, nil, nil},
		{"kraken-futures", "GET", "https://futures.kraken.com/api/auth/v1/api-keys/v3/check", "", decoded, nil, nil},
		{"bitfinex", "POST", "https://api.bitfinex.com/v2/auth/r/permissions", `{}`, hmacPair, nil, nil},
		{"gemini", "POST", "https://api.gemini.com/v1/account", "", hmacPair, nil, nil},
		{"whitebit", "POST", "https://whitebit.com/api/v4/sub-account/api-key/delete", `{"apiKeyId":"7"}`, hmacPair, nil, nil},
		{"coincheck", "GET", "https://coincheck.com/api/accounts/balance?a=b", "", hmacPair, nil, nil},
		{"independentreserve", "POST", "https://api.independentreserve.com/Private/GetAccounts", `{"a":"b"}`, hmacPair, nil, nil},
		{"cryptocom", "POST", "https://api.crypto.com/exchange/v1/private/user-balance", `{"a":"b","c":[{"d":1}]}`, hmacPair, nil, nil},
		{"deribit", "GET", "https://www.deribit.com/api/v2/private/list_api_keys?a=b", "", hmacPair, nil, nil},
		{"btcmarkets", "GET", "https://api.btcmarkets.net/v3/accounts/me/balances", "", decoded, nil, nil},
		{"poloniex", "GET", "https://api.poloniex.com/accounts/balances?z=1&a=2", "", hmacPair, nil, nil},
		{"poloniex", "POST", "https://api.poloniex.com/accounts/transfer", `{"a":"b"}`, hmacPair, nil, nil},
		{"phemex", "GET", "https://api.phemex.com/spot/wallets?currency=USDT", "", hmacPair, nil, nil},
		{"bitmex", "GET", "https://www.bitmex.com/api/v1/apiKey?a=b", "", hmacPair, nil, nil},
		{"coinex", "GET", "https://api.coinex.com/v2/account/info?a=b", "", hmacPair, nil, nil},
		{"coinex-sha256", "GET", "https://api.coinex.com/v2/account/info?a=b", "", hmacPair, nil, nil},
		{"bitflyer", "GET", "https://api.bitflyer.com/v1/me/getpermissions", "", hmacPair, nil, nil},
		{"bitvavo", "GET", "https://api.bitvavo.com/v2/account?a=b", "", hmacPair, nil, nil},
		{"upbit", "GET", "https://api.upbit.com/v1/api_keys?a=b%20c", "", hmacPair, nil, nil},
		{"bithumb", "GET", "https://api.bithumb.com/v1/api_keys?a=b%20c", "", hmacPair, nil, nil},
		{"backpack", "GET", "https://api.backpack.exchange/api/v1/account", "", backpackPair, nil, pairs{"instruction": "accountQuery"}},
		{"robinhood", "GET", "https://trading.robinhood.com/api/v1/crypto/trading/accounts/", "", pairs{"key": "rh-api-" + key, "secret": backpackPair["secret"]}, nil, nil},
		{"fireblocks", "GET", "https://api.fireblocks.io/v1/users?a=b", "", rsaPair, nil, nil},
		{"fireblocks", "POST", "https://api.fireblocks.io/v1/users", `{"a":1}`, rsaPair, nil, nil},
		{"basic", "GET", "https://api.luno.com/api/1/balance", "", hmacPair, nil, nil},
		{"basic", "GET", "https://api.mailgun.net/v3/domains", "", pairs{"token": secret}, nil, pairs{"user": "api", "password": "{token}"}},
		{"bingx-json", "POST", "https://open-api.bingx.com/openApi/subAccount/v1/apiKey/edit", `{"apiKey":"a b","ipAddresses":["1.2.3.4"],"permissions":[2],"subUid":7,"timestamp":` + ms + `}`, hmacPair, pairs{"X-BX-APIKEY": key}, nil},
		{"hmac", "GET", "https://ascendex.com/api/pro/v1/info", "", hmacPair, nil, pairs{"payload": "{ts_ms}info", "encode": "base64", "header": "x-auth-signature", "key_header": "x-auth-key", "timestamp_header": "x-auth-timestamp"}},
		{"hmac", "GET", "https://bitso.com/api/v3/account_status", "", hmacPair, nil, pairs{"payload": "{nonce}{method}{path_query}{body}", "header": "Authorization", "value": "Bitso {key}:{nonce}:{signature}"}},
		{"hmac", "POST", "https://trade.cex.io/api/spot/rest/get_my_account_status_v3", "{}", hmacPair, nil, pairs{"payload": "get_my_account_status_v3{ts}{body}", "encode": "base64",
			"header": "X-AGGR-SIGNATURE", "key_header": "X-AGGR-KEY", "timestamp_header": "X-AGGR-TIMESTAMP", "timestamp": "ts"}},
		{"hmac", "GET", "https://sapi.xt.com/v4/balances", "", hmacPair, pairs{"Xt-Validate-Algorithms": "HmacSHA256", "Xt-Validate-Recvwindow": "5000"}, pairs{"header": "xt-validate-signature", "key_header": "xt-validate-appkey",
			"timestamp_header": "xt-validate-timestamp", "payload": "xt-validate-algorithms=HmacSHA256&xt-validate-appkey={key}&xt-validate-recvwindow=5000&xt-validate-timestamp={ts_ms}#{method}#{path}"}},
		{"hmac", "POST", "https://www.mercadobitcoin.net/tapi/v3/", "tapi_method=get_account_info&tapi_nonce=1700000000", hmacPair, pairs{"Content-Type": form}, pairs{"hash": "sha512", "payload": "/tapi/v3/?{body}", "header": "TAPI-MAC", "key_header": "TAPI-ID"}},
		{"hmac", "POST", "https://www.coinpayments.net/api.php", "version=1&cmd=get_basic_info&format=json&key=" + key, hmacPair, pairs{"Content-Type": form}, pairs{"hash": "sha512", "payload": "{body}", "header": "HMAC"}},
		{"hmac", "GET", "https://api.copper.co/platform/accounts", "", hmacPair, pairs{"Authorization": "ApiKey " + key}, pairs{"payload": "{ts_ms}{method}{path_query}{body}", "header": "X-Signature", "timestamp_header": "X-Timestamp"}},
		{"ed25519", "GET", "https://api.anchorage.com/v2/apikey", "", pairs{"key": key, "secret": hex.EncodeToString(seed)}, pairs{"Api-Access-Key": key},
			pairs{"payload": "{ts}{method}{path_query}{body}", "secret": "hex", "encode": "hex", "header": "Api-Signature", "timestamp_header": "Api-Timestamp", "timestamp": "ts"}},
		{"luno", "GET", "https://api.luno.com/api/1/balance", "", hmacPair, nil, nil},
		{"bearer", "GET", "https://api.openai.com/v1/models", "", pairs{"token": secret}, nil, nil},
		{"aws-sigv4", "POST", "https://sts.amazonaws.com/", "Action=GetCallerIdentity&Version=2011-06-15", hmacPair, nil, pairs{"region": "us-east-1", "service": "sts"}},
		{"aws-sigv4", "POST", "https://sts.amazonaws.com/", "Action=GetCallerIdentity&Version=2011-06-15", pairs{"key": key, "secret": secret, "session_token": b64}, nil, nil},
		{"aws-sigv4", "GET", "https://nyc3.digitaloceanspaces.com/a%20b?list-type=2&delimiter=%2F", "", hmacPair, nil, pairs{"service": "s3"}},
		{"gcp-service-account", "POST", "https://oauth2.googleapis.com/token", "", pairs{"email": key + "@example.iam.gserviceaccount.com", "private_key": rsaPair["secret"]}, nil, nil},
		{"gcp-service-account", "POST", "https://oauth2.googleapis.com/token", "", pairs{"key": serviceAccount(key, rsaPair["secret"])}, nil, nil},
		{"lbank", "POST", "https://api.lbank.info/v2/supplement/api_Restrictions.do", "a=b", pairs{"key": key, "secret": key[:16] + secret[:16]}, nil, nil},
		{"turnkey", "POST", "https://api.turnkey.com/public/v1/query/whoami", `{"organizationId":"o"}`, turnkeyPair, nil, nil},
		{"rsa-pss", "GET", "https://api.elections.kalshi.com/trade-api/v2/api_keys", "", rsaPair, nil, pairs{"hash": "sha256", "payload": "{ts_ms}{method}{path}",
			"header": "KALSHI-ACCESS-SIGNATURE", "key_header": "KALSHI-ACCESS-KEY", "timestamp_header": "KALSHI-ACCESS-TIMESTAMP"}},
	}...)
}

func serviceAccount(id, key string) string {
	return fmt.Sprintf(`{"type":"service_account","private_key_id":%q,"private_key":%q,"client_email":%q}`, id, key, id+"@example.iam.gserviceaccount.com")
}

// compressed writes a point as the parity of y and x, in hex.
func compressed(pub *ecdsa.PublicKey) string {
	raw, err := pub.Bytes()
	if err != nil {
		return ""
	}
	return hex.EncodeToString(append([]byte{2 + raw[64]&1}, raw[1:33]...))
}
