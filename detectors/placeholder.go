package detectors

import (
	"strings"
)

// placeholderWords are what people write instead of a key. Each has five letters or more, so that a random value holds
// one about once in a million.
var placeholderWords = []string{
	"example", "placeholder", "changeme", "change_me", "change-me", "replaceme", "replace_me", "replace-", "xxxxx", "dummy", "sample", "insert",
	"redacted", "yourkey", "yoursecret", "your_", "your-", "yourapi", "_here", "apikey", "api_key", "api-key", "secretkey", "secret_key", "access_key", "access_token", "private_key", "public_key", "testkey", "test_key", "test-key",
	"abcdefg", "12345678", "01234567", "98765432", "87654321", "qwerty", "asdfgh", "fakekey", "fake_", "mysecret", "my_secret", "mypass", "password", "passphrase", "testnet",
	"aaaaaa", "000000", "111111", "ffffff", "foobar", "hunter2", "lorem", "notreal", "not_a_real", "invalid", "undefined", "deadbeef", "cafebabe", "testsecret", "test_secret", "testpass", "test_pass", "*****", ".....",
}

// placeholder reports whether a value stands for a key without being one: it says so, repeats itself, or counts.
func placeholder(text string) bool {
	if rest := strings.TrimLeft(text, "A"); len(text)-len(rest) > 20 && len(rest) > 60 {
		text = rest // an X bearer token starts with the zeros of a number
	}
	lowered := strings.ToLower(text)
	for _, w := range placeholderWords {
		if strings.Contains(lowered, w) {
			return true
		}
	}
	return repeats(text) || counts(lowered) || few(text)
}

// few reports whether the value has too few different characters for its length.
func few(text string) bool {
	var seen [256]bool
	n := 0
	for i := 0; i < len(text); i++ {
		if !seen[text[i]] {
			seen[text[i]] = true
			n++
		}
	}
	return n < min(8, len(text)/2)
}

// repeats reports whether the text is a short unit over and over.
func repeats(text string) bool {
	for unit := 1; unit <= len(text)/3 && unit <= 24; unit++ {
		if text[unit:] == text[:len(text)-unit] {
			return true
		}
	}
	return false
}

// counts reports whether most characters follow their neighbour in the alphabet or equal it. Digits do so by chance more
// often than letters.
func counts(text string) bool {
	steps, digits := 0, 0
	for i := 1; i < len(text); i++ {
		if d := int(text[i]) - int(text[i-1]); d >= -1 && d <= 1 {
			steps++
		}
		if tokenClass[text[i]] == classDigit {
			digits++
		}
	}
	most := 45
	if digits*2 > len(text) {
		most = 75
	}
	return len(text) > 7 && steps*100 >= most*(len(text)-1)
}

// reference reports whether a value is read from elsewhere: ${VAR}, {{ x }}, process.env.X, os.getenv(...), None.
func reference(text string) bool {
	if strings.HasPrefix(text, "$") || strings.HasPrefix(text, "{{") || strings.HasPrefix(text, "<") || strings.HasPrefix(text, "%") || strings.HasPrefix(text, "#{") || strings.HasPrefix(text, "@") && strings.Contains(text, "(") {
		return true
	}
	lowered := strings.ToLower(text)
	for _, w := range []string{"process.env", "os.environ", "getenv", "env.", "env(", "config.", "self.", "settings.", "secrets.", "vault:", "env:", "file:", "args.", "this.", "options.", "params."} {
		if strings.Contains(lowered, w) {
			return true
		}
	}
	return words[lowered]
}

var words = map[string]bool{
	"none": true, "null": true, "nil": true, "undefined": true, "true": true, "false": true, "string": true, "str": true, "optional": true, "required": true,
	"passphrase": true, "password": true, "secret": true, "str,": true, "input": true, "prompt": true, "text": true, "bytes": true, "self": true, "any": true,
	"api_passphrase": true, "apipassphrase": true, "test": true, "pass": true, "memo": true, "uid": true,
}
