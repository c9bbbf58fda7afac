package accuracy

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
	alnum   = lower + upper + digits
	urlSafe = alnum + "-_"
)

// random is a seeded source of values. The same seed and name give the same values in every run, whatever else was
// generated before.
type random struct{ *rand.Rand }

func newRandom(seed uint64, name string) random {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return random{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

func (r random) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func (r random) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func (r random) hex(n int) string { return hex.EncodeToString(r.bytes((n + 1) / 2))[:n] }

func (r random) base64(n int) string { return base64.StdEncoding.EncodeToString(r.bytes(n)) }

func (r random) uuid() string {
	h := []byte(r.hex(32))
	h[12], h[16] = '4', "89ab"[r.IntN(4)]
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}

func (r random) chance(percent int) bool { return r.IntN(100) < percent }

func pick[T any](r random, of []T) T { return of[r.IntN(len(of))] }

func some[T any](r random, of []T, n int) []T {
	out := make([]T, 0, n)
	for _, i := range r.Perm(len(of))[:min(n, len(of))] {
		out = append(out, of[i])
	}
	return out
}

var passWords = strings.Fields(`moon trader hodl rocket falcon delta Winter summer bitcoin alpha whale lambo harbor
	Copper tango orbit granite mango pepper Lisbon quartz velvet comet Juniper onyx`)

// passphrase is what a person types into "choose a passphrase".
func (r random) passphrase() string {
	switch r.IntN(4) {
	case 0:
		return r.of(alnum, 8+r.IntN(9))
	case 1:
		return pick(r, passWords) + pick(r, passWords) + r.of(digits, 2+r.IntN(3))
	case 2:
		return pick(r, passWords) + "_" + r.of(digits, 4) + pick(r, []string{"!", "@", ".", "-"}) + r.of(upper, 2)
	}
	return r.of(upper, 1) + r.of(lower, 5) + r.of(digits, 3) + pick(r, []string{"!", "@", "_"}) + r.of(alnum, 3)
}
