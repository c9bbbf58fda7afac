package check

import (
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
	"strings"
)

const base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// crcBody checks 30 base62 digits and the CRC-32 of them in six more.
func crcBody(text string) bool {
	if len(text) != 36 || !isBase62(text) {
		return false
	}
	sum := crc32.ChecksumIEEE([]byte(text[:30]))
	for i := 35; i >= 30; i-- {
		if base62Digits[sum%62] != text[i] {
			return false
		}
		sum /= 62
	}
	return true
}

func isBase62(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// githubToken checks GitHub's tokens: those with 36 characters behind their prefix end in a checksum. How the longer refresh
// and fine-grained ones are summed is not published: they pass by their shape, weakly.
func githubToken(value string) (Proof, bool) {
	if rest, ok := strings.CutPrefix(value, "github_pat_"); ok {
		id, secret, cut := strings.Cut(rest, "_")
		return Proof{Network: "github", Weak: true}, cut && len(id) == 22 && len(secret) == 59 && isBase62(id+secret)
	}
	if len(value) < 40 || len(value) > 255 || value[:2] != "gh" || value[3] != '_' || !strings.Contains("pousr", value[2:3]) {
		return Proof{}, false
	}
	if body := value[4:]; len(body) != 36 {
		return Proof{Network: "github", Weak: true}, value[2] == 'r' && len(body) == 76 && isBase62(body)
	}
	return Proof{Network: "github"}, crcBody(value[4:])
}

// npmToken checks npm's granular and automation tokens, which end in the same checksum.
func npmToken(value string) (Proof, bool) {
	text, ok := strings.CutPrefix(value, "npm_")
	return Proof{Network: "npm"}, ok && crcBody(text)
}

// jwt checks three base64url parts with a JSON header that names an algorithm and a JSON body. The facts are who issued it to
// whom; a token without signature is weak.
func jwt(value string) (Proof, bool) {
	if len(value) < 20 || len(value) > maxJSON || !strings.HasPrefix(value, "ey") {
		return Proof{}, false
	}
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return Proof{}, false
	}
	var head struct{ Alg string }
	var body struct{ Iss, Sub any }
	if !jwtPart(parts[0], &head) || head.Alg == "" || !jwtPart(parts[1], &body) || parts[2] != "" && strictBase64URL(parts[2]) == nil {
		return Proof{}, false
	}
	p := Proof{Weak: parts[2] == "", Facts: []Fact{{"alg", printable([]byte(head.Alg))}}}
	for _, claim := range []struct {
		name  string
		value any
	}{{"iss", body.Iss}, {"sub", body.Sub}} {
		if text, ok := claim.value.(string); ok && text != "" {
			p.Facts = append(p.Facts, Fact{claim.name, printable([]byte(text))})
		}
	}
	return p, true
}

func jwtPart(text string, into any) bool {
	raw := strictBase64URL(text)
	return raw != nil && json.Unmarshal(raw, into) == nil
}

func strictBase64URL(text string) []byte {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) == 0 {
		return nil
	}
	return raw
}

// uuid checks the hyphenated form with a known version and variant; the nil and the all-ones UUID name nothing.
func uuid(value string) (Proof, bool) {
	if len(value) != 36 || value[8] != '-' || value[13] != '-' || value[18] != '-' || value[23] != '-' {
		return Proof{}, false
	}
	digits := value[:8] + value[9:13] + value[14:18] + value[19:23] + value[24:]
	return Proof{}, isHex(digits, 32) && value[14] >= '1' && value[14] <= '8' && strings.Contains("89abAB", value[19:20])
}

// base64Bytes accepts base64, standard or for URLs, of exactly n bytes.
func base64Bytes(n int) Func {
	return func(value string) (Proof, bool) {
		raw := anyBase64(value, n)
		return mark(Proof{Weak: true}, raw), raw != nil
	}
}

func anyBase64(value string, n int) []byte {
	text := strings.TrimRight(value, "=")
	if len(text) != base64.RawStdEncoding.EncodedLen(n) || len(value)-len(text) > 2 {
		return nil
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if raw, err := encoding.Strict().DecodeString(text); err == nil && len(raw) == n {
			return raw
		}
	}
	return nil
}
