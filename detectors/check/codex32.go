package check

import (
	"encoding/hex"
	"strings"
)

// codex32 proves a BIP-93 string. Share index s is the whole seed; any other is one Shamir share.
func codex32(value string) (Proof, bool) {
	if len(value) < 48 || len(value) > 127 || value[:3] != "ms1" && value[:3] != "MS1" {
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
	threshold, index, code := lower[3], lower[8], &codex32Short
	if len(groups) > 93 {
		code = &codex32Long
	}
	if threshold == '1' || threshold > '9' || threshold == '0' && index != 's' || !code.holds(groups) {
		return Proof{}, false
	}
	return codex32Proof(lower, groups[6:len(groups)-code.checksum])
}

func codex32Proof(lower string, payload []byte) (Proof, bool) {
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

// bch is one of BIP-93's codes: a residue of five bits more than width, in two words, the high one first.
type bch struct {
	width      uint
	checksum   int // groups at the end of the text
	generators [5][2]uint64
	target     [2]uint64
}

var (
	codex32Short = bch{60, 13, [5][2]uint64{
		{0x1, 0x9dc500ce73fde210}, {0x1, 0xbfae00def77fe529}, {0x1, 0xfbd920fffe7bee52}, {0x1, 0x739640bdeee3fdad}, {0x0, 0x7729a039cfc75f5a},
	}, [2]uint64{0x1, 0x0ce0795c2fd1e62a}}
	codex32Long = bch{70, 15, [5][2]uint64{
		{0x3d5, 0x9d273535ea62d897}, {0x7a9, 0xbecb6361c6c51507}, {0x543, 0xf9b7e6c38d8a2a0e}, {0x0c5, 0x77eaeccf1990d13c}, {0x188, 0x7f74f8dc71b10651},
	}, [2]uint64{0x433, 0x81e570bf4798ab26}}
)

func (c *bch) holds(groups []byte) bool {
	high, low := uint64(0), uint64(0x23181b3)
	for _, v := range groups {
		top := high<<(64-c.width) | low>>c.width
		if c.width > 64 {
			top, high = high>>(c.width-64), high&(1<<(c.width-64)-1)
		} else {
			high, low = 0, low&(1<<c.width-1)
		}
		high, low = high<<5|low>>59, low<<5^uint64(v)
		for i, g := range c.generators {
			if top>>i&1 == 1 {
				high, low = high^g[0], low^g[1]
			}
		}
	}
	return high == c.target[0] && low == c.target[1]
}
