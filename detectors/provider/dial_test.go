package provider

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestPublicAddresses(t *testing.T) {
	for _, text := range []string{"1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "2606:4700::1111"} {
		if !public(netip.MustParseAddr(text)) {
			t.Errorf("%s is refused", text)
		}
	}
	for _, text := range []string{"127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3",
		"224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"} {
		if public(netip.MustParseAddr(text)) {
			t.Errorf("%s passes", text)
		}
	}
}

// nameServer answers for every name with the addresses.
func nameServer(t *testing.T, addrs ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			if m.Questions[0].Type == dnsmessage.TypeA {
				for _, a := range addrs {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET, TTL: 1},
						Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
					})
				}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestPrivateAddressesAreRefusedAfterDNS(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the server was reached") }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for name, addrs := range map[string][]string{
		"loopback":               {"127.0.0.1"},
		"metadata":               {"169.254.169.254"},
		"private among public":   {"1.1.1.1", "10.0.0.1"},
		"private after a public": {"8.8.8.8", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			dial := guardedDial(nameServer(t, addrs...), &proxyAddrs{})
			conn, err := dial(t.Context(), "tcp", "api.acme.example:"+port)
			if err == nil {
				conn.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "refused to ask the private address") {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestTransportRefusesLoopbackWithoutAnOverride(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) }))
	defer server.Close()
	c := &http.Client{Transport: newTransport(nil)}
	defer c.CloseIdleConnections()
	for private, want := range map[bool]bool{true: true, false: false} {
		req, err := http.NewRequestWithContext(context.WithValue(t.Context(), privateKey{}, private), "GET", server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		c.CloseIdleConnections() // a connection that is open would be used again
		if (err == nil) != want {
			t.Errorf("private %v: error is %v", private, err)
		}
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) }))
	defer server.Close()
	server.Config.ErrorLog = nil
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	for name, tt := range map[string]struct {
		roots *x509.CertPool
		base  string
		want  string
	}{
		"unknown authority": {x509.NewCertPool(), server.URL, "the host's certificate is not trusted"},
		"given authority":   {pool, server.URL, ""},
		"another name":      {pool, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), "the host's certificate is not trusted"},
		"no TLS at all":     {pool, strings.Replace(plain(t), "http:", "https:", 1), "the host does not speak TLS"},
		"closed port":       {pool, "http://127.0.0.1:1", "the host refuses connections"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := New(Options{RootCAs: tt.roots, Attempts: 1, Timeout: 5 * time.Second, Overrides: map[string]Override{"acme": {BaseURL: tt.base}}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if got := c.Verify(t.Context(), Query{Credential: credential(t, asLive)}); got.Reason != tt.want {
				t.Errorf("got %+v, want %q", got, tt.want)
			}
		})
	}
}

func plain(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.URL
}
