package detectors

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keysweep/keysweep/rules"
)

// allRules is the set of all built-in rules.
var allRules = sync.OnceValue(func() *Set {
	loaded, err := Load(rules.FS)
	if err != nil {
		panic(err)
	}
	set, err := Compile(loaded, Options{})
	if err != nil {
		panic(err)
	}
	return set
})

// account is one generated credential with the names that a layout gives it.
type account struct {
	provider string
	label    string // tells it from the others of its provider: "", "2", "main"
	parts    map[string]string
}

// accountOf makes a credential of a provider with random values.
func accountOf(provider, label string, s *sampler) account {
	of := func(class string, n int) string {
		text, err := s.class("x", class, n)
		if err != nil {
			panic(err)
		}
		return text
	}
	a := account{provider: provider, label: label}
	switch provider {
	case "binance":
		a.parts = map[string]string{"key": of("A-Za-z0-9", 64), "secret": of("A-Za-z0-9", 64)}
	case "okx":
		a.parts = map[string]string{"key": s.uuid(), "secret": of("0-9A-F", 32), "passphrase": of("A-Za-z", 12) + "!7"}
	case "kraken":
		a.parts = map[string]string{"key": of("A-Za-z0-9+/", 56), "secret": of("A-Za-z0-9+/", 86) + "=="}
	case "kucoin":
		a.parts = map[string]string{"key": of("0-9a-f", 24), "secret": s.uuid(), "passphrase": of("A-Za-z", 12) + "!7"}
	case "bybit":
		a.parts = map[string]string{"key": of("A-Za-z0-9", 18), "secret": of("A-Za-z0-9", 36)}
	case "gate":
		a.parts = map[string]string{"key": of("0-9a-f", 32), "secret": of("0-9a-f", 64)}
	}
	return a
}

var accountProviders = []string{"binance", "okx", "kraken", "kucoin", "bybit", "gate"}

// written is how texts write a provider's name: "gate" alone is a common word, of which only some forms count.
func (a account) written() string {
	if a.provider == "gate" {
		return "gateio"
	}
	return a.provider
}

// accountsOf makes n credentials of random providers in random order; those of one provider have labels of one style.
func accountsOf(n int, s *sampler) []account {
	numbers := func(i int) string { return fmt.Sprint(i + 1) }
	names := func(i int) string {
		return []string{"main", "hedge", "alice", "bob", "desk", "spot", "grid", "scalper", "arb", "mm", "fund", "reserve"}[i]
	}
	label := []func(int) string{numbers, names}[s.rnd.IntN(2)]
	count := map[string]int{}
	var out []account
	for range n {
		p := accountProviders[s.rnd.IntN(len(accountProviders))]
		out = append(out, accountOf(p, label(count[p]), s))
		count[p]++
	}
	return out
}

// partNames are ways to name the parts, which a layout writes in one of several styles.
var partNames = []map[string]string{
	{"key": "api key", "secret": "api secret", "passphrase": "api passphrase"},
	{"key": "api key", "secret": "secret key", "passphrase": "passphrase"},
	{"key": "api key", "secret": "secret", "passphrase": "passphrase"},
	{"key": "access key", "secret": "secret key", "passphrase": "passphrase"},
}

func upper(words string) string { return strings.ToUpper(strings.ReplaceAll(words, " ", "_")) }
func snake(words string) string { return strings.ReplaceAll(words, " ", "_") }

func camel(words string) string {
	out := strings.Fields(words)
	for i := range out[1:] {
		out[i+1] = strings.ToUpper(out[i+1][:1]) + out[i+1][1:]
	}
	return strings.Join(out, "")
}

// layouts write accounts into a text. Each shuffles what may be shuffled.
var layouts = map[string]func(all []account, rnd *rand.Rand) string{
	"env, label behind the provider": func(all []account, rnd *rand.Rand) string {
		return envText(all, rnd, func(a account, part string) string {
			return upper(a.written()) + "_" + upper(a.label) + "_" + upper(part)
		})
	},
	"env, label at the end": func(all []account, rnd *rand.Rand) string {
		return envText(all, rnd, func(a account, part string) string {
			return upper(a.written()) + "_" + upper(part) + "_" + upper(a.label)
		})
	},
	"env, shuffled": func(all []account, rnd *rand.Rand) string {
		lines := strings.SplitAfter(envText(all, rnd, func(a account, part string) string {
			return upper(a.written()) + "_" + upper(a.label) + "_" + upper(part)
		}), "\n")
		rnd.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		return strings.Join(lines, "")
	},
	"keys first, then secrets": func(all []account, rnd *rand.Rand) string {
		names, out := partNames[rnd.IntN(len(partNames))], ""
		for _, part := range []string{"key", "secret", "passphrase"} {
			for _, a := range all {
				if v := a.parts[part]; v != "" {
					out += fmt.Sprintf("%s_%s_%s = %q\n", upper(a.written()), upper(a.label), upper(names[part]), v)
				}
			}
		}
		return out
	},
	"JSON list of accounts": func(all []account, rnd *rand.Rand) string {
		names, out := partNames[rnd.IntN(len(partNames))], []string{}
		for _, a := range all {
			fields := []string{fmt.Sprintf("%q: %q", "exchange", a.written()), fmt.Sprintf("%q: %q", "label", "acc-"+a.label)}
			for _, part := range a.shuffled(rnd) {
				fields = append(fields, fmt.Sprintf("%q: %q", camel(names[part]), a.parts[part]))
			}
			out = append(out, "    {\n      "+strings.Join(fields, ",\n      ")+"\n    }")
		}
		return "{\n  \"accounts\": [\n" + strings.Join(out, ",\n") + "\n  ]\n}\n"
	},
	"JSON on one line": func(all []account, rnd *rand.Rand) string {
		names, out := partNames[rnd.IntN(len(partNames))], []string{}
		for _, a := range all {
			fields := []string{fmt.Sprintf("%q:%q", "exchange", a.written())}
			for _, part := range a.shuffled(rnd) {
				fields = append(fields, fmt.Sprintf("%q:%q", camel(names[part]), a.parts[part]))
			}
			out = append(out, "{"+strings.Join(fields, ",")+"}")
		}
		return `{"accounts":[` + strings.Join(out, ",") + "]}"
	},
	"YAML by exchange": func(all []account, rnd *rand.Rand) string {
		names, out := partNames[rnd.IntN(len(partNames))], "exchanges:\n"
		for _, a := range all {
			out += fmt.Sprintf("  %s_%s:\n    enabled: true\n", a.written(), a.label)
			for _, part := range a.shuffled(rnd) {
				out += fmt.Sprintf("    %s: %s\n", snake(names[part]), a.parts[part])
			}
		}
		return out
	},
	"YAML list": func(all []account, rnd *rand.Rand) string {
		names, out := partNames[rnd.IntN(len(partNames))], "accounts:\n"
		for _, a := range all {
			out += fmt.Sprintf("  - exchange: %s\n", a.written())
			for _, part := range a.shuffled(rnd) {
				out += fmt.Sprintf("    %s: \"%s\"\n", camel(names[part]), a.parts[part])
			}
		}
		return out
	},
	"INI sections": func(all []account, rnd *rand.Rand) string {
		names, out := partNames[rnd.IntN(len(partNames))], ""
		for _, a := range all {
			out += fmt.Sprintf("[%s-%s]\n", a.written(), a.label)
			for _, part := range a.shuffled(rnd) {
				out += fmt.Sprintf("%s = %s\n", camel(names[part]), a.parts[part])
			}
			out += "\n"
		}
		return out
	},
	"Python dict of dicts": func(all []account, rnd *rand.Rand) string {
		names, out := partNames[rnd.IntN(len(partNames))], "ACCOUNTS = {\n"
		for _, a := range all {
			out += fmt.Sprintf("    '%s_%s': {\n", a.written(), a.label)
			for _, part := range a.shuffled(rnd) {
				out += fmt.Sprintf("        '%s': '%s',\n", snake(names[part]), a.parts[part])
			}
			out += "    },\n"
		}
		return out + "}\n"
	},
	"ccxt constructors": func(all []account, _ *rand.Rand) string {
		out := "import ccxt\n\n"
		for i, a := range all {
			out += fmt.Sprintf("c%d = ccxt.%s({'apiKey': '%s', 'secret': '%s'", i, a.written(), a.parts["key"], a.parts["secret"])
			if p := a.parts["passphrase"]; p != "" {
				out += fmt.Sprintf(", 'password': '%s'", p)
			}
			out += "})\n"
		}
		return out
	},
	"constructors with arguments in order": func(all []account, _ *rand.Rand) string {
		out := ""
		for i, a := range all {
			out += fmt.Sprintf("const c%d = new %sClient('%s', '%s'", i, strings.ToUpper(a.written()[:1])+a.written()[1:], a.parts["key"], a.parts["secret"])
			if p := a.parts["passphrase"]; p != "" {
				out += fmt.Sprintf(", '%s'", p)
			}
			out += ");\n"
		}
		return out
	},
}

func envText(all []account, rnd *rand.Rand, name func(a account, part string) string) string {
	names, out := partNames[rnd.IntN(len(partNames))], ""
	for _, a := range all {
		for _, part := range a.shuffled(rnd) {
			out += fmt.Sprintf("%s=%s\n", name(a, names[part]), a.parts[part])
		}
	}
	return out
}

func (a account) shuffled(rnd *rand.Rand) []string {
	parts := slices.Sorted(maps.Keys(a.parts))
	rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return parts
}

// checkAccounts fails the test unless the text has the accounts and nothing else, each whole.
func checkAccounts(t *testing.T, text, path string, all []account) {
	t.Helper()
	var want, got []string
	for _, a := range all {
		want = append(want, fmt.Sprint(a.provider, " ", a.parts))
	}
	for m := range allRules().Scan([]byte(text), Hint{Path: path}) {
		parts := map[string]string{}
		for name, p := range m.Credential.Parts {
			parts[name] = p.Reveal()
		}
		got = append(got, fmt.Sprint(m.Credential.Provider, " ", parts))
	}
	slices.Sort(want)
	slices.Sort(got)
	got = slices.Compact(got)
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("a finding is no account: %s", g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("not found: %s", w)
		}
	}
	if t.Failed() {
		t.Logf("the text is\n%s", text)
	}
}

func TestEveryAccountIsOneFinding(t *testing.T) {
	seeds := uint64(6)
	if testing.Short() || raceDetector {
		seeds = 1
	}
	for _, name := range slices.Sorted(maps.Keys(layouts)) {
		t.Run(name, func(t *testing.T) {
			for n := 1; n <= 12; n++ {
				for seed := range seeds {
					s := newSampler(100*seed + uint64(n))
					all := accountsOf(n, s)
					if checkAccounts(t, layouts[name](all, s.rnd), "", all); t.Failed() {
						t.Fatalf("with %d accounts and seed %d", n, seed)
					}
				}
			}
		})
	}
}

// far is a hundred lines of settings, to stand between parts.
func far(format string) string {
	out := ""
	for i := range 100 {
		out += fmt.Sprintf(format, i)
	}
	return out
}

func TestPartsFarApartInOneObject(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"JSON", "{\n \"binance\": {\n  \"apiKey\": \"<key>\",\n" + far("  \"option_%d\": true,\n") + "  \"apiSecret\": \"<secret>\"\n }\n}\n"},
		{"YAML", "binance:\n  api_key: <key>\n" + far("  option_%d: true\n") + "  api_secret: <secret>\n"},
		{"Python", "BINANCE = {\n    'api_key': '<key>',\n" + far("    'option_%d': True,\n") + "    'api_secret': '<secret>',\n}\n"},
		{"Python arguments", "client = BinanceClient(\n    api_key='<key>',\n" + far("    option_%d=True,\n") + "    api_secret='<secret>',\n)\n"},
		{"TypeScript", "const binance = {\n  apiKey: '<key>',\n" + far("  option%d: 1,\n") + "  secret: '<secret>',\n}\n"},
		{"env, one stem", "BINANCE_API_KEY=<key>\n" + far("OPTION_%d=1\n") + "BINANCE_API_SECRET=<secret>\n"},
		{"INI", "[binance]\napiKey = <key>\n" + far("option_%d = 1\n") + "secret = <secret>\n"},
		{"between names and values", "binance:\n  api_key:\n    <key>\n\n  # the other one\n  api_secret:\n    <secret>\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := accountOf("binance", "", newSampler(7))
			text := strings.NewReplacer("<key>", a.parts["key"], "<secret>", a.parts["secret"]).Replace(tt.text)
			checkAccounts(t, text, "", []account{a})
		})
	}
}

func TestPairingThatStructureDoesNotDecideIsUncertain(t *testing.T) {
	s := newSampler(11)
	one, two := accountOf("binance", "", s), accountOf("binance", "", s)
	for _, tt := range []struct {
		name, text string
		uncertain  bool
		findings   int
	}{
		{"a key on either side of a secret, of which one comes first", "binance\napi_key: K1\nsecret: S1\napi_key: K2\n", false, 2},
		{"key, secret, key, secret", "binance\napi_key: K1\nsecret: S1\napi_key: K2\nsecret: S2\n", false, 2},
		{"two keys at one distance from two secrets", "binance\napi_key: K1\napi_key: K2\nsecret: S1\nsecret: S2\n", true, 2},
		{"one key and one secret", "binance\napi_key: K1\nsecret: S1\n", false, 1},
		{"two pairs with stems", "BINANCE_A_KEY=K1\nBINANCE_B_KEY=K2\nBINANCE_A_SECRET=S1\nBINANCE_B_SECRET=S2\n", false, 2},
		{"two pairs in objects", `{"binance":[{"apiKey":"K1","secret":"S1"},{"apiKey":"K2","secret":"S2"}]}`, false, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.NewReplacer("K1", one.parts["key"], "K2", two.parts["key"], "S1", one.parts["secret"], "S2", two.parts["secret"]).Replace(tt.text)
			uncertain, n := false, 0
			for m := range allRules().Scan([]byte(text), Hint{}) {
				n++
				for _, note := range m.Notes {
					if rest, ok := strings.CutPrefix(note, "pairing is uncertain: "); ok {
						uncertain = uncertain || strings.HasSuffix(rest, "fits as well") && strings.Contains(rest, " on line ") && m.Confidence == Unsure
					}
					if strings.Contains(note, one.parts["key"][:8]) || strings.Contains(note, two.parts["secret"][:8]) {
						t.Errorf("a note shows a part: %s", note)
					}
				}
			}
			if uncertain != tt.uncertain || n != tt.findings {
				t.Errorf("%d findings, uncertain: %v; want %d, %v", n, uncertain, tt.findings, tt.uncertain)
			}
		})
	}
}
