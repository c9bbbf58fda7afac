package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// Read reads a json or jsonl report of keysweep, or a json report of gitleaks. A value that the report shows masked
// comes back as PartAt.Masked with an empty Value; the rule holds what the report says of it: id, title, provider, tags,
// playbook and the parts' names. An empty reader, [] and null hold no findings.
func Read(r io.Reader) ([]scanner.Finding, error) {
	in := bufio.NewReader(r)
	first, err := firstByte(in)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	d := json.NewDecoder(in)
	array, err := openArray(d, first)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	findings, err := readEntries(d)
	if err != nil {
		return nil, fmt.Errorf("read report: finding %d: %w", len(findings)+1, err)
	}
	if err := closeArray(d, array); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return findings, nil
}

// firstByte returns the first byte that is no white space, without taking it, and skips a byte order mark.
func firstByte(in *bufio.Reader) (byte, error) {
	if bom, _ := in.Peek(3); string(bom) == "\ufeff" {
		_, _ = in.Discard(3)
	}
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			return b, in.UnreadByte()
		}
	}
}

// openArray takes the start of an array and says whether there is one: json lines have none, and null is an empty report.
func openArray(d *json.Decoder, first byte) (bool, error) {
	if first == '{' {
		return false, nil
	}
	open, err := d.Token()
	if err != nil {
		return false, noEOF(err)
	}
	if open != json.Delim('[') && open != nil {
		return false, fmt.Errorf("%v stands where the array of findings should", open)
	}
	return open != nil, nil
}

// closeArray takes the end of the array and makes sure that nothing follows.
func closeArray(d *json.Decoder, array bool) error {
	if array {
		if _, err := d.Token(); err != nil {
			return noEOF(err)
		}
	}
	end, err := d.Token()
	switch {
	case err == nil:
		return fmt.Errorf("%v follows the findings", end)
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}

func readEntries(d *json.Decoder) ([]scanner.Finding, error) {
	var out []scanner.Finding
	for d.More() {
		var e entry
		if err := d.Decode(&e); err != nil {
			return out, noEOF(err)
		}
		f, err := e.finding()
		if err != nil {
			return out, err
		}
		out = append(out, f)
	}
	return out, nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// finding turns an entry back.
func (e *entry) finding() (scanner.Finding, error) {
	if e.RuleID == "" {
		return scanner.Finding{}, errors.New("no RuleID: neither a keysweep nor a gitleaks report")
	}
	if e.Verdict.Status == "" {
		e.fromGitleaks()
	}
	rule := e.rule()
	f := scanner.Finding{
		Credential:  detectors.Credential{Rule: rule, Provider: e.Provider, Parts: map[string]detectors.Secret{}},
		Fingerprint: e.Fingerprint, Severity: e.Severity, Confidence: e.Confidence, Environment: e.Environment,
		Identity: e.Identity, Notes: e.Notes, Entropy: e.Entropy, Missing: e.Missing, Receipt: e.Receipt.receipt(),
		Verdict: scanner.Verdict{
			Status: e.Verdict.Status, Reason: e.Verdict.Reason, Account: e.Verdict.Account, Permissions: e.Permissions, Host: e.Verdict.Host,
			Label: e.Verdict.Label, Sub: e.Verdict.Sub, IPs: e.Verdict.IPs, Expires: e.Verdict.Expires, Holdings: e.Verdict.Holdings,
			Known: e.Verdict.Known, Unanswered: e.Verdict.Unanswered,
		},
	}
	e.fillParts(&f)
	err := errors.Join(e.fillPlaces(&f), parseMoment(e.Verdict.AskedAt, &f.Verdict.AskedAt))
	return f, err
}

func (e *entry) rule() *detectors.Rule {
	rule := &detectors.Rule{
		ID: e.RuleID, Title: e.Description, Provider: e.Provider, Severity: e.Severity, Confidence: e.Confidence,
		Playbook: detectors.Playbook(e.Playbook),
	}
	for _, tag := range e.Tags {
		if !strings.HasPrefix(tag, decodedTag) {
			rule.Tags = append(rule.Tags, tag)
		}
	}
	for _, p := range e.Parts {
		rule.Parts = append(rule.Parts, detectors.Part{Name: p.Name})
	}
	return rule
}

// fromGitleaks fills what a gitleaks report does not say.
func (e *entry) fromGitleaks() {
	e.Verdict.Status = scanner.Unasked
	e.Severity, e.Confidence = detectors.Medium, detectors.Likely
	at := part{Name: "secret", Value: e.Secret, File: e.File, StartLine: e.StartLine, EndLine: e.EndLine, StartColumn: e.StartColumn, EndColumn: e.EndColumn}
	for _, tag := range e.Tags {
		if enc, ok := strings.CutPrefix(tag, decodedTag); ok {
			at.Encodings = append(at.Encodings, enc)
		}
	}
	e.Parts = parts{at}
	place := scanner.InFile
	if e.Commit != "" {
		place = scanner.InBlob
	}
	e.Occurrences = []occurrence{{
		File: e.File, StartLine: e.StartLine, EndLine: e.EndLine, StartColumn: e.StartColumn, EndColumn: e.EndColumn,
		Commit: e.Commit, Author: e.Author, Email: e.Email, Date: e.Date, Place: place, Link: e.Link,
	}}
}

// fillParts puts values where they belong: those of a report written with --redact=0 are secrets, others are masks.
func (e *entry) fillParts(f *scanner.Finding) {
	for _, p := range e.Parts {
		f.Credential.Parts[p.Name] = detectors.NewSecret(p.Value)
	}
	whole := f.Credential.Fingerprint() == f.Fingerprint
	for _, p := range e.Parts {
		at := scanner.PartAt{
			Region: scanner.Region{StartLine: p.StartLine, StartColumn: p.StartColumn, EndLine: p.EndLine, EndColumn: p.EndColumn},
			Name:   p.Name, File: p.File, Encodings: p.Encodings,
		}
		if !whole && masked(p.Value) {
			at.Masked = p.Value
			delete(f.Credential.Parts, p.Name)
		} else {
			at.Value = f.Credential.Parts[p.Name]
		}
		f.Parts = append(f.Parts, at)
	}
	f.Secret = e.mostSecret(f.Credential.Rule)
}

// masked says that a value ends as Secret.Mask and gitleaks write it.
func masked(value string) bool {
	return strings.HasSuffix(value, "****") || value == "REDACTED"
}

// mostSecret names the part whose value the entry repeats as its Secret.
func (e *entry) mostSecret(rule *detectors.Rule) string {
	all := map[string]detectors.Secret{}
	for _, p := range e.Parts {
		if p.Value == e.Secret {
			all[p.Name] = detectors.Secret{}
		}
	}
	return detectors.Match{Credential: detectors.Credential{Rule: rule, Parts: all}}.Secret()
}

func (e *entry) fillPlaces(f *scanner.Finding) error {
	var errs []error
	for i, o := range e.Occurrences {
		at := scanner.Occurrence{
			Region: scanner.Region{StartLine: o.StartLine, StartColumn: o.StartColumn, EndLine: o.EndLine, EndColumn: o.EndColumn},
			File:   o.File, Place: o.Place, Commit: o.Commit, LastCommit: o.LastCommit, Author: o.Author, Email: o.Email,
			AtHead: o.AtHead, Unreachable: o.Unreachable, Link: o.Link,
		}
		if b := o.Object; b != nil {
			at.Object = &scanner.Object{Bucket: b.Bucket, Key: b.Key, Version: b.Version, Owner: b.Owner, Access: b.Access, Granted: b.Granted}
		}
		if i == 0 {
			at.SymlinkFile, at.Message, at.Match = e.SymlinkFile, e.Message, e.Match
		}
		errs = append(errs, parseMoment(o.Date, &at.Date))
		f.Occurrences = append(f.Occurrences, at)
	}
	return errors.Join(errs...)
}

func parseMoment(text string, at *time.Time) (err error) {
	if text == "" {
		return nil
	}
	*at, err = time.Parse(time.RFC3339, text)
	return err
}
