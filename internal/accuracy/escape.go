package accuracy

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"iter"
	"net/url"
	"reflect"
	"strings"
	"text/template"
	"unicode/utf16"
)

// pureFunctions are the functions of templates that draw nothing.
var pureFunctions = template.FuncMap{
	"dq":      func(v string) string { return literal(`"`, v) },
	"sq":      func(v string) string { return literal(`'`, v) },
	"json":    escapeJSON,
	"json2":   func(v string) string { return escapeJSON(escapeJSON(v)) },
	"xml":     html.EscapeString,
	"sql":     func(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" },
	"b64":     func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) },
	"b64u":    func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) },
	"b64wrap": func(v string) string { return wrap(base64.StdEncoding.EncodeToString([]byte(v)), 76) },
	"hexed":   func(v string) string { return hex.EncodeToString([]byte(v)) },
	"query":   url.QueryEscape,
	"unicode": unicodeEscape,
	"upper":   strings.ToUpper,
	"lower":   strings.ToLower,
	"title":   capital,
	"join":    func(sep string, of []string) string { return strings.Join(of, sep) },
	"indent":  func(n int, v string) string { return strings.ReplaceAll(v, "\n", "\n"+strings.Repeat(" ", n)) },
	"prefix":  func(pre, v string) string { return pre + strings.ReplaceAll(v, "\n", "\n"+pre) },
	"oneline": func(v string) string { return strings.ReplaceAll(v, "\n", `\n`) },
	"flat":    func(v string) string { return strings.ReplaceAll(v, "\n", "") },
	"bare":    func(v string) string { return strings.TrimPrefix(v, "0x") },
	"trim":    func(cut, v string) string { return strings.Trim(v, cut) },
	"halves":  func(v string) []string { return []string{v[:len(v)/2], v[len(v)/2:]} },
	"first":   func(n int, of []string) []string { return of[:min(n, len(of))] },
	"after":   func(n int, of []string) []string { return of[min(n, len(of)):] },
	"repeat":  func(n int, v string) string { return strings.Repeat(v, n) },
	"address": addressOf,
	"after1":  func(of []field) []field { return of[1:] },
	"dashed":  func(v string) string { return strings.ReplaceAll(v, " ", "-") },
	"xmlname": xmlName,
	"four":    func(v string) string { return v[:min(4, len(v))] },
	"camel":   func(v string) string { return xmlName(joinWords(words(v), "", same, capital)) },
	"replace": func(old, new, v string) string { return strings.ReplaceAll(v, old, new) },
}

// addressOf is the EVM address of a private key, or of what stands in its place in a document of placeholders.
func addressOf(key string) string {
	b, err := hex.DecodeString(strings.TrimPrefix(key, "0x"))
	if err != nil || len(b) != 32 {
		return eip55(keccak([]byte(key))[12:])
	}
	return evmAddress(b)
}

// xmlName makes a name that an element may have, which cannot start with a digit.
func xmlName(v string) string {
	if v != "" && v[0] <= '9' {
		return "_" + v
	}
	return v
}

func literal(quote, v string) string {
	v = strings.ReplaceAll(v, `\`, `\\`)
	v = strings.ReplaceAll(v, quote, `\`+quote)
	return quote + strings.ReplaceAll(v, "\n", `\n`) + quote
}

func escapeJSON(v string) string {
	b, _ := json.Marshal(v)
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(b[1 : len(b)-1]))
}

func unicodeEscape(v string) string {
	var out strings.Builder
	for _, u := range utf16.Encode([]rune(v)) {
		fmt.Fprintf(&out, `\u%04x`, u)
	}
	return out.String()
}

func wrap(v string, width int) string {
	var out []string
	for len(v) > width {
		out, v = append(out, v[:width]), v[width:]
	}
	return strings.Join(append(out, v), "\n")
}

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func length(of any) int { return reflect.ValueOf(of).Len() }
