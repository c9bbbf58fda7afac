package detectors

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
)

// extend reads [extend] and merges what it names into cfg. Home is the folder that a config must stay in which is not
// trusted; depth is how many files led here.
func (c ConfigReader) extend(cfg *Config, t *configTable, home string, depth int) error {
	pathKey, urlKey := t.key("path"), t.key("url")
	cfg.UseDefault = t.boolean("useDefault")
	cfg.DisabledRules = t.list("disabledRules")
	from := t.str("path")
	if t.str("url") != "" {
		t.file.fail(urlKey, errors.New("a config cannot extend a URL; gitleaks never read this key either"))
	}
	t.done()
	switch {
	case from != "" && cfg.UseDefault:
		t.file.fail(pathKey, errors.New("cannot stand beside useDefault"))
	case cfg.UseDefault:
		cfg.notice("%s: useDefault means the rules of keysweep, not those of gitleaks", cfg.Path)
	case from != "" && depth == maxExtended:
		cfg.notice("%s: extend is not followed: %d files led here, and gitleaks follows no more", cfg.Path, depth)
		from = ""
	}
	if from == "" || t.file.err != nil {
		return nil
	}
	at := fmt.Sprintf("%s:%d: %s", cfg.Path, t.file.lines.of(pathKey), pathKey)
	name, text, err := c.open(cfg.Path, from, home)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	base, err := c.read(name, text, home, depth+1)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	cfg.merge(base)
	return nil
}

// open returns the extended file. Its path is taken from the folder of the config; that of a trusted config is also taken
// from the working directory, as gitleaks does.
func (c ConfigReader) open(config, from, home string) (name string, text []byte, err error) {
	if c.Open == nil {
		return "", nil, errors.New("a config that extends a file cannot be given here")
	}
	from = filepath.FromSlash(from)
	name = from
	if !filepath.IsAbs(from) {
		name = filepath.Join(filepath.Dir(config), from)
	}
	if !c.Trusted {
		inside, err := filepath.Rel(home, name)
		if err != nil || filepath.IsAbs(from) || !filepath.IsLocal(inside) {
			return "", nil, errors.New("leaves the folder of the config, which only a config named with --config may do")
		}
	}
	text, err = c.Open(name)
	if c.Trusted && errors.Is(err, fs.ErrNotExist) && name != from {
		if other, err := c.Open(from); err == nil {
			return from, other, nil
		}
	}
	return name, text, err
}

// merge adds what an extended file says. Where both have a rule, cfg's settings win, and lists are joined.
func (cfg *Config) merge(base *Config) {
	for _, id := range cfg.DisabledRules {
		known := func(r Rule) bool { return r.ID == id }
		if !slices.ContainsFunc(base.Rules, known) && !slices.ContainsFunc(base.Native, known) && !base.UseDefault {
			cfg.notice("%s: disabledRules: %s has no rule %s", cfg.Path, base.Path, id)
		}
	}
	disabled := func(r Rule) bool { return slices.Contains(cfg.DisabledRules, r.ID) }
	for _, b := range slices.DeleteFunc(base.Rules, disabled) {
		i := slices.IndexFunc(cfg.Rules, func(r Rule) bool { return r.ID == b.ID })
		if i < 0 {
			cfg.Rules = append(cfg.Rules, b)
			continue
		}
		cfg.Rules[i] = override(b, cfg.Rules[i])
	}
	for _, b := range slices.DeleteFunc(base.Native, disabled) {
		if !slices.ContainsFunc(cfg.Native, func(r Rule) bool { return r.ID == b.ID }) {
			cfg.Native = append(cfg.Native, b)
		}
	}
	cfg.UseDefault = cfg.UseDefault || base.UseDefault
	cfg.DisabledRules = append(cfg.DisabledRules, base.DisabledRules...)
	cfg.Allowlists = append(cfg.Allowlists, base.Allowlists...)
	cfg.targets = append(cfg.targets, base.targets...)
	cfg.Notices = append(cfg.Notices, base.Notices...)
	if cfg.Revoke == nil {
		cfg.Revoke = base.Revoke
	}
	cfg.Providers = inherit(cfg.Providers, base.Providers)
	cfg.Credentials = inherit(cfg.Credentials, base.Credentials)
	cfg.Chains = inherit(cfg.Chains, base.Chains)
	cfg.Canaries = append(cfg.Canaries, base.Canaries...)
}

// inherit adds what base has and m does not.
func inherit[V any](m, base map[string]V) map[string]V {
	if len(base) == 0 {
		return m
	}
	out := maps.Clone(base)
	maps.Copy(out, m)
	return out
}

// override returns base with the settings that r has. What r requires, and that it is not to be reported, holds as well;
// gitleaks forgets those two.
func override(base, r Rule) Rule {
	old, p := base.Pattern, *r.Pattern
	if r.Title == "" {
		r.Title = base.Title
	}
	if p.Entropy == 0 {
		p.Entropy = old.Entropy
	}
	if p.SecretGroup == 0 {
		p.SecretGroup = old.SecretGroup
	}
	if p.Regex == nil {
		p.Regex = old.Regex
	}
	if p.Path == nil {
		p.Path = old.Path
	}
	p.SkipReport = p.SkipReport || old.SkipReport
	p.Keywords = slices.Concat(old.Keywords, p.Keywords)
	p.Allowlists = slices.Concat(old.Allowlists, p.Allowlists)
	p.Required = slices.Concat(old.Required, p.Required)
	r.Tags = slices.Concat(base.Tags, r.Tags)
	r.Pattern = &p
	r.Parts = patternParts(&p)
	return r
}

// finish checks what can be checked only when all files were merged, and moves rules without a pattern, which change a
// built-in rule, to where they have an effect.
func (cfg *Config) finish() error {
	ids := map[string]bool{}
	for _, r := range slices.Concat(cfg.Rules, cfg.Native) {
		ids[r.ID] = true
	}
	var rules []Rule
	for _, r := range cfg.Rules {
		p := r.Pattern
		at := fmt.Sprintf("%s:%d: rule %s", r.file, r.line[""], r.ID)
		if p.Regex == nil && p.Path == nil {
			if !cfg.UseDefault {
				return fmt.Errorf("%s: neither regex nor path, so that it finds nothing", at)
			}
			cfg.change(r)
			continue
		}
		if p.Regex != nil && p.SecretGroup > p.Regex.NumSubexp() {
			return fmt.Errorf("%s: secretGroup: %d, but regex has %d groups", at, p.SecretGroup, p.Regex.NumSubexp())
		}
		for _, need := range p.Required {
			if !slices.ContainsFunc(cfg.Rules, func(o Rule) bool { return o.ID == need.ID && (o.Pattern.Regex != nil || o.Pattern.Path != nil) }) {
				return fmt.Errorf("%s: required.id: there is no rule %q", at, need.ID)
			}
		}
		rules = append(rules, r)
	}
	for _, t := range cfg.targets {
		if !ids[t.rule] && !cfg.UseDefault {
			return fmt.Errorf("%s: there is no rule %q", t.at, t.rule)
		}
	}
	cfg.Rules = rules
	return nil
}

// change turns a rule without a pattern of its own into allowlists for the built-in rule of that id.
func (cfg *Config) change(r Rule) {
	for _, a := range r.Pattern.Allowlists {
		a.TargetRules = []string{r.ID}
		cfg.Allowlists = append(cfg.Allowlists, a)
	}
	p := r.Pattern
	if p.Entropy != 0 || p.SecretGroup != 0 || len(p.Keywords) > 0 || len(p.Required) > 0 || p.SkipReport || len(r.Tags) > 0 || r.Title != "" {
		cfg.notice("%s:%d: rule %s has neither regex nor path: its allowlists hold for the built-in rule of that id, its other settings for nothing", r.file, r.line[""], r.ID)
	}
}

// Apply returns the rules to scan with: those of the config and, when it uses them or has none of its own, the built-in
// ones that it neither disables nor replaces. The notices say which of its settings name a rule that there is not.
func (cfg *Config) Apply(builtin []Rule) (rules []Rule, notices []string) {
	own := slices.Concat(cfg.Native, cfg.Rules)
	if !cfg.UseDefault && len(own) > 0 {
		return own, nil
	}
	has := func(rules []Rule, id string) bool {
		return slices.ContainsFunc(rules, func(r Rule) bool { return r.ID == id })
	}
	for _, id := range cfg.DisabledRules {
		if !has(builtin, id) {
			notices = append(notices, fmt.Sprintf("%s: disabledRules: keysweep has no rule %s", cfg.Path, id))
		}
	}
	for _, a := range cfg.Allowlists {
		for _, id := range a.TargetRules {
			if !has(builtin, id) && !has(own, id) {
				notices = append(notices, fmt.Sprintf("%s: an allowlist is for rule %s, which keysweep does not have", cfg.Path, id))
			}
		}
	}
	for _, r := range builtin {
		if !slices.Contains(cfg.DisabledRules, r.ID) && !has(own, r.ID) {
			rules = append(rules, r)
		}
	}
	return append(rules, own...), notices
}
