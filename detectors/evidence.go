package detectors

import (
	"bytes"
	"encoding/base64"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// level says how closely a text ties a value to a provider.
type level int

const (
	levelNone    level = iota
	levelFile          // named elsewhere in the file
	levelPath          // named in the path
	levelNear          // named within a few lines, or within the same object
	levelScope         // named by the object, call or section around it, or by a sibling such as name: "kraken"
	levelOwn           // named in the value's own name, call or URL
	nearLines    = 6   // lines above that count as near
	nearBytes    = 800 // on lines that are longer than those of people
	siblingBytes = 4000
)

// contextual reports the whole credentials whose provider the text names, and returns how values fit the parts of the
// providers, for those that found no partner.
func (r *reading) contextual() []fit {
	if !r.needy() || len(r.active()) == 0 {
		return nil
	}
	fits := r.allFits()
	r.pair(fits)
	return fits
}

func (r *reading) allFits() []fit {
	var fits []fit
	for _, v := range r.values {
		if v.used {
			continue
		}
		r.describe(v)
		fits = append(fits, r.fitsOf(v)...)
	}
	return fits
}

// needy reports whether there is a value that may be a part if the text names a provider.
func (r *reading) needy() bool {
	return slices.ContainsFunc(r.values, func(v *value) bool { return v.form != FormJSON && v.form != FormRows })
}

// claim is a provider that the text names for a value.
type claim struct {
	provider int
	level    level
	near     int // bytes between the value and the name; smaller is nearer
	word     *mentionWord
	raised   bool // it stands near the value only, if in a telling way
}

// claims calls yield with the providers named closest to the value, all of one level, nearest first, and goes on to the
// next level as long as yield says so.
func (r *reading) claims(v *value, yield func([]claim) bool) {
	for _, find := range []func(*value) []claim{r.own, r.scoped, r.nearby, r.inPath, r.elsewhere} {
		if found := find(v); len(found) > 0 {
			sort.SliceStable(found, func(i, j int) bool { return found[i].near < found[j].near })
			if !yield(found) {
				return
			}
		}
	}
}

// within returns the mentions that begin in s.
func (r *reading) within(s Span) []mention {
	all := r.mentions()
	i := sort.Search(len(all), func(i int) bool { return all[i].Start >= s.Start })
	j := i + sort.Search(len(all)-i, func(j int) bool { return all[i+j].Start >= s.End })
	return all[i:j]
}

func claimed(ms []mention, l level, from int) []claim {
	var out []claim
	for _, m := range ms {
		near := from - m.End
		if near < 0 {
			near = m.Start - from
		}
		out = append(out, claim{m.provider, l, near, m.mentionWord, false})
	}
	return out
}

// own looks in the names, the call and the URL of the value.
func (r *reading) own(v *value) []claim {
	span := Span{min(v.reach, v.Start), v.Start}
	if v.url.End > 0 {
		span.Start = min(span.Start, v.url.Start)
	}
	if found := claimed(r.within(span), levelOwn, v.Start); len(found) > 0 {
		return found
	}
	for _, name := range v.names {
		if found := claimed(r.set.mentionsIn([]byte(name)), levelOwn, 0); len(found) > 0 {
			return found
		}
	}
	return nil
}

// scoped looks at what names the scopes around the value, innermost first, and at siblings that say which exchange an
// object is for.
func (r *reading) scoped(v *value) []claim {
	r.enclose(v)
	for _, s := range v.scopes {
		sc := &r.scopes[s]
		if found := claimed(r.within(r.labelOf(s)), levelScope, sc.Start); len(found) > 0 {
			return found
		}
		if found := r.siblings(v, sc); len(found) > 0 {
			return found
		}
		if s == v.scopes[0] && sc.bracket() && sc.End-sc.Start < objectBytes {
			if found := r.only(*sc); len(found) > 0 {
				return claimed(found, levelScope, v.Start)
			}
		}
	}
	return nil
}

const objectBytes = 1500

// only returns the mentions in an object that names one provider and no other.
func (r *reading) only(sc scope) []mention {
	found := telling(r.within(sc.Span))
	for _, m := range found {
		if m.provider != found[0].provider {
			return nil
		}
	}
	return found
}

var siblingName = late(`(?i)["']?\b(?:name|exchange(?:_?(?:id|name))?|id|provider|platform|venue|market|broker|connector|service|vendor|source|type|label|title|host|url|base_?url|endpoint)\\?["']?\s*[:=]>?\s*\\?["'\x60]?$`)

// siblings finds name: "kraken" and the like beside the value, in the same scope.
func (r *reading) siblings(v *value, sc *scope) []claim {
	span := Span{max(sc.Start, v.Start-siblingBytes), min(sc.End, v.End+siblingBytes)}
	var out []mention
	home := r.scopeAt(sc.Start)
	for _, m := range r.within(span) {
		if !m.host && !r.assignedTo(m.Start) || r.scopeAt(m.Start) != home {
			continue
		}
		line := r.lineSpan(r.line(m.Start))
		before := r.data[max(line.Start, m.Start-64):m.Start]
		if m.host || siblingName.Match(before) {
			out = append(out, m)
		}
	}
	return claimed(out, levelScope, v.Start)
}

// assignedTo reports whether an operator stands before p, as siblingName wants it.
func (r *reading) assignedTo(p int) bool {
	for p > 0 && (isQuote(r.data[p-1]) || r.data[p-1] == ' ' || r.data[p-1] == '\t' || r.data[p-1] == '\\') {
		p--
	}
	return p > 0 && (r.data[p-1] == ':' || r.data[p-1] == '=' || r.data[p-1] == '>')
}

// nearby looks at the lines above, the line itself and the next one, and at the value's own object.
func (r *reading) nearby(v *value) []claim {
	from := max(r.lineSpan(max(0, v.line-nearLines)).Start, v.Start-nearBytes)
	line := r.lineSpan(v.line)
	if found := r.latest(Span{from, min(line.End, v.End+nearBytes)}, v.Start); len(found) > 0 {
		return found
	}
	if len(v.scopes) > 0 {
		sc := r.scopes[v.scopes[0]]
		if found := r.latest(Span{max(sc.Start, v.Start-siblingBytes), v.Start}, v.Start); len(found) > 0 {
			return found
		}
	}
	return nil
}

// latest claims the mention in s that is nearest before at, or else after it. A name that is not the provider's alone
// counts when there is nothing else.
func (r *reading) latest(s Span, at int) []claim {
	ms := telling(r.within(s))
	i := sort.Search(len(ms), func(i int) bool { return ms[i].Start >= at })
	if i = max(i-1, 0); i >= len(ms) {
		return nil
	}
	found := claimed(sameSpot(ms, i), r.standing(ms[i], at), at)
	for k := range found {
		found[k].raised = true
	}
	return found
}

// telling returns the mentions by words of the provider, and all of them when there are none.
func telling(all []mention) []mention {
	if !slices.ContainsFunc(all, func(m mention) bool { return m.plain() }) || !slices.ContainsFunc(all, func(m mention) bool { return !m.plain() }) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(m mention) bool { return m.plain() })
}

// standing is how closely a mention near a value ties it: the provider's host, its name as the value of a field that says
// what the lines are for, a heading, an import, words that speak of its keys or client, and the same statement do as much
// as a scope.
func (r *reading) standing(m mention, at int) level {
	line := r.lineSpan(r.line(m.Start))
	before := r.data[max(line.Start, m.Start-64):m.Start]
	switch {
	case m.host, r.assignedTo(m.Start) && venueBefore.Match(before), headingMark.Match(before) && ownLine(r.data, m.Span),
		importLine.Match(r.data[line.Start:min(line.Start+16, m.Start)]) || requireBefore.Match(before), compound(r.data, m.Span),
		m.End <= at && at <= line.End && at-m.End < statement && !bytes.ContainsAny(r.data[m.End:at], "{};"):
		return levelScope
	}
	return levelNear
}

const statement = 80 // bytes between a name and a value that one statement has

var (
	headingMark   = late(`^[^A-Za-z0-9]*$`)
	importLine    = late(`^\s*(?:pub )?(?:use|from|import|using|package|#include) `)
	requireBefore = late(`(?:require|import|getattr)\(?[^)]*["']$`)
)

// sameSpot returns the mention i and those of other rules by the same word.
func sameSpot(ms []mention, i int) []mention {
	j := i
	for i > 0 && ms[i-1].Span == ms[i].Span {
		i--
	}
	for j+1 < len(ms) && ms[j+1].Span == ms[j].Span {
		j++
	}
	return ms[i : j+1]
}

func (r *reading) inPath(v *value) []claim {
	if len(r.path) == 0 {
		return nil
	}
	last := r.path[len(r.path)-1]
	l := levelPath
	if name := []byte(r.at.Path); bytes.LastIndexByte(name, '/') < last.Start && ownLine(stemOfFile(name), last.Span) {
		l = levelScope // the file is all about it
	}
	return claimed(sameSpot(r.path, len(r.path)-1), l, len(r.at.Path))
}

// stemOfFile is the name of a file in place of its path, without what stands behind the first dot.
func stemOfFile(path []byte) []byte {
	start := bytes.LastIndexByte(path, '/') + 1
	out := bytes.ReplaceAll(bytes.Clone(path), []byte{'_'}, []byte{' '})
	for i := range out[:start] {
		out[i] = ' '
	}
	if dot := bytes.IndexByte(out[min(start+1, len(out)):], '.'); dot >= 0 {
		out = out[:min(start+1, len(out))+dot]
	}
	return out
}

// elsewhere takes the nearest mention before the value in the file, or the next one after it.
func (r *reading) elsewhere(v *value) []claim {
	found := r.latest(Span{0, v.Start}, v.Start)
	before, after := r.beyond()
	for _, list := range [][]mention{before, r.firstAfter(v.Start), after} {
		if len(found) == 0 && len(list) > 0 {
			found = claimed(list, levelNear, v.Start)
		}
	}
	for i := range found {
		found[i].level = levelFile
	}
	return found
}

// firstAfter returns the first mention that begins at p or later.
func (r *reading) firstAfter(p int) []mention {
	ms := r.within(Span{p, len(r.data)})
	if len(ms) == 0 {
		return nil
	}
	return sameSpot(ms, 0)
}

// fitsOf reads the value as every part of the rules of the providers named for it.
func (r *reading) fitsOf(v *value) []fit {
	if !r.mayBeNamedAs(v) {
		return nil
	}
	var out []fit
	r.claims(v, func(claims []claim) bool {
		out = r.claimedFits(v, claims)
		// A header such as X-Secret-Key may be another provider's.
		return len(out) == 0 && !slices.ContainsFunc(claims, func(c claim) bool { return !c.word.plain() })
	})
	return best(out)
}

func (r *reading) claimedFits(v *value, claims []claim) []fit {
	var out []fit
	seen := map[*shape]bool{}
	for _, c := range claims {
		for _, sh := range r.set.providers[c.provider].shapes {
			if seen[sh] || sh.part.Form != v.form || sh.rule.Contexts == ContextNone || sh.rule.Contexts == ContextName {
				continue
			}
			if v.form == FormToken && !sh.outline.admits(r.data, v.Span) {
				continue
			}
			if c.word.env == nil && !hasKeyword(sh.rule, c.word) {
				continue
			}
			if f, ok := r.contextFit(v, sh, c); ok {
				r.enclose(v) // what stands with it is joined by its scopes
				seen[sh] = true
				out = append(out, f)
			}
		}
		out = append(out, r.otherShape(v, c)...)
	}
	return out
}

// otherShape reads the value as a part of a key of an exchange whose rules say that they do not know all shapes.
func (r *reading) otherShape(v *value, c claim) []fit {
	p := r.set.providers[c.provider]
	if !p.loose || c.level < levelScope || v.form != FormToken {
		return nil
	}
	var out []fit
	for _, sh := range r.set.fallbacks {
		if sh.part.Form != FormToken || !sh.outline.admits(r.data, v.Span) {
			continue
		}
		if f, ok := r.contextFit(v, sh, c); ok && f.name >= 0 {
			r.enclose(v)
			f.vendor = p.id
			out = append(out, f)
		}
	}
	return out
}

// mayBeNamedAs reports whether namedAs may be true of a value and any part, or is not asked.
func (r *reading) mayBeNamedAs(v *value) bool {
	if v.form != FormToken || v.arg >= 0 || v.url.End > 0 || slices.ContainsFunc(v.words, r.set.names.any) {
		return true
	}
	return r.set.envs.contains(r.data[min(v.reach, v.Start):v.Start]) || slices.ContainsFunc(v.names, func(name string) bool { return r.set.envs.contains([]byte(name)) })
}

// hasKeyword reports whether the word names the rule too, not only another rule of the same provider.
func hasKeyword(rule *Rule, w *mentionWord) bool {
	for _, list := range [][]string{rule.Keywords, rule.Common, rule.Hosts, rule.TestHosts} {
		for _, k := range list {
			if k == w.text {
				return true
			}
		}
	}
	return false
}

func (r *reading) contextFit(v *value, sh *shape, c claim) (fit, bool) {
	if (sh.rule.Contexts == ContextDecisive || sh.rule.Fallback && c.word.common) && c.level < levelScope {
		return fit{}, false
	}
	if v.form == FormToken && v.arg < 0 && v.url.End == 0 && !namedAs(v, sh, c) {
		return fit{}, false
	}
	f, ok := r.fit(v, sh)
	if !ok || address(r.data, f.at) && !strings.Contains(sh.part.Regex.String(), "0x") {
		return f, false
	}
	f.level, f.raised = c.level, c.raised
	if sh.rule.Fallback {
		if f.vendor = vendorOf(c.word.text); wordy(f.text) || identifier(f.text) {
			return f, false
		}
	}
	if r.binary && c.level < levelOwn {
		return f, false // the text of a program is no configuration
	}
	f.setName()
	if c.names(sh) {
		f.name = max(f.name, 0)
	}
	if f.name < 0 && !r.unnamed(&f, c) || f.elsewhere() || r.ofOtherURL(&f) {
		return f, false
	}
	if !r.proved(&f) || f.name < 0 && f.guessed() {
		return f, false
	}
	if f.proof != nil && f.proof.Facts != nil {
		return f, !f.proof.Weak || !placeholder(sh.fixed.Replace(f.text))
	}
	return f, v.form != FormToken || !placeholder(sh.fixed.Replace(f.text)) && !encodedText(f.text)
}

// guessed reports whether nothing but its place says that a value without checksum is a key: hashes and ids stand as
// arguments too. A call that takes keys, or the provider's own constructor, says so.
func (f *fit) guessed() bool {
	if f.proof == nil || !f.proof.Weak || f.v.form != FormToken {
		return false
	}
	return !f.v.calledFor(f.shape) && (f.level < levelScope || f.raised || !constructor.MatchString(f.v.call) || f.denied(normalize(f.v.call)))
}

// names reports whether the claim is by a variable's whole name that stands for the part.
func (c claim) names(sh *shape) bool {
	return c.word.env != nil && c.word.env.part.Name == sh.part.Name && c.level == levelOwn
}

// namedAs reports whether a name of the value fits the part.
func namedAs(v *value, sh *shape, c claim) bool {
	f := fit{v: v, shape: sh}
	f.setName()
	return f.name >= 0 || c.names(sh)
}

// encodedText reports whether a value is base64 of plain text, as examples and Basic credentials are; keys are random.
func encodedText(text string) bool {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) < 12 {
		return false
	}
	for _, c := range raw {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// address reports whether the value is that of an EVM address, 0x and 40 hex digits.
func address(data []byte, at Span) bool {
	if at.Start >= 2 && string(data[at.Start-2:at.Start]) == "0x" {
		at.Start -= 2
	}
	text := data[at.Start:at.End]
	return len(text) == 42 && text[0] == '0' && text[1] == 'x' && common(string(text[2:]))
}

// wordy reports whether a value is made of words and an id, as cache keys are: page-data-1f3a...
func wordy(text string) bool {
	words := 0
	for _, piece := range strings.FieldsFunc(text, func(c rune) bool { return c == '-' || c == '_' }) {
		if len(piece) > 3 && strings.Trim(piece, "abcdefghijklmnopqrstuvwxyz") == "" {
			words++
		}
	}
	return words > 1
}

// identifier reports whether a value is a name of source code: encrypt_aes_key.
func identifier(text string) bool {
	words := 0
	for _, piece := range strings.Split(text, "_") {
		if strings.Trim(piece, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
		if len(piece) > 2 && strings.Trim(piece, "abcdefghijklmnopqrstuvwxyz") == "" {
			words++
		}
	}
	return words > 1
}

// vendorOf is the exchange's own name in the words that name it.
func vendorOf(word string) string {
	word = strings.TrimPrefix(word, "ccxt.")
	for _, more := range []string{"_exchange", "-exchange", " exchange"} {
		word = strings.TrimSuffix(word, more)
	}
	return word
}

// ofOtherURL reports whether the value is in the path of a URL that does not name the provider, or of the page of a commit.
func (r *reading) ofOtherURL(f *fit) bool {
	if f.v.url.End == 0 || f.at.Start == 0 || r.data[f.at.Start-1] != '/' {
		return false
	}
	return f.level < levelOwn || commitPage.Match(r.data[f.v.url.Start:f.at.Start])
}

var commitPage = late(`(?i)/(?:commits?|tree|blob|raw|compare|rev|changeset)/(?:[^/]+/)*$`)

// elsewhere reports whether the value's own name says that it is for another service, and not for the provider.
func (f *fit) elsewhere() bool {
	if f.level >= levelOwn || len(f.v.words) == 0 {
		return false
	}
	if f.name == 0 { // what the part's own names say is not another service's
		return otherService.MatchString(strings.ReplaceAll(f.stem, "/", "_"))
	}
	return otherService.MatchString(f.v.words[0])
}

var otherService = late(`(?:^|_)(jwt|session|cookie|csrf|ssh|ssl|tls|smtp|e?mail|aws|gcp|azure|s3|db|database|redis|postgres|mysql|mongo(db)?|rabbit(mq)?|kafka|` +
	`sentry|slack|discord|telegram|tg|github|gitlab|openai|anthropic|stripe|twilio|sendgrid|google|firebase|flask|django|rails|nextauth|auth0|okta|encryption|app_?secret_?key)(?:_|$)`)

// unnamed reports whether a value without a fitting name may still be the part: a string argument of the provider's own
// constructor, a piece of a URL of its API, or a PEM block, which says itself what it is.
func (r *reading) unnamed(f *fit, c claim) bool {
	if f.v.form == FormPEM {
		return true
	}
	quoted := f.at.Start > 0 && isQuote(r.data[f.at.Start-1])
	if f.v.arg >= 0 && f.v.call != "" && quoted && !f.v.table && (f.level >= levelScope && !c.raised || constructor.MatchString(f.v.call)) {
		return true
	}
	return f.v.url.End > 0 && f.level == levelOwn && len(f.rule.Parts) == 1 && c.word.host && r.segment(f.at)
}

// segment reports whether the value is a whole segment of a URL's path, or a whole value of its query.
func (r *reading) segment(at Span) bool {
	if at.Start == 0 || strings.IndexByte("/=@:", r.data[at.Start-1]) < 0 {
		return false
	}
	return at.End == len(r.data) || tokenClass[r.data[at.End]] <= classSeparator && strings.IndexByte(".-_%+", r.data[at.End]) < 0
}

// constructorWords are what the names of calls hold that take credentials, as expressions. Read-only.
var constructorWords = []string{
	"client", "connect", "exchange", "create", "init", "auth", "login", "session", "spot", "futures", "trader", "account", "rest", "sdk", "bot", "adapter",
	"provider", "config", "credential", "set_?(api)?_?(key|cred)", "api$", "new$",
}

var constructor = newExpression(`(?i)(`+strings.Join(constructorWords, "|")+`)`, false)

// setName looks for the first name that fits the part, and keeps what is left of it as the stem.
func (f *fit) setName() {
	f.name = -1
	if f.names == nil {
		return
	}
	for i, w := range f.v.words {
		if at, ok := f.nameIn(w); ok {
			f.name, f.stem = i, stemOf(w, at)
			f.public = strings.HasPrefix(strings.TrimLeft(w[at.start:], "_"), "public")
			return
		}
		if f.v.direct && i == 0 && f.denied(w) {
			return // the value's own name says that it is something else
		}
	}
}

// nameMemo keeps where the names of a part lie in a word, from -1 when they do not name it.
type nameMemo struct {
	words sync.Map
	known atomic.Int32
}

// nameIn returns where in a word the shape's names lie, when the word names the part, and no other one of its provider.
func (sh *shape) nameIn(word string) (nameAt, bool) {
	if known, ok := sh.memo.words.Load(word); ok {
		at := known.(nameAt)
		return at, at.start >= 0
	}
	at, ok := sh.names.last(word)
	if !ok || sh.negated(word) || !sh.headed(word, at) {
		at, ok = nameAt{-1, -1}, false
	}
	if sh.memo.known.Add(1) > maxNames {
		sh.memo.known.Store(0)
		sh.memo.words.Clear()
	}
	sh.memo.words.Store(strings.Clone(word), at)
	return at, ok
}

// headed reports whether no other part of the provider fits the name better: the words that end last decide, then the
// longer ones. API_KEY_SECRET is a secret, SECRET_KEY too.
func (sh *shape) headed(word string, at nameAt) bool {
	end := at.end - trailingDigits(word[:at.end])
	for _, other := range *sh.rivals {
		if other.part.Name == sh.part.Name || other.names == nil {
			continue
		}
		if other.names == sh.names {
			continue
		}
		if rival, ok := lastMatch(other.names, word); ok && (rival.end > end || rival.end == end && rival.start < at.start) {
			return false
		}
	}
	return true
}

func stemOf(word string, at nameAt) string {
	return strings.Trim(word[:at.start], "_") + "/" + strings.Trim(word[at.end-trailingDigits(word[:at.end]):], "_")
}

func trailingDigits(s string) int {
	return len(s) - len(strings.TrimRight(s, "0123456789_"))
}

// best keeps, per provider, the fits whose name says more: a value that one part's name fits is not another part.
func best(fits []fit) []fit {
	named := map[int]bool{}
	for _, f := range fits {
		if f.name >= 0 {
			named[f.provider] = true
		}
	}
	out := fits[:0]
	for _, f := range fits {
		if f.name >= 0 || !named[f.provider] {
			out = append(out, f)
		}
	}
	return out
}
