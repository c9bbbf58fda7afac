package issuer

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/keysweep/keysweep/detectors"
)

// Account is what somebody has at an issuer: keys of one kind, and the keys of the account above, which may end them. Its
// answers are the recorded ones, but what they say of keys is true: lists show those that exist, calls end the key that
// they name, and an ended key is dead.
type Account struct {
	server  *Server
	rule    *detectors.Rule
	answers []detectors.Answer

	mu      sync.Mutex
	members []*member
	masters []*Key
	frozen  bool
	focus   string
	trouble map[string]Trouble
	acted   map[string]int // by call: how often it changed something
}

// member is a key of the account.
type member struct {
	key       *Key
	ended     bool
	contained bool
	handles   []string // what the issuer calls it: its parts, and what its lists show beside them
}

// Trouble is what the issuer does with a call instead of answering that it is done.
type Trouble struct {
	Answer Answer
	Acts   bool // it does what it was asked all the same
}

// Open makes an account that holds nothing. The rule's answers decide what it says.
func (s *Server) Open(rule *detectors.Rule, answers []detectors.Answer) *Account {
	return &Account{server: s, rule: rule, answers: answers, trouble: map[string]Trouble{}, acted: map[string]int{}}
}

// Focus tells which call the test is about. Where its lookup goes where verification goes too, the lookup's answer counts.
func (a *Account) Focus(call string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.focus = call
}

// Hold gives out a key of the account.
func (a *Account) Hold(name string, parts map[string]string) *Key {
	m := &member{}
	for _, text := range parts {
		m.handles = append(m.handles, text)
	}
	m.key = a.server.Issue(name, a.rule.ID, parts, a.script)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.members = append(a.members, m)
	return m.key
}

// Master gives out a key of the account above, or of an administrator.
func (a *Account) Master(name string, parts map[string]string) *Key {
	k := a.server.Issue(name, a.rule.ID, parts, a.script)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.masters = append(a.masters, k)
	return k
}

// Trouble makes trouble for a call, by the name that answers have for it.
func (a *Account) Trouble(call string, t Trouble) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.trouble[call] = t
}

// Ended names the keys that were ended, Contained those that can do less than before.
func (a *Account) Ended() []string {
	return a.names(func(m *member) bool { return m.ended })
}

// Contained names the keys that can do less than before, all of them when the account is frozen.
func (a *Account) Contained() []string {
	return a.names(func(m *member) bool { return m.contained || a.frozen })
}

func (a *Account) names(fits func(*member) bool) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []string
	for _, m := range a.members {
		if fits(m) {
			out = append(out, m.key.Name)
		}
	}
	return out
}

// Acted counts how often a call changed something.
func (a *Account) Acted(call string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.acted[call]
}

// script answers a request of a key of the account or of one above.
func (a *Account) script(c *Call) Answer {
	if c.Fault != "" {
		return refuse(c.Fault)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	call, own := a.callOf(c), a.member(c.Key)
	if own != nil && own.ended {
		return a.dead(c, call, own.key)
	}
	if t, ok := a.trouble[call]; ok {
		if t.Acts {
			a.act(c, call, own)
		}
		return t.Answer
	}
	switch {
	case call == "":
		return missing()
	case strings.HasSuffix(call, ".lookup") && strings.HasPrefix(call, "verify"):
		return a.recorded(call, c.Key, "found")
	case strings.HasSuffix(call, ".lookup"):
		return a.list(c, call, own)
	case strings.HasPrefix(call, "verify"):
		return a.recorded(call, c.Key, "live")
	case !a.act(c, call, own):
		return a.recorded(call, c.Key, "gone", "refused")
	}
	return a.recorded(call, a.about(c, own), "done")
}

// dead is how an ended key is answered: as verification has it where that is recorded, at either of its calls.
func (a *Account) dead(c *Call, call string, k *Key) Answer {
	for _, verify := range []string{"verify", "verify.lookup"} {
		if c.Is(verify) {
			if answer, ok := a.find(verify, k, "dead"); ok {
				return answer
			}
		}
	}
	return a.recorded(call, k, "gone", "refused")
}

// callOf names the call that the request is. A key's own look at itself is a verification first.
func (a *Account) callOf(c *Call) string {
	var names []string
	for _, ref := range c.Fits {
		if ref.Rule == a.rule.ID {
			names = append(names, ref.Call)
		}
	}
	slices.SortFunc(names, func(x, y string) int {
		return rank(x, slices.Contains(a.masters, c.Key)) - rank(y, slices.Contains(a.masters, c.Key))
	})
	if len(names) == 0 {
		return ""
	}
	for _, n := range names { // several calls may look alike
		if _, ok := a.trouble[n]; ok || n == a.focus || n == a.focus+".lookup" {
			return n
		}
	}
	return names[0]
}

func rank(call string, master bool) int {
	if strings.HasPrefix(call, "verify") == master {
		return 1
	}
	return 0
}

func (a *Account) member(k *Key) *member {
	if i := slices.IndexFunc(a.members, func(m *member) bool { return m.key == k }); i >= 0 {
		return a.members[i]
	}
	return nil
}

// act does what a call asks for, and reports whether there was anything to do.
func (a *Account) act(c *Call, call string, own *member) bool {
	hit := a.named(c)
	switch {
	case strings.Contains(c.Path, "revoke_all"):
		hit = a.members
	case len(hit) == 0 && own != nil:
		hit = []*member{own}
	case len(hit) == 0 && freezes(c.Path):
		a.frozen = true
	case len(hit) == 0:
		return false
	}
	for _, m := range hit {
		m.ended = m.ended || strings.HasPrefix(call, "revoke")
		m.contained = m.contained || strings.HasPrefix(call, "contain")
	}
	a.acted[call]++
	return true
}

// freezes reports whether a path is one of those that stop a whole account.
func freezes(path string) bool {
	return slices.ContainsFunc([]string{"freeze", "frozen", "/lock", "/block", "management"}, func(word string) bool { return strings.Contains(path, word) })
}

// named returns the living members that a value of the request means, and no other one.
func (a *Account) named(c *Call) []*member {
	var out []*member
	values := c.values()
	for _, m := range a.members {
		if m.ended {
			continue
		}
		means := func(v string) bool { return slices.Contains(m.handles, v) && a.holders(v) == 1 }
		if slices.ContainsFunc(values, means) {
			out = append(out, m)
		}
	}
	return out
}

// holders counts the living members that are called so.
func (a *Account) holders(handle string) int {
	n := 0
	for _, m := range a.members {
		if !m.ended && slices.Contains(m.handles, handle) {
			n++
		}
	}
	return n
}

// about is the key that an answer echoes: the one that was named, or who asks.
func (a *Account) about(c *Call, own *member) *Key {
	values := c.values()
	for _, m := range a.members {
		if slices.ContainsFunc(values, func(v string) bool { return slices.Contains(m.handles, v) }) {
			return m.key
		}
	}
	if own != nil {
		return own.key
	}
	return c.Key
}

// recorded returns the first recorded answer of one of the meanings, the most wanted first, about a key.
func (a *Account) recorded(call string, about *Key, means ...string) Answer {
	for _, is := range means {
		if answer, ok := a.find(call, about, is); ok {
			return answer
		}
	}
	return missing()
}

func (a *Account) find(call string, about *Key, is string) (Answer, bool) {
	for _, x := range a.answers {
		if x.Rule == a.rule.ID && x.Call == call && x.Is == is {
			return Answer{Status: x.Status, Header: x.Headers, Body: fillIn(x.Body, about.Parts)}, true
		}
	}
	return Answer{}, false
}

func missing() Answer {
	return Answer{Status: http.StatusNotFound, Body: `{"fake_issuer":"no such thing"}`}
}
