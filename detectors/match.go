package detectors

import (
	"crypto/sha256"
	"encoding/hex"
	"github.com/keysweep/keysweep/detectors/check"
	"maps"
	"slices"
)

// Hint is what a source knows of the data it hands over.
type Hint struct {
	Path    string // path of the file within its tree, slash-separated; empty when there is none
	Spots   []Spot // what Spots finds in the data, when that is known already
	Spotted bool   // it is
}

// Span is a half-open range of bytes of the data that was scanned.
type Span struct{ Start, End int }

// Credential is a rule with the values of its parts.
type Credential struct {
	Rule     *Rule
	Provider string // the provider named by the context; the rule's own unless the rule serves many
	Parts    map[string]Secret
}

// Fingerprint identifies the credential: 32 hex digits of a SHA-256 over the rule's id, the provider and all parts by
// name. The same leak has the same fingerprint wherever it lies.
func (c Credential) Fingerprint() string {
	h := sha256.New()
	write := func(s string) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	write("keysweep-1")
	write(c.Rule.ID)
	write(c.Provider)
	for _, name := range slices.Sorted(maps.Keys(c.Parts)) {
		write(name)
		write(c.Parts[name].Reveal())
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Prove runs the offline checks of the parts. Facts are what they prove, such as addresses; whole says that a checksum or a
// matching public key stood behind one of them.
func (c Credential) Prove() (facts []Fact, whole bool) {
	for _, p := range c.Rule.Parts {
		value, there := c.Parts[p.Name]
		if p.check == nil || !there {
			continue
		}
		if proof, ok := p.check(value.Reveal()); ok {
			facts = append(facts, proof.Facts...)
			whole = whole || !proof.Weak && len(proof.Facts) > 0
		}
	}
	return facts, whole
}

// Fact is one thing that arithmetic says of a credential: an address, a public key, a network.
type Fact = check.Fact

// Match is a credential found in one run of bytes.
type Match struct {
	Credential  Credential
	Span        Span            // from the first part to the last
	Spans       map[string]Span // where each part stands; the same keys as Credential.Parts
	Line        Span            // the line, or lines, that Span lies on
	Severity    Severity
	Confidence  Confidence
	Environment string // "", "testnet", "sandbox", "demo": where the key works, when the context says so
	Famous      string // what it is known as, when it is published test material
	Proved      bool   // an offline check with a checksum or a matching public key passed
	Identity    []Fact // what the check proved, in a fixed order
	Encodings   []string
	Notes       []string // for the person who reads the finding; never holds part of a secret
	Entropy     float64  // of the most secret part, bits per character
	Stem        string   // what the names of the parts share ("binance2" of BINANCE2_API_KEY), for pairing across files
	Missing     []string // names of required parts that were not found
	AllowedIn   []string // commits in which an allowlist drops the match: full ids in lower case
}

// Secret returns the name of the most secret part that was found.
func (m Match) Secret() string {
	last := ""
	for _, p := range m.Credential.Rule.Parts {
		if _, ok := m.Credential.Parts[p.Name]; ok && (last == "" || secrecy(p.Name) > secrecy(last)) {
			last = p.Name
		}
	}
	return last
}

func secrecy(part string) int {
	switch part {
	case "secret", "private_key", "mnemonic", "seed":
		return 3
	case "passphrase", "password":
		return 1
	case "key":
		return 2
	}
	return 2
}
