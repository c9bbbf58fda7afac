package check

import (
	"crypto/sha1" // version 4 fingerprints are SHA-1
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// pgpKey checks an armored OpenPGP secret key of versions 4 to 6: the checksum of the armor, the public part, from which
// the fingerprint is taken, and whether the secret part is in the clear.
func pgpKey(value string) (Proof, bool) {
	raw, ok := pgpArmor(value)
	if !ok {
		return Proof{}, false
	}
	body, ok := pgpPacket(raw)
	if !ok {
		return Proof{}, false
	}
	size := pgpPublicSize(body)
	if size == 0 || size >= len(body) {
		return Proof{}, false
	}
	return Proof{Encrypted: body[size] != 0, Facts: []Fact{{"pgp_fingerprint", strings.ToUpper(hex.EncodeToString(pgpFingerprint(body[:size])))}}}, true
}

// pgpFingerprint is taken from the public part (RFC 9580, 5.5.4, and LibrePGP for version 5).
func pgpFingerprint(public []byte) []byte {
	if public[0] == 4 {
		sum := sha1.Sum(append(binary.BigEndian.AppendUint16([]byte{0x99}, uint16(len(public))), public...))
		return sum[:]
	}
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint32([]byte{0x95 + public[0]}, uint32(len(public))), public...))
	return sum[:]
}

func pgpArmor(value string) ([]byte, bool) {
	const head, foot = "-----BEGIN PGP PRIVATE KEY BLOCK-----", "-----END PGP PRIVATE KEY BLOCK-----"
	if len(value) < 200 || len(value) > maxJSON || !strings.Contains(value, head) {
		return nil, false
	}
	value = strings.NewReplacer(`\r`, "", `\n`, "\n", "\r", "").Replace(value)
	_, rest, _ := strings.Cut(value, head)
	rest, _, ok := strings.Cut(rest, foot)
	if !ok {
		return nil, false
	}
	if !strings.Contains(rest, "\n") {
		rest = strings.ReplaceAll(rest, " ", "\n")
	}
	var body, sum string
	for line := range strings.SplitSeq(rest, "\n") {
		// As strings that code joins, and as arrays of lines.
		switch line = strings.Trim(line, " \t\"',"); {
		case line == "" || line == "+" || line == "." || strings.Contains(line, ": "):
		case line[0] == '=' && len(line) == 5:
			sum = line[1:]
		default:
			body += line
		}
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil || sum != "" && base64.StdEncoding.EncodeToString(crc24(raw)) != sum {
		return nil, false
	}
	return raw, true
}

// pgpPacket returns the body of the first packet when that is a secret key (tag 5) or subkey (7).
func pgpPacket(raw []byte) ([]byte, bool) {
	if len(raw) < 6 || raw[0]&0x80 == 0 {
		return nil, false
	}
	tag, size, start := raw[0]>>2&15, 0, 0
	switch kind := raw[0] & 3; {
	case raw[0]&0x40 != 0:
		tag = raw[0] & 63
		size, start = pgpLength(raw)
	case kind == 0:
		size, start = int(raw[1]), 2
	case kind == 1:
		size, start = int(binary.BigEndian.Uint16(raw[1:])), 3
	case kind == 2:
		size, start = int(binary.BigEndian.Uint32(raw[1:])), 5
	}
	if tag != 5 && tag != 7 || start == 0 || size > len(raw)-start {
		return nil, false
	}
	return raw[start : start+size], true
}

func pgpLength(raw []byte) (size, start int) {
	switch first := int(raw[1]); {
	case first < 192:
		return first, 2
	case first < 224:
		return (first-192)<<8 + int(raw[2]) + 192, 3
	case first == 255:
		return int(binary.BigEndian.Uint32(raw[2:])), 6
	}
	return 0, 0
}

// pgpPublicSize is how many bytes of a body are public; 0 when version or algorithm is unknown or numbers overrun.
func pgpPublicSize(body []byte) int {
	if len(body) < 12 {
		return 0
	}
	switch body[0] {
	case 4:
		return pgpMaterial(body, 6)
	case 5, 6:
		if size := pgpMaterial(body, 10); size > 0 && uint64(size) == 10+uint64(binary.BigEndian.Uint32(body[6:])) {
			return size
		}
	}
	return 0
}

// pgpMaterial returns the end of the public numbers that begin at a place of the body.
func pgpMaterial(body []byte, at int) int {
	switch body[5] {
	case 1, 2, 3:
		return skipNumbers(body, at, 2)
	case 16:
		return skipNumbers(body, at, 3)
	case 17:
		return skipNumbers(body, at, 4)
	case 18:
		if at = skipNumbers(body, at+1+int(body[at]), 1); at == 0 || at >= len(body) {
			return 0
		}
		return at + 1 + int(body[at])
	case 19, 22:
		return skipNumbers(body, at+1+int(body[at]), 1)
	case 25, 27:
		return at + 32
	case 26:
		return at + 56
	case 28:
		return at + 57
	}
	return 0
}

func skipNumbers(body []byte, at, count int) int {
	for range count {
		if at+2 > len(body) {
			return 0
		}
		at += 2 + (int(binary.BigEndian.Uint16(body[at:]))+7)/8
	}
	if at > len(body) {
		return 0
	}
	return at
}
