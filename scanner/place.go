package scanner

import (
	"bytes"
	"maps"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/keysweep/keysweep/detectors"
)

// hit is a match in one chunk, with its place as far as the source knows it.
type hit struct {
	match detectors.Match
	unit  string
	at    Occurrence
	parts []PartAt
}

// lineIndex holds where the lines of a text begin.
type lineIndex []int

func newLineIndex(data []byte) lineIndex {
	lines := lineIndex{0}
	for i := 0; ; {
		j := bytes.IndexByte(data[i:], '\n')
		if j < 0 {
			return lines
		}
		i += j + 1
		lines = append(lines, i)
	}
}

// position returns line and column of offset p, both from 1; columns count characters.
func (l lineIndex) position(data []byte, p int) (line, column int) {
	line = sort.SearchInts(l, p+1)
	return line, utf8.RuneCount(data[l[line-1]:p]) + 1
}

func (l lineIndex) region(c Chunk, s detectors.Span) (r Region) {
	r.StartLine, r.StartColumn = l.position(c.Data, s.Start)
	r.EndLine, r.EndColumn = l.position(c.Data, max(s.Start, s.End-1))
	r.StartLine += c.Line
	r.EndLine += c.Line
	return r
}

func newHit(c Chunk, m detectors.Match, lines lineIndex) hit {
	h := hit{match: m, unit: c.Unit, at: c.At}
	h.at.Region = lines.region(c, m.Span)
	h.at.Match = quote(c.Data, m)
	for _, p := range m.Credential.Rule.Parts {
		value, ok := m.Credential.Parts[p.Name]
		if !ok {
			continue
		}
		h.parts = append(h.parts, PartAt{
			Region: lines.region(c, m.Spans[p.Name]), Name: p.Name, Value: value, File: c.At.File, Encodings: m.Encodings,
		})
	}
	for name, value := range m.Credential.Parts {
		if m.Credential.Rule.Part(name) == nil {
			h.parts = append(h.parts, PartAt{Region: lines.region(c, m.Spans[name]), Name: name, Value: value, File: c.At.File})
		}
	}
	return h
}

const (
	quoteBefore = 80  // bytes of the line before the match that are quoted
	quoteMost   = 400 // bytes of the lines that are quoted at all
)

// quote returns the lines of the match with its parts redacted, cut to a length for people.
func quote(data []byte, m detectors.Match) string {
	start := max(m.Line.Start, m.Span.Start-quoteBefore, 0)
	end := min(max(m.Line.End, m.Span.End), m.Span.End+quoteBefore, len(data))
	spans := make([]detectors.Span, 0, len(m.Spans))
	redacted := map[detectors.Span]string{}
	for _, name := range slices.Sorted(maps.Keys(m.Spans)) { // several parts may have one span, that of the text they were decoded from
		s := m.Spans[name]
		spans = append(spans, s)
		redacted[s] = m.Credential.Parts[name].Redacted()
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].Start < spans[j].Start })
	var out []byte
	at := start
	for _, s := range spans {
		if s.Start < at {
			at = max(at, s.End)
			continue
		}
		out = append(out, data[at:s.Start]...)
		out = append(out, redacted[s]...)
		at = s.End
	}
	if at < end {
		out = append(out, data[at:end]...)
	}
	return string(bytes.ToValidUTF8(out[:min(len(out), quoteMost)], []byte("?")))
}
