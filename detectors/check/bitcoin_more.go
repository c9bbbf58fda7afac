package check

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// miniKey checks a Casascius mini private key: SHA-256 of it with a question mark begins with a zero byte. One string in
// 256 passes, so the words around it must agree.
func miniKey(value string) (Proof, bool) {
	if n := len(value); n != 22 && n != 26 && n != 30 || value[0] != 'S' {
		return Proof{}, false
	}
	for i := range len(value) {
		if bitcoin58.value[value[i]] < 0 {
			return Proof{}, false
		}
	}
	if sha256.Sum256([]byte(value + "?"))[0] != 0 {
		return Proof{}, false
	}
	raw := sha256.Sum256([]byte(value))
	key, ok := secpScalar(raw[:])
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	return markSecp(Proof{Network: "bitcoin", Weak: true, Facts: bitcoin.addresses(pub, false)}, pub, &key), true
}

// bip38 checks a key under a passphrase. Its address needs the passphrase; four bytes of the address's hash are in the clear.
func bip38(value string) (Proof, bool) {
	if len(value) != 58 || value[0] != '6' || value[1] != 'P' {
		return Proof{}, false
	}
	body := bitcoin58.decodeCheck(value)
	if len(body) != 39 || body[0] != 1 {
		return Proof{}, false
	}
	kind, flags := "", body[2]
	switch {
	case body[1] == 0x42 && flags&^0x20 == 0xc0:
		kind = "passphrase"
	case body[1] == 0x43 && flags&^0x24 == 0:
		kind = "EC-multiplied"
	default:
		return Proof{}, false
	}
	return Proof{Network: "bitcoin", Encrypted: true, Facts: []Fact{{"address_hash", hex.EncodeToString(body[3:7])}, {"bip38_kind", kind}}}, true
}

var descriptorFunctions = []string{"pk(", "pkh(", "wpkh(", "sh(", "wsh(", "tr(", "combo(", "multi(", "sortedmulti(", "multi_a(", "sortedmulti_a(", "rawtr(", "raw(", "addr("}

// maxDescriptor bounds a descriptor, in bytes: a script of 20 extended keys fits.
const maxDescriptor = 8192

// descriptor accepts an output descriptor with at least one private key in it (WIF or extended). The facts are those of the
// first private key and the checksum that the text should end in.
func descriptor(value string) (Proof, bool) {
	body, _, ok := descriptorParts(value)
	if !ok {
		return Proof{}, false
	}
	for _, word := range strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune("()[],/{} ", r) }) {
		p, ok := wif(word)
		if !ok {
			p, ok = xprv(word)
		}
		if ok {
			p.Facts = append(p.Facts, Fact{"descriptor_checksum", descriptorChecksum(body)})
			return p, true
		}
	}
	return Proof{}, false
}

// descriptorSum accepts any descriptor whose checksum is written and right, secret or not.
func descriptorSum(value string) (Proof, bool) {
	body, sum, ok := descriptorParts(value)
	if !ok || len(sum) != 8 || descriptorChecksum(body) != sum {
		return Proof{}, false
	}
	return Proof{Network: "bitcoin", Facts: []Fact{{"descriptor_checksum", sum}}}, true
}

func descriptorParts(value string) (body, sum string, ok bool) {
	if len(value) > maxDescriptor {
		return "", "", false
	}
	for _, f := range descriptorFunctions {
		if strings.HasPrefix(value, f) {
			body, sum, _ = strings.Cut(value, "#")
			return body, sum, strings.HasSuffix(body, ")")
		}
	}
	return "", "", false
}

const descriptorChars = "0123456789()[],'/*abcdefgh@:$%{}" + "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~" + "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ "

// descriptorChecksum is BIP-380's; empty when a character is foreign.
func descriptorChecksum(body string) string {
	chk, class, count := uint64(1), 0, 0
	for i := range len(body) {
		at := strings.IndexByte(descriptorChars, body[i])
		if at < 0 {
			return ""
		}
		chk = descriptorStep(chk, at&31)
		class = class*3 + at>>5
		if count++; count == 3 {
			chk, class, count = descriptorStep(chk, class), 0, 0
		}
	}
	if count > 0 {
		chk = descriptorStep(chk, class)
	}
	for range 8 {
		chk = descriptorStep(chk, 0)
	}
	chk ^= 1
	var out [8]byte
	for i := range out {
		out[i] = bech32Digits[chk>>(5*(7-i))&31]
	}
	return string(out[:])
}

func descriptorStep(chk uint64, v int) uint64 {
	top := chk >> 35
	chk = chk&0x7ffffffff<<5 ^ uint64(v)
	for i, g := range [5]uint64{0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a, 0x644d626ffd} {
		if top>>i&1 == 1 {
			chk ^= g
		}
	}
	return chk
}

// walletDat reads the bytes of a Bitcoin Core wallet, Berkeley DB or SQLite, by the names of its records: a master key
// record means that the private keys are encrypted.
func walletDat(value string) (Proof, bool) {
	bdb := len(value) > 16 && (value[12:16] == "\x62\x31\x05\x00" || value[12:16] == "\x00\x05\x31\x62")
	if !bdb && !strings.HasPrefix(value, "SQLite format 3\x00") {
		return Proof{}, false
	}
	p := Proof{Network: "bitcoin"}
	for _, record := range []string{"\x04ckey", "\x14walletdescriptorckey"} {
		if strings.Contains(value, record) && strings.Contains(value, "\x04mkey") {
			p.Encrypted = true
			return p, true
		}
	}
	if pub := walletPublicKey(value); pub != nil {
		p.Facts = []Fact{{"btc_p2pkh", bitcoin.payToKeyHash(pub)}}
		return p, true
	}
	return p, strings.Contains(value, "\x13walletdescriptorkey")
}

// walletPublicKey finds the public key that names the first plain key record.
func walletPublicKey(value string) []byte {
	for _, record := range []string{"\x03key", "\x04wkey"} {
		for at := 0; ; {
			i := strings.Index(value[at:], record)
			if i < 0 {
				break
			}
			at += i + len(record)
			rest := value[at:]
			switch {
			case len(rest) > 33 && rest[0] == 33 && (rest[1] == 2 || rest[1] == 3):
				return []byte(rest[1:34])
			case len(rest) > 65 && rest[0] == 65 && rest[1] == 4:
				return []byte(rest[1:66])
			}
		}
	}
	return nil
}
