package accuracy

import (
	"slices"
	"strings"
)

// Tally counts how one slice of the corpus fared.
type Tally struct {
	Secrets, Found int // credentials whose most secret part stood in a document, and was found
	Named          int // of the found ones, those whose finding names the vendor
	Multi, Paired  int // credentials of several parts, and those whose parts came in one finding with nothing foreign
	Values, False  int // distinct values found, and those that are no credential
	Marked, Graded int // findings of credentials for a test network, and those that say so
	Misgraded      int // findings of production credentials that claim a test network
	Extra          int // findings beyond the first for one credential
}

func (t *Tally) add(o Tally) {
	t.Secrets += o.Secrets
	t.Found += o.Found
	t.Named += o.Named
	t.Multi += o.Multi
	t.Paired += o.Paired
	t.Values += o.Values
	t.False += o.False
	t.Marked += o.Marked
	t.Graded += o.Graded
	t.Misgraded += o.Misgraded
	t.Extra += o.Extra
}

// Recall is the share of secret parts that were found.
func (t Tally) Recall() float64 { return share(t.Found, t.Secrets) }

// Naming is the share of found credentials that were named.
func (t Tally) Naming() float64 { return share(t.Named, t.Found) }

// Pairing is the share of found credentials of several parts that came whole.
func (t Tally) Pairing() float64 { return share(t.Paired, t.Multi) }

// Precision is the share of found values that are credentials.
func (t Tally) Precision() float64 { return share(t.Values-t.False, t.Values) }

// Environment is the share of credentials for test networks whose finding says so.
func (t Tally) Environment() float64 { return share(t.Graded, t.Marked) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// Fault is one thing that went wrong in one document.
type Fault struct {
	Sort    string // miss, false, name, pair, environment, extra
	ID      string // the credential's kind, or the kind of the look-alike that was taken for one
	Context string
	Path    string
	Line    int
	Text    string // the line, with values masked
	Note    string
}

// Report is how a detector fared.
type Report struct {
	Documents, Decoys int
	Kinds             map[string]*Tally // exchange, provider, wallet, general, other
	IDs               map[string]*Tally
	Contexts          map[string]*Tally
	Encoded           Tally
	Faults            []Fault
	vendors           map[string]string // the group of kinds that a vendor's name stands for
}

// Score scans the documents that stand alone and compares what was found with what they hold.
func Score(docs []Document, scan Scan) Report {
	r := newReport(docs)
	for _, d := range docs {
		if d.Group == "" {
			r.document(d, scan(d.Path, []byte(d.Text)))
		}
	}
	return r
}

// ScoreGroups does the same for credentials whose parts lie in several files of a folder.
func ScoreGroups(docs []Document, scan ScanGroup) Report {
	r := newReport(docs)
	for len(docs) > 0 {
		n := 1
		for n < len(docs) && docs[n].Group == docs[0].Group {
			n++
		}
		if docs[0].Group != "" {
			r.document(joined(docs[:n]), scan(docs[:n]))
		}
		docs = docs[n:]
	}
	return r
}

func joined(docs []Document) Document {
	d := docs[0]
	for _, o := range docs[1:] {
		d.Text += "\n" + o.Text
	}
	return d
}

func newReport(docs []Document) Report {
	r := Report{Kinds: map[string]*Tally{}, IDs: map[string]*Tally{}, Contexts: map[string]*Tally{}, vendors: map[string]string{}}
	for _, d := range docs {
		for _, t := range d.Truth {
			for _, name := range t.Names {
				r.vendors[squash(name)] = t.Kind
			}
		}
	}
	return r
}

// group says which kinds a finding claims to be one of; "other" when its name tells nothing.
func (r *Report) group(f Found) string {
	says, longest, group := squash(f.Rule)+" "+squash(f.Provider), 0, "other"
	for name, g := range r.vendors {
		if len(name) > longest && strings.Contains(says, name) {
			longest, group = len(name), g
		}
	}
	return group
}

// reading is the comparison of one document with what was found in it.
type reading struct {
	report *Report
	doc    Document
	found  []Found
}

func (r *Report) document(d Document, found []Found) {
	r.Documents++
	r.Decoys += len(d.Decoys)
	found = slices.DeleteFunc(found, func(f Found) bool { return f.Info })
	at := reading{r, d, found}
	for _, t := range d.Truth {
		if t.Optional {
			continue
		}
		tally := at.truth(t)
		at.count(tally, t.Kind, t.ID)
	}
	at.values()
}

func (at reading) count(t Tally, kind, id string) {
	for table, name := range map[*map[string]*Tally]string{&at.report.Kinds: kind, &at.report.IDs: id, &at.report.Contexts: at.doc.Context} {
		if (*table)[name] == nil {
			(*table)[name] = &Tally{}
		}
		(*table)[name].add(t)
	}
	if at.doc.Encoded {
		at.report.Encoded.add(t)
	}
}

// truth scores one credential of the document.
func (at reading) truth(t Truth) Tally {
	tally := Tally{Secrets: 1}
	var hits []Found
	for _, f := range at.found {
		if at.shows(f, t, t.Secret) {
			hits = append(hits, f)
		}
	}
	if len(t.Parts) > 1 {
		tally.Multi = 1
	}
	if len(hits) == 0 {
		at.fault("miss", t.ID, t.Parts[t.Secret], "")
		return tally
	}
	tally.Found = 1
	best := hits[0]
	for _, f := range hits {
		if named(f, t) {
			best, tally.Named = f, 1
			break
		}
	}
	if tally.Named == 0 {
		at.fault("name", t.ID, t.Parts[t.Secret], best.Provider+" "+best.Rule)
	}
	at.pairing(t, hits, &tally)
	at.environment(t, best, &tally)
	if tally.Extra = len(hits) - 1; tally.Extra > 0 {
		at.fault("extra", t.ID, t.Parts[t.Secret], ruleNames(hits))
	}
	return tally
}

func ruleNames(found []Found) string {
	var out []string
	for _, f := range found {
		out = append(out, f.Rule)
	}
	return strings.Join(out, ", ")
}

func named(f Found, t Truth) bool {
	says := squash(f.Rule) + " " + squash(f.Provider)
	return slices.ContainsFunc(t.Names, func(n string) bool { return strings.Contains(says, squash(n)) })
}

// pairing wants one finding with all parts of the credential and none of another.
func (at reading) pairing(t Truth, hits []Found, tally *Tally) {
	if len(t.Parts) < 2 {
		return
	}
	whole := slices.ContainsFunc(hits, func(f Found) bool {
		for part := range t.Parts {
			if !at.shows(f, t, part) {
				return false
			}
		}
		return true
	})
	crossed := slices.ContainsFunc(hits, func(f Found) bool { return at.foreign(f, t) })
	switch {
	case whole && !crossed:
		tally.Paired = 1
	case crossed:
		at.fault("pair", t.ID, t.Parts[t.Secret], "crossed with another credential")
	default:
		at.fault("pair", t.ID, t.Parts[t.Secret], "a part is missing")
	}
}

// foreign says whether a finding holds a part of another credential of the document.
func (at reading) foreign(f Found, t Truth) bool {
	for _, v := range f.Parts {
		for _, other := range at.doc.Truth {
			if other.Parts[other.Secret] != t.Parts[t.Secret] && other.holds(v) && !t.holds(v) {
				return true
			}
		}
	}
	return false
}

func (at reading) environment(t Truth, f Found, tally *Tally) {
	switch {
	case t.Environment == "" && f.Environment != "" && t.Kind != "wallet": // a wallet's key serves all networks
		tally.Misgraded = 1
		at.fault("environment", t.ID, t.Parts[t.Secret], "claims "+f.Environment)
	case t.Environment != "":
		tally.Marked = 1
		if f.Environment != "" {
			tally.Graded = 1
		} else {
			at.fault("environment", t.ID, t.Parts[t.Secret], "is "+t.Environment)
		}
	}
}

// values counts distinct values found, and those that belong to no credential.
func (at reading) values() {
	seen := map[string]bool{}
	for _, f := range at.found {
		for _, v := range f.Parts {
			key := canonical(v)
			if key == "" || seen[key] {
				continue
			}
			seen[key] = true
			kind, id, ok := at.owner(f, v)
			tally := Tally{Values: 1}
			if !ok {
				tally.False = 1
				at.fault("false", id, v, f.Rule)
			}
			at.count(tally, kind, id)
		}
	}
}

// owner is the credential or the look-alike that a value belongs to.
func (at reading) owner(f Found, v string) (kind, id string, ok bool) {
	for _, t := range at.doc.Truth {
		if t.holds(v) || slices.ContainsFunc(t.Beside, func(b string) bool { return alike(b, v) }) || at.covers(f, t) {
			return t.Kind, t.ID, true
		}
	}
	for _, d := range at.doc.Decoys {
		if alike(d.Value, v) || strings.Contains(canonical(d.Value), canonical(v)) {
			return at.report.group(f), "look-alike " + d.Kind, false
		}
	}
	return at.report.group(f), "look-alike text", false
}

// shows says whether the finding holds that part of the credential.
func (at reading) shows(f Found, t Truth, part string) bool {
	for _, v := range f.Parts {
		if t.partIs(part, v) {
			return true
		}
	}
	return part == t.Secret && at.covers(f, t)
}

// covers says whether the finding covers a credential that is a block of text: a keystore, an armoured key.
func (at reading) covers(f Found, t Truth) bool {
	v := t.Parts[t.Secret]
	if !strings.ContainsAny(v, "\n{[") || f.End <= f.Start {
		return false
	}
	i := strings.Index(at.doc.Text, anchor(v))
	return i >= f.Start && i < f.End
}

func (t Truth) holds(v string) bool {
	for part := range t.Parts {
		if t.partIs(part, v) {
			return true
		}
	}
	return false
}

func (t Truth) partIs(part, v string) bool {
	if alike(t.Parts[part], v) {
		return true
	}
	return slices.ContainsFunc(t.Forms[part], func(form string) bool { return alike(form, v) })
}

func (at reading) fault(sort, id, value, note string) {
	line, text := locate(at.doc, value)
	at.report.Faults = append(at.report.Faults, Fault{
		Sort: sort, ID: id, Context: at.doc.Context, Path: at.doc.Path, Line: line, Text: text, Note: note,
	})
}
