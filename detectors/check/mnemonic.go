package check

// Mnemonic says what a maximal run of list words is, trying the strongest checksum first: for 24 words aezeed (40 bits),
// then BIP-39 (8), then TON (8), then Electrum. The kind is a check's name. Words need no normalising.
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
	{"bip39", map[int]bool{12: true, 15: true, 18: true, 21: true, 24: true}, bip39Words},
}

func bip39Words(words []string) (Proof, bool) {
	p, _, ok := BIP39(words)
	return p, ok
}
