package check

import (
	"bytes"
	"encoding/hex"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// famousName says what published test material owns an address or public key; empty when none does.
func famousName(identity string) string { return famousIdentities[identity] }

// mark sets what the value is known as, judged by what was derived from it, or by the pattern of the raw key.
func mark(p Proof, raw []byte) Proof {
	for _, f := range p.Facts {
		if p.Famous == "" {
			p.Famous = famousName(f.Value)
		}
	}
	if p.Famous == "" {
		p.Famous = patternName(raw)
	}
	return p
}

// markSecp is mark for a secp256k1 key, which is known by its Ethereum address whatever it is written as.
func markSecp(p Proof, pub *secp256k1.PublicKey, key *secp256k1.ModNScalar) Proof {
	raw := key.Bytes()
	if p = mark(p, raw[:]); p.Famous == "" {
		p.Famous = famousName(evmAddress(pub))
	}
	return p
}

// patternName names key material that nobody generated: small integers, one byte or a short pattern repeated, counting bytes.
func patternName(raw []byte) string {
	switch {
	case len(raw) < 16:
		return ""
	case smallInteger(raw):
		return "small integer"
	case repeats(raw):
		return "repeated pattern"
	case counts(raw):
		return "counting bytes"
	case flat(raw):
		return "one byte over and over"
	}
	return ""
}

// flat says that one byte stands eight times in a row, which chance does to one key in 2^51. Leading zeros do not count.
func flat(raw []byte) bool {
	raw = bytes.TrimLeft(raw, "\x00")
	n := 1
	for i := 1; i < len(raw) && n < 8; i++ {
		if n++; raw[i] != raw[i-1] {
			n = 1
		}
	}
	return n == 8
}

// isText says that the bytes are text, such as the short strings of Cairo and the names in a word of 32 bytes.
func isText(raw []byte) bool {
	for _, c := range raw {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func smallInteger(raw []byte) bool {
	return zero(raw[:len(raw)-3]) || zero(raw[3:])
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

func repeats(raw []byte) bool {
next:
	for period := 1; period <= 8; period++ {
		for i := period; i < len(raw); i++ {
			if raw[i] != raw[i-period] {
				continue next
			}
		}
		return true
	}
	return false
}

func counts(raw []byte) bool {
	step := raw[1] - raw[0]
	for i := 2; i < len(raw); i++ {
		if raw[i]-raw[i-1] != step {
			return false
		}
	}
	return true
}

// secpNote is the compressed public key as a fact.
func secpFact(pub *secp256k1.PublicKey) Fact {
	return Fact{"public_key", hex.EncodeToString(pub.SerializeCompressed())}
}
