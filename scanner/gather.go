package scanner

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"

	"github.com/keysweep/keysweep/detectors"
)

// gather joins the hits of a run to findings: by fingerprint, and parts that lie in files of one folder.
type gather struct {
	entries map[string]*entry
}

// entry is a credential with all its hits.
type entry struct {
	match detectors.Match
	hits  []hit
	parts []PartAt // set when the parts come from several files
}

func newGather() *gather { return &gather{entries: map[string]*entry{}} }

func (g *gather) add(h hit) {
	fingerprint := h.match.Credential.Fingerprint()
	e := g.entries[fingerprint]
	if e == nil {
		e = &entry{match: h.match}
		g.entries[fingerprint] = e
	}
	if h.match.Confidence > e.match.Confidence || h.match.Confidence == e.match.Confidence && h.match.Severity > e.match.Severity {
		e.match = h.match
	}
	e.hits = append(e.hits, h)
}

// findings attributes the hits and returns the findings, worst first.
func (g *gather) findings(ctx context.Context, src Source) ([]Finding, error) {
	places, err := g.attribute(ctx, src)
	g.expand(places)
	g.absorb() // what belongs to a whole credential is no half
	g.joinFiles()
	g.absorb()
	out := make([]Finding, 0, len(g.entries))
	for _, fingerprint := range slices.Sorted(maps.Keys(g.entries)) {
		out = append(out, g.entries[fingerprint].finding(fingerprint))
	}
	slices.SortStableFunc(out, compareFindings)
	return out, err
}

func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Credential.Provider, b.Credential.Provider),
		cmp.Compare(a.Credential.Rule.ID, b.Credential.Rule.ID), compareOccurrences(a.Occurrences[0], b.Occurrences[0]), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

func compareOccurrences(a, b Occurrence) int {
	return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.File, b.File), cmp.Compare(a.StartLine, b.StartLine), cmp.Compare(a.StartColumn, b.StartColumn), cmp.Compare(a.Commit, b.Commit))
}

// attribute asks the source, if it can tell, where the units with hits are.
func (g *gather) attribute(ctx context.Context, src Source) (map[string][]Occurrence, error) {
	a, ok := src.(Attributor)
	if !ok || len(g.entries) == 0 {
		return nil, nil
	}
	units := map[string]bool{}
	for _, e := range g.entries {
		for _, h := range e.hits {
			units[h.unit] = true
		}
	}
	places := map[string][]Occurrence{}
	err := a.Attribute(ctx, slices.Sorted(maps.Keys(units)), func(unit string, at Occurrence) error {
		places[unit] = append(places[unit], at)
		return nil
	})
	return places, err
}

// expand gives every hit one hit for each place of its unit.
func (g *gather) expand(places map[string][]Occurrence) {
	for fingerprint, e := range g.entries {
		var all []hit
		for _, h := range e.hits {
			if len(places[h.unit]) == 0 {
				all = append(all, h)
				continue
			}
			for _, at := range places[h.unit] {
				one := h
				if slices.Contains(h.match.AllowedIn, at.Commit) {
					continue
				}
				at.Region, at.Match = h.at.Region, h.at.Match
				one.at = at
				one.parts = slices.Clone(h.parts)
				for i := range one.parts {
					one.parts[i].File = at.File
				}
				all = append(all, one)
			}
		}
		slices.SortStableFunc(all, func(a, b hit) int { return compareOccurrences(a.at, b.at) })
		if e.hits = slices.CompactFunc(all, func(a, b hit) bool { return samePlace(a.at, b.at) }); len(e.hits) == 0 {
			delete(g.entries, fingerprint) // an allowlist drops it in every commit that has it
		}
	}
}

func samePlace(a, b Occurrence) bool {
	return a.File == b.File && a.Commit == b.Commit && a.Region == b.Region && a.Place == b.Place && a.version() == b.version()
}

func (o Occurrence) version() string {
	if o.Object == nil {
		return ""
	}
	return o.Object.Version
}

// halves are the entries of one rule, vendor and folder that lack the other's part.
type halves struct {
	rule     *detectors.Rule
	provider string
	folder   string
}

// joinFiles pairs what lies in two files of a folder: the key in .env, its secret in docker-compose.yml. Only a single
// key and a single secret of one stem are joined, or, whatever their stems are, the only two of the folder; with more
// of them nothing says which belong together.
func (g *gather) joinFiles() {
	groups := map[halves][]string{}
	for _, fingerprint := range slices.Sorted(maps.Keys(g.entries)) {
		e := g.entries[fingerprint]
		if len(e.match.Missing) == 0 {
			continue
		}
		seen := map[string]bool{}
		for _, h := range e.hits {
			if folder := path.Dir(h.at.File); !seen[folder] {
				seen[folder] = true
				k := halves{e.match.Credential.Rule, e.match.Credential.Provider, folder}
				groups[k] = append(groups[k], fingerprint)
			}
		}
	}
	for _, group := range groups {
		stems := map[string][]string{}
		for _, fingerprint := range group {
			if e := g.entries[fingerprint]; e != nil {
				stems[e.match.Stem] = append(stems[e.match.Stem], fingerprint)
			}
		}
		for _, same := range stems {
			g.joinPair(same)
		}
		g.joinPair(group)
	}
}

// joinPair joins the two entries of the group that are left, if it is two.
func (g *gather) joinPair(group []string) {
	group = slices.DeleteFunc(slices.Clone(group), func(fingerprint string) bool { return g.entries[fingerprint] == nil })
	if len(group) == 2 {
		g.joinTwo(group[0], group[1])
	}
}

func (g *gather) joinTwo(first, second string) {
	a, b := g.entries[first], g.entries[second]
	joined := detectors.Join(a.match, b.match)
	if joined == nil {
		return
	}
	e := &entry{match: *joined, hits: slices.Concat(a.hits, b.hits), parts: slices.Concat(a.hits[0].parts, b.hits[0].parts)}
	order := joined.Credential.Rule.Parts
	slices.SortStableFunc(e.parts, func(a, b PartAt) int { return partIndex(order, a.Name) - partIndex(order, b.Name) })
	delete(g.entries, first)
	delete(g.entries, second)
	fingerprint := joined.Credential.Fingerprint()
	if whole := g.entries[fingerprint]; whole != nil {
		whole.hits, e = append(whole.hits, e.hits...), whole
	}
	slices.SortStableFunc(e.hits, func(a, b hit) int { return compareOccurrences(a.at, b.at) })
	g.entries[fingerprint] = e
}

func partIndex(parts []detectors.Part, name string) int {
	return slices.IndexFunc(parts, func(p detectors.Part) bool { return p.Name == name })
}

// holder is a part's value as one rule has it.
type holder struct {
	rule *detectors.Rule
	part string
	text string
}

// absorb drops what is a piece of a credential that was found with more of its parts, and keeps where it stood.
func (g *gather) absorb() {
	whole := map[holder]*entry{}
	for _, fingerprint := range slices.Sorted(maps.Keys(g.entries)) {
		e := g.entries[fingerprint]
		for name, p := range e.match.Credential.Parts {
			k := holder{e.match.Credential.Rule, name, p.Reveal()}
			if old := whole[k]; old == nil || len(old.match.Credential.Parts) < len(e.match.Credential.Parts) {
				whole[k] = e
			}
		}
	}
	for _, fingerprint := range slices.Sorted(maps.Keys(g.entries)) {
		e := g.entries[fingerprint]
		if w := e.within(whole); w != nil && len(e.match.Missing) > 0 {
			w.hits = append(w.hits, e.hits...)
			slices.SortStableFunc(w.hits, func(a, b hit) int { return compareOccurrences(a.at, b.at) })
			delete(g.entries, fingerprint)
		}
	}
}

// within returns the entry that holds all parts of e and more, or nil.
func (e *entry) within(whole map[holder]*entry) *entry {
	var in *entry
	for name, p := range e.match.Credential.Parts {
		w := whole[holder{e.match.Credential.Rule, name, p.Reveal()}]
		if w == e || in != nil && w != in || len(w.match.Credential.Parts) <= len(e.match.Credential.Parts) {
			return nil
		}
		in = w
	}
	return in
}

func (e *entry) finding(fingerprint string) Finding {
	m := e.match
	f := Finding{
		Credential: m.Credential, Fingerprint: fingerprint, Severity: m.Severity, Confidence: m.Confidence,
		Environment: m.Environment, Identity: m.Identity, Notes: m.Notes, Entropy: m.Entropy, Secret: m.Secret(),
		Parts: e.parts, Missing: m.Missing, Verdict: Verdict{Status: Unasked},
	}
	if m.Proved {
		f.Verdict = Verdict{Status: Proved, Reason: "an offline check passed"}
	}
	for _, h := range e.hits {
		if f.Parts == nil && len(h.parts) == len(m.Credential.Parts) {
			f.Parts = h.parts
		}
		f.Occurrences = append(f.Occurrences, h.at)
	}
	f.expose()
	return f
}

// expose makes a finding one step more severe when anyone may read it.
func (f *Finding) expose() {
	i := f.public()
	if i < 0 {
		return
	}
	o := f.Occurrences[i]
	f.Severity = min(f.Severity+1, detectors.Critical)
	f.Notes = append(slices.Clip(f.Notes), "anyone may read "+o.File+" ("+o.Object.Granted+"), which raises the severity by one step")
}

// public returns the first place that anyone may read, or -1.
func (f *Finding) public() int {
	return slices.IndexFunc(f.Occurrences, func(o Occurrence) bool { return o.Object != nil && o.Object.Access == Public })
}
