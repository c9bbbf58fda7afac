package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
)

type member struct{ name, text string }

func zipped(t testing.TB, members ...member) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, m := range members {
		f, err := w.Create(m.name)
		if err == nil {
			_, err = io.WriteString(f, m.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func tarred(t testing.TB, members ...member) string {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range members {
		err := w.WriteHeader(&tar.Header{Name: m.name, Size: int64(len(m.text)), Mode: 0o600})
		if err == nil {
			_, err = io.WriteString(w, m.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func through(t testing.TB, text string, open func(io.Writer) (io.WriteCloser, error)) string {
	var out bytes.Buffer
	w, err := open(&out)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func gzipped(t testing.TB, text string) string {
	return through(t, text, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

// arred is an archive as ar writes it.
func arred(members ...member) string {
	out := "!<arch>\n"
	for _, m := range members {
		out += fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name+"/", 0, 0, 0, "100644", len(m.text)) + m.text
		if len(m.text)%2 == 1 {
			out += "\n"
		}
	}
	return out
}

// cpioed is an archive as cpio -H newc writes it.
func cpioed(members ...member) string {
	var out strings.Builder
	for _, m := range append(members, member{"TRAILER!!!", ""}) {
		fmt.Fprintf(&out, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 0, 0o100644, 0, 0, 1, 0, len(m.text), 0, 0, 0, 0, len(m.name)+1, 0)
		out.WriteString(m.name + "\x00")
		out.WriteString(strings.Repeat("\x00", -out.Len()&3))
		out.WriteString(m.text)
		out.WriteString(strings.Repeat("\x00", -out.Len()&3))
	}
	return out.String()
}

// cpioOdc is an archive as cpio -H odc writes it.
func cpioOdc(members ...member) string {
	var out strings.Builder
	for _, m := range append(members, member{"TRAILER!!!", ""}) {
		fmt.Fprintf(&out, "070707%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o%s\x00%s", 0, 0, 0o100644, 0, 0, 1, 0, 0, len(m.name)+1, len(m.text), m.name, m.text)
	}
	return out.String()
}

// cpioBin is an archive as cpio writes it by itself on a machine of little end.
func cpioBin(members ...member) string {
	var out []byte
	for _, m := range append(members, member{"TRAILER!!!", ""}) {
		for _, v := range []int{0o070707, 0, 0, 0o100644, 0, 0, 1, 0, 0, 0, len(m.name) + 1, len(m.text) >> 16, len(m.text) & 0xffff} {
			out = binary.LittleEndian.AppendUint16(out, uint16(v))
		}
		for _, s := range []string{m.name + "\x00", m.text} {
			if out = append(out, s...); len(s)%2 == 1 {
				out = append(out, 0)
			}
		}
	}
	return string(out)
}

// unmarked takes the magic out of the headers of a tar, as tars of old have them.
func unmarked(tar string) string {
	out := []byte(tar)
	for at := 0; at+512 <= len(out); at += 512 {
		h := out[at : at+512]
		if string(h[257:262]) != "ustar" {
			continue
		}
		clear(h[257:265])
		sum := 8 * int(' ')
		for i, c := range h {
			if i < 148 || i >= 156 {
				sum += int(c)
			}
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	}
	return string(out)
}

// rar4 is an archive of version 4 whose files are stored. Each header has the low half of a CRC-32 before it.
func rar4(members ...member) string {
	out := []byte("Rar!\x1a\x07\x00")
	header := func(kind byte, flags uint16, rest []byte) {
		h := binary.LittleEndian.AppendUint16([]byte{kind}, flags)
		h = append(binary.LittleEndian.AppendUint16(h, uint16(len(rest)+7)), rest...)
		out = append(binary.LittleEndian.AppendUint16(out, uint16(crc32.ChecksumIEEE(h))), h...)
	}
	header(0x73, 0, make([]byte, 6))
	for _, m := range members {
		var h []byte
		u32 := func(v int) { h = binary.LittleEndian.AppendUint32(h, uint32(v)) }
		u32(len(m.text))
		u32(len(m.text))
		h = append(h, 3)
		u32(int(crc32.ChecksumIEEE([]byte(m.text))))
		u32(0x50000000)
		h = binary.LittleEndian.AppendUint16(append(h, 20, 0x30), uint16(len(m.name)))
		u32(0o100644)
		header(0x74, 0x8000, append(h, m.name...))
		out = append(out, m.text...)
	}
	header(0x7b, 0x4000, nil)
	return string(out)
}

// rar5 is an archive of version 5 whose files are stored.
func rar5(members ...member) string {
	out := []byte("Rar!\x1a\x07\x01\x00")
	vints := func(values ...int) (b []byte) {
		for _, v := range values {
			b = binary.AppendUvarint(b, uint64(v))
		}
		return b
	}
	block := func(body []byte) {
		body = append(vints(len(body)), body...)
		out = append(binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(body)), body...)
	}
	block(vints(1, 0, 0))
	for _, m := range members {
		h := vints(2, 2, len(m.text), 4, len(m.text), 0o100644)
		h = binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE([]byte(m.text)))
		block(append(append(h, vints(0, 1, len(m.name))...), m.name...))
		out = append(out, m.text...)
	}
	block(vints(5, 0, 0))
	return string(out)
}

// rpm is a package: lead, two headers without an index, and the payload.
func rpm(payload string) string {
	header := func(text string) string {
		return "\x8e\xad\xe8\x01\x00\x00\x00\x00\x00\x00\x00\x00" + string(binary.BigEndian.AppendUint32(nil, uint32(len(text)))) + text
	}
	return "\xed\xab\xee\xdb" + strings.Repeat("\x00", 92) + header("signed\x00\x00") + header("script") + payload
}
