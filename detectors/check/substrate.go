package check

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"

	"golang.org/x/crypto/blake2b"
)

// substratePhrase proves a BIP-39 phrase and shows the sr25519 account it gives on Substrate, which hashes the entropy
// instead of the words.
func substratePhrase(words []string) (Proof, bool) {
	if len(words) < 12 || len(words) > 24 || len(words)%3 != 0 {
		return Proof{}, false
	}
	indexes, ok := bip39Lists[0].indexes(normalizeWords(words))
	if !ok || sorted(indexes) {
		return Proof{}, false
	}
	entropy, ok := bip39Entropy(indexes)
	if !ok {
		return Proof{}, false
	}
	p := mark(Proof{Network: "substrate", Facts: substrateFacts(miniSecret(entropy, ""))}, entropy)
	if p.Famous == "" && distinct(indexes) <= 3 {
		p.Famous = "test phrase"
	}
	return p, true
}

func miniSecret(entropy []byte, password string) []byte {
	seed, err := pbkdf2.Key(sha512.New, string(entropy), []byte("mnemonic"+password), 2048, 64)
	if err != nil {
		return make([]byte, 32) // only a FIPS policy refuses
	}
	return seed[:32]
}

func substrateFacts(mini []byte) []Fact {
	public := srPublic(mini)
	return []Fact{{"substrate_address", ss58(public)}, {"public_key", hex.EncodeToString(public)}}
}

// substrateSeed accepts 0x and 64 hexadecimal digits: anything does, so a name must agree.
func substrateSeed(value string) (Proof, bool) {
	if !strings.HasPrefix(value, "0x") {
		return Proof{}, false
	}
	raw, ok := hex32(value)
	if !ok || zero(raw) {
		return Proof{}, false
	}
	return mark(Proof{Network: "substrate", Weak: true, Facts: substrateFacts(raw)}, raw), true
}

// devMiniSecret is what the published development phrase of Substrate gives.
var devMiniSecret = []byte{
	0xfa, 0xc7, 0x95, 0x9d, 0xbf, 0xe7, 0x2f, 0x05, 0x2e, 0x5a, 0x0c, 0x3c, 0x8d, 0x65, 0x30, 0xf2,
	0x02, 0xb0, 0x2f, 0xd8, 0xf9, 0xf5, 0xca, 0x35, 0x80, 0xec, 0x8d, 0xeb, 0x77, 0x97, 0x47, 0x9e,
}

// substrateURI checks a secret URI: a phrase or a 0x seed, then //hard and /soft junctions and ///password. Past a soft junction
// the account is not shown. Without a secret it stands for the development phrase, but any path looks like that: only the
// accounts that everybody uses are accepted.
func substrateURI(value string) (Proof, bool) {
	if len(value) < 3 || len(value) > maxPhrase || value[0] == '/' && (value[1] != '/' || len(value) > len("//Charlie//stash")) {
		return Proof{}, false
	}
	at := strings.IndexByte(value, '/')
	if at < 0 {
		return Proof{}, false
	}
	secret, rest := strings.TrimSpace(value[:at]), value[at:]
	path, password, _ := strings.Cut(rest, "///")
	mini, famous, ok := uriSecret(secret, password)
	if !ok {
		return Proof{}, false
	}
	root := mini
	for path != "" {
		junction, tail, hardened := nextJunction(path)
		if junction == "" {
			return Proof{}, false
		}
		path = tail
		if mini != nil && hardened {
			mini = hardDerive(mini, junction)
		} else {
			mini = nil
		}
	}
	p := Proof{Network: "substrate", Famous: famous}
	if mini != nil {
		p.Facts = substrateFacts(mini)
	}
	if secret == "" {
		known := p.Facts != nil && famousName(p.Facts[0].Value) != ""
		return p, known
	}
	p.Facts = append(p.Facts, Fact{"root_address", ss58(srPublic(root))})
	return mark(p, nil), true
}

func uriSecret(secret, password string) (mini []byte, famous string, ok bool) {
	if secret == "" {
		return devMiniSecret, "Substrate development phrase", password == ""
	}
	if raw, ok := hex32(secret); ok {
		return raw, patternName(raw), true
	}
	words := normalizeWords(Words(secret))
	if len(words) < 12 || len(words) > 24 || len(words)%3 != 0 {
		return nil, "", false
	}
	indexes, ok := bip39Lists[0].indexes(words)
	if !ok {
		return nil, "", false
	}
	entropy, ok := bip39Entropy(indexes)
	return miniSecret(entropy, password), famousName(ss58(srPublic(miniSecret(entropy, "")))), ok
}

func nextJunction(path string) (junction, tail string, hardened bool) {
	path = path[1:]
	if strings.HasPrefix(path, "/") {
		path, hardened = path[1:], true
	}
	end := strings.IndexByte(path, '/')
	if end < 0 {
		end = len(path)
	}
	for _, c := range path[:end] {
		if c <= ' ' || c > '~' || strings.ContainsRune(`"'<>(){}[]\,;`, c) {
			return "", "", false
		}
	}
	return path[:end], path[end:], hardened
}

// junctionCode is the chain code of a junction: a number in eight bytes or the SCALE encoding of a string, hashed when longer
// than 32 bytes.
func junctionCode(junction string) []byte {
	var code []byte
	if n, err := strconv.ParseUint(junction, 10, 64); err == nil {
		code = binary.LittleEndian.AppendUint64(nil, n)
	} else {
		code = append(scaleLength(len(junction)), junction...)
	}
	if len(code) > 32 {
		sum := blake2b.Sum256(code)
		return sum[:]
	}
	return append(code, make([]byte, 32-len(code))...)
}

func scaleLength(n int) []byte {
	if n < 64 {
		return []byte{byte(n << 2)}
	}
	return binary.LittleEndian.AppendUint16(nil, uint16(n<<2|1))
}

func ss58Sum(body []byte) []byte {
	sum := blake2b.Sum512(append([]byte("SS58PRE"), body...))
	return sum[:2]
}

// ss58 is the address of a public key in the generic format 42.
func ss58(public []byte) string {
	body := append([]byte{42}, public...)
	return bitcoin58.encode(append(body, ss58Sum(body)...))
}

// ss58Decode gives the public key of an address in any format with one or two bytes of prefix.
func ss58Decode(address string) ([]byte, bool) {
	raw := bitcoin58.decode(address)
	if len(raw) != 35 && len(raw) != 36 {
		return nil, false
	}
	body, sum := raw[:len(raw)-2], raw[len(raw)-2:]
	return body[len(body)-32:], bytes.Equal(ss58Sum(body), sum)
}
