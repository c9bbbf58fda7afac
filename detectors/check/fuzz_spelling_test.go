package check

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
)

// spelling writes anew what a check read of a text that it accepts, in the form in which it gave it: the words of phrases
// from their numbers, with the checksum taken from the rest.
var spelling = map[string]func(string) string{
	"bip39": bip39Again, "bip39-french": bip39Again, "bip39-japanese": bip39Again, "bip39-korean": bip39Again, "bip39-spanish": bip39Again, "bip39-italian": bip39Again,
	"bip39-czech": bip39Again, "bip39-portuguese": bip39Again, "bip39-simplified-chinese": bip39Again, "bip39-traditional-chinese": bip39Again,
	"slip39-share": func(s string) string {
		indexes, _ := slip39List.indexes(normalizeWords(Words(s)))
		return phraseOf(slip39List, rs1024Summed(indexes))
	},
	"algorand-25": func(s string) string {
		indexes, _ := bip39Lists[0].indexes(normalizeWords(Words(s)))
		raw := unpackLittle(indexes[:24])
		sum := sha512.Sum512_256(raw[:32])
		return phraseOf(bip39Lists[0], append(packLittle(raw[:32]), int(sum[0])|int(sum[1])<<8&0x7ff))
	},
	"monero-25": moneroAgain, "monero-13": moneroAgain,
	"bip39-seedqr": func(s string) string {
		var out strings.Builder
		for i := 0; i < len(s); i += 4 {
			n := 0
			_, _ = fmt.Sscanf(s[i:i+4], "%d", &n)
			fmt.Fprintf(&out, "%04d", n)
		}
		return out.String()
	},
	"xrp-secret-numbers": func(s string) string {
		rows := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		for i, row := range rows {
			v, _ := secretNumber(row, i)
			rows[i] = fmt.Sprintf("%05d%d", v, int(v)*(2*i+1)%9)
		}
		return strings.Join(rows, " ")
	},
	"codex32": func(s string) string {
		lower := strings.ToLower(s)
		out := []byte("ms1")
		for i := 3; i < len(lower); i++ {
			out = append(out, "qpzry9x8gf2tvdw0s3jn54khce6mua7l"[bech32Value[lower[i]]])
		}
		if lower != s {
			return strings.ToUpper(string(out))
		}
		return string(out)
	},
	"descriptor-with-xprv": descriptorAgain, "descriptor-with-wif": descriptorAgain, "descriptor-checksum": descriptorAgain,
	"lnd-macaroon-hex": func(s string) string {
		raw, _ := hex.DecodeString(s)
		if strings.ToUpper(s) == s {
			return strings.ToUpper(hex.EncodeToString(raw))
		}
		return hex.EncodeToString(raw)
	},
	"lnd-macaroon-base64": base64Again, "cln-rune": base64Again,
	"github-crc": func(s string) string {
		if len(s) != 40 {
			return s
		}
		return s[:4] + crcAgain(s[4:34])
	},
	"npm-crc": func(s string) string { return s[:4] + crcAgain(s[4:34]) },
}

func phraseOf(l *Wordlist, indexes []int) string {
	words := make([]string, len(indexes))
	for i, at := range indexes {
		words[i] = l.table().words[at]
	}
	return strings.Join(words, " ")
}

func bip39Again(s string) string {
	words := normalizeWords(Words(s))
	for _, l := range bip39Lists {
		indexes, ok := l.indexes(words)
		if !ok {
			continue
		}
		entropy, ok := bip39Entropy(indexes)
		if !ok {
			continue
		}
		sum := sha256.Sum256(entropy)
		bits := append(append([]byte(nil), entropy...), sum[0])
		out := make([]int, len(indexes))
		for i := range out {
			for k := 11 * i; k < 11*i+11; k++ {
				out[i] = out[i]<<1 | int(bits[k/8]>>(7-k%8)&1)
			}
		}
		return phraseOf(l, out)
	}
	return ""
}

// rs1024Summed replaces the last three numbers by the checksum of the others.
func rs1024Summed(indexes []int) []int {
	custom := "shamir"
	if indexes[1]>>4&1 == 1 {
		custom = "shamir_extendable"
	}
	out := append(append([]int(nil), indexes[:len(indexes)-3]...), 0, 0, 0)
	sum := rs1024(custom, out) ^ 1
	for i := range 3 {
		out[len(out)-3+i] = int(sum >> (10 * (2 - i)) & 1023)
	}
	return out
}

func packLittle(raw []byte) []int {
	var out []int
	acc, n := 0, 0
	for _, b := range raw {
		for acc, n = acc|int(b)<<n, n+8; n >= 11; n -= 11 {
			out, acc = append(out, acc&0x7ff), acc>>11
		}
	}
	return append(out, acc)
}

func moneroAgain(s string) string {
	words := normalizeWords(Words(s))
	for _, l := range moneroLists {
		indexes, ok := l.indexes(words)
		if !ok || !l.checksumWord(indexes) {
			continue
		}
		var letters string
		for _, at := range indexes[:len(indexes)-1] {
			letters += string(firstRunes(l.table().words[at], l.prefix))
		}
		at := int(crc32.ChecksumIEEE([]byte(letters))) % (len(indexes) - 1)
		return phraseOf(l, append(append([]int(nil), indexes[:len(indexes)-1]...), indexes[at]))
	}
	return ""
}

func firstRunes(s string, n int) []rune {
	runes := []rune(s)
	return runes[:min(n, len(runes))]
}

func descriptorAgain(s string) string {
	body, sum, _ := descriptorParts(s)
	if sum == "" {
		return body
	}
	return body + "#" + descriptorChecksum(body)
}

func base64Again(s string) string {
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	raw, _ := base64.RawStdEncoding.DecodeString(plain)
	out := base64.RawStdEncoding.EncodeToString(raw)
	if strings.ContainsAny(s, "-_") {
		out = strings.NewReplacer("+", "-", "/", "_").Replace(out)
	}
	return out + s[len(strings.TrimRight(s, "=")):]
}

func crcAgain(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	var tail [6]byte
	for i := 5; i >= 0; i-- {
		tail[i] = base62Digits[sum%62]
		sum /= 62
	}
	return body + string(tail[:])
}

// spelt is a text as its kind is compared: phrases by their words in lower case, numbers by their digits.
func spelt(name, text string) string {
	switch {
	case strings.HasPrefix(name, "bip39-seedqr"):
		return text
	case strings.HasPrefix(name, "bip39"), name == "slip39-share", name == "algorand-25", strings.HasPrefix(name, "monero"):
		return strings.Join(normalizeWords(Words(text)), " ")
	case name == "xrp-secret-numbers":
		return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }), " ")
	}
	return text
}

// FuzzSpelling changes valid values: what is still accepted must be what its content is written as.
func FuzzSpelling(f *testing.F) {
	for _, v := range readVectors(f) {
		if spelling[v.check()] != nil {
			f.Add(v.check(), v.Value)
		}
	}
	for _, v := range readVectors(f) {
		if raw, err := hex.DecodeString(v.Value); err == nil && v.check() == "lnd-macaroon-hex" && v.Valid {
			text := base64.RawURLEncoding.EncodeToString(raw)
			f.Add("lnd-macaroon-base64", text)
			f.Add("lnd-macaroon-base64", text[:len(text)-1]+string(text[len(text)-1]+1)) // bits that no byte has
		}
	}
	f.Add("npm-crc", "npm_"+crcAgain(strings.Repeat("a", 30)))
	f.Add("github-crc", "ghp_"+crcAgain(strings.Repeat("b", 30)))
	f.Fuzz(func(t *testing.T, name, text string) {
		again := spelling[name]
		if again == nil {
			return
		}
		check, ok := ByName(name)
		if !ok {
			t.Fatalf("no check is called %q", name)
		}
		if _, ok := check(text); ok && spelt(name, again(text)) != spelt(name, text) {
			t.Errorf("%s accepts %q, which is written %q", name, text, again(text))
		}
	})
}

// TestChangedCharactersAreRefused holds the checks with a checksum to what it is there for.
func TestChangedCharactersAreRefused(t *testing.T) {
	for _, v := range readVectors(t) {
		name := v.check()
		check, ok := ByName(name)
		if !ok || !v.Valid || name != "codex32" && name != "descriptor-checksum" && name != "bip38-encrypted" {
			continue
		}
		if _, ok := check(v.Value); !ok {
			continue
		}
		for i := range v.Value {
			changed := []byte(v.Value)
			if changed[i] = "qpq3"[strings.IndexByte("pq3", changed[i])+1]; string(changed) == v.Value {
				continue
			}
			if _, ok := check(string(changed)); ok {
				t.Errorf("%s: %s is accepted", name, changed)
			}
		}
	}
}
