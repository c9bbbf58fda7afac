package check

import "strings"

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
