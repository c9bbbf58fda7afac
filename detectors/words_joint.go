package detectors

import "bytes"

// Between the words of a phrase there may stand more than punctuation: tags of markup, such as </li>, the numbered
// names of words, such as WORD_7=, and the end of a string with the begin of the next.

const (
	maxTag  = 16 // bytes of a bare tag
	maxAttr = 72 // of one with attributes
	maxTags = 8  // that stand between two words
	maxMark = 34 // bytes of a numbered name
)

// passage returns the end of what may stand between two words from q on, and begins with a character that otherwise ends
// a run. It returns q when nothing does.
func passage(data []byte, q int) int {
	switch data[q] {
	case '<':
		return tagEnd(data, q)
	case '+':
		if concatenates(data, q) {
			return q + 1
		}
	}
	return q
}

// passageBack is passage for what ends at q.
func passageBack(data []byte, q int) int {
	switch data[q-1] {
	case '>':
		return tagStart(data, q)
	case '=', ':':
		return markStart(data, q)
	case '+':
		if concatenates(data, q-1) {
			return q - 1
		}
	}
	return q
}

// tagEnd returns the end of the tag that begins at p, and p when none does. Attributes hold nothing that ends a run.
func tagEnd(data []byte, p int) int {
	q := p + 1
	if q < len(data) && data[q] == '/' {
		q++
	}
	if q >= len(data) || !letter(data[q]) {
		return p
	}
	for q < len(data) && q-p < maxTag && (letter(data[q]) || isDigit(data[q])) {
		q++
	}
	if q < len(data) && data[q] == ' ' {
		for q < len(data) && q-p < maxAttr && data[q] != '>' && data[q] != '<' && data[q] != '\n' && !runEnds[data[q]] {
			q++
		}
	}
	if q < len(data) && data[q] == '/' {
		q++
	}
	if q < len(data) && data[q] == '>' {
		return q + 1
	}
	return p
}

// tagStart returns the start of the tag that ends at q, and q when none does.
func tagStart(data []byte, q int) int {
	from := max(0, q-maxAttr-4)
	if i := bytes.LastIndexByte(data[from:q], '<'); i >= 0 && tagEnd(data, from+i) == q {
		return from + i
	}
	return q
}

// markAt returns the numbered name that the letter or digit at p is part of, with the sign that gives it a value, as in
// WORD_7= or "word7": of JSON. An empty span says that there is none.
func markAt(data []byte, p int) Span {
	start, end := p, p
	for start > 0 && p-start < maxMark && markByte(data[start-1]) {
		start--
	}
	for end < len(data) && end-start < maxMark && markByte(data[end]) {
		end++
	}
	digits := 0
	for digits < 3 && end-digits > start && isDigit(data[end-digits-1]) {
		digits++
	}
	if digits == 0 || digits > 2 || !letter(data[start]) || start > 0 && (markByte(data[start-1]) || data[start-1] >= 0x80) {
		return Span{}
	}
	if end < len(data) && isQuote(data[end]) {
		end++
	}
	for n := 0; n < 2 && end < len(data) && data[end] == ' '; n++ {
		end++
	}
	if end < len(data) && (data[end] == '=' || data[end] == ':') {
		return Span{start, end + 1}
	}
	return Span{}
}

func markByte(c byte) bool { return letter(c) || isDigit(c) || c == '_' }

// markStart returns where the numbered name begins whose sign ends at q, and q when there is none.
func markStart(data []byte, q int) int {
	p := q - 1
	for n := 0; n < 2 && p > 0 && data[p-1] == ' '; n++ {
		p--
	}
	if p > 0 && isQuote(data[p-1]) {
		p--
	}
	if p == 0 || !isDigit(data[p-1]) {
		return q
	}
	if mark := markAt(data, p-1); mark.End == q {
		return mark.Start
	}
	return q
}

// concatenates reports whether the sign at p joins two strings.
func concatenates(data []byte, p int) bool {
	before, after := p, p+1
	for before > 0 && p-before <= maxGap && blank(data[before-1]) {
		before--
	}
	for after < len(data) && after-p <= maxGap && blank(data[after]) {
		after++
	}
	return before > 0 && after < len(data) && isQuote(data[before-1]) && data[after] == data[before-1]
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// inName reports whether a word that was met may belong to a tag or to a numbered name.
func (r *wordReader) inName(w Span) bool {
	if !r.mayBeInName(w) {
		return false
	}
	before, after := r.data[w.Start-1], r.data[w.End]
	return after == '_' || isDigit(after) || before == '<' || before == '/' && w.Start > 1 && r.data[w.Start-2] == '<' || r.tagAround(w) >= 0
}

// mayBeInName is inName by what stands right beside the word.
func (r *wordReader) mayBeInName(w Span) bool {
	if w.Start == 0 || w.End >= len(r.data) {
		return false
	}
	before, after := r.data[w.Start-1], r.data[w.End]
	return after == '_' || isDigit(after) || before == '<' || before == '/' && w.Start > 1 && r.data[w.Start-2] == '<' ||
		after == '=' || after == '"' || after == '-' || before == '"' || before == '-'
}

// tagAround returns where the tag begins that the word is an attribute's, or -1.
func (r *wordReader) tagAround(w Span) int {
	from := max(0, w.Start-maxAttr)
	i := bytes.LastIndexByte(r.data[from:w.Start], '<')
	if i < 0 || tagEnd(r.data, from+i) < w.End {
		return -1
	}
	return from + i
}

// beyond returns the word after the tag or the numbered name that w belongs to. An empty span behind it says that there
// is none. ok says that w belongs to one.
func (r *wordReader) beyond(w Span) (next Span, ok bool) {
	end := markAt(r.data, w.Start).End
	if end <= w.Start {
		p := r.tagAround(w)
		if p < 0 {
			return w, false
		}
		end = tagEnd(r.data, p)
	}
	if next, ok = r.after(end); !ok {
		next = Span{end, end}
	}
	return next, true
}

// joint is what stands between two words, without white space, numbers and escapes of these: nothing in a sentence, a
// comma in a list, quotes and comma in JSON. Tags and numbered names are one sign each. A string that ends to go on in
// the next is as if it did not.
type joint struct {
	text [maxJoint]byte
	n    int
}

// once adds a sign unless it was the last.
func (j *joint) once(c byte) {
	if j.n == 0 || j.n > maxJoint || j.text[j.n-1] != c {
		j.add(c)
	}
}

func (j *joint) add(c byte) {
	if j.n < maxJoint {
		j.text[j.n] = c
	}
	j.n++
}

func jointBetween(data []byte, a, b Span) joint {
	var j joint
	end := max(a.End, b.Start)
	from, to := rejoin(data[a.End:end])
	from, to = from+a.End, to+a.End
	for i := a.End; i < end && j.n <= maxJoint; i++ {
		if i == from {
			if i = to; i == end {
				break
			}
		}
		switch c := data[i]; {
		case c == '\\' && i+1 < end && escapeLetter(data[i+1]):
			i++
		case c == '\n':
			i = marginEnd(data[:end], i+1) - 1
		case blank(c) || c == '\\' || isDigit(c):
		case c == 0xe3 && i+2 < end && data[i+1] == 0x80 && data[i+2] == 0x80: // the ideographic space
			i += 2
		case c == '<':
			i = max(i, tagEnd(data, i)-1)
			j.once(c)
		case letter(c) && markAt(data, i).End > i:
			i = markAt(data, i).End - 1
			j.once('=')
		default:
			j.add(c)
		}
	}
	return j
}

// marginEnd returns the end of what each line begins with in a comment, a quotation or a table, from p on.
func marginEnd(data []byte, p int) int {
	q := p
	for q < len(data) && (data[q] == ' ' || data[q] == '\t') {
		q++
	}
	for n := 0; n < 3 && q < len(data) && bytes.IndexByte([]byte(">#*/|;%-"), data[q]) >= 0; n++ {
		q++
	}
	return q
}

// rejoin returns where, between two words, a string ends and the next one begins that goes on with it: something stands
// between the words besides. An empty span says that there is none.
func rejoin(gap []byte) (from, to int) {
	from = bytes.IndexAny(gap, "\"'`")
	if from < 0 {
		return len(gap), len(gap)
	}
	for to = from + 1; to < len(gap) && (blank(gap[to]) || gap[to] == '+' || gap[to] == '.' || gap[to] == '\\'); to++ {
	}
	if to == len(gap) || gap[to] != gap[from] || to+1-from == len(gap) || bytes.Count(gap[from:to], []byte{'+'})+bytes.Count(gap[from:to], []byte{'.'}) > 2 {
		return len(gap), len(gap)
	}
	return from, to + 1
}
