package detectors

import (
	"fmt"
	"slices"
)

// Sample returns random parts of a credential of that rule, as the case that has most of them finds them, optional ones
// too: the same for the same seed. Samples of other seeds differ in every part that the case makes up.
func (c *Cases) Sample(r *Rule, seed uint64) (map[string]string, error) {
	var best *Case
	for i, h := range c.Hit {
		if h.Rule == r.ID && len(h.Missing) == 0 && h.whole(r) && (best == nil || len(h.Parts) > len(best.Parts)) {
			best = &c.Hit[i]
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%s: no case has every part of %s", c.file, r.ID)
	}
	values := newSampler(seed)
	if _, err := values.fill(best.Text); err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for name, text := range best.Parts {
		value, err := values.fill(text)
		if err != nil {
			return nil, err
		}
		parts[name] = value
	}
	return parts, nil
}

// whole reports whether the case states a value for every part that the rule needs.
func (c *Case) whole(r *Rule) bool {
	return !slices.ContainsFunc(r.Parts, func(p Part) bool { return !p.Optional && c.Parts[p.Name] == "" })
}
