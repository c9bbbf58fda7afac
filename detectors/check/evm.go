package check

import (
	"encoding/hex"
	"strings"
)

// evmPrivateKey accepts 64 hexadecimal digits, with 0x or without, that are a secp256k1 scalar. Any hash passes too, so
// the proof is weak: a name or a matching address must agree.
func evmPrivateKey(value string) (Proof, bool) {
	raw, ok := hex32(value)
	if !ok {
		return Proof{}, false
	}
	key, ok := secpScalar(raw)
	if !ok || padded(raw) || isText(raw) || famousHashes[hex.EncodeToString(raw)] {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	p := Proof{Network: "evm", Weak: true, Facts: []Fact{{"evm_address", evmAddress(pub)}, secpFact(pub)}}
	return markSecp(p, pub, &key), true
}

// padded says that a word holds something shorter: an address behind zeros, a string before them. Small integers are left to
// be called by their name.
func padded(raw []byte) bool {
	return zero(raw[24:]) || zero(raw[:12]) && !smallInteger(raw)
}

func hex32(value string) ([]byte, bool) {
	value = trim0x(value)
	if len(value) != 64 {
		return nil, false
	}
	raw, err := hex.DecodeString(value)
	return raw, err == nil
}

func trim0x(value string) string {
	if strings.HasPrefix(value, "0x") || strings.HasPrefix(value, "0X") {
		return value[2:]
	}
	return value
}

// famousHashes are published constants in the range of a private key that nobody uses as one.
var famousHashes = map[string]bool{
	"c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470": true, // keccak256 of nothing
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": true, // SHA-256 of nothing
	"ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef": true, // ERC-20 Transfer
	"8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925": true, // ERC-20 Approval
	"360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc": true, // ERC-1967 implementation
	"b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103": true, // ERC-1967 admin
	"a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50": true, // ERC-1967 beacon
	"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798": true, // secp256k1 generator
	"483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8": true, // its y coordinate
	"56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421": true, // empty trie
	"1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347": true, // empty uncle list
	"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f": true, // Bitcoin genesis block
	"d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3": true, // Ethereum genesis block
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d": true, // SHA-256 of one zero byte
	"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": true, // SHA-256 of "test"
}
