package check

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMnemonicTakesTheStrongestRule(t *testing.T) {
	for i, v := range readVectors(t) {
		words := Words(v.Value)
		want := v.check()
		_, isPhrase := mnemonicWant[want]
		if !v.Valid || !isPhrase || unsupported[v.Value] != "" {
			continue
		}
		t.Run(fmt.Sprintf("%03d %s", i, v.Kind), func(t *testing.T) {
			kind, _, ok := Mnemonic(words)
			if !ok || kind != mnemonicWant[want] {
				t.Errorf("Mnemonic(%d words) = %q, %v, want %q", len(words), kind, ok, mnemonicWant[want])
			}
		})
	}
}

// mnemonicWant maps a check of the vectors to the kind that a bare run of words is.
var mnemonicWant = map[string]string{
	"bip39": "bip39", "bip39-japanese": "bip39", "bip39-korean": "bip39", "bip39-spanish": "bip39", "bip39-simplified-chinese": "bip39",
	"bip39-traditional-chinese": "bip39", "bip39-french": "bip39", "bip39-italian": "bip39", "bip39-czech": "bip39", "bip39-portuguese": "bip39",
	"lnd-aezeed": "lnd-aezeed", "ton-mnemonic-24": "ton-mnemonic-24", "algorand-25": "algorand-25", "monero-25": "monero-25",
	"monero-13": "monero-13", "slip39-share": "slip39-share", "electrum-v2": "electrum-v2", "electrum-v1": "electrum-v1", "substrate-mnemonic": "bip39",
}

func TestRunsOfAWordListAreNoPhrase(t *testing.T) {
	for _, l := range Wordlists() {
		words := l.table().words
		for _, count := range []int{12, 13, 15, 18, 20, 21, 24, 25, 33} {
			for at := 0; at+count <= len(words); at += 37 {
				run := words[at : at+count]
				kind, _, ok := Mnemonic(run)
				if ok && (kind == "bip39" || kind == "electrum-v1" || kind == "electrum-v2" || kind == "ton-mnemonic-24" || kind == "slip39-share") && sameList(l, kind) {
					t.Fatalf("%s words %d to %d are a %s", l.Name, at, at+count, kind)
				}
			}
		}
	}
}

func sameList(l *Wordlist, kind string) bool {
	return strings.HasPrefix(l.Name, "bip39/") == (kind != "electrum-v1" && kind != "slip39-share")
}

const vectorPhrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"

func TestPhraseIsReadHoweverItIsWritten(t *testing.T) {
	phrase := strings.Fields(vectorPhrase)
	check, _ := ByName("bip39")
	var numbered strings.Builder
	for i, w := range phrase {
		fmt.Fprintf(&numbered, "%d. %s\n", i+1, w)
	}
	for name, text := range map[string]string{
		"spaces":            vectorPhrase,
		"upper case":        strings.ToUpper(vectorPhrase),
		"JSON array":        `["` + strings.Join(phrase, `", "`) + `"]`,
		"commas":            strings.Join(phrase, ","),
		"hyphens":           strings.Join(phrase, "-"),
		"one a line":        strings.Join(phrase, "\r\n"),
		"numbered":          numbered.String(),
		"ideographic space": strings.Join(phrase, "\u3000"),
	} {
		if _, ok := check(text); !ok {
			t.Errorf("%s: rejected %q", name, text)
		}
	}
	chinese, _ := ByName("bip39-simplified-chinese")
	if _, ok := chinese("犯宝亭术圈斯度鸭允但荒兼"); !ok {
		t.Error("Chinese without spaces is rejected")
	}
}

func TestFamousKeysAreKnownInEveryForm(t *testing.T) {
	key, err := hex.DecodeString("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
	if err != nil {
		t.Fatal(err)
	}
	seed := bip39Seed(strings.Fields("test test test test test test test test test test test junk"), "mnemonic")
	master, _ := masterKey(seed)
	secret := master.key.Bytes()
	entropy := sha256.Sum256(nil)
	for check, value := range map[string]string{
		"evm-private-key":           hex.EncodeToString(key),
		"wif":                       bitcoin58.encodeCheck([]byte{0x80}, key, []byte{1}),
		"xprv":                      bitcoin58.encodeCheck([]byte{4, 0x88, 0xad, 0xe4, 0, 0, 0, 0, 0, 0, 0, 0, 0}, master.chain, []byte{0}, secret[:]),
		"nostr-nsec":                encodeBech32("nsec", key),
		"avalanche-privatekey":      "PrivateKey-ewoqjP7PxY4yr3iLTpLisriqt94hdyDFNgchSxGGztUrTXtNN",
		"bip39":                     "test test test test test test test test test test test junk",
		"bip39-spanish":             spanish(t, strings.Fields(vectorPhrase)),
		"substrate-suri":            "//Bob",
		"evm-private-key ":          "0x" + strings.Repeat("11", 32),
		"evm-private-key  ":         strings.Repeat("0", 60) + "002a",
		"stellar-seed":              base32Plain.EncodeToString(withCRC16(append([]byte{strkeySeed}, make([]byte, 32)...))),
		"aptos-aip80":               "ed25519-priv-0x" + strings.Repeat("0", 63) + "1",
		"substrate-seed-hex":        "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a",
		"bip39-traditional-chinese": chinese(t, make([]byte, 16)),
	} {
		f, ok := ByName(strings.TrimSpace(check))
		if !ok {
			t.Fatalf("no check %q", check)
		}
		if p, ok := f(value); !ok || p.Famous == "" {
			t.Errorf("%s: accepted %v, famous %q", check, ok, p.Famous)
		}
	}
	if name := patternName(entropy[:]); name != "" {
		t.Errorf("a hash is called %q", name)
	}
}

func withCRC16(raw []byte) []byte {
	sum := crc16(raw)
	return append(raw, byte(sum), byte(sum>>8))
}

// spanish writes an English phrase's entropy in Spanish.
func spanish(t *testing.T, english []string) string {
	t.Helper()
	indexes, ok := bip39Lists[0].indexes(english)
	if !ok {
		t.Fatal("not English")
	}
	entropy, ok := bip39Entropy(indexes)
	if !ok {
		t.Fatal("no phrase")
	}
	return written(bip39Lists[3], entropy)
}

func chinese(t *testing.T, entropy []byte) string {
	t.Helper()
	return written(bip39Lists[5], entropy)
}

func written(l *Wordlist, entropy []byte) string {
	var words []string
	for _, i := range bip39Indexes(entropy) {
		words = append(words, l.table().words[i])
	}
	return strings.Join(words, " ")
}

func TestPhraseShowsTheAccountsThatWalletsShow(t *testing.T) {
	p, _, ok := BIP39(strings.Fields(strings.Repeat("abandon ", 11) + "about"))
	want := []Fact{
		{"evm_address", "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"},
		{"btc_p2wpkh", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"},                    // BIP-84
		{"btc_p2pkh", "1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA"},                             // SLIP-132
		{"btc_p2sh_p2wpkh", "37VucYSaXLCAsxYyAPfbSi9eh4iEcbShgf"},                       // SLIP-132
		{"btc_p2tr", "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"},  // BIP-86
		{"cosmos_address", "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4"},             // cosmos-sdk
		{"nostr_npub", p.fact("nostr_npub")},                                            // NIP-06 has other phrases
		{"solana_address", "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"},              // Solana wallets
		{"stellar_account", "GB3JDWCQJCWMJ3IILWIGDTQJJC5567PGVEVXSCVPEQOTDN64VJBDQBYX"}, // SEP-5
		{"fingerprint", "73c5da0a"},
	}
	if diff := cmp.Diff(Proof{Facts: want, Famous: "Trezor test vector of BIP-39"}, p); !ok || diff != "" {
		t.Error(ok, diff)
	}
}

func TestExtendedKeysShowTheirFirstAddress(t *testing.T) {
	for kind, want := range map[string]Fact{
		"slip132-zprv":         {"btc_p2wpkh", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"},
		"slip132-yprv":         {"btc_p2sh_p2wpkh", "37VucYSaXLCAsxYyAPfbSi9eh4iEcbShgf"},
		"slip132-xprv-account": {"btc_p2pkh", "1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA"},
	} {
		for _, v := range readVectors(t) {
			if v.Kind != kind {
				continue
			}
			if p, ok := xprv(v.Value); !ok || p.fact(want.Name) != want.Value {
				t.Errorf("%s: %v %+v", kind, ok, p)
			}
		}
	}
}

// fact returns the value of the fact of a name.
func (p Proof) fact(name string) string {
	for _, f := range p.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func TestMoneroPhrasesOfEveryLanguage(t *testing.T) {
	entropy := sha256.Sum256([]byte("keysweep"))
	entropy[31] &= 0x0f
	want := moneroProof(reduceScalar(entropy[:]))
	for _, l := range moneroLists {
		words := l.table().words
		var phrase []int
		for i := 0; i < 32; i += 4 {
			x, n := int(binary.LittleEndian.Uint32(entropy[i:])), len(words)
			a := x % n
			b := (x/n + a) % n
			phrase = append(phrase, a, b, (x/n/n+b)%n)
		}
		var text, prefixes []string
		for _, i := range phrase {
			text, prefixes = append(text, words[i]), append(prefixes, runePrefix(words[i], l.prefix))
		}
		sum := crc32.ChecksumIEEE([]byte(strings.Join(prefixes, "")))
		good := append(text[:24:24], text[sum%24])
		kind, p, ok := Mnemonic(good)
		if diff := cmp.Diff(want, p); !ok || kind != "monero-25" || diff != "" {
			t.Errorf("%s: %q %v %s", l.Name, kind, ok, diff)
		}
		if _, _, ok := Mnemonic(append(text[:24:24], text[(sum+1)%24])); ok {
			t.Errorf("%s: a wrong checksum word is accepted", l.Name)
		}
	}
}

func TestSeedQRIsTheSamePhrase(t *testing.T) {
	indexes, _ := bip39Lists[0].indexes(strings.Fields(vectorPhrase))
	digits := ""
	for _, i := range indexes {
		digits += fmt.Sprintf("%04d", i)
	}
	got, ok := seedQR(digits)
	want, _, _ := BIP39(strings.Fields(vectorPhrase))
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Error(ok, diff)
	}
}

func TestCardanoKeysFollowCIP3AndCIP1852(t *testing.T) {
	for _, v := range readVectors(t) {
		if v.Kind != "bip39-english-cardano-icarus" {
			continue
		}
		indexes, _ := bip39Lists[0].indexes(Words(v.Value))
		entropy, _ := bip39Entropy(indexes)
		if got := hex.EncodeToString(icarusRoot(entropy)); got != v.Derived["icarus_master"] {
			t.Errorf("root %s, want %v", got, v.Derived["icarus_master"])
		}
	}
	// CIP-105 derives its delegate key from this phrase.
	indexes, _ := bip39Lists[0].indexes(strings.Fields("test walk nut penalty hip pave soap entry language right filter choice"))
	entropy, _ := bip39Entropy(indexes)
	key := cardanoChild(icarusRoot(entropy), 1852|hard, 1815|hard, hard, 3, 0)
	if got := hex.EncodeToString(reducedPublic(key[:32])); got != "f74d7ac30513ac1825715fd0196769761fca6e7f69de33d04ef09a0c417a752b" {
		t.Errorf("delegate key %s", got)
	}
}

func TestMemberAgreesWithEveryList(t *testing.T) {
	for i, l := range Wordlists() {
		for at, word := range l.table().words {
			normal := []byte(NormalizeWord(word))
			if len(normal) > maxWord || Member(normal)&(1<<i) == 0 || l.Index(normal) != at {
				t.Fatalf("%s: word %d %q", l.Name, at, word)
			}
		}
	}
	if Member([]byte("keysweep")) != 0 || Member(nil) != 0 {
		t.Error("a word of no list is a member")
	}
}

func TestListsAreThePublishedOnes(t *testing.T) {
	// The first eight bytes of SHA-256 over the files of bitcoin/bips bip-0039.
	want := map[string]string{
		"english": "2f5eed53a4727b4b", "japanese": "2eed0aef492291e0", "korean": "9e95f86c167de88f", "spanish": "46846a5a0139d1e3",
		"chinese_simplified": "5c5942792bd8340c", "chinese_traditional": "417b26b3d8500a4a", "french": "ebc3959ab7801a1d",
		"italian": "d392c49fdb700a24", "czech": "7e80e161c3e93d95", "portuguese": "2685e9c194c82ae6",
	}
	got := map[string]string{}
	for name := range want {
		text, err := wordlistFiles.ReadFile("wordlists/bip39_" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		got[name] = hex.EncodeToString(sum[:8])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, l := range Wordlists() {
		size := map[string]int{"bip39": 2048, "slip39": 1024}[strings.TrimSuffix(strings.Split(l.Name, "/")[0], "-cut")]
		if size == 0 {
			size = 1626
		}
		if l.Len() != size {
			t.Errorf("%s has %d words, want %d", l.Name, l.Len(), size)
		}
	}
}

func TestUncut(t *testing.T) {
	for _, l := range cutLists {
		whole, cut := l.whole.table().words, l.table().words
		if got, ok := Uncut(cut); !ok || !slices.Equal(got, whole) {
			t.Errorf("%s does not come back: %.200v", l.Name, got)
		}
		if got, ok := Uncut(whole); ok {
			t.Errorf("%s is cut already: %.200v", l.whole.Name, got)
		}
	}
	if got, ok := Uncut([]string{"aban", "keys"}); ok {
		t.Errorf("foreign words are %v", got)
	}
}

func BenchmarkMember(b *testing.B) {
	Member([]byte("legal"))
	for b.Loop() {
		Member([]byte("legal"))
		Member([]byte("window"))
		Member([]byte("strings"))
	}
}

func BenchmarkMemberTable(b *testing.B) {
	for b.Loop() {
		newMembers()
	}
}

func BenchmarkBIP39Proof(b *testing.B) {
	words := strings.Fields("caution juice atom organ advance problem want pledge someone senior holiday very")
	for b.Loop() {
		BIP39(words)
	}
}

func TestWordsInASCII(t *testing.T) {
	for _, list := range Wordlists() {
		var want []string
		for word := range list.Words() {
			if ascii(word) {
				want = append(want, word)
			}
		}
		if got := slices.Collect(list.ASCII()); !slices.Equal(got, want) {
			t.Errorf("%s: %d words, want %d", list.Name, len(got), len(want))
		}
	}
}
