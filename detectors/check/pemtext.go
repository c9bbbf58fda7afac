package check

import (
	"encoding/base64"
	"strings"
)

// pemText is a PEM block as people quote it.
type pemText struct {
	kind, procType string
	body           []byte
}

// pemBlock reads the first private key block of a text in a file or in source code: line breaks may be escaped, blanks or missing,
// lines may be indented, quoted, commented or joined with a plus sign. It returns nil when the body is no base64.
func pemBlock(value string) *pemText {
	if len(value) < 64 || len(value) > maxPEM || !strings.Contains(value, "PRIVATE KEY-----") {
		return nil
	}
	_, rest, _ := strings.Cut(value, "-----BEGIN ")
	kind, rest, ok := strings.Cut(rest, "-----")
	if !ok || !strings.HasSuffix(kind, "PRIVATE KEY") {
		return nil
	}
	rest, _, ok = strings.Cut(rest, "-----END "+kind+"-----")
	if !ok {
		return nil
	}
	block := &pemText{kind: kind}
	var body strings.Builder
	for line := range strings.SplitSeq(lineBreaks.Replace(rest), "\n") {
		name, text, header := strings.Cut(line, ":")
		if header {
			if strings.HasSuffix(name, "Proc-Type") {
				block.procType = text
			}
			continue
		}
		body.WriteString(bareLine(line))
	}
	raw, err := base64.StdEncoding.DecodeString(body.String())
	if err != nil || len(raw) == 0 {
		return nil
	}
	block.body = raw
	return block
}

var lineBreaks = strings.NewReplacer(`\\r`, "", `\\n`, "\n", `\r`, "", `\n`, "\n", "\r", "\n", "DEK-Info", "\nDEK-Info")

// bareLine strips what surrounds a line of base64 in source code. A plus sign is base64 too: it goes only behind a quote.
func bareLine(line string) string {
	line = strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(line, " \t")+" ", "// "))
	if cut := strings.TrimRight(line, " \t+.,;)&\\"); cut != "" && strings.ContainsRune(quotes, rune(cut[len(cut)-1])) {
		line = cut
	}
	line = strings.TrimRight(line, quotes+" \t\\")
	line = strings.TrimLeft(line, quotes+" \t>*|.(#")
	return strings.Join(strings.Fields(line), "")
}

const quotes = "\"'`"
