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

// checks takes, unless a function says otherwise, the text of one token as it stands in the source: quotes and names around it
// are the caller's. Phrases are given with whatever stands between their words.
var checks = map[string]Func{
	// Phrases.
	"mnemonic":                  phraseCheck(anyMnemonic),
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
	"bip39-seedqr":              seedQR,
	"electrum-v1":               phraseCheck(electrumV1),
	"electrum-v2":               phraseCheck(electrumV2),
	"lnd-aezeed":                phraseCheck(aezeed),
	"algorand-25":               phraseCheck(algorand25),
	"monero-25":                 phraseCheck(monero25),
	"monero-13":                 phraseCheck(monero13),
	"ton-mnemonic-24":           phraseCheck(ton24),
	"slip39-share":              phraseCheck(slip39),
	"substrate-mnemonic":        phraseCheck(substratePhrase),
	"xrp-secret-numbers":        xrpSecretNumbers,

	// The Bitcoin family.
	"wif":                  wif,
	"wif-altcoin":          wif,
	"xprv":                 xprv,
	"bip32-xprv":           xprv,
	"slip132-xprv":         xprv,
	"codex32":              codex32,
	"btc-minikey":          miniKey,
	"bip38-encrypted":      bip38,
	"descriptor":           descriptor,
	"descriptor-with-xprv": descriptor,
	"descriptor-with-wif":  descriptor,
	"descriptor-checksum":  descriptorSum,
	"bitcoin-wallet-dat":   walletDat, // the bytes of the file
	"bitcoin-wallet-hash":  walletHash,
	"zcash-sapling-extsk":  zcashSapling,
	"zcash-sprout-key":     zcashSprout,

	// Ethereum and what shares its keys.
	"evm-private-key":       evmPrivateKey,
	"evm-keystore-v3":       evmKeystore,
	"eth2-keystore-eip2335": eth2Keystore,
	"avalanche-privatekey":  avalancheKey,
	"filecoin-lotus-export": filecoinKey,
	"starknet-private-key":  starknetKey,

	// Other chains.
	"solana-keypair-json":      solanaJSON,
	"solana-keypair-base58":    solanaBase58,
	"solana-seed-json":         solanaSeedJSON,
	"near-secret-key":          nearKey,
	"stellar-seed":             stellarSeed,
	"xrp-seed":                 xrpSeed,
	"sui-privkey":              suiKey,
	"sui-keystore-base64":      suiKeystore,
	"aptos-aip80":              aptosKey,
	"aptos-hex":                aptosHex,
	"cosmos-hex":               cosmosHex,
	"cosmos-armored-key":       cosmosArmor,
	"cometbft-priv-validator":  cometKey,
	"tezos-secret-key":         tezosSecret,
	"tezos-encrypted-key":      tezosEncryptedKey,
	"cardano-bech32-sk":        cardanoBech32,
	"cardano-bech32-xsk":       cardanoBech32,
	"cardano-skey-json":        cardanoKeyFile,
	"substrate-seed-hex":       substrateSeed,
	"substrate-suri":           substrateURI,
	"substrate-keystore-json":  substrateKeystore,
	"eos-legacy-wif":           eosWIF,
	"eos-pvt-k1":               eosKey,
	"monero-private-spend-key": moneroSpendKey,

	// Nostr and Lightning.
	"nostr-nsec":           nostrSecret,
	"nostr-hex":            nostrHex,
	"nostr-ncryptsec":      nostrEncrypted,
	"nostr-wallet-connect": nostrWalletConnect,
	"lnd-macaroon-hex":     macaroonHex,
	"lnd-macaroon-base64":  macaroonBase64,
	"cln-rune":             clnRune,
	"lnurl":                lnurl,

	// Key files and tokens of no chain.
	"libp2p-privkey-hex":    libp2pHex,
	"libp2p-privkey-base64": libp2pBase64,
	"age-secret-key":        ageKey,
	"jwk-private":           jwkPrivate,
	"jwk-secp256k1":         jwkPrivate,
	"pem-private-key":       pemAny,
	"ed25519-pkcs8-pem":     pemOf(isEd25519),
	"rsa-pem":               pemOf(isRSA),
	"ec-pem":                pemOf(isEC),
	"der-private-key":       derText,
	"pgp-private-key":       pgpKey,
	"github-crc":            githubToken,
	"npm-crc":               npmToken,
	"jwt":                   jwt,
	"jwt-secret":            secretJWT,
	"supabase-service-role": serviceJWT,
	"basic-auth":            basicAuth,
	"uuid":                  uuid,
	"base64-32":             base64Bytes(32),
	"base64-64":             base64Bytes(64),
}
