package issuer_test

import (
	"bytes"
	"crypto/tls"
	"flag"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
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

	mu   sync.Mutex
	slow map[string]map[string]string // parts of rules whose samples take long
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
	s := &stand{rules: all, cases: map[string]*detectors.Cases{}, slow: map[string]map[string]string{}}
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
	s.open(t, o)
	return s
}

// again is a stand of the same rules with a server of its own.
func (s *stand) again(t *testing.T, o issuer.Options) *stand {
	t.Helper()
	twin := &stand{rules: s.rules, cases: s.cases, slow: map[string]map[string]string{}}
	twin.open(t, o)
	return twin
}

func (s *stand) open(t *testing.T, o issuer.Options) {
	t.Helper()
	s.server = issuer.New(t, s.rules, o)
	s.client = &http.Transport{DialContext: s.server.Dial, TLSClientConfig: &tls.Config{RootCAs: s.server.Roots()}}
	t.Cleanup(s.client.CloseIdleConnections)
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
	parts := s.sample(t, r, seed.Sum64(), purpose == otherSecret)
	cred := detectors.Credential{Rule: r, Parts: map[string]detectors.Secret{}}
	for name, text := range parts {
		cred.Parts[name] = detectors.NewSecret(text)
	}
	return cred
}

// otherSecret is the purpose of a credential whose secret differs from that of all others.
const otherSecret = "another secret"

// sample makes parts. RSA keys take long to make: a rule has two of them, and ids that differ.
func (s *stand) sample(t *testing.T, r *detectors.Rule, seed uint64, other bool) map[string]string {
	t.Helper()
	if other {
		seed = 2
	}
	s.mu.Lock()
	base := s.slow[fmt.Sprint(r.ID, other)]
	s.mu.Unlock()
	if base != nil {
		return renamed(base, seed)
	}
	parts, err := s.cases[r.Provider].Sample(r, seed)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range parts {
		if strings.Contains(text, "PRIVATE KEY") && len(text) > 1000 {
			s.mu.Lock()
			s.slow[fmt.Sprint(r.ID, other)] = parts
			s.mu.Unlock()
			return renamed(parts, seed)
		}
	}
	return parts
}

// renamed changes the letters and digits of all parts but private keys, each to one of its kind.
func renamed(parts map[string]string, seed uint64) map[string]string {
	rnd := mathrand.New(mathrand.NewPCG(seed, 1))
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		out[name] = parts[name]
		if strings.Contains(out[name], "PRIVATE KEY") {
			continue
		}
		out[name] = strings.Map(func(c rune) rune {
			for _, kind := range []string{"0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ"} {
				if strings.ContainsRune(kind, c) {
					return rune(kind[rnd.IntN(len(kind))])
				}
			}
			return c
		}, out[name])
	}
	return out
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
