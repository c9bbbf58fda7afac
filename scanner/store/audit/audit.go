// Package audit keeps the log of what was done to credentials: a file of JSON lines that is only ever appended to. Every
// line holds the hash of the one before it, so that a line that was changed, removed or moved shows. A line is on the
// disk before Append returns, and one process at a time writes.
//
// A log holds no secret: a credential is its fingerprint, a call is its template.
package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Event says what a record tells of.
type Event string

// The events, in the order in which a revocation writes them.
const (
	Started  Event = "start"   // a plan was allowed and is about to be carried out
	Sending  Event = "send"    // a call is about to go out; written before it does
	Answered Event = "answer"  // what came back
	Verified Event = "verify"  // the issuer was asked whether the credential lives
	Ended    Event = "receipt" // how it ended; also for what the policy refused
	TornLine Event = "torn"    // an earlier process died while it wrote the line before
)

// Lookup is the step of a call that changes nothing.
const Lookup = "lookup"

// Record is one line. Seq, Time, Run, Actor and Prev are set by Append.
type Record struct {
	Seq         int64     `json:"seq"`
	Time        time.Time `json:"time"`
	Event       Event     `json:"event"`
	Run         string    `json:"run,omitempty"`   // the process that wrote it
	Actor       string    `json:"actor,omitempty"` // who ran it
	Fingerprint string    `json:"fingerprint,omitempty"`
	Rule        string    `json:"rule,omitempty"`
	Account     string    `json:"account,omitempty"`
	Plan        string    `json:"plan,omitempty"` // its hash
	Way         string    `json:"way,omitempty"`
	Step        string    `json:"step,omitempty"`   // lookup or call
	Call        string    `json:"call,omitempty"`   // method and URL with placeholders where values go
	Status      int       `json:"status,omitempty"` // of HTTP
	Code        string    `json:"code,omitempty"`   // the issuer's own
	Outcome     string    `json:"outcome,omitempty"`
	Reason      string    `json:"reason,omitempty"`
	Undo        string    `json:"undo,omitempty"` // how to undo it
	Torn        *Torn     `json:"torn,omitempty"`
	Prev        string    `json:"prev"` // hash of the line before, empty in the first
}

// Torn names a line that is not whole.
type Torn struct {
	Line   int64  `json:"line"`
	SHA256 string `json:"sha256"` // of its bytes
}

const hashMark = `,"hash":"`

// seal returns the record as its line, with a line feed, and the line's hash.
func (r Record) seal() (line []byte, hash string, err error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, "", err
	}
	hash = digest(body)
	line = append(body[:len(body)-1], hashMark+hash+"\"}\n"...)
	return line, hash, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// What can be wrong with a line by itself.
var (
	errNoRecord = errors.New("is no record")
	errChanged  = errors.New("was changed: its hash does not fit its content")
)

// open takes a line, without its line feed, apart. The hash is what the line states, even when it does not fit.
func open(line []byte) (r Record, hash string, err error) {
	at := bytes.LastIndex(line, []byte(hashMark))
	end := at + len(hashMark) + 2*sha256.Size
	if at < 0 || len(line) != end+2 || string(line[end:]) != `"}` {
		return r, "", errNoRecord
	}
	hash = string(line[at+len(hashMark) : end])
	body := append(line[:at:at], '}')
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, hash, errNoRecord
	}
	if digest(body) != hash {
		return r, hash, errChanged
	}
	return r, hash, nil
}

// String returns the record on one line for people.
func (r Record) String() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d %s %s", r.Seq, r.Time.UTC().Format(time.RFC3339), r.Event)
	for _, f := range []struct{ name, value string }{
		{"credential", r.Fingerprint}, {"rule", r.Rule}, {"account", r.Account}, {"way", r.Way}, {"step", r.Step},
		{"call", r.Call}, {"code", r.Code}, {"outcome", r.Outcome}, {"reason", r.Reason}, {"undo", r.Undo}, {"plan", r.Plan}, {"actor", r.Actor},
	} {
		if f.value != "" {
			fmt.Fprintf(&b, " %s=%q", f.name, f.value)
		}
	}
	if r.Status != 0 {
		fmt.Fprintf(&b, " status=%d", r.Status)
	}
	if r.Torn != nil {
		fmt.Fprintf(&b, " line=%d", r.Torn.Line)
	}
	return b.String()
}
