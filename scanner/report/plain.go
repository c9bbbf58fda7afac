package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain makes scanned text safe to print on one line: everything that is not a visible character or a space (control
// characters, escape sequences, line breaks, bidirectional overrides, zero-width characters, broken UTF-8) is shown as
// \x1b or \u202e, and the marks that build servers take for commands anywhere in a line are broken.
func plain(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x80 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsGraphic(r) || blank(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == '#' && isCommand(s[i:]):
			b.WriteString(`\x23`)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// blank says that a letter or mark shows nothing, and so can hide text.
func blank(r rune) bool {
	return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// isCommand says that s starts with what GitHub, Azure Pipelines or TeamCity read as a command wherever it stands.
func isCommand(s string) bool {
	for _, mark := range []string{"##[", "##vso[", "##teamcity["} {
		if len(s) >= len(mark) && strings.EqualFold(s[:len(mark)], mark) {
			return true
		}
	}
	return false
}

// cut shortens s to at most n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-3]) + "..."
}
