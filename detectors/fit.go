package detectors

import (
	"slices"
	"strings"
)

// namedFor reports whether the value's name or call says that it is the shape's part.
func (v *value) namedFor(sh *shape) bool {
	if v.calledFor(sh) {
		return true
	}
	call := normalize(v.call)
	for _, w := range v.words {
		if w == call && len(w) <= len("pk") { // pk(...) of a descriptor takes a public key
			continue
		}
		if sh.names != nil && sh.denied(w) && !sh.names.in(w) {
			return false
		}
		if sh.names != nil && sh.names.in(w) && !sh.negated(w) {
			return true
		}
	}
	return false
}

// calledFor reports whether the value is the argument of a call that takes the shape's part.
func (v *value) calledFor(sh *shape) bool {
	if sh.calls == nil {
		return false
	}
	return v.call != "" && (sh.calls.in(v.call) || sh.calls.in(v.place())) || slices.ContainsFunc(v.names, sh.calls.in)
}

// negated reports whether a name that fits says that the value is something else after all: private_key_hash, or
// public_key where the part is just a key.
func (sh *shape) negated(word string) bool {
	if strings.HasPrefix(word, "checksum_") { // of what follows: checksum/secret
		return true
	}
	is, named := lastMatch(sh.names, word)
	for _, list := range sh.notNames {
		not, ok := lastMatch(list, word)
		if ok && (!named || not.end > is.end || not.end == is.end && not.start < is.start) {
			return true
		}
	}
	return false
}

// denied reports whether a name says anywhere that the value is something else.
func (sh *shape) denied(word string) bool {
	return slices.ContainsFunc(sh.notNames, func(e *Expression) bool { return e.in(word) })
}

// lastMatch returns where the last match begins and ends, without the number that may end a name: key_1 ends with its key.
func lastMatch(re *Expression, word string) (nameAt, bool) {
	at, ok := re.last(word)
	if ok {
		at.end -= trailingDigits(word[:at.end])
	}
	return at, ok
}

// fit tries the shape's expression on the value.
func (r *reading) fit(v *value, sh *shape) (fit, bool) {
	f := fit{v: v, shape: sh, name: -1}
	switch v.form {
	case FormInts:
		f.at, f.text = v.Span, jsonInts(r.data[v.Start:v.End])
		return f, sh.part.Regex.MatchString(f.text)
	case FormPEM:
		f.at, f.text = v.Span, unescapePEM(r.text(v.Span))
		return f, sh.part.Regex.MatchString(f.text)
	case FormJSON:
		return f, r.fitObject(&f)
	case FormRows:
		f.at, f.text = v.Span, bareRows(r.text(v.Span))
		return f, sh.part.Regex.MatchString(f.text)
	}
	n := v.End - v.Start
	if n+3 < sh.shortest && sh.literal == "" && !sh.pieces || n > sh.longest+maxToken/2 && sh.literal == "" || !sh.outline.admits(r.data, v.Span) {
		return f, false
	}
	from, to := r.around(v, sh)
	if !sh.mayHold(r.data[from:to]) {
		return f, false
	}
	ok := sh.find(r.data[from:to], func(match, value Span) bool {
		at := Span{value.Start + from, value.End + from}
		if at.Start >= v.End || at.End <= v.Start || !r.whole(Span{r.matched(match.Start+from, at.Start), at.End}, sh) {
			return true
		}
		f.at, f.text = at, r.text(at)
		return sh.part.Min > len(f.text) || sh.part.Entropy > 0 && shannon(f.text) < sh.part.Entropy
	})
	return f, ok
}

const maxMatches = 4 // of an expression in the text around a token that are looked at

// find calls yield with the matches of the shape's expression in text, and the value in each, until yield says false.
// It reports whether yield did.
func (sh *shape) find(text []byte, yield func(match, value Span) bool) bool {
	n, more := 0, true
	if sequence := sh.part.Regex.sequence(); sequence != nil {
		sequence.all(text, func(s Span) bool {
			more = yield(s, s)
			n++
			return more && n < maxMatches
		})
		return !more
	}
	for _, m := range sh.part.Regex.FindAllSubmatchIndex(text, maxMatches) {
		match := Span{m[0], m[1]}
		value := match
		if len(m) > 3 && m[2] >= 0 {
			value = Span{m[2], m[3]}
		}
		if !yield(match, value) {
			return true
		}
	}
	return false
}

// matched returns where a value begins with the letters that the expression itself has before it, as "bot" before a token
// in a URL.
func (r *reading) matched(start, value int) int {
	if start < value && tokenClass[r.data[value-1]] >= classDigit {
		return start
	}
	return value
}

const maxLiteral = 2 << 10 // bytes behind a token that a value with a literal may go on for

// around widens a token to what stands beside it without a space: a value may hold dots and colons, and more tokens.
func (r *reading) around(v *value, sh *shape) (from, to int) {
	from, to = v.Start, v.End
	reach := literalAt
	if sh.literal != "" {
		reach = max(reach, min(sh.longest, maxLiteral))
	}
	for from > 0 && v.Start-from < literalAt && r.data[from-1] > ' ' {
		from--
	}
	limit := min(len(r.data), v.End+reach, v.Start+sh.longest+2*literalAt)
	for to < limit && r.data[to] > ' ' {
		to++
	}
	return from, to
}

// whole reports whether the value ends where the expression says: nothing of its own kind goes on at either side. A
// slash may, since paths join with it, unless the value has slashes itself.
func (r *reading) whole(at Span, sh *shape) bool {
	before, after := byte(0), byte(0)
	if at.Start > 0 {
		before = r.data[at.Start-1]
	}
	if at.End < len(r.data) {
		after = r.data[at.End]
	}
	if tokenClass[before] >= classDigit && !(sh.literal == "" && before == 'n' && at.Start > 1 && r.data[at.Start-2] == '\\') {
		return false
	}
	if tokenClass[after] >= classDigit {
		return false
	}
	value := r.text(at)
	if before == '/' || before == '+' {
		if strings.ContainsAny(value, "+/=") {
			return false
		}
	}
	if after == '+' || after == '=' && r.padding(at.End) {
		return false
	}
	if after == '/' && strings.ContainsAny(value, "+/") {
		return false
	}
	return before != '-' && before != '_' && after != '-' && after != '_'
}

// padding reports whether the "=" at p ends base64 text, rather than a name that is assigned to.
func (r *reading) padding(p int) bool {
	for p < len(r.data) && r.data[p] == '=' {
		p++
	}
	return p >= len(r.data) || !isWord(r.data[p]) && !isQuote(r.data[p]) && r.data[p] != ' ' || p < len(r.data) && isQuote(r.data[p]) && (p+1 >= len(r.data) || !isWord(r.data[p+1]))
}

func unescapePEM(text string) string {
	return strings.NewReplacer(`\\n`, "\n", `\n`, "\n", `\r`, "", "\r", "").Replace(text)
}

// proved runs the part's check, if it has one, and keeps what it proved.
func (r *reading) proved(f *fit) bool {
	if f.part.check == nil || f.proof != nil {
		return true
	}
	p, ok := f.part.check(f.text)
	if ok {
		f.proof = &p
	}
	return ok
}
