package decode

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

const secret = "API_KEY=fedcba9876543210 and API_SECRET=0123456789abcdef"

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func gzipped(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func wide(text string) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

func wrap(text, end string) string {
	var out []string
	for len(text) > 40 {
		out, text = append(out, text[:40]), text[40:]
	}
	return strings.Join(append(out, text), end)
}

func each(text, format string) string {
	var out strings.Builder
	for _, c := range text {
		fmt.Fprintf(&out, format, c)
	}
	return out.String()
}

func TestDecode(t *testing.T) {
	long := strings.Repeat(secret+"\n", 3)
	cases := map[string]struct{ text, want string }{
		"base64":                       {"key: " + b64(secret) + "\n", "key: " + secret + "\n"},
		"base64 without padding":       {"key=" + strings.TrimRight(b64(secret+"!"), "=") + ";", "key=" + secret + "!;"},
		"base64 for URLs":              {"x " + base64.URLEncoding.EncodeToString([]byte(secret+"???~~~")), "x " + secret + "???~~~"},
		"base64 over lines":            {"a: |\n  " + wrap(b64(long), "\n  ") + "\nb: c", "a: |\n  " + long + "\nb: c"},
		"base64 over Windows' lines":   {wrap(b64(long), "\r\n"), long},
		"base64 over escaped lines":    {`"` + wrap(b64(long), `\n`) + `"`, `"` + long + `"`},
		"base64 after an escaped line": {`"x\n` + b64(secret) + `"`, "\"x\n" + secret + `"`},
		"a key after an escaped line":  {`"keys:\n\tkey1a2b3c4d5e6f7g8\r\n"`, "\"keys:\\n\tkey1a2b3c4d5e6f7g8" + `\r\n"`},
		"base64 in a path":             {"/config/" + b64(secret), "/config/" + secret},
		"base64 of UTF-16":             {"-enc " + b64(wide(secret)), "-enc " + secret},
		"base64 of gzip":               {"r: " + b64(gzipped(long)), "r: " + long},
		"base64 of Japanese":           {b64("シード abcdefghijklmnop"), "シード abcdefghijklmnop"},
		"base64 in base64":             {b64(b64(secret)), secret},
		"base64 in percent":            {"d=%22" + strings.ReplaceAll(b64(secret+"!"), "=", "%3D") + "%22", `d="` + secret + `!"`},
		"base64 with escaped slashes":  {`"` + strings.ReplaceAll(b64(secret+"\xc3\xbf\xc3\xbf?"), "/", `\/`) + `"`, `"` + secret + "ÿÿ?" + `"`},
		"hex":                          {"k=0x" + hex.EncodeToString([]byte(secret)), "k=" + secret},
		"percent":                      {"GET /?a%3Db=c%2Fd%20e", "GET /?a=b=c/d e"},
		"percent and plus in a phrase": {"p=zoo+zoo+wrong%21", "p=zoo zoo wrong!"},
		"plus as a digit":              {"p=aB3+4cD%3D", "p=aB3+4cD="},
		"JSON":                         {`"` + each("abc=", `\u%04x`) + `"`, `"abc="`},
		"JSON in JSON":                 {`\\u0041\\/`, "A/"},
		"a surrogate pair":             {`\ud83d\ude00`, "😀"},
		"JavaScript":                   {`\x41\u{42}`, "AB"},
		"entities":                     {"&quot;a&quot;&#61;&#x41;&nbsp;b&amp;c", `"a"=A b&c`},
		"entities twice":               {"&amp;quot;", `"`},
		"quoted-printable":             {"Content-Transfer-Encoding: quoted-printable\n\nA=3Dab=\ncd", "Content-Transfer-Encoding: quoted-printable\n\nA=abcd"},
		"a Kubernetes Secret":          {"kind: Secret\ndata:\n  password: " + b64("hunter22") + "\n", "kind: Secret\ndata:\n  password: hunter22\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := Decode([]byte(c.text), 5)
			if l == nil {
				t.Fatalf("%q: nothing was decoded", c.text)
			}
			if diff := cmp.Diff(c.want, string(l.Text)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeLeavesOtherTextAlone(t *testing.T) {
	digest := strings.Repeat("9f86d081884c7d659a2feaa0c55ad015", 2)
	for name, text := range map[string]string{
		"a digest":            "sha256: " + digest,
		"random base64":       "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
		"a long name":         "thisIsTheNameOfAMethodThatGoesOnAndOn(withArguments)",
		"a short base64 word": "k: " + b64("hunter22"),
		"formats":             `printf("%02x %d %s\n", a)`,
		"a path":              `C:\users\xavier`,
		"an equals sign":      "key=3D8F00 x=y",
	} {
		t.Run(name, func(t *testing.T) {
			if l := Decode([]byte(text), 5); l != nil {
				t.Errorf("%q became %q", text, l.Text)
			}
		})
	}
}

func TestDecodeStopsAtItsDepth(t *testing.T) {
	l := Decode([]byte(b64(b64(b64(secret)))), 2)
	if l == nil || string(l.Text) != b64(secret) {
		t.Errorf("got %v", l)
	}
	if Decode([]byte(b64(secret)), 0) != nil {
		t.Error("depth 0 decoded something")
	}
}

func TestSourcePointsAtTheEncodedText(t *testing.T) {
	line := b64(secret + "\n" + secret)
	text := "first\ndata=" + wrap(line, "\n") + "\n%41BC\n"
	l := Decode([]byte(text), 5)
	at := func(part string) (string, []string) {
		i := bytes.LastIndex(l.Text, []byte(part))
		s, encodings := l.Source(Span{i, i + len(part)})
		return text[s.Start:s.End], encodings
	}
	type source struct {
		Text      string
		Encodings []string
	}
	for part, want := range map[string]source{
		"first": {"first", nil},
		"ABC":   {"%41BC", []string{Percent}},
		"BC":    {"BC", nil},
	} {
		got, encodings := at(part)
		if diff := cmp.Diff(want, source{got, encodings}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", part, diff)
		}
	}
	got, encodings := at("0123456789abcdef")
	if !strings.HasSuffix(strings.ReplaceAll(line, "\n", ""), strings.ReplaceAll(got, "\n", "")) || strings.Contains(got, "data") || !cmp.Equal(encodings, []string{Base64}) {
		t.Errorf("the last word comes from %q, %v", got, encodings)
	}
}

// Whatever the text, positions stay within it, and what was not changed is found where it was.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{b64(b64(secret)), "%25%32%35", b64(gzipped(secret)), `\\u0041&amp;amp;`, "kind: Secret\na: YWJjZA==\n", `\ud83d\`, "=3D=\n=3D" + wrap(b64(secret), "\n")} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l := Decode(text, 5)
		Begins(text, 0, len(text), 0, len(text), false, func(s Span) { _ = text[s.Start:s.End] })
		Manifests(text, 0, len(text), func(s Span) { _ = text[s.Start:s.End] })
		Escapes(text, 0, len(text), func(s Span, _ rune) { _ = text[s.Start:s.End] })
		if l == nil {
			return
		}
		for _, c := range l.Changed {
			_ = l.Text[c.Start:c.End]
		}
		for i := 0; i < len(l.Text); i += 1 + len(l.Text)/1000 {
			s, encodings := l.Source(Span{i, i + 1})
			if s.Start < 0 || s.End > len(text) || s.Start > s.End {
				t.Fatalf("byte %d comes from %v of %d bytes", i, s, len(text))
			}
			if len(encodings) == 0 && text[s.Start] != l.Text[i] {
				t.Fatalf("byte %d is %q and comes from %q", i, l.Text[i], text[s.Start:s.End])
			}
		}
	})
}
