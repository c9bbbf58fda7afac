package accuracy

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// keyFiles are the shapes of whole files that wallets write.
func keyFiles() map[string]maker {
	return map[string]maker{
		"keystore-v3":    keystoreV3,
		"keystore-2335":  keystore2335,
		"substrate-json": substrateJSON,
		"cardano-skey":   cardanoSkey,
		"jwk":            jwk,
		"cosmos-armor":   cosmosArmor,
		"sui-keystore":   func(r random) string { return suiKeystore(r, 1+r.IntN(3)) },
	}
}

func keystoreV3(r random) string {
	kdf := fmt.Sprintf(`"kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"p":1,"r":8,"salt":"%s"}`, r.hex(64))
	if r.chance(30) {
		kdf = fmt.Sprintf(`"kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"%s"}`, r.hex(64))
	}
	crypto := fmt.Sprintf(`{"cipher":"aes-128-ctr","ciphertext":"%s","cipherparams":{"iv":"%s"},%s,"mac":"%s"}`, r.hex(64), r.hex(32), kdf, r.hex(64))
	return fmt.Sprintf(`{"address":"%s","%s":%s,"id":"%s","version":3}`, r.hex(40), pick(r, []string{"crypto", "crypto", "Crypto"}), crypto, r.uuid())
}

func keystore2335(r random) string {
	return fmt.Sprintf(`{"crypto": {"kdf": {"function": "scrypt", "params": {"dklen": 32, "n": 262144, "r": 8, "p": 1, "salt": "%s"}, "message": ""}, `+
		`"checksum": {"function": "sha256", "params": {}, "message": "%s"}, "cipher": {"function": "aes-128-ctr", "params": {"iv": "%s"}, "message": "%s"}}, `+
		`"description": "", "pubkey": "%s", "path": "m/12381/3600/%d/0/0", "uuid": "%s", "version": 4}`,
		r.hex(64), r.hex(64), r.hex(32), r.hex(64), r.hex(96), r.IntN(20), r.uuid())
}

func substrateJSON(r random) string {
	return fmt.Sprintf(`{"encoded":"%s","encoding":{"content":["pkcs8","sr25519"],"type":["scrypt","xsalsa20-poly1305"],"version":"3"},`+
		`"address":"5%s","meta":{"genesisHash":"0x%s","name":"%s","whenCreated":17%s}}`,
		r.base64(200), r.of(base58Alphabet, 47), r.hex(64), pick(r, passWords), r.of(digits, 11))
}

func cardanoSkey(r random) string {
	kind := pick(r, []string{"PaymentSigningKeyShelley_ed25519", "StakeSigningKeyShelley_ed25519", "StakePoolSigningKey_ed25519"})
	return fmt.Sprintf("{\n    \"type\": %q,\n    \"description\": \"\",\n    \"cborHex\": \"5820%s\"\n}", kind, r.hex(64))
}

func jwk(r random) string {
	enc := base64.RawURLEncoding.EncodeToString
	if r.chance(50) {
		key := ed25519.NewKeyFromSeed(r.bytes(32))
		return fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","d":"%s","x":"%s","kid":"%s"}`, enc(key[:32]), enc(key[32:]), r.hex(8))
	}
	k := secp(r)
	pub := k.PubKey().SerializeUncompressed()
	return fmt.Sprintf(`{"kty":"EC","crv":"secp256k1","d":"%s","x":"%s","y":"%s"}`, enc(k.Serialize()), enc(pub[1:33]), enc(pub[33:]))
}

func cosmosArmor(r random) string {
	data := r.bytes(110)
	crc := crc24(data)
	sum := base64.StdEncoding.EncodeToString([]byte{byte(crc >> 16), byte(crc >> 8), byte(crc)})
	return fmt.Sprintf("-----BEGIN TENDERMINT PRIVATE KEY-----\nkdf: bcrypt\nsalt: %s\ntype: secp256k1\n\n%s\n=%s\n-----END TENDERMINT PRIVATE KEY-----",
		strings.ToUpper(hex.EncodeToString(r.bytes(16))), wrap(base64.StdEncoding.EncodeToString(data), 64), sum)
}

func suiKeystore(r random, n int) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = `"` + base64.StdEncoding.EncodeToString(join([]byte{0}, r.bytes(32))) + `"`
	}
	return "[\n  " + strings.Join(keys, ",\n  ") + "\n]"
}
