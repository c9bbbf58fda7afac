package detectors

import (
	"maps"
	"slices"
)

// Join makes one match of two halves of a credential that were found in different texts, or returns nil when they are
// not halves of the same: another rule or vendor, or a part that both have. Spans are those of the first half only,
// since the second half's lie in another text.
func Join(a, b Match) *Match {
	if a.Credential.Rule != b.Credential.Rule || a.Credential.Provider != b.Credential.Provider {
		return nil
	}
	for name := range a.Credential.Parts {
		if _, both := b.Credential.Parts[name]; both {
			return nil
		}
	}
	j := a
	j.Credential.Parts = maps.Clone(a.Credential.Parts)
	maps.Copy(j.Credential.Parts, b.Credential.Parts)
	j.Missing = slices.DeleteFunc(slices.Clone(a.Missing), func(name string) bool { _, ok := b.Credential.Parts[name]; return ok })
	j.Severity = a.Credential.Rule.Severity
	if j.Environment == "" {
		j.Environment = b.Environment
	}
	if j.Environment != "" {
		j.Severity = max(min(j.Severity, Low), j.Severity-1)
	}
	j.Confidence = min(Likely, max(a.Confidence, b.Confidence))
	j.Notes = append(slices.Clone(a.Notes), "the parts were found in different files of one folder")
	j.Entropy = max(a.Entropy, b.Entropy)
	return &j
}
