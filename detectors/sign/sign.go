// Package sign holds the signing schemes of exchanges and clouds, by name: what a request must carry so that the issuer
// accepts it as its key's owner's. All are pure functions: clock and nonce are handed in, nothing is read or sent, and the
// same inputs give the same bytes (ECDSA signs by RFC 6979).
//
// A scheme reads the parts of a credential by the names that rules files use: key (or client_id), secret (or private_key,
// client_secret), passphrase, token. Private keys come as PEM, as PEM with literal \n, or as base64 of the bytes.
package sign

import (
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// Request is what a scheme may read and change. Path and Query are escaped as they will be sent, Query without its question
// mark. Header may be nil before; its type converts to http.Header, which this package may not import.
type Request struct {
	Method, Scheme, Host, Path, Query, Body string
	Header                                  textproto.MIMEHeader
}

// Inputs is what a scheme signs with. Parts are secrets in clear: a value of this type prints as its name only.
type Inputs struct {
	Parts  map[string]string `json:"-"`
	Now    time.Time
	Nonce  string            // decimal or UUID, as the scheme needs; made by the caller
	Params map[string]string // the sign table of the rules file, without its scheme
}

// Format prints none of the fields, whatever the verb.
func (Inputs) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("sign.Inputs")) }

// Func signs the request in place. On an error the request is not to be sent. Errors name parts, never their values.
type Func func(*Request, Inputs) error

var errNoScheme = errors.New("no signing scheme has that name")

// ByName returns the scheme of that name.
func ByName(name string) (Func, bool) {
	s, ok := schemes()[name]
	if !ok {
		return nil, false
	}
	return func(r *Request, in Inputs) error {
		if err := s.check(in.Params); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if r.Header == nil {
			r.Header = textproto.MIMEHeader{}
		}
		if err := s.sign(r, in); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}, true
}

// Names returns the names of all schemes, sorted.
func Names() []string { return slices.Sorted(maps.Keys(schemes())) }

// Known reports whether a scheme has that name.
func Known(name string) bool { _, ok := schemes()[name]; return ok }

// NonceOf says what Inputs.Nonce must be for a scheme: "" for none, "uuid", or decimal Unix time in "ms" or "s". Where an
// issuer wants a growing number this is the smallest unit that its other clients use, so that a call of ours does not
// overtake the owner's.
func NonceOf(name string, params map[string]string) string {
	if text := params["payload"] + params["value"]; strings.Contains(text, "{nonce}") {
		return "ms"
	}
	return schemes()[name].nonce
}

// Check reports what is wrong with a scheme's name or parameters, so that a rules file fails when it is loaded.
func Check(name string, params map[string]string) error {
	s, ok := schemes()[name]
	if !ok {
		return errNoScheme
	}
	return s.check(params)
}

// scheme is a signing function with the parameters that it takes: name to the values allowed, none meaning any.
type scheme struct {
	sign   Func
	nonce  string // as NonceOf returns it
	params map[string][]string
	verify func(params map[string]string) error // further conditions on the parameters; may be nil
}

func (s scheme) check(params map[string]string) error {
	for name, value := range params {
		allowed, ok := s.params[name]
		if !ok {
			return fmt.Errorf("no parameter %q", name)
		}
		if len(allowed) > 0 && !slices.Contains(allowed, value) {
			return fmt.Errorf("%s must be one of %s", name, strings.Join(allowed, ", "))
		}
	}
	if s.verify != nil {
		return s.verify(params)
	}
	return nil
}

func schemes() map[string]scheme {
	all := map[string]scheme{
		"hmac":                {sign: parametric("hmac"), params: parametricParams(hmacHashes), verify: checkParametric},
		"rsa":                 {sign: parametric("rsa"), params: parametricParams(rsaHashes), verify: checkParametric},
		"rsa-pss":             {sign: parametric("rsa-pss"), params: parametricParams(rsaHashes), verify: checkParametric},
		"ed25519":             {sign: parametric("ed25519"), params: parametricParams(nil), verify: checkParametric},
		"kraken":              {sign: kraken, nonce: "ms"},
		"krakenfutures":       {sign: krakenFutures},
		"kraken-futures":      {sign: krakenFutures},
		"htx":                 {sign: htx},
		"poloniex":            {sign: poloniex},
		"gemini":              {sign: gemini, nonce: "ms"},
		"whitebit":            {sign: whitebit, nonce: "ms", params: map[string][]string{"nonce_window": {"true", "false"}}},
		"cryptocom":           {sign: cryptocom, nonce: "ms"},
		"independentreserve":  {sign: independentReserve, nonce: "s"},
		"bingx-json":          {sign: bingxJSON},
		"backpack":            {sign: backpack, params: map[string][]string{"instruction": nil, "window": nil}},
		"coinbase-cdp":        {sign: coinbaseCDP, nonce: "uuid", params: map[string][]string{"alg": {"ES256", "EdDSA"}, "claims": {"uri", "uris", "retail"}}},
		"upbit":               {sign: upbit, nonce: "uuid", params: map[string][]string{"alg": {"HS256", "HS512"}}},
		"bithumb":             {sign: bithumb, nonce: "uuid"},
		"fireblocks":          {sign: fireblocks, nonce: "uuid"},
		"gcp-service-account": {sign: gcpServiceAccount, params: map[string][]string{"scope": nil, "aud": nil}},
		"aws-sigv4":           {sign: sigV4, params: map[string][]string{"region": nil, "service": nil}},
		"lbank":               {sign: lbank, nonce: "uuid"},
		"turnkey":             {sign: turnkey},
		"luno":                {sign: basic},
		"basic":               {sign: basic, params: map[string][]string{"user": nil, "password": nil}, verify: checkBasic},
		"bearer":              {sign: bearer},
	}
	for name, rc := range recipes() {
		all[name] = scheme{sign: rc.sign, nonce: rc.nonce, params: rc.params}
	}
	return all
}

// basic is HTTP basic authentication: of key and secret, or of what the parameters user and password say, templates over
// the parts, either of which may be empty.
func basic(r *Request, in Inputs) error {
	user, err := in.filled("user", in.key)
	if err != nil {
		return err
	}
	password, err := in.filled("password", in.secret)
	if err != nil {
		return err
	}
	return r.set("Authorization", "Basic "+b64(user+":"+password))
}

// filled expands the parameter of that name, or returns what the request is signed with without it.
func (in Inputs) filled(name string, otherwise func() (string, error)) (string, error) {
	template, ok := in.Params[name]
	if !ok {
		return otherwise()
	}
	return expand(template, func(part string) (string, error) { return in.part(part) })
}

func checkBasic(params map[string]string) error {
	if strings.Contains(params["user"], ":") {
		return errors.New("a user of basic authentication has no colon")
	}
	return nil
}

func bearer(r *Request, in Inputs) error {
	token, err := in.part("token", "secret", "key")
	if err != nil {
		return err
	}
	return r.set("Authorization", "Bearer "+token)
}

func (in Inputs) key() (string, error) { return in.part("key", "client_id") }

func (in Inputs) secret() (string, error) { return in.part("secret", "private_key", "client_secret") }

// part returns the first of the named parts that the credential has.
func (in Inputs) part(names ...string) (string, error) {
	for _, n := range names {
		if v := in.Parts[n]; v != "" {
			return v, nil
		}
	}
	return "", fmt.Errorf("no part %s", strings.Join(names, " or "))
}

func (in Inputs) nonce() (string, error) {
	if in.Nonce == "" {
		return "", errors.New("no nonce")
	}
	return in.Nonce, nil
}

func (in Inputs) param(name, otherwise string) string {
	if v := in.Params[name]; v != "" {
		return v
	}
	return otherwise
}

// set refuses values that would end the header line: a part is scanned content.
func (r *Request) set(name, value string) error {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Errorf("header %s: a control character", name)
		}
	}
	r.Header.Set(name, value)
	return nil
}

// mime sets the content type of a body that has none yet.
func (r *Request) mime(kind string) {
	if r.Body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", kind)
	}
}

func (r *Request) pathQuery() string {
	if r.Query == "" {
		return r.Path
	}
	return r.Path + "?" + r.Query
}
