package unpack

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors/check"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

func randomBytes(n int) []byte {
	out := make([]byte, n)
	_, _ = rand.Read(out)
	return out
}

// berkeley is a file that begins as Berkeley DB's b-trees do, with records as its pages hold them.
func berkeley(records ...string) string {
	return strings.Repeat("\x00", 12) + string(berkeleyDB) + strings.Repeat("\x00", 4080) + strings.Join(records, "\x00\x7f\x01")
}

func plainRecord(key []byte, compressed bool) string {
	public := randomBytes(33)
	if !compressed {
		return "\x04wkey\x21" + string(public) + string(plainLong) + string(key) + "\xa0\x81\xa5\x30"
	}
	return "\x03key\x21" + string(public) + string(plainShort) + string(key) + "\xa0\x81\x85\x30"
}

func masterRecord(crypted, salt []byte, rounds uint32) string {
	value := "\x30" + string(crypted) + "\x08" + string(salt) + "\x00\x00\x00\x00"
	return string(binary.LittleEndian.AppendUint32([]byte(value), rounds)) + "\x00\x04mkey\x01\x00\x00\x00"
}

func TestWallet(t *testing.T) {
	one, two, crypted, salt := randomBytes(32), randomBytes(32), randomBytes(48), randomBytes(8)
	wif := func(key []byte, compressed, test bool) string {
		text, ok := check.WriteWIF(key, compressed, test)
		if !ok {
			t.Fatal("no key")
		}
		return "key " + text + "\n"
	}
	hash := fmt.Sprintf("mkey $bitcoin$64$%s$16$%s$135864$2$00$2$00\n", hex.EncodeToString(crypted[16:]), hex.EncodeToString(salt))
	sqlite := []byte("SQLite format 3\x00" + strings.Repeat("\x00", 84) + "\x13walletdescriptorkey" + plainRecord(one, true))
	copy(sqlite[68:], "\xfa\xbf\xb5\xda")
	for name, c := range map[string]struct{ data, want string }{
		"plain":                {berkeley(plainRecord(one, true), plainRecord(two, false), plainRecord(one, true)), wif(one, true, false) + wif(two, false, false)},
		"encrypted":            {berkeley(masterRecord(crypted, salt, 135864)), hash},
		"master key cut off":   {berkeley(masterRecord(crypted, salt, 135864)[:40], "\x04mkey"), ""},
		"too few rounds":       {berkeley(masterRecord(crypted, salt, 5)), ""},
		"another database":     {berkeley("\x03key\x21" + string(randomBytes(400))), ""},
		"no scalar":            {berkeley(plainRecord(make([]byte, 32), true)), ""},
		"descriptors, regtest": {string(sqlite), wif(one, true, true)},
	} {
		got := ""
		if err := readWallet([]byte(c.data), func(_ string, text []byte) error { got += string(text); return nil }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func FuzzWallet(f *testing.F) {
	f.Add([]byte(berkeley(plainRecord(randomBytes(32), true), masterRecord(randomBytes(48), randomBytes(8), 25000))))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := readWallet(data, func(string, []byte) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}

func TestDocumentsAreSpots(t *testing.T) {
	for name, data := range map[string]string{
		"wallet": berkeley(), "SQLite": "SQLite format 3\x00" + strings.Repeat("\x00", 84), "PDF": "%PDF-1.4\n", "RTF": `{\rtf1 text}`, "class": classFile("a", "b"),
	} {
		if got := (Spotter{noSpots{}}).Spots(nil, []byte(data), 0, len(data)); len(got) != 1 || got[0].Start != 0 {
			t.Errorf("%s: %v", name, got)
		}
		if got := (Spotter{noSpots{}}).Spots(nil, []byte(data), documentEnd, len(data)); len(got) != 0 {
			t.Errorf("%s, changed behind its head: %v", name, got)
		}
	}
}

// noSpots is a detector that finds nothing.
type noSpots struct{}

func (noSpots) Reach() int { return 0 }

func (noSpots) Spots(dst []gitpack.Span, _ []byte, _, _ int) []gitpack.Span { return dst }
