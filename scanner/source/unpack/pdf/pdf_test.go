package pdf

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// object writes an object of a document.
func object(n int, value string) string { return fmt.Sprintf("%d 0 obj\n%s\nendobj\n", n, value) }

// streamed writes a stream with the entries of its dictionary besides the length.
func streamed(n int, entries string, data []byte) string {
	return object(n, fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", entries, len(data), data))
}

func flate(t testing.TB, data string) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := io.WriteString(w, data); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// page is a document of one page that draws with fonts F1 and F2.
func page(t testing.TB, content string, more ...string) string {
	return "%PDF-1.7\n" + object(1, "<< /Type /Catalog /Pages 2 0 R >>") +
		object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R /F2 6 0 R >> /XObject << /X 9 0 R >> >> >>") +
		object(3, "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>") + streamed(4, "/Filter /FlateDecode", flate(t, content)) + strings.Join(more, "") +
		"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
}

// subset is a font as word processors embed it: glyphs numbered as they were met, with a map to characters.
func subset(t testing.TB, text string) (objects string, draw func(string) string) {
	codes := map[rune]int{}
	var chars strings.Builder
	for _, r := range text {
		if codes[r] == 0 {
			codes[r] = len(codes) + 3
			fmt.Fprintf(&chars, "<%04x> <%04x>\n", codes[r], r)
		}
	}
	to := "begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange\n1 beginbfchar\n" + chars.String() + "endbfchar endcmap"
	objects = object(6, "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 8 0 R >>") +
		object(7, "<< /Type /Font /Subtype /CIDFontType2 /DW 600 /W [3 [600 600] 5 9 600] >>") + streamed(8, "/Filter /FlateDecode", flate(t, to))
	return objects, func(s string) string {
		var out strings.Builder
		for _, r := range s {
			fmt.Fprintf(&out, "%04x", codes[r])
		}
		return "<" + out.String() + ">"
	}
}

func read(t testing.TB, data string) (map[string]string, error) {
	got := map[string]string{}
	err := Read([]byte(data), func(name string, text []byte) error {
		got[name] += string(text)
		return nil
	})
	return got, err
}

func TestShownText(t *testing.T) {
	const key = "sk_live_Ab3dEf6hIj9l"
	fonts, draw := subset(t, key+" :x")
	latin := object(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [1 /fi /f_f 3 /underscore /uni0041] >> >>")
	cases := map[string]struct{ content, want string }{
		"glyphs with a map":           {"BT /F2 10 Tf 72 700 Td " + draw(key) + " Tj ET", key},
		"an array with kerning":       {"BT /F2 10 Tf 72 700 Td [" + draw(key[:5]) + " 30 " + draw(key[5:9]) + " -45.5 " + draw(key[9:]) + "] TJ ET", key},
		"a glyph at a time":           {"BT /F2 10 Tf 1 0 0 1 72 700 Tm " + draw("s") + " Tj 6 0 Td " + draw("k") + " Tj 1 0 0 1 84 700 Tm " + draw("_") + " Tj ET", "sk_"},
		"words in an array":           {"BT /F2 10 Tf 72 700 Td [" + draw("Ab") + " -300 " + draw("d") + "] TJ ET", "Ab d"},
		"words apart on a line":       {"BT /F2 10 Tf 72 700 Td " + draw("Ab") + " Tj 40 0 Td " + draw("d") + " Tj ET", "Ab d"},
		"lines":                       {"BT /F2 10 Tf 14 TL 72 700 Td " + draw("Ab") + " Tj T* " + draw("d") + " Tj " + draw("x") + " ' ET", "Ab\nd\nx"},
		"a column back on the left":   {"BT /F2 10 Tf 172 700 Td " + draw("Ab") + " Tj -100 0 Td " + draw("d") + " Tj ET", "Ab\nd"},
		"letters set wide":            {"BT /F2 10 Tf 2 Tc 72 700 Td " + draw(key) + " Tj ET", key},
		"a page turned round":         {"q 0 1 -1 0 595 0 cm BT /F2 10 Tf 72 700 Td " + draw("Ab") + " Tj 12 0 Td " + draw("d") + " Tj ET Q", "Abd"},
		"escapes and names of glyphs": {`BT /F1 10 Tf (a\(b\)\101\\\003\004\001) Tj ET`, `a(b)A\_Afi`},
		"no font":                     {"BT (abc) Tj ET", "abc"},
		"a picture in between":        {"BT /F1 10 Tf (a) Tj ET BI /W 1 /H 1 ID (BT (no) Tj\xff EI BT /F1 10 Tf (b) Tj ET", "ab"},
		"an underscore as a rule":     {"BT /F1 10 Tf 72 700 Td (sk) Tj ET q 1 0 0 1 82.4 699 cm []0 d 0.4 w 0 0 m 3 0 l S Q BT /F1 10 Tf 86 700 Td (live) Tj ET", "sk_live"},
		"a rule below a word":         {"BT /F1 10 Tf 72 700 Td (sk) Tj ET 72 698 20 0.5 re f BT /F1 10 Tf 92 700 Td (live) Tj ET", "sk live"},
		"within a form":               {"/X Do BT /F1 10 Tf 72 600 Td (behind) Tj ET", "before\nbehind"},
		"kerned with a space":         {"BT /F1 10 Tf -2.6 Tw 72 700 Td (AT AV) Tj ET", "ATAV"},
	}
	form := streamed(9, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]", []byte("BT /F1 10 Tf 72 700 Td (before) Tj ET"))
	for name, c := range cases {
		more := []string{latin, fonts}
		if strings.Contains(c.content, "Do") {
			more = append(more, form)
		}
		got, err := read(t, page(t, c.content, more...))
		if diff := cmp.Diff(c.want, strings.TrimSpace(got["text"])); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestCharacterMaps(t *testing.T) {
	m := readCMap([]byte("1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfrange <01> <03> <0041> <05> <06> [<0066006c> <d83dde00>] endbfrange 1 beginbfchar <09> <fb01> endbfchar"), 100)
	want := map[uint32]string{1: "A", 2: "B", 3: "C", 5: "fl", 6: "\U0001f600", 9: "fi"}
	if diff := cmp.Diff(want, m.chars); diff != "" || m.wide {
		t.Errorf("wide %v %s", m.wide, diff)
	}
}

// TestObjectStreams has everything but the streams in a stream of objects, with rows as PNG filters them.
func TestObjectStreams(t *testing.T) {
	inner := []string{"<< /Type /Page /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>", "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>", "<< /V (field value) /T (api key) >>"}
	var head, body string
	for i, s := range inner {
		head += fmt.Sprintf("%d %d ", []int{3, 5, 10}[i], len(body))
		body += s + " "
	}
	rows := up(head+body, 5)
	data := "%PDF-1.5\n" + streamed(20, fmt.Sprintf("/Type /ObjStm /N 3 /First %d /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 5 >>", len(head)), flate(t, rows)) +
		streamed(4, "/Filter [/ASCII85Decode /FlateDecode]", []byte(a85(flate(t, "BT /F1 10 Tf (shown) Tj ET"))))
	got, err := read(t, data)
	want := map[string]string{"text": "shown", "strings": "api key\nfield value\n"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// up filters rows by what stands above them.
func up(s string, width int) string {
	s += strings.Repeat(" ", -len(s)&(width-1)+width)
	above := make([]byte, width)
	var out []byte
	for ; len(s) >= width; s = s[width:] {
		out = append(out, 2)
		for i := range width {
			out = append(out, s[i]-above[i])
		}
		copy(above, s[:width])
	}
	return string(out)
}

func a85(data []byte) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(data)))
	return string(out[:ascii85.Encode(out, data)]) + "~>"
}

func TestFilters(t *testing.T) {
	text := strings.Repeat("BT (key and value) Tj ET and more of it ", 300)
	var late bytes.Buffer
	w := lzw.NewWriter(&late, lzw.MSB, 8)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		kind name
		data []byte
		parm dict
		want string
	}{
		"flate":         {"FlateDecode", flate(t, text), nil, text},
		"hex":           {"ASCIIHexDecode", []byte(hex.EncodeToString([]byte(text)) + ">"), nil, text},
		"base 85":       {"ASCII85Decode", []byte("<~" + a85([]byte(text))), nil, text},
		"runs":          {"RunLengthDecode", []byte("\x02abc\xfeX\x80zz"), nil, "abcXXX"},
		"LZW, late":     {"LZWDecode", late.Bytes(), dict{"EarlyChange": 0.0}, text},
		"LZW, early":    {"LZWDecode", []byte{0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01}, nil, "-----A---B"}, // the standard's example
		"PNG, left":     {"FlateDecode", flate(t, "\x01a\x01\x01\x01z\x01\x01"), dict{"Predictor": 15.0, "Columns": 3.0}, "abcz{|"},
		"PNG, average":  {"FlateDecode", flate(t, "\x00bb\x03\x31\x31"), dict{"Predictor": 15.0, "Columns": 2.0}, "bbb\x93"},
		"PNG, Paeth":    {"FlateDecode", flate(t, "\x00bc\x04\x01\x01"), dict{"Predictor": 15.0, "Columns": 2.0}, "bccd"},
		"a picture's":   {"DCTDecode", []byte("\xff\xd8"), nil, ""},
		"cut off":       {"FlateDecode", flate(t, text)[:40], nil, ""},
		"no such thing": {"None", []byte("x"), nil, ""},
	}
	for label, c := range cases {
		f := &file{room: 1 << 20}
		got, err := f.unpack(c.kind, c.data, c.parm)
		if label == "cut off" {
			if !errors.Is(err, ErrFormat) || !strings.HasPrefix(text, string(got)) {
				t.Errorf("cut off: %v, %q", err, got)
			}
			continue
		}
		if diff := cmp.Diff(c.want, string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v %s", label, err, diff)
		}
	}
	f := &file{room: 100}
	if _, err := f.unpack("FlateDecode", flate(t, text), nil); !errors.Is(err, ErrLimit) {
		t.Errorf("too much: %v, want %v", err, ErrLimit)
	}
}

func TestWhatElseDocumentsHold(t *testing.T) {
	data := "%PDF-1.7\n" + object(1, `<< /Title <feff006b00e9> /A << /URI (https://a.example/?token=x) >> >>`) +
		streamed(2, "/Type /EmbeddedFile", []byte("attached")) + streamed(3, "/Type /Metadata /Subtype /XML", []byte("<x>meta</x>")) +
		streamed(4, "", []byte("BT (replaced page) Tj ET")) + "5 0 obj (cut"
	got, err := read(t, data)
	want := map[string]string{"text": "replaced page", "strings": "https://a.example/?token=x\nké\ncut\n<x>meta</x>\n", "attachment": "attached"}
	want["strings"] = strings.Replace(want["strings"], "cut\n", "", 1)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := read(t, "%PDF-1.4\ntrailer << /Encrypt 7 0 R >>"); !errors.Is(err, ErrEncrypted) {
		t.Errorf("encrypted: %v", err)
	}
	if _, err := read(t, "%PDF-1.4\n1 0 obj << /Length 9 >> stream\nabc"); !errors.Is(err, ErrFormat) {
		t.Errorf("cut off: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	fonts, draw := subset(f, "key")
	f.Add([]byte(page(f, "BT /F2 10 Tf "+draw("key")+" Tj /X Do ET", fonts, streamed(9, "/Subtype /Form", []byte("/X Do")))))
	f.Add([]byte("1 0 obj << /Type /ObjStm /N 9 /First 4 >> stream\n1 0 2 0 [[[[<<\nendstream"))
	f.Add([]byte("1 0 obj << /Filter [/LZWDecode /RunLengthDecode] /DecodeParms [<< /Predictor 12 /Columns 9 >>] >> stream\n\x80\x0b\x60endstream trailer << >>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = Read(data, func(string, []byte) error { return nil })
	})
}
