package check

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha3"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"golang.org/x/crypto/blake2b"
)

// suiKey checks SIP-15 text: bech32 of a scheme flag and 32 bytes.
func suiKey(value string) (Proof, bool) {
	if len(value) != 70 || !strings.HasPrefix(value, "suiprivkey1") {
		return Proof{}, false
	}
	_, raw, ok := decodeBech32(value, bech32Const)
	if !ok {
		return Proof{}, false
	}
	return suiProof(raw)
}

// suiKeystore checks one entry of sui.keystore: base64 of a scheme flag and 32 bytes. Only the flag tells it from other
// base64, so a name or place must agree.
func suiKeystore(value string) (Proof, bool) {
	if len(value) != 44 || value[0] != 'A' {
		return Proof{}, false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil {
		return Proof{}, false
	}
	p, ok := suiProof(raw)
	p.Weak = true
	return p, ok
}

func suiProof(raw []byte) (Proof, bool) {
	if len(raw) != 33 {
		return Proof{}, false
	}
	var public []byte
	switch raw[0] {
	case 0:
		public = edPublic(raw[1:])
	case 1:
		key, ok := secpScalar(raw[1:])
		if !ok {
			return Proof{}, false
		}
		public = secpPublic(&key).SerializeCompressed()
	case 2:
		public = p256Public(raw[1:])
	}
	if public == nil {
		return Proof{}, false
	}
	sum := blake2b.Sum256(append([]byte{raw[0]}, public...))
	return mark(Proof{Network: "sui", Facts: []Fact{{"sui_address", "0x" + hex.EncodeToString(sum[:])}}}, raw[1:]), true
}

// aptosKey checks AIP-80 text. There is no checksum, but public keys have another prefix.
func aptosKey(value string) (Proof, bool) {
	if text, ok := cutPrefix(value, "ed25519-priv-0x", 64, 64); ok {
		seed, ok := hex32(text)
		if !ok {
			return Proof{}, false
		}
		return aptosProof(seed), true
	}
	text, ok := cutPrefix(value, "secp256k1-priv-0x", 64, 64)
	if !ok {
		return Proof{}, false
	}
	raw, _ := hex32(text)
	key, ok := secpScalar(raw)
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	return markSecp(Proof{Network: "aptos", Facts: []Fact{{"public_key", "0x" + hex.EncodeToString(pub.SerializeUncompressed())}}}, pub, &key), true
}

// aptosHex accepts 64 hexadecimal digits: a name must agree.
func aptosHex(value string) (Proof, bool) {
	seed, ok := hex32(value)
	if !ok || zero(seed) {
		return Proof{}, false
	}
	p := aptosProof(seed)
	p.Weak = true
	return p, true
}

func aptosProof(seed []byte) Proof {
	public := edPublic(seed)
	account := sha3.Sum256(append(public[:32:32], 0))
	return mark(Proof{Network: "aptos", Facts: []Fact{
		{"aptos_account", "0x" + hex.EncodeToString(account[:])}, {"public_key", "0x" + hex.EncodeToString(public)}}}, seed)
}

// cosmosHex accepts the 64 hexadecimal digits of an unarmored export: a name must agree.
func cosmosHex(value string) (Proof, bool) {
	raw, ok := hex32(value)
	if !ok {
		return Proof{}, false
	}
	key, ok := secpScalar(raw)
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	return markSecp(Proof{Network: "cosmos", Weak: true, Facts: []Fact{{"cosmos_address", cosmosAddress("cosmos", pub)}, secpFact(pub)}}, pub, &key), true
}

// eosKey checks PVT_K1_ and PVT_R1_: base58 of a key and four bytes of RIPEMD-160 over it and its type.
func eosKey(value string) (Proof, bool) {
	if len(value) < 56 || len(value) > 60 || value[:4] != "PVT_" || value[6] != '_' {
		return Proof{}, false
	}
	kind, raw := value[4:6], bitcoin58.decode(value[7:])
	if len(raw) != 36 || !bytes.Equal(ripemd(raw[:32], []byte(kind))[:4], raw[32:]) {
		return Proof{}, false
	}
	if kind == "R1" {
		public := p256Public(raw[:32])
		return mark(Proof{Network: "eos", Facts: []Fact{{"eos_public_key", eosTyped("R1", public)}}}, raw[:32]), public != nil
	}
	key, ok := secpScalar(raw[:32])
	if !ok || kind != "K1" {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	facts := []Fact{{"eos_public_key", eosPublic(pub)}, {"eos_typed_public_key", eosTyped("K1", pub.SerializeCompressed())}}
	return markSecp(Proof{Network: "eos", Facts: facts}, pub, &key), true
}

func eosTyped(kind string, public []byte) string {
	return "PUB_" + kind + "_" + bitcoin58.encode(append(public[:len(public):len(public)], ripemd(public, []byte(kind))[:4]...))
}

// avalancheKey checks PrivateKey- and cb58: base58 with four bytes of a single SHA-256 behind.
func avalancheKey(value string) (Proof, bool) {
	text, ok := cutPrefix(value, "PrivateKey-", 44, 52)
	if !ok {
		return Proof{}, false
	}
	raw := bitcoin58.decode(text)
	if len(raw) != 36 {
		return Proof{}, false
	}
	if sum := sha256.Sum256(raw[:32]); !bytes.Equal(sum[28:], raw[32:]) {
		return Proof{}, false
	}
	key, ok := secpScalar(raw[:32])
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	facts := []Fact{{"evm_address", evmAddress(pub)}, {"avalanche_address", cosmosAddress("avax", pub)}}
	return markSecp(Proof{Network: "avalanche", Facts: facts}, pub, &key), true
}

// filecoinKey checks what lotus exports, hexadecimal of a small JSON object, and the object itself.
func filecoinKey(value string) (Proof, bool) {
	if strings.HasPrefix(value, "7b22") && len(value) <= 400 {
		raw, err := hex.DecodeString(value)
		if err != nil {
			return Proof{}, false
		}
		value = string(raw)
	}
	if len(value) < 60 || len(value) > 400 || value[0] != '{' || !strings.Contains(value, "PrivateKey") {
		return Proof{}, false
	}
	var file struct {
		Type       string
		PrivateKey []byte
	}
	if json.Unmarshal([]byte(value), &file) != nil || len(file.PrivateKey) != 32 {
		return Proof{}, false
	}
	if file.Type == "bls" {
		return mark(Proof{Network: "filecoin"}, file.PrivateKey), !zero(file.PrivateKey)
	}
	key, ok := secpScalar(file.PrivateKey)
	if !ok {
		return Proof{}, false
	}
	pub := secpPublic(&key)
	switch full := pub.SerializeUncompressed(); file.Type {
	case "secp256k1":
		h, _ := blake2b.New(20, nil) // fails only for a key or another size
		h.Write(full)
		return markSecp(Proof{Network: "filecoin", Facts: []Fact{{"filecoin_address", filecoinAddress("f1", []byte{1}, h.Sum(nil))}}}, pub, &key), true
	case "delegated":
		facts := []Fact{{"filecoin_address", filecoinAddress("f410f", []byte{4, 10}, keccak256(full[1:])[12:])}, {"evm_address", evmAddress(pub)}}
		return markSecp(Proof{Network: "filecoin", Facts: facts}, pub, &key), true
	}
	return Proof{}, false
}

func filecoinAddress(prefix string, protocol, payload []byte) string {
	h, _ := blake2b.New(4, nil) // fails only for a key or another size
	h.Write(protocol)
	h.Write(payload)
	return prefix + strings.ToLower(base32Plain.EncodeToString(append(payload[:len(payload):len(payload)], h.Sum(nil)...)))
}

// zcashSapling checks an extended spending key; shielded addresses show nothing to look up, so none is derived.
func zcashSapling(value string) (Proof, bool) {
	if len(value) < 302 || len(value) > 306 || !strings.HasPrefix(value, "secret-extended-key-") {
		return Proof{}, false
	}
	hrp, raw, ok := decodeBech32(value, bech32Const)
	if !ok || len(raw) != 169 {
		return Proof{}, false
	}
	switch strings.TrimPrefix(hrp, "secret-extended-key-") {
	case "main":
		return Proof{Network: "zcash"}, true
	case "test", "regtest":
		return Proof{Network: "zcash-testnet", Test: true}, true
	}
	return Proof{}, false
}

// zcashSprout checks a spending key of the old shielded pool.
func zcashSprout(value string) (Proof, bool) {
	if len(value) != 52 || value[0] != 'S' {
		return Proof{}, false
	}
	body := bitcoin58.decodeCheck(value)
	if len(body) != 34 || body[2]>>4 != 0 {
		return Proof{}, false
	}
	switch {
	case body[0] == 0xab && body[1] == 0x36:
		return mark(Proof{Network: "zcash"}, body[2:]), true
	case body[0] == 0xac && body[1] == 0x08:
		return mark(Proof{Network: "zcash-testnet", Test: true}, body[2:]), true
	}
	return Proof{}, false
}
