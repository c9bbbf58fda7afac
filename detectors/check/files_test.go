package check

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSealedFilesShowWhatIsInTheClear(t *testing.T) {
	public := edPublic([]byte("keysweep test seed of 32 bytes.."))
	account := ss58(public)
	polkadot := func(kind string) string {
		return `{"encoded":"` + base64.StdEncoding.EncodeToString(make([]byte, 117)) + `","encoding":{"content":["pkcs8","sr25519"],"type":[` + kind +
			`],"version":"3"},"address":"` + account + `","meta":{}}`
	}
	substrate := []Fact{{"substrate_address", account}, {"public_key", "0x" + hex.EncodeToString(public)}}
	eth2 := `{"crypto":{"kdf":{"function":"pbkdf2","params":{"dklen":32,"c":262144,"prf":"hmac-sha256","salt":"d4e56740f876aef8c010b86a40d5f567"},"message":""},` +
		`"checksum":{"function":"sha256","params":{},"message":"8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1"},` +
		`"cipher":{"function":"aes-128-ctr","params":{"iv":"264daa3f303d7259501c93d997d84fe6"},"message":"cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad"}},` +
		`"pubkey":"9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07","path":"m/12381/60/0/0","version":4}`
	v3 := `{"address":"f39fd6e51aad88f6f4ce6ab8827279cfffb92266","id":"x","version":3,"Crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},` +
		`"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"scrypt","kdfparams":{"n":2,"r":8,"p":1,"dklen":32,"salt":"00"},` +
		`"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"}}`
	for _, c := range []struct {
		name, check, value string
		want               Proof
	}{
		{"polkadot-js locked", "substrate-keystore-json", polkadot(`"scrypt","xsalsa20-poly1305"`), Proof{Network: "substrate", Encrypted: true, Facts: substrate}},
		{"polkadot-js open", "substrate-keystore-json", polkadot(`"none"`), Proof{Network: "substrate", Facts: substrate}},
		{"validator", "eth2-keystore-eip2335", eth2, Proof{Network: "ethereum-validator", Encrypted: true, Facts: []Fact{
			{"validator_public_key", "0x9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07"}, {"path", "m/12381/60/0/0"}}}},
		{"keystore of a test account", "evm-keystore-v3", v3, Proof{Network: "evm", Encrypted: true, Famous: "Hardhat and Anvil test account 0", Facts: []Fact{
			{"evm_address", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}, {"kdf", "scrypt, 2 rounds"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, _ := ByName(c.check)
			p, ok := f(c.value)
			if diff := cmp.Diff(c.want, p); !ok || diff != "" {
				t.Error(ok, diff)
			}
			if _, ok := f(strings.Replace(c.value, `"version":`, `"was":`, 1)); ok && c.check != "substrate-keystore-json" {
				t.Error("a file without version is accepted")
			}
		})
	}
}

func TestWalletDatTellsLockedFromOpen(t *testing.T) {
	bdb := strings.Repeat("\x00", 12) + "\x62\x31\x05\x00" + strings.Repeat("\x00", 64)
	sqlite := "SQLite format 3\x00" + strings.Repeat("\x00", 64)
	one, _ := secpScalar(append(make([]byte, 31), 9))
	pub := secpPublic(&one).SerializeCompressed()
	for name, c := range map[string]struct {
		bytes string
		want  verdict
	}{
		"open":                {bdb + "\x03key\x21" + string(pub), verdict{OK: true}},
		"open old":            {bdb + "\x04wkey\x41" + string(secpPublic(&one).SerializeUncompressed()), verdict{OK: true}},
		"locked":              {bdb + "\x04mkey\x01\x00\x00\x00\x04ckey\x21" + string(pub), verdict{OK: true, Encrypted: true}},
		"descriptors open":    {sqlite + "\x13walletdescriptorkey", verdict{OK: true}},
		"descriptors locked":  {sqlite + "\x14walletdescriptorckey\x04mkey", verdict{OK: true, Encrypted: true}},
		"watch only":          {sqlite + "\x10walletdescriptor", verdict{}},
		"another database":    {sqlite + "CREATE TABLE key", verdict{}},
		"no database":         {"\x03key\x21" + string(pub), verdict{}},
		"key without a point": {bdb + "\x03key\x21" + strings.Repeat("\x07", 40), verdict{}},
	} {
		if diff := cmp.Diff(c.want, judge(t, "bitcoin-wallet-dat", c.bytes)); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestOtherSpellingsOfTheVectors(t *testing.T) {
	values := map[string]string{}
	for _, v := range readVectors(t) {
		if v.Valid {
			values[v.Kind] = v.Value
		}
	}
	toBase64 := func(text string) string {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(raw)
	}
	lotus, err := hex.DecodeString(values["filecoin-lotus-export"])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ check, value, like, original string }{
		{"lnd-macaroon-base64", toBase64(values["lnd-macaroon-hex"]), "lnd-macaroon-hex", values["lnd-macaroon-hex"]},
		{"lnd-macaroon-hex", strings.ToUpper(values["lnd-macaroon-hex"]), "lnd-macaroon-hex", values["lnd-macaroon-hex"]},
		{"libp2p-privkey-base64", toBase64(values["libp2p-privkey-hex"]), "libp2p-privkey-hex", values["libp2p-privkey-hex"]},
		{"filecoin-lotus-export", string(lotus), "filecoin-lotus-export", values["filecoin-lotus-export"]},
		{"codex32", strings.ToUpper(values["codex32"]), "codex32", values["codex32"]},
	} {
		f, _ := ByName(c.check)
		g, _ := ByName(c.like)
		got, ok := f(c.value)
		want, _ := g(c.original)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Error(c.check, ok, diff)
		}
	}
	macaroon, _ := macaroonHex(values["lnd-macaroon-hex"])
	want := []Fact{{"location", "lnd"}, {"permissions", "info:read"}, {"caveat", "ipaddr 192.168.192.168"}}
	if diff := cmp.Diff(want, macaroon.Facts); diff != "" {
		t.Error(diff)
	}
}

func TestSproutKeysOfBothNetworks(t *testing.T) {
	seed := []byte("\x05eysweep test seed of 32 bytes..")
	for value, want := range map[string]Proof{
		bitcoin58.encodeCheck([]byte{0xab, 0x36}, seed): {Network: "zcash"},
		bitcoin58.encodeCheck([]byte{0xac, 0x08}, seed): {Network: "zcash-testnet", Test: true},
	} {
		p, ok := zcashSprout(value)
		if diff := cmp.Diff(want, p); !ok || diff != "" {
			t.Errorf("%s: %v %s", value[:2], ok, diff)
		}
	}
}

func TestCodex32OfALongSeed(t *testing.T) {
	const value = "MS100C8VSM32ZXFGUHPCHTLUPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZYGSFJD6AN074RXVCEMLH8WU3TK925ACDEFGHJKLMNPQRSTUVWXY06FHPV80UNDVARHRAK" // BIP-93 vector 5
	p, ok := codex32(value)
	master, _ := hex.DecodeString("dc5423251cb87175ff8110c8531d0952d8d73e1194e95b5f19d6f9df7c01111104c9baecdfea8cccc677fb9ddc8aec5553b86e528bcadfdcc201c17c638c47e9")
	key, _ := masterKey(master)
	if want := hex.EncodeToString(key.fingerprint()); !ok || p.fact("fingerprint") != want {
		t.Errorf("%v %+v, want fingerprint %s", ok, p, want)
	}
	if _, ok := codex32(strings.Replace(value, "HRAK", "HRAL", 1)); ok {
		t.Error("a wrong checksum is accepted")
	}
}

func TestByteArraysOfOtherLanguages(t *testing.T) {
	var original string
	for _, v := range readVectors(t) {
		if v.Kind == "solana-keypair-json" && v.Valid {
			original = v.Value
		}
	}
	numbers := strings.Split(strings.Trim(original, "[]"), ",")
	hexadecimal := make([]string, len(numbers))
	for i, n := range numbers {
		v, err := strconv.Atoi(n)
		if err != nil {
			t.Fatal(err)
		}
		hexadecimal[i] = fmt.Sprintf("0x%02x", v)
	}
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"as it is":         {original, true},
		"lines":            {"[\n  " + strings.Join(numbers, ",\n  ") + ",\n]", true},
		"hexadecimal":      {"[" + strings.Join(hexadecimal, ", ") + "]", true},
		"Rust":             {"[" + numbers[0] + "u8, " + strings.Join(numbers[1:], ", ") + "]", true},
		"a number too few": {"[" + strings.Join(numbers[:63], ",") + "]", false},
		"one too many":     {"[" + strings.Join(append(numbers[:64:64], "1"), ",") + "]", false},
		"negative":         {"[-" + strings.Join(numbers, ",") + "]", false},
		"above 255":        {"[256," + strings.Join(numbers[1:], ",") + "]", false},
		"two commas":       {"[" + numbers[0] + ",," + strings.Join(numbers[1:], ",") + "]", false},
	} {
		if got := judge(t, "solana-keypair-json", c.text).OK; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSecretURIsNeedASecret(t *testing.T) {
	seed := "0x8f8943bf956de595665c38ffff23827e17c10cdc1c27a028caae6c9810626198"
	phrase := "caution juice atom organ advance problem want pledge someone senior holiday very"
	for text, want := range map[string]bool{
		"//Alice": true, "//Ferdie//stash": true, "//Mallory": false, "/usr/local/bin": false, "//example.com": false, "///password": false, "//": false,
		seed + "//0": true, seed + "//polkadot/0": true, seed: false, seed[:65] + "//0": false,
		phrase + "//hard": true, phrase + "///password": true, phrase + "//hard//": false, "caution juice//hard": false,
	} {
		if got := judge(t, "substrate-suri", text).OK; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	plain, _ := substrateSeed(seed)
	if p, _ := substrateURI(seed + "//0"); p.fact("root_address") != plain.fact("substrate_address") || p.fact("substrate_address") == plain.fact("substrate_address") {
		t.Errorf("%+v", p)
	}
}

func TestPaddedWordsAreNoEVMKeys(t *testing.T) {
	for name, c := range map[string]struct {
		value string
		want  bool
	}{
		"address behind zeros":  {"000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266", false},
		"string before zeros":   {"0x676c6f62616c2d736574746c656d656e742d6c61796572000000000000000000", false},
		"transfer topic":        {"ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", false},
		"small integer":         {"0x" + strings.Repeat("0", 63) + "7", true},
		"key with a zero byte":  {"0x00" + strings.Repeat("8f8943bf956de5956", 4)[:62], true},
		"zero behind the digit": {"0x" + strings.Repeat("8f8943bf956de5956", 4)[:62] + "00", true},
	} {
		if got := judge(t, "evm-private-key", c.value).OK; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWebKeysMustBePairs(t *testing.T) {
	rsaKey := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	ecKey := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	edPublicKey, edKey, _ := ed25519.GenerateKey(rand.Reader)
	encode := base64.RawURLEncoding.EncodeToString
	point := must[[]byte](t)(ecKey.PublicKey.Bytes())
	secret := must[[]byte](t)(ecKey.Bytes())
	rsaText := func(d []byte) string {
		return fmt.Sprintf(`{"kty":"RSA","n":"%s","e":"AQAB","d":"%s","p":"%s","q":"%s"}`,
			encode(rsaKey.N.Bytes()), encode(d), encode(rsaKey.Primes[0].Bytes()), encode(rsaKey.Primes[1].Bytes()))
	}
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"RSA":             {rsaText(rsaKey.D.Bytes()), true},
		"RSA wrong d":     {rsaText(append(rsaKey.D.Bytes(), 1)), false},
		"P-256":           {fmt.Sprintf(`{"kty":"EC","crv":"P-256","d":"%s","x":"%s","y":"%s"}`, encode(secret), encode(point[1:33]), encode(point[33:])), true},
		"P-256 wrong x":   {fmt.Sprintf(`{"kty":"EC","crv":"P-256","d":"%s","x":"%s","y":"%s"}`, encode(secret), encode(point[33:]), encode(point[33:])), false},
		"P-256 public":    {fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":"%s","y":"%s"}`, encode(point[1:33]), encode(point[33:])), false},
		"Ed25519":         {fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","d":"%s","x":"%s"}`, encode(edKey.Seed()), encode(edPublicKey)), true},
		"Ed25519 wrong d": {fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","d":"%s","x":"%s"}`, encode(edPublicKey), encode(edPublicKey)), false},
	} {
		if got := judge(t, "jwk-private", c.text).OK; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestBareHexadecimalKeysAreWeak(t *testing.T) {
	digits := "8f8943bf956de595665c38ffff23827e17c10cdc1c27a028caae6c9810626198"
	for check, fact := range map[string]string{
		"evm-private-key": "evm_address", "cosmos-hex": "cosmos_address", "aptos-hex": "aptos_account", "nostr-hex": "nostr_npub",
	} {
		f, _ := ByName(check)
		for _, value := range []string{digits, "0x" + digits, strings.ToUpper(digits)} {
			if p, ok := f(value); !ok || !p.Weak || p.Facts[0].Name != fact {
				t.Errorf("%s(%q): %v %+v", check, value, ok, p)
			}
		}
		for _, value := range []string{"", digits[:63], digits + "0", "0x", strings.Repeat("0", 64), digits[:63] + "g"} {
			if _, ok := f(value); ok {
				t.Errorf("%s accepts %q", check, value)
			}
		}
	}
}
