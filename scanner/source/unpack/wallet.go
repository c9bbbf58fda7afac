package unpack

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/keysweep/keysweep/detectors/check"
)

// A wallet of Bitcoin Core is a Berkeley DB or an SQLite database. Its records are found by what they hold, whatever pages
// they are in: a plain private key is DER of a fixed form, the master key of an encrypted wallet has fixed lengths.

var (
	berkeleyDB  = []byte{0x62, 0x31, 0x05, 0x00}
	plainShort  = []byte{0x30, 0x81, 0xd3, 0x02, 0x01, 0x01, 0x04, 0x20}       // of a compressed public key
	plainLong   = []byte{0x30, 0x82, 0x01, 0x13, 0x02, 0x01, 0x01, 0x04, 0x20} // of an uncompressed one
	plainAfter  = []byte{0xa0, 0x81}
	masterKey   = []byte("\x04mkey")
	testMagics  = []string{"\x0b\x11\x09\x07", "\x1c\x16\x3f\x28", "\x0a\x03\xcf\x40", "\xfa\xbf\xb5\xda"} // application ids
	masterReach = 8 << 10                                                                                  // bytes on either side of its name
)

// isBerkeleyDB reports whether a file begins as a b-tree of Berkeley DB does.
func isBerkeleyDB(head []byte) bool { return len(head) >= 16 && bytes.Equal(head[12:16], berkeleyDB) }

// readWallet yields the private keys of a wallet in the form in which they are imported, and the encrypted master keys as
// bitcoin2john writes them. Another database yields nothing.
func readWallet(data []byte, yield func(string, []byte) error) error {
	test := bytes.HasPrefix(data, []byte("SQLite")) && len(data) > 72 && containsAny(data[68:72], testMagics)
	var out strings.Builder
	plainKeys(data, func(key []byte, compressed bool) {
		if wif, ok := check.WriteWIF(key, compressed, test); ok {
			fmt.Fprintf(&out, "key %s\n", wif)
		}
	})
	masterKeys(data, func(crypted, salt []byte, rounds uint32) {
		fmt.Fprintf(&out, "mkey $bitcoin$64$%s$16$%s$%d$2$00$2$00\n", hex.EncodeToString(crypted[len(crypted)-32:]), hex.EncodeToString(salt), rounds)
	})
	return yield("keys", []byte(out.String()))
}

func containsAny(data []byte, list []string) bool {
	for _, m := range list {
		if string(data) == m {
			return true
		}
	}
	return false
}

// plainKeys finds each private key once.
func plainKeys(data []byte, yield func(key []byte, compressed bool)) {
	seen := map[string]bool{}
	for _, head := range [][]byte{plainShort, plainLong} {
		for at := 0; ; {
			i := bytes.Index(data[at:], head)
			if i < 0 {
				break
			}
			at += i + len(head)
			if key := data[at:min(len(data), at+32)]; bytes.HasPrefix(data[min(len(data), at+32):], plainAfter) && !seen[string(key)] {
				seen[string(key)] = true
				yield(key, len(head) == len(plainShort))
			}
		}
	}
}

// masterKeys finds the records of encrypted master keys: 48 bytes, a salt of 8, a method and its rounds, each with its
// length, near the name of such a record.
func masterKeys(data []byte, yield func(crypted, salt []byte, rounds uint32)) {
	seen := map[string]bool{}
	for at := 0; ; {
		i := bytes.Index(data[at:], masterKey)
		if i < 0 {
			return
		}
		at += i + len(masterKey)
		for p := max(0, at-masterReach); p+66 <= min(len(data), at+masterReach); p++ {
			if data[p] != 48 || data[p+49] != 8 {
				continue
			}
			method, rounds := binary.LittleEndian.Uint32(data[p+58:]), binary.LittleEndian.Uint32(data[p+62:])
			crypted := data[p+1 : p+49]
			if method > 1 || rounds < 1000 || rounds > 1<<30 || seen[string(crypted)] {
				continue
			}
			seen[string(crypted)] = true
			yield(crypted, data[p+50:p+58], rounds)
		}
	}
}
