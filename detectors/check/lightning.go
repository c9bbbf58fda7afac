package check

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// macaroonHex and macaroonBase64 check a macaroon of LND in the binary format 2. The root key is on the server, so only the
// structure is proved; it must end exactly behind the signature.
func macaroonHex(value string) (Proof, bool) {
	if len(value) < 120 || len(value) > maxMacaroon || !strings.EqualFold(value[:14], "0201036c6e6402") {
		return Proof{}, false
	}
	raw, err := hex.DecodeString(value)
	if err != nil {
		return Proof{}, false
	}
	return macaroon(raw)
}

func macaroonBase64(value string) (Proof, bool) {
	if len(value) < 80 || len(value) > maxMacaroon || !strings.HasPrefix(value, "AgEDbG5kA") {
		return Proof{}, false
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(value, "="))
	raw, err := base64.RawStdEncoding.Strict().DecodeString(plain)
	if err != nil {
		return Proof{}, false
	}
	return macaroon(raw)
}

// maxMacaroon bounds the text of a macaroon, in bytes.
const maxMacaroon = 8192

func macaroon(raw []byte) (Proof, bool) {
	r := &packets{rest: raw[1:]}
	location, id := r.field(1), r.field(2)
	if raw[0] != 2 || string(location) != "lnd" || len(id) == 0 || !r.end() {
		return Proof{}, false
	}
	var caveats []string
	for !r.bad && !r.end() {
		r.field(1)
		caveats = append(caveats, printable(r.field(2)))
		r.field(4)
		if !r.end() {
			return Proof{}, false
		}
	}
	if signature := r.field(6); r.bad || len(signature) != 32 || len(r.rest) != 0 {
		return Proof{}, false
	}
	p := Proof{Network: "lightning", Facts: []Fact{{"location", "lnd"}}}
	if ops := macaroonPermissions(id); ops != "" {
		p.Facts = append(p.Facts, Fact{"permissions", ops})
	}
	for _, c := range caveats {
		p.Facts = append(p.Facts, Fact{"caveat", c})
	}
	return p, true
}

// packets reads the fields of a macaroon: a type, a length and as many bytes; type 0 ends a section.
type packets struct {
	rest []byte
	bad  bool
}

// field takes the next field when it has the type, else nothing.
func (r *packets) field(kind byte) []byte {
	if r.bad || len(r.rest) == 0 || r.rest[0] != kind {
		return nil
	}
	size, n := binary.Uvarint(r.rest[1:])
	if n <= 0 || size > uint64(len(r.rest)-1-n) {
		r.bad = true
		return nil
	}
	body := r.rest[1+n : 1+n+int(size)]
	r.rest = r.rest[1+n+int(size):]
	return body
}

func (r *packets) end() bool {
	if r.bad || len(r.rest) == 0 {
		r.bad = true
		return false
	}
	if r.rest[0] != 0 {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// macaroonPermissions reads the entity and action pairs of LND's identifier, a version byte and a protocol buffer.
func macaroonPermissions(id []byte) string {
	var out []string
	for _, op := range protoFields(id[1:], 3) {
		entity := protoFields(op, 1)
		for _, action := range protoFields(op, 2) {
			if len(entity) == 1 {
				out = append(out, printable(entity[0])+":"+printable(action))
			}
		}
	}
	return strings.Join(out, " ")
}

// protoFields returns the values of one length-delimited field of a protocol buffer that has no other wire type.
func protoFields(message []byte, number uint64) [][]byte {
	var out [][]byte
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 || tag&7 != 2 {
			return nil
		}
		size, m := binary.Uvarint(message[n:])
		if m <= 0 || size > uint64(len(message)-n-m) {
			return nil
		}
		if tag>>3 == number {
			out = append(out, message[n+m:n+m+int(size)])
		}
		message = message[n+m+int(size):]
	}
	return out
}

// printable keeps visible ASCII, at most 80 characters of it.
func printable(b []byte) string {
	keep := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(b))
	return keep[:min(len(keep), 80)]
}

// rune checks a rune of Core Lightning: base64url of a SHA-256 state and restrictions in clear text. Nothing can be proved
// offline but the grammar, so a name must agree.
func clnRune(value string) (Proof, bool) {
	if len(value) < 44 || len(value) > 1024 {
		return Proof{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(value, "="))
	if err != nil || len(raw) < 34 || !runeGrammar(string(raw[32:])) {
		return Proof{}, false
	}
	return Proof{Network: "lightning", Weak: true, Facts: []Fact{{"restrictions", printable(raw[32:])}}}, true
}

// runeGrammar reads restrictions joined by & of alternatives joined by |, each a field name, a condition and a value. The
// first restriction is the unique id, whose name is empty; runes made by hand may lack it.
func runeGrammar(text string) bool {
	for i, restriction := range strings.Split(text, "&") {
		for _, alternative := range strings.Split(restriction, "|") {
			at := strings.IndexAny(alternative, "!=/^$~<>}{#")
			if at < 0 || at == 0 && i > 0 || !visible(alternative) || !fieldName(alternative[:at]) {
				return false
			}
		}
	}
	return true
}

func visible(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

func fieldName(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.'
	})
}

// lnurl checks bech32 of a URL (LUD-01). Only its host is shown: the URL itself may be worth money.
func lnurl(value string) (Proof, bool) {
	if len(value) < 30 || !strings.EqualFold(value[:6], "lnurl1") {
		return Proof{}, false
	}
	_, raw, ok := decodeBech32(value, bech32Const)
	if !ok {
		return Proof{}, false
	}
	u, err := url.Parse(string(raw))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return Proof{}, false
	}
	p := Proof{Network: "lightning", Facts: []Fact{{"host", u.Host}}}
	if tag := u.Query().Get("tag"); tag != "" {
		p.Facts = append(p.Facts, Fact{"tag", printable([]byte(tag))})
	}
	return p, true
}

// libp2pHex and libp2pBase64 check a private key of libp2p as its protocol buffer writes it.
func libp2pHex(value string) (Proof, bool) {
	if len(value) < 70 || len(value) > 400 || value[:2] != "08" {
		return Proof{}, false
	}
	raw, err := hex.DecodeString(value)
	if err != nil {
		return Proof{}, false
	}
	return libp2p(raw)
}

func libp2pBase64(value string) (Proof, bool) {
	if len(value) < 48 || len(value) > 300 || value[:2] != "CA" {
		return Proof{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return Proof{}, false
	}
	return libp2p(raw)
}

func libp2p(raw []byte) (Proof, bool) {
	if len(raw) < 36 || raw[0] != 8 || raw[2] != 0x12 || int(raw[3]) != len(raw)-4 {
		return Proof{}, false
	}
	switch body := raw[4:]; {
	case raw[1] == 1 && len(body) == 96 && !slices.Equal(body[32:64], body[64:]):
		return Proof{}, false
	case raw[1] == 1 && (len(body) == 64 || len(body) == 96):
		seed, public, ok := pairKey(body[:64])
		return mark(libp2pProof(1, public), seed), ok
	case raw[1] == 2 && len(body) == 32:
		key, ok := secpScalar(body)
		if !ok {
			return Proof{}, false
		}
		pub := secpPublic(&key)
		return markSecp(libp2pProof(2, pub.SerializeCompressed()), pub, &key), true
	}
	return Proof{}, false
}

// libp2pProof shows the peer id: the public key's protocol buffer as it is when it has at most 42 bytes, else its hash.
func libp2pProof(kind byte, public []byte) Proof {
	message := append([]byte{8, kind, 0x12, byte(len(public))}, public...)
	id := append([]byte{0, byte(len(message))}, message...)
	if len(message) > 42 {
		sum := sha256.Sum256(message)
		id = append([]byte{0x12, 32}, sum[:]...)
	}
	return Proof{Network: "libp2p", Facts: []Fact{{"peer_id", bitcoin58.encode(id)}}}
}
