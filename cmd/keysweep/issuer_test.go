package main

import (
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// issuerLog counts what an issuer of a script was asked.
type issuerLog struct{ calls atomic.Int64 }

// cmdIssuer is "issuer VARIABLE FILE": it starts a server and sets VARIABLE to its URL. Each line of FILE is an answer: the
// start of a path, or a pattern of a whole one, a status, and the body. The first that fits is given, and 404 where none does.
func cmdIssuer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: issuer VARIABLE FILE")
	}
	lines := strings.Split(ts.ReadFile(args[1]), "\n")
	seen := new(issuerLog)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.calls.Add(1)
		for _, line := range lines {
			where, rest, _ := strings.Cut(line, " ")
			status, body, _ := strings.Cut(rest, " ")
			fits, _ := path.Match(where, r.URL.Path)
			if code, err := strconv.Atoi(status); err == nil && (fits || strings.HasPrefix(r.URL.Path, where)) {
				w.WriteHeader(code)
				_, _ = w.Write([]byte(body))
				return
			}
		}
		http.NotFound(w, r)
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
	issuersOf(ts)[args[0]] = seen
}

// cmdWIF is "wif FILE VARIABLE": it writes a random Bitcoin key as a part=value line, and sets VARIABLE to the key.
func cmdWIF(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: wif FILE VARIABLE")
	}
	raw := make([]byte, 34)
	_, _ = rand.Read(raw)
	raw[0], raw[1], raw[33] = 0x80, 1, 1
	once := sha256.Sum256(raw)
	sum := sha256.Sum256(once[:])
	text, n, digit := "", new(big.Int).SetBytes(append(raw, sum[:4]...)), new(big.Int)
	for n.Sign() > 0 {
		n.DivMod(n, big.NewInt(58), digit)
		text = string("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit.Int64()]) + text
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("private_key="+text+"\n"), 0o600))
	ts.Setenv(args[1], text)
}

// cmdAsked is "asked VARIABLE N": the issuer was asked N times since it started.
func cmdAsked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: asked VARIABLE N")
	}
	want, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	if got := issuersOf(ts)[args[0]].calls.Load(); got != want {
		ts.Fatalf("%s was asked %d times, want %d", args[0], got, want)
	}
}

// issuersOf returns the script's own issuers by variable.
func issuersOf(ts *testscript.TestScript) map[string]*issuerLog {
	return ts.Value(issuersKey{}).(map[string]*issuerLog)
}

type issuersKey struct{}
