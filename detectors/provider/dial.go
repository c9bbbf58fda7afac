package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/keysweep/keysweep/detectors"
)

// privateKey marks the context of a call that may go to a private address.
type privateKey struct{}

// privateError refuses an address.
type privateError struct{ addr string }

func (e *privateError) Error() string {
	return "refused to ask the private address " + e.addr + ": only base_url leads there"
}

// newTransport refuses addresses that are not public, after DNS, unless the call is for an override or goes through a
// proxy, whose own address the person chose.
func newTransport(roots *x509.CertPool) *http.Transport {
	proxies := &proxyAddrs{}
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			proxy, err := http.ProxyFromEnvironment(r)
			if proxy != nil {
				proxies.add(proxy)
			}
			return proxy, err
		},
		DialContext:            guardedDial(net.DefaultResolver, proxies),
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// guardedDial dials with all addresses of a name checked: one private one among public ones refuses the name.
func guardedDial(resolver *net.Resolver, proxies *proxyAddrs) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		d := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Resolver: resolver}
		if allowed, _ := ctx.Value(privateKey{}).(bool); allowed || proxies.has(addr) {
			return d.DialContext(ctx, network, addr)
		}
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, errors.New("an address without a port")
		}
		all, err := resolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		for _, ip := range all {
			if !public(ip) {
				return nil, &privateError{ip.String()}
			}
		}
		d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error { // the name may lead elsewhere by now
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !public(ap.Addr()) {
				return &privateError{address}
			}
			return nil
		}
		return d.DialContext(ctx, network, addr)
	}
}

// notPublic lists what the predicates of netip do not know.
var notPublic = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "fec0::/10")

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// public reports whether an address is one of the public internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// proxyAddrs are the addresses of proxies that the environment names.
type proxyAddrs struct{ known sync.Map }

func (p *proxyAddrs) add(u *url.URL) {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	p.known.Store(net.JoinHostPort(u.Hostname(), port), true)
}

func (p *proxyAddrs) has(addr string) bool { _, ok := p.known.Load(addr); return ok }

// override is an Override, read.
type override struct {
	base  *url.URL
	hosts map[string]*url.URL
}

func parseOverrides(all map[string]Override) (map[string]override, error) {
	out := map[string]override{}
	for name, o := range all {
		parsed := override{hosts: map[string]*url.URL{}}
		var err error
		if o.BaseURL != "" {
			if parsed.base, err = parseBase(o.BaseURL); err != nil {
				return nil, fmt.Errorf("providers.%s.base_url: %w", name, err)
			}
		}
		for host, text := range o.Hosts {
			if parsed.hosts[host], err = parseBase(text); err != nil {
				return nil, fmt.Errorf("providers.%s.hosts.%s: %w", name, host, err)
			}
		}
		out[name] = parsed
	}
	return out, nil
}

// parseBase reads a URL of the configuration. Errors do not quote it: it may hold a password by mistake.
func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("not a URL of the form http(s)://host[:port][/path]")
	}
	return u, nil
}

// targets returns the hosts that a call may go to, in the rules file's order. A base URL takes the place of all.
func (c *Client) targets(provider string, call *detectors.Call) []target {
	o := c.overrides[provider]
	var out []target
	for _, host := range append([]string{hostOf(call)}, call.Hosts...) {
		t := target{host: host, base: url.URL{Scheme: "https", Host: host}}
		switch {
		case o.hosts[host] != nil:
			t.base, t.private = *o.hosts[host], true
		case o.base != nil:
			t.base, t.private = *o.base, true
		case host == detectors.Configured:
			continue
		}
		same := func(other target) bool { return other.base == t.base }
		if !containsTarget(out, same) {
			out = append(out, t)
		}
	}
	return out
}

func containsTarget(list []target, fits func(target) bool) bool {
	for _, t := range list {
		if fits(t) {
			return true
		}
	}
	return false
}
