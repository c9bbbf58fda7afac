package decode_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors/decode"
)

func wide(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func wide32(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}

func TestText(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	const config = "[binance]\r\nkey = abc\r\nname = Жук 鍵 🔑\r\n"
	chinese := strings.Repeat("设置密钥并保存到服务器上。", 100) + "\n"
	appended := strings.Repeat("appended by another program. ", 3) + "\n"
	type result struct{ Text, Encoding string }
	tests := []struct {
		name, data string
		want       result
	}{
		{"ASCII", "key = abc\n", result{"key = abc\n", ""}},
		{"empty", "", result{}},
		{"one byte", "k", result{"k", ""}},
		{"one NUL", "\x00", result{"\x00", ""}},
		{"UTF-8 without a mark", config, result{config, ""}},
		{"UTF-8 with a mark", "\xef\xbb\xbf" + config, result{config, decode.UTF8}},
		{"UTF-16LE with a mark", "\xff\xfe" + wide(le, config), result{config, decode.UTF16LE}},
		{"UTF-16BE with a mark", "\xfe\xff" + wide(be, config), result{config, decode.UTF16BE}},
		{"UTF-16LE without a mark", wide(le, config), result{config, decode.UTF16LE}},
		{"UTF-16BE without a mark", wide(be, config), result{config, decode.UTF16BE}},
		{"UTF-16LE of a script without NUL bytes, marked", "\xff\xfe" + wide(le, chinese), result{chinese, decode.UTF16LE}},
		{"UTF-16LE cut in a character", wide(le, "key = abc") + "d", result{"key = abc\uFFFD", decode.UTF16LE}},
		{"UTF-32LE with a mark", "\xff\xfe\x00\x00" + wide32(le, config), result{config, decode.UTF32LE}},
		{"UTF-32BE with a mark", "\x00\x00\xfe\xff" + wide32(be, config), result{config, decode.UTF32BE}},
		{"ASCII appended to UTF-16LE", "\xff\xfe" + wide(le, config) + appended, result{config + appended, decode.UTF16LE}},
		{"ASCII inside UTF-16LE", wide(le, config) + appended + wide(le, config), result{config + appended + config, decode.UTF16LE}},
		{"ASCII inside UTF-16BE", wide(be, config) + appended + wide(be, config), result{config + appended + config, decode.UTF16BE}},
		{"text with NUL separators", "a=1\x00b=2\x00long=value\x00", result{"a=1\x00b=2\x00long=value\x00", ""}},
		{"table of small numbers", "\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00", result{"\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, encoding := decode.Text([]byte(test.data))
			if diff := cmp.Diff(test.want, result{string(text), encoding}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextLeavesBinaryAlone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		data := make([]byte, 4096)
		for i := range data {
			if data[i] = byte(rnd.Uint32()); i%2 == 1 && rnd.IntN(3) == 0 {
				data[i] = 0
			}
		}
		if rnd.IntN(2) == 0 {
			data[0], data[1] = 0xff, 0xfe
		}
		if text, encoding := decode.Text(data); encoding != "" || !bytes.Equal(text, data) {
			t.Fatalf("binary data taken for %s", encoding)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00b\x00\n\x00"))
	f.Add([]byte("\xfe\xff\x00a\x00b\x00\n"))
	f.Add([]byte("\xff\xfe\x00\x00a\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		text, encoding := decode.Text(data)
		if !bytes.Equal(before, data) {
			t.Error("data was changed")
		}
		if encoding == "" && !bytes.Equal(text, data) {
			t.Error("text differs though no encoding was found")
		}
	})
}
