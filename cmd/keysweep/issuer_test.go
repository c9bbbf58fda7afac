package main

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// issuerLog counts what an issuer of a script was asked.
type issuerLog struct{ calls atomic.Int64 }

// cmdIssuer is "issuer VARIABLE FILE": it starts a server and sets VARIABLE to its URL. Each line of FILE is an answer: the
// start of a path, a status, and the body. The first that fits is given, and 404 where none does.
func cmdIssuer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: issuer VARIABLE FILE")
	}
	lines := strings.Split(ts.ReadFile(args[1]), "\n")
	seen := new(issuerLog)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.calls.Add(1)
		for _, line := range lines {
			path, rest, _ := strings.Cut(line, " ")
			status, body, _ := strings.Cut(rest, " ")
			if code, err := strconv.Atoi(status); err == nil && strings.HasPrefix(r.URL.Path, path) {
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
