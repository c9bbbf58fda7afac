// Package provider asks the issuer of a credential what it is worth, and makes the calls that end it, by running what
// a rules file describes. All traffic goes through one client: literal hosts, no redirects, no private addresses unless
// the configuration names them, a rate per host, a deadline, and no text of a credential in any error, log or verdict.
package provider

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/keysweep/keysweep/detectors"
)

// Options say how issuers are asked. The zero value asks with the defaults.
type Options struct {
	Timeout   time.Duration       // for the calls of a credential to one host, waits for the host's rate aside; 0 takes 10 s
	Rate      float64             // calls per second and host; 0 takes 5
	Parallel  int                 // calls under way at once; 0 takes 256
	Attempts  int                 // tries of a call when the connection fails, or the issuer has a fault; 0 takes 3
	Overrides map[string]Override // by provider
	Ledgers   map[string]Ledger   // nodes and indexers that know what addresses hold, by a name of the person's choice
	Canaries  []string            // parts, accounts and names that are traps, beside those that are publicly known
	RootCAs   *x509.CertPool      // nil takes the system's
	Transport http.RoundTripper   // nil takes one that refuses private addresses, except for overrides
	Log       *slog.Logger        // nil is silent

	// Signer returns the configured credential of that name, for calls that the leaked one does not make; nil has none.
	Signer func(name string) (map[string]detectors.Secret, error)

	Now    func() time.Time // of timestamps in requests; nil takes time.Now
	Jitter func() float64   // from 0 to below 1, spreads retries; nil takes random numbers
	UUID   func() string    // nil takes random ones of version 4
}

// Override says where the hosts of a provider are. Only an override leads to a private address, or to plain http.
type Override struct {
	BaseURL string            // takes the place of every host; its path comes before the call's
	Hosts   map[string]string // URLs in the place of single hosts
}

// Client asks issuers. It is safe for concurrent use. Make it with New, and Close it.
type Client struct {
	opts      Options
	http      *http.Client
	governor  *governor
	flights   flights
	overrides map[string]override
	ledgers   map[string]ledger
	slots     chan struct{}
	canaries  map[string]bool
}

// New makes a client. It fails on an override that is no URL.
func New(o Options) (*Client, error) {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Rate <= 0 {
		o.Rate = 5
	}
	if o.Parallel <= 0 {
		o.Parallel = 256
	}
	if o.Attempts <= 0 {
		o.Attempts = 3
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = mathrand.Float64
	}
	if o.UUID == nil {
		o.UUID = randomUUID
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	overrides, err := parseOverrides(o.Overrides)
	if err != nil {
		return nil, err
	}
	ledgers, err := parseLedgers(o.Ledgers)
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = newTransport(o.RootCAs)
	}
	return &Client{
		opts: o, overrides: overrides, ledgers: ledgers, governor: newGovernor(o.Rate, o.Timeout), slots: make(chan struct{}, o.Parallel), canaries: canarySet(o.Canaries),
		http: &http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// Close closes the connections that are kept open.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// randomUUID is of version 4.
func randomUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return formatUUID(b)
}

// Status is what is known of a credential's life.
type Status string

// The statuses that asking can end with.
const (
	Live       Status = "live"       // a row with evidence in the body said so
	Restricted Status = "restricted" // live, but refused from here
	Dead       Status = "dead"       // a row said so, for all hosts
	Unknown    Status = "unknown"    // asked without a clear answer
	Unasked    Status = "unasked"    // there was nothing to ask, or no way to
)

// Verdict is what an issuer says of a credential.
type Verdict struct {
	Status      Status
	Reason      string
	Known       bool // the issuer knows the key, although the call failed
	Unanswered  bool // unknown because no answer came that a row knows: asking later may tell
	AskedAt     time.Time
	Host        string   // whose answer decided, as the rules file names it
	Permissions []string // of read, trade, transfer, withdraw and admin, in this order
	Account     string
	Label       string
	IPs         []string
	Expires     string // as the issuer writes it
	Sub         string
	Asked       []Asked // every call that was made
}

// Asked is one call that was made. It holds nothing of the credential: Path is the rules file's template.
type Asked struct {
	Method  string
	Host    string
	Path    string
	Through string `json:",omitempty"` // the override that took the host's place
	Status  int    // 0 when no answer came
	Note    string // what went wrong, or what the answer means
}

// Query is a credential to ask about.
type Query struct {
	Credential  detectors.Credential
	Environment string           // testnet, sandbox, demo or paper; empty for live
	Missing     []string         // required parts that were not found
	Identity    []detectors.Fact // what offline checks proved, such as the account
	Fresh       bool             // ask even if this run asked before
}

// Verify asks the issuer about a credential, once in the life of the client. It makes no call when there is none to make,
// when parts are missing, or when the credential is a known canary.
func (c *Client) Verify(ctx context.Context, q Query) Verdict {
	call, reason := verifyCall(q)
	if call == nil {
		return Verdict{Status: Unasked, Reason: reason}
	}
	if c.canary(q) {
		return Verdict{Status: Unknown, Reason: "a canary: not asked"}
	}
	ask := func() Verdict {
		a := &asking{client: c, rule: q.Credential.Rule, provider: providerOf(q.Credential), parts: reveal(q.Credential.Values())}
		return a.verify(ctx, call)
	}
	if q.Fresh {
		return ask()
	}
	return c.flights.do(ctx, q.Credential.Fingerprint()+" "+call.Name, ask)
}

// verifyCall returns the call that fits the credential's environment, or why there is none.
func verifyCall(q Query) (*detectors.Call, string) {
	rule := q.Credential.Rule
	call := rule.Verify
	switch {
	case call == nil:
		return nil, "there is nothing to ask the issuer"
	case q.Environment != "" && q.Environment != rule.Environment && call.Test != nil:
		call = call.Test
	case q.Environment != "" && q.Environment != rule.Environment && !call.AllEnvs:
		return nil, "nothing is known of the issuer's " + q.Environment
	}
	if len(q.Missing) > 0 {
		return nil, "its " + q.Missing[0] + " was not found"
	}
	return call, ""
}

// Outcome is what an issuer says of a call that changes something.
type Outcome struct {
	Is         detectors.Meaning // done, gone, refused or unknown; found for a lookup
	Reason     string
	Unanswered bool   // unknown because no answer came that a row knows
	Sent       bool   // the call itself, not only its lookup, may have reached the issuer
	Limited    bool   // the issuer did not look at it: too many calls
	Status     int    // of the last answer; 0 for none
	Code       string // the issuer's own code in the answer: -2015, token_revoked; empty when there is none
	At         time.Time
	Asked      []Asked
}

// Change makes a call of Revoke or Contain for one credential. See Act.
func (c *Client) Change(ctx context.Context, call *detectors.Call, cred detectors.Credential, host string) Outcome {
	return c.Act(ctx, Action{Call: call, Credentials: []detectors.Credential{cred}, Host: host})
}

// Canary reports whether a credential is a known trap, which is neither asked about nor told of.
func (c *Client) Canary(q Query) bool { return c.canary(q) }

// Targets returns the URLs without query that a call may go to, hosts replaced as configured; templates stay as they are. It
// is empty when the host is not configured.
func (c *Client) Targets(cred detectors.Credential, call *detectors.Call) []string {
	var out []string
	for _, t := range c.targets(providerOf(cred), call) {
		out = append(out, t.base.String()+templatePath(call))
	}
	return out
}

func providerOf(cred detectors.Credential) string {
	if cred.Provider != "" {
		return cred.Provider
	}
	return cred.Rule.Provider
}

func reveal(parts map[string]detectors.Secret) map[string]string {
	out := make(map[string]string, len(parts))
	for name, p := range parts {
		out[name] = p.Reveal()
	}
	return out
}

// target is a host to ask.
type target struct {
	host    string // as the rules file names it
	base    url.URL
	private bool // an override: private addresses are meant
}
