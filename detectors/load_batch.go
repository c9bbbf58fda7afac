package detectors

import (
	"slices"
	"strings"
)

// batch reads how several credentials share a call. Only a call that is given the leaked keys themselves, and nothing
// else, can serve several.
func (b *callLoader) batch(c *Call, raw *rawCall) error {
	c.Batch, c.Each = raw.Batch, raw.Each
	named := func(text string) bool {
		return slices.ContainsFunc(Placeholders(text), func(p Placeholder) bool { return p.Name == batchName })
	}
	switch inBody := named(c.Body); {
	case c.Batch == 0 && c.Each == "" && !inBody:
		return nil
	case c.Batch < 2 || c.Each == "" || !inBody:
		return b.fail(c.at+".batch", "batch (2 or more), each and {batch} in the body go together")
	case !strings.HasPrefix(c.Name, "revoke") || c.Proof != ProofArgument || raw.Sign != nil || c.Lookup != nil:
		return b.fail(c.at+".batch", "only for a revoke call with proof = \"argument\", without sign and lookup")
	case b.names(c.URL+c.Body, b.rule.Gives) || b.inHeaders(c):
		return b.fail(c.at+".batch", "parts stand in each only, since the call is for several credentials")
	case !b.names(c.Each, b.rule.Gives):
		return b.fail(c.at+".each", "needs a part such as {key}")
	}
	return b.template(c, c.at+".each", c.Each)
}

// batchName is the placeholder of the credentials that share a call.
const batchName = "batch"

// inHeaders reports whether a header names a part.
func (b *callLoader) inHeaders(c *Call) bool {
	for _, v := range c.Headers {
		if b.names(v, b.rule.Gives) {
			return true
		}
	}
	return false
}
