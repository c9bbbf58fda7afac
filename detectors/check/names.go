package check

import (
	"maps"
	"slices"
)

// ByName finds a check.
func ByName(name string) (Func, bool) {
	check, ok := checks[name]
	return check, ok
}

// Names lists the checks, sorted.
func Names() []string { return slices.Sorted(maps.Keys(checks)) }

var checks = map[string]Func{
	"bip39":                 bip39Phrase(bip39Lists...),
	"wif":                   wif,
	"wif-altcoin":           wif,
	"eos-legacy-wif":        eosWIF,
	"xprv":                  xprv,
	"bip32-xprv":            xprv,
	"slip132-xprv":          xprv,
	"evm-private-key":       evmPrivateKey,
	"solana-keypair-json":   solanaJSON,
	"solana-keypair-base58": solanaBase58,
	"near-secret-key":       nearKey,
	"stellar-seed":          stellarSeed,
}
