package report

import (
	"cmp"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"golang.org/x/mod/semver"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

const home = "https://github.com/keysweep/keysweep"

// maxLocations is the most locations of one result that GitHub accepts; occurrenceCount says how many there are.
const maxLocations = 1000

// drawSARIF writes SARIF 2.1.0, OASIS errata 01.
func drawSARIF(w io.Writer, r run, o Options) error {
	log := sarif.NewReport()
	log.Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	one := sarif.NewRunWithInformationURI("keysweep", home)
	one.WithColumnKind("unicodeCodePoints").WithRedactionTokens([]string{"****"})
	setVersion(one.Tool.Driver, o.Version)
	index := addRules(one.Tool.Driver, o.Rules, r.Entries)
	for _, e := range r.Entries {
		one.AddResult(sarifResult(e).WithRuleIndex(index[e.RuleID]))
	}
	if r.Coverage != nil {
		one.AddInvocation(invocation(r.Coverage))
	}
	if err := log.AddRun(one).PrettyWrite(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func setVersion(driver *sarif.ToolComponent, version string) {
	if version == "" {
		return
	}
	driver.WithVersion(version)
	if v := "v" + strings.TrimPrefix(version, "v"); semver.IsValid(v) && semver.Canonical(v)+semver.Build(v) == v {
		driver.WithSemanticVersion(v[1:])
	}
}

// sarifResult turns an entry into a result. Texts are of the rule or scrubbed; names of files are escaped, because a
// message may hold links and placeholders.
func sarifResult(e *entry) *sarif.Result {
	out := sarif.NewRuleResult(e.RuleID).WithLevel(level(e.Severity)).WithMessage(sarif.NewTextMessage(sarifText(headline(e))))
	out.WithPartialFingerprints(map[string]string{
		"keysweepCredential/v1":   e.Fingerprint,
		"primaryLocationLineHash": e.Fingerprint + ":1",
	})
	for i, o := range e.Occurrences[:min(len(e.Occurrences), maxLocations)] {
		at := sarifLocation(o).WithID(i)
		if region := at.PhysicalLocation.Region; i == 0 && region != nil && e.Match != "" {
			region.WithSnippet(sarif.NewArtifactContent().WithText(e.Match))
		}
		out.AddLocation(at)
	}
	if n := len(e.Occurrences); n > 0 {
		out.WithOccurrenceCount(n)
	}
	return out.WithProperties(resultProperties(e))
}

// headline is one sentence on a finding for formats that give it one line. The text is not safe to print yet.
func headline(e *entry) string {
	out := cmp.Or(e.Description, e.RuleID)
	if e.Environment != "" {
		out += " (" + e.Environment + ")"
	}
	if len(e.Occurrences) > 0 {
		out += " in " + place(e.Occurrences[0])
	}
	out += ", " + string(e.Verdict.Status) + because(e) + "."
	if len(e.Missing) > 0 {
		out += " " + strings.Join(e.Missing, " and ") + " not found."
	}
	if e.Receipt != nil {
		out += " " + upperFirst(strings.TrimSuffix(e.Receipt.sentence(), ".")) + "."
	}
	if more := len(e.Occurrences) - 1; more > 0 {
		out += " It stands in " + count(more, "more place") + "."
	}
	return out
}

// sarifText escapes what section 3.11 of the standard gives a meaning: placeholders and links.
func sarifText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "{", "{{", "}", "}}").Replace(plain(s))
}

func resultProperties(e *entry) *sarif.PropertyBag {
	bag := sarif.NewPropertyBag()
	bag.Add("security-severity", securitySeverity(e.Severity)).Add("severity", e.Severity).Add("confidence", e.Confidence)
	bag.Add("provider", e.Provider).Add("verdict", e.Verdict).Add("parts", e.Parts)
	if e.Environment != "" {
		bag.Add("environment", e.Environment)
	}
	if len(e.Identity) > 0 {
		bag.Add("identity", e.Identity)
	}
	if len(e.Permissions) > 0 {
		bag.Add("permissions", e.Permissions)
	}
	if e.Receipt != nil {
		bag.Add("receipt", e.Receipt)
	}
	if len(e.Notes) > 0 {
		bag.Add("notes", e.Notes)
	}
	if len(e.Missing) > 0 {
		bag.Add("missing", e.Missing)
	}
	return bag.WithTags(distinct(e.Tags))
}

func distinct(in []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range in {
		if !seen[s] {
			out = append(out, s)
		}
		seen[s] = true
	}
	return out
}

func sarifLocation(o occurrence) *sarif.Location {
	artifact := sarif.NewArtifactLocation().WithURI(fileURI(o))
	if o.File != "" && !path.IsAbs(o.File) && inTree(o.Place) {
		artifact.WithURIBaseID("%SRCROOT%")
	}
	at := sarif.NewPhysicalLocation().WithArtifactLocation(artifact)
	if region := sarifRegion(o); region != nil {
		at.WithRegion(region)
	}
	out := sarif.NewLocationWithPhysicalLocation(at).WithMessage(sarif.NewTextMessage(sarifText(place(o))))
	return out.WithProperties(placeProperties(o))
}

func inTree(p scanner.Place) bool {
	return p == scanner.InBlob || p == scanner.InFile || p == scanner.InIndex || p == ""
}

// fileURI returns a URI reference for a place. What is no file gets a name of its own, because GitHub wants one.
func fileURI(o occurrence) string {
	name := o.File
	switch {
	case o.Place == scanner.InMessage:
		name = "commit-message/" + o.Commit
	case o.Place == scanner.InTag:
		name = "tag-message/" + o.File
	case o.Place == scanner.InNote:
		name = "note/" + cmp.Or(o.File, o.Commit)
	case name == "":
		name = "input"
	}
	if scheme, rest, ok := strings.Cut(name, "://"); ok && o.Place == scanner.InObject {
		host, key, _ := strings.Cut(rest, "/")
		return (&url.URL{Scheme: scheme, Host: host, Path: "/" + key}).String()
	}
	u := url.URL{Path: name}
	if path.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}

// sarifRegion returns nil when the place is not known; SARIF's end column is one past the last character.
func sarifRegion(o occurrence) *sarif.Region {
	if o.StartLine < 1 {
		return nil
	}
	out := sarif.NewRegion().WithStartLine(o.StartLine)
	end := max(o.EndLine, o.StartLine)
	out.WithEndLine(end)
	if o.StartColumn > 0 {
		out.WithStartColumn(o.StartColumn)
		if end > o.StartLine && o.EndColumn > 0 || o.EndColumn >= o.StartColumn {
			out.WithEndColumn(o.EndColumn + 1)
		}
	}
	return out
}

func placeProperties(o occurrence) *sarif.PropertyBag {
	bag := sarif.NewPropertyBag().Add("place", string(o.Place))
	for name, value := range map[string]string{
		"commit": o.Commit, "lastCommit": o.LastCommit, "author": o.Author, "email": o.Email, "date": o.Date, "link": o.Link,
	} {
		if value != "" {
			bag.Add(name, value)
		}
	}
	if o.Commit != "" {
		bag.Add("atHead", o.AtHead)
	}
	if o.Object != nil {
		bag.Add("object", o.Object)
	}
	return bag
}

func level(s detectors.Severity) string {
	switch {
	case s >= detectors.High:
		return sarif.LevelError
	case s == detectors.Medium:
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

// securitySeverity is the number that GitHub reads as critical above 9.0, high from 7.0, medium from 4.0.
func securitySeverity(s detectors.Severity) string {
	switch s {
	case detectors.Critical:
		return "9.5"
	case detectors.High:
		return "8.0"
	case detectors.Medium:
		return "5.5"
	case detectors.Low:
		return "3.0"
	}
	return "1.0"
}
