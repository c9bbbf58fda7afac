package detectors

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// readRules reads [[rules]].
func (cfg *Config) readRules(root *configTable) {
	for _, t := range root.tables("rules") {
		r := cfg.readRule(t)
		t.done()
		i := slices.IndexFunc(cfg.Rules, func(o Rule) bool { return o.ID == r.ID })
		if i < 0 {
			cfg.Rules = append(cfg.Rules, r)
			continue
		}
		cfg.notice("%s:%d: rule %s stands twice; the later one counts, as in gitleaks", cfg.Path, root.file.lines.of(t.path), r.ID)
		cfg.Rules[i] = r
	}
}

func (cfg *Config) readRule(t *configTable) Rule {
	idKey := t.key("id")
	r := Rule{ID: t.str("id"), Kind: "general", Severity: Medium, Confidence: Likely, Contexts: ContextNone,
		file: cfg.Path, line: map[string]int{"": t.file.lines.of(t.path)}}
	if strings.TrimSpace(r.ID) == "" {
		t.file.fail(idKey, errors.New("missing"))
	}
	r.Title = t.str("description")
	r.Tags = t.list("tags")
	p := &Pattern{
		Regex: t.regex("regex"), Path: t.regex("path"), Entropy: t.number("entropy"), SkipReport: t.boolean("skipReport"),
		Allowlists: t.allowlists("allowlist", "allowlists", func(*configTable, *Allowlist) {}),
	}
	for _, w := range t.list("keywords") {
		if w == "" {
			cfg.notice("%s:%d: rule %s: an empty keyword is never found", cfg.Path, r.line[""], r.ID)
		}
		p.Keywords = append(p.Keywords, strings.ToLower(w))
	}
	groupKey := t.key("secretGroup")
	if n := t.integer("secretGroup"); n != nil {
		p.SecretGroup = *n
	}
	if p.Regex != nil && (p.SecretGroup < 0 || p.SecretGroup > p.Regex.NumSubexp()) {
		t.file.fail(groupKey, fmt.Errorf("%d, but regex has %d groups", p.SecretGroup, p.Regex.NumSubexp()))
	}
	for _, need := range t.tables("required") {
		key := need.key("id")
		one := Required{ID: need.str("id"), WithinLines: need.integer("withinLines"), WithinColumns: need.integer("withinColumns")}
		if one.ID == "" {
			t.file.fail(key, errors.New("missing"))
		}
		need.done()
		p.Required = append(p.Required, one)
	}
	r.Pattern = p
	r.Parts = patternParts(p)
	return r
}

// patternParts returns the one part of a rule in gitleaks' form.
func patternParts(p *Pattern) []Part {
	if p.Regex == nil {
		return []Part{{Name: filePart}}
	}
	return []Part{{Name: patternPart}}
}

func (t *configTable) regex(name string) *regexp.Regexp {
	key := t.key(name)
	text := t.str(name)
	if text == "" {
		return nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		t.file.fail(key, err)
	}
	return re
}

func (t *configTable) regexes(name string) []*regexp.Regexp {
	var list []*regexp.Regexp
	key := t.key(name)
	for i, text := range t.list(name) {
		re, err := regexp.Compile(text)
		if err != nil {
			t.file.fail(fmt.Sprintf("%s[%d]", key, i), err)
			continue
		}
		list = append(list, re)
	}
	return list
}

// readGlobal reads [[allowlists]], or the older [allowlist].
func (cfg *Config) readGlobal(root *configTable) {
	cfg.Allowlists = root.allowlists("allowlist", "allowlists", func(t *configTable, a *Allowlist) {
		key := t.key("targetRules")
		a.TargetRules = t.list("targetRules")
		for _, id := range a.TargetRules {
			cfg.targets = append(cfg.targets, configTarget{id, fmt.Sprintf("%s:%d: %s", cfg.Path, t.file.lines.of(key), key)})
		}
	})
}

// allowlists reads the lists of both the older key and the newer one, which exclude each other. More reads further keys.
func (t *configTable) allowlists(older, newer string, more func(*configTable, *Allowlist)) []Allowlist {
	if t.has(older) && t.has(newer) {
		t.file.fail(t.key(older), fmt.Errorf("is the older form of %s; a table can have one of them", newer))
	}
	var lists []Allowlist
	for _, at := range append(t.tables(newer), t.tables(older)...) {
		a := at.allowlist()
		more(at, &a)
		at.done()
		lists = append(lists, a)
	}
	return lists
}

func (t *configTable) allowlist() Allowlist {
	a := Allowlist{Description: t.str("description"), Commits: t.list("commits"), Paths: t.regexes("paths"), Regexes: t.regexes("regexes"), StopWords: t.list("stopwords")}
	key := t.key("condition")
	switch condition := strings.ToUpper(t.str("condition")); condition {
	case "AND", "&&":
		a.And = true
	case "", "OR", "||":
	default:
		t.file.fail(key, fmt.Errorf("%q is neither AND nor OR", condition))
	}
	if a.RegexTarget = t.str("regexTarget"); a.RegexTarget == "secret" {
		a.RegexTarget = ""
	}
	if err := a.valid(); err != nil {
		t.file.fail(t.path, err)
	}
	return a
}
