package issuer_test

import (
	"bytes"
	"crypto/tls"
	"flag"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/internal/issuer"
	"github.com/keysweep/keysweep/rules"
)

// TestMain lets many tests run at once: most of their time is spent on waiting for issuers that do not answer.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err) // the flag is the testing package's own
	}
	os.Exit(m.Run())
}

// stand is all rules with their cases, and a server that plays their issuers.
type stand struct {
	rules  []detectors.Rule
	cases  map[string]*detectors.Cases // by provider
	server *issuer.Server
	client *http.Transport
}

// journal takes what a client logs, from many goroutines.
type journal struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.String()
}

func newStand(t *testing.T, o issuer.Options) *stand {
	t.Helper()
	all, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{rules: all, cases: map[string]*detectors.Cases{}}
	for _, r := range all {
		if s.cases[r.Provider] != nil {
			continue
		}
		file := r.Provider + ".toml"
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "providers", file))
		if err != nil {
			t.Fatal(err)
		}
		if s.cases[r.Provider], err = detectors.ReadCases(file, text); err != nil {
			t.Fatal(err)
		}
	}
	s.server = issuer.New(t, all, o)
	s.client = &http.Transport{DialContext: s.server.Dial, TLSClientConfig: &tls.Config{RootCAs: s.server.Roots()}}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// asker is a client that asks the stand's server, whatever host a rules file names. Hosts that only a configuration knows
// have one here.
func (s *stand) asker(t *testing.T, r *detectors.Rule, o provider.Options) (*provider.Client, *journal) {
	t.Helper()
	log := &journal{}
	o.Transport, o.Rate, o.Jitter = s.client, 1e6, func() float64 { return 0 }
	o.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Overrides = map[string]provider.Override{r.Provider: {Hosts: map[string]string{detectors.Configured: "https://" + issuer.Configured}}}
	c, err := provider.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, log
}

// credential makes one of the rule, another for every purpose.
func (s *stand) credential(t *testing.T, r *detectors.Rule, purpose string) detectors.Credential {
	t.Helper()
	seed := fnv.New64()
	fmt.Fprintln(seed, r.ID, purpose)
	parts, err := s.cases[r.Provider].Sample(r, seed.Sum64())
	if err != nil {
		t.Fatal(err)
	}
	cred := detectors.Credential{Rule: r, Parts: map[string]detectors.Secret{}}
	for name, text := range parts {
		cred.Parts[name] = detectors.NewSecret(text)
	}
	return cred
}

// issue gives the credential out.
func (s *stand) issue(t *testing.T, cred detectors.Credential, script issuer.Script) *issuer.Key {
	t.Helper()
	return s.server.Issue(t.Name(), cred.Rule.ID, reveal(cred.Values()), script)
}

func reveal(secrets map[string]detectors.Secret) map[string]string {
	out := map[string]string{}
	for name, p := range secrets {
		out[name] = p.Reveal()
	}
	return out
}

// answers are the recorded ones of a rule's call.
func (s *stand) answers(r *detectors.Rule, call string) []detectors.Answer {
	var out []detectors.Answer
	for _, a := range s.cases[r.Provider].Answer {
		if a.Rule == r.ID && a.Call == call {
			out = append(out, a)
		}
	}
	return out
}

// recorded is an answer as the issuer would give it to the owner of that credential.
func recorded(a detectors.Answer, parts map[string]string) issuer.Answer {
	body := a.Body
	for name, value := range parts {
		body = strings.ReplaceAll(body, "{"+name+"}", jsonText(value))
	}
	return issuer.Answer{Status: a.Status, Header: a.Headers, Body: body}
}

// first returns the first answer that means one of these, or nil.
func first(all []detectors.Answer, means ...string) *detectors.Answer {
	if i := slices.IndexFunc(all, func(a detectors.Answer) bool { return slices.Contains(means, a.Is) }); i >= 0 {
		return &all[i]
	}
	return nil
}

// script answers the call with a, and its lookup as if all were well.
func (s *stand) script(r *detectors.Rule, call string, parts map[string]string, a issuer.Script) issuer.Script {
	found := first(s.answers(r, call+".lookup"), "found")
	return func(c *issuer.Call) issuer.Answer {
		if found != nil && c.Is(call+".lookup") && !c.Is(call) {
			return recorded(*found, parts)
		}
		return a(c)
	}
}

// hosts counts where the call goes.
func hosts(c *detectors.Call) int { return 1 + len(c.Hosts) }

// patience is how long a client waits for an issuer that does not answer.
const patience = 250 * time.Millisecond
