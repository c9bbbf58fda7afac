package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/keysweep/keysweep/scanner"
)

// receipt is what a revocation did, as reports show it. The receipt of a finding that nobody asked to revoke is null.
type receipt struct {
	Status scanner.Outcome
	Way    string
	Reason string
	Proof  string
	Undo   string
	Plan   plan
	Steps  []receiptStep
	Audit  scanner.AuditRange
}

type plan struct {
	Hash    string
	Account string
	Ways    []plannedWay
}

type plannedWay struct {
	Way      string
	Contain  bool
	Calls    []string
	Signer   string
	Effect   string
	Needs    string
	Proof    string
	Consents []string
	Undo     string
	Blocked  string
}

type receiptStep struct {
	What    string
	Way     string
	Call    string
	Status  int
	Code    string
	Outcome string
	Reason  string
}

// newReceipt scrubs a receipt; what an issuer answered may hold anything.
func newReceipt(r *scanner.Receipt, hide func(string) string) *receipt {
	if r == nil {
		return nil
	}
	out := &receipt{
		Status: r.Status, Way: r.Way, Reason: hide(r.Reason), Proof: hide(r.Proof), Undo: hide(r.Undo), Audit: r.Audit,
		Plan: plan{Hash: r.Plan.Hash, Account: hide(r.Plan.Account), Ways: []plannedWay{}}, Steps: []receiptStep{},
	}
	for _, w := range r.Plan.Ways {
		w.Calls, w.Consents = list(w.Calls), list(w.Consents)
		w.Blocked = hide(w.Blocked)
		out.Plan.Ways = append(out.Plan.Ways, plannedWay(w))
	}
	for _, s := range r.Steps {
		s.Call, s.Code, s.Reason = hide(s.Call), hide(s.Code), hide(s.Reason)
		out.Steps = append(out.Steps, receiptStep(s))
	}
	return out
}

// receipt turns a receipt of a saved report back.
func (r *receipt) receipt() *scanner.Receipt {
	if r == nil {
		return nil
	}
	out := &scanner.Receipt{
		Status: r.Status, Way: r.Way, Reason: r.Reason, Proof: r.Proof, Undo: r.Undo, Audit: r.Audit,
		Plan: scanner.Plan{Hash: r.Plan.Hash, Account: r.Plan.Account},
	}
	for _, w := range r.Plan.Ways {
		out.Plan.Ways = append(out.Plan.Ways, scanner.PlannedWay(w))
	}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, scanner.ReceiptStep(s))
	}
	return out
}

// outcome says in a few words how a revocation ended.
func outcome(s scanner.Outcome) string {
	switch s {
	case scanner.Done:
		return "revoked"
	case scanner.Requested:
		return "revocation requested"
	case scanner.Refused:
		return "not revoked"
	case scanner.Failed:
		return "revocation failed"
	case scanner.Contained:
		return "contained"
	case scanner.Planned:
		return "revocation planned"
	case scanner.NoWay:
		return "left to a person"
	}
	return string(s)
}

// sentence is the receipt on one line. The text is not safe to print yet.
func (r *receipt) sentence() string {
	out := outcome(r.Status)
	if r.Way != "" {
		out += " by " + whose(r.Way)
	}
	if r.Reason != "" {
		out += ": " + r.Reason
	}
	return out
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func whose(way string) string {
	if way == "self" {
		return "the key itself"
	}
	return "the " + way + " key"
}

// lines tell a person what was done, or would be. They are not safe to print yet.
func (r *receipt) lines() []string {
	out := []string{r.sentence()}
	if r.Status == scanner.Planned {
		out = append(out, r.Plan.lines()...)
	}
	for _, s := range r.Steps {
		out = append(out, s.line())
	}
	for _, more := range []struct{ label, text string }{{"proof", r.Proof}, {"to undo it", r.Undo}} {
		if more.text != "" {
			out = append(out, more.label+": "+more.text)
		}
	}
	if r.Audit.Last > 0 {
		out = append(out, fmt.Sprintf("audit log: records %d to %d", r.Audit.First, r.Audit.Last))
	}
	return out
}

func (s receiptStep) line() string {
	out := s.What
	if s.Call != "" {
		out += " " + s.Call
	}
	out += ": " + s.Outcome
	if s.Status != 0 {
		out += fmt.Sprintf(" (HTTP %d", s.Status)
		if s.Code != "" {
			out += ", code " + s.Code
		}
		out += ")"
	}
	if s.Reason != "" {
		out += ": " + s.Reason
	}
	return out
}

// lines are the plan for a person who is to judge it.
func (p plan) lines() []string {
	out := []string{"account: " + cmp.Or(p.Account, "not told by the issuer")}
	n := 0
	for _, w := range p.Ways {
		if w.Blocked != "" {
			out = append(out, "not open: "+w.name()+": "+w.Blocked)
			continue
		}
		n++
		out = append(out, fmt.Sprintf("%d. %s: %s", n, w.name(), strings.Join(w.Calls, ", then ")))
		for _, more := range []struct{ label, text string }{
			{"effect", w.Effect}, {"needs", w.Needs}, {"why no other key", w.Proof}, {"to undo it", w.Undo}, {"consents", strings.Join(w.Consents, ", ")},
		} {
			if more.text != "" {
				out = append(out, "- "+more.label+": "+more.text)
			}
		}
	}
	return append(out, "plan: "+p.Hash)
}

func (w plannedWay) name() string {
	verb := "end it"
	if w.Contain {
		verb = "contain it"
	}
	by := whose(w.Way)
	if w.Signer != "" {
		by += " (" + w.Signer + ")"
	}
	return verb + " by " + by
}
