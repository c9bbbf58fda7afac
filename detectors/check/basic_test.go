package check

import (
	"encoding/base64"
	"testing"
)

func TestTokensForServers(t *testing.T) {
	const head = `{"alg":"HS256","typ":"JWT"}`
	basic := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for _, c := range []struct {
		name, check, value string
		want               bool
	}{
		{"user and password", "basic-auth", basic("deploy:k2J8dhs83hd9"), true},
		{"without padding", "basic-auth", base64.RawStdEncoding.EncodeToString([]byte("ci:k2J8dhs83hd9x")), true},
		{"placeholder", "basic-auth", basic("user:password"), false},
		{"user again", "basic-auth", basic("deploy1:deploy1"), false},
		{"no colon", "basic-auth", basic("deploy k2J8dhs83hd9"), false},
		{"bytes", "basic-auth", basic("\x00\x01:\xff\xfe\xfd\xfc\xfb\xfa"), false},
		{"service role", "supabase-service-role", jwtOf(head, `{"role":"service_role","ref":"abc"}`, "c2ln"), true},
		{"anonymous role", "supabase-service-role", jwtOf(head, `{"role":"anon","ref":"abc"}`, "c2ln"), false},
		{"signed", "jwt-secret", jwtOf(head, `{"sub":"42"}`, "c2ln"), true},
		{"anonymous", "jwt-secret", jwtOf(head, `{"role":"anon"}`, "c2ln"), false},
		{"unsigned", "jwt-secret", jwtOf(head, `{"sub":"42"}`, ""), false},
		{"of every example", "jwt-secret", jwtOf(head, `{"sub":"1234567890","name":"John Doe"}`, "c2ln"), false},
	} {
		t.Run(c.check+" "+c.name, func(t *testing.T) {
			f, ok := ByName(c.check)
			if !ok {
				t.Fatal("no such check")
			}
			if _, got := f(c.value); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
