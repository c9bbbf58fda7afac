package revoke

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// plan lists the ways of a credential, those that end it before those that contain it, and says of each what keeps it
// from being taken. The calls are in the same order.
func (r *Revoker) plan(f scanner.Finding) ([]*detectors.Call, scanner.Plan) {
	rule := f.Credential.Rule
	calls := slices.Concat(rule.Revoke, rule.Contain)
	p := scanner.Plan{Account: f.Verdict.Account}
	for i, c := range calls {
		w := scanner.PlannedWay{
			Way: string(c.Way), Contain: i >= len(rule.Revoke), Signer: c.Credential, Effect: c.Effect, Needs: c.Needs,
			Proof: proofText(c.Proof), Consents: c.Consents, Undo: c.Undo,
		}
		var err error
		if w.Calls, err = r.requests(c, f); err != nil {
			w.Blocked = err.Error()
		} else {
			w.Blocked = r.blocked(c, w, f)
		}
		p.Ways = append(p.Ways, w)
	}
	p.Hash = planHash(f, p.Ways)
	return calls, p
}

// requests describes the requests of a call, its lookup first, with placeholders where values go.
func (r *Revoker) requests(c *detectors.Call, f scanner.Finding) ([]string, error) {
	var out []string
	for _, one := range []*detectors.Call{c.Lookup, c} {
		if one == nil {
			continue
		}
		text, err := r.Issuer.Describe(one, f)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// blocked says why a way is not open, or "".
func (r *Revoker) blocked(c *detectors.Call, w scanner.PlannedWay, f scanner.Finding) string {
	if lacks := lacking(c, f.Credential); len(lacks) > 0 {
		return "the call needs what was not found: " + strings.Join(lacks, ", ")
	}
	if c.Way != detectors.WaySelf {
		if r.Signer == nil {
			return "no credential " + c.Credential + " is configured"
		}
		if err := r.Signer(c.Credential); err != nil {
			return err.Error()
		}
	}
	if f.Environment != "" && !serves(c, f) {
		return "nothing is known of ending a " + f.Environment + " key"
	}
	return r.Policy.blocks(w)
}

// serves says whether a call reaches the environment of a credential that is not for production.
func serves(c *detectors.Call, f scanner.Finding) bool {
	rule := f.Credential.Rule
	if f.Environment == rule.Environment || rule.Verify != nil && rule.Verify.AllEnvs {
		return true
	}
	return f.Verdict.Host != "" && slices.Contains(append(slices.Clone(c.Hosts), c.Host()), f.Verdict.Host)
}

// lacking names the parts that a call or its lookup needs and the credential does not have.
func lacking(c *detectors.Call, cred detectors.Credential) []string {
	needs := map[string]bool{}
	for _, one := range []*detectors.Call{c.Lookup, c} {
		if one == nil {
			continue
		}
		texts := append(slices.Collect(maps.Values(one.Headers)), one.URL, one.Body)
		for _, text := range texts {
			for _, p := range detectors.Placeholders(text + one.Each) {
				needs[partOf(cred.Rule, p.Name)] = true
			}
		}
		for i := range cred.Rule.Parts { // what a scheme reads is not told; it may be any part
			if p := &cred.Rule.Parts[i]; one.Sign != nil && c.Way == detectors.WaySelf && !p.Optional {
				needs[p.Name] = true
			}
		}
	}
	var out []string
	for _, p := range cred.Rule.Parts {
		if _, ok := cred.Parts[p.Name]; needs[p.Name] && !ok {
			out = append(out, p.Name)
		}
	}
	return out
}

// partOf returns the part that a placeholder's value is cut out of.
func partOf(rule *detectors.Rule, name string) string {
	for _, p := range rule.Pieces {
		if p.Name == name {
			return p.Of
		}
	}
	return name
}

func proofText(p detectors.Proof) string {
	switch p {
	case detectors.ProofSelf:
		return "the call acts on the key that makes it"
	case detectors.ProofLookup:
		return "a lookup before it compares what the issuer holds with the leaked key, and stops when they differ"
	case detectors.ProofArgument:
		return "the issuer is given the leaked key itself"
	}
	return ""
}

// planHash names what the open ways would do to the credential. It does not depend on when and where it was found.
func planHash(f scanner.Finding, ways []scanner.PlannedWay) string {
	open := slices.DeleteFunc(slices.Clone(ways), func(w scanner.PlannedWay) bool { return w.Blocked != "" })
	text, err := json.Marshal(struct {
		Fingerprint, Rule string
		Ways              []scanner.PlannedWay
	}{f.Fingerprint, f.Credential.Rule.ID, open})
	if err != nil {
		return "" // strings and booleans always marshal; no approval names the empty hash
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
