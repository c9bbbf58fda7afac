package detectors

import (
	"bytes"
	"slices"
	"strings"
)

const (
	maxStated   = 64 // derivations per text; one takes some 30 microseconds
	statedReach = 96 // bytes between a value and an address that is written beside it
)

// byAddress reports the values that no name decides about, when the address they control stands in the text.
func (r *reading) byAddress() {
	left := maxStated
	for _, v := range r.values {
		if v.used || v.form != FormToken {
			continue
		}
		for _, sh := range r.set.stated {
			f, ok := r.fit(v, sh)
			if !ok || !r.hinted(v, sh) {
				continue
			}
			if left--; left < 0 || len(r.addresses()) == 0 {
				return
			}
			if r.proved(&f) && r.states(&f) {
				v.used = true
				r.emit(r.statedMatch(f))
				break
			}
		}
	}
}

// hinted reports whether the text around a value makes it worth a derivation: an address is written beside it, or it
// speaks of keys, and its name does not say that it is something else.
func (r *reading) hinted(v *value, sh *shape) bool {
	r.describe(v)
	for _, w := range v.words {
		if sh.denied(w) && sh.negated(w) {
			return false
		}
	}
	near := r.data[max(0, v.Start-hintBefore):min(len(r.data), v.End+statedReach)]
	beside := r.data[max(0, v.Start-statedReach):min(len(r.data), v.End+statedReach)]
	return len(addressesIn(beside)) > 0 || keyWords.contains(near)
}

// keyWords is read-only.
var keyWords = newKeywords([]string{"priv", "secret", "key", "wallet", "account", "signer", "deployer", "pk"})

// states reports whether the text states the fact that names the part.
func (r *reading) states(f *fit) bool {
	return f.part.Stated != "" && slices.ContainsFunc(f.proof.Facts, func(fact Fact) bool {
		return fact.Name == f.part.Stated && r.addresses()[strings.ToLower(fact.Value)]
	})
}

// statedMatch makes a match of one part, which is sure when the text states the fact that names it.
func (r *reading) statedMatch(f fit) Match {
	m := r.match([]fit{f})
	if f.proof != nil && r.states(&f) {
		m.Confidence, m.Proved = Sure, true
	}
	return m
}

// addresses are the addresses that the text states, in lower case; read on first use.
func (r *reading) addresses() map[string]bool {
	if r.stated == nil {
		r.stated = addressesIn(r.data)
	}
	return r.stated
}

// addressesIn returns what has the form of an EVM address: 0x and 40 hexadecimal digits.
func addressesIn(data []byte) map[string]bool {
	found := map[string]bool{}
	for i := 0; ; {
		j := bytes.IndexByte(data[i:], 'x')
		if j < 0 {
			return found
		}
		i += j + 1
		end := i
		for end < len(data) && end-i <= 40 && isHexOrX(data[end]) && data[end] != 'x' {
			end++
		}
		if end-i == 40 && i >= 2 && data[i-2] == '0' {
			found[strings.ToLower(string(data[i-2:end]))] = true
		}
	}
}

// hexKey reports whether a token has the form of a value whose address may be stated, and an address or the words
// "private key" stand before it.
func (s *Set) hexKey(data []byte, t *token, window Span) bool {
	if !s.stately(data, t.Span) {
		return false
	}
	before := data[window.Start:window.End]
	return bytes.Contains(before, []byte("rivate")) || len(addressesIn(before)) > 0
}

// stately reports whether a token has the form of a value whose address may be stated: 64 hexadecimal digits.
func (s *Set) stately(data []byte, at Span) bool {
	if n := at.End - at.Start; len(s.stated) == 0 || n != 64 && n != 66 {
		return false
	}
	text := data[at.Start:at.End]
	return (len(text) == 64 || text[1] == 'x') && !bytes.ContainsFunc(text[2:], func(c rune) bool { return c > 'f' || !isHexOrX(byte(c)) || c == 'x' })
}

// mayBePlaced reports whether what stands around a token, or the path alone, may make it a part: a word near it does what a
// name does, an address may be its own, or it is the first thing in its file.
func (s *Set) mayBePlaced(data []byte, t *token, window Span) bool {
	return s.ofPlace(data, t.Span) && (isFirst(data, t) || s.near.contains(data[window.Start:window.End])) || s.hexKey(data, t, window)
}

// ofPlace reports whether a token may be a value of a shape that a word near it, or its path, may name.
func (s *Set) ofPlace(data []byte, at Span) bool {
	sign := signatureOf(data, at)
	return slices.ContainsFunc(s.placed, func(o *outline) bool { return o.quick(&sign, at.End-at.Start) })
}

// isFirst reports whether a token is the first thing in its file.
func isFirst(data []byte, t *token) bool {
	return t.Start < 16 && len(bytes.Trim(data[:t.Start], " \t\r\n\"'[{(")) == 0
}

// placeable reports whether a token that is placed may be a part of one of the fitting shapes for that.
func (s *Set) placeable(data []byte, t *token, window Span, fitting []*shape) bool {
	first, near := isFirst(data, t), s.near.contains(data[window.Start:window.End])
	return s.hexKey(data, t, window) || slices.ContainsFunc(fitting, func(sh *shape) bool {
		return first && len(sh.rule.Paths) > 0 || (first || near) && len(sh.rule.Near) > 0
	})
}
