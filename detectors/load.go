package detectors

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/keysweep/keysweep/detectors/check"
)

// Load reads every *.toml file at the root of fsys, in the order of the names. It is strict: an unknown key, a bad
// expression, a missing check and an id that stands twice are errors that name file, line and key.
func Load(fsys fs.FS) ([]Rule, error) { return load(fsys, false) }

func load(fsys fs.FS, fast bool) ([]Rule, error) {
	names, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list rules files: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("no rules files (*.toml)")
	}
	loaded, err := loadAll(fsys, names, fast)
	if err != nil {
		return nil, err
	}
	rules := make([]Rule, 0, 2*len(names))
	seen := make(map[string]*Rule, 2*len(names))
	for i, name := range names {
		for k := range loaded[i] {
			r := &loaded[i][k]
			if o := seen[r.ID]; o != nil {
				return nil, fmt.Errorf("%s:%d: credential.id: %q stands in %s:%d too", name, r.lineOf("id"), r.ID, o.file, o.lineOf("id"))
			}
			seen[r.ID] = r
		}
		rules = append(rules, loaded[i]...)
	}
	return rules, nil
}

// loadAll reads the files in parallel, since start-up waits for it, and returns their rules in the order of the names,
// or the first file's error.
func loadAll(fsys fs.FS, names []string, fast bool) ([][]Rule, error) {
	var index index
	if fast {
		var err error
		if index, err = readIndex(fsys); err != nil {
			return nil, err
		}
	}
	rules, errs := make([][]Rule, len(names)), make([]error, len(names))
	workers := min(runtime.GOMAXPROCS(0), len(names))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			checked, reader := expressions{}, newIndexReader(index, fsys)
			for i := w; i < len(names); i += workers {
				if fast {
					rules[i], errs[i] = reader.load(names[i], checked)
				} else {
					rules[i], errs[i] = loadFrom(fsys, names[i], checked)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return rules, nil
}

func loadFrom(fsys fs.FS, name string, seen expressions) ([]Rule, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read rules file: %w", err)
	}
	return loadFile(name, text, seen)
}

// LoadFile reads one rules file. Name is used in errors, and its base without ".toml" must be the provider's id.
func LoadFile(name string, text []byte) ([]Rule, error) {
	return loadFile(name, text, expressions{})
}

func loadFile(name string, text []byte, seen expressions) ([]Rule, error) {
	l := loader{file: name, lines: keyLines(text), seen: seen}
	raw, err := l.decode(text)
	if err != nil {
		return nil, err
	}
	return l.rules(raw)
}

func (l *loader) decode(text []byte) (*rawProvider, error) {
	var raw rawProvider
	meta, err := toml.Decode(string(text), &raw)
	if err != nil {
		return nil, l.syntax(err)
	}
	for _, unknown := range meta.Undecoded() {
		if !slices.Contains(unknown[:len(unknown)-1], "json") { // conditions take any key, and their operators are checked later
			return nil, l.unknown(unknown)
		}
	}
	for i := range raw.Credential {
		c, key := &raw.Credential[i], fmt.Sprintf("credential[%d]", i)
		c.parts, c.pieces = byLine(l, c.Parts, key+".parts."), byLine(l, c.Pieces, key+".pieces.")
	}
	return &raw, nil
}

// byLine returns tables in the order of their lines.
func byLine[T any](l *loader, tables map[string]T, key string) []named[T] {
	out := make([]named[T], 0, len(tables))
	for name, value := range tables {
		out = append(out, named[T]{name, value})
	}
	slices.SortFunc(out, func(a, b named[T]) int {
		return cmp.Or(l.line(key+a.name)-l.line(key+b.name), strings.Compare(a.name, b.name))
	})
	return out
}

// rules makes the rules of a decoded file.
func (l *loader) rules(raw *rawProvider) ([]Rule, error) {
	if want := strings.TrimSuffix(path.Base(l.file), ".toml"); raw.ID != want {
		return nil, l.at("id", fmt.Errorf("%q is not the file's name, %q", raw.ID, want))
	}
	if len(raw.Credential) == 0 {
		return nil, l.at("id", errors.New("no [[credential]]"))
	}
	rules := make([]Rule, len(raw.Credential))
	for i := range rules {
		key := fmt.Sprintf("credential[%d]", i)
		if err := l.rule(&rules[i], raw, &raw.Credential[i], key); err != nil {
			return nil, err
		}
		for k := range i {
			if rules[k].ID == rules[i].ID {
				return nil, l.at(key+".id", fmt.Errorf("%q stands twice", rules[i].ID))
			}
		}
	}
	return rules, nil
}

type loader struct {
	file  string
	lines map[string]int
	seen  expressions // checked already
	known bool        // the whole file was checked already
}

// expression makes an expression of the file.
func (l *loader) expression(text string) (*Expression, error) {
	if l.known {
		return l.seen.get(text, false), nil
	}
	return l.seen.check(text)
}

func (l *loader) at(key string, err error) error {
	return fmt.Errorf("%s:%d: %s: %w", l.file, l.line(key), key, err)
}

// line returns the line of key, or of the nearest table around it.
func (l *loader) line(key string) int {
	for key != "" {
		if n, ok := l.lines[key]; ok {
			return n
		}
		key = key[:max(0, strings.LastIndexByte(key, '.'))]
	}
	return 1
}

func (l *loader) syntax(err error) error {
	var p toml.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("%s:%d: %s: %s", l.file, p.Position.Line, p.LastKey, p.Message)
	}
	if m := wrongType.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("%s:%s: %s: %s", l.file, cmp.Or(m[1], strconv.Itoa(l.first(m[2]))), m[2], m[3])
	}
	return fmt.Errorf("%s: %w", l.file, err)
}

func (l *loader) unknown(key toml.Key) error {
	return fmt.Errorf("%s:%d: %s: unknown key", l.file, l.first(key.String()), key)
}

// first returns the line where a key without indexes stands first.
func (l *loader) first(want string) int {
	line := 0
	for k, n := range l.lines {
		if indexes.ReplaceAllString(k, "") == want && (line == 0 || n < line) {
			line = n
		}
	}
	return line
}

var (
	indexes   = late(`\[\d+\]`)
	wrongType = late(`^toml: (?:line (\d+) )?\(last key "([^"]+)"\): (.+)$`)
)

func (l *loader) rule(r *Rule, p *rawProvider, c *rawCredential, key string) error {
	*r = Rule{
		ID: c.ID, Provider: p.ID, Title: c.Title, Kind: p.Kind, Site: p.Site,
		Severity: c.Severity, Confidence: Sure, Contexts: Context(c.Context),
		Keywords: lower(slices.Concat(p.Keywords, c.Keywords)), Common: lower(p.Common), Hosts: lower(slices.Concat(p.Hosts, c.Hosts)),
		TestHosts: lower(slices.Concat(p.TestHosts, c.TestHosts)), Examples: c.Examples, Tags: c.Tags,
		Playbook: playbook(c.Playbook, p.Kind, p.Title), Fallback: c.Fallback, Loose: p.Loose, Off: c.Off, Near: lower(c.Near), NotNear: lower(c.NotNear), Environment: c.Environment,
		file: l.file, line: l.under(key),
	}
	if c.Confidence != nil {
		r.Confidence = *c.Confidence
	}
	if r.Contexts == "" {
		r.Contexts = ContextProvider
	}
	for _, expr := range c.Paths {
		re, err := regexp.Compile("(?i)" + expr)
		if err != nil {
			return l.at(key+".paths", err)
		}
		r.Paths = append(r.Paths, re)
	}
	if err := l.complete(r, key); err != nil {
		return err
	}
	if len(c.parts) == 0 {
		return l.at(key+".parts", errors.New("missing"))
	}
	r.Parts = make([]Part, len(c.parts))
	for i := range c.parts {
		if err := l.part(&r.Parts[i], c.parts[i].name, &c.parts[i].value, key+".parts."+c.parts[i].name); err != nil {
			return err
		}
	}
	if err := l.pieces(r, c.pieces, key); err != nil {
		return err
	}
	return l.calls(r, c, key)
}

func (l *loader) under(key string) map[string]int {
	if l.known {
		return nil
	}
	lines := map[string]int{"": l.line(key)}
	for k, n := range l.lines {
		if rest, ok := strings.CutPrefix(k, key+"."); ok {
			lines[rest] = n
		}
	}
	return lines
}

var contexts = []Context{ContextNone, ContextName, ContextProvider, ContextDecisive}

func (l *loader) complete(r *Rule, key string) error {
	switch {
	case l.known:
		return nil
	case r.ID == "":
		return l.at(key+".id", errors.New("missing"))
	case !ruleID.MatchString(r.ID):
		return l.at(key+".id", fmt.Errorf("%q is not lower-case words joined by hyphens", r.ID))
	case r.Title == "":
		return l.at(key+".title", errors.New("missing"))
	case !slices.Contains(contexts, r.Contexts):
		return l.at(key+".context", fmt.Errorf("%q is none of none, name, provider, decisive", r.Contexts))
	case (r.Contexts == ContextProvider || r.Contexts == ContextDecisive) && len(r.Keywords)+len(r.Common) == 0:
		return l.at(key+".keywords", errors.New("missing: the context needs words that name the provider"))
	}
	for _, e := range r.Examples {
		if !hexDigest.MatchString(e) {
			return l.at(key+".examples", errors.New("not the hex SHA-256 of a value"))
		}
	}
	return nil
}

var (
	ruleID    = late(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	hexDigest = late(`^[0-9a-f]{64}$`)
)

var forms = []Form{FormToken, FormText, FormPEM, FormInts, FormWords, FormJSON, FormRows, FormBeside}

func (l *loader) part(p *Part, name string, raw *rawPart, key string) error {
	*p = Part{Name: name, Env: raw.Env, Entropy: raw.Entropy, Min: raw.Min, Check: raw.Check, Optional: raw.Optional, Form: raw.Form, Anchors: raw.Anchors, Stated: raw.Stated}
	if p.Form == "" {
		p.Form = FormToken
	}
	if !slices.Contains(forms, p.Form) {
		return l.at(key+".form", fmt.Errorf("%q is none of token, text, pem, ints, words, json, rows, beside", p.Form))
	}
	var err error
	if raw.Regex == "" {
		return l.at(key+".regex", errors.New("missing"))
	}
	if p.Regex, err = l.expression(raw.Regex); err != nil {
		return l.at(key+".regex", err)
	}
	for _, list := range []struct {
		name string
		from []string
		to   *[]string
	}{{"names", raw.Names, &p.Names}, {"not_names", raw.NotNames, &p.NotNames}, {"calls", raw.Calls, &p.Calls}} {
		for _, expr := range list.from {
			if l.known {
				break
			}
			if _, err := l.seen.check(expr); err != nil {
				return l.at(key+"."+list.name, err)
			}
		}
		*list.to = list.from
	}
	if p.Check != "" {
		f, ok := check.ByName(p.Check)
		if !ok {
			return l.at(key+".check", fmt.Errorf("no check is called %q", p.Check))
		}
		p.check = f
	}
	if p.Form == FormJSON {
		p.Anchors = lower(p.Anchors)
	}
	if p.Form == FormJSON && (len(p.Anchors) == 0 || p.check == nil) {
		return l.at(key+".anchors", errors.New("an object needs anchors and a check"))
	}
	if p.Form == FormBeside && (len(p.Anchors) == 0 || !strings.Contains(raw.Regex, "(?P<value>")) {
		return l.at(key+".anchors", errors.New("a value beside an anchor needs anchors and a group called value"))
	}
	if p.Stated != "" && p.check == nil {
		return l.at(key+".stated", errors.New("only a check states facts"))
	}
	return nil
}

func lower(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToLower(w)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
