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
	"bip39":                     bip39Phrase(bip39Lists...),
	"bip39-japanese":            bip39Phrase(bip39Lists[1]),
	"bip39-korean":              bip39Phrase(bip39Lists[2]),
	"bip39-spanish":             bip39Phrase(bip39Lists[3]),
	"bip39-simplified-chinese":  bip39Phrase(bip39Lists[4]),
	"bip39-traditional-chinese": bip39Phrase(bip39Lists[5]),
	"bip39-french":              bip39Phrase(bip39Lists[6]),
	"bip39-italian":             bip39Phrase(bip39Lists[7]),
	"bip39-czech":               bip39Phrase(bip39Lists[8]),
	"bip39-portuguese":          bip39Phrase(bip39Lists[9]),
	"mnemonic":                  phraseCheck(anyMnemonic),
	"electrum-v1":               phraseCheck(electrumV1),
	"electrum-v2":               phraseCheck(electrumV2),
	"lnd-aezeed":                phraseCheck(aezeed),
	"algorand-25":               phraseCheck(algorand25),
	"monero-25":                 phraseCheck(monero25),
	"monero-13":                 phraseCheck(monero13),
	"monero-private-spend-key":  moneroSpendKey,
	"ton-mnemonic-24":           phraseCheck(ton24),
	"slip39-share":              phraseCheck(slip39),
	"wif":                       wif,
	"wif-altcoin":               wif,
	"eos-legacy-wif":            eosWIF,
	"xprv":                      xprv,
	"bip32-xprv":                xprv,
	"slip132-xprv":              xprv,
	"evm-private-key":           evmPrivateKey,
	"solana-keypair-json":       solanaJSON,
	"solana-keypair-base58":     solanaBase58,
	"btc-minikey":               miniKey,
	"bip38-encrypted":           bip38,
	"descriptor":                descriptor,
	"descriptor-checksum":       descriptorSum,
	"descriptor-with-xprv":      descriptor,
	"descriptor-with-wif":       descriptor,
	"bitcoin-wallet-dat":        walletDat,
	"codex32":                   codex32,
	"xrp-seed":                  xrpSeed,
	"xrp-secret-numbers":        xrpSecretNumbers,
	"tezos-secret-key":          tezosSecret,
	"tezos-encrypted-key":       tezosEncryptedKey,
	"near-secret-key":           nearKey,
	"stellar-seed":              stellarSeed,
}
