package sign

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/textproto"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	ccxtVersion = "4.5.84"
	nowMS       = 1700000000123
	aUUID       = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
	someRandom  = "00112233445566778899aabbccddeeff"
)

// ccxtCall is one call as ccxt is asked to sign it.
type ccxtCall struct {
	Exchange   string          `json:"exchange"`
	Path       string          `json:"path"`
	API        any             `json:"api"`
	Method     string          `json:"method"`
	Params     json.RawMessage `json:"params"`
	Key        string          `json:"key"`
	Secret     string          `json:"secret"`
	Passphrase string          `json:"passphrase"`
}

// signed is a request as it would be sent. Header names are canonical: HTTP does not tell their case apart.
type signed struct {
	Method, URL, Body string
	Headers           map[string]string
}

// TestAgainstCcxt signs the same calls with ccxt and with this package and wants equal bytes: URL, body, headers.
func TestAgainstCcxt(t *testing.T) {
	if testing.Short() {
		t.Skip("installs an npm package")
	}
	cases := ccxtCases(t)
	calls := make([]ccxtCall, len(cases))
	for i, c := range cases {
		calls[i] = c.call
	}
	theirs := askCcxt(t, calls)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ours := signOurs(t, c)
			if diff := cmp.Diff(forget(theirs[i], ours), ours); diff != "" {
				t.Errorf("request (-ccxt +ours):\n%s", diff)
			}
		})
	}
}

// forget drops the headers of ccxt that say who calls (its broker and partner codes), and a content type where we send no body.
func forget(theirs, ours signed) signed {
	theirs.Headers = maps.Clone(theirs.Headers)
	for _, name := range []string{"Accept", "Accept-Charset", "Referer", "User-Agent", "Open-Api-Partner", "X-Channel-Api-Code", "Source", "X-Broker-Id",
		"Kc-Api-Partner", "Kc-Api-Partner-Sign", "Kc-Api-Partner-Verify"} {
		delete(theirs.Headers, name)
	}
	if _, ok := ours.Headers["Content-Type"]; !ok && ours.Body == "" {
		delete(theirs.Headers, "Content-Type")
	}
	return theirs
}

func signOurs(t *testing.T, c ccxtCase) signed {
	t.Helper()
	u, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}
	r := &Request{Method: c.call.Method, Scheme: u.Scheme, Host: u.Host, Path: u.EscapedPath(), Query: u.RawQuery, Body: c.body, Header: textproto.MIMEHeader{}}
	for name, value := range c.headers {
		r.Header.Set(name, value)
	}
	f, ok := ByName(c.scheme)
	if !ok {
		t.Fatalf("no scheme %q", c.scheme)
	}
	in := Inputs{Parts: map[string]string{"key": c.call.Key, "secret": c.call.Secret, "passphrase": c.call.Passphrase}, Now: time.UnixMilli(nowMS), Nonce: c.nonce, Params: c.params}
	if err := f(r, in); err != nil {
		t.Fatal(err)
	}
	out := signed{Method: r.Method, URL: r.Scheme + "://" + r.Host + r.pathQuery(), Body: r.Body, Headers: map[string]string{}}
	for name, values := range r.Header {
		out.Headers[name] = values[0]
	}
	return out
}

func askCcxt(t *testing.T, calls []ccxtCall) []signed {
	t.Helper()
	asked, err := json.Marshal(map[string]any{"now": nowMS, "uuid": aUUID, "random": someRandom, "calls": calls})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/ccxt.mjs", installCcxt(t))
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.Bytes())
	}
	var answers []struct {
		Method, URL, Body, Error string
		Headers                  map[string]any
	}
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	all := make([]signed, len(answers))
	for i, a := range answers {
		if a.Error != "" {
			t.Fatalf("ccxt %s %s: %s", calls[i].Exchange, calls[i].Path, a.Error)
		}
		all[i] = signed{Method: a.Method, URL: a.URL, Body: a.Body, Headers: map[string]string{}}
		for name, value := range a.Headers {
			text, ok := value.(string)
			if !ok {
				t.Fatalf("ccxt %s: header %s is no text", calls[i].Exchange, name)
			}
			all[i].Headers[textproto.CanonicalMIMEHeaderKey(name)] = text
		}
	}
	return all
}

// installCcxt returns a folder of the user's cache that holds the package, installed once.
func installCcxt(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "keysweep", "ccxt-"+ccxtVersion)
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "ccxt", "package.json")); err == nil {
		return dir
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), "ccxt-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fresh, "package.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", "ccxt@"+ccxtVersion)
	cmd.Dir = fresh
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(fresh)
		t.Fatalf("npm install ccxt (this test needs Debian's nodejs and npm, and the npm registry): %v\n%s", err, out)
	}
	if err := os.Rename(fresh, dir); errors.Is(err, fs.ErrExist) { // another run was faster
		_ = os.RemoveAll(fresh)
	} else if err != nil {
		t.Fatal(err)
	}
	return dir
}
