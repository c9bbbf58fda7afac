package unpack

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func pdfFile(t testing.TB, content string) string {
	stream := through(t, content, func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil })
	return fmt.Sprintf("%%PDF-1.4\n1 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n", len(stream), stream)
}

// classFile is a class with one field, API, whose constant is a text, and another text of code.
func classFile(value, other string) string {
	var out bytes.Buffer
	put := func(v any) { _ = binary.Write(&out, binary.BigEndian, v) }
	utf := func(s string) {
		put(uint8(1))
		put(uint16(len(s)))
		out.WriteString(s)
	}
	put(uint32(0xcafebabe))
	put([]uint16{0, 61, 11})
	utf("API") // 1
	utf("Ljava/lang/String;")
	utf("ConstantValue")
	utf(value) // 4
	out.WriteString("\x08\x00\x04")
	out.WriteString("\x05\x00\x00\x00\x00\x00\x00\x00\x01") // 6 and 7
	utf(other)                                              // 8
	out.WriteString("\x08\x00\x08")
	out.WriteString("\x07\x00\x01")
	put([]uint16{1, 10, 0, 0})       // flags, names, no interfaces
	put([]uint16{1, 25, 1, 2, 1, 3}) // one field with one attribute
	put(uint32(2))
	put([]uint16{5, 0, 0})
	return out.String()
}

// documentFiles holds a document of every kind but the databases.
func documentFiles(t testing.TB) map[string]opening {
	mail := "From: a@example.com\nContent-Type: multipart/mixed; boundary=zz\n\n--zz\nContent-Transfer-Encoding: quoted-printable\n\nA=3Db=\nc\n--zz\n" +
		"Content-Type: application/zip\nContent-Disposition: attachment; filename=\"../a.zip\"\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString([]byte(zipped(t, member{"k", "v"}))) + "\n--zz--\n"
	return map[string]opening{
		"a.ipynb": {`{"cells":[{"cell_type":"code","source":["key = \\\n","  'v'\n"],"outputs":[{"output_type":"stream","text":["out\n","put"]},{"data":{"text/plain":"x","image/png":"eHg="}}]},{"source":"one"}]}`, map[string]string{
			"a.ipynb!cell 1": "key = \\\n  'v'\n", "a.ipynb!output 1": "out\nput\nx\n", "a.ipynb!cell 2": "one",
		}},
		"a.eml": {mail, map[string]string{"a.eml!part 1": "A=bc", "a.eml!a.zip!k": "v"}},
		"a.rtf": {`{\rtf1\ansi\deff0 {\b key}\par v\'e9\u8364?\{x\}\tab y}`, map[string]string{"a.rtf!text": "key\nvé€{x}\ty"}},
		"a.pdf": {pdfFile(t, "BT /F1 12 Tf 72 700 Td (KEY=a\\(b\\)\\101) Tj 0 -14 Td [(se) 10 (cret) -250 (is)] TJ T* <4142> Tj ET"), map[string]string{
			"a.pdf!text": "KEY=a(b)A\nsecret is\nAB",
		}},
		"A.class": {classFile("value", "other"), map[string]string{"A.class!constants": "API = \"value\"\n\"value\"\n\"other\"\n"}},
		"a.pyc":   {"\xa7\r\r\n" + strings.Repeat("\x00", 12) + "\xe3\x00\x00\x00\xfa\x05value\xda\x07API_KEYu\x03\x00\x00\x00\xc3\xa9!", map[string]string{"a.pyc!constants": "\"value\"\n\"API_KEY\"\n\"é!\"\n"}},
	}
}

func TestDocuments(t *testing.T) {
	for name, c := range documentFiles(t) {
		t.Run(name, func(t *testing.T) {
			got, done := unpacked(t, Unpacker{Depth: 8}, name, c.data)
			if diff := cmp.Diff(seen{c.want, map[string]string{}}, got); diff != "" || done {
				t.Errorf("opened %v (-want +got):\n%s", done, diff)
			}
		})
	}
}

// The databases have pages of 512 bytes, so that one table needs a tree and one row several pages.
func TestSQLite(t *testing.T) {
	for _, name := range []string{"rows.sqlite", "wide.sqlite"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := unpacked(t, Unpacker{Depth: 8}, name, string(data))
		rows := strings.Split(got.Texts[name+"!accounts"], "\n")
		for _, want := range []string{
			`{"name": "first", "api key": "value-one", "rate": "1.5", "n": "-300", "raw": "abc", }`,
			`{"name": "long", "api key": "` + strings.Repeat("0123456789", 150) + `", "n": "1", }`,
			`{"name": "row 39", "api key": "` + strings.Repeat("filler", 5) + `", }`,
		} {
			found := false
			for _, row := range rows {
				found = found || row == want
			}
			if !found {
				t.Errorf("%s: no row %s", name, want)
			}
		}
		if diff := cmp.Diff(map[string]string{}, got.Skips); diff != "" || len(rows) != 40 {
			t.Errorf("%s: %d rows, skips %s", name, len(rows)-1, diff)
		}
		if want := `{"k": "token", "v": "value-two", }` + "\n"; got.Texts[name+"!kv"] != want {
			t.Errorf("%s: got %q, want %q", name, got.Texts[name+"!kv"], want)
		}
	}
}

func FuzzDocuments(f *testing.F) {
	database, err := os.ReadFile("testdata/rows.sqlite")
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range []string{
		string(database), pdfFile(f, "(a) Tj"), classFile("a", "b"), `{\rtf1 \u1?\'41}`, `{"cells":[]}`, "A: b\nContent-Type: multipart/x; boundary=q\n\n--q\n\nx\n--q--", strings.Repeat("\x00", 16) + "\xda\x01a",
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []reader{readSQLite, readPDF, readRTF, readClass, readNotebook, readMail, readPyc, readPKCS12} {
			_ = read(data, func(string, []byte) error { return nil })
		}
	})
}
