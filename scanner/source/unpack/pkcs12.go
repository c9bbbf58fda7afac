package unpack

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
)

// The kinds of bags that hold keys (RFC 7292, 4.2): in the clear, and under a password. Read-only.
var (
	keyBag      = []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01")
	shroudedBag = []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02")
)

// isPKCS12 tells a .p12 or .pfx file by its begin: a sequence whose first member is the version, three.
func isPKCS12(head []byte) bool {
	if len(head) < 16 || head[0] != 0x30 {
		return false
	}
	skip := 2
	if head[1] > 0x80 {
		skip += int(head[1] & 0x7f)
	}
	return skip <= 6 && bytes.HasPrefix(head[skip:], []byte("\x02\x01\x03\x30"))
}

// readPKCS12 writes the private keys of a file in PEM, encrypted ones as they are: what holds them is the same there.
func readPKCS12(data []byte, yield func(string, []byte) error) error {
	var out bytes.Buffer
	bags(data, keyBag, "PRIVATE KEY", &out)
	bags(data, shroudedBag, "ENCRYPTED PRIVATE KEY", &out)
	return yield("keys", out.Bytes())
}

func bags(data, kind []byte, title string, out *bytes.Buffer) {
	for range 1000 {
		i := bytes.Index(data, kind)
		if i < 0 {
			return
		}
		data = data[i+len(kind):]
		var value asn1.RawValue
		if _, err := asn1.Unmarshal(data, &value); err != nil || value.Class != asn1.ClassContextSpecific || value.Tag != 0 {
			continue
		}
		var key asn1.RawValue
		if _, err := asn1.Unmarshal(value.Bytes, &key); err == nil && key.Tag == asn1.TagSequence {
			_ = pem.Encode(out, &pem.Block{Type: title, Bytes: key.FullBytes}) // a buffer takes all
		}
	}
}
