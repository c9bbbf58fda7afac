package detectors

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ConvertGitleaks writes cfg as files of keysweep, by name. A rule of gitleaks is one expression over a whole text; the
// form with parts has nothing that means exactly that, so rules stay [[rules]], and nothing is lost: all that the config
// extends is merged into the one file, and reading it gives cfg again. A config with [[credential]] tables is an error,
// since those are of the other form already.
func ConvertGitleaks(cfg *Config) (files map[string][]byte, err error) {
	if len(cfg.Native) > 0 {
		return nil, errors.New("the config has [[credential]] tables, which are rules of keysweep already")
	}
	if cfg.Revoke != nil || cfg.Credentials != nil || cfg.Chains != nil || cfg.Canaries != nil {
		return nil, errors.New("the config has a table [revoke], [credentials], [chains] or [verify], so it is one of keysweep already")
	}
	w := &configWriter{}
	w.str("title", cfg.Title)
	w.str("description", cfg.Description)
	w.str("minVersion", cfg.MinVersion)
	if cfg.UseDefault {
		w.open("[extend]")
		w.line("useDefault = true")
		w.list("disabledRules", cfg.DisabledRules)
	}
	for _, id := range slices.Sorted(maps.Keys(cfg.Providers)) {
		w.open("[providers." + escapeTOML(id) + "]")
		w.str("base_url", cfg.Providers[id].BaseURL)
		if hosts := cfg.Providers[id].Hosts; len(hosts) > 0 {
			w.open("[providers." + escapeTOML(id) + ".hosts]")
			for _, host := range slices.Sorted(maps.Keys(hosts)) {
				w.str(quoteTOML(host), hosts[host])
			}
		}
	}
	for _, a := range cfg.Allowlists {
		w.allowlist("[[allowlists]]", a)
	}
	for _, r := range cfg.Rules {
		if r.Pattern == nil {
			return nil, fmt.Errorf("rule %s is not of gitleaks' form", r.ID)
		}
		w.rule(r)
	}
	return map[string][]byte{".keysweep.toml": []byte(strings.TrimPrefix(w.text.String(), "\n"))}, nil
}

// configWriter writes TOML. Keys with empty values are left out.
type configWriter struct{ text strings.Builder }

func (w *configWriter) line(s string) { w.text.WriteString(s + "\n") }

func (w *configWriter) open(header string) { w.line("\n" + header) }

func (w *configWriter) str(key, value string) {
	if value != "" {
		w.line(key + " = " + quoteTOML(value))
	}
}

func (w *configWriter) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	quoted, size := make([]string, len(values)), 0
	for i, v := range values {
		quoted[i] = quoteTOML(v)
		size += len(quoted[i]) + 2
	}
	if size < 90 {
		w.line(key + " = [" + strings.Join(quoted, ", ") + "]")
		return
	}
	w.line(key + " = [\n    " + strings.Join(quoted, ",\n    ") + ",\n]")
}

func (w *configWriter) regex(key string, re *regexp.Regexp) {
	if re != nil {
		w.str(key, re.String())
	}
}

func (w *configWriter) regexes(key string, list []*regexp.Regexp) {
	texts := make([]string, len(list))
	for i, re := range list {
		texts[i] = re.String()
	}
	w.list(key, texts)
}

func (w *configWriter) integer(key string, n *int) {
	if n != nil {
		w.line(key + " = " + strconv.Itoa(*n))
	}
}

func (w *configWriter) allowlist(header string, a Allowlist) {
	w.open(header)
	w.str("description", a.Description)
	w.list("targetRules", a.TargetRules)
	if a.And {
		w.str("condition", "AND")
	}
	w.list("commits", a.Commits)
	w.regexes("paths", a.Paths)
	w.str("regexTarget", a.RegexTarget)
	w.regexes("regexes", a.Regexes)
	w.list("stopwords", a.StopWords)
}

func (w *configWriter) rule(r Rule) {
	p := r.Pattern
	w.open("[[rules]]")
	w.str("id", r.ID)
	w.str("description", r.Title)
	w.regex("regex", p.Regex)
	w.regex("path", p.Path)
	if p.SecretGroup != 0 {
		w.integer("secretGroup", &p.SecretGroup)
	}
	if p.Entropy != 0 {
		w.line("entropy = " + strings.ToLower(strconv.FormatFloat(p.Entropy, 'f', -1, 64)))
	}
	w.list("keywords", p.Keywords)
	w.list("tags", r.Tags)
	if p.SkipReport {
		w.line("skipReport = true")
	}
	for _, a := range p.Allowlists {
		w.allowlist("[[rules.allowlists]]", a)
	}
	for _, need := range p.Required {
		w.open("[[rules.required]]")
		w.str("id", need.ID)
		w.integer("withinLines", need.WithinLines)
		w.integer("withinColumns", need.WithinColumns)
	}
}

// quoteTOML writes s as a string: one without escapes if it can, so that expressions stay readable.
func quoteTOML(s string) string {
	control := strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f })
	switch {
	case !control && !strings.ContainsAny(s, `\"`):
		return `"` + s + `"`
	case !control && !strings.Contains(s, "'''") && !strings.HasSuffix(s, "'") && !strings.HasPrefix(s, "'"):
		return "'''" + s + "'''"
	}
	return escapeTOML(s)
}

// escapeTOML writes s as a string with escapes, which can be a key too.
func escapeTOML(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, c)
		default:
			b.WriteRune(c)
		}
	}
	return `"` + b.String() + `"`
}
