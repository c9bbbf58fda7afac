package revoke

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/store/audit"
)

// acmeServer plays acme over HTTP: keys, a master key that lists and ends them, and a wish to die at a step of a client.
type acmeServer struct {
	mu    sync.Mutex
	keys  map[string]bool
	calls []string
	lost  int // answers to calls that change something that are still to be lost, after the call was carried out
}

func (a *acmeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := r.Header.Get("X-Key")
	a.calls = append(a.calls, r.Method+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Method == "GET" && r.URL.Path == "/me" && a.keys[key]:
		fmt.Fprintf(w, `{"key":%q}`, key)
	case r.Method == "GET" && r.URL.Path == "/me":
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"no such key"}`)
	case r.Method == "DELETE" && r.URL.Path == "/me" && a.keys[key]:
		delete(a.keys, key)
		if a.lost > 0 {
			a.lost--
			panic(http.ErrAbortHandler) // the connection ends without an answer
		}
		fmt.Fprint(w, `{"ok":true}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":"no such thing"}`)
	}
}

// overHTTP returns a revoker that reaches the server, and a live finding.
func overHTTP(ctx context.Context, url, logPath string) (*Revoker, scanner.Finding, func(), error) {
	rules, err := detectors.LoadFile("acme.toml", []byte(acme))
	if err != nil {
		return nil, scanner.Finding{}, nil, err
	}
	client, err := provider.New(provider.Options{Overrides: map[string]provider.Override{"acme": {BaseURL: url}}, Rate: 1000})
	if err != nil {
		return nil, scanner.Finding{}, nil, err
	}
	log, err := audit.Open(ctx, logPath, audit.Options{Actor: "ada"})
	if err != nil {
		return nil, scanner.Finding{}, nil, err
	}
	c := detectors.Credential{Rule: &rules[0], Provider: "acme", Parts: map[string]detectors.Secret{
		"key": detectors.NewSecret("leakedk1"), "secret": detectors.NewSecret("secret-of-leakedk1"),
	}}
	f := scanner.Finding{Credential: c, Fingerprint: c.Fingerprint(), Severity: c.Rule.Severity}
	f.Verdict = Provider{client}.Verify(ctx, f)
	return &Revoker{Issuer: Provider{client}, Log: log, Policy: Policy{Yes: true}}, f, client.Close, nil
}

// dieVariable makes the test binary a run that kills itself at a step: "URL LOG STEP".
const dieVariable = "KEYSWEEP_TEST_REVOKE_AND_DIE"

func TestMain(m *testing.M) {
	if args := strings.Fields(os.Getenv(dieVariable)); len(args) == 3 {
		if err := revokeAndDie(args[0], args[1], args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// mortal is an Issuer whose process dies at the n-th thing that happens: before and after each call, before and after each
// record of it.
type mortal struct {
	Issuer
	left int
}

func (m *mortal) step() {
	if m.left--; m.left == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (m *mortal) Verify(ctx context.Context, f scanner.Finding) scanner.Verdict {
	m.step()
	defer m.step()
	return m.Issuer.Verify(ctx, f)
}

func (m *mortal) Act(ctx context.Context, a Action) Answer {
	m.step()
	defer m.step()
	before, after := a.Before, a.After
	a.Before = func(step, call string) error {
		m.step()
		defer m.step()
		return before(step, call)
	}
	a.After = func(step string, got Answer) {
		m.step()
		after(step, got)
		m.step()
	}
	return m.Issuer.Act(ctx, a)
}

func revokeAndDie(url, log, step string) error {
	n, err := strconv.Atoi(step)
	if err != nil {
		return err
	}
	r, f, done, err := overHTTP(context.Background(), url, log)
	if err != nil {
		return err
	}
	defer done()
	m := &mortal{r.Issuer, n}
	r.Issuer = m
	r.Revoke(context.Background(), []scanner.Finding{f})
	m.step()
	fmt.Printf("left %d\n", m.left)
	return nil
}

// TestAKilledRunIsTakenUp kills a run at every step. The next run must ask before it calls, must not call again when the
// first call was carried out, and must end with a receipt and an unbroken log.
func TestAKilledRunIsTakenUp(t *testing.T) {
	for step := 1; ; step++ {
		server := &acmeServer{keys: map[string]bool{"leakedk1": true, "other": true}}
		http := httptest.NewServer(server)
		log := filepath.Join(t.TempDir(), "audit.jsonl")
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d", dieVariable, http.URL, log, step))
		out, err := cmd.CombinedOutput()
		if err == nil {
			http.Close()
			if step < 8 {
				t.Errorf("the run had %d steps only: %s", step, out)
			}
			return
		}
		if !strings.Contains(err.Error(), "killed") {
			t.Fatalf("step %d: %v: %s", step, err, out)
		}
		takeUp(t, step, server, http.URL, log)
		http.Close()
	}
}

func takeUp(t *testing.T, step int, server *acmeServer, url, log string) {
	t.Helper()
	acted := !server.keys["leakedk1"]
	known, err := sentBefore(log)
	if err != nil {
		t.Fatal(err)
	}
	if acted && !known {
		t.Errorf("step %d: a call went out that the log does not have", step)
	}
	server.calls = nil
	r, f, done, err := overHTTP(t.Context(), url, log)
	if err != nil {
		t.Fatalf("step %d: %v", step, err)
	}
	defer done()
	server.calls = nil
	f.Verdict.Status, f.Verdict.AskedAt = scanner.Live, time.Now().Add(-time.Minute) // as the scan saw it before the other run
	all := []scanner.Finding{f}
	r.Revoke(t.Context(), all)
	if got := all[0].Receipt; got.Status != scanner.Done {
		t.Errorf("step %d: %s", step, sentence(*got))
	}
	if known && (len(server.calls) == 0 || server.calls[0] != "GET /me") {
		t.Errorf("step %d: the run after began with %v", step, server.calls)
	}
	if acted && slices.Contains(server.calls, "DELETE /me") {
		t.Errorf("step %d: called again: %v", step, server.calls)
	}
	if server.keys["leakedk1"] || !server.keys["other"] {
		t.Errorf("step %d: keys are %v", step, server.keys)
	}
	checkLog(t, log)
}

// sentBefore says whether the log has a call that went out.
func sentBefore(path string) (bool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(text)) {
		var r audit.Record
		if json.Unmarshal([]byte(line), &r) == nil && r.Event == audit.Sending {
			return true, nil
		}
	}
	return false, nil
}

func TestALostAnswerIsAskedAfter(t *testing.T) {
	server := &acmeServer{keys: map[string]bool{"leakedk1": true}, lost: 1}
	http := httptest.NewServer(server)
	defer http.Close()
	r, f, done, err := overHTTP(t.Context(), http.URL, filepath.Join(t.TempDir(), "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	all := []scanner.Finding{f}
	r.Revoke(t.Context(), all)
	if got := all[0].Receipt; got.Status != scanner.Done || all[0].Verdict.Status != scanner.Dead {
		t.Errorf("%s, steps %+v", sentence(*got), got.Steps)
	}
	if want := []string{"GET /me", "DELETE /me", "GET /me"}; !slices.Equal(server.calls, want) {
		t.Errorf("calls %v, want %v", server.calls, want)
	}
}

// TestTwoRunsAtOnceCallOnce has two runs find the same key at the same time.
func TestTwoRunsAtOnceCallOnce(t *testing.T) {
	server := &acmeServer{keys: map[string]bool{"leakedk1": true}}
	http := httptest.NewServer(server)
	defer http.Close()
	log := filepath.Join(t.TempDir(), "audit.jsonl")
	var runs sync.WaitGroup
	for range 4 {
		r, f, done, err := overHTTP(t.Context(), http.URL, log)
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		runs.Go(func() {
			all := []scanner.Finding{f}
			r.Revoke(t.Context(), all)
			if got := all[0].Receipt; got.Status != scanner.Done {
				t.Error(sentence(*got))
			}
		})
	}
	runs.Wait()
	deletes := slices.DeleteFunc(slices.Clone(server.calls), func(c string) bool { return c != "DELETE /me" })
	if len(deletes) != 1 {
		t.Errorf("called %d times", len(deletes))
	}
	checkLog(t, log)
}
