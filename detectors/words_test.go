package detectors

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors/check"
)

// oracleWord is a word of a text, read in the plainest way.
type oracleWord struct {
	Span
	lists check.Lists
	next  string // what joins it to the next word
	ends  bool   // nothing does
}

var (
	oracleTag    = regexp.MustCompile(`^<(?:[A-Za-z][A-Za-z0-9]{0,14}|/[A-Za-z][A-Za-z0-9]{0,13})(?: [^<>\n!$%&(;?@\[\]^{}~\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*)?/?>`)
	oracleMark   = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9_]{0,32}[A-Za-z_][0-9]{1,2}|[A-Za-z][0-9]{1,2})["'` + "`" + `]? {0,2}[=:]`)
	oraclePlus   = regexp.MustCompile(`^(?:"\s*\+\s*"|'\s*\+\s*'|` + "`" + `\s*\+\s*` + "`)")
	oracleMargin = regexp.MustCompile(`^\n[ \t]*[>#*/|;%-]{0,3}`)
	oracleTwice  = regexp.MustCompile(`<+|=+`)
	oracleSeam   = regexp.MustCompile(`^([^"'` + "`" + `]*)(?:"[ \t\r\n+.\\]*"|'[ \t\r\n+.\\]*'|` + "`" + `[ \t\r\n+.\\]*` + "`)")
)

// oraclePassages writes each byte of a tag as <, of a numbered name as =, of a sign that joins strings as +, of the
// others as 0.
func oraclePassages(data []byte) []byte {
	kinds := make([]byte, len(data))
	for i := range data {
		switch {
		case data[i] == '<':
			if tag := oracleTag.Find(data[i:]); len(tag) <= maxAttr+1 || len(tag) == maxAttr+2 && tag[maxAttr] == '/' {
				copy(kinds[i:], strings.Repeat("<", len(tag)))
			}
		case letter(data[i]) && (i == 0 || !markByte(data[i-1]) && data[i-1] < 0x80):
			copy(kinds[i:], strings.Repeat("=", len(oracleMark.Find(data[i:]))))
		case isQuote(data[i]) && oraclePlus.Match(data[i:]):
			kinds[i+bytes.IndexByte(data[i:], '+')] = '+'
		}
	}
	return kinds
}

func oracleWords(data []byte) []oracleWord {
	var words []oracleWord
	kinds := oraclePassages(data)
	in, escape := false, false
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		letters := wordRune(r) && !(escape && escapeLetter(data[i])) && kinds[i] == 0
		if letters && (!in || isHan(r)) {
			words = append(words, oracleWord{Span: Span{i, i}})
		}
		if letters {
			words[len(words)-1].End = i + n
		}
		in = letters && !isHan(r)
		escape = r == '\\'
		i += n
	}
	for i := range words {
		w := &words[i]
		if w.End-w.Start >= shortWord {
			w.lists = check.Member([]byte(check.NormalizeWord(string(data[w.Start:w.End]))))
		}
		if i+1 == len(words) {
			w.ends = true
			continue
		}
		w.next, w.ends = oracleJoint(data[w.End:words[i+1].Start], kinds[w.End:words[i+1].Start])
	}
	return words
}

func oracleJoint(gap, kinds []byte) (joint string, ends bool) {
	var b strings.Builder
	skip := Span{-1, -1}
	if m := oracleSeam.FindSubmatchIndex(gap); m != nil && m[1]-m[3] < len(gap) && strings.Count(string(gap[m[3]:m[1]]), "+")+strings.Count(string(gap[m[3]:m[1]]), ".") <= 2 {
		skip = Span{m[3], m[1]}
	}
	tags, length, margin := 0, 0, 0
	for i, c := range gap {
		if kinds[i] != '<' {
			length++
		} else if c == '<' {
			tags++
		}
		if c == '\n' && kinds[i] == 0 && (i < skip.Start || i >= skip.End) && (i == 0 || gap[i-1] != '\\') {
			margin = i + len(oracleMargin.Find(gap[i:]))
		}
		if i < margin {
			continue
		}
		ends = ends || kinds[i] == 0 && strings.IndexByte("!$%&(+;<=?@[]^_{}~\x00\x7f", c) >= 0
		switch {
		case i >= skip.Start && i < skip.End:
		case kinds[i] == '<' || kinds[i] == '=':
			if i == 0 || kinds[i-1] != kinds[i] {
				b.WriteByte(kinds[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	joint = strings.NewReplacer(`\n`, "", `\t`, "", `\r`, "", `\`, "", " ", "", "\n", "", "\t", "", "\r", "", "\u3000", "",
		"0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "").Replace(b.String())
	joint = oracleTwice.ReplaceAllStringFunc(joint, func(m string) string { return m[:1] })
	return joint, ends || length > maxGap || tags > maxTags || len(joint) > maxJoint
}

// together reports whether the words are of one list and joined alike.
func together(words []oracleWord) bool {
	lists := words[0].lists
	for i, w := range words[1:] {
		if lists &= w.lists; words[i].ends || words[i].next != words[0].next {
			return false
		}
	}
	return lists != 0
}

func oracleRuns(data []byte, least int) []Span {
	var runs []Span
	words := oracleWords(data)
	last := 0
	for i := range words {
		j := i + 1
		for j <= len(words) && together(words[i:j]) {
			j++
		}
		if j--; j > last && j-i >= least && j-i <= maxRun {
			runs = append(runs, Span{words[i].Start, words[j-1].End})
		}
		last = max(last, j)
	}
	return runs
}

func oracleSpots(data []byte) []Span {
	var spots []Span
	words := oracleWords(data)
	valid := func(i int) bool {
		return i >= 0 && i+spotWords <= len(words) && together(words[i:i+spotWords]) && words[i+spotWords-1].End-words[i].Start <= spotBytes
	}
	for i := range words {
		if valid(i) && !valid(i-1) && !hanProse(data, words[i].Start) {
			spots = append(spots, Span{words[i].Start, words[i+spotWords-1].End})
		}
	}
	return spots
}

var (
	testJoints = []string{" ", "  ", ", ", ",", "\n", "\r\n", `\n`, `\r\n`, `", "`, `',\n    '`, "\n\t", " | ", "\n1. ", "\n 12) ", " - ", "-", "\u3000", "、", "：", "\t", "/", `\t`, "",
		"</li>\n  <li>", "<br/>", "<td>", "</li>\n<li class=\"word\">", "</span> <span data-i='7' class=\"able-word\">", "\nWORD_1=", "\nword2: ", `", "w3": "`, "' +\n  '", ` " + "`, `" \
"`, "</h1>"}
	testNoise = []string{"if (x == nil) {", "return", "n", "a", "the", "_", "=", " ", "\n", "    ", `\`, "nil\n", "über", "中文", "\xff", "é", "{", "0x1f", "veryveryverylongidentifiername", "  // ", "12345678901234567890", `\n`, "ab", "Ω", "<b>", "a1=", "WORD_12 : ", "+", "\"", "'", "<p class=x>", "<td class=\"able\" id='w1'>", "<a b=\"(\">", "</b c>", "<i " + strings.Repeat("word ", 22) + "/>", "<u\n>", "\n// ", "\n > ", "x_", "1",
		strings.Repeat(" ", maxGap), strings.Repeat(" ", maxGap+1), strings.Repeat("-", maxJoint+1)}
)

// wordText is runs of list words, joined in many ways, among noise.
func wordText(rnd *rand.Rand, pieces int) []byte {
	var b strings.Builder
	lists := check.Wordlists()
	vocabulary := make([][]string, len(lists))
	for range pieces {
		k := rnd.IntN(len(lists))
		if vocabulary[k] == nil {
			vocabulary[k] = slices.Collect(lists[k].Words())
		}
		by := testJoints[rnd.IntN(len(testJoints))]
		shape := rnd.IntN(8)
		for range rnd.IntN(30) {
			word := vocabulary[k][rnd.IntN(len(vocabulary[k]))]
			switch shape {
			case 0:
				word = strings.ToUpper(word)
			case 1:
				word = strings.ToUpper(word[:1]) + word[1:]
			}
			b.WriteString(word)
			if b.WriteString(by); rnd.IntN(40) == 0 {
				b.WriteString(testNoise[rnd.IntN(len(testNoise))])
			}
		}
		for range rnd.IntN(6) {
			b.WriteString(testNoise[rnd.IntN(len(testNoise))])
		}
	}
	return []byte(b.String())
}

func runsOf(data []byte, from, to, least int) []Span {
	var runs []Span
	wordRuns(data, from, to, least, func(run []Span) { runs = append(runs, Span{run[0].Start, run[len(run)-1].End}) })
	return runs
}

func wordSpotsOf(data []byte, from, to int) []Span {
	var spots []Span
	wordSpots(data, from, to, func(s Span) { spots = append(spots, s) })
	return spots
}

func checkWords(t *testing.T, data []byte) {
	t.Helper()
	for _, least := range []int{spotWords, minRun} {
		if diff := cmp.Diff(oracleRuns(data, least), runsOf(data, 0, len(data), least)); diff != "" {
			t.Fatalf("runs of %d in %q: (-want +got)\n%s", least, data, diff)
		}
	}
	if diff := cmp.Diff(oracleSpots(data), wordSpotsOf(data, 0, len(data))); diff != "" {
		t.Fatalf("spots in %q: (-want +got)\n%s", data, diff)
	}
}

func TestWordRunsAreThoseOfThePlainReading(t *testing.T) {
	for seed := range uint64(1500) {
		checkWords(t, wordText(rand.New(rand.NewPCG(seed, 5)), 1+int(seed%7)))
	}
}

func FuzzWordRuns(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(wordText(rand.New(rand.NewPCG(seed, 6)), 3))
	}
	f.Fuzz(checkWords)
}

func TestEveryListWordPassesTheFilter(t *testing.T) {
	for _, list := range check.Wordlists() {
		for word := range list.Words() {
			for _, text := range []string{word, strings.ToUpper(word), strings.ToUpper(word) + " more text"} {
				r := wordReader{data: []byte(text), filter: asciiWords()}
				if at := (Span{0, strings.IndexByte(text+" ", ' ')}); !strings.Contains(word, "'") && !r.maybe(at) {
					t.Errorf("%s: %q is turned away", list.Name, text)
				}
			}
		}
	}
	if want := 32; bits.Len(uint(1<<len(check.Wordlists()))) > want {
		t.Errorf("more than %d lists do not fit a chain", want)
	}
}
