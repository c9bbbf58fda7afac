package detectors

import (
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// windowExpressions are of many shapes: literals at either end, in the middle, in some case, joined, repeated, optional.
var windowExpressions = []string{
	`key`, `(?i)key`, `k[Ee]y=\d+`, `\bkey\b`, `(?m)^key$`, `^key`, `key$`, `\Akey|token\z`, `(?:key|token)s?`, `(?:ab){2,3}c`,
	`(?i)[\w.-]{0,50}?(?:access|auth|(?-i:[Aa]pi|API)|creds|key|passw(?:or)?d|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|,)['"\s=]{0,5}([\w.=-]{4,20}|[a-z0-9][a-z0-9+/]{5,}={0,3})(?:['"\s;]|$)`,
	`(?s)BEGIN.*?END`, `(?s)BEGIN.{0,30}?END`, `BEGIN[^-]*END`, `BEGIN.*END`, `(?:BEGIN|key)\s*=?\s*\w+`, `x*key\n*y`, `\n+key\n\n`,
	`(key\n?)+`, `(?:token[^\n]*\n){2}key`, `[\s\S]{3}key[\s\S]{3}`, `é?key.é`, `(?i)tokens`, `\Bkey\B`, `a|key`, `\w+`, `(?:)`, `token\s+.*\n.*key`,
	`(?:key=\S+\n[a-z]*|tok[^\n]*|x{3}\n{2})end`,
}

var windowWords = []string{"key", "KEY", "Key", "token", "tokens", "=", ":=", " ", " ", "\n", "\n", "\n\n", "'", "\"", "api", "API", "passwd", "password", "auth",
	"a1b2c3d4e5f6", "BEGIN", "END", "ab", "c", "x", "y", "é", "\xff", "-", ";", ">", "end", "filler filler filler filler filler filler", "9"}

func TestWindowsFindWhatTheWholeTextHas(t *testing.T) {
	expressions := windowExpressions
	if name := os.Getenv("GITLEAKS_TOML"); name != "" {
		for _, r := range readTestConfig(t, name).Rules {
			if r.Pattern.Regex != nil {
				expressions = append(expressions, r.Pattern.Regex.String())
			}
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	windowed := 0
	for _, expr := range expressions {
		r := &patternRule{Rule: &Rule{Pattern: &Pattern{Regex: regexp.MustCompile(expr)}}}
		if r.windows = newWindows(r.Pattern.Regex); r.windows == nil {
			continue
		}
		windowed++
		for range 150 {
			var text strings.Builder
			for range random.IntN(120) {
				text.WriteString(windowWords[random.IntN(len(windowWords))])
			}
			checkWindows(t, r, text.String())
		}
	}
	t.Logf("%d of %d expressions have windows", windowed, len(expressions))
	if windowed < 20 {
		t.Errorf("%d expressions have windows, want at least 20", windowed)
	}
}

func checkWindows(t *testing.T, r *patternRule, text string) {
	t.Helper()
	s := &patternScan{judge: &judge{data: []byte(text)}, hits: new(hitBuffer)}
	want := r.Pattern.Regex.FindAllIndex([]byte(text), -1)
	if diff := cmp.Diff(want, s.findAll(r)); diff != "" {
		t.Fatalf("%s in %q (-whole +windows):\n%s", r.Pattern.Regex, text, diff)
	}
}

func TestLettersThatFoldToASCIIAreFoundToo(t *testing.T) {
	r := &patternRule{Rule: &Rule{Pattern: &Pattern{Regex: regexp.MustCompile(`(?i)toks`)}}}
	r.windows = newWindows(r.Pattern.Regex)
	checkWindows(t, r, "a tok\u017f, a to\u212as")
}

func FuzzWindows(f *testing.F) {
	for _, expr := range windowExpressions {
		f.Add(expr, "a key=token\n\nBEGIN x END key", 3)
	}
	f.Fuzz(func(t *testing.T, expr, text string, times int) {
		re, err := regexp.Compile(expr)
		if err != nil || len(expr) > 100 || len(text) > 300 {
			return
		}
		r := &patternRule{Rule: &Rule{Pattern: &Pattern{Regex: re}}}
		if r.windows = newWindows(re); r.windows != nil {
			checkWindows(t, r, strings.Repeat(text, max(1, min(times, 5))))
		}
	})
}
