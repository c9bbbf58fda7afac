package detectors

import (
	"bytes"
	"sort"
	"strings"
)

// mention is a place where a text names a provider.
type mention struct {
	Span
	*mentionWord
}

// mentions lists the places in text that name a provider, in order. A shorter word inside a longer one is none.
func (s *Set) mentionsIn(text []byte) []mention {
	var buf hitBuffer
	var all []mention
	for _, h := range s.mentions.scan(text, &buf) {
		w := &s.mentioned[h.word]
		at := Span{h.end - len(w.text), h.end}
		if w.bounded(text, at) && !(len(w.text) <= chanceWord && w.env == nil && insideRandom(text, at)) {
			all = append(all, mention{at, w})
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].Start != all[j].Start {
			return all[i].Start < all[j].Start
		}
		return all[i].End > all[j].End
	})
	out := all[:0]
	end := -1
	for _, m := range all {
		if m.End <= end && !(len(out) > 0 && out[len(out)-1].Span == m.Span) {
			continue
		}
		end = max(end, m.End)
		out = append(out, m)
	}
	return out
}

// bounded reports whether the word stands by itself: a letter beside it must begin or end another word. A long word is
// itself in any company.
func (w *mentionWord) bounded(text []byte, at Span) bool {
	before, after := byte(0), byte(0)
	if at.Start > 0 {
		before = text[at.Start-1]
	}
	if at.End < len(text) {
		after = text[at.End]
	}
	if w.env != nil {
		return !isWord(before) && !isWord(after)
	}
	if w.common {
		return namesProvider(text, at)
	}
	if w.host {
		return !letter(after) && !letter(before)
	}
	if len(w.text) >= 7 && !strings.ContainsAny(w.text, " ._-") {
		return true
	}
	return seam(before, text[at.Start]) && seam(text[at.End-1], after)
}

// seam reports whether a word ends between two neighbouring bytes.
func seam(left, right byte) bool {
	l, r := tokenClass[left], tokenClass[right]
	return l < classUpper || r < classUpper || l == classLower && r == classUpper
}

const chanceWord = 6 // letters of a word that stand in random text by chance

// insideRandom reports whether the word at a place is a piece of a random-looking value: of one of its words, and not a
// word between separators, as those of names are.
func insideRandom(text []byte, at Span) bool {
	word, token := grow(text, at, classDigit), grow(text, at, classSeparator)
	value := text[token.Start:token.End]
	return word.End-word.Start > at.End-at.Start+2 && bytes.IndexAny(value, "0123456789") != bytes.LastIndexAny(value, "0123456789") && randomText(string(value))
}

// grow widens a place to the bytes around it of at least a class.
func grow(text []byte, at Span, class uint8) Span {
	for at.Start > 0 && at.End-at.Start < maxToken && tokenClass[text[at.Start-1]] >= class {
		at.Start--
	}
	for at.End < len(text) && at.End-at.Start < 2*maxToken && tokenClass[text[at.End]] >= class {
		at.End++
	}
	return at
}
