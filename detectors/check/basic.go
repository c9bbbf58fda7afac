package check

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// basicAuth checks base64 of user:password, as RFC 7617, Docker's config.json and npm's _auth have it. The fact is the user.
// Passwords that only examples have pass for nothing.
func basicAuth(value string) (Proof, bool) {
	raw, err := base64.StdEncoding.DecodeString(value + strings.Repeat("=", -len(value)&3))
	if err != nil || len(raw) > 4096 {
		return Proof{}, false
	}
	user, password, cut := strings.Cut(string(raw), ":")
	if !cut || user == "" || len(password) < 6 || strings.EqualFold(user, password) {
		return Proof{}, false
	}
	for i := range len(raw) {
		if raw[i] < ' ' || raw[i] > '~' {
			return Proof{}, false
		}
	}
	lowered := strings.ToLower(password)
	if password == lowered && !strings.ContainsAny(password, "0123456789") {
		return Proof{}, false
	}
	for _, word := range []string{"pass", "secret", "example", "changeme", "your", "token", "12345", "xxxx", "$", "{", "<"} {
		if strings.Contains(lowered, word) {
			return Proof{}, false
		}
	}
	return Proof{Weak: true, Facts: []Fact{{"user", printable([]byte(user))}}}, true
}

// secretJWT checks a signed JWT that is meant for a server: not one for anonymous clients, which is public, and not the
// token of jwt.io that all examples show.
func secretJWT(value string) (Proof, bool) {
	p, ok := jwt(value)
	if !ok || p.Weak || strings.HasSuffix(value, ".") {
		return Proof{}, false
	}
	var body struct{ Role, Sub any }
	raw := strictBase64URL(strings.Split(value, ".")[1])
	if err := json.Unmarshal(raw, &body); err != nil || body.Role == "anon" || body.Sub == "1234567890" {
		return Proof{}, false
	}
	return p, true
}

// serviceJWT checks the JWT of Supabase that passes every row-level rule: its role is service_role.
func serviceJWT(value string) (Proof, bool) {
	p, ok := jwt(value)
	if !ok {
		return Proof{}, false
	}
	var body struct{ Role, Ref any }
	raw := strictBase64URL(strings.Split(value, ".")[1])
	if err := json.Unmarshal(raw, &body); err != nil || body.Role != "service_role" {
		return Proof{}, false
	}
	if ref, ok := body.Ref.(string); ok {
		p.Facts = append(p.Facts, Fact{"project", printable([]byte(ref))})
	}
	return p, true
}
