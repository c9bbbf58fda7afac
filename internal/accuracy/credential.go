package accuracy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// credential is one generated credential, named in one style for the whole of a document.
type credential struct {
	kind   kind
	Fields []field // in the order of the catalogue
	Label  string  // what its owner calls the account: main, bot2
	Stem   string  // what its variables start with
	r      random
}

var labels = strings.Fields("main bot trading hedge sub1 grid arb prod alice client7 mm desk2 fund personal team")

// newCredential draws the values of a kind and the names that its owner gave them.
func newCredential(r random, s shapes, k kind) (credential, error) {
	c := credential{kind: k, Label: pick(r, labels), Stem: strings.ReplaceAll(k.ID, "-", "_"), r: r}
	if name := k.Props["stem"]; name != "" {
		c.Stem = pick(r, strings.Split(name, ","))
	}
	for _, p := range k.Parts {
		value, err := s.write(r, p.Shape)
		if err != nil {
			return c, fmt.Errorf("%s %s: %w", k.ID, p.Name, err)
		}
		f := field{Part: p.Name, Value: value, bare: pick(r, p.Bare), stem: c.Stem}
		if len(p.Env) > 0 && r.chance(70) {
			f.full = pick(r, p.Env)
		}
		c.Fields = append(c.Fields, f)
	}
	return c, nil
}

// numbered renames the credential's variables for the n-th account of a document, in one of the ways people do it.
func (c credential) numbered(n, style int) credential {
	c.Label = labels[(n*7+style)%len(labels)]
	fields := make([]field, len(c.Fields))
	for i, f := range c.Fields {
		base := f.Env()
		switch style % 4 {
		case 0:
			f.full = base + "_" + strconv.Itoa(n+1)
		case 1:
			f.full, f.bare, f.stem = "", c.kind.Parts[i].Bare[0], c.Stem+strconv.Itoa(n+1)
		case 2:
			f.full = strings.ToUpper(c.Label) + "_" + base
		default:
			f.full = base + strconv.Itoa(n+1)
		}
		fields[i] = f
	}
	c.Fields = fields
	return c
}

// Get returns the part of that name; templates use it where a syntax gives parts fixed places.
func (c credential) Get(part string) (field, error) {
	for _, f := range c.Fields {
		if f.Part == part {
			return f, nil
		}
	}
	return field{}, fmt.Errorf("%s has no part %s", c.kind.ID, part)
}

// Has says whether the credential has a part of that name.
func (c credential) Has(part string) bool {
	_, err := c.Get(part)
	return err == nil
}

// First is the value of the first part, Last of the last.
func (c credential) First() field { return c.Fields[0] }

// Last is the last part.
func (c credential) Last() field { return c.Fields[len(c.Fields)-1] }

// Main is the most secret part.
func (c credential) Main() field {
	f, _ := c.Get(c.kind.secret())
	return f
}

// ID is the vendor's name as developers write it in code: gate, kucoin.
func (c credential) ID() string { return c.stemOr("slug") }

// Vendor is the vendor's name in prose.
func (c credential) Vendor() string {
	if t := c.kind.Props["title"]; t != "" {
		return strings.ReplaceAll(t, "_", " ")
	}
	return capital(c.kind.ID)
}

func (c credential) stemOr(prop string) string {
	if v := c.kind.Props[prop]; v != "" {
		return v
	}
	return c.Stem
}

// Class is the vendor's name as a type: KuCoin.
func (c credential) Class() string {
	if id := c.ID(); id[0] > '9' {
		return joinWords(words(id), "", capital, capital)
	}
	return joinWords(words(c.kind.ID), "", capital, capital)
}

// CCXT is the exchange's id in ccxt.
func (c credential) CCXT() string { return c.stemOr("ccxt") }

// Host is a host of the vendor's API.
func (c credential) Host() string {
	if h := c.kind.Props["host"]; h != "" {
		return h
	}
	return "api." + strings.ReplaceAll(c.kind.ID, "_", "") + ".com"
}

// TestHost is the host of the vendor's test network.
func (c credential) TestHost() string { return c.kind.Props["testhost"] }

// URL is an address that carries the credential.
func (c credential) URL() string {
	url := pick(c.r, strings.Fields(c.kind.Props["url"]))
	for _, f := range c.Fields {
		url = strings.ReplaceAll(url, "{"+f.Part+"}", f.Value)
	}
	return url
}

// Shuffled gives the parts in another order, as people do.
func (c credential) Shuffled() []field {
	out := some(c.r, c.Fields, len(c.Fields))
	return out
}

var secrecy = map[string]int{"secret": 3, "private_key": 3, "mnemonic": 3, "seed": 3, "key": 2, "token": 2, "passphrase": 1}

// secret names the most secret part of a kind.
func (k kind) secret() string {
	best := ""
	for _, p := range k.Parts {
		if !p.Beside && (best == "" || secrecy[p.Name] > secrecy[best]) {
			best = p.Name
		}
	}
	return best
}

func (c credential) truth(environment string) Truth {
	t := Truth{
		ID: c.kind.ID, Kind: c.kind.Group, Names: c.kind.names(), Parts: map[string]string{}, Forms: map[string][]string{},
		Secret: c.kind.secret(), Environment: environment, Optional: c.kind.Props["optional"] != "",
	}
	for i, f := range c.Fields {
		if c.kind.Parts[i].Beside {
			t.Beside = append(t.Beside, f.Value)
		} else {
			t.Parts[f.Part] = f.Value
		}
	}
	for part, v := range t.Parts {
		t.Forms[part] = forms(v)
	}
	for _, url := range strings.Fields(c.kind.Props["url"]) {
		for _, f := range c.Fields {
			url = strings.ReplaceAll(url, "{"+f.Part+"}", f.Value)
		}
		t.Forms[t.Secret] = append(t.Forms[t.Secret], url)
	}
	return t
}

// inner finds the secret within a connection string or an address.
var inner = regexp.MustCompile(`://[^:/@]*:([^@/]+)@|secret=([0-9a-f]{64})|AccountKey=([^;]+)|/([A-Za-z0-9_-]{24,})$|"(?:d|cborHex|encoded|ciphertext)":\s*"([^"]+)"|\((.prv[^/)]+)`)

// listed are the keys of a sui.keystore: each is a secret, and a finding of its own.
var listed = regexp.MustCompile(`\bA[A-P][A-Za-z0-9+/]{42}\b`)

func keysOf(v string) []string {
	if !strings.HasPrefix(v, "[") {
		return nil
	}
	return listed.FindAllString(v, -1)
}

// forms are the shorter writings of a value that a finding may hold in its place.
func forms(v string) []string {
	var out []string
	if ws := wordsOf(v); len(ws) >= 12 {
		for i, w := range ws {
			ws[i] = w[:min(4, len(w))] // as steel plates have them
		}
		out = append(out, strings.Join(ws, " "))
	}
	out = append(out, keysOf(v)...)
	for _, m := range inner.FindAllStringSubmatch(v, -1) {
		for _, group := range m[1:] {
			if group != "" {
				out = append(out, group)
			}
		}
	}
	return out
}
