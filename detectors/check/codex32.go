package check

import (
	"encoding/hex"
	"strings"
)

// codex32 proves a BIP-93 string. Share index s is the whole seed; any other is one Shamir share.
func codex32(value string) (Proof, bool) {
	if len(value) < 48 || len(value) > 93 || value[:3] != "ms1" && value[:3] != "MS1" {
		return Proof{}, false
	}
	lower := strings.ToLower(value)
	if lower != value && strings.ToUpper(value) != value {
		return Proof{}, false
	}
	groups := make([]byte, 0, len(lower))
	for i := 3; i < len(lower); i++ {
		v := bech32Value[lower[i]]
		if v < 0 {
			return Proof{}, false
		}
		groups = append(groups, byte(v))
	}
	threshold, index := lower[3], lower[8]
	if threshold == '1' || threshold > '9' || threshold == '0' && index != 's' || !codex32Sum(groups) {
		return Proof{}, false
	}
	return codex32Proof(lower, groups)
}

func codex32Proof(lower string, groups []byte) (Proof, bool) {
	payload := groups[6 : len(groups)-13]
	if len(payload)*5%8 > 4 {
		return Proof{}, false
	}
	seed := packGroups(payload)
	p := Proof{Network: "bitcoin", Facts: []Fact{{"share_index", lower[8:9]}, {"shares_needed", lower[3:4]}, {"codex32_identifier", lower[4:8]}}}
	if lower[8] != 's' {
		return p, true
	}
	if master, ok := masterKey(seed); ok {
		p.Facts = append(hdFacts(master), p.Facts...)
		p.Facts = append(p.Facts, Fact{"fingerprint", hex.EncodeToString(master.fingerprint())})
	}
	return mark(p, seed), true
}

// packGroups packs groups of five bits into bytes; what is left over may have any value.
func packGroups(groups []byte) []byte {
	var out []byte
	acc, n := uint32(0), uint(0)
	for _, g := range groups {
		acc, n = acc<<5|uint32(g), n+5
		if n >= 8 {
			n -= 8
			out = append(out, byte(acc>>n))
		}
	}
	return out
}

// codex32Sum is BIP-93's short code. Its residue has 65 bits: the top five are kept apart from the lower sixty.
func codex32Sum(groups []byte) bool {
	const mask = 1<<60 - 1
	generators := [5]struct{ top, low uint64 }{
		{0x1, 0x9dc500ce73fde210}, {0x1, 0xbfae00def77fe529}, {0x1, 0xfbd920fffe7bee52}, {0x1, 0x739640bdeee3fdad}, {0x0, 0x7729a039cfc75f5a},
	}
	top, low := uint64(0), uint64(0x23181b3)
	for _, v := range groups {
		by := top
		top, low = low>>55, low<<5&mask^uint64(v)
		for i, g := range generators {
			if by>>i&1 == 1 {
				top ^= g.top<<4 | g.low>>60
				low ^= g.low & mask
			}
		}
	}
	return top == 0x10 && low == 0xce0795c2fd1e62a
}
