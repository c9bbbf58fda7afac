package provider

import (
	"encoding/json"
	"regexp"
	"strings"
)

// codeKeys are the members under which issuers give an answer their own code, most telling first.
var codeKeys = []string{"code", "retCode", "err-code", "err_code", "errCode", "error_code", "errorCode", "sCode", "error", "status", "message"}

// codeForm is what a code looks like: a number or one word. Prose is none, since it may quote what was sent.
var codeForm = regexp.MustCompile(`^-?[A-Za-z0-9][A-Za-z0-9_.:-]{0,47}$`)

// codeTag is the code of an answer in XML.
var codeTag = regexp.MustCompile(`<Code>([A-Za-z0-9_.]{1,48})</Code>`)

// code returns the issuer's own code of an answer, or "". It is never a part of the credential.
func (a *asking) code(ans *answer) string {
	doc, ok := ans.doc.(map[string]any)
	if !ok {
		if m := codeTag.FindStringSubmatch(ans.body); m != nil && !a.holds(m[1]) {
			return m[1]
		}
		return ""
	}
	for range 2 { // some put it into an object of its own
		for _, key := range codeKeys {
			if text := codeText(doc[key]); codeForm.MatchString(text) && !a.holds(text) {
				return text
			}
		}
		inner, ok := doc["error"].(map[string]any)
		if !ok {
			return ""
		}
		doc = inner
	}
	return ""
}

func codeText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// holds reports whether a text has to do with a value that was sent.
func (a *asking) holds(text string) bool {
	all := append([]map[string]string{a.parts, a.signer}, a.batch...)
	for _, values := range all {
		for _, v := range values {
			if len(text) >= 4 && strings.Contains(v, text) || len(v) >= 4 && strings.Contains(text, v) {
				return true
			}
		}
	}
	return false
}
