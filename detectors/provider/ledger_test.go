package provider

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keysweep/keysweep/detectors"
)

// ledgers answers as nodes and indexers do, by what a request holds.
func ledgerAnswers(answers map[string]string) *issuer {
	return &issuer{answer: func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		for what, answer := range answers {
			if strings.Contains(r.URL.Path+" "+string(body)+" ", what) {
				if strings.HasPrefix(answer, "404 ") {
					return says(404, answer[4:]), nil
				}
				return says(200, answer), nil
			}
		}
		return says(500, ""), nil
	}}
}

func TestHoldings(t *testing.T) {
	for name, tt := range map[string]struct {
		kind, fact, address string
		answers             map[string]string
		want                string // empty when the address was never used
		fault               string
	}{
		"ether": {"evm", "evm_address", "0xAb", map[string]string{
			`"eth_getBalance","params":["0xAb","latest"]`: `{"jsonrpc":"2.0","id":1,"result":"0x14d1120d7b160000"}`,
			"eth_getTransactionCount":                     `{"jsonrpc":"2.0","id":1,"result":"0x11"}`}, "1.5 ETH, 17 transactions sent", ""},
		"ether never used":     {"evm", "evm_address", "0xAb", map[string]string{"eth_getBalance": `{"result":"0x0"}`, "eth_getTransactionCount": `{"result":"0x0"}`}, "", ""},
		"node that refuses":    {"evm", "evm_address", "0xAb", map[string]string{"eth_getBalance": `{"error":{"code":-32000,"message":"0xAb"}}`}, "", "l: the node refuses eth_getBalance"},
		"node of another kind": {"evm", "evm_address", "0xAb", map[string]string{"eth_getBalance": `{"result":{"value":1}}`}, "", "l: an answer that does not tell the balance"},
		"bitcoin": {"bitcoin", "btc_p2wpkh", "bc1q", map[string]string{
			"/address/bc1q ":    `{"address":"bc1q","chain_stats":{"funded_txo_sum":200000001,"spent_txo_sum":100000000,"tx_count":2}}`,
			"/address/bc1q/txs": `[{"status":{"confirmed":true,"block_time":1700000000}}]`}, "1.00000001 BTC, last used 2023-11-14", ""},
		"bitcoin swept": {"bitcoin", "btc_p2pkh", "1A", map[string]string{
			"/address/1A ":    `{"chain_stats":{"funded_txo_sum":5,"spent_txo_sum":5}}`,
			"/address/1A/txs": `[]`}, "0 BTC, used before", ""},
		"bitcoin never used": {"bitcoin", "btc_p2tr", "bc1p", map[string]string{"/address/bc1p ": `{"chain_stats":{"funded_txo_sum":0,"spent_txo_sum":0}}`}, "", ""},
		"solana": {"solana", "solana_address", "So1", map[string]string{
			"getBalance":              `{"result":{"context":{"slot":1},"value":2500000000}}`,
			"getSignaturesForAddress": `{"result":[{"blockTime":1700000000}]}`}, "2.5 SOL, last used 2023-11-14", ""},
		"stellar": {"stellar", "stellar_account", "GA", map[string]string{
			"/accounts/GA ": `{"last_modified_time":"2024-01-02T03:04:05Z","balances":[{"asset_type":"credit_alphanum4","balance":"9"},{"asset_type":"native","balance":"12.5000000"}]}`},
			"12.5 XLM, last changed 2024-01-02T03:04:05Z", ""},
		"stellar unknown": {"stellar", "stellar_account", "GA", map[string]string{"/accounts/GA ": `404 {"status":404}`}, "", ""},
		"xrp": {"xrp", "xrp_address", "rA", map[string]string{
			"account_info": `{"result":{"account_data":{"Balance":"1000000"},"status":"success"}}`,
			"account_tx":   `{"result":{"transactions":[{"tx":{"date":753316800}}]}}`}, "1 XRP, last used 2023-11-14", ""},
		"xrp unknown": {"xrp", "xrp_address", "rA", map[string]string{"account_info": `{"result":{"error":"actNotFound","status":"error"}}`}, "", ""},
		"outage":      {"xrp", "xrp_address", "rA", nil, "", "l: a fault of the issuer (500)"},
	} {
		t.Run(name, func(t *testing.T) {
			i := ledgerAnswers(tt.answers)
			c := client(t, i, func(o *Options) {
				o.Attempts = 1
				o.Ledgers = map[string]Ledger{"l": {Kind: tt.kind, URL: "https://node.example/v3/s3cret?key=s3cret"}}
			})
			got := c.Holdings(t.Context(), []detectors.Fact{{Name: "fingerprint", Value: "00"}, {Name: tt.fact, Value: tt.address}})
			var facts []detectors.Fact
			if tt.want != "" {
				facts = []detectors.Fact{{Name: "balance of " + tt.address, Value: tt.want}}
			}
			if diff := cmp.Diff(facts, got.Facts); diff != "" || got.Used != (tt.want != "") || got.Fault != tt.fault || got.AskedAt != time.UnixMilli(1700000000123) {
				t.Errorf("got %+v %s", got, diff)
			}
			for _, a := range got.Asked {
				if strings.Contains(a.Host+a.Path+a.Note, "s3cret") {
					t.Errorf("the URL's key shows in %+v", a)
				}
			}
			for _, call := range i.seen {
				if !strings.Contains(call, "https://node.example/v3/s3cret") || !strings.Contains(call, "key=s3cret") {
					t.Errorf("called %s", call)
				}
			}
		})
	}
}

func TestNoLedgerNoCall(t *testing.T) {
	i := ledgerAnswers(nil)
	if got := client(t, i).Holdings(t.Context(), []detectors.Fact{{Name: "evm_address", Value: "0xAb"}}); !got.AskedAt.IsZero() || i.calls() > 0 {
		t.Errorf("got %+v in %d calls", got, i.calls())
	}
	for _, bad := range []Ledger{{Kind: "doge", URL: "https://a.example"}, {Kind: "evm", URL: "a.example"}, {Kind: "evm", URL: "https://u:s3cret@a.example"}} {
		if _, err := New(Options{Ledgers: map[string]Ledger{"l": bad}}); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: error is %v", bad.Kind, err)
		}
	}
}
