package issuer

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// list answers a look at the account's keys. Where the recorded answer has a list whose elements name a key, it lists
// those that live; else it tells of the one that was asked about.
func (a *Account) list(c *Call, call string, own *member) Answer {
	found := a.recorded(call, &Key{}, "found")
	doc, isJSON := decode(found.Body)
	if isJSON {
		if doc, listed := a.expand(doc); listed {
			body, err := json.Marshal(doc)
			if err == nil {
				found.Body = string(body)
				return found
			}
		}
	}
	m := a.asked(c, own)
	if m == nil || m.ended {
		return a.recorded(call, c.Key, "gone", "refused")
	}
	if isJSON {
		m.handles = append(m.handles, distinctive("", doc)...)
	}
	found.Body = fillIn(found.Body, m.key.Parts)
	return found
}

// asked is the member that a request asks about: the one that it names, or the one that asks.
func (a *Account) asked(c *Call, own *member) *member {
	values := c.values()
	for _, m := range a.members {
		if !m.ended && slices.ContainsFunc(values, func(v string) bool { return slices.Contains(m.handles, v) }) {
			return m
		}
	}
	return own
}

// expand puts an element for every living key in the place of the one that the recorded list has.
func (a *Account) expand(doc any) (any, bool) {
	switch at := doc.(type) {
	case map[string]any:
		for name, v := range at {
			if w, ok := a.expand(v); ok {
				at[name] = w
				return at, true
			}
		}
	case []any:
		i := slices.IndexFunc(at, namesPart)
		if i < 0 {
			return nil, false
		}
		if w, ok := a.expand(at[i]); ok { // a list within its elements
			at[i] = w
			return at, true
		}
		return slices.Insert(slices.Delete(slices.Clone(at), i, i+1), i, a.elements(at[i])...), true
	}
	return nil, false
}

// elements has one element for each living key, with ids of its own.
func (a *Account) elements(like any) []any {
	var out []any
	for i, m := range a.members {
		if m.ended {
			continue
		}
		one := vary("", like, i)
		m.handles = append(m.handles, distinctive("", one)...)
		out = append(out, fillTree(one, m.key.Parts))
	}
	return out
}

// vary makes ids of another key: members that are called so, and long texts with digits, differ; all else is the same.
func vary(name string, v any, i int) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, w := range v {
			out[name] = vary(name, w, i)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for j, w := range v {
			out[j] = vary("", w, i)
		}
		return out
	case json.Number:
		if n := integer(v.String()); n > 9 || n > 0 && isID(name) {
			return json.Number(fmt.Sprint(n + 1000*int64(i)))
		}
	case string:
		if strings.Contains(v, "{") || !isID(name) && (len(v) < 4 || !strings.ContainsAny(v, "0123456789")) {
			return v
		}
		if n := integer(v); n > 0 {
			return fmt.Sprint(n + 1000*int64(i))
		}
		if i > 0 {
			return fmt.Sprint(v[:len(v)-1], i)
		}
	}
	return v
}

func isID(name string) bool { return strings.HasSuffix(strings.ToLower(name), "id") }

// distinctive returns what can be an id among the values of a document.
func distinctive(name string, doc any) []string {
	var out []string
	switch v := doc.(type) {
	case map[string]any:
		for name, w := range v {
			out = append(out, distinctive(name, w)...)
		}
	case []any:
		for _, w := range v {
			out = append(out, distinctive("", w)...)
		}
	case string, json.Number:
		text := textOf(v)
		if !strings.Contains(text, "{") && text != "" && (isID(name) || len(text) >= 4 && strings.ContainsAny(text, "0123456789")) {
			out = append(out, text)
		}
	}
	return out
}

// values are all values of a request that can name a key.
func (r *Request) values() []string {
	var out []string
	for segment := range strings.SplitSeq(strings.Trim(r.Path, "/"), "/") {
		name, _, _ := strings.Cut(unescaped(segment), ":") // Google's calls end in :verb
		out = append(out, unescaped(segment), name, strings.TrimSuffix(name, ".json"))
	}
	for _, text := range []string{r.Query, r.Body} {
		if form, err := url.ParseQuery(text); err == nil {
			for _, vs := range form {
				out = append(out, vs...)
			}
		}
	}
	if doc, ok := decode(r.Body); ok {
		out = append(out, scalars(doc)...)
	}
	return out
}

func decode(text string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var doc any
	if d.Decode(&doc) != nil {
		return nil, false
	}
	_, number := doc.(json.Number)
	return doc, !number
}

func scalars(doc any) []string {
	switch v := doc.(type) {
	case map[string]any:
		var out []string
		for _, w := range v {
			out = append(out, scalars(w)...)
		}
		return out
	case []any:
		var out []string
		for _, w := range v {
			out = append(out, scalars(w)...)
		}
		return out
	case nil:
		return nil
	}
	return []string{textOf(doc)}
}

// namesPart reports whether a document has a {name} in it.
func namesPart(doc any) bool {
	return slices.ContainsFunc(scalars(doc), func(s string) bool {
		_, rest, ok := strings.Cut(s, "{")
		return ok && strings.Contains(rest, "}")
	})
}

func fillTree(doc any, parts map[string]string) any {
	switch v := doc.(type) {
	case map[string]any:
		for name, w := range v {
			v[name] = fillTree(w, parts)
		}
	case []any:
		for i, w := range v {
			v[i] = fillTree(w, parts)
		}
	case string:
		for name, value := range parts {
			v = strings.ReplaceAll(v, "{"+name+"}", value)
		}
		return v
	}
	return doc
}

// fillIn writes a key's parts into a recorded body.
func fillIn(body string, parts map[string]string) string {
	for name, value := range parts {
		text, err := json.Marshal(value)
		if err == nil {
			body = strings.ReplaceAll(body, "{"+name+"}", string(text[1:len(text)-1]))
		}
	}
	return body
}
