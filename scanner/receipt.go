package scanner

import "context"

// Revoker ends credentials. It is called once in a run, with all findings as verification left them, and sets the receipt
// of each; what it asked anew is in the verdicts. *revoke.Revoker is the one in use.
type Revoker interface {
	Revoke(ctx context.Context, findings []Finding)
}

// Outcome is how a revocation ended.
type Outcome string

// The outcomes of a revocation.
const (
	Done      Outcome = "done"      // verification afterwards said dead, or the credential was dead already
	Requested Outcome = "requested" // a call went out, and the credential is not known to be dead yet
	Refused   Outcome = "refused"   // the policy, the issuer or a missing proof kept it from being revoked; nothing was changed
	Failed    Outcome = "failed"    // it was tried, and something went wrong; nothing is known to be changed
	Contained Outcome = "contained" // it lives, but can do less; Undo says how to go back
	Planned   Outcome = "planned"   // nothing was done yet
	NoWay     Outcome = "none"      // no call ends such a credential; the playbook is for a person
)

// Receipt says what a revocation did to a credential, and how that was proved. It holds no secret: calls are templates.
type Receipt struct {
	Status Outcome
	Way    string // whose key made the call that counted: self, master or admin; empty for none
	Reason string
	Proof  string // why the call could hit no other credential
	Undo   string // how to undo what was done, when that is possible
	Plan   Plan
	Steps  []ReceiptStep // what was done, in order
	Audit  AuditRange
}

// Plan is what a revocation would do: the ways in the order in which they are tried.
type Plan struct {
	Hash    string // of what it would do to which credential; an approval names it
	Account string // of the credential, as the issuer told
	Ways    []PlannedWay
}

// PlannedWay is one call that ends or contains a credential.
type PlannedWay struct {
	Way      string // self, master or admin
	Contain  bool   // it limits the credential instead of ending it
	Calls    []string
	Signer   string // name of the configured credential that makes the calls; empty for the leaked one
	Effect   string
	Needs    string // the right that the calling key must have
	Proof    string
	Consents []string
	Undo     string
	Blocked  string // why this way is not open; empty when it is
}

// Open says whether any way of the plan can be taken.
func (p Plan) Open() bool {
	for _, w := range p.Ways {
		if w.Blocked == "" {
			return true
		}
	}
	return false
}

// ReceiptStep is one thing that was done.
type ReceiptStep struct {
	What    string // lookup, call or verify
	Way     string
	Call    string // method and URL with placeholders where values go
	Status  int    // of HTTP; 0 when there was no answer
	Code    string // the issuer's own code in the answer, when it has one
	Outcome string
	Reason  string
}

// AuditRange names the records of the audit log that tell of a revocation.
type AuditRange struct{ First, Last int64 }
