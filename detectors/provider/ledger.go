package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
)

// Ledger is a node or an indexer of a network, which knows what an address holds. Only addresses are ever sent to it.
type Ledger struct {
	Kind   string // bitcoin (Esplora), evm (JSON-RPC), solana (JSON-RPC), stellar (Horizon), xrp (rippled)
	URL    string // may hold a key of the service: it is never shown
	Symbol string // of the native coin; empty takes the kind's own
}

// ledgerKind says how a kind of ledger is asked.
type ledgerKind struct {
	symbol   string
	decimals int
	facts    []string // names of the facts that are its addresses
	ask      func(*ledgerAsking) (*big.Int, error)
}

func ledgerKinds() map[string]ledgerKind {
	return map[string]ledgerKind{
		"bitcoin": {"BTC", 8, []string{"btc_p2wpkh", "btc_p2pkh", "btc_p2sh_p2wpkh", "btc_p2tr"}, (*ledgerAsking).esplora},
		"evm":     {"ETH", 18, []string{"evm_address"}, (*ledgerAsking).evm},
		"solana":  {"SOL", 9, []string{"solana_address"}, (*ledgerAsking).solana},
		"stellar": {"XLM", 7, []string{"stellar_account"}, (*ledgerAsking).horizon},
		"xrp":     {"XRP", 6, []string{"xrp_address"}, (*ledgerAsking).rippled},
	}
}

// parseLedgers reads the URLs. Errors do not quote them.
func parseLedgers(all map[string]Ledger) (map[string]ledger, error) {
	out := map[string]ledger{}
	for name, l := range all {
		kind, ok := ledgerKinds()[l.Kind]
		if !ok {
			return nil, fmt.Errorf("chains.%s: no kind %q", name, l.Kind)
		}
		u, err := url.Parse(l.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return nil, fmt.Errorf("chains.%s.url: not a URL of the form http(s)://host[:port][/path]", name)
		}
		if l.Symbol != "" {
			kind.symbol = l.Symbol
		}
		out[name] = ledger{ledgerKind: kind, target: target{host: name, base: *u, private: true}}
	}
	return out, nil
}

type ledger struct {
	ledgerKind
	target target
}

// Holdings is what ledgers say of a credential's addresses.
type Holdings struct {
	Facts   []detectors.Fact // balance, transactions and last activity of each address that was used
	Used    bool             // an address holds something, or did
	Asked   []Asked
	AskedAt time.Time // zero when no ledger is configured for any of the addresses
	Fault   string    // why something is not known
}

// Holdings asks the configured ledgers about the addresses among the facts that were proved of a credential.
func (c *Client) Holdings(ctx context.Context, identity []detectors.Fact) Holdings {
	var out Holdings
	for _, name := range slices.Sorted(maps.Keys(c.ledgers)) {
		l := c.ledgers[name]
		for _, f := range identity {
			if !slices.Contains(l.facts, f.Name) {
				continue
			}
			a := &ledgerAsking{ctx: ctx, client: c, ledger: l, address: f.Value}
			amount, err := l.ask(a)
			out.Asked, out.AskedAt = append(out.Asked, a.asked...), c.opts.Now()
			switch {
			case err != nil:
				out.Fault = name + ": " + err.Error()
			case amount.Sign() > 0 || a.activity != "":
				out.Used = true
				out.Facts = append(out.Facts, detectors.Fact{Name: "balance of " + f.Value, Value: strings.TrimSuffix(coins(amount, l.decimals)+" "+l.symbol+", "+a.activity, ", ")})
			}
		}
	}
	return out
}

// ledgerAsking is the conversation about one address.
type ledgerAsking struct {
	ctx      context.Context
	client   *Client
	ledger   ledger
	address  string
	asked    []Asked
	activity string // in words; empty when there was none
}

var errLedger = errors.New("an answer that does not tell the balance")

// evm asks a node of Ethereum or a network like it. It does not know when an address was last used, but how often.
func (a *ledgerAsking) evm() (*big.Int, error) {
	balance, err := a.quantity("eth_getBalance")
	if err != nil {
		return nil, err
	}
	sent, err := a.quantity("eth_getTransactionCount")
	if err == nil && sent.Sign() > 0 {
		a.activity = sent.String() + " transactions sent"
	}
	return balance, err
}

func (a *ledgerAsking) quantity(method string) (*big.Int, error) {
	doc, err := a.rpc(method, a.address, "latest")
	if err != nil {
		return nil, err
	}
	text, _ := at[string](doc, "result")
	n, ok := new(big.Int).SetString(strings.TrimPrefix(text, "0x"), 16)
	if !ok || !strings.HasPrefix(text, "0x") || n.Sign() < 0 {
		return nil, errLedger
	}
	return n, nil
}

func (a *ledgerAsking) solana() (*big.Int, error) {
	doc, err := a.rpc("getBalance", a.address)
	if err != nil {
		return nil, err
	}
	balance, err := whole(doc, "result.value")
	if err != nil {
		return nil, err
	}
	doc, err = a.rpc("getSignaturesForAddress", a.address, map[string]int{"limit": 1})
	if err == nil {
		a.last(doc, "result.0.blockTime", 0)
	}
	return balance, err
}

func (a *ledgerAsking) esplora() (*big.Int, error) {
	doc, err := a.get("/address/" + url.PathEscape(a.address))
	if err != nil {
		return nil, err
	}
	funded, err := whole(doc, "chain_stats.funded_txo_sum")
	if err != nil {
		return nil, err
	}
	spent, err := whole(doc, "chain_stats.spent_txo_sum")
	if err != nil {
		return nil, err
	}
	if funded.Sign() > 0 {
		if doc, err = a.get("/address/" + url.PathEscape(a.address) + "/txs"); err != nil {
			return nil, err
		}
		a.activity = "used before"
		a.last(doc, "0.status.block_time", 0)
	}
	return funded.Sub(funded, spent), nil
}

func (a *ledgerAsking) horizon() (*big.Int, error) {
	doc, err := a.get("/accounts/" + url.PathEscape(a.address))
	if errors.Is(err, errNoAccount) {
		return new(big.Int), nil
	}
	if err != nil {
		return nil, err
	}
	text, _ := at[string](doc, "balances[asset_type=native].balance")
	amount, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, errLedger
	}
	if when, _ := at[string](doc, "last_modified_time"); when != "" {
		a.activity = "last changed " + printable(when)
	}
	amount.Mul(amount, big.NewRat(1e7, 1))
	return new(big.Int).Div(amount.Num(), amount.Denom()), nil
}

// rippleEpoch is where the XRP Ledger's clock starts, in Unix time.
const rippleEpoch = 946684800

func (a *ledgerAsking) rippled() (*big.Int, error) {
	doc, err := a.post(map[string]any{"method": "account_info", "params": []any{map[string]any{"account": a.address, "ledger_index": "validated"}}}, "account_info")
	if err != nil {
		return nil, err
	}
	if text, _ := at[string](doc, "result.error"); text == "actNotFound" {
		return new(big.Int), nil
	}
	balance, err := whole(doc, "result.account_data.Balance")
	if err != nil {
		return nil, err
	}
	doc, err = a.post(map[string]any{"method": "account_tx", "params": []any{map[string]any{"account": a.address, "limit": 1}}}, "account_tx")
	if err == nil {
		a.last(doc, "result.transactions.0.tx.date", rippleEpoch)
	}
	return balance, err
}

// last reads the time of the last transaction.
func (a *ledgerAsking) last(doc any, path string, epoch int64) {
	if n, err := whole(doc, path); err == nil && n.IsInt64() && n.Int64() > 0 {
		a.activity = "last used " + time.Unix(n.Int64()+epoch, 0).UTC().Format(time.DateOnly)
	}
}

func (a *ledgerAsking) rpc(method string, params ...any) (any, error) {
	doc, err := a.post(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, method)
	if err == nil {
		if problem, ok := at[any](doc, "error"); ok && problem != nil {
			return nil, errors.New("the node refuses " + method)
		}
	}
	return doc, err
}

func (a *ledgerAsking) post(body map[string]any, what string) (any, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	u := a.ledger.target.base
	return a.send(what, func() (*request, error) {
		return &request{method: http.MethodPost, url: u, body: string(text), header: http.Header{"Content-Type": {"application/json"}, "User-Agent": {agent}}}, nil
	})
}

func (a *ledgerAsking) get(path string) (any, error) {
	u := a.ledger.target.base
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+path, ""
	return a.send(path, func() (*request, error) {
		return &request{method: http.MethodGet, url: u, header: http.Header{"User-Agent": {agent}}}, nil
	})
}

var errNoAccount = errors.New("no such account")

func (a *ledgerAsking) send(what string, build func() (*request, error)) (any, error) {
	ans := a.client.send(a.ctx, a.ledger.target, again, build)
	a.asked = append(a.asked, Asked{Host: a.ledger.target.host, Path: what, Status: ans.status, Note: ans.fault})
	switch {
	case ans.fault != "":
		return nil, errors.New(ans.fault)
	case ans.status == http.StatusNotFound && ans.isJSON:
		return nil, errNoAccount
	case ans.status != http.StatusOK || !ans.isJSON:
		return nil, fmt.Errorf("an answer that does not tell the balance (%d)", ans.status)
	}
	return ans.doc, nil
}

// at reads a value of a document by its path, which is one of this file.
func at[T any](doc any, path string) (T, bool) {
	p, err := detectors.ParsePath(path)
	got, ok := find(doc, p, &values{})
	value, fits := got.(T)
	return value, ok && fits && err == nil
}

// whole reads a number that counts the smallest units, written as a number or a text.
func whole(doc any, path string) (*big.Int, error) {
	got, ok := at[any](doc, path)
	text, ok := scalarText(got, ok)
	n, isNumber := new(big.Int).SetString(text, 10)
	if !ok || !isNumber || n.Sign() < 0 {
		return nil, errLedger
	}
	return n, nil
}

// coins writes an amount of smallest units as coins.
func coins(n *big.Int, decimals int) string {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	text := new(big.Rat).SetFrac(n, unit).FloatString(decimals)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s[:min(len(s), 40)])
}
