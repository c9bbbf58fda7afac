// Package check proves offline what a candidate is: checksums, curve points, derived addresses. Every check is a pure
// function found by its name; a rules file names the check that a part must pass.
package check

// Proof is what a check learnt of a value it accepted.
type Proof struct {
	Facts     []Fact // what was derived, most telling first
	Network   string // "bitcoin", "bitcoin-testnet", "evm", ...; empty when the value serves any
	Test      bool   // the value belongs to a test network
	Encrypted bool   // the value needs a password before it can spend
	Weak      bool   // the check has few bits (below 16): context must agree
	Famous    string // what the value is known as, when it is published test material; empty otherwise
}

// Fact is one derived thing: an address, a public key.
type Fact struct{ Name, Value string }

// Func accepts or rejects a value. It never panics and keeps nothing of the value.
type Func func(value string) (Proof, bool)
