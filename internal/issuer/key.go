package issuer

import (
	"slices"
	"sync"
)

// Key is a credential that the issuer has given out.
type Key struct {
	Name   string            // what tests call it
	Rule   string            // id of the rule that its kind is of
	Parts  map[string]string // in clear, by the names that the rules file has for them
	script Script

	mu     sync.Mutex
	nonces map[string]bool // seen
	last   int64           // highest number among them
	calls  []Call

	expected []Fault
}

// Script decides what the issuer does with a request that this key has made.
type Script func(*Call) Answer

// part returns the first of the named parts that the key has.
func (k *Key) part(names ...string) string {
	for _, n := range names {
		if v := k.Parts[n]; v != "" {
			return v
		}
	}
	return ""
}

// secret is the part that signs.
func (k *Key) secret() string { return k.part("secret", "private_key", "client_secret", "key") }

func (k *Key) id() string { return k.part("key", "client_id", "email", "client_email", "secret") }

// Calls returns the requests that the key has made so far, in their order.
func (k *Key) Calls() []Call {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.calls)
}

// use records a nonce and reports whether it was new; where growing, whether it was also the highest number.
func (k *Key) use(nonce string, growing bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.nonces == nil {
		k.nonces = map[string]bool{}
	}
	n := integer(nonce)
	if k.nonces[nonce] || growing && n <= k.last {
		return false
	}
	k.nonces[nonce], k.last = true, max(k.last, n)
	return true
}

// keyring holds the keys by their parts.
type keyring struct {
	mu   sync.Mutex
	keys []*Key
}

func (r *keyring) add(k *Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append(r.keys, k)
}

// find returns the newest key for which fits holds, or nil. The newest: a test may give out a key again.
func (r *keyring) find(fits func(*Key) bool) *Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range slices.Backward(r.keys) {
		if fits(k) {
			return k
		}
	}
	return nil
}
