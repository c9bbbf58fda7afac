package sign

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

var errBody = errors.New("body: not a JSON object")

// gemini carries the path, the nonce and the body's members in a header; the body itself stays as the rules file has it.
func gemini(r *Request, in Inputs) error {
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	doc, err := object(r.Body, member{"request", r.Path}, member{"nonce", nonce})
	if err != nil {
		return err
	}
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	payload := b64(doc)
	r.Header.Set("Content-Type", "text/plain")
	return r.setAll("X-GEMINI-APIKEY", key, "X-GEMINI-PAYLOAD", payload, "X-GEMINI-SIGNATURE", encode("hex", mac("sha384", secret, payload)))
}

// whitebit asks for a time window unless told otherwise: then a nonce of now cannot lock out the owner's smaller ones.
func whitebit(r *Request, in Inputs) error {
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	window := in.param("nonce_window", "true") == "true"
	r.Body, err = object(r.Body, member{"request", r.Path}, member{"nonce", nonce}, member{"nonceWindow", window})
	if err != nil {
		return err
	}
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	payload := b64(r.Body)
	r.mime("application/json")
	return r.setAll("X-TXC-APIKEY", key, "X-TXC-PAYLOAD", payload, "X-TXC-SIGNATURE", encode("hex", mac("sha512", secret, payload)))
}

// independentReserve signs the URL with key, nonce and members, and sends all of them as JSON. The nonce is a JSON number.
func independentReserve(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	members, err := flat(r.Body)
	if err != nil {
		return err
	}
	message := r.Scheme + "://" + r.Host + r.Path + ",apiKey=" + key + ",nonce=" + nonce
	for _, m := range members {
		message += "," + m.name + "=" + m.text
	}
	number := json.Number(nonce)
	if _, err := number.Int64(); err != nil {
		return errors.New("nonce: not a number")
	}
	signature := encode("HEX", mac("sha256", secret, message))
	r.Body, err = object(r.Body, member{"apiKey", key}, member{"nonce", number}, member{"signature", signature})
	r.mime("application/json")
	return err
}

// cryptocom wraps the body, its params, into a call. Id and nonce are one number, sent as text.
func cryptocom(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	nonce, err := in.nonce()
	if err != nil {
		return err
	}
	params := strings.TrimSpace(r.Body)
	if params == "" {
		params = "{}"
	}
	tree, err := decodeObject(params)
	if err != nil {
		return err
	}
	method := methodOf(r.Path)
	payload := method + nonce + key + paramText(tree, 0) + nonce
	r.Body, err = object("", member{"id", nonce}, member{"method", method}, member{"params", json.RawMessage(params)},
		member{"api_key", key}, member{"sig", encode("hex", mac("sha256", secret, payload))}, member{"nonce", nonce})
	r.mime("application/json")
	return err
}

// methodOf cuts a path down to what Crypto.com calls the method: private/user-balance.
func methodOf(path string) string {
	for _, root := range []string{"/private/", "/public/"} {
		if at := strings.Index(path, root); at >= 0 {
			return path[at+1:]
		}
	}
	return strings.TrimPrefix(path, "/")
}

// paramText is the params as Crypto.com signs them: names sorted, each before its value, three levels deep.
func paramText(v any, level int) string {
	switch v := v.(type) {
	case map[string]any:
		if level >= 3 {
			return ""
		}
		var b strings.Builder
		for _, name := range sortedNames(v) {
			b.WriteString(name)
			b.WriteString(paramText(v[name], level+1))
		}
		return b.String()
	case []any:
		var b strings.Builder
		for _, item := range v {
			b.WriteString(paramText(item, level))
		}
		return b.String()
	}
	return scalar(v)
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// scalar writes a JSON value that is no object and no list as issuers sign it.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return "null"
}

// bingxJSON signs the members of a JSON body, sorted and joined like a query, and puts the signature behind them. BingX
// signs its other calls over the query: those are the scheme hmac.
func bingxJSON(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	payload, err := sortedMembers(r.Body)
	if err != nil {
		return err
	}
	inner, err := innerText(r.Body)
	if err != nil {
		return err
	}
	signature, err := object("", member{"signature", encode("hex", mac("sha256", secret, payload))})
	if err != nil {
		return err
	}
	if inner != "" {
		r.Body = "{" + inner + "," + strings.TrimPrefix(signature, "{")
	} else {
		r.Body = signature
	}
	r.mime("application/json")
	return r.set("X-BX-APIKEY", key)
}

// sortedMembers writes the members of a JSON object as name=value joined by &, in the order of their names. Texts stand
// without quotes, lists and objects as compact JSON.
func sortedMembers(body string) (string, error) {
	if strings.TrimSpace(body) == "" {
		return "", nil
	}
	members := map[string]json.RawMessage{}
	if json.Unmarshal([]byte(body), &members) != nil {
		return "", errBody
	}
	names := make([]string, 0, len(members))
	for n := range members {
		names = append(names, n)
	}
	slices.Sort(names)
	for i, n := range names {
		var b bytes.Buffer
		if json.Compact(&b, members[n]) != nil {
			return "", errBody
		}
		text := b.String()
		if strings.HasPrefix(text, `"`) && json.Unmarshal(members[n], &text) != nil {
			return "", errBody
		}
		names[i] = n + "=" + text
	}
	return strings.Join(names, "&"), nil
}

// member is one member of a JSON object.
type member struct {
	name  string
	value any
}

// object writes the members in their order, then those of body, a JSON object or nothing, as they stand.
func object(body string, members ...member) (string, error) {
	var all []string
	for _, m := range members {
		name, err := plainJSON(m.name)
		if err != nil {
			return "", err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return "", err
		}
		all = append(all, name+":"+value)
	}
	inner, err := innerText(body)
	if err != nil {
		return "", err
	}
	if inner != "" {
		all = append(all, inner)
	}
	return "{" + strings.Join(all, ",") + "}", nil
}

// plainJSON leaves <, > and & as they are: what is signed must be what other clients would send.
func plainJSON(v any) (string, error) {
	if raw, ok := v.(json.RawMessage); ok {
		return string(raw), nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return "", errors.New("a value that is not JSON")
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// innerText returns the text between the braces of a JSON object.
func innerText(body string) (string, error) {
	body = strings.TrimSpace(body)
	if body == "" {
		return "", nil
	}
	if _, err := decodeObject(body); err != nil {
		return "", err
	}
	return strings.TrimSpace(body[1 : len(body)-1]), nil
}

func decodeObject(text string) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var m map[string]any
	if d.Decode(&m) != nil || m == nil {
		return nil, errBody
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errBody
	}
	return m, nil
}

// flatMember is a member whose value is no object and no list, as text.
type flatMember struct{ name, text string }

// flat returns the members of a JSON object in their order.
func flat(body string) ([]flatMember, error) {
	if strings.TrimSpace(body) == "" {
		return nil, nil
	}
	if _, err := decodeObject(body); err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	_, _ = d.Token() // the brace: the text is known to be an object
	var out []flatMember
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errBody
		}
		value, err := d.Token()
		if err != nil {
			return nil, errBody
		}
		if _, nested := value.(json.Delim); nested {
			return nil, errors.New("body: a nested value")
		}
		out = append(out, flatMember{scalar(name), scalar(value)})
	}
	return out, nil
}
