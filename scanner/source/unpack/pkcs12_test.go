package unpack

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func der(t testing.TB, class, tag int, parts ...[]byte) []byte {
	var content []byte
	for _, p := range parts {
		content = append(content, p...)
	}
	out, err := asn1.Marshal(asn1.RawValue{Class: class, Tag: tag, IsCompound: tag != asn1.TagOctetString || class != asn1.ClassUniversal, Bytes: content})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// pkcs12File holds keys, each in a bag, without a MAC.
func pkcs12File(t testing.TB, kind []byte, keys ...[]byte) string {
	sequence := func(parts ...[]byte) []byte { return der(t, asn1.ClassUniversal, asn1.TagSequence, parts...) }
	data := func(content []byte) []byte {
		octets := der(t, asn1.ClassUniversal, asn1.TagOctetString, content)
		return sequence([]byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), der(t, asn1.ClassContextSpecific, 0, octets))
	}
	var safe []byte
	for _, key := range keys {
		safe = append(safe, sequence(kind, der(t, asn1.ClassContextSpecific, 0, key))...)
	}
	return string(sequence([]byte("\x02\x01\x03"), data(sequence(data(sequence(safe))))))
}

func TestPKCS12(t *testing.T) {
	key, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(randomBytes(32)))
	if err != nil {
		t.Fatal(err)
	}
	sealed := der(t, asn1.ClassUniversal, asn1.TagSequence, []byte("\x30\x00\x04\x02ab"))
	for name, c := range map[string]struct{ data, want string }{
		"in the clear": {pkcs12File(t, keyBag, key), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))},
		"encrypted": {pkcs12File(t, shroudedBag, sealed, sealed), string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: sealed})) +
			string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: sealed}))},
	} {
		got, _ := unpacked(t, Unpacker{Depth: 8}, "store", c.data)
		if diff := cmp.Diff(seen{map[string]string{"store!keys": c.want}, map[string]string{}}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got, _ := unpacked(t, Unpacker{Depth: 8}, "store", pkcs12File(t, []byte("\x06\x01\x2a"), key)); len(got.Texts)+len(got.Skips) > 0 {
		t.Errorf("without keys: %v", got)
	}
}
