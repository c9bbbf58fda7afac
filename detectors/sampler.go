package detectors

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"text/template"

	"github.com/keysweep/keysweep/detectors/check"
)

// sampler makes random values of the forms that credentials have, for cases: the same for the same seed.
type sampler struct {
	rnd    *rand.Rand
	source *rand.ChaCha8
	values map[string]string
}

func newSampler(seed uint64) *sampler {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	src := rand.NewChaCha8(key)
	return &sampler{rnd: rand.New(src), source: src, values: map[string]string{}}
}

func (s *sampler) funcs() template.FuncMap {
	named := func(make func() string) func(string) string {
		return func(name string) string { return s.keep(name, make()) }
	}
	return template.FuncMap{
		"rand":       func(name, class string, n int) (string, error) { return s.class(name, class, n) },
		"hex":        func(name string, n int) (string, error) { return s.class(name, "0-9a-f", n) },
		"uuid":       named(s.uuid),
		"b64":        func(name string, n int) string { return s.keep(name, base64.StdEncoding.EncodeToString(s.bytes(n))) },
		"b64url":     func(name string, n int) string { return s.keep(name, base64.RawURLEncoding.EncodeToString(s.bytes(n))) },
		"val":        func(name string) (string, error) { return s.value(name) },
		"escape":     func(text string) string { return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", `\n`) },
		"crc62":      named(s.crc62),
		"jwt":        func(name, claims string) string { return s.keep(name, s.jwt(claims)) },
		"ecpem":      named(s.ecPEM),
		"ed25519pem": named(s.ed25519PEM),
		"rsapem":     named(s.rsaPEM),
		"ed25519b64": named(func() string {
			return base64.StdEncoding.EncodeToString(ed25519.NewKeyFromSeed(s.bytes(32)))
		}),
		"wif":        named(func() string { return base58check(append(append([]byte{0x80}, s.bytes(32)...), 1)) }),
		"xprv":       named(s.xprv),
		"evmkey":     named(func() string { return "0x" + hex.EncodeToString(s.bytes(32)) }),
		"mnemonic":   func(name string, n int) string { return s.keep(name, s.mnemonic(n)) },
		"fields":     strings.Fields,
		"seedqr":     seedQR,
		"cut":        func(word string) string { return strings.ToUpper(word[:min(4, len(word))]) },
		"solana":     named(func() string { return base58(ed25519.NewKeyFromSeed(s.bytes(32))) }),
		"solanaints": named(s.solanaInts),
		"stellar":    named(s.stellar),
	}
}

func (s *sampler) keep(name, value string) string {
	s.values[name] = value
	return value
}

func (s *sampler) value(name string) (string, error) {
	v, ok := s.values[name]
	if !ok {
		return "", fmt.Errorf("no value is called %q", name)
	}
	return v, nil
}

func (s *sampler) bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = s.source.Read(b)
	return b
}

// class writes n random characters of a class such as A-Za-z0-9_-, at least one of them a digit where it has digits.
func (s *sampler) class(name, class string, n int) (string, error) {
	var chars []byte
	for i := 0; i < len(class); i++ {
		if i+2 < len(class) && class[i+1] == '-' {
			for c := int(class[i]); c <= int(class[i+2]); c++ {
				chars = append(chars, byte(c))
			}
			i += 2
			continue
		}
		chars = append(chars, class[i])
	}
	if len(chars) == 0 || n < 1 {
		return "", fmt.Errorf("nothing to choose %q from", name)
	}
	out := make([]byte, n)
	for {
		for i := range out {
			out[i] = chars[s.rnd.IntN(len(chars))]
		}
		edges := tokenClass[out[0]] >= classDigit && tokenClass[out[n-1]] >= classDigit
		if edges && (n < 12 || !placeholder(string(out))) && (n < 8 || !slices.Contains(chars, '0') || strings.ContainsAny(string(out), "0123456789")) {
			return s.keep(name, string(out)), nil
		}
	}
}

func (s *sampler) uuid() string {
	b := s.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// crc62 writes 30 letters and digits and their CRC-32 in six base-62 digits, as the tokens of GitHub and npm end.
func (s *sampler) crc62() string {
	const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	out := make([]byte, 36)
	for i := range 30 {
		out[i] = base62[s.rnd.IntN(62)]
	}
	sum := crc32.ChecksumIEEE(out[:30])
	for i := 35; i >= 30; i-- {
		out[i] = base62[sum%62]
		sum /= 62
	}
	return string(out)
}

// jwt writes a signed token with these claims, a JSON object.
func (s *sampler) jwt(claims string) string {
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc.EncodeToString([]byte(claims)) + "." + enc.EncodeToString(s.bytes(32))
}

func writePEM(kind string, der []byte, err error) string {
	if err != nil {
		panic(err) // a generated key always has a form
	}
	return strings.TrimRight(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})), "\n")
}

func (s *sampler) ecPEM() string {
	d := new(big.Int).SetBytes(s.bytes(31))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d.FillBytes(make([]byte, 32)))
	if err != nil {
		panic(err) // 31 random bytes are a scalar of the curve
	}
	der, err := x509.MarshalECPrivateKey(key)
	return writePEM("EC PRIVATE KEY", der, err)
}

func (s *sampler) ed25519PEM() string {
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(s.bytes(32)))
	return writePEM("PRIVATE KEY", der, err)
}

func (s *sampler) rsaPEM() string {
	key, err := rsa.GenerateKey(s.source, 2048)
	if err != nil {
		panic(err) // the source never fails
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return writePEM("PRIVATE KEY", der, err)
}

func (s *sampler) xprv() string {
	b := append([]byte{0x04, 0x88, 0xad, 0xe4, 0, 0, 0, 0, 0, 0, 0, 0, 0}, s.bytes(32)...)
	return base58check(append(append(b, 0), s.bytes(32)...))
}

// seedQR writes an English phrase as four digits for each word.
func seedQR(phrase string) string {
	var out strings.Builder
	for _, w := range strings.Fields(phrase) {
		fmt.Fprintf(&out, "%04d", check.Wordlists()[0].Index([]byte(w)))
	}
	return out.String()
}

func (s *sampler) mnemonic(n int) string {
	list := check.Wordlists()[0]
	words := slices.Collect(list.Words())
	slices.SortFunc(words, func(a, b string) int { return list.Index([]byte(a)) - list.Index([]byte(b)) })
	entropy := s.bytes(n * 4 / 3)
	sum := sha256.Sum256(entropy)
	bits := new(big.Int).SetBytes(append(entropy, sum[0]))
	bits.Rsh(bits, uint(8-n/3))
	out := make([]string, n)
	for i := n - 1; i >= 0; i-- {
		out[i] = words[new(big.Int).And(bits, big.NewInt(2047)).Int64()]
		bits.Rsh(bits, 11)
	}
	return strings.Join(out, " ")
}

func (s *sampler) solanaInts() string {
	ints := []int{}
	for _, b := range ed25519.NewKeyFromSeed(s.bytes(32)) {
		ints = append(ints, int(b))
	}
	text, err := json.Marshal(ints)
	if err != nil {
		panic(err) // numbers always encode
	}
	return string(text)
}

// stellar writes a seed as SEP-23 has it: version byte 0x90, the seed, CRC-16/XMODEM, in base32.
func (s *sampler) stellar() string {
	b := append([]byte{0x90}, s.bytes(32)...)
	crc := uint16(0)
	for _, c := range b {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(append(b, byte(crc), byte(crc>>8)))
}

func base58check(b []byte) string {
	one := sha256.Sum256(b)
	two := sha256.Sum256(one[:])
	return base58(append(b, two[:4]...))
}

func base58(b []byte) string {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n, base, mod := new(big.Int).SetBytes(b), big.NewInt(58), new(big.Int)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, base, mod)
		out = append(out, alphabet[mod.Int64()])
	}
	for i := 0; i < len(b) && b[i] == 0; i++ {
		out = append(out, '1')
	}
	slices.Reverse(out)
	return string(out)
}
