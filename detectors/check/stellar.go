package check

import "encoding/base32"

const (
	strkeySeed    = 18 << 3 // S...
	strkeyAccount = 6 << 3  // G...
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// stellarSeed checks a strkey (SEP-23) with the version byte of a seed, its CRC-16 and its one canonical spelling.
func stellarSeed(value string) (Proof, bool) {
	if len(value) != 56 || value[0] != 'S' || value[1] < 'A' || value[1] > 'D' {
		return Proof{}, false
	}
	raw, err := base32Plain.DecodeString(value)
	if err != nil || len(raw) != 35 || raw[0] != strkeySeed || base32Plain.EncodeToString(raw) != value {
		return Proof{}, false
	}
	if sum := crc16(raw[:33]); raw[33] != byte(sum) || raw[34] != byte(sum>>8) {
		return Proof{}, false
	}
	p := Proof{Network: "stellar", Facts: []Fact{{"stellar_account", stellarAccount(edPublic(raw[1:33]))}}}
	return mark(p, raw[1:33]), true
}

func stellarAccount(public []byte) string {
	raw := append([]byte{strkeyAccount}, public...)
	sum := crc16(raw)
	return base32Plain.EncodeToString(append(raw, byte(sum), byte(sum>>8)))
}

// crc16 is XMODEM: polynomial 0x1021, initial value 0.
func crc16(b []byte) (sum uint16) {
	for _, c := range b {
		sum ^= uint16(c) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}
