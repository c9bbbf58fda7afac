package issuer

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// place is where an issuer looks for a credential that is sent as it is.
type place func(*inquiry) string

// inHeader is a header's value behind a prefix such as "Bearer ".
func inHeader(name, prefix string) place {
	return func(q *inquiry) string {
		v, ok := strings.CutPrefix(q.head(name), prefix)
		if !ok {
			q.fail(FaultForm, "header "+name+" begins with "+prefix)
		}
		return v
	}
}

// inQuery is the decoded value of a query parameter.
func inQuery(name string) place {
	return func(q *inquiry) string { return q.need("parameter "+name, q.param(name)) }
}

// inField is the decoded value of a form field.
func inField(name string) place {
	return func(q *inquiry) string {
		q.form("a form", strings.HasPrefix(q.Header.Get("Content-Type"), "application/x-www-form-urlencoded"))
		return q.need("field "+name, q.field(name))
	}
}

// inMember is a member of a JSON body; further names lead into nested objects.
func inMember(names ...string) place {
	return func(q *inquiry) string {
		var v any = q.json(q.Body)
		for _, n := range names {
			switch at := v.(type) {
			case map[string]any:
				v = at[n]
			case []any:
				v = nil
				if n == "0" && len(at) > 0 {
					v = at[0]
				}
			}
		}
		return q.need("member "+strings.Join(names, "."), textOf(v))
	}
}

// inPath is the decoded path segment of that number, from 0; negative ones count from the end.
func inPath(n int) place {
	return func(q *inquiry) string {
		segments := strings.Split(strings.TrimPrefix(q.Path, "/"), "/")
		i := n
		if i < 0 {
			i += len(segments)
		}
		if i < 0 || i >= len(segments) {
			q.fail(FaultMissing, "path segment")
			return ""
		}
		v, err := url.PathUnescape(segments[i])
		q.form("an escaped path", err == nil)
		return v
	}
}

// behind is what another place holds after a prefix, such as bot in /bot<token>/getMe.
func behind(prefix string, p place) place {
	return func(q *inquiry) string {
		v, ok := strings.CutPrefix(p(q), prefix)
		q.form("begins with "+prefix, ok)
		return v
	}
}

// user and password are the halves of Basic authentication.
func user(q *inquiry) string     { return q.basic(0) }
func password(q *inquiry) string { return q.basic(1) }

func (q *inquiry) basic(half int) string {
	text, ok := strings.CutPrefix(q.head("Authorization"), "Basic ")
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	name, pass, colon := strings.Cut(string(raw), ":")
	q.form("Basic authentication", ok && err == nil && colon)
	return []string{name, pass}[half]
}

// carried is an issuer that gets the credential itself, its parts in these places.
func carried(places ...place) auth {
	return func(q *inquiry) *Key {
		var values []string
		for _, p := range places {
			values = append(values, p(q))
		}
		k := q.keys.find(func(k *Key) bool { return k.hasAll(values) })
		if k != nil {
			q.hint = k
			return k
		}
		q.hint = q.keys.find(func(k *Key) bool {
			return slices.ContainsFunc(values, func(v string) bool { return k.hasAll([]string{v}) })
		})
		q.fail(FaultKey, "credential")
		return &Key{}
	}
}

// hasAll reports whether each value is another part of the key, or what that part is sent as.
func (k *Key) hasAll(values []string) bool {
	left := map[string]string{}
	for name, v := range k.Parts {
		left[name] = v
	}
	for _, want := range values {
		found := ""
		for name, v := range left {
			if v == want && v != "" {
				found = name
			}
		}
		if found == "" {
			return false
		}
		delete(left, found)
	}
	return len(values) > 0
}

// either is an issuer that takes more than one kind of credential at one place. The faults of the last kind count.
func either(kinds ...auth) auth {
	return func(q *inquiry) *Key {
		for _, kind := range kinds[:len(kinds)-1] {
			try := *q
			if k := kind(&try); try.fault == "" {
				q.hint = try.hint
				return k
			}
		}
		return kinds[len(kinds)-1](q)
	}
}

func bearer(q *inquiry) *Key { return carried(inHeader("Authorization", "Bearer "))(q) }

// nobody is an issuer that asks for no credential: the request itself says what it is about, in one of its places.
func nobody(about place) auth { return carried(about) }
