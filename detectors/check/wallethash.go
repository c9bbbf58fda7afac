package check

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// walletHash reads the encrypted master key of a Bitcoin Core wallet as bitcoin2john writes it: $bitcoin$, the key's length
// and hex, the salt's length and hex, the rounds, and two more pairs that no longer matter.
func walletHash(value string) (Proof, bool) {
	fields := strings.Split(value, "$")
	if len(fields) != 11 || fields[0] != "" || fields[1] != "bitcoin" {
		return Proof{}, false
	}
	if !counted(fields[2], fields[3], 64, 96) || !counted(fields[4], fields[5], 16, 16) || !counted(fields[7], fields[8], 2, 512) || !counted(fields[9], fields[10], 2, 512) {
		return Proof{}, false
	}
	if rounds, err := strconv.ParseUint(fields[6], 10, 32); err != nil || rounds == 0 || strconv.FormatUint(rounds, 10) != fields[6] {
		return Proof{}, false
	}
	return Proof{Network: "bitcoin", Encrypted: true}, true
}

// counted reports whether the text is hex of the stated length, which is between least and most.
func counted(length, text string, least, most int) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) >= least && len(text) <= most && strconv.Itoa(len(text)) == length
}

// WriteWIF writes a secp256k1 private key in Bitcoin's wallet import format; false when it is none.
func WriteWIF(key []byte, compressed, test bool) (string, bool) {
	if _, ok := secpScalar(key); !ok {
		return "", false
	}
	version, flag := []byte{bitcoin.wif}, []byte(nil)
	if test {
		version[0] = bitcoinTestnet.wif
	}
	if compressed {
		flag = []byte{1}
	}
	return bitcoin58.encodeCheck(version, key, flag), true
}
