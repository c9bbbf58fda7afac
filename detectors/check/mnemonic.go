package check

// Mnemonic says what a maximal run of list words is, trying the strongest checksum first: for 24 words aezeed (40 bits),
// then BIP-39 (8), then TON (8), then Electrum;
// a list without checksum comes last. The kind is a check's name. Words need no normalising.
func Mnemonic(words []string) (kind string, p Proof, ok bool) {
	for _, try := range mnemonicKinds {
		if !try.counts[len(words)] {
			continue
		}
		if p, ok := try.prove(words); ok {
			return try.kind, p, true
		}
	}
	return "", Proof{}, false
}

var mnemonicKinds = []struct {
	kind   string
	counts map[int]bool
	prove  func([]string) (Proof, bool)
}{
	{"lnd-aezeed", map[int]bool{24: true}, aezeed},
	{"bip39", map[int]bool{12: true, 15: true, 18: true, 21: true, 24: true}, bip39Words},
	{"ton-mnemonic-24", map[int]bool{24: true}, ton24},
	{"algorand-25", map[int]bool{25: true}, algorand25},
	{"monero-25", map[int]bool{25: true}, monero25},
	{"monero-13", map[int]bool{13: true}, monero13},
	{"slip39-share", map[int]bool{20: true, 23: true, 27: true, 30: true, 33: true}, slip39},
	{"electrum-v2", map[int]bool{12: true, 13: true, 24: true}, electrumV2},
	{"electrum-v1", map[int]bool{12: true, 24: true}, electrumV1},
}

func bip39Words(words []string) (Proof, bool) {
	p, _, ok := BIP39(words)
	return p, ok
}

func anyMnemonic(words []string) (Proof, bool) {
	_, p, ok := Mnemonic(words)
	return p, ok
}
