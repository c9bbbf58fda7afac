package provider

import (
	"fmt"
	"strings"
)

// trapAccounts are AWS accounts whose keys are traps: to ask about one tells its owner who asked. The first ten are those of
// canarytokens.org, the rest belong to its imitators; all are published in the sources of other scanners. Last come
// accounts that only some of these lists have.
var trapAccounts = []string{
	"052310077262", "171436882533", "266735846894", "534261010715", "595918472158", "717712589309", "730335385048", "819147034852",
	"893192397702", "992382622183",
	"044858866125", "251535659677", "344043088457", "351906852752", "390477818340", "426127672474", "427150556519", "439872796651",
	"445142720921", "465867158099", "637958123769", "693412236332", "732624840810", "735421457923", "959235150393", "982842642351",
	"528757803018", "538784191382", "729780141977",
}

// trapDomains stand in hosts, users and project names of traps.
var trapDomains = []string{"canarytokens.com", "canarytokens.org", "canarytokens.net"}

func canarySet(more []string) map[string]bool {
	set := map[string]bool{}
	for _, list := range [][]string{trapAccounts, more} {
		for _, c := range list {
			set[strings.ToLower(strings.TrimSpace(c))] = true
		}
	}
	delete(set, "")
	return set
}

// canary reports whether a credential is a known trap: by its account, by a part of it, or by a fact that was proved.
func (c *Client) canary(q Query) bool {
	for _, p := range q.Credential.Parts {
		text := strings.ToLower(p.Reveal())
		if c.canaries[text] || c.canaries[awsAccount(p.Reveal())] {
			return true
		}
		for _, d := range trapDomains {
			if strings.Contains(text, d) {
				return true
			}
		}
	}
	for _, f := range q.Identity {
		if c.canaries[strings.ToLower(f.Value)] {
			return true
		}
	}
	return c.canaries[q.Credential.Fingerprint()]
}

// awsAccount reads the account that an AWS access key id holds: 40 of the bits that its letters stand for.
func awsAccount(key string) string {
	if len(key) != 20 || !strings.HasPrefix(key, "A") {
		return ""
	}
	var bits uint64
	for _, b := range []byte(key[4:14]) {
		i := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b)
		if i < 0 {
			return ""
		}
		bits = bits<<5 | uint64(i)
	}
	return fmt.Sprintf("%012d", (bits>>2)&0x7fffffffff80>>7)
}
