package check

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// evmKeystore checks the shape of a Web3 Secret Storage V3 file: the key is under a password.
func evmKeystore(value string) (Proof, bool) {
	type sealed struct {
		Cipher, Ciphertext, KDF, MAC string
		CipherParams                 struct{ IV string }
		KDFParams                    struct{ N, C int }
	}
	var file struct {
		Address string
		Version any
		Crypto  sealed
	}
	if !jsonObject(value, "ciphertext", &file) || fmt.Sprint(file.Version) != "3" {
		return Proof{}, false
	}
	c := file.Crypto
	if !isHex(c.Ciphertext, 64) || !isHex(c.MAC, 64) || !isHex(c.CipherParams.IV, 32) || c.KDF != "scrypt" && c.KDF != "pbkdf2" {
		return Proof{}, false
	}
	p := Proof{Network: "evm", Encrypted: true}
	if address, err := hex.DecodeString(trim0x(file.Address)); err == nil && len(address) == 20 {
		p.Facts = []Fact{{"evm_address", eip55(address)}}
	}
	rounds := max(c.KDFParams.N, c.KDFParams.C)
	p.Facts = append(p.Facts, Fact{"kdf", fmt.Sprintf("%s, %d rounds", c.KDF, rounds)})
	return mark(p, nil), true
}

// eth2Keystore checks the shape of an EIP-2335 file: a validator's key under a password.
func eth2Keystore(value string) (Proof, bool) {
	type module struct{ Function, Message string }
	var file struct {
		Crypto       struct{ KDF, Checksum, Cipher module }
		Pubkey, Path string
		Version      int
	}
	if !jsonObject(value, "checksum", &file) || file.Version != 4 {
		return Proof{}, false
	}
	c := file.Crypto
	if !isHex(c.Checksum.Message, 64) || !isHex(c.Cipher.Message, 64) || c.KDF.Function != "scrypt" && c.KDF.Function != "pbkdf2" {
		return Proof{}, false
	}
	p := Proof{Network: "ethereum-validator", Encrypted: true}
	if key := strings.ToLower(trim0x(file.Pubkey)); isHex(key, 96) {
		p.Facts = append(p.Facts, Fact{"validator_public_key", "0x" + key})
	}
	if file.Path != "" && len(file.Path) < 64 {
		p.Facts = append(p.Facts, Fact{"path", file.Path})
	}
	return p, true
}

// isHex says that text is digits hexadecimal digits, either with 0x or without.
func isHex(text string, digits int) bool {
	text = trim0x(text)
	if len(text) != digits {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// substrateKeystore checks the shape of polkadot-js's account export; its address may be of any chain. With encoding type "none" the key is in the clear.
func substrateKeystore(value string) (Proof, bool) {
	var file struct {
		Encoded, Address string
		Encoding         struct {
			Content, Type any
			Version       string
		}
	}
	if !jsonObject(value, "encoded", &file) {
		return Proof{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(file.Encoded)
	if err != nil {
		raw, err = hex.DecodeString(trim0x(file.Encoded))
	}
	content, kind := fmt.Sprint(file.Encoding.Content), fmt.Sprint(file.Encoding.Type)
	if err != nil || len(raw) < 64 || !strings.Contains(content, "pkcs8") {
		return Proof{}, false
	}
	p := Proof{Network: "substrate", Encrypted: !strings.Contains(kind, "none")}
	if public, ok := ss58Decode(file.Address); ok {
		p.Facts = []Fact{{"substrate_address", file.Address}, {"public_key", "0x" + hex.EncodeToString(public)}}
	} else if isHex(file.Address, 40) { // content "ethereum"
		p.Facts = []Fact{{"evm_address", file.Address}}
	}
	return mark(p, nil), true
}
