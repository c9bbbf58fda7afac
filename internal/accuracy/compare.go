package accuracy

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// squash keeps letters and digits, in lower case.
func squash(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}

// alike compares two writings of a value: prefixes, quotes, escapes and separators aside.
func alike(a, b string) bool {
	a, b = canonical(a), canonical(b)
	if a == b {
		return a != ""
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= 8 && 5*len(a) >= 4*len(b) && strings.Contains(b, a)
}

func canonical(v string) string {
	v = strings.NewReplacer(`\r`, "", `\n`, "", `\u000a`, "").Replace(v)
	phrase := strings.Count(strings.TrimSpace(v), " ")+strings.Count(v, ",")+strings.Count(v, "\u3000") > 3 && !strings.Contains(v, "-----")
	array := strings.Trim(v, "[]0123456789, \t\n") == ""
	v = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsDigit(c) && phrase && !array:
			return -1
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			return unicode.ToLower(c)
		}
		return -1
	}, norm.NFKD.String(v))
	return strings.TrimPrefix(v, "0x")
}

// anchor is a run from the middle of a block that no line break or escape interrupts.
func anchor(block string) string {
	if lines := strings.Split(block, "\n"); len(lines) > 1 {
		block = lines[len(lines)/2]
	}
	return block[len(block)/3 : len(block)/3+min(24, len(block)/3)]
}

// locate finds the line that holds the value, with every long word masked but for its start.
func locate(d Document, value string) (int, string) {
	i := strings.Index(d.Text, value)
	if i < 0 {
		i = strings.Index(d.Text, value[:min(len(value), 8)])
	}
	if i < 0 {
		return 0, ""
	}
	start := strings.LastIndexByte(d.Text[:i], '\n') + 1
	line := d.Text[start:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	return strings.Count(d.Text[:i], "\n") + 1, masked(line, value)
}

func masked(line, value string) string {
	value, _, _ = strings.Cut(value, "\n")
	line = strings.ReplaceAll(line, value, value[:min(4, len(value)/4)]+"****")
	if len(line) > 160 {
		i := max(0, strings.Index(line, "****")-80)
		line = line[i:min(len(line), i+160)]
	}
	return line
}
