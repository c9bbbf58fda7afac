package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority makes certificates; its own is in the file.
func authority(t *testing.T) (file string, issue func(host string) tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, func(host string) tls.Certificate {
		leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour)}
		own, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		return tls.Certificate{Certificate: [][]byte{own}, PrivateKey: key}
	}
}

// proxy leads every CONNECT to one address, and keeps what it was asked for.
type proxy struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string
}

func newProxy(t *testing.T, to string) *proxy {
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.seen = append(p.seen, r.Method+" "+r.Host)
		p.mu.Unlock()
		far, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer far.Close()
		w.WriteHeader(http.StatusOK)
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer near.Close()
		go func() { _, _ = io.Copy(far, near); far.Close() }()
		_, _ = io.Copy(near, far)
	}))
	t.Cleanup(p.Close)
	return p
}

func TestProxyAndOwnAuthority(t *testing.T) {
	ca, issue := authority(t)
	issuer := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"createTime":1,"enableReading":true}`)
	}))
	issuer.TLS = &tls.Config{Certificates: []tls.Certificate{issue("api.binance.com")}}
	issuer.Config.ErrorLog = log.New(io.Discard, "", 0) // one client does not trust it, which it would tell
	issuer.StartTLS()
	defer issuer.Close()
	for name, tt := range map[string]struct {
		args []string
		env  string
		want string
	}{
		"--verify-ca":       {[]string{"--verify-ca", ca}, "", "live"},
		"SSL_CERT_FILE":     {nil, "SSL_CERT_FILE=" + ca, "live"},
		"system's own only": {nil, "", "unknown: the host's certificate is not trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			through := newProxy(t, issuer.Listener.Addr().String())
			cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"verify", "--rule", "binance-api-key"}, tt.args...)...)
			cmd.Env = append(os.Environ(), asCommand+"=plain", "HTTPS_PROXY="+through.URL, "NO_PROXY=", "no_proxy=", "KEYSWEEP_CONFIG=", tt.env)
			key, secret := randomText(64), randomText(64)
			cmd.Stdin = strings.NewReader("key=" + key + "\nsecret=" + secret + "\n")
			out, _ := cmd.CombinedOutput()
			if !strings.Contains(string(out), "verdict   "+tt.want+"\n") || strings.Contains(string(out), secret) || strings.Contains(string(out), key) {
				t.Errorf("want %s, got\n%s", tt.want, out)
			}
			if len(through.seen) == 0 || through.seen[0] != "CONNECT api.binance.com:443" {
				t.Errorf("the proxy saw %q", through.seen)
			}
		})
	}
}
