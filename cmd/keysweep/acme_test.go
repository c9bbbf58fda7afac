package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// acme is an issuer of keys that scripts revoke. A key lives until it is ended; one whose name holds "weak" may not end
// itself, and one with "lost" ends without an answer. The master key lists and ends them all.
type acme struct {
	mu     sync.Mutex
	master string
	ended  []string
	seen   []string
}

func (a *acme) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := r.Header.Get("X-Key")
	if key != a.master && !slices.Contains(a.seen, key) {
		a.seen = append(a.seen, key)
	}
	id, byMaster := strings.CutPrefix(r.URL.Path, "/keys/id-")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/me" && slices.Contains(a.ended, key):
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"no such key"}`)
	case r.URL.Path == "/me" && r.Method == http.MethodGet:
		fmt.Fprintf(w, `{"key":%q,"account":4711,"rights":["read","withdraw"]}`, key)
	case r.URL.Path == "/me" && strings.Contains(key, "weak"):
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error":"no right"}`)
	case r.URL.Path == "/me":
		a.ended = append(a.ended, key)
		if strings.Contains(key, "lost") {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(w, `{"ok":true}`)
	case r.URL.Path == "/keys" && key == a.master:
		fmt.Fprintf(w, `{"keys":[%s]}`, a.list())
	case byMaster && key == a.master:
		a.ended = append(a.ended, id)
		fmt.Fprint(w, `{"ok":true}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":"no such thing"}`)
	}
}

// list holds the keys that live, and one that nobody leaked.
func (a *acme) list() string {
	all := []string{`{"key":"another","id":"id-another"}`}
	for _, key := range a.seen {
		if !slices.Contains(a.ended, key) {
			all = append(all, fmt.Sprintf(`{"key":%q,"id":"id-%s"}`, key, key))
		}
	}
	return strings.Join(all, ",")
}

// acmeKey names the acmes of a script in its values.
type acmeKey struct{}

// cmdAcme is "acme VARIABLE MASTER": it starts an acme and sets VARIABLE to its URL.
func cmdAcme(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: acme VARIABLE MASTER")
	}
	a := &acme{master: args[1]}
	server := httptest.NewServer(a)
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
	ts.Value(acmeKey{}).(map[string]*acme)[args[0]] = a
}

// cmdActed is "acted VARIABLE N": N keys of the acme were ended.
func cmdActed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: acted VARIABLE N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	a := ts.Value(acmeKey{}).(map[string]*acme)[args[0]]
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ended) != want || slices.Contains(a.ended, "another") {
		ts.Fatalf("ended %v, want %d", a.ended, want)
	}
}

// cmdPlantAcme is "plantacme FILE [VARIABLE]": it writes a random key pair of the acme, and sets VARIABLE to the secret.
func cmdPlantAcme(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: plantacme FILE [VARIABLE]")
	}
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	key, secret := strings.ToLower(randomText(24)), fmt.Sprintf("%x", raw)
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o700))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), fmt.Appendf(nil, "ACME_KEY=%s\nACME_SECRET=%s\n", key, secret), 0o600))
	if len(args) == 2 {
		ts.Setenv(args[1], secret)
	}
}
