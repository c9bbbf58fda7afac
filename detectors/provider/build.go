package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/sign"
)

// values are what templates stand for. Its fields are secrets in clear: it prints as its name only.
type values struct {
	parts, signer map[string]string
	lookup, uuid  string
	now           time.Time
	nonce         string
}

// Format prints none of the fields, whatever the verb.
func (*values) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("provider.values")) }

func (v *values) get(name string) (string, error) {
	switch name {
	case "unix":
		return strconv.FormatInt(v.now.Unix(), 10), nil
	case "unix_ms":
		return strconv.FormatInt(v.now.UnixMilli(), 10), nil
	case "iso":
		return v.now.UTC().Format("2006-01-02T15:04:05Z"), nil
	case "nonce":
		return v.nonce, nil
	case "uuid":
		return v.uuid, nil
	case "lookup":
		return v.lookup, nil
	}
	from, key := v.parts, name
	if signer, ok := strings.CutPrefix(name, "signer."); ok {
		from, key = v.signer, signer
	}
	if from[key] == "" {
		return "", fmt.Errorf("no value for {%s}", name)
	}
	return from[key], nil
}

// expand replaces the placeholders of a template, each value as escape writes it.
func (v *values) expand(template string, escape func(string) (string, error)) (string, error) {
	var b strings.Builder
	at := 0
	for _, p := range detectors.Placeholders(template) {
		value, err := v.get(p.Name)
		if err == nil {
			value, err = escape(value)
		}
		if err != nil {
			return "", err
		}
		b.WriteString(template[at:p.Start])
		b.WriteString(value)
		at = p.End
	}
	b.WriteString(template[at:])
	return b.String(), nil
}

// plain is the template's text as rows compare it.
func (v *values) plain(template string) string {
	text, err := v.expand(template, func(s string) (string, error) { return s, nil })
	if err != nil {
		return template // no answer holds the braces
	}
	return text
}

// request is a call ready to be sent.
type request struct {
	method string
	url    url.URL
	header http.Header
	body   string
}

// Format prints none of the fields, whatever the verb.
func (*request) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("provider.request")) }

// build fills the templates of a call and signs it, with the time of now.
func (a *asking) build(call *detectors.Call, t target, v *values) (*request, error) {
	now := a.client.opts.Now()
	v.now, v.nonce = now, a.nonceFor(call, now, v)
	host := t.base.Host
	r := &sign.Request{Method: call.Method, Scheme: t.base.Scheme, Host: host, Header: map[string][]string{}}
	for name, template := range call.Headers {
		value, err := v.expand(template, headerText)
		if err != nil {
			return nil, err
		}
		r.Header.Set(name, value)
	}
	path, query, _ := strings.Cut(templatePath(call)+templateQuery(call), "?")
	var err error
	if r.Path, err = v.expand(path, pathText); err != nil {
		return nil, err
	}
	if r.Query, err = v.expand(query, queryText); err != nil {
		return nil, err
	}
	if r.Body, err = a.body(call, v, bodyEscape(r.Header.Get("Content-Type"))); err != nil {
		return nil, err
	}
	if err := a.sign(call, r, v); err != nil {
		return nil, err
	}
	return newRequest(r, t)
}

// nonceFor makes the nonce of the call's scheme; a call without a scheme gets milliseconds.
func (a *asking) nonceFor(call *detectors.Call, now time.Time, v *values) string {
	unit := "ms"
	if call.Sign != nil {
		unit = sign.NonceOf(call.Sign.Scheme, call.Sign.Params)
	}
	if unit == "uuid" {
		v.uuid = a.client.opts.UUID()
		return v.uuid
	}
	return strconv.FormatInt(a.nextNonce(unit, now), 10)
}

func (a *asking) sign(call *detectors.Call, r *sign.Request, v *values) error {
	if call.Sign == nil {
		return nil
	}
	f, ok := sign.ByName(call.Sign.Scheme)
	if !ok {
		return errors.New("no such signing scheme")
	}
	parts := a.parts
	if a.signer != nil {
		parts = a.signer
	}
	return f(r, sign.Inputs{Parts: parts, Now: v.now, Nonce: v.nonce, Params: call.Sign.Params})
}

// agent names keysweep to issuers, some of which refuse calls without a name.
const agent = "keysweep (+https://github.com/keysweep/keysweep)"

// newRequest puts the override's path before the one that was signed.
func newRequest(r *sign.Request, t target) (*request, error) {
	escaped := strings.TrimSuffix(t.base.EscapedPath(), "/") + r.Path
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, errors.New("path: a broken escape")
	}
	header := http.Header(r.Header)
	if header.Get("User-Agent") == "" {
		header.Set("User-Agent", agent)
	}
	if r.Body != "" && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	return &request{
		method: r.Method, header: header, body: r.Body,
		url: url.URL{Scheme: t.base.Scheme, Host: t.base.Host, Path: path, RawPath: escaped, RawQuery: r.Query},
	}, nil
}

// hostOf returns the host of the call's URL.
func hostOf(call *detectors.Call) string {
	rest := strings.TrimPrefix(call.URL, "https://")
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		return rest[:end]
	}
	return rest
}

// templatePath is the call's path with its placeholders.
func templatePath(call *detectors.Call) string {
	path, _, _ := strings.Cut(call.URL[len("https://")+len(hostOf(call)):], "?")
	if path == "" {
		return "/"
	}
	return path
}

func templateQuery(call *detectors.Call) string {
	if at := strings.IndexByte(call.URL, '?'); at >= 0 {
		return call.URL[at:]
	}
	return ""
}

var errDots = errors.New("a value that leads to another path")

var errControl = errors.New("a control character in a value")

// pathText escapes a value for a path. One that would lead to another place of the host is refused.
func pathText(s string) (string, error) {
	if s == "." || s == ".." {
		return "", errDots
	}
	return url.PathEscape(s), nil
}

func headerText(s string) (string, error) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return "", errControl
		}
	}
	return s, nil
}

func queryText(s string) (string, error) {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20"), nil
}

// bodyEscape returns how values are written into a body of that type.
func bodyEscape(kind string) func(string) (string, error) {
	switch {
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		return queryText
	case kind == "" || strings.Contains(kind, "json"):
		return jsonText
	case strings.Contains(kind, "xml"):
		return func(s string) (string, error) {
			return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(s), nil
		}
	}
	return headerText
}

func jsonText(s string) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return "", errors.New("a value that is not JSON")
	}
	return b.String()[1 : b.Len()-2], nil
}

func formatUUID(b [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Hosts returns the hosts that a call may go to, as the rules file names them.
func Hosts(call *detectors.Call) []string { return append([]string{hostOf(call)}, call.Hosts...) }

// Path returns the path of a call, with its placeholders.
func Path(call *detectors.Call) string { return templatePath(call) }

// SpendsNonce reports whether a call uses up a number that must grow from call to call.
func SpendsNonce(call *detectors.Call) bool { return policyOf(call) == once }
