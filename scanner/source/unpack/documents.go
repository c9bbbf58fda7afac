package unpack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path"
	"strings"

	"encoding/base64"
)

// documentBytes bounds a document, which is read as a whole; a longer one is left as it is.
const documentBytes = 32 << 20

// reader turns a document into what it holds: texts by name.
type reader func(data []byte, yield func(name string, text []byte) error) error

// document returns how to read a file of a format whose text does not stand in it as people see it, or nil.
func document(head []byte, name string) reader {
	switch {
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return readDatabase
	case isBerkeleyDB(head):
		return readWallet
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return readPDF
	case bytes.HasPrefix(head, []byte(`{\rtf`)):
		return readRTF
	case bytes.HasPrefix(head, []byte("\xca\xfe\xba\xbe")) && len(head) > 10 && head[6] == 0 && head[7] >= 45:
		return readClass
	}
	if isPyc(head) {
		return readPyc
	}
	if isPKCS12(head) {
		return readPKCS12
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".ipynb":
		return readNotebook
	case ".eml", ".mht", ".mhtml":
		return readMail
	case ".pyc", ".pyo":
		return readPyc
	}
	return nil
}

// Named reports whether a file is opened for its name alone, whatever it begins with.
func Named(name []byte) bool {
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 || len(name)-dot > len(".mhtml") {
		return false
	}
	return identify([]byte{0}, string(name[dot:])) != nil || document(nil, string(name[dot:])) != nil
}

// isPyc tells compiled Python by its magic number: a version, then the bytes of a line end (CPython,
// importlib/_bootstrap_external.py). Versions of 3 count from 3000, those of 2 from 62000.
func isPyc(head []byte) bool {
	if len(head) < 16 || head[2] != '\r' || head[3] != '\n' {
		return false
	}
	version := int(head[0]) | int(head[1])<<8
	return version >= 3000 && version < 4000 || version >= 62000 && version < 62300
}

// readDatabase reads the tables of an SQLite database, and the keys of one that is a wallet.
func readDatabase(data []byte, yield func(string, []byte) error) error {
	bad := readSQLite(data, yield)
	if final(bad) || !bytes.Contains(data, []byte("walletdescriptor")) {
		return bad
	}
	if err := readWallet(data, yield); err != nil {
		return err
	}
	return bad
}

// documents yields the texts of a document, after the document as it stands.
func (w *work) documents(ctx context.Context, p place, read reader, data []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = w.skip(p.below("content"), SkipCorrupt, fmt.Errorf("reader panicked: %T", v))
		}
	}()
	err = read(data, func(name string, text []byte) error {
		if len(bytes.TrimSpace(text)) == 0 {
			return nil
		}
		return w.entry(ctx, p.below(name), bytes.NewReader(text), int64(len(text)))
	})
	if err == nil || final(err) {
		return err
	}
	return w.skip(p.below("content"), reason(err), err)
}

// readNotebook reads the cells of a Jupyter notebook and their outputs: nbformat 4, and the worksheets of 3. The lines
// of a cell stand in the file as strings of their own.
func readNotebook(data []byte, yield func(string, []byte) error) error {
	type cell struct {
		Source  lines            `json:"source"`
		Input   lines            `json:"input"`
		Outputs []map[string]any `json:"outputs"`
	}
	var book struct {
		Cells      []cell
		Worksheets []struct{ Cells []cell }
	}
	if err := json.Unmarshal(data, &book); err != nil {
		return errFormat // the error could quote content
	}
	for _, s := range book.Worksheets {
		book.Cells = append(book.Cells, s.Cells...)
	}
	for i, c := range book.Cells {
		if err := yield(fmt.Sprintf("cell %d", i+1), []byte(string(c.Source)+string(c.Input))); err != nil {
			return err
		}
		var out strings.Builder
		for _, o := range c.Outputs {
			outputs(&out, o)
		}
		if err := yield(fmt.Sprintf("output %d", i+1), []byte(out.String())); err != nil {
			return err
		}
	}
	return nil
}

// lines is a text as nbformat writes it: one string, or one for each line.
type lines string

// UnmarshalJSON reads either; anything else is no text.
func (l *lines) UnmarshalJSON(data []byte) error {
	var one string
	var many []string
	if json.Unmarshal(data, &one) == nil {
		*l = lines(one)
	} else if json.Unmarshal(data, &many) == nil {
		*l = lines(strings.Join(many, ""))
	}
	return nil
}

// outputs writes the texts of an output: streams, results by MIME type, and tracebacks. Pictures are left out.
func outputs(out *strings.Builder, o map[string]any) {
	for _, key := range []string{"text", "traceback", "evalue"} {
		text(out, o[key])
	}
	if data, ok := o["data"].(map[string]any); ok {
		for kind, v := range data {
			if !strings.HasPrefix(kind, "image/") || kind == "image/svg+xml" {
				text(out, v)
			}
		}
	}
}

func text(out *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		out.WriteString(v + "\n")
	case []any:
		for _, line := range v {
			if s, ok := line.(string); ok {
				out.WriteString(s)
			}
		}
		out.WriteString("\n")
	case map[string]any:
		if b, err := json.MarshalIndent(v, "", " "); err == nil {
			out.Write(append(b, '\n'))
		}
	}
}

const (
	mailDepth = 8
	mailParts = 1000
)

// readMail reads the parts of a message (RFC 5322, RFC 2045) with their encodings taken off.
func readMail(data []byte, yield func(string, []byte) error) error {
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return errFormat
	}
	r := mailReader{yield: yield}
	return r.part(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body, 0)
}

type mailReader struct {
	yield func(string, []byte) error
	parts int
}

func (r *mailReader) part(kind, encoding, name string, body io.Reader, depth int) error {
	media, params, err := mime.ParseMediaType(kind)
	if err == nil && strings.HasPrefix(media, "multipart/") && params["boundary"] != "" && depth < mailDepth {
		return r.all(multipart.NewReader(body, params["boundary"]), depth)
	}
	if r.parts++; r.parts > mailParts {
		return errEntries
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(io.LimitReader(body, documentBytes))
	if name == "" {
		name = fmt.Sprintf("part %d", r.parts)
	}
	return errors.Join(r.yield(name, text), err)
}

func (r *mailReader) all(in *multipart.Reader, depth int) error {
	for {
		p, err := in.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errFormat
		}
		err = r.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.FileName(), p, depth+1)
		if err != nil {
			return err
		}
	}
}
