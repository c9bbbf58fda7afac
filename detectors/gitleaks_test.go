package detectors

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func patternsOf(t testing.TB, config string) *patterns {
	t.Helper()
	cfg, err := ReadConfig("c.toml", []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	p, err := compilePatterns(cfg.Rules, cfg.Allowlists)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// seenMatch is what a test compares of a match.
type seenMatch struct {
	Rule, Text, Secret, Line string
	In                       []string
}

func scanPatterns(p *patterns, text, path string) []seenMatch {
	var got []seenMatch
	p.scan([]byte(text), Hint{Path: path}, func(m Match) bool {
		name := m.Secret()
		at := m.Spans[name]
		secret := text[at.Start:at.End]
		if value := m.Credential.Parts[name].Reveal(); !m.Credential.Rule.PathOnly() && value != secret {
			secret = fmt.Sprintf("%q stands at the span of %q", secret, value)
		} else if m.Credential.Rule.PathOnly() {
			secret = value
		}
		got = append(got, seenMatch{m.Credential.Rule.ID, text[m.Span.Start:m.Span.End], secret, text[m.Line.Start:m.Line.End], m.AllowedIn})
		return true
	})
	return got
}

func TestPatternRules(t *testing.T) {
	for name, c := range map[string]struct {
		config, text, path string
		want               []seenMatch
	}{
		"the whole match without groups": {
			"[[rules]]\nid='r'\nregex='k-[0-9]+'", "a k-12 k-3\nb k-4", "",
			[]seenMatch{{"r", "k-12", "k-12", "a k-12 k-3", nil}, {"r", "k-3", "k-3", "a k-12 k-3", nil}, {"r", "k-4", "k-4", "b k-4", nil}},
		},
		"the first group that is not empty": {
			"[[rules]]\nid='r'\nregex='k=(?:\"([^\"]*)\"|(\\w+))'", "k=\"\" k=\"a\" k=b", "",
			[]seenMatch{{"r", `k=""`, `k=""`, "k=\"\" k=\"a\" k=b", nil}, {"r", `k="a"`, "a", "k=\"\" k=\"a\" k=b", nil}, {"r", "k=b", "b", "k=\"\" k=\"a\" k=b", nil}},
		},
		"the group asked for": {
			"[[rules]]\nid='r'\nregex='(k)=(\\w+)'\nsecretGroup=2", "k=b", "",
			[]seenMatch{{"r", "k=b", "b", "k=b", nil}},
		},
		"groups are sought in the match alone": {
			"[[rules]]\nid='r'\nregex='''(?:\\ba|(b))(?:$|(c))'''", "xbc", "",
			[]seenMatch{{"r", "bc", "b", "xbc", nil}},
		},
		"line breaks around a match": {
			"[[rules]]\nid='r'\nregex='\\n*key-[0-9]\\n*'", "one\nkey-1\n\nkey-2", "",
			[]seenMatch{{"r", "key-1", "key-1", "key-1", nil}, {"r", "key-2", "key-2", "key-2", nil}},
		},
		"an empty match": {
			"[[rules]]\nid='r'\nregex='a*'", "bb\n", "", nil,
		},
		"a match over lines": {
			"[[rules]]\nid='r'\nregex='(?s)BEGIN.+END'", "x\nBEGIN\nabc\nEND y\nz", "",
			[]seenMatch{{"r", "BEGIN\nabc\nEND", "BEGIN\nabc\nEND", "BEGIN\nabc\nEND y", nil}},
		},
		"a keyword in any case, anywhere": {
			"[[rules]]\nid='r'\nregex='[0-9]{3}'\nkeywords=['Acme','other']", "123\nfrom ACME", "",
			[]seenMatch{{"r", "123", "123", "123", nil}},
		},
		"no keyword": {
			"[[rules]]\nid='r'\nregex='[0-9]{3}'\nkeywords=['acme']", "123 acne", "", nil,
		},
		"a keyword beyond ASCII": {
			"[[rules]]\nid='r'\nregex='[0-9]{3}'\nkeywords=['schlüssel']", "SCHLÜSSEL 123", "",
			[]seenMatch{{"r", "123", "123", "SCHLÜSSEL 123", nil}},
		},
		"entropy at the threshold is too low": {
			"[[rules]]\nid='r'\nregex='k=(\\w+)'\nentropy=2", "k=abcd k=abcde", "",
			[]seenMatch{{"r", "k=abcde", "abcde", "k=abcd k=abcde", nil}},
		},
		"path and regex": {
			"[[rules]]\nid='r'\nregex='k'\npath='\\.env$'", "k", "a/b.env",
			[]seenMatch{{"r", "k", "k", "k", nil}},
		},
		"regex in another path": {
			"[[rules]]\nid='r'\nregex='k'\npath='\\.env$'", "k", "a/b.txt", nil,
		},
		"path alone": {
			"[[rules]]\nid='r'\npath='\\.p12$'", "binary", "a/b.p12",
			[]seenMatch{{"r", "", "a/b.p12", "", nil}},
		},
		"path alone, allowed": {
			"[[rules]]\nid='r'\npath='\\.p12$'\n[[rules.allowlists]]\npaths=['^test/']\n", "binary", "test/b.p12", nil,
		},
		"path alone, and lists of texts": {
			"[[rules]]\nid='r'\npath='\\.p12$'\n[[rules.allowlists]]\nregexes=['p12']\n[[rules.allowlists]]\nstopwords=['p12']", "binary", "b.p12",
			[]seenMatch{{"r", "", "b.p12", "", nil}},
		},
		"an allow comment on a line of the match": {
			"[[rules]]\nid='r'\nregex='(?s)BEGIN.+?END'", "BEGIN a END // gitleaks:allow\nBEGIN\n# keysweep:allow\nEND\nBEGIN b END", "",
			[]seenMatch{{"r", "BEGIN b END", "BEGIN b END", "BEGIN b END", nil}},
		},
		"generic gives way on the same line": {
			"[[rules]]\nid='generic-key'\nregex='key=(\\w+)'\n[[rules]]\nid='acme'\nregex='(acme-)?key=\\w+'", "key=ab\nkey=cd", "",
			[]seenMatch{{"acme", "key=ab", "key=ab", "key=ab", nil}, {"acme", "key=cd", "key=cd", "key=cd", nil}},
		},
		"generic stays on another line": {
			"[[rules]]\nid='generic-key'\nregex='key=(\\w+)'\n[[rules]]\nid='acme'\nregex='acme=\\w+'", "key=ab\nacme=ab", "",
			[]seenMatch{{"generic-key", "key=ab", "ab", "key=ab", nil}, {"acme", "acme=ab", "acme=ab", "acme=ab", nil}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, scanPatterns(patternsOf(t, c.config), c.text, c.path)); diff != "" {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllowlists(t *testing.T) {
	const rule = "[[rules]]\nid='r'\nregex='k=(\\w+)'\n"
	const other = "[[rules]]\nid='s'\nregex='(k)='\n"
	hit := func(in ...string) []seenMatch { return []seenMatch{{"r", "k=Secret1", "Secret1", "a k=Secret1 z", in}} }
	for name, c := range map[string]struct {
		list string
		want []seenMatch
	}{
		"secret":                            {"[[rules.allowlists]]\nregexes=['^Secret']", nil},
		"secret does not see the match":     {"[[rules.allowlists]]\nregexes=['k=']", hit()},
		"match":                             {"[[rules.allowlists]]\nregexTarget='match'\nregexes=['^k=']", nil},
		"match does not see the line":       {"[[rules.allowlists]]\nregexTarget='match'\nregexes=['z$']", hit()},
		"line":                              {"[[rules.allowlists]]\nregexTarget='line'\nregexes=['z$']", nil},
		"line does not see another line":    {"[[rules.allowlists]]\nregexTarget='line'\nregexes=['first']", hit()},
		"line begins with its line break":   {"[[rules.allowlists]]\nregexTarget='line'\nregexes=['^a k']", hit()},
		"a flag holds for later ones":       {"[[rules.allowlists]]\nregexes=['(?i)nothing','secret']", nil},
		"stop word in any case":             {"[[rules.allowlists]]\nstopwords=['CRET']", nil},
		"stop word not in the secret":       {"[[rules.allowlists]]\nstopwords=['k=']", hit()},
		"path":                              {"[[rules.allowlists]]\npaths=['\\.txt$']", nil},
		"another path":                      {"[[rules.allowlists]]\npaths=['\\.go$']", hit()},
		"one of many by or":                 {"[[rules.allowlists]]\npaths=['\\.go$']\nstopwords=['secret']", nil},
		"all by and":                        {"[[rules.allowlists]]\ncondition='AND'\npaths=['\\.txt$']\nstopwords=['secret']\nregexes=['1$']", nil},
		"not all by and":                    {"[[rules.allowlists]]\ncondition='&&'\npaths=['\\.go$']\nstopwords=['secret']", hit()},
		"paths by and":                      {"[[rules.allowlists]]\ncondition='and'\npaths=['\\.txt$']", nil},
		"commits":                           {"[[rules.allowlists]]\ncommits=[' ABC ', 'def', 'abc']", hit("abc", "def")},
		"commits by and":                    {"[[rules.allowlists]]\ncondition='AND'\ncommits=['abc']\nstopwords=['secret']", hit("abc")},
		"commits by and, without the rest":  {"[[rules.allowlists]]\ncondition='AND'\ncommits=['abc']\nstopwords=['x']", hit()},
		"commits and paths by and":          {"[[rules.allowlists]]\ncondition='AND'\ncommits=['abc']\npaths=['txt']", hit("abc")},
		"the older form":                    {"[rules.allowlist]\nregexes=['^Secret']", nil},
		"global":                            {other + "[[allowlists]]\nregexes=['^Secret', '^k$']", nil},
		"global, the older form":            {other + "[allowlist]\npaths=['txt']", nil},
		"global for one rule":               {other + "[[allowlists]]\ntargetRules=['s']\nregexes=['.']", hit()},
		"global commits":                    {"[[allowlists]]\ncommits=['abc']", hit("abc")},
		"global for rules, and one for all": {other + "[[allowlists]]\ntargetRules=['r']\nstopwords=['secret']\n[[allowlists]]\nstopwords=['k']", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := scanPatterns(patternsOf(t, rule+c.list), "first\na k=Secret1 z\n", "dir/a.txt")
			got = slices.DeleteFunc(got, func(m seenMatch) bool {
				return m.Rule == "s" && strings.Contains(c.list, "['s']") == false && m.Secret != "k"
			})
			var ours []seenMatch
			for _, m := range got {
				if m.Rule == "r" {
					ours = append(ours, m)
				}
			}
			if diff := cmp.Diff(c.want, ours); diff != "" {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllowlistsHoldForBuiltInRules(t *testing.T) {
	p := patternsOf(t, "[extend]\nuseDefault=true\n[[rules]]\nid='own'\n[rules.allowlist]\nstopwords=['demo']\n[[allowlists]]\nregexTarget='line'\nregexes=['sample']\n[[allowlists]]\ncommits=['abc']\n[[allowlists]]\npaths=['^vendor/']")
	own := &Rule{ID: "own", Parts: []Part{{Name: "key"}}}
	data := []byte("one xdemox\ntwo value sample\nthree value")
	match := func(value string, line Span) Match {
		i := strings.Index(string(data[line.Start:]), value) + line.Start
		return Match{Credential: Credential{Rule: own, Parts: map[string]Secret{"key": NewSecret(value)}}, Span: Span{i, i + len(value)}, Line: line}
	}
	keep := p.keep(data, Hint{Path: "a.go"})
	for _, c := range []struct {
		m    Match
		want bool
	}{{match("xdemox", Span{0, 10}), false}, {match("value", Span{11, 27}), false}, {match("value", Span{28, 39}), true}} {
		if got := keep(&c.m); got != c.want {
			t.Errorf("line %q: keep = %v, want %v", data[c.m.Line.Start:c.m.Line.End], got, c.want)
		}
		if c.want && !slices.Equal(c.m.AllowedIn, []string{"abc"}) {
			t.Errorf("allowed in %q, want abc", c.m.AllowedIn)
		}
	}
	if p.keep(data, Hint{Path: "vendor/a.go"}) != nil {
		t.Error("vendor is not left out")
	}
}

func TestRequiredRules(t *testing.T) {
	rules := func(within string) string {
		return "[[rules]]\nid='main'\nregex='pass=\\w+'\n[[rules.required]]\nid='user'\n" + within + "\n[[rules]]\nid='user'\nregex='user=\\w+'\nkeywords=['never there']\nskipReport=true\n"
	}
	for name, c := range map[string]struct {
		config, text string
		want         int
	}{
		"anywhere":                          {rules(""), "user=a\n\n\npass=b pass=c", 2},
		"not there":                         {rules(""), "pass=b", 0},
		"within lines":                      {rules("withinLines=2"), "user=a\n\npass=b\npass=c", 1},
		"within lines before":               {rules("withinLines=1"), "pass=c\npass=b\nuser=a", 1},
		"on the same line":                  {rules("withinLines=0"), "user=a pass=b\npass=c", 1},
		"within columns on any line":        {rules("withinColumns=4"), "user=a\n\n   pass=b\n          pass=c", 1},
		"the first line's columns are less": {rules("withinColumns=3"), "user=a\n   pass=b", 0},
		"within both":                       {rules("withinLines=1\nwithinColumns=10"), "user=a pass=b                 pass=c\n\npass=d", 1},
		"beyond every number":               {rules("withinLines=9223372036854775807\nwithinColumns=9223372036854775807"), "user=a\npass=b", 1},
		"less than nothing":                 {rules("withinLines=-1"), "user=a pass=b", 0},
		"on a line with an allow comment":   {rules(""), "user=a # gitleaks:allow\npass=b", 0},
		"two of them":                       {rules("[[rules.required]]\nid='host'") + "[[rules]]\nid='host'\nregex='host='", "user= pass=a user=b", 0},
		"required and reported":             {strings.Replace(rules(""), "skipReport=true", "", 1), "user=a pass=b", 1},
		"a required file":                   {"[[rules]]\nid='main'\nregex='pass=\\w+'\n[[rules.required]]\nid='file'\n[[rules]]\nid='file'\npath='x'\nskipReport=true", "pass=a", 1},
	} {
		t.Run(name, func(t *testing.T) {
			got := scanPatterns(patternsOf(t, c.config), c.text, "x.txt")
			got = slices.DeleteFunc(got, func(m seenMatch) bool { return m.Rule != "main" })
			if len(got) != c.want {
				t.Errorf("%d matches, want %d: %v", len(got), c.want, got)
			}
		})
	}
}

func TestRequiredRulesNearEachOtherLikeEveryPair(t *testing.T) {
	p := patternsOf(t, "[[rules]]\nid='a'\nregex='a'\n[[rules]]\nid='b'\nregex='b'\n")
	var text strings.Builder
	for i := range 300 {
		text.WriteString([]string{"a", " ", "b", "\n", "a", "   "}[(i*i+i/7)%6])
	}
	s := &patternScan{patterns: p, judge: p.judge([]byte(text.String()), Hint{}), hits: new(hitBuffer), found: map[*patternRule][]Match{}}
	found, others := s.matches(p.byID["a"]), s.matches(p.byID["b"])
	limits := []*int{nil, new(int), new(int), new(int)}
	*limits[2], *limits[3] = 1, 7
	for _, lines := range limits {
		for _, columns := range limits {
			var want []Span
			for _, m := range found {
				at := s.place(m)
				if slices.ContainsFunc(others, func(o Match) bool {
					to := s.place(o)
					return within(max(at.line-to.line, to.line-at.line), lines) && within(max(at.column-to.column, to.column-at.column), columns)
				}) {
					want = append(want, m.Span)
				}
			}
			var got []Span
			for _, m := range s.near(found, others, Required{WithinLines: lines, WithinColumns: columns}) {
				got = append(got, m.Span)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("lines %v, columns %v (-want +got):\n%s", lines, columns, diff)
			}
		}
	}
}

func TestAllowCommentsCanBeIgnored(t *testing.T) {
	p := patternsOf(t, "[[rules]]\nid='r'\nregex='k-[0-9]'")
	p.ignoreAllow = true
	want := []seenMatch{{"r", "k-1", "k-1", "k-1 # gitleaks:allow", nil}}
	if diff := cmp.Diff(want, scanPatterns(p, "k-1 # gitleaks:allow", "")); diff != "" {
		t.Errorf("matches (-want +got):\n%s", diff)
	}
}

func TestSpotsSayWhereKeywordsAre(t *testing.T) {
	for name, c := range map[string]struct {
		config, text, path string
		want               []Span
	}{
		"a keyword":                   {"[[rules]]\nid='r'\nregex='x'\nkeywords=['key']", "a KEY b", "", []Span{{2, 5}}},
		"none":                        {"[[rules]]\nid='r'\nregex='x'\nkeywords=['key']", "a b", "", nil},
		"a rule without keywords":     {"[[rules]]\nid='r'\nregex='x'", "a b", "", []Span{{0, 3}}},
		"such a rule for other paths": {"[[rules]]\nid='r'\nregex='x'\npath='\\.env'", "a b", "a.go", nil},
		"a keyword beyond ASCII":      {"[[rules]]\nid='r'\nregex='x'\nkeywords=['ü']", "a Ü", "", []Span{{0, 4}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := patternsOf(t, c.config).spots([]byte(c.text), Hint{Path: c.path}, nil)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("spots (-want +got):\n%s", diff)
			}
		})
	}
}

func TestManyMatchesOnOneLineTakeLinearTime(t *testing.T) {
	if raceDetector {
		t.Skip("takes times, which the race detector changes; make test runs it without, too")
	}
	p := patternsOf(t, `
[[rules]]
id='generic-a'
regex='key=(\w+)'
[[rules.required]]
id='user'
withinLines=3
withinColumns=20
[[rules]]
id='user'
regex='user=(\w+)'
[[allowlists]]
regexTarget='line'
regexes=['not there$']
`)
	start := time.Now()
	var n int
	p.scan([]byte(strings.Repeat("key=abcdefgh user=ijklmnop ", 40000)), Hint{}, func(Match) bool { n++; return true })
	if n != 80000 {
		t.Errorf("%d matches, want 80000", n)
	}
	t.Logf("1 MB took %v", time.Since(start))
}

func TestDefaultConfigOfGitleaksLoads(t *testing.T) {
	name := os.Getenv("GITLEAKS_TOML")
	if name == "" {
		t.Skip("GITLEAKS_TOML names no file")
	}
	start := time.Now()
	cfg := readTestConfig(t, name)
	p, err := compilePatterns(cfg.Rules, cfg.Allowlists)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules, %d keywords, %d notices in %v", len(p.rules), len(p.words), len(cfg.Notices), time.Since(start))
}
