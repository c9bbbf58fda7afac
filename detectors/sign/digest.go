package sign

import (
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"strings"
)

var (
	hmacHashes = []string{"sha256", "sha384", "sha512", "sha1", "md5"}
	rsaHashes  = []string{"sha256", "sha384", "sha512"}
	encodings  = []string{"hex", "HEX", "base64", "base64hex"}
)

// hashFunc knows the names of hmacHashes; any other is SHA-256, refused before by the parameters' check.
func hashFunc(name string) (func() hash.Hash, crypto.Hash) {
	switch name {
	case "sha384":
		return sha512.New384, crypto.SHA384
	case "sha512":
		return sha512.New, crypto.SHA512
	case "sha1":
		return sha1.New, crypto.SHA1
	case "md5":
		return md5.New, crypto.MD5
	}
	return sha256.New, crypto.SHA256
}

func mac(name string, secret []byte, message string) []byte {
	newHash, _ := hashFunc(name)
	m := hmac.New(newHash, secret)
	m.Write([]byte(message))
	return m.Sum(nil)
}

func digest(name, text string) []byte {
	newHash, _ := hashFunc(name)
	h := newHash()
	h.Write([]byte(text))
	return h.Sum(nil)
}

func digestHex(name, text string) string { return hex.EncodeToString(digest(name, text)) }

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// encode writes a signature as one of encodings.
func encode(how string, sum []byte) string {
	switch how {
	case "base64":
		return base64.StdEncoding.EncodeToString(sum)
	case "base64hex": // of the hex digits' text
		return b64(hex.EncodeToString(sum))
	case "HEX":
		return strings.ToUpper(hex.EncodeToString(sum))
	}
	return hex.EncodeToString(sum)
}

// decodeSecret turns the text of a secret into key bytes: raw, base64 or hex.
func decodeSecret(how, secret string) ([]byte, error) {
	switch how {
	case "base64":
		b, ok := unbase64(secret)
		if !ok {
			return nil, errors.New("secret: not base64")
		}
		return b, nil
	case "hex":
		b, err := hex.DecodeString(secret)
		if err != nil {
			return nil, errors.New("secret: not hex")
		}
		return b, nil
	}
	return []byte(secret), nil
}

// unbase64 reads both alphabets, padded or not.
func unbase64(s string) ([]byte, bool) {
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil
}
