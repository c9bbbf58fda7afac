package detectors

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func readRevoke(t *testing.T, text string) (*RevokeConfig, error) {
	t.Helper()
	cfg, err := ConfigReader{Trusted: true}.Read("c.toml", []byte(text))
	if err != nil {
		return nil, err
	}
	return cfg.Revoke, nil
}

func TestRevokePolicyIsReadWhole(t *testing.T) {
	got, err := readRevoke(t, `[revoke]
auto = true
verdicts = ["live"]
severities = ["high", "critical"]
allow = ["bybit", "deribit"]
deny = ["bybit-api-key"]
environments = ["production", "testnet"]
ways = ["self", "master"]
sources = ["public"]
max_per_run = 5
max_per_hour = 20
quiet_hours = ["22:00-06:00", "sat-sun"]
time_zone = "Europe/Berlin"
consent = ["bitstamp-all-keys"]
approval = "signed"
approvers = ["ssh-ed25519 AAAA ada", "ssh-ed25519 BBBB bob"]
approvals = 2
audit_log = "/var/log/keysweep.jsonl"
`)
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	want := &RevokeConfig{
		Auto: true, Verdicts: []string{"live"}, Severities: []Severity{High, Critical}, Allow: []string{"bybit", "deribit"}, Deny: []string{"bybit-api-key"},
		Environments: []string{"production", "testnet"}, Ways: []string{"self", "master"}, Sources: []string{"public"}, MaxPerRun: 5, MaxPerHour: 20,
		Quiet: []QuietHours{
			{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * time.Hour, To: 6 * time.Hour},
			{Days: [7]bool{time.Sunday: true, time.Saturday: true}, To: 24 * time.Hour},
		},
		Zone: berlin, Consents: []string{"bitstamp-all-keys"}, Approval: "signed",
		Approvers: []string{"ssh-ed25519 AAAA ada", "ssh-ed25519 BBBB bob"}, Approvals: 2, AuditLog: "/var/log/keysweep.jsonl",
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

func TestRevokePolicyErrorsNameTheKey(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":            {"colour = 'red'", "c.toml:2: revoke.colour: unknown key"},
		"auto as a word":         {"auto = 'yes'", "c.toml:2: revoke.auto: neither true nor false"},
		"unknown verdict":        {"verdicts = ['alive']", `c.toml:2: revoke.verdicts: "alive" is none of live,`},
		"a dead one":             {"verdicts = ['dead']", `c.toml:2: revoke.verdicts: "dead" is none of`},
		"nothing allowed":        {"severities = []", "c.toml:2: revoke.severities: is empty"},
		"unknown severity":       {"severities = ['huge']", `c.toml:2: revoke.severities: "huge" is none of`},
		"unknown environment":    {"environments = ['prod']", `c.toml:2: revoke.environments: "prod" is none of`},
		"unknown way":            {"ways = ['force']", `c.toml:2: revoke.ways: "force" is none of`},
		"unknown source":         {"sources = ['some']", `c.toml:2: revoke.sources: "some" is none of`},
		"no run at all":          {"max_per_run = 0", "c.toml:2: revoke.max_per_run: not above 0"},
		"less than none":         {"max_per_hour = -1", "c.toml:2: revoke.max_per_hour: not above 0"},
		"hours without a zone":   {"quiet_hours = ['22:00-06:00']", "c.toml:2: revoke.quiet_hours: needs time_zone"},
		"a zone without hours":   {"time_zone = 'UTC'", "c.toml:2: revoke.time_zone: goes with quiet_hours"},
		"no such zone":           {"quiet_hours = ['sat']\ntime_zone = 'Mars/Olympus'", `c.toml:3: revoke.time_zone: "Mars/Olympus" is no time zone`},
		"the zone of a machine":  {"quiet_hours = ['sat']\ntime_zone = 'Local'", `c.toml:3: revoke.time_zone: "Local" is no time zone`},
		"no hours":               {"quiet_hours = ['night']\ntime_zone = 'UTC'", `c.toml:2: revoke.quiet_hours: "night" is not like`},
		"hours of no length":     {"quiet_hours = ['06:00-06:00']\ntime_zone = 'UTC'", "c.toml:2: revoke.quiet_hours: "},
		"another approval":       {"approval = 'verbal'", `c.toml:2: revoke.approval: "verbal" is none of hash, signed`},
		"signed by nobody":       {"approval = 'signed'", "c.toml:2: revoke.approval: signed needs approvers"},
		"approvers for nothing":  {"approvers = ['ssh-ed25519 A']", "c.toml:2: revoke.approvers: goes with"},
		"more than there are":    {"approval = 'signed'\napprovers = ['ssh-ed25519 A']\napprovals = 2", "c.toml:4: revoke.approvals: there are only 1"},
		"number without signing": {"approval = 'hash'\napprovals = 2", "c.toml:3: revoke.approvals: goes with"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := readRevoke(t, "[revoke]\n"+c.text); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error is %v, want one that begins with %s", err, c.want)
			}
		})
	}
}

func TestOnlyATrustedConfigDecidesOnRevoking(t *testing.T) {
	cfg, err := ReadConfig("c.toml", []byte("[revoke]\nauto = true\n"))
	if err != nil || cfg.Revoke != nil || len(cfg.Notices) != 1 || !strings.Contains(cfg.Notices[0], "[revoke] has no effect") {
		t.Errorf("got %+v, notices %q, error %v", cfg.Revoke, cfg.Notices, err)
	}
	if _, err := ReadConfig("c.toml", []byte("[revoke]\nauto = 1\n")); err == nil {
		t.Error("a fault in it is accepted")
	}
}

func TestQuietHours(t *testing.T) {
	day := func(d, hour, minute int) time.Time { return time.Date(2026, 11, d, hour, minute, 0, 0, time.UTC) } // the 2nd is a Monday
	for _, tt := range []struct {
		hours string
		at    time.Time
		want  bool
	}{
		{"22:00-06:00", day(2, 21, 59), false}, {"22:00-06:00", day(2, 22, 0), true}, {"22:00-06:00", day(3, 5, 59), true}, {"22:00-06:00", day(3, 6, 0), false},
		{"12:00-13:00", day(2, 12, 30), true}, {"12:00-13:00", day(2, 13, 0), false},
		{"sat", day(7, 0, 0), true}, {"sat", day(7, 23, 59), true}, {"sat", day(8, 0, 0), false},
		{"fri-mon", day(6, 12, 0), true}, {"fri-mon", day(8, 12, 0), true}, {"fri-mon", day(2, 12, 0), true}, {"fri-mon", day(3, 12, 0), false},
		{"mon-fri 22:00-06:00", day(7, 5, 0), true}, {"mon-fri 22:00-06:00", day(2, 5, 0), false}, {"MON 18:00-24:00", day(2, 23, 59), true}, {"mon 18:00-24:00", day(3, 0, 0), false},
	} {
		q, err := parseQuietHours(tt.hours)
		if err != nil || q.Holds(tt.at) != tt.want {
			t.Errorf("%s at %s: %v, %v", tt.hours, tt.at.Format("Mon 15:04"), q.Holds(tt.at), err)
		}
	}
}
