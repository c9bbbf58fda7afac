package detectors

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// calls reads the calls of a credential and refuses what package rules does not allow.
func (l *loader) calls(r *Rule, c *rawCredential, key string) error {
	b := callLoader{loader: l, rule: r, key: key}
	var err error
	if c.Verify != nil {
		if r.Verify, err = b.verify(c.Verify, "verify"); err != nil {
			return err
		}
	}
	for _, list := range []struct {
		name string
		raw  []rawCall
		to   *[]*Call
	}{{"revoke", c.Revoke, &r.Revoke}, {"contain", c.Contain, &r.Contain}} {
		for i := range list.raw {
			call, err := b.change(&list.raw[i], list.name, fmt.Sprintf("%s[%d]", list.name, i))
			if err != nil {
				return err
			}
			*list.to = append(*list.to, call)
		}
	}
	return nil
}

// callLoader reads the calls of one credential.
type callLoader struct {
	*loader
	rule *Rule
	key  string // of the credential in the file
}

func (b *callLoader) fail(name, format string, args ...any) error {
	return b.at(b.key+"."+name, fmt.Errorf(format, args...))
}

// The meanings that each kind of call may have.
var (
	verdicts        = []Meaning{IsLive, IsRestricted, IsDead, IsUnknown}
	outcomes        = []Meaning{IsDone, IsGone, IsRefused, IsUnknown}
	verdictLookups  = []Meaning{IsFound, IsLive, IsRestricted, IsDead, IsUnknown}
	outcomeLookups  = []Meaning{IsFound, IsGone, IsRefused, IsUnknown}
	needsEvidence   = []Meaning{IsLive, IsRestricted, IsDead, IsFound}
	needsReason     = []Meaning{IsRestricted, IsUnknown, IsRefused}
	given           = []string{"unix", "unix_ms", "iso", "nonce", "uuid"}
	ways            = []Way{WaySelf, WayMaster, WayAdmin}
	proofs          = []Proof{ProofSelf, ProofLookup, ProofArgument}
	hostName        = late(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
	headerName      = late("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	indexed         = strings.NewReplacer("[", ".", "]", "") // as answers in cases files name calls
	credentialTable = late(`^[A-Za-z0-9_-]+$`)
)

// verify reads the call that asks, or its twin for test environments.
func (b *callLoader) verify(raw *rawCall, name string) (*Call, error) {
	if raw.Way != "" || raw.Credential != "" || raw.Proof != "" || raw.Effect != "" || raw.Undo != "" || len(raw.Consents) > 0 {
		return nil, b.fail(name, "way, credential, proof, effect, undo and consents are for revoke and contain")
	}
	c, err := b.call(raw, name, verdicts)
	if err != nil {
		return nil, err
	}
	if raw.Environments != "" && raw.Environments != "all" {
		return nil, b.fail(name+".environments", "%q is not all", raw.Environments)
	}
	c.AllEnvs = raw.Environments == "all"
	if c.Permits, err = b.replies(raw.Permission, name+".permission", rights, c); err != nil {
		return nil, err
	}
	if raw.Test == nil {
		return c, nil
	}
	if c.AllEnvs || name != "verify" || raw.Test.Environments != "" {
		return nil, b.fail(name+".test", "only verify has a test call, and not when its hosts serve all environments")
	}
	c.Test, err = b.verify(raw.Test, name+".test")
	return c, err
}

// change reads a call that revokes or contains. It must prove that it can hit no other key.
func (b *callLoader) change(raw *rawCall, kind, name string) (*Call, error) {
	if err := b.onlyVerify(raw, name); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(ways, raw.Way):
		return nil, b.fail(name+".way", "%q is none of self, master, admin", raw.Way)
	case raw.Way == WaySelf && raw.Credential != "":
		return nil, b.fail(name+".credential", "way self signs with the leaked key")
	case raw.Way != WaySelf && !credentialTable.MatchString(raw.Credential):
		return nil, b.fail(name+".credential", "way %s needs the name of a configured credential: letters, digits, - and _", raw.Way)
	case !slices.Contains(proofs, raw.Proof):
		return nil, b.fail(name+".proof", "%q is none of self, lookup, argument", raw.Proof)
	case raw.Effect == "":
		return nil, b.fail(name+".effect", "missing")
	case kind == "contain" && raw.Undo == "":
		return nil, b.fail(name+".undo", "missing")
	case kind == "revoke" && raw.Undo != "":
		return nil, b.fail(name+".undo", "only contain can be undone; say in effect what can not be undone")
	}
	c, err := b.call(raw, name, outcomes)
	if err != nil {
		return nil, err
	}
	return c, b.proof(c, name)
}

// onlyVerify refuses the keys that read facts of an answer.
func (b *callLoader) onlyVerify(raw *rawCall, name string) error {
	if raw.Account+raw.Label+raw.IPs+raw.Expires+raw.Sub+raw.Environments != "" || len(raw.Permission) > 0 || raw.Test != nil {
		return b.fail(name, "account, label, ips, expires, sub, environments, permission and test are for verify")
	}
	return nil
}

// proof refuses a call that does not prove what it says it does.
func (b *callLoader) proof(c *Call, name string) error {
	switch {
	case c.Proof == ProofSelf && c.Way != WaySelf:
		return b.fail(name+".proof", "self is no proof when another key makes the call")
	case c.Proof == ProofSelf && c.Lookup != nil && len(c.Lookup.Take) == 0:
		return b.fail(name+".lookup", "takes nothing, and is not the proof")
	case c.Proof == ProofLookup && (c.Lookup == nil || !b.compares(c.Lookup)):
		return b.fail(name+".proof", "lookup needs one whose found rows, or take, compare with a part such as {key}")
	case c.Proof == ProofArgument && !b.names(c.URL+c.Body+c.Each, b.rule.Gives) && !b.inHeaders(c):
		return b.fail(name+".proof", "argument needs a part such as {key} in the URL, the body or a header")
	}
	return nil
}

// compares reports whether a lookup goes on only when what the issuer holds equals a part of the credential.
func (b *callLoader) compares(lookup *Call) bool {
	if b.pathCompares(lookup.Take) {
		return true
	}
	for _, r := range lookup.Replies {
		if r.Is == IsFound && !slices.ContainsFunc(r.JSON, b.conditionCompares) {
			return false
		}
	}
	return true
}

func (b *callLoader) conditionCompares(c Condition) bool {
	text, _ := c.Want.(string)
	return b.pathCompares(c.Path) || (c.Op == Equals || c.Op == Has) && b.names(text, b.rule.Gives)
}

func (b *callLoader) pathCompares(p Path) bool {
	return slices.ContainsFunc(p, func(s Step) bool { return b.names(s.Value, b.rule.Gives) })
}

// names reports whether a template names a part of the credential.
func (b *callLoader) names(template string, gives func(string) bool) bool {
	return slices.ContainsFunc(Placeholders(template), func(p Placeholder) bool { return gives(p.Name) })
}

// call reads what all calls have.
func (b *callLoader) call(raw *rawCall, name string, means []Meaning) (*Call, error) {
	c := &Call{
		Name: indexed.Replace(name), at: name, Headers: raw.Headers, Body: raw.Body, Hosts: raw.Hosts, Way: raw.Way, Credential: raw.Credential,
		Proof: raw.Proof, Effect: raw.Effect, Needs: raw.Needs, Consents: raw.Consents, Undo: raw.Undo,
	}
	if err := b.target(c, raw); err != nil {
		return nil, err
	}
	if raw.Take != "" && !strings.HasSuffix(name, ".lookup") {
		return nil, b.fail(name+".take", "only a lookup takes a value")
	}
	if err := b.lookup(c, raw, means); err != nil {
		return nil, err
	}
	if err := b.batch(c, raw); err != nil {
		return nil, err
	}
	if err := b.templates(c); err != nil {
		return nil, err
	}
	if err := b.paths(c, raw); err != nil {
		return nil, err
	}
	if raw.Sign != nil {
		if raw.Sign["scheme"] == "" {
			return nil, b.fail(name+".sign.scheme", "missing")
		}
		c.Sign = &Sign{Scheme: raw.Sign["scheme"], Params: maps.Clone(raw.Sign)}
		delete(c.Sign.Params, "scheme")
	}
	if len(raw.Reply) == 0 {
		return nil, b.fail(name+".reply", "missing: without rows every answer is unknown")
	}
	var err error
	c.Replies, err = b.replies(raw.Reply, name+".reply", means, c)
	return c, err
}

// lookup reads the call that is made first.
func (b *callLoader) lookup(c *Call, raw *rawCall, means []Meaning) error {
	if raw.Lookup == nil {
		return nil
	}
	name := c.at + ".lookup"
	if strings.HasSuffix(c.at, ".lookup") {
		return b.fail(name, "a lookup has none of its own")
	}
	if raw.Lookup.Way != "" || raw.Lookup.Proof != "" || raw.Lookup.Credential != "" || raw.Lookup.Effect != "" || raw.Lookup.Undo != "" || len(raw.Lookup.Consents) > 0 {
		return b.fail(name, "way, credential, proof, effect, undo and consents stand in the call itself")
	}
	if err := b.onlyVerify(raw.Lookup, name); err != nil {
		return err
	}
	means = map[bool][]Meaning{true: verdictLookups, false: outcomeLookups}[slices.Contains(means, IsLive)]
	way := *raw.Lookup
	way.Way, way.Credential = raw.Way, raw.Credential // whose values {signer.NAME} are
	lookup, err := b.call(&way, name, means)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(lookup.Replies, func(r Reply) bool { return r.Is == IsFound }) {
		return b.fail(name+".reply", `no row says is = "found"`)
	}
	c.Lookup = lookup
	return nil
}

// target reads method and URL. The host must be literal and one that the file names, so that a slip in it is found here.
func (b *callLoader) target(c *Call, raw *rawCall) error {
	for _, m := range []struct{ method, url string }{{"GET", raw.Get}, {"POST", raw.Post}, {"PUT", raw.Put}, {"PATCH", raw.Patch}, {"DELETE", raw.Delete}} {
		if m.url == "" {
			continue
		}
		if c.URL != "" {
			return b.fail(c.at, "more than one of get, post, put, patch, delete")
		}
		c.Method, c.URL = m.method, m.url
	}
	key := c.at
	if c.URL != "" {
		key += "." + strings.ToLower(c.Method)
	}
	rest, ok := strings.CutPrefix(c.URL, "https://")
	if !ok {
		return b.fail(key, "no URL that begins with https:// under get, post, put, patch or delete")
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	if u, err := url.Parse(filled(c.URL)); err != nil || u.Host != host || u.User != nil || u.Fragment != "" {
		return b.fail(key, "not a URL with a literal host, without port, user and fragment")
	}
	if (raw.Host == Configured) != (host == Configured) || raw.Host != "" && raw.Host != Configured {
		return b.fail(key, `host = "configured" and https://configured/ go together`)
	}
	if host == Configured && len(c.Hosts) > 0 {
		return b.fail(c.at+".hosts", "a configured host is one")
	}
	if host != Configured {
		if err := b.host(host, key); err != nil {
			return err
		}
	}
	for i, h := range c.Hosts {
		if h == host || slices.Contains(c.Hosts[:i], h) {
			return b.fail(c.at+".hosts", "%s stands twice", h)
		}
		if err := b.host(h, c.at+".hosts"); err != nil {
			return err
		}
	}
	return nil
}

// filled is a template with its placeholders replaced by a letter.
func filled(template string) string {
	found := Placeholders(template)
	for _, p := range slices.Backward(found) {
		template = template[:p.Start] + "x" + template[p.End:]
	}
	return template
}

func (b *callLoader) host(host, key string) error {
	if !hostName.MatchString(host) {
		return b.fail(key, "%q is not a literal host name in lower case", host)
	}
	known := slices.Concat(b.rule.Hosts, b.rule.TestHosts)
	if site, err := url.Parse(b.rule.Site); err == nil && site.Host != "" {
		known = append(known, strings.TrimPrefix(site.Host, "www."))
	}
	if !slices.ContainsFunc(known, func(k string) bool { return host == k || strings.HasSuffix(host, "."+k) }) {
		return b.fail(key, "%q is none of the file's hosts, test_hosts and site, nor below one: a slip, or name it there", host)
	}
	return nil
}

// templates refuses names that nothing gives a value to.
func (b *callLoader) templates(c *Call) error {
	if err := b.template(c, c.at+"."+strings.ToLower(c.Method), c.URL); err != nil {
		return err
	}
	if err := b.template(c, c.at+".body", c.Body); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		if !headerName.MatchString(name) {
			return b.fail(c.at+".headers", "%q is not a header's name", name)
		}
		if err := b.template(c, c.at+".headers", c.Headers[name]); err != nil {
			return err
		}
	}
	return nil
}

func (b *callLoader) template(c *Call, key, text string) error {
	for _, p := range Placeholders(text) {
		signer, isSigner := strings.CutPrefix(p.Name, "signer.")
		switch {
		case p.Name == batchName && c.Batch > 0 && key == c.at+".body":
		case isSigner && (c.Way == WaySelf || c.Way == "" || signer == ""):
			return b.fail(key, "{%s}: only ways master and admin have a signer", p.Name)
		case p.Name == "lookup" && (c.Lookup == nil || len(c.Lookup.Take) == 0):
			return b.fail(key, "{lookup}: there is no lookup that takes a value")
		case !isSigner && p.Name != "lookup" && !slices.Contains(given, p.Name) && !b.rule.Gives(p.Name):
			return b.fail(key, "{%s} is neither a part nor one of {lookup}, {%s}", p.Name, strings.Join(given, "}, {"))
		}
	}
	return nil
}
