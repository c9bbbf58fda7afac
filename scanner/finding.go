package scanner

import (
	"time"

	"github.com/keysweep/keysweep/detectors"
)

// Region is a run of text by line and column, both counted from 1; the end column is that of the last character.
type Region struct{ StartLine, StartColumn, EndLine, EndColumn int }

// Occurrence is one place where a credential stands.
type Occurrence struct {
	Region
	File        string // path in the tree, inner paths of archives joined with "!"
	SymlinkFile string // the link through which File was reached
	Place       Place
	Commit      string // first commit that has it, empty outside git
	LastCommit  string // last commit that has it
	Author      string
	Email       string
	Date        time.Time // of the first commit; zero outside git
	Message     string    // of the first commit
	AtHead      bool      // the checked-out commit still has it
	Unreachable bool      // no ref leads to it
	Link        string    // URL of the line, when the source has one
	Match       string    // the text of the lines around the parts, with every secret in it redacted
	Object      *Object   // the object in a bucket that File names; nil elsewhere. Date is then when it was last modified
}

// Object is what a provider says of an object in one of its buckets.
type Object struct {
	Bucket  string // its URL without parameters: "s3://name"
	Key     string
	Version string // version, generation or snapshot; empty when the bucket keeps none
	Owner   string // empty when the provider does not say
	Access  Access
	Granted string // what lets anyone read it, when it is public: "bucket policy", "object ACL", ...
	ID      string // names this content of this object, for who keeps record of what was covered
}

// Access says who may read an object.
type Access string

// The accesses of an object. It is public when anyone may read it, or anyone with an account at the provider.
const (
	AccessUnknown Access = ""
	Private       Access = "private"
	Public        Access = "public"
)

// PartAt is a part's value and where it was first seen.
type PartAt struct {
	Region
	Name      string
	Value     detectors.Secret // empty when only Masked is known
	Masked    string           // the value as an earlier redacted report shows it; empty for a finding of this run
	File      string
	Encodings []string
}

// Status is what is known of a credential's life.
type Status string

// The statuses of a verdict.
const (
	Live       Status = "live"       // the issuer said so, with positive evidence
	Restricted Status = "restricted" // live, but refused from this address
	Dead       Status = "dead"       // the issuer said so explicitly
	Unknown    Status = "unknown"    // asked, without a clear answer
	Unasked    Status = "unasked"    // nobody asked
	Proved     Status = "proved"     // arithmetic proved it
)

// Verdict is what the issuer, or arithmetic, says of a credential. No field holds text of the credential.
type Verdict struct {
	Status      Status
	Reason      string
	AskedAt     time.Time
	Account     string
	Permissions []string         // of read, trade, transfer, withdraw and admin, in this order; empty when the issuer does not tell
	Host        string           // whose answer decided
	Label       string           // the key's name in the account
	Sub         string           // the sub-account's name
	IPs         []string         // addresses that the key is bound to
	Expires     string           // RFC 3339 when the issuer's form is known, else as the issuer writes it
	Holdings    []detectors.Fact // of a wallet: balance and last activity of its addresses
	Known       bool             // the issuer knows the key, although it is not known to be live
	Unanswered  bool             // unknown because no answer came that a rule knows: asking later may tell
}

// Finding is a credential with every place it occurs.
type Finding struct {
	Credential  detectors.Credential
	Fingerprint string
	Severity    detectors.Severity
	Confidence  detectors.Confidence
	Environment string
	Identity    []detectors.Fact
	Notes       []string
	Entropy     float64
	Secret      string   // name of the most secret part
	Parts       []PartAt // in the rule's order
	Missing     []string // required parts that were not found
	Occurrences []Occurrence
	Verdict     Verdict
	Receipt     *Receipt // nil when nobody asked to revoke it
}
