package detectors

import (
	"slices"
	"sort"

	"github.com/keysweep/keysweep/detectors/decode"
)

// defaultDecodeDepth is how many encodings are taken off when Options say nothing.
const defaultDecodeDepth = 5

// decoded adds what lies under encodings to the matches of the text as it stands. The text around it is read once more
// with every encoded run replaced, in its place, by what it stands for, so that the names around it count.
func (s *Set) decoded(data []byte, at Hint, plain []Match) []Match {
	layers := decode.Decode(data, s.depth)
	if layers == nil {
		return plain
	}
	var fresh []Match
	back := wayBack{Layers: layers, doc: &document{data: data}, marks: newAllowMarks(data)}
	for _, w := range s.worthReading(layers) {
		for _, m := range s.piece(layers.Text[w.Start:w.End], at, w.kinds) {
			if m.shift(w.Start); back.move(&m) {
				fresh = append(fresh, m)
			}
		}
	}
	return joinDecoded(plain, fresh)
}

// shift moves the match by n bytes.
func (m *Match) shift(n int) {
	m.Span, m.Line = Span{m.Span.Start + n, m.Span.End + n}, Span{m.Line.Start + n, m.Line.End + n}
	for name, s := range m.Spans {
		m.Spans[name] = Span{s.Start + n, s.End + n}
	}
}

// worthReading returns the windows of the decoded text in which a finding could come from what was decoded, or from the
// names that it made readable.
func (s *Set) worthReading(layers *decode.Layers) []window {
	sp := spotter{set: s, data: layers.Text}
	sp.changed(layers)
	return s.windows(layers.Text, sp.dst)
}

// shows reports whether decoding made a place of its own.
func (s *Set) shows(layers *decode.Layers) bool {
	sp := spotter{set: s, data: layers.Text, once: true}
	sp.changed(layers)
	return sp.done()
}

// changed finds the places in and beside what was decoded.
func (sp *spotter) changed(layers *decode.Layers) {
	end := 0
	for _, c := range layers.Changed {
		from, to := max(end, c.Start-hintAfter), min(len(layers.Text), c.End+hintBefore)
		if from < to && !sp.done() {
			end = to
			sp.find(from, to)
		}
	}
}

// wayBack moves matches from decoded text to the text that was scanned.
type wayBack struct {
	*decode.Layers
	doc   *document
	marks allowMarks
}

// move reports whether the match owes something to decoding, and is not allowed by a comment beside the encoded text.
func (b wayBack) move(m *Match) bool {
	_, around := b.source(Span{max(0, m.Line.Start-1), m.Line.End}) // with the line end before it, which may have been decoded
	if len(around) == 0 || m.Credential.Rule.PathOnly() {
		return false
	}
	spans := map[string]Span{}
	for name, s := range m.Spans {
		at, encodings := b.source(s)
		spans[name] = at
		for _, e := range encodings {
			if !slices.Contains(m.Encodings, e) {
				m.Encodings = append(m.Encodings, e)
			}
		}
	}
	slices.SortStableFunc(m.Encodings, func(a, b string) int { return slices.Index(around, a) - slices.Index(around, b) })
	if m.Encodings == nil {
		m.Encodings = around
	}
	m.Span, _ = b.source(m.Span)
	m.Spans, m.Line = spans, b.doc.linesOf(m.Span)
	return !b.marks.on(m.Line)
}

func (b wayBack) source(s Span) (Span, []string) {
	at, encodings := b.Source(decode.Span(s))
	return Span(at), encodings
}

// placed is a part of a match with its place.
type placed struct {
	Span
	match int
}

// parts lists where the parts of matches stand, in order.
func parts(all []Match) []placed {
	var out []placed
	for i, m := range all {
		for _, s := range m.Spans {
			out = append(out, placed{s, i})
		}
	}
	slices.SortFunc(out, func(a, b placed) int { return a.Start - b.Start })
	return out
}

// joinDecoded keeps, of matches that have a place in common, the better: what was read from encoded text as if it were a
// value itself gives way to what that stands for, and a lone part to the whole credential.
func joinDecoded(plain, fresh []Match) []Match {
	if len(fresh) == 0 {
		return plain
	}
	dropPlain, dropFresh := make([]bool, len(plain)), make([]bool, len(fresh))
	old := parts(plain)
	longest := 0
	for _, p := range old {
		longest = max(longest, p.End-p.Start)
	}
	for _, f := range parts(fresh) {
		first := sort.Search(len(old), func(i int) bool { return old[i].Start > f.Start-longest-1 })
		for _, p := range old[first:] {
			if p.Start >= f.End {
				break
			}
			if p.End <= f.Start || dropFresh[f.match] || dropPlain[p.match] {
				continue
			}
			if supersedes(&fresh[f.match], &plain[p.match]) {
				dropPlain[p.match] = true
			} else {
				dropFresh[f.match] = true
			}
		}
	}
	return append(kept(plain, dropPlain), kept(fresh, dropFresh)...)
}

func kept(all []Match, drop []bool) []Match {
	out := all[:0:0]
	for i, m := range all {
		if !drop[i] {
			out = append(out, m)
		}
	}
	return out
}

// supersedes reports whether a match of decoded text is better than one of the text as it stands.
func supersedes(decoded, plain *Match) bool {
	if len(decoded.Spans) != len(plain.Spans) {
		return len(decoded.Spans) > len(plain.Spans)
	}
	return !plain.Proved && decoded.Confidence >= plain.Confidence && decoded.Credential.Fingerprint() != plain.Credential.Fingerprint()
}
