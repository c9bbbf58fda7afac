package issuer

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Request is a request as it came in: nothing of it is decoded.
type Request struct {
	Method, Host string
	Path, Query  string // escaped, as they stood in the request line
	Header       http.Header
	Body         string
}

const maxBody = 1 << 20

// read takes the request off the wire.
func read(r *http.Request) (*Request, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	return &Request{Method: r.Method, Host: r.Host, Path: path, Query: query, Header: r.Header, Body: string(body)}, nil
}

// target is path and query as the request line had them.
func (r *Request) target() string {
	if r.Query == "" {
		return r.Path
	}
	return r.Path + "?" + r.Query
}

// param returns the decoded value of a query parameter.
func (r *Request) param(name string) string { return pairOf(r.Query, name) }

// field returns the decoded value of a form field.
func (r *Request) field(name string) string { return pairOf(r.Body, name) }

func pairOf(text, name string) string {
	v, err := url.ParseQuery(text)
	if err != nil {
		return ""
	}
	return v.Get(name)
}

// without returns a query or form without the pairs of that name, all else as it was.
func without(text, name string) string {
	var kept []string
	for pair := range strings.SplitSeq(text, "&") {
		if n, _, _ := strings.Cut(pair, "="); n != name && pair != "" {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

// plainTarget is the path and the query before it was escaped.
func (r *Request) plainTarget() string {
	if r.Query == "" {
		return r.Path
	}
	return r.Path + "?" + unescaped(r.Query)
}

// unescaped undoes percent escapes, a plus stays one.
func unescaped(text string) string {
	s, err := url.PathUnescape(text)
	if err != nil {
		return text
	}
	return s
}

// clone returns a copy whose headers can be changed.
func (r *Request) clone() *Request {
	c := *r
	c.Header = r.Header.Clone()
	return &c
}
