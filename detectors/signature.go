package detectors

// signature is what decides, for most shapes at once, that a token can be no value of theirs: the kinds of bytes in it,
// and the words that it is made of.
type signature struct {
	kinds uint16 // of all its bytes
	words [maxSignatureWords]wordSign
	n     int  // words
	open  bool // it has more words, or is longer than any that is read whole
}

// wordSign is a run of letters, digits and underscores of a token.
type wordSign struct {
	kinds         uint16
	start, length int // start in the text
}

const maxSignatureWords = 6

// Kinds of bytes. A shape that takes any byte of a kind has the kind.
const (
	kindDigit = 1 << iota
	kindLowerHex
	kindLower
	kindUpperHex
	kindUpper
	kindUnderscore
	kindMinus
	kindPlus
	kindSlash
	kindSeparators = kindMinus | kindPlus | kindSlash
)

// byteKinds is read-only.
var byteKinds = func() (t [256]uint16) {
	for c := range t {
		switch c := byte(c); {
		case c >= '0' && c <= '9':
			t[c] = kindDigit
		case c >= 'a' && c <= 'f':
			t[c] = kindLowerHex
		case c >= 'g' && c <= 'z':
			t[c] = kindLower
		case c >= 'A' && c <= 'F':
			t[c] = kindUpperHex
		case c >= 'G' && c <= 'Z':
			t[c] = kindUpper
		}
	}
	t['_'], t['-'], t['+'], t['/'] = kindUnderscore, kindMinus, kindPlus, kindSlash
	return t
}()

func (s *byteSet) kinds() (kinds uint16) {
	for c := range 256 {
		if s.has(byte(c)) {
			kinds |= byteKinds[c]
		}
	}
	return kinds
}

func signatureOf(data []byte, at Span) (s signature) {
	if at.End-at.Start > maxToken {
		return signature{open: true}
	}
	var w wordSign
	end := func() {
		if w.length > 0 && s.n < len(s.words) {
			s.words[s.n] = w
			s.n++
		} else if w.length > 0 {
			s.open = true
		}
		s.kinds |= w.kinds
		w = wordSign{}
	}
	for i, c := range data[at.Start:at.End] {
		if k := byteKinds[c]; k&kindSeparators != 0 {
			s.kinds |= k
			end()
		} else {
			if w.length == 0 {
				w.start = at.Start + i
			}
			w.kinds |= k
			w.length++
		}
	}
	end()
	return s
}

// quick refuses most tokens that the outline does not admit, and none that it does.
func (e *outline) quick(s *signature, length int) bool {
	if s.open {
		return true
	}
	if e.boxed {
		for _, w := range s.words[:s.n] {
			if w.length >= e.shortest && w.length <= e.longest && w.kinds&^e.kinds == 0 {
				return true
			}
		}
		return false
	}
	if !e.tokens {
		return true
	}
	if length+len("==") < e.shortest {
		return false
	}
	if e.kinds&kindSeparators != 0 && s.kinds&kindSeparators != 0 {
		return true
	}
	for _, w := range s.words[:s.n] {
		if w.length+len("==") >= e.shortest && w.kinds&e.kinds != 0 {
			return true
		}
	}
	return false
}
