package accuracy

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// kind is one kind of credential as credentials.txt describes it.
//
//	exchange okx host=www.okx.com tags=pair,ccxt names=okx,okex
//	  key        {uuid}    api_key apiKey   OKX_API_KEY
//	  secret     {HEX32}   secret secretKey OKX_SECRET_KEY
//	  passphrase {pass}    passphrase       OKX_PASSPHRASE
//	  @url https://www.okx.com/
//
// A part's line holds its name, its shape, the words developers call it by and, in upper case, its variables. A line
// that starts with @ sets a property.
type kind struct {
	Group string // exchange, provider, wallet, general
	ID    string
	Props map[string]string
	Parts []kindPart
}

type kindPart struct {
	Name, Shape string
	Bare, Env   []string
	Beside      bool // a user name or host: not a credential
}

func (k kind) names() []string {
	if k.Props["names"] == "" {
		return []string{k.ID}
	}
	return strings.Split(k.Props["names"], ",")
}

// defaultBare are the words for a part whose line gives none.
var defaultBare = map[string][]string{
	"key":        {"api_key", "api_key", "key", "apikey", "access_key"},
	"secret":     {"api_secret", "secret", "secret_key", "api_secret_key", "apisecret"},
	"passphrase": {"passphrase", "api_passphrase", "password", "pass_phrase"},
	"token":      {"token", "api_key", "api_token", "access_token"},
	"mnemonic":   {"mnemonic", "seed_phrase", "recovery_phrase"},
}

var upperName = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

// readKinds reads a catalogue of kinds.
func readKinds(in io.Reader) ([]kind, error) {
	var kinds []kind
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		fields := strings.Fields(text)
		switch {
		case len(fields) == 0 || fields[0][0] == '#':
		case text[0] != ' ':
			if len(fields) < 2 {
				return nil, fmt.Errorf("line %d: a kind needs a group and a name", n)
			}
			kinds = append(kinds, kind{Group: fields[0], ID: fields[1], Props: properties(fields[2:])})
		case len(kinds) == 0 || len(fields) < 2:
			return nil, fmt.Errorf("line %d: a part needs a kind above it, a name and a shape", n)
		default:
			kinds[len(kinds)-1].add(fields)
		}
	}
	return kinds, lines.Err()
}

func properties(fields []string) map[string]string {
	props := map[string]string{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		props[name] = value
	}
	return props
}

func (k *kind) add(fields []string) {
	if name, ok := strings.CutPrefix(fields[0], "@"); ok {
		k.Props[name] = strings.Join(fields[1:], " ")
		return
	}
	p := kindPart{Shape: fields[1]}
	p.Name, p.Beside = strings.CutPrefix(fields[0], "~")
	for _, w := range fields[2:] {
		if upperName.MatchString(w) {
			p.Env = append(p.Env, w)
		} else {
			p.Bare = append(p.Bare, w)
		}
	}
	if len(p.Bare) == 0 {
		p.Bare = defaultBare[p.Name]
	}
	if len(p.Bare) == 0 {
		p.Bare = []string{p.Name}
	}
	k.Parts = append(k.Parts, p)
}
