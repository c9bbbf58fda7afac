package issuer

import (
	"slices"
	"strings"
)

// vendor says how the issuer at a host finds out who asks. A host that begins with a dot stands for all below it. Of the
// rows that fit, the one with the longest path counts.
type vendor struct {
	host string
	path string // prefix
	auth auth
}

func authOf(all []vendor, r *Request) (auth, bool) {
	var best *vendor
	for i, v := range all {
		if v.serves(r) && (best == nil || len(v.path) > len(best.path)) {
			best = &all[i]
		}
	}
	if best == nil {
		return nil, false
	}
	return best.auth, true
}

func (v vendor) serves(r *Request) bool {
	under := strings.HasPrefix(v.host, ".") && strings.HasSuffix(r.Host, v.host)
	return (v.host == r.Host || under) && strings.HasPrefix(r.Path, v.path)
}

func vendors() []vendor {
	return slices.Concat(exchangeHosts(), moreExchangeHosts(), serviceHosts())
}

func at(a auth, hosts ...string) []vendor {
	var out []vendor
	for _, h := range hosts {
		host, path, found := strings.Cut(h, "/")
		if found {
			path = "/" + path
		}
		out = append(out, vendor{host, path, a})
	}
	return out
}

func exchangeHosts() []vendor {
	return slices.Concat(
		at(binance("X-MBX-APIKEY"), "api.binance.com", "api1.binance.com", "api2.binance.com", "api3.binance.com", "api4.binance.com", "api-gcp.binance.com",
			"fapi.binance.com", "dapi.binance.com", "eapi.binance.com", "papi.binance.com", "testnet.binance.vision", "testnet.binancefuture.com",
			"demo-api.binance.com", "demo-fapi.binance.com", "demo-dapi.binance.com", "api.binance.us"),
		at(binance("X-MEXC-APIKEY"), "api.mexc.com"),
		at(bingxJSON, "open-api.bingx.com", "open-api.bingx.pro", "open-api-vst.bingx.com"),
		at(kucoin, "api.kucoin.com", "api.kucoin.eu", "api-futures.kucoin.com", "api-broker.kucoin.com"),
		at(okx, "www.okx.com", "eea.okx.com", "us.okx.com"),
		at(bitget, "api.bitget.com"),
		at(bybit, "api.bybit.com", "api.bytick.com", "api.bybit.nl", "api.bybit.tr", "api.bybit.kz", "api.bybitgeorgia.ge", "api.bybit.ae", "api.bybit.eu",
			"api.bybit.id", "api.manepa.jp", "api-testnet.bybit.com", "api-demo.bybit.com"),
		at(htx, "api.huobi.pro", "api-aws.huobi.pro", "api.hbdm.com"),
		at(gate, "api.gateio.ws", "api.gate.io", "api-testnet.gateapi.io"),
		at(bitstamp, "www.bitstamp.net", "sandbox.bitstamp.net"),
		at(coinbaseExchange, "api.exchange.coinbase.com", "api-public.sandbox.exchange.coinbase.com"),
		at(coinbaseCDP, "api.coinbase.com/api/v3/brokerage"),
		at(kraken, "api.kraken.com"),
		at(krakenFutures, "futures.kraken.com", "demo-futures.kraken.com"),
		at(bitfinex, "api.bitfinex.com"),
		at(gemini, "api.gemini.com", "api.sandbox.gemini.com"),
		at(whitebit, "whitebit.com"),
		at(coincheck, "coincheck.com"),
		at(independentReserve, "api.independentreserve.com"),
		at(cryptocom, "api.crypto.com", "uat-api.3ona.co"),
		at(deribit, "www.deribit.com", "test.deribit.com"),
		at(btcmarkets, "api.btcmarkets.net"),
		at(poloniex, "api.poloniex.com", "sand-spot-api-gateway.poloniex.com"),
		at(phemex, "api.phemex.com", "testnet-api.phemex.com"),
		at(bitmex, "www.bitmex.com", "testnet.bitmex.com"),
		at(coinex, "api.coinex.com"),
		at(bitflyer, "api.bitflyer.com"),
		at(bitvavo, "api.bitvavo.com"),
		at(upbit, "api.upbit.com", "sg-api.upbit.com", "id-api.upbit.com", "th-api.upbit.com"),
		at(bithumb, "api.bithumb.com"),
		at(backpack, "api.backpack.exchange"),
		at(robinhood, "trading.robinhood.com"),
		at(fireblocks, "api.fireblocks.io", "eu-api.fireblocks.io", "eu2-api.fireblocks.io", "sandbox-api.fireblocks.io"),
		at(carried(user, password), "api.luno.com"),
		at(lbank, "api.lbank.info", "api.lbkex.com", "www.lbkex.net"),
		at(turnkey, "api.turnkey.com"),
		at(kalshi, "api.elections.kalshi.com", "trading-api.kalshi.com", "demo-api.kalshi.co"),
		at(anchorage, "api.anchorage.com", "api.anchorage-staging.com"),
		at(ascendex, "ascendex.com"),
		at(bitso, "bitso.com", "api.bitso.com", "stage.bitso.com"),
		at(cex, "trade.cex.io"),
		at(xt, "sapi.xt.com"),
		at(mercado, "www.mercadobitcoin.net"),
		at(coinpayments, "www.coinpayments.net"),
		at(copper, "api.copper.co", "api.stage.copper.co"),
		at(aws("us-east-1", "sts"), "sts.amazonaws.com"),
		at(aws("us-gov-west-1", "sts"), "sts.us-gov-west-1.amazonaws.com"),
		at(aws("cn-north-1", "sts"), "sts.cn-north-1.amazonaws.com.cn"),
		at(either(aws("nyc3", "s3"), aws("us-east-1", "s3")), "nyc3.digitaloceanspaces.com"),
		at(aws("us-east-1", "iam"), "iam.amazonaws.com"),
	)
}
