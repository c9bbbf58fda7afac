package detectors

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const anchorRules = `
id = "store"
title = "Store"
[[credential]]
id = "store-url"
title = "URL with a password"
context = "none"
[credential.parts.password]
form = "beside"
anchors = ["@"]
regex = 'store://(?P<user>[^\s:/@"]*):(?P<value>[^\s/"]+)@(?P<host>[^\s/:",]+)'
[[credential]]
id = "store-off"
title = "Off"
context = "none"
off = true
[credential.parts.key]
regex = '\b(off_[a-z0-9]{20})\b'
`

func anchorSet(t *testing.T, o Options) *Set {
	t.Helper()
	rules, err := LoadFile("store.toml", []byte(anchorRules))
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile(rules, o)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestBesideAnchor(t *testing.T) {
	set := anchorSet(t, Options{})
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"password of a URL", "url = store://app:Tr0ub4dor@db.acme.net/x", []string{"Tr0ub4dor [{user app} {host db.acme.net}]"}},
		{"@ within the password", "store://app:Tr0u@b4dor@db.acme.net", []string{"Tr0u@b4dor [{user app} {host db.acme.net}]"}},
		{"no user", `"store://:Tr0ub4dor@db.acme.net"`, []string{"Tr0ub4dor [{user } {host db.acme.net}]"}},
		{"two URLs in a list", "store://a:Tr0ub4dor@h1.acme.net,store://b:x9Q2mmfa@h2.acme.net", []string{"Tr0ub4dor [{user a} {host h1.acme.net}]", "x9Q2mmfa [{user b} {host h2.acme.net}]"}},
		{"placeholder", "store://user:password@db.acme.net", nil},
		{"word in percent escapes", "store://jane:p%40ssw%2Ford@db.acme.net", nil},
		{"mailbox", "store://anonymous:joe@acme.com@db.acme.net", nil},
		{"words", "store://app:not-in-this-file@db.acme.net", nil},
		{"variable", "store://app:${PASSWORD}@db.acme.net", nil},
		{"default on the same machine", "store://root:root@localhost/x store://app:letmein1@db/x", nil},
		{"random password on the same machine", "store://app:k2J8dhs83hd92@localhost/x", []string{"k2J8dhs83hd92 [{user app} {host localhost}]"}},
		{"anchor at the ends of the text", "@", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for m := range set.Scan([]byte(c.text), Hint{}) {
				got = append(got, m.Credential.Parts["password"].Reveal()+" "+fmt.Sprint(m.Identity))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRulesThatAreOff(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want []string
	}{
		{"default set", Options{}, []string{"store-url"}},
		{"named alone", Options{Enable: []string{"store-off"}}, []string{"store-url", "store-off"}},
		{"named with another", Options{Enable: []string{"store-off", "store-url"}}, []string{"store-url", "store-off"}},
		{"another is named", Options{Enable: []string{"store-url"}}, []string{"store-url"}},
		{"named and disabled", Options{Enable: []string{"store-off"}, Disable: []string{"store-url"}}, []string{"store-off"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range anchorSet(t, c.o).Rules() {
				got = append(got, r.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("rules %q, want %q", got, c.want)
			}
		})
	}
}
