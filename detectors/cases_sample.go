package detectors

import (
	"fmt"
	"slices"
)

// Sample returns random parts of a credential of that rule, as the first case that has them all finds them: the same for
// the same seed. Samples of other seeds differ in every part that the case makes up.
func (c *Cases) Sample(r *Rule, seed uint64) (map[string]string, error) {
	for _, h := range c.Hit {
		if h.Rule != r.ID || len(h.Missing) > 0 || !h.whole(r) {
			continue
		}
		values := newSampler(seed)
		if _, err := values.fill(h.Text); err != nil {
			return nil, err
		}
		parts := map[string]string{}
		for name, text := range h.Parts {
			value, err := values.fill(text)
			if err != nil {
				return nil, err
			}
			parts[name] = value
		}
		return parts, nil
	}
	return nil, fmt.Errorf("%s: no case has every part of %s", c.file, r.ID)
}

// whole reports whether the case states a value for every part that the rule needs.
func (c *Case) whole(r *Rule) bool {
	return !slices.ContainsFunc(r.Parts, func(p Part) bool { return !p.Optional && c.Parts[p.Name] == "" })
}
