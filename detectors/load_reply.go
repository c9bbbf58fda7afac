package detectors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// paths reads what the call takes from its answer.
func (b *callLoader) paths(c *Call, raw *rawCall) error {
	for _, p := range []struct {
		name, text string
		to         *Path
	}{
		{"take", raw.Take, &c.Take}, {"account", raw.Account, &c.Account}, {"label", raw.Label, &c.Label},
		{"ips", raw.IPs, &c.IPs}, {"expires", raw.Expires, &c.Expires}, {"sub", raw.Sub, &c.Sub},
	} {
		var err error
		if *p.to, err = b.path(c, c.at+"."+p.name, p.text); err != nil {
			return err
		}
	}
	return nil
}

func (b *callLoader) path(c *Call, key, text string) (Path, error) {
	path, err := ParsePath(text)
	if err != nil {
		return nil, b.fail(key, "%q: %w", text, err)
	}
	for _, s := range path {
		if err := b.template(c, key, s.Value); err != nil {
			return nil, err
		}
	}
	return path, nil
}

func (b *callLoader) replies(raw []rawReply, name string, means []Meaning, c *Call) ([]Reply, error) {
	var out []Reply
	for i, row := range raw {
		r, err := b.reply(row, fmt.Sprintf("%s[%d]", name, i), means, c)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (b *callLoader) reply(raw rawReply, key string, means []Meaning, c *Call) (Reply, error) {
	r := Reply{Status: raw.Status, Text: raw.Text, Header: raw.Header, Is: raw.Is, Reason: raw.Reason, Known: raw.Known}
	switch {
	case !slices.Contains(means, raw.Is):
		return r, b.fail(key+".is", "%q is none of %s", raw.Is, listed(means))
	case raw.Status != 0 && (raw.Status < 200 || raw.Status > 499 || raw.Status == 429 || raw.Status/100 == 3):
		return r, b.fail(key+".status", "%d: redirects, 429 and 5xx are unknown before any row is looked at", raw.Status)
	case raw.Status == 0 && len(raw.JSON) == 0 && raw.Text == "" && len(raw.Header) == 0:
		return r, b.fail(key, "no condition: a row fits what it names, never everything")
	case len(raw.JSON) == 0 && raw.Text == "" && (slices.Contains(needsEvidence, raw.Is) || slices.Contains(rights, raw.Is)):
		return r, b.fail(key, "%s needs json or text: a status is no evidence", raw.Is)
	case raw.Reason == "" && slices.Contains(needsReason, raw.Is):
		return r, b.fail(key+".reason", "missing: a person must learn why it is %s", raw.Is)
	case raw.Known && raw.Is != IsUnknown && raw.Is != IsRestricted:
		return r, b.fail(key+".known", "only for calls that failed: unknown and restricted")
	}
	if err := b.template(c, key+".text", raw.Text); err != nil {
		return r, err
	}
	for _, text := range slices.Sorted(maps.Keys(raw.JSON)) {
		cond, err := b.condition(text, raw.JSON[text], key+".json", c)
		if err != nil {
			return r, err
		}
		r.JSON = append(r.JSON, cond)
	}
	return r, nil
}

func listed(means []Meaning) string {
	words := make([]string, len(means))
	for i, m := range means {
		words[i] = string(m)
	}
	return strings.Join(words, ", ")
}

func (b *callLoader) condition(text string, want any, key string, c *Call) (Condition, error) {
	cond := Condition{Op: Equals, Want: want}
	var err error
	if cond.Path, err = b.path(c, key, text); err != nil {
		return cond, err
	}
	if len(cond.Path) == 0 {
		return cond, b.fail(key, "an empty path; . is the whole answer")
	}
	if table, ok := want.(map[string]any); ok {
		if len(table) != 1 {
			return cond, b.fail(key, `%q: one of { has = }, { any = }, { not = }; a path with dots is quoted whole`, text)
		}
		for op, value := range table {
			cond.Op, cond.Want = Op(op), value
		}
	} else if want == "*" {
		cond.Op, cond.Want = Present, nil
	}
	if err := wants(cond); err != nil {
		return cond, b.fail(key, "%q: %w", text, err)
	}
	for _, t := range templatesOf(cond.Want) {
		if err := b.template(c, key, t); err != nil {
			return cond, err
		}
	}
	return cond, nil
}

// wants refuses operators that do not exist and values that they can not compare.
func wants(c Condition) error {
	list, isList := c.Want.([]any)
	switch c.Op {
	case Present:
		return nil
	case Equals, Not:
		if isList || !scalar(c.Want) {
			return errors.New("not a text, number or truth value")
		}
	case Has, Any:
		if c.Op == Any && !isList || isList && len(list) == 0 {
			return errors.New("not a list with elements")
		}
		if !isList && !scalar(c.Want) || isList && !allScalar(list) {
			return errors.New("not texts, numbers or truth values")
		}
	default:
		return fmt.Errorf("no operator %q; use has, any or not, and quote a path with dots whole", c.Op)
	}
	return nil
}

func scalar(v any) bool {
	switch v.(type) {
	case string, int64, float64, bool:
		return true
	}
	return false
}

func allScalar(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { return !scalar(v) })
}

func templatesOf(want any) []string {
	switch want := want.(type) {
	case string:
		return []string{want}
	case []any:
		var out []string
		for _, v := range want {
			out = append(out, templatesOf(v)...)
		}
		return out
	}
	return nil
}
