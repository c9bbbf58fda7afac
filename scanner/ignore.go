package scanner

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// Entry is one line of an ignore file, or one finding of a baseline.
type Entry struct {
	Text     string    // the fingerprint
	File     string    // the file that the entry stands in
	Line     int       // counted from 1; for a baseline of JSON, the number of the finding
	Expires  time.Time // from when on it holds no longer, in UTC; zero for never
	Reason   string
	Baseline bool // from an earlier report, where an unused entry is nothing to worry about
}

// Ignore is a set of findings that are known. An entry with keysweep's fingerprint holds for a credential wherever it
// lies; one with gitleaks' fingerprint, or from gitleaks' report, holds for a credential in a file. Match may be called
// from several goroutines. The zero value ignores nothing.
type Ignore struct {
	entries []*ignoreEntry
	byKey   map[string][]*ignoreEntry
}

type ignoreEntry struct {
	Entry
	used atomic.Bool
}

func (g *Ignore) add(key string, e Entry) {
	if g.byKey == nil {
		g.byKey = map[string][]*ignoreEntry{}
	}
	entry := &ignoreEntry{Entry: e}
	g.entries = append(g.entries, entry)
	g.byKey[key] = append(g.byKey[key], entry)
}

// Merge adds the entries of others, which are not to be used by themselves any more.
func (g *Ignore) Merge(others ...*Ignore) {
	if g.byKey == nil {
		g.byKey = map[string][]*ignoreEntry{}
	}
	for _, o := range others {
		if o == nil {
			continue
		}
		g.entries = append(g.entries, o.entries...)
		for key, list := range o.byKey {
			g.byKey[key] = append(g.byKey[key], list...)
		}
	}
}

// The keys of entries. A secret is known by its hash only.
func fingerprintKey(fingerprint string) string { return "f " + strings.ToLower(fingerprint) }
func placeKey(place string) string             { return "p " + place }
func secretKey(file, secret string) string {
	return fmt.Sprintf("s %x %s", sha256.Sum256([]byte(secret)), file)
}

var fingerprintForm = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)

// ParseIgnore reads a .keysweepignore: on each line a fingerprint, then perhaps expires=YYYY-MM-DD, then perhaps a reason
// after a #. An entry holds until the day that it names begins, in UTC. A line of another form is an error.
func ParseIgnore(name string, text []byte) (*Ignore, error) {
	g := &Ignore{}
	for i, line := range lines(text) {
		line, reason, _ := strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		e := Entry{Text: strings.ToLower(words[0]), File: name, Line: i + 1, Reason: strings.TrimSpace(reason)}
		if !fingerprintForm.MatchString(e.Text) {
			return nil, fmt.Errorf("%s:%d: does not begin with a fingerprint of 32 hex digits", name, e.Line)
		}
		for _, word := range words[1:] {
			date, ok := strings.CutPrefix(word, "expires=")
			day, err := time.Parse(time.DateOnly, date)
			if !ok || err != nil {
				return nil, fmt.Errorf("%s:%d: %q is not expires=YYYY-MM-DD; a reason stands after a #", name, e.Line, word)
			}
			e.Expires = day
		}
		g.add(fingerprintKey(e.Text), e)
	}
	return g, nil
}

// ParseGitleaksIgnore reads a .gitleaksignore: on each line commit:file:rule-id:start-line, or the same without a commit
// for any commit. Inner paths of archives are joined with "!". What has another form ignores nothing, and is unused.
func ParseGitleaksIgnore(name string, text []byte) *Ignore {
	g := &Ignore{}
	for i, line := range lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		g.add(placeKey(strings.ReplaceAll(line, `\`, "/")), Entry{Text: line, File: name, Line: i + 1})
	}
	return g
}

// lines splits text at line breaks of any kind, and drops a byte order mark.
func lines(text []byte) []string {
	s := strings.TrimPrefix(string(text), "\ufeff")
	return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

// ParseBaseline reads an earlier report, keysweep's or gitleaks', json or jsonl; or an ignore file of either kind. It
// keeps no secret of gitleaks' report, only its hash.
func ParseBaseline(name string, text []byte) (*Ignore, error) {
	start := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	if len(start) > 0 && (start[0] == '[' || start[0] == '{') {
		return parseReport(name, start)
	}
	g, err := ParseIgnore(name, text)
	if err == nil {
		return g, nil
	}
	if g := ParseGitleaksIgnore(name, text); g.allPlaces() {
		return g, nil
	}
	return nil, fmt.Errorf("neither a json report nor an ignore file: %w", err)
}

var placeForm = regexp.MustCompile(`:[^:]+:\d+$`)

func (g *Ignore) allPlaces() bool {
	for _, e := range g.entries {
		if !placeForm.MatchString(e.Text) {
			return false
		}
	}
	return true
}

// reported is what a baseline needs of a finding in a report.
type reported struct {
	RuleID      *string
	Fingerprint string
	File        string
	Commit      string
	StartLine   int
	Secret      string
}

func parseReport(name string, text []byte) (*Ignore, error) {
	g := &Ignore{}
	d := json.NewDecoder(bytes.NewReader(text))
	array := text[0] == '['
	if array {
		_, _ = d.Token()
	}
	for n := 1; !array || d.More(); n++ {
		var r reported
		err := d.Decode(&r)
		switch {
		case errors.Is(err, io.EOF) && !array:
			return g, nil
		case err != nil:
			return nil, fmt.Errorf("%s: finding %d: %w", name, n, withoutText(err))
		case r.RuleID == nil:
			return nil, fmt.Errorf("%s: finding %d: no RuleID; this is no report of findings", name, n)
		}
		g.addReported(name, n, &r)
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("%s: cut off: %w", name, withoutText(err))
	}
	return g, nil
}

// withoutText keeps what a JSON error says of the place, and drops values that it quotes.
func withoutText(err error) error {
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) {
		return fmt.Errorf("%s holds a JSON %s", typed.Field, strings.SplitN(typed.Value, " ", 2)[0])
	}
	return err
}

func (g *Ignore) addReported(name string, n int, r *reported) {
	e := Entry{Text: r.Fingerprint, File: name, Line: n, Baseline: true}
	if fingerprintForm.MatchString(r.Fingerprint) {
		g.add(fingerprintKey(r.Fingerprint), e)
		return
	}
	place := fmt.Sprintf("%s:%s:%d", r.File, *r.RuleID, r.StartLine)
	if r.Commit != "" {
		place = r.Commit + ":" + place
	}
	if e.Text == "" {
		e.Text = place
	}
	if r.Secret == "" || r.Secret == "REDACTED" || strings.HasSuffix(r.Secret, "...") {
		g.add(placeKey(place), e)
		return
	}
	g.add(secretKey(r.File, r.Secret), e)
}

// Match says whether f is known: by its own fingerprint, or because gitleaks' entries name it in every file where it
// occurs. The lines of a file that it moved to later are covered by the entry for the line where it was.
func (g *Ignore) Match(f Finding, now time.Time) bool {
	if g.hits(fingerprintKey(f.Fingerprint), now) {
		return true
	}
	if len(f.Occurrences) == 0 {
		return false
	}
	known := map[string]bool{}
	for _, o := range f.Occurrences {
		if g.knows(&f, &o, now) {
			known[o.File] = true
		}
	}
	for _, o := range f.Occurrences {
		if !known[o.File] {
			return false
		}
	}
	return true
}

// knows says whether an entry names this occurrence. All its forms are tried, so that every entry that fits is used.
func (g *Ignore) knows(f *Finding, o *Occurrence, now time.Time) bool {
	line, id := o.StartLine, ""
	if rule := f.Credential.Rule; rule != nil {
		id = rule.ID
		if rule.PathOnly() {
			line = 0
		}
	}
	place := fmt.Sprintf("%s:%s:%d", o.File, id, line)
	known := g.hits(placeKey(place), now)
	if o.Commit != "" {
		known = g.hits(placeKey(o.Commit+":"+place), now) || known
	}
	for _, part := range f.Credential.Parts {
		known = g.hits(secretKey(o.File, part.Reveal()), now) || known
	}
	return known
}

// hits marks the entries of a key as used, and says whether one of them still holds.
func (g *Ignore) hits(key string, now time.Time) bool {
	holds := false
	for _, e := range g.byKey[key] {
		e.used.Store(true)
		holds = holds || !e.expired(now)
	}
	return holds
}

func (e *ignoreEntry) expired(now time.Time) bool {
	return !e.Expires.IsZero() && !now.Before(e.Expires)
}

// Unused returns the entries that no finding matched so far, in their order. Those of a baseline are among them.
func (g *Ignore) Unused() []Entry {
	return g.which(func(e *ignoreEntry) bool { return !e.used.Load() })
}

// Expired returns the entries that hold no longer, in their order.
func (g *Ignore) Expired(now time.Time) []Entry {
	return g.which(func(e *ignoreEntry) bool { return e.expired(now) })
}

func (g *Ignore) which(want func(*ignoreEntry) bool) []Entry {
	var list []Entry
	for _, e := range g.entries {
		if want(e) {
			list = append(list, e.Entry)
		}
	}
	return list
}
