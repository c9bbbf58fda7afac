package detectors

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/keysweep/keysweep/detectors/check"
)

// Severity says how much a leak can cost.
type Severity int

// The severities, least first. The zero value is Info.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = []string{"info", "low", "medium", "high", "critical"}

// String returns the severity's lower-case name.
func (s Severity) String() string { return severityNames[max(0, min(int(s), len(severityNames)-1))] }

// MarshalText returns the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText accepts a severity's name.
func (s *Severity) UnmarshalText(text []byte) error {
	for i, name := range severityNames {
		if name == string(text) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("severity %q is none of %s", text, strings.Join(severityNames, ", "))
}

// Confidence says how sure a detector is that a match is what its rule says.
type Confidence int

// The confidences, least first.
const (
	Unsure Confidence = iota // "low"
	Likely                   // "medium"
	Sure                     // "high"
)

var confidenceNames = []string{"low", "medium", "high"}

// String returns low, medium or high.
func (c Confidence) String() string {
	return confidenceNames[max(0, min(int(c), len(confidenceNames)-1))]
}

// MarshalText returns the confidence's name.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText accepts low, medium or high.
func (c *Confidence) UnmarshalText(text []byte) error {
	for i, name := range confidenceNames {
		if name == string(text) {
			*c = Confidence(i)
			return nil
		}
	}
	return fmt.Errorf("confidence %q is none of %s", text, strings.Join(confidenceNames, ", "))
}

// Rule is one credential kind as a rules file describes it. A loaded Rule is not changed any more, and is safe for
// concurrent use.
type Rule struct {
	ID          string
	Provider    string // id of the provider, the name of its file
	Title       string
	Kind        string // what the provider is: exchange, wallet, custody, payments, node, data, general
	Site        string
	Severity    Severity
	Confidence  Confidence       // the most that a match of this rule may claim
	Keywords    []string         // lower-case words that name the provider in code, paths and hosts
	Common      []string         // those that are common words: they count only where they stand as a name
	Hosts       []string         // API hosts of the provider; one near a value names the provider as a keyword does
	TestHosts   []string         // hosts of its testnet, sandbox or demo
	Environment string           // what every value of the rule is for: testnet, sandbox, demo, paper; empty when the context tells
	Contexts    Context          // how much context a value needs to be taken for a part of this rule
	Near        []string         // lower-case words that, within a few lines or in the path, do what a fitting name does
	Paths       []*regexp.Regexp // paths of files that hold the value without a name
	NotNear     []string         // lower-case words within a few lines, or in the path, that say the value is of another kind
	Fallback    bool             // serves providers that have no rules file: the keyword found is the provider's id
	Loose       bool             // the shapes are a guess: a fallback rule takes values of other shapes for the provider
	Parts       []Part           // in the file's order
	Pieces      []Piece          // of parts, for calls, in the file's order
	Pattern     *Pattern         // set for a rule in gitleaks' form, which has no parts of its own
	Examples    []string         // hex SHA-256 of values that documentation publishes; a credential with one is no leak
	Off         bool             // not in the default set: it joins when it is named
	Tags        []string
	Verify      *Call   // asks the issuer what the credential is worth; nil when there is nothing to ask
	Revoke      []*Call // ways to end the credential, in the order to try them
	Contain     []*Call // ways to make it harmless without ending it, in the order to try them
	Playbook    Playbook

	file string         // where the rule was read
	line map[string]int // line of each key, by its path within the credential
	rest *rest          // the file, when calls and playbook were not read yet
}

// Context says what must stand around a value before a rule takes it.
type Context string

// The contexts, from none to most.
const (
	ContextNone     Context = "none"     // the shape or the check decides by itself
	ContextName     Context = "name"     // the variable, field or call must name a part
	ContextProvider Context = "provider" // the provider must be named nearby, and the name must fit a part
	ContextDecisive Context = "decisive" // the provider must be in the name, scope, call or host of the value itself
)

// Part is a named piece of a credential.
type Part struct {
	Name     string
	Form     Form        // what kind of run of text holds the value
	Regex    *Expression // the value's shape; its first group, if any, is the value
	Names    []string    // expressions that a name must hold; see package rules
	NotNames []string    // names that say the value is something else
	Env      []string    // exact variable names, upper case; one of these names provider and part at once
	Calls    []string    // calls whose argument is this part
	Entropy  float64     // bits per character a value must reach; 0 asks for none
	Min      int         // least length in bytes of a value, 0 for what the regex says
	Check    string      // name of an offline proof in detectors/check
	Optional bool        // the credential is whole without it
	Anchors  []string    // literals: closely before a random-looking member of a JSON object, or within the match of a value beside an anchor
	Stated   string      // a fact of the check that, when the text states it too, names the part

	check check.Func
}

// Form is a kind of run of text that can hold a part.
type Form string

// The forms of a part.
const (
	FormToken  Form = "token"  // a run of letters, digits and + / = _ - that looks random
	FormText   Form = "text"   // free text such as a passphrase or a short id: never found by itself, only beside another part
	FormPEM    Form = "pem"    // a PEM block, its line breaks real or escaped
	FormInts   Form = "ints"   // a list of at least 32 numbers from 0 to 255
	FormWords  Form = "words"  // a run of mnemonic words
	FormJSON   Form = "json"   // an object around an anchor, strict or as source code writes it, escaped or not
	FormBeside Form = "beside" // text of any kind within the match of an expression around an anchor
	FormRows   Form = "rows"   // eight groups of six digits, or one group of 48 or 96
)

// Part returns the part of that name, or nil.
func (r *Rule) Part(name string) *Part {
	for i := range r.Parts {
		if r.Parts[i].Name == name {
			return &r.Parts[i]
		}
	}
	return nil
}

// Playbook tells a person how to end a credential by hand.
type Playbook struct {
	Console string   // URL of the page where keys are managed
	Steps   []string // in order
	Damage  []string // what to look at for damage done
	Tell    []string // who must know
}
