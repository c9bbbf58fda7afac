package detectors

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// RevokeConfig is the table [revoke]: what may be ended, and when.
type RevokeConfig struct {
	Auto         bool           // revoke without --yes
	Verdicts     []string       // that a credential may have; nil for live and restricted
	Severities   []Severity     // nil for all
	Allow        []string       // providers or rules; nil for all
	Deny         []string       // providers or rules; goes before Allow
	Environments []string       // production, testnet, sandbox, demo, paper; nil for all
	Ways         []string       // self, master, admin, contain; nil for all
	Sources      []string       // public, private; nil for both. What is not known to be public is private
	MaxPerRun    int            // 0 for the default
	MaxPerHour   int            // 0 for no limit; counted from the audit log
	Quiet        []QuietHours   // when nothing is revoked
	Zone         *time.Location // of Quiet
	Consents     []string       // to effects beyond the leaked credential
	Approval     string         // "" for none, "hash" for a second command with the plan's hash, "signed" for signed approvals
	Approvers    []string       // public keys, in the form of an authorized_keys file
	Approvals    int            // how many of them must have signed; at least 1 when Approval is signed
	AuditLog     string         // file
}

// QuietHours is a span of the day, on some days of the week. It may go over midnight; the day is that of its start.
type QuietHours struct {
	Days     [7]bool // by time.Weekday
	From, To time.Duration
}

// Holds says whether t, in its own zone, lies in the span.
func (q QuietHours) Holds(t time.Time) bool {
	at := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
	today, yesterday := t.Weekday(), (t.Weekday()+6)%7
	if q.From < q.To {
		return q.Days[today] && at >= q.From && at < q.To
	}
	return q.Days[today] && at >= q.From || q.Days[yesterday] && at < q.To
}

func (c ConfigReader) readRevoke(cfg *Config, root *configTable) {
	t := root.table("revoke")
	if t == nil {
		return
	}
	r := &RevokeConfig{
		Auto:     t.boolean("auto"),
		Verdicts: t.oneOf("verdicts", "live", "restricted", "unknown", "unasked"),
		Allow:    t.list("allow"), Deny: t.list("deny"),
		Environments: t.oneOf("environments", "production", "testnet", "sandbox", "demo", "paper"),
		Ways:         t.oneOf("ways", "self", "master", "admin", "contain"),
		Sources:      t.oneOf("sources", "public", "private"),
		MaxPerRun:    t.positive("max_per_run"), MaxPerHour: t.positive("max_per_hour"),
		Consents: t.list("consent"), Approvers: t.list("approvers"), AuditLog: t.str("audit_log"),
	}
	t.severities(r)
	t.quiet(r)
	t.approval(r)
	t.done()
	if !c.Trusted {
		cfg.notice("%s: [revoke] has no effect: a config that was found in what is scanned may not decide what is revoked; name it with --config", cfg.Path)
		return
	}
	cfg.Revoke = r
}

// oneOf returns a list of which every member is one of the words. An empty list would allow nothing, and is an error.
func (t *configTable) oneOf(name string, words ...string) []string {
	key := t.key(name)
	there := t.has(name)
	list := t.list(name)
	if there && len(list) == 0 {
		t.file.fail(key, errors.New("is empty; leave it out to allow all"))
	}
	for _, w := range list {
		if !slices.Contains(words, w) {
			t.file.fail(key, fmt.Errorf("%q is none of %s", w, strings.Join(words, ", ")))
		}
	}
	return list
}

func (t *configTable) positive(name string) int {
	key := t.key(name)
	n := t.integer(name)
	switch {
	case n == nil:
		return 0
	case *n < 1:
		t.file.fail(key, errors.New("not above 0"))
	}
	return *n
}

func (t *configTable) severities(r *RevokeConfig) {
	key := t.key("severities")
	for _, w := range t.oneOf("severities", severityNames...) {
		var s Severity
		if err := s.UnmarshalText([]byte(w)); err != nil {
			t.file.fail(key, err)
		}
		r.Severities = append(r.Severities, s)
	}
}

func (t *configTable) quiet(r *RevokeConfig) {
	zoneKey, key := t.key("time_zone"), t.key("quiet_hours")
	zone, there := t.str("time_zone"), t.has("quiet_hours")
	loc, err := time.LoadLocation(zone) // "" is UTC
	switch {
	case err != nil || zone == "Local":
		t.file.fail(zoneKey, fmt.Errorf("%q is no time zone such as Europe/Berlin", zone))
	case zone != "" && !there:
		t.file.fail(zoneKey, errors.New("goes with quiet_hours"))
	case zone == "" && there:
		t.file.fail(key, errors.New("needs time_zone, such as UTC or Europe/Berlin"))
	}
	r.Zone = loc
	for _, text := range t.list("quiet_hours") {
		q, err := parseQuietHours(text)
		if err != nil {
			t.file.fail(key, err)
		}
		r.Quiet = append(r.Quiet, q)
	}
}

func (t *configTable) approval(r *RevokeConfig) {
	key, keysKey, numberKey := t.key("approval"), t.key("approvers"), t.key("approvals")
	r.Approval, r.Approvals = t.str("approval"), t.positive("approvals")
	switch {
	case r.Approval != "" && r.Approval != "hash" && r.Approval != "signed":
		t.file.fail(key, fmt.Errorf("%q is none of hash, signed", r.Approval))
	case r.Approval == "signed" && len(r.Approvers) == 0:
		t.file.fail(key, errors.New("signed needs approvers, a list of SSH public keys"))
	case r.Approval != "signed" && len(r.Approvers) > 0:
		t.file.fail(keysKey, errors.New(`goes with approval = "signed"`))
	case r.Approval != "signed" && r.Approvals > 0:
		t.file.fail(numberKey, errors.New(`goes with approval = "signed"`))
	case r.Approvals > len(r.Approvers):
		t.file.fail(numberKey, fmt.Errorf("there are only %d approvers", len(r.Approvers)))
	}
	if r.Approval == "signed" {
		r.Approvals = max(r.Approvals, 1)
	}
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parseQuietHours reads "22:00-06:00", "sat" or "mon-fri 22:00-06:00".
func parseQuietHours(text string) (q QuietHours, err error) {
	days, hours, both := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	if !both && strings.Contains(days, ":") {
		days, hours = "sun-sat", days
	}
	if hours == "" {
		hours = "00:00-24:00"
	}
	wrong := fmt.Errorf(`%q is not like "22:00-06:00", "sat-sun" or "mon-fri 22:00-06:00"`, text)
	first, last, span := strings.Cut(days, "-")
	if !span {
		last = first
	}
	from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
	if from < 0 || to < 0 {
		return q, wrong
	}
	for d := from; ; d = (d + 1) % 7 {
		q.Days[d] = true
		if d == to {
			break
		}
	}
	start, end, ok := strings.Cut(strings.TrimSpace(hours), "-")
	var ok1, ok2 bool
	q.From, ok1 = clock(start)
	q.To, ok2 = clock(end)
	if !ok || !ok1 || !ok2 || q.From == q.To {
		return q, wrong
	}
	return q, nil
}

// clock reads hours and minutes; 24:00 is the end of the day.
func clock(text string) (time.Duration, bool) {
	if text == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}
