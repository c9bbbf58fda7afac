package accuracy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strings"
)

// general are the shapes that need arithmetic or structure beyond a run of characters.
func general(pool rsaPool) map[string]maker {
	return map[string]maker{
		"uuid":       random.uuid,
		"UUID":       func(r random) string { return strings.ToUpper(r.uuid()) },
		"pass":       random.passphrase,
		"pem-ec":     ecPEM,
		"pem-ec8":    ecPKCS8,
		"pem-ed":     edPEM,
		"pem-rsa":    pool.pkcs1,
		"pem-rsa8":   pool.pkcs8,
		"pem-secp":   secpPEM,
		"pem-ssh":    edSSH,
		"rsa-der":    pool.der,
		"github":     func(r random) string { return checked("ghp_", r.of(alnum, 30)) },
		"github-oa":  func(r random) string { return checked("gho_", r.of(alnum, 30)) },
		"github-app": func(r random) string { return checked("ghs_", r.of(alnum, 30)) },
		"npm":        func(r random) string { return checked("npm_", r.of(alnum, 30)) },
		"jwt":        jwt,
		"slack-bot": func(r random) string {
			return "xoxb-" + r.of(digits, 12) + "-" + r.of(digits, 13) + "-" + r.of(alnum, 24)
		},
		"words": func(r random) string { return pick(r, passWords) + pick(r, passWords) },
	}
}

// checked appends the six base-62 digits of a CRC-32, as GitHub and npm do.
func checked(prefix, body string) string {
	c := crc32.ChecksumIEEE([]byte(body))
	const base62 = digits + upper + lower
	sum := make([]byte, 6)
	for i := 5; i >= 0; i-- {
		sum[i] = base62[c%62]
		c /= 62
	}
	return prefix + body + string(sum)
}

func jwt(r random) string {
	enc := base64.RawURLEncoding
	head := enc.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
	body := fmt.Sprintf(`{"sub":"%s","name":"%s","iat":%d}`, r.hex(24), pick(r, passWords), 1600000000+r.IntN(150000000))
	text := head + "." + enc.EncodeToString([]byte(body))
	mac := hmac.New(sha256.New, r.bytes(32))
	mac.Write([]byte(text))
	return text + "." + enc.EncodeToString(mac.Sum(nil))
}
