package detectors

const (
	rowDigits = 6 // of a group of secret numbers
	rowCount  = 8
	rowGap    = 16 // bytes between two groups: blanks, punctuation, the letter or number of the row
)

// digitRows calls yield with every run of eight groups of six digits, and every group of 48 or 96, that has a digit in
// data[from:to]. A group is met at one probe in six bytes.
func digitRows(data []byte, from, to int, yield func(Span)) {
	for p := from; p < to; p += rowDigits {
		if !isDigit(data[p]) {
			continue
		}
		g := groupAt(data, p)
		switch n := g.End - g.Start; n {
		case rowDigits:
			run, groups := rowsFrom(data, g)
			if groups == rowCount {
				yield(run)
			}
			p = max(p, run.End)
		case 48, 96:
			yield(g)
			p = g.End
		default:
			p = max(p, g.End)
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// groupAt returns the digits around p. A letter beside them makes them part of something else, which has no length here.
func groupAt(data []byte, p int) Span {
	start, end := p, p+1
	for start > 0 && isDigit(data[start-1]) && p-start < 100 {
		start--
	}
	for end < len(data) && isDigit(data[end]) && end-start < 100 {
		end++
	}
	if start > 0 && isWord(data[start-1]) && data[start-1] != 'n' || end < len(data) && isWord(data[end]) {
		return Span{end, end}
	}
	return Span{start, end}
}

// rowsFrom extends a group of six digits to all the groups of six that follow each other, and counts them.
func rowsFrom(data []byte, g Span) (Span, int) {
	run, n := g, 1
	for n <= rowCount {
		prev, ok := groupBeside(data, run.Start, -1)
		if !ok {
			break
		}
		run.Start = prev.Start
		n++
	}
	for n <= rowCount {
		next, ok := groupBeside(data, run.End-1, 1)
		if !ok {
			break
		}
		run.End = next.End
		n++
	}
	return run, n
}

// groupBeside returns the group of six digits before or after p. The letter or the number of a row may stand between.
func groupBeside(data []byte, p, step int) (Span, bool) {
	for q, n := p+step, 0; q >= 0 && q < len(data) && n < rowGap; q, n = q+step, n+1 {
		if !isDigit(data[q]) {
			if c := data[q]; isWord(c) && !(c >= 'A' && c <= 'H') && c != 'n' || c == '{' || c == '}' {
				return Span{}, false
			}
			continue
		}
		if g := groupAt(data, q); g.End-g.Start == rowDigits {
			return g, true
		} else if g.End-g.Start != 1 {
			return Span{}, false
		}
	}
	return Span{}, false
}

// bareRows writes the groups as their digits, joined by blanks.
func bareRows(text string) string {
	var out []byte
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && isDigit(text[j]) {
			j++
		}
		if j-i >= rowDigits {
			if len(out) > 0 {
				out = append(out, ' ')
			}
			out = append(out, text[i:j]...)
		}
		i = max(j, i+1)
	}
	return string(out)
}
