package detectors

import (
	"iter"
	"strings"
)

// Call is one HTTP call to the issuer, with the rows that say what its answers mean. See package rules for the form and
// package provider for what runs it. URL, Headers and Body are templates: {name} stands for a value, see Placeholders.
type Call struct {
	Name       string // verify, verify.test, revoke.0, contain.0, each also with .lookup
	Method     string
	URL        string // its host is literal, or Configured
	Headers    map[string]string
	Body       string
	Hosts      []string // further hosts to ask: a credential is dead only when all have said so
	AllEnvs    bool     // of Verify: the hosts serve test and live credentials alike
	Sign       *Sign
	Lookup     *Call // made first; what it takes is {lookup} of this call
	Test       *Call // of Verify: made instead for a credential of a test environment
	Take       Path  // of a lookup: what to take from its answer; empty when it only proves
	Replies    []Reply
	Permits    []Reply // of Verify: rows whose Is names a right; all that fit count
	Account    Path    // of Verify: facts of the answer, each empty when the issuer does not tell
	Label      Path
	IPs        Path
	Expires    Path
	Sub        Path
	Way        Way      // of Revoke and Contain
	Credential string   // for ways master and admin: name of the configured credential that signs
	Proof      Proof    // of Revoke and Contain
	Effect     string   // of Revoke and Contain: what it does to the account, in words
	Needs      string   // the right that the calling key must have, in words
	Consents   []string // what a person must consent to, each for an effect beyond the leaked credential
	Undo       string   // of Contain: how to undo it, in words
	Batch      int      // of Revoke: how many credentials one call may end; 0 for one
	Each       string   // with Batch: template of one credential; {batch} in the body is their list, divided by commas

	at string // its key within the credential of the rules file: revoke[0].lookup
}

// Configured is the host of calls whose host only the person's configuration knows.
const Configured = "configured"

// Way says whose key makes a call that changes something.
type Way string

// The ways.
const (
	WaySelf   Way = "self"   // the leaked credential itself
	WayMaster Way = "master" // a configured key of the account above
	WayAdmin  Way = "admin"  // a configured key of an administrator
)

// Proof says why a call can hit no other key than the leaked one.
type Proof string

// The proofs.
const (
	ProofSelf     Proof = "self"     // it acts on the key that makes it
	ProofLookup   Proof = "lookup"   // a lookup compared what the issuer holds with the leaked key
	ProofArgument Proof = "argument" // the issuer is given the leaked key itself
)

// Sign names a signing scheme and its parameters.
type Sign struct {
	Scheme string
	Params map[string]string
}

// Meaning says what an answer means.
type Meaning string

// The meanings of replies. Verify has the verdicts; revoke and contain have the outcomes; lookups have Found besides.
const (
	IsLive       Meaning = "live"
	IsRestricted Meaning = "restricted" // live, but refused from this address
	IsDead       Meaning = "dead"
	IsUnknown    Meaning = "unknown"
	IsFound      Meaning = "found"   // a lookup may go on
	IsDone       Meaning = "done"    // the change was accepted
	IsGone       Meaning = "gone"    // the issuer says that the credential does not exist any more
	IsRefused    Meaning = "refused" // the change was refused, for a reason
)

// Rights that a permission row may name, least first.
var rights = []Meaning{"read", "trade", "transfer", "withdraw", "admin"}

// Rights returns the rights that a credential may have, least first.
func Rights() []string {
	out := make([]string, len(rights))
	for i, r := range rights {
		out[i] = string(r)
	}
	return out
}

// Reply is one row: when all its conditions fit, the answer means Is.
type Reply struct {
	Status int         // 0 for any
	JSON   []Condition // sorted by path
	Text   string      // a part of the body
	Header map[string]string
	Is     Meaning
	Reason string
	Known  bool // the answer proves that the issuer knows the key, although the call failed
}

// Op compares a value of an answer with what a row wants.
type Op string

// The operators.
const (
	Equals  Op = "="
	Present Op = "*"   // there, and neither null nor empty
	Has     Op = "has" // a list with that element, or a text with that word
	Any     Op = "any" // equal to one of a list
	Not     Op = "not" // there and different
)

// Condition is what a row wants of one value of a JSON answer.
type Condition struct {
	Path Path
	Op   Op
	Want any // text (a template), int64, float64 or bool; for Any, and for Has with a list as its element, []any
}

// Path leads to a value in a JSON answer. The empty path is none; that of the whole answer has one step, "".
type Path []Step

// Step is one step of a path: the member Key of an object, or the element of a list, by number or, with Member, the one
// element whose member of that name is Value, a template.
type Step struct {
	Key    string
	Member string
	Value  string
}

// String returns the path as a rules file has it.
func (p Path) String() string {
	if len(p) == 1 && p[0] == (Step{}) {
		return "."
	}
	var b strings.Builder
	for i, s := range p {
		if s.Member != "" {
			b.WriteString("[" + s.Member + "=" + s.Value + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(dotted.Replace(s.Key))
	}
	return b.String()
}

var dotted = strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`)

// Host returns the host of the call's URL.
func (c *Call) Host() string {
	host, _, _ := strings.Cut(strings.TrimPrefix(c.URL, "https://"), "/")
	host, _, _ = strings.Cut(host, "?")
	return host
}

// Calls yields every call of the rule, each before its lookup and its twin for test environments.
func (r *Rule) Calls() iter.Seq[*Call] {
	return func(yield func(*Call) bool) {
		all := append([]*Call{r.Verify}, r.Revoke...)
		for _, c := range append(all, r.Contain...) {
			if !c.yield(yield) {
				return
			}
		}
	}
}

func (c *Call) yield(yield func(*Call) bool) bool {
	return c == nil || yield(c) && c.Lookup.yield(yield) && c.Test.yield(yield)
}

// Placeholder is a {name} of a template, with the bytes that it takes in it.
type Placeholder struct {
	Name string // without the braces: key, unix_ms, signer.key
	Span
}

// Placeholders returns what a template names, from left to right: braces around lower-case letters, digits, underscores
// and dots. All other braces stand for themselves.
func Placeholders(template string) []Placeholder {
	var out []Placeholder
	for at := 0; ; {
		open := strings.IndexByte(template[at:], '{')
		if open < 0 {
			return out
		}
		open += at
		end := open + 1
		for end < len(template) && placeholderByte(template[end]) {
			end++
		}
		if end > open+1 && end < len(template) && template[end] == '}' {
			out = append(out, Placeholder{template[open+1 : end], Span{open, end + 1}})
		}
		at = max(end, open+1)
	}
}

func placeholderByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.'
}
