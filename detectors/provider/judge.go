package provider

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/keysweep/keysweep/detectors"
)

// answer is what came back from a call. With a fault nothing can be made of it.
type answer struct {
	status    int
	header    http.Header
	body      string
	doc       any // the body when it is JSON
	isJSON    bool
	fault     string
	unmatched string // why no row counts although one may fit
	lookup    bool   // the answer of a lookup: the call itself was not made
	silent    bool   // no answer came, not even a status
	sent      bool   // the request may have reached the host
}

// Format prints none of the fields, whatever the verb.
func (*answer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("provider.answer")) }

// reason says why no row fits.
func (ans *answer) reason() string {
	switch {
	case ans.fault != "":
		return ans.fault
	case ans.unmatched != "":
		return ans.unmatched
	case strings.TrimSpace(ans.body) == "":
		return fmt.Sprintf("an empty answer (%d)", ans.status)
	}
	return fmt.Sprintf("an answer that says neither yes nor no (%d)", ans.status)
}

// understand reads the body and finds what no row may be asked about: outages, pages for people, cut answers.
func (ans *answer) understand() {
	switch {
	case ans.status == http.StatusTooManyRequests:
		ans.fault = "rate limit (429)"
	case ans.status >= 500:
		ans.fault = fmt.Sprintf("a fault of the issuer (%d)", ans.status)
	case ans.status/100 == 3:
		ans.fault = fmt.Sprintf("a redirect, not followed (%d)", ans.status)
	case isHTML(ans.body):
		ans.fault = fmt.Sprintf("a web page in place of an answer (%d)", ans.status)
	}
	if ans.fault != "" {
		return
	}
	body := strings.TrimSpace(strings.TrimPrefix(ans.body, "\ufeff"))
	doc, err := decodeJSON(body)
	switch {
	case err == nil:
		ans.doc, ans.isJSON = doc, true
	case strings.HasPrefix(body, "{") || strings.HasPrefix(body, "["), strings.HasPrefix(body, "<") && !wholeXML(body):
		ans.fault = fmt.Sprintf("a broken answer (%d)", ans.status)
	}
}

func isHTML(body string) bool {
	start := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(body[:min(len(body), 2048)], "\ufeff")))
	return strings.HasPrefix(start, "<!doctype html") || strings.Contains(start, "<html") || strings.HasPrefix(start, "<head") || strings.HasPrefix(start, "<body")
}

// wholeXML reports whether a document ends where it should.
func wholeXML(body string) bool {
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// decodeJSON keeps numbers as they are written.
func decodeJSON(body string) (any, error) {
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return doc, nil
}

// row returns the first row that fits, or nil.
func (ans *answer) row(rows []detectors.Reply, v *values) *detectors.Reply {
	for i := range rows {
		if ans.fits(&rows[i], v) {
			return &rows[i]
		}
	}
	return nil
}

// fits reports whether all conditions of a row fit.
func (ans *answer) fits(r *detectors.Reply, v *values) bool {
	if r.Status != 0 && r.Status != ans.status || r.Text != "" && !strings.Contains(ans.body, v.plain(r.Text)) {
		return false
	}
	for name, part := range r.Header {
		if !strings.Contains(strings.ToLower(strings.Join(ans.header.Values(name), "\n")), strings.ToLower(part)) || ans.header.Get(name) == "" {
			return false
		}
	}
	for _, c := range r.JSON {
		if !ans.isJSON || !holds(ans.doc, c, v) {
			return false
		}
	}
	return true
}

// holds reports whether a condition fits the document.
func holds(doc any, c detectors.Condition, v *values) bool {
	got, ok := find(doc, c.Path, v)
	if !ok || got == nil {
		return false
	}
	switch c.Op {
	case detectors.Present:
		return !empty(got)
	case detectors.Any:
		return slices.ContainsFunc(c.Want.([]any), func(w any) bool { return equal(got, w, v) })
	case detectors.Not:
		return !equal(got, c.Want, v)
	case detectors.Has:
		return has(got, c.Want, v)
	}
	return equal(got, c.Want, v)
}

// has looks for an element of a list, or a word of a text.
func has(got, want any, v *values) bool {
	switch got := got.(type) {
	case []any:
		return slices.ContainsFunc(got, func(e any) bool { return element(e, want, v) })
	case string:
		words := strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(",;|", r) || unicode.IsSpace(r) })
		return slices.ContainsFunc(words, func(w string) bool { return equal(w, want, v) })
	}
	return false
}

// element compares an element of a list with a value, or with a list of values of which "*" fits anything.
func element(e, want any, v *values) bool {
	wants, ok := want.([]any)
	if !ok {
		return equal(e, want, v)
	}
	list, ok := e.([]any)
	if !ok || len(list) < len(wants) {
		return false
	}
	for i, w := range wants {
		if w != "*" && !equal(list[i], w, v) {
			return false
		}
	}
	return true
}

// equal compares a value of an answer with one of a row. Numbers and texts are equal when they read the same.
func equal(got, want any, v *values) bool {
	switch want := want.(type) {
	case bool:
		return got == want
	case string:
		text, ok := scalarText(got, true)
		_, isBool := got.(bool)
		return ok && !isBool && text == v.plain(want)
	case int64:
		return sameNumber(got, strconv.FormatInt(want, 10))
	case float64:
		return sameNumber(got, strconv.FormatFloat(want, 'f', -1, 64))
	}
	return false
}

func sameNumber(got any, want string) bool {
	text, ok := scalarText(got, true)
	if _, isBool := got.(bool); !ok || isBool {
		return false
	}
	if text == want {
		return true
	}
	a, errA := strconv.ParseFloat(text, 64)
	b, errB := strconv.ParseFloat(want, 64)
	return errA == nil && errB == nil && a == b
}

func empty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return v == nil
}

// scalarText is the text of a value that is no object and no list.
func scalarText(v any, ok bool) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, ok
	case json.Number:
		return v.String(), ok
	case bool:
		return strconv.FormatBool(v), ok
	}
	return "", false
}

// find follows a path.
func find(doc any, path detectors.Path, v *values) (any, bool) {
	for _, s := range path {
		var ok bool
		switch at := doc.(type) {
		case map[string]any:
			if s == (detectors.Step{}) {
				ok = true
			} else if s.Member == "" {
				doc, ok = at[s.Key]
			}
		case []any:
			doc, ok = index(at, s, v)
		}
		if !ok {
			return nil, false
		}
	}
	return doc, len(path) > 0
}

// index returns the element of that number, or the only one whose member has the value.
func index(list []any, s detectors.Step, v *values) (any, bool) {
	if s == (detectors.Step{}) {
		return list, true
	}
	if s.Member == "" {
		i, err := strconv.Atoi(s.Key)
		if err != nil || i < 0 || i >= len(list) {
			return nil, false
		}
		return list[i], true
	}
	var found []any
	for _, e := range list {
		if equal(memberOf(e, s.Member), s.Value, v) {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		return nil, false
	}
	return found[0], true
}

// memberOf returns a member, or with dots in the name the member of a member.
func memberOf(doc any, name string) any {
	for key := range strings.SplitSeq(name, ".") {
		object, _ := doc.(map[string]any)
		doc = object[key]
	}
	return doc
}

// factBytes bounds a fact, which people read.
const factBytes = 200

// fact reads one fact of the answer, without any text of the credential that the issuer may echo.
func (a *asking) fact(ans *answer, path detectors.Path, v *values) string {
	return strings.Join(a.facts(ans, path, v), ", ")
}

// facts reads a list of them: a list's elements, or a text's words.
func (a *asking) facts(ans *answer, path detectors.Path, v *values) []string {
	got, ok := find(ans.doc, path, v)
	if !ok {
		return nil
	}
	list, isList := got.([]any)
	if !isList {
		list = []any{got}
	}
	var out []string
	for _, e := range list {
		if text, ok := scalarText(e, true); ok && text != "" {
			out = append(out, a.clean(text))
		}
	}
	return out
}

// clean makes a text of the issuer safe to show.
func (a *asking) clean(text string) string {
	for _, from := range []map[string]string{a.parts, a.signer} {
		for _, p := range from {
			if len(p) >= 4 {
				text = strings.ReplaceAll(text, p, detectors.NewSecret(p).Redacted())
			}
		}
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	return string(bytes.ToValidUTF8([]byte(text[:min(len(text), factBytes)]), nil))
}
