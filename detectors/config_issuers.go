package detectors

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// ProviderConfig is what a user sets for a provider.
type ProviderConfig struct {
	BaseURL string            // takes the place of scheme and host of all the provider's calls; its path comes before theirs
	Hosts   map[string]string // URLs in the place of single hosts
}

// readIssuers reads the tables that say how issuers are asked. All of them choose where secrets go, or name secrets, so
// that none has an effect in a config that is not trusted.
func (c ConfigReader) readIssuers(cfg *Config, root *configTable) {
	cfg.readProviders(root)
	cfg.readCredentials(root)
	cfg.readChains(root)
	cfg.readVerify(root)
	if c.Trusted {
		return
	}
	for _, t := range []struct {
		name string
		set  bool
	}{{"providers", cfg.Providers != nil}, {"credentials", cfg.Credentials != nil}, {"chains", cfg.Chains != nil}} {
		if t.set {
			cfg.notice("%s: [%s] has no effect: a config that was found in what is scanned may not choose hosts or name secrets; name it with --config, or say --trust-config", cfg.Path, t.name)
		}
	}
	cfg.Providers, cfg.Credentials, cfg.Chains = nil, nil, nil
}

func (cfg *Config) readProviders(root *configTable) {
	providers := root.table("providers")
	if providers == nil {
		return
	}
	cfg.Providers = map[string]ProviderConfig{}
	for _, id := range slices.Sorted(maps.Values(providers.keys)) {
		p := providers.table(id)
		if p == nil {
			continue
		}
		one := ProviderConfig{}
		if p.has("base_url") {
			one.BaseURL = p.url("base_url")
		}
		if hosts := p.table("hosts"); hosts != nil {
			one.Hosts = map[string]string{}
			for _, host := range slices.Sorted(maps.Values(hosts.keys)) {
				one.Hosts[host] = hosts.url(host)
			}
		}
		cfg.Providers[id] = one
		p.done()
	}
}

// url reads a URL that stands in the place of a host. An error does not quote it, since it may hold a password by mistake.
func (t *configTable) url(name string) string {
	key, text := t.key(name), t.str(name)
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		t.file.fail(key, errors.New("not a URL of the form https://host, without a name or password"))
	}
	return text
}

// readCredentials reads master and admin keys, as references to where they are.
func (cfg *Config) readCredentials(root *configTable) {
	credentials := root.table("credentials")
	if credentials == nil {
		return
	}
	cfg.Credentials = map[string]map[string]string{}
	for _, name := range slices.Sorted(maps.Values(credentials.keys)) {
		one := credentials.table(name)
		if one == nil {
			continue
		}
		parts := map[string]string{}
		for _, part := range slices.Sorted(maps.Values(one.keys)) {
			value, key := one.take(part)
			text, ok := value.(string)
			if !ok || !isReference(text) {
				one.file.fail(key, errors.New("must be env:NAME or file:PATH, never the value itself"))
			}
			parts[part] = text
		}
		if len(parts) == 0 {
			one.file.fail(one.path, errors.New("empty"))
		}
		cfg.Credentials[name] = parts
	}
}

// isReference reports whether a text says where a value is, and is not the value itself.
func isReference(text string) bool {
	kind, rest, _ := strings.Cut(text, ":")
	return (kind == "env" || kind == "file") && rest != ""
}

// ChainConfig is a node or an indexer that is asked what addresses hold.
type ChainConfig struct {
	Kind   string // one of chainKinds
	URL    string // or env:NAME or file:PATH, since it may hold a key
	Symbol string // of the coin; empty for the kind's own
}

// chainKinds are the kinds of networks whose balances can be asked for; see package provider.
var chainKinds = []string{"bitcoin", "evm", "solana", "stellar", "xrp"}

func (cfg *Config) readChains(root *configTable) {
	chains := root.table("chains")
	if chains == nil {
		return
	}
	cfg.Chains = map[string]ChainConfig{}
	for _, name := range slices.Sorted(maps.Values(chains.keys)) {
		one := chains.table(name)
		if one == nil {
			continue
		}
		key := one.key("kind")
		chain := ChainConfig{Kind: cmp.Or(one.str("kind"), name), Symbol: one.str("symbol")}
		if !slices.Contains(chainKinds, chain.Kind) {
			one.file.fail(key, fmt.Errorf("kind %q is none of %s", chain.Kind, strings.Join(chainKinds, ", ")))
		}
		key = one.key("url")
		if chain.URL = one.str("url"); !isReference(chain.URL) && !strings.HasPrefix(chain.URL, "https://") && !strings.HasPrefix(chain.URL, "http://") {
			one.file.fail(key, errors.New("not a URL of the form https://host, nor env:NAME or file:PATH"))
		}
		cfg.Chains[name] = chain
		one.done()
	}
}

// readVerify reads what is never to be asked about.
func (cfg *Config) readVerify(root *configTable) {
	verify := root.table("verify")
	if verify == nil {
		return
	}
	cfg.Canaries = verify.list("canaries")
	verify.done()
}

// DropCalls takes the calls off the config's own rules, which may choose any host for secrets, and says so once.
func (cfg *Config) DropCalls() {
	var names []string
	for i := range cfg.Native {
		r := &cfg.Native[i]
		if r.Verify != nil || len(r.Revoke) > 0 || len(r.Contain) > 0 {
			r.Verify, r.Revoke, r.Contain = nil, nil, nil
			names = append(names, r.ID)
		}
	}
	if len(names) > 0 {
		cfg.notice("%s: the calls of %s are not made: a rules file chooses where secrets are sent; --trust-config allows it", cfg.Path, strings.Join(names, ", "))
	}
}
