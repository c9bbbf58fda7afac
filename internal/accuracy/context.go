package accuracy

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"text/template"

	"golang.org/x/tools/txtar"
)

// syntax is one way of writing credentials, a template under testdata/corpus. Its head says which paths it is found
// at, which credentials it can hold ("parts+exchange solana": all tags of one alternative), and how many of them.
type syntax struct {
	name     string
	paths    []string
	fits     []string
	least    int
	most     int
	same     bool     // several accounts of one vendor instead of several vendors
	envs     []string // testnet, sandbox or demo, or live: what the text says of each credential's environment
	encoded  bool
	body     *template.Template
	multiple bool // the body holds several files
}

// readSyntaxes reads every template of a folder of txtar files.
func readSyntaxes(fsys fs.FS, dir string) ([]syntax, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.txtar"))
	if err != nil {
		return nil, err
	}
	var all []syntax
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		family := strings.TrimSuffix(path.Base(name), ".txtar")
		for _, f := range txtar.Parse(text).Files {
			s, err := parseSyntax(family+"/"+f.Name, string(f.Data))
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", name, f.Name, err)
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func parseSyntax(name, text string) (syntax, error) {
	head, body, ok := strings.Cut(text, "\n---\n")
	if !ok {
		return syntax{}, fmt.Errorf("no --- after the head")
	}
	s := syntax{name: name, least: 1, most: 1, multiple: strings.Contains("\n"+body, "\n=== ")}
	for line := range strings.Lines(head) {
		if err := s.property(strings.Fields(line)); err != nil {
			return s, err
		}
	}
	if len(s.paths) == 0 {
		return s, fmt.Errorf("no path")
	}
	var err error
	s.body, err = template.New(name).Funcs(page{}.functions()).Option("missingkey=error").Parse(body)
	return s, err
}

func (s *syntax) property(words []string) error {
	if len(words) == 0 {
		return nil
	}
	switch words[0] {
	case "path":
		s.paths = words[1:]
	case "for":
		s.fits = words[1:]
	case "count":
		least, most, _ := strings.Cut(words[1], "-")
		s.least, _ = strconv.Atoi(least)
		s.most, _ = strconv.Atoi(most)
		s.most = max(s.least, s.most)
	case "same":
		s.same = true
	case "environment", "environments":
		s.envs = words[1:]
	case "encoded":
		s.encoded = true
	default:
		return fmt.Errorf("head holds %q", words[0])
	}
	return nil
}

// holds says whether the syntax can hold a credential with these tags.
func (s syntax) holds(tags map[string]bool) bool {
	for _, alternative := range s.fits {
		ok := true
		for _, tag := range strings.Split(alternative, "+") {
			want := !strings.HasPrefix(tag, "!")
			ok = ok && tags[strings.TrimPrefix(tag, "!")] == want
		}
		if ok {
			return true
		}
	}
	return false
}

// tags say what a credential is like: its kind and group, parts (every value is one word), phrase (it has spaces),
// multi (it has lines), pair (two parts or more), token (one), url, ccxt, and what credentials.txt adds.
func (c credential) tags() map[string]bool {
	tags := map[string]bool{"any": true, c.kind.Group: true, c.kind.ID: true}
	for _, t := range strings.Split(c.kind.Props["tags"], ",") {
		tags[t] = true
	}
	for _, prop := range []string{"url", "ccxt", "testhost"} {
		tags[prop] = c.kind.Props[prop] != ""
	}
	tags["parts"], tags["token"] = true, len(c.Fields) == 1
	for _, p := range c.kind.Parts {
		tags["has-"+p.Name] = true
	}
	tags["pair"] = tags["has-key"] && tags["has-secret"]
	for _, f := range c.Fields {
		if strings.Contains(f.Value, "\n") {
			tags["multi"], tags["parts"] = true, false
		} else if strings.ContainsAny(f.Value, " \u3000{[") {
			tags["phrase"], tags["parts"] = true, false
		}
	}
	if tags["raw"] { // a whole file, not a value
		for _, t := range []string{"any", "parts", "phrase", "multi"} {
			tags[t] = false
		}
	}
	return tags
}
