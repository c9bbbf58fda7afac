package unpack

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/keysweep/keysweep/scanner/source/unpack/pdf"
)

// readRTF reads the text of a document: the rest of what stands between control words.
func readRTF(data []byte, yield func(string, []byte) error) error {
	var out []byte
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '{', '}', '\r', '\n':
		case '\\':
			i = control(data, i, &out)
		default:
			out = append(out, c)
		}
	}
	return yield("text", out)
}

// control reads what a backslash begins, and returns where its last byte is.
func control(data []byte, at int, out *[]byte) int {
	i := at + 1
	if i == len(data) {
		return at
	}
	if c := data[i]; c == '\'' && i+2 < len(data) {
		if b, err := hex.DecodeString(string(data[i+1 : i+3])); err == nil {
			*out = utf8.AppendRune(*out, charmap.Windows1252.DecodeByte(b[0]))
		}
		return i + 2
	} else if c|0x20 < 'a' || c|0x20 > 'z' {
		switch c {
		case '~':
			*out = append(*out, ' ')
		case '\\', '{', '}':
			*out = append(*out, c)
		case '\n', '\r':
			*out = append(*out, '\n')
		}
		return i
	}
	start := i
	for i < len(data) && 'a' <= data[i]|0x20 && data[i]|0x20 <= 'z' {
		i++
	}
	word, number := string(data[start:i]), i
	for i < len(data) && (data[i] >= '0' && data[i] <= '9' || data[i] == '-' && i == number) {
		i++
	}
	switch word {
	case "par", "line", "row", "sect", "page":
		*out = append(*out, '\n')
	case "tab", "cell":
		*out = append(*out, '\t')
	case "u":
		n, err := strconv.ParseInt(string(data[number:i]), 10, 32)
		if err == nil {
			*out = utf8.AppendRune(*out, rune(uint16(n)))
			if i+1 < len(data) && data[i] == ' ' {
				i++
			}
			if i < len(data) && data[i] == '?' { // what readers of old show instead
				i++
			}
			return i - 1
		}
	}
	if i < len(data) && data[i] == ' ' {
		return i
	}
	return i - 1
}

// readPDF reads what a document shows, what its objects say, and what is attached to it.
func readPDF(data []byte, yield func(string, []byte) error) error {
	err := pdf.Read(data, yield)
	switch {
	case errors.Is(err, pdf.ErrEncrypted):
		return errEncrypted
	case errors.Is(err, pdf.ErrLimit):
		return errDocument
	}
	return err
}

// readPyc reads the strings of compiled Python: what marshal writes for text and bytes, one a line.
func readPyc(data []byte, yield func(string, []byte) error) error {
	var out bytes.Buffer
	const keepFlag = 0x7f // the high bit says that the object is referred to later
	for i := 16; i < len(data); {
		size, lead := -1, 0
		switch data[i] & keepFlag {
		case 'z', 'Z':
			if lead = 2; i+1 < len(data) {
				size = int(data[i+1])
			}
		case 'a', 'A', 'u', 's', 't':
			if lead = 5; i+5 <= len(data) {
				size = int(min(binary.LittleEndian.Uint32(data[i+1:]), 1<<30))
			}
		}
		if size < 1 || i+lead+size > len(data) || !printable(data[i+lead:i+lead+size]) {
			i++
			continue
		}
		fmt.Fprintf(&out, "%q\n", data[i+lead:i+lead+size])
		i += lead + size
	}
	return yield("constants", out.Bytes())
}

func printable(data []byte) bool {
	for _, c := range data {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return utf8.Valid(data)
}

// readClass reads the constants of compiled Java (JVM specification, chapter 4): fields with a constant value as
// assignments, then all other strings of code.
func readClass(data []byte, yield func(string, []byte) error) error {
	c := class{data: data, at: 8, texts: map[int]string{}, refs: map[int]int{}}
	var out strings.Builder
	c.pool()
	c.at += 6
	c.at += 2 * c.u2()
	for n := c.u2(); n > 0 && !c.cut; n-- {
		c.field(&out)
	}
	for i := 1; i < 1<<16; i++ {
		if ref, ok := c.refs[i]; ok {
			fmt.Fprintf(&out, "%q\n", c.texts[ref])
		}
	}
	if err := yield("constants", []byte(out.String())); err != nil {
		return err
	}
	if c.cut {
		return errFormat
	}
	return nil
}

type class struct {
	data  []byte
	at    int
	cut   bool
	texts map[int]string // CONSTANT_Utf8 by index
	refs  map[int]int    // CONSTANT_String to the text's index
}

func (c *class) u2() int {
	if c.at+2 > len(c.data) {
		c.cut = true
		return 0
	}
	c.at += 2
	return int(binary.BigEndian.Uint16(c.data[c.at-2:]))
}

func (c *class) pool() {
	// Sizes of the entries by tag, without the tag.
	sizes := map[byte]int{3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
	for i, n := 1, c.u2(); i < n && !c.cut && c.at < len(c.data); i++ {
		tag := c.data[c.at]
		c.at++
		switch size, ok := sizes[tag]; {
		case tag == 1:
			length := c.u2()
			if c.at+length > len(c.data) {
				c.cut = true
				return
			}
			c.texts[i] = string(c.data[c.at : c.at+length])
			c.at += length
		case tag == 8:
			c.refs[i] = c.u2()
		case ok:
			c.at += size
			if tag == 5 || tag == 6 {
				i++ // they take two numbers
			}
		default:
			c.cut = true
		}
	}
}

func (c *class) field(out *strings.Builder) {
	c.at += 2
	name := c.texts[c.u2()]
	c.at += 2
	for n := c.u2(); n > 0 && !c.cut; n-- {
		kind := c.texts[c.u2()]
		high, low := c.u2(), c.u2()
		size := high<<16 | low
		if ref, ok := c.refs[c.peek()]; ok && kind == "ConstantValue" && size == 2 {
			fmt.Fprintf(out, "%s = %q\n", name, c.texts[ref])
		}
		c.at = min(c.at+size, len(c.data))
	}
}

func (c *class) peek() int {
	if c.at+2 > len(c.data) {
		return 0
	}
	return int(binary.BigEndian.Uint16(c.data[c.at:]))
}
