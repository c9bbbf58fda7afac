package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/keysweep/keysweep/scanner"
)

func TestPlainShowsWhatTerminalsWouldObey(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, Größe 大": "plain text, Größe 大",
		"\x1b[31mred":         `\x1b[31mred`,
		"a\r\nb\tc\x00\x7f":   `a\x0d\x0ab\x09c\x00\x7f`,
		"\u202eevil\u2069":    `\u202eevil\u2069`,
		"zero\u200bwidth":     `zero\u200bwidth`,
		"bad\xff\xc3":         `bad\xff\xc3`,
		"\u009b31m":           `\u009b31m`,
		"\u2028\u3164":        `\u2028\u3164`,
		"x ##[group] ##VSO[":  `x \x23#[group] \x23#VSO[`,
		"## heading":          "## heading",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, s string) {
		got := plain(s)
		for _, r := range got {
			if !unicode.IsGraphic(r) || blank(r) || r == utf8.RuneError && !strings.ContainsRune(s, utf8.RuneError) {
				t.Errorf("plain(%q) = %q keeps %U", s, got, r)
			}
		}
		if again := plain(got); again != got {
			t.Errorf("plain is not stable: %q, then %q", got, again)
		}
	})
}

// FuzzText checks that scanned text adds no line and no command to a text report.
func FuzzText(f *testing.F) {
	f.Add(hostile, 80)
	f.Add("::set-env name=x::y ::z", 30)
	f.Fuzz(func(t *testing.T, s string, width int) {
		one := hostileFinding()
		one.Environment, one.Notes, one.Verdict.Account = s, []string{s}, s
		one.Occurrences[0].File, one.Occurrences[0].Author, one.Occurrences[0].Match = s, s, s
		got := string(render(t, "text", []scanner.Finding{one}, complete(), Options{Width: width % 200}))
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
				t.Errorf("line is a command: %q", line)
			}
		}
		if strings.ContainsAny(got, "\x1b\r\x00\u202e") || !utf8.ValidString(got) {
			t.Errorf("control characters in %q", got)
		}
	})
}

func TestColourOnlyWhenAsked(t *testing.T) {
	if got := string(render(t, "text", sample(), incomplete(), Options{Color: true})); !strings.Contains(got, "\x1b[1;31mCRITICAL") {
		t.Error("no colour")
	}
	if got := string(render(t, "text", sample(), incomplete(), Options{})); strings.Contains(got, "\x1b") {
		t.Error("escape sequence without colour")
	}
}

func TestIncompleteRunIsSaidLoudly(t *testing.T) {
	got := string(render(t, "text", nil, incomplete(), Options{}))
	for _, want := range []string{"no findings; 1234 units covered (56.7 MB) in 2.345s", "INCOMPLETE", "5 units: permission", "time-out", "raise --timeout", "and 4 more", "left out"} {
		if !strings.Contains(got, want) {
			t.Errorf("summary lacks %q:\n%s", want, got)
		}
	}
	if got := string(render(t, "text", nil, complete(), Options{})); strings.Contains(got, "INCOMPLETE") {
		t.Errorf("a complete run is called incomplete:\n%s", got)
	}
}

func TestNextStepsStandOncePerRule(t *testing.T) {
	a, b := pairFinding(), pairFinding()
	b.Fingerprint, b.Occurrences = "other", b.Occurrences[1:]
	got := string(render(t, "text", []scanner.Finding{a, b}, complete(), Options{}))
	if strings.Count(got, "Sign in as the owner") != 1 || !strings.Contains(got, "as for the first Binance API key pair above") {
		t.Errorf("got:\n%s", got)
	}
}

func TestAdviceFitsTheReason(t *testing.T) {
	for reason, want := range map[string]string{
		"permission": "scan as a user", "promised": "--refetch", "too large": "--max-target-megabytes", "context deadline exceeded": "--timeout",
		"context canceled": "to its end", "cannot separate": "see what stands", "rate limit": "wait until", "not found": "check the path",
	} {
		if got := advice(reason); !strings.Contains(got, want) {
			t.Errorf("advice(%q) = %q, want %q", reason, got, want)
		}
	}
}

func TestSizesReadWell(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 56_700_000: "56.7 MB", 999_999: "1 MB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
}
