package detectors

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// sound is a rules file without a fault. Tests put one in.
const sound = `id       = "acme"
title    = "Acme"
kind     = "exchange"
keywords = ["acme"]
hosts    = ["api.acme.test"]

[[credential]]
id       = "acme-api-key"
title    = "Acme API key pair"
severity = "high"

[credential.parts.key]
regex = '''\b([a-z0-9]{32})\b'''
names = ["api_?key"]

[credential.parts.secret]
regex = '''\b([a-z0-9]{64})\b'''
calls = ["signWith"]
check = "evm-private-key"

[credential.verify]
get  = "https://api.acme.test/me"
sign = { scheme = "hmac", hash = "sha256" }

[[credential.verify.reply]]
status = 200
json   = { ok = true }
is     = "live"

[[credential.revoke]]
delete = "https://api.acme.test/key"
way    = "self"
proof  = "self"
effect = "The key ends."

[[credential.revoke.reply]]
status = 200
is     = "done"

[[credential]]
id       = "acme-token"
title    = "Acme token"
severity = "low"
context  = "none"

[credential.parts.key]
regex = '''\bacme_([a-z0-9]{32})\b'''
`

// fault is the sound file with one text replaced, and the error that it must give.
type fault struct {
	name, old, new string
	want           string
}

func TestLoaderErrorsNameFileLineAndKey(t *testing.T) {
	for _, tt := range []fault{
		{"unknown key of the file", `kind     = "exchange"`, `sort     = "exchange"`, `acme.toml:3: sort: unknown key`},
		{"unknown key of a credential", `context  = "none"`, `contex   = "none"`, `acme.toml:44: credential.contex: unknown key`},
		{"unknown key of a part", `names = ["api_?key"]`, `name  = ["api_?key"]`, `acme.toml:14: credential.parts.key.name: unknown key`},
		{"unknown key of a call", `get  = "https`, `got  = "https`, `acme.toml:22: credential.verify.got: unknown key`},
		{"unknown key of a reply", `is     = "live"`, `means  = "live"`, `acme.toml:28: credential.verify.reply.means: unknown key`},
		{"unknown table", "[credential.parts.secret]", "[credential.part.secret]", `acme.toml:16: credential.part.secret: unknown key`},
		{"one table for revocation", "[[credential.revoke]]\ndelete", "[credential.revoke]\ndelete", `acme.toml:30: credential.revoke: incompatible types: TOML value has type map[string]any; destination has type slice`},
		{"bad expression of a value", `{64})\b`, `{64}\b`, "acme.toml:17: credential[0].parts.secret.regex: error parsing regexp: missing closing ): `\\b([a-z0-9]{64}\\b`"},
		{"bad expression of a name", `"api_?key"`, `"api[key"`, "acme.toml:14: credential[0].parts.key.names: error parsing regexp: missing closing ]: `[key`"},
		{"bad expression of a call", `"signWith"`, `"sign(With"`, "acme.toml:18: credential[0].parts.secret.calls: error parsing regexp: missing closing ): `sign(With`"},
		{"bad expression in the second credential", `\bacme_([a-z0-9]{32})`, `\bacme_([a-z0-9]{32}))`, "acme.toml:47: credential[1].parts.key.regex: error parsing regexp: unexpected ): `\\bacme_([a-z0-9]{32}))\\b`"},
		{"look-around", `\bacme_(`, `(?<=acme_)(`, "acme.toml:47: credential[1].parts.key.regex: error parsing regexp: invalid named capture: `(?<=acme_)([a-z0-9]{32})\\b`"},
		{"bad expression of a path", `context  = "none"`, `paths = ["(key"]`, "acme.toml:44: credential[1].paths: error parsing regexp: missing closing ): `(?i)(key`"},
		{"no expression", "regex = '''\\b([a-z0-9]{64})\\b'''", ``, `acme.toml:16: credential[0].parts.secret.regex: missing`},
		{"id that stands twice", `"acme-token"`, `"acme-api-key"`, `acme.toml:41: credential[1].id: "acme-api-key" stands twice`},
		{"no id", `id       = "acme-token"`, ``, `acme.toml:40: credential[1].id: missing`},
		{"id that is no name", `"acme-token"`, `"Acme token"`, `acme.toml:41: credential[1].id: "Acme token" is not lower-case words joined by hyphens`},
		{"id that is not the file's name", `id       = "acme"`, `id       = "acne"`, `acme.toml:1: id: "acne" is not the file's name, "acme"`},
		{"no title", `title    = "Acme token"`, ``, `acme.toml:40: credential[1].title: missing`},
		{"unknown check", `check = "evm-private-key"`, `check = "evil"`, `acme.toml:19: credential[0].parts.secret.check: no check is called "evil"`},
		{"object without a check", `check = "evm-private-key"`, `form = "json"`, `acme.toml:16: credential[0].parts.secret.anchors: an object needs anchors and a check`},
		{"value beside no anchor", `check = "evm-private-key"`, `form = "beside"`, `acme.toml:16: credential[0].parts.secret.anchors: a value beside an anchor needs anchors and a group called value`},
		{"fact without a check", `names = ["api_?key"]`, `stated = "address"`, `acme.toml:14: credential[0].parts.key.stated: only a check states facts`},
		{"unknown form", `names = ["api_?key"]`, `form = "texts"`, `acme.toml:14: credential[0].parts.key.form: "texts" is none of token, text, pem, ints, words, json, rows, beside`},
		{"no keywords", `keywords = ["acme"]`, ``, `acme.toml:7: credential[0].keywords: missing: the context needs words that name the provider`},
		{"unknown context", `context  = "none"`, `context  = "nothing"`, `acme.toml:44: credential[1].context: "nothing" is none of none, name, provider, decisive`},
		{"example in plain", `context  = "none"`, `examples = ["acme_0123"]`, `acme.toml:44: credential[1].examples: not the hex SHA-256 of a value`},
		{"severity that is none", `severity = "low"`, `severity = "lowest"`, `acme.toml:43: credential.severity: severity "lowest" is none of info, low, medium, high, critical`},
		{"confidence that is none", `context  = "none"`, `confidence = "total"`, `acme.toml:44: credential.confidence: confidence "total" is none of low, medium, high`},
		{"value of another type", `names = ["api_?key"]`, `names = "api_?key"`, `acme.toml:14: credential.parts.key.names: incompatible types: TOML value has type string; destination has type slice`},
		{"number for a text", `title    = "Acme token"`, `title    = 7`, `acme.toml:42: credential.title: incompatible types: TOML value has type int64; destination has type string`},
		{"key that stands twice", `title    = "Acme"`, "title    = \"Acme\"\ntitle    = \"Acme\"", `acme.toml:3: title: Key 'title' has already been defined.`},
		{"open string", `kind     = "exchange"`, `kind     = "exchange`, "acme.toml:3: kind: strings cannot contain newlines"},
		{"no value", `context  = "none"`, `context  =`, "acme.toml:44: credential.context: expected value but found '\\n' instead"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(sound, tt.old) == 0 {
				t.Fatalf("the sound file has no %q", tt.old)
			}
			_, err := LoadFile("acme.toml", []byte(strings.Replace(sound, tt.old, tt.new, 1)))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestSoundFileLoads(t *testing.T) {
	rules, err := LoadFile("some/folder/acme.toml", []byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	type summary struct {
		ID       string
		Severity Severity
		Context  Context
		Keywords []string
		Parts    []string
	}
	var got []summary
	for _, r := range rules {
		s := summary{r.ID, r.Severity, r.Contexts, r.Keywords, nil}
		for _, p := range r.Parts {
			s.Parts = append(s.Parts, p.Name+" "+string(p.Form)+" "+p.Regex.String())
		}
		got = append(got, s)
	}
	want := []summary{
		{"acme-api-key", High, ContextProvider, []string{"acme"}, []string{`key token \b([a-z0-9]{32})\b`, `secret token \b([a-z0-9]{64})\b`}},
		{"acme-token", Low, ContextNone, []string{"acme"}, []string{`key token \bacme_([a-z0-9]{32})\b`}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	verify := rules[0].Verify
	if verify.Method != "GET" || verify.URL != "https://api.acme.test/me" || verify.Sign.Scheme != "hmac" || verify.Sign.Params["hash"] != "sha256" || len(verify.Replies) != 1 {
		t.Errorf("verify is %+v", verify)
	}
	if len(rules[0].Revoke) != 1 || rules[0].Revoke[0].Method != "DELETE" {
		t.Errorf("revoke is %+v", rules[0].Revoke)
	}
}

func TestPartsKeepTheOrderOfTheFile(t *testing.T) {
	text := strings.NewReplacer("parts.key]", "parts.zulu]", "parts.secret]", "parts.alpha]").Replace(sound)
	for range 20 { // a map holds the parts while they are read
		rules, err := LoadFile("acme.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := rules[0].Parts[0].Name, rules[0].Parts[1].Name; a != "zulu" || b != "alpha" {
			t.Fatalf("the parts are %s, %s", a, b)
		}
	}
}

func TestLoadReadsAllFiles(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	other := strings.ReplaceAll(sound, "acme", "bolt")
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"no file", fstest.MapFS{"acme.txt": file(sound)}, `no rules files (*.toml)`},
		{"id in two files", fstest.MapFS{"acme.toml": file(sound), "bolt.toml": file(strings.Replace(other, "bolt-token", "acme-token", 1))},
			`bolt.toml:41: credential.id: "acme-token" stands in acme.toml:41 too`},
		{"fault in the second of two", fstest.MapFS{"acme.toml": file(sound), "bolt.toml": file(strings.Replace(other, "evm-private-key", "evil", 1))},
			`bolt.toml:19: credential[0].parts.secret.check: no check is called "evil"`},
		{"fault in both", fstest.MapFS{"acme.toml": file(strings.Replace(sound, "evm-private-key", "evil", 1)), "bolt.toml": file("id =")},
			`acme.toml:19: credential[0].parts.secret.check: no check is called "evil"`},
		{"file without a credential", fstest.MapFS{"acme.toml": file(`id = "acme"`)}, `acme.toml:1: id: no [[credential]]`},
		{"folder by the name of a file", fstest.MapFS{"acme.toml/inner": file("")}, `read rules file: read acme.toml: invalid argument`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.files)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	rules, err := Load(fstest.MapFS{"acme.toml": file(sound), "bolt.toml": file(other), "notes.md": file("")})
	if want := []string{"acme-api-key", "acme-token", "bolt-api-key", "bolt-token"}; err != nil || !cmp.Equal(ids(rules), want) {
		t.Errorf("got %v, %v, want %v", ids(rules), err, want)
	}
}

func TestCompileErrorsNameTheFault(t *testing.T) {
	rules, err := LoadFile("acme.toml", []byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		opts Options
		want string
	}{
		{"unknown scheme", Options{Signs: only("jwt")}, `acme.toml:23: verify.sign: scheme "hmac": unknown`},
		{"unknown rule to enable", Options{Enable: []string{"acme-key"}}, `no rule is called "acme-key"; see keysweep rules list`},
		{"unknown rule to disable", Options{Disable: []string{"acme-key"}}, `no rule is called "acme-key"; see keysweep rules list`},
		{"known scheme", Options{Signs: only("hmac")}, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile(rules, tt.opts)
			if got := errorText(err); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCompileKeepsTheRulesThatAreWanted(t *testing.T) {
	rules, err := LoadFile("acme.toml", []byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		opts Options
		want []string
	}{
		{"all", Options{}, []string{"acme-api-key", "acme-token"}},
		{"one enabled", Options{Enable: []string{"acme-token"}}, []string{"acme-token"}},
		{"one disabled", Options{Disable: []string{"acme-token"}}, []string{"acme-api-key"}},
		{"enabled and disabled", Options{Enable: []string{"acme-token"}, Disable: []string{"acme-token"}}, nil},
	} {
		set, err := Compile(rules, tt.opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(set.Rules()); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// only knows one signing scheme.
func only(scheme string) func(string, map[string]string) error {
	return func(name string, _ map[string]string) error {
		if name != scheme {
			return errors.New("unknown")
		}
		return nil
	}
}
