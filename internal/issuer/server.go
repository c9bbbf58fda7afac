// Package issuer is a fake of every issuer that the rules files ask, for tests. It listens on loopback, plays all hosts at
// once, and checks each request as the real one would: by code of its own, written from the issuers' documentation.
// What it is sent and should not be, it keeps for the test to fail on.
package issuer

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keysweep/keysweep/detectors"
)

// Server plays the issuers. Use New.
type Server struct {
	now     func() time.Time
	routes  []route
	vendors []vendor
	keys    keyring
	addr    string
	roots   *x509.CertPool
	signs   authority

	mu     sync.Mutex
	faults []string
	hits   map[string]int // requests by host
}

// Call is one request that the server could tie to a key.
type Call struct {
	*Request
	Key    *Key
	Fits   []Ref // the calls of rules files that go there
	Fault  Fault // empty when all is in order
	Detail string
	N      int // the key's calls before this one
}

// Ref names a call of a rule as answers in cases files do.
type Ref struct{ Rule, Call string }

// Is reports whether the call is that one of the key's own rule.
func (c *Call) Is(name string) bool { return slices.Contains(c.Fits, Ref{c.Key.Rule, name}) }

// Options changes what a server does; the zero value is a sound issuer that lives now.
type Options struct {
	Now    func() time.Time
	BadTLS bool // present certificates of an authority that nobody trusts
}

// New starts a server for the calls of these rules. It is closed with the test, which fails on whatever was sent wrongly.
func New(t testing.TB, rules []detectors.Rule, o Options) *Server {
	t.Helper()
	s := &Server{now: o.Now, vendors: vendors(), routes: routesOf(rules), hits: map[string]int{}}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if s.signs, err = newAuthority(); err != nil {
		t.Fatal(err)
	}
	s.roots = s.signs.pool()
	if o.BadTLS {
		other, err := newAuthority()
		if err != nil {
			t.Fatal(err)
		}
		s.roots = other.pool()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	web := &http.Server{
		Handler: s, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute,
		TLSConfig:    &tls.Config{GetCertificate: s.signs.certificate},
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}, // HTTP/1.1 only, whose connections can be reset
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = web.ServeTLS(l, "", "") })
	t.Cleanup(func() {
		_ = web.Close()
		wg.Wait()
		for _, f := range s.Faults() {
			t.Errorf("the issuer was sent: %s", f)
		}
	})
	return s
}

// Dial connects to the server, whatever address is asked for.
func (s *Server) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, s.addr)
}

// Addr is the server's address, Roots the authorities to trust.
func (s *Server) Addr() string { return s.addr }

// Roots returns the authorities whose certificates a client of the server must trust.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Issue gives out a key of a rule's kind. Script decides what its requests are answered with.
func (s *Server) Issue(name, rule string, parts map[string]string, script Script) *Key {
	k := &Key{Name: name, Rule: rule, Parts: parts, script: script}
	s.keys.add(k)
	return k
}

// Faults returns what was wrong with requests, except where the key expected it.
func (s *Server) Faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.faults)
}

// TakeFaults returns the faults so far and forgets them.
func (s *Server) TakeFaults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.faults
	s.faults = nil
	return out
}

// Hits returns how many requests a host has got.
func (s *Server) Hits(host string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits[host]
}

// ServeHTTP answers as the issuer of the request's host would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := read(r)
	if err != nil {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			s.record("a body that is too large")
		}
		return // else the client has given up
	}
	call := s.judge(req)
	s.mu.Lock()
	s.hits[req.Host]++
	s.mu.Unlock()
	if call.Fault != "" && (call.Key == nil || !call.Key.expects(call.Fault)) {
		s.record(fmt.Sprintf("%s https://%s%s: %s (%s)", req.Method, req.Host, s.pathOf(call), call.Fault, call.Detail))
	}
	if call.Key == nil || call.Key.script == nil {
		refuse(call.Fault).write(w, r)
		return
	}
	call.Key.script(call).write(w, r)
}

// pathOf is the path as the rules file has it, so that no part of a key stands in a test's log.
func (s *Server) pathOf(c *Call) string {
	for _, rt := range s.routes {
		if len(c.Fits) > 0 && rt.ref == c.Fits[0] {
			return rt.template
		}
	}
	return "/..."
}

func (s *Server) record(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fault)
}

// judge finds out who asks, what for, and what is wrong with it.
func (s *Server) judge(r *Request) *Call {
	c := &Call{Request: r}
	for _, rt := range s.routes {
		if rt.fits(r) {
			c.Fits = append(c.Fits, rt.ref)
		}
	}
	check, ok := authOf(s.vendors, r)
	if !ok {
		c.Fault, c.Detail = FaultHost, r.Host
		return c
	}
	q := &inquiry{Request: r, keys: &s.keys, now: s.now()}
	check(q)
	q.form("GET without a body", r.Body == "" || r.Method != http.MethodGet)
	c.Key, c.Fault, c.Detail = q.hint, q.fault, q.detail
	if len(c.Fits) == 0 {
		c.Fault, c.Detail = FaultEndpoint, cmp.Or(string(c.Fault), r.Method)
	}
	if c.Key != nil {
		c.Key.count(c)
	}
	return c
}

func (k *Key) count(c *Call) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c.N = len(k.calls)
	k.calls = append(k.calls, *c)
}

// Expect lets the key's requests have that fault without failing the test.
func (k *Key) Expect(f Fault) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expected = append(k.expected, f)
}

func (k *Key) expects(f Fault) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Contains(k.expected, f)
}

// authority signs certificates for the hosts that clients name.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	leaf *ecdsa.PrivateKey
	made *sync.Map // certificates by host
}

func newAuthority() (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	leaf, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "issuers of a test"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	cert, err = x509.ParseCertificate(der)
	return authority{cert, key, leaf, &sync.Map{}}, err
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func (a authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := cmp.Or(hello.ServerName, "127.0.0.1")
	if made, ok := a.made.Load(host); ok {
		return made.(*tls.Certificate), nil
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "host"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if net.ParseIP(host) != nil {
		leaf.IPAddresses = []net.IP{net.ParseIP(host)}
	} else {
		leaf.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, a.leaf.Public(), a.key)
	if err != nil {
		return nil, err
	}
	made := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.leaf}
	a.made.Store(host, made)
	return made, nil
}
