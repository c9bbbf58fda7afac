package detectors

// A token is a run of the characters that keys are made of. Almost every secret is one, or holds one, and runs of that
// length are rare in text, so looking for them replaces looking for the words of every rule: the cost does not grow
// with the number of rules.
type token struct {
	Span
	whole, piece traits // of all of it, and of a stretch without separators
	odd          bool   // a stretch looks random by itself
	paths        bool   // it has a slash
}

// traits are what tells random text from words.
type traits struct {
	letters [2]int // lower, upper
	digits  int
	flips   int // digits beside letters
	likely  int // sum of bigrams over neighbouring letters: how much it reads like words
}

const (
	minToken = 16  // bytes; shorter parts are found beside longer ones
	maxToken = 256 // a longer run is data, not a key, unless a shape with a literal start says otherwise
)

// Character classes of tokenClass.
const (
	classNone = iota
	classSeparator
	classDigit
	classUpper
	classLower
)

// tokenClass is read-only.
var tokenClass = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = classDigit
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] = classUpper
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] = classLower
	}
	for _, c := range "+/_-" {
		t[c] = classSeparator
	}
	return t
}()

// tokens calls yield with every token of data[from:to]; a token is measured over its whole length even when it goes
// beyond from and to. It looks at one byte in sixteen until it meets a token character.
func tokens(data []byte, from, to int, yield func(*token)) {
	var t token
	for p := from; p < to; {
		probe := p + minToken - 1
		if probe >= len(data) {
			probe = len(data) - 1
		}
		if tokenClass[data[probe]] == classNone {
			p = probe + 1
			continue
		}
		start := probe
		for start > 0 && tokenClass[data[start-1]] != classNone && probe-start < maxToken*2 {
			start--
		}
		end := probe + 1
		for end < len(data) && tokenClass[data[end]] != classNone {
			end++
		}
		if end-start >= minToken && measure(data, start, end, &t) {
			yield(&t)
		}
		p = end + 1
	}
}

// measure fills t for data[start:end] and reports whether the token looks random, as a whole or in one stretch.
func measure(data []byte, start, end int, t *token) bool {
	*t = token{Span: Span{start, end}}
	if end-start > 4*maxToken {
		end = start + 4*maxToken
	}
	last := uint8(classNone)
	for i := start; i < end; i++ {
		class := tokenClass[data[i]]
		switch {
		case class <= classSeparator:
			t.endPiece()
			t.paths = t.paths || data[i] == '/'
		case class == classDigit:
			t.piece.digits++
		default:
			t.piece.letters[classLower-class]++
		}
		if last > classSeparator && class > classSeparator {
			if (class == classDigit) != (last == classDigit) {
				t.piece.flips++
			} else if class != classDigit && !(last == classLower && class == classUpper) {
				t.piece.likely += int(bigrams[(data[i-1]|0x20)-'a'][(data[i]|0x20)-'a']) - 'm'
			}
		}
		last = class
	}
	t.endPiece()
	if t.paths && t.End-t.Start < 40 {
		return t.odd
	}
	return t.odd || t.whole.random()
}

// endPiece adds the stretch to the whole.
func (t *token) endPiece() {
	p, w := &t.piece, &t.whole
	t.odd = t.odd || p.digits+p.letters[0]+p.letters[1] >= minToken && p.random()
	w.letters[0] += p.letters[0]
	w.letters[1] += p.letters[1]
	w.digits += p.digits
	w.flips += p.flips
	w.likely += p.likely
	*p = traits{}
}

// random tells keys from words: letters that follow each other as in no word, and digits in between.
func (t *traits) random() bool {
	n := t.letters[0] + t.letters[1] + t.digits
	if n < 12 || t.digits == n {
		return false
	}
	if t.digits == 0 && (t.letters[0] == 0 || t.letters[1] == 0) && t.likely > -n {
		return false
	}
	return t.likely-3*t.flips < n/8
}
