package accuracy

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"text/template"
	"unicode/utf16"
)

// layers are the functions of templates that hide text under an encoding.
var layers = template.FuncMap{
	"envfile":  envFile,
	"jsonfile": jsonFile,
	"entities": entities,
	"qp":       quotedPrintable,
	"gzipped":  gzipped,
	"utf16":    utf16File,
}

func envFile(fields []field) string {
	var out strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&out, "%s=%s\n", f.Env(), strings.ReplaceAll(f.Value, "\n", `\n`))
	}
	return out.String()
}

func jsonFile(c credential) string {
	var parts []string
	for _, f := range c.Fields {
		parts = append(parts, fmt.Sprintf(`"%s":"%s"`, f.Camel(), escapeJSON(f.Value)))
	}
	return fmt.Sprintf(`{"%s":{%s}}`, c.ID(), strings.Join(parts, ","))
}

func entities(v string) string {
	var out strings.Builder
	for _, c := range v {
		fmt.Fprintf(&out, "&#%d;", c)
	}
	return out.String()
}

func quotedPrintable(v string) string {
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write([]byte(v))
	_ = w.Close()
	return out.String()
}

func gzipped(v string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(v))
	_ = w.Close()
	return out.String()
}

// utf16File is text as Windows tools save it: a byte order mark and little-endian units.
func utf16File(v string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(v)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return string(out)
}
