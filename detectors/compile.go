package detectors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Options say how a set of rules is compiled.
type Options struct {
	Enable     []string                                            // ids of the rules to keep, or of rules that are off by default to add; empty keeps the default set
	Disable    []string                                            // ids of the rules to leave out
	Allowlists []Allowlist                                         // global lists, for rules in gitleaks' form
	Signs      func(scheme string, params map[string]string) error // refuses a signing scheme or its parameters; nil when nothing signs
	Famous     bool                                                // report published test material too, as information

	MaxDecodeDepth int // encodings to take off, one below the other; 0 takes 5, less than 0 none
}

// Set is a compiled set of rules. It is not changed once made, and is safe for concurrent use.
type Set struct {
	rules     []Rule
	providers []*provider
	shapes    []*shape // of rules that need no context, for tokens
	pemShapes []*shape
	words     map[string]*shape // by check, of the rules for mnemonics
	ints      []*shape
	besides   []anchor
	anchored  int      // shapes that anchors lead to
	cores     []core   // of besides
	objects   []*shape // of rules that need no context, for JSON objects
	rows      []*shape
	stated    []*shape // of parts that a fact of theirs names
	fallbacks []*shape // of rules for exchanges whose keys no other rule knows
	anchors   *keywords
	famous    bool
	named     []*shape     // of rules whose context is a name
	needy     []likes      // shapes for tokens, of rules whose provider or part the text must name
	names     lateNames    // of needy
	callers   lateNames    // of calls
	makers    lateNames    // of constructors
	before    byteSet      // bytes that may stand before a token and belong to the value that it is a piece of
	boxed     [][]alike    // per length, those of needy whose values are whole words
	loose     []alike      // the others
	literals  *keywords    // what values of shapes begin with
	leads     [][]int      // per literal, the indexes of its shapes in shapes
	plainest  []int        // indexes of the shapes without one
	partWords *keywords    // words that most names of parts hold
	nameWords *Expression  // those of rules whose context is a name
	envs      lateKeywords // whole names of variables that stand for a part
	near      *keywords    // words that do what a name does
	placed    []*outline   // of shapes that they, or a path, may name
	hinting   []string     // words of the names in nameWords
	calls     *Expression  // calls whose arguments are parts
	mentions  *keywords
	mentioned []mentionWord // what each word of mentions says
	hints     lateKeywords
	patterns  *patterns
	always    bool // some rule in gitleaks' form has no keywords, so that every text must be read
	depth     int  // encodings to take off
	memo      *memo
	known     *spotMemo
}

// provider is a vendor with the parts of all its rules that need it to be named.
type provider struct {
	id     string
	loose  bool // its keys may have a shape that its rules do not know
	shapes []*shape
}

// mentionWord says what a word names.
type mentionWord struct {
	text     string
	provider int // index in Set.providers
	host     bool
	test     bool
	common   bool   // a common word, which names the provider only where it stands as a name; see namesProvider
	part     *Part  // that an exact name stands for
	env      *shape // of the part
}

// shape is a part of a rule, ready to be tried on a value.
type shape struct {
	rule     *Rule
	part     *Part
	provider int
	number   int // from 1, among the shapes that anchors lead to
	gauge
	names    *Expression
	notNames []*Expression
	calls    *Expression
	search   *Expression // for text parts: the names as they may stand in text
	mates    []*shape    // all shapes of the rule, in the order of its parts
	rivals   *[]*shape   // all shapes of the provider
	named    int         // the same for shapes of which a name says the same; see tellAlike
	memo     *nameMemo   // shared by them
}

// Compile makes a set of the rules. It fails on an enabled or disabled id that no rule has, and on an unknown scheme.
func Compile(rules []Rule, o Options) (*Set, error) {
	rules, err := choose(rules, o)
	if err != nil {
		return nil, err
	}
	s := &Set{rules: rules, memo: newMemo(), known: newSpotMemo(), words: map[string]*shape{}, famous: o.Famous, depth: cmp.Or(o.MaxDecodeDepth, defaultDecodeDepth)}
	var patterned []Rule
	index := map[string]int{}
	for i := range s.rules {
		r := &s.rules[i]
		if r.Pattern != nil {
			patterned = append(patterned, *r)
			s.always = s.always || len(r.Pattern.Keywords) == 0
			continue
		}
		if err := r.checkSchemes(o.Signs); err != nil {
			return nil, err
		}
		if _, ok := index[r.Provider]; !ok {
			index[r.Provider] = len(s.providers)
			s.providers = append(s.providers, &provider{id: r.Provider, loose: r.Loose})
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { s.index(index) })
	s.addRules(index)
	s.indexAnchors()
	s.byLength()
	s.before = s.outside()
	s.names, s.callers = newLateNames(s.partNames), newLateNames(s.callNames)
	s.makers = newLateNames(func() []namePattern { return []namePattern{{constructor, constructorWords}} })
	s.tellAlike()
	s.indexNames()
	wg.Wait()
	s.linkEnvs()
	s.hints = newLateKeywords(slices.Concat(hintWords, s.hinting, s.tellingWords()))
	if s.patterns, err = compilePatterns(patterned, o.Allowlists); err != nil {
		return nil, err
	}
	return s, nil
}

// Rules returns the rules of the set, which must not be changed.
func (s *Set) Rules() []Rule { return s.rules }

func choose(rules []Rule, o Options) ([]Rule, error) {
	for _, list := range [][]string{o.Enable, o.Disable} {
		for _, id := range list {
			if !slices.ContainsFunc(rules, func(r Rule) bool { return r.ID == id }) {
				return nil, fmt.Errorf("no rule is called %q; see keysweep rules list", id)
			}
		}
	}
	// Naming nothing but rules that are off by default adds them to the default set.
	adds := !slices.ContainsFunc(rules, func(r Rule) bool { return !r.Off && slices.Contains(o.Enable, r.ID) })
	out := make([]Rule, 0, len(rules))
	for _, r := range rules {
		if (adds && !r.Off || slices.Contains(o.Enable, r.ID)) && !slices.Contains(o.Disable, r.ID) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (r *Rule) checkSchemes(signs func(string, map[string]string) error) error {
	if signs == nil {
		return nil
	}
	for c := range r.Calls() {
		if c.Sign == nil {
			continue
		}
		if err := signs(c.Sign.Scheme, c.Sign.Params); err != nil {
			return fmt.Errorf("%s:%d: %s.sign: scheme %q: %w", r.file, r.lineOf(c.at+".sign"), c.Name, c.Sign.Scheme, err)
		}
	}
	return nil
}

func (r *Rule) lineOf(key string) int {
	lines := r.line
	if lines == nil {
		lines = r.rest.lines(r.ID)
	}
	if n, ok := lines[key]; ok {
		return n
	}
	return lines[""]
}

func (s *Set) addRules(providers map[string]int) {
	made, gauges := expressions{}, gaugeAll(s.rules)
	for i := range s.rules {
		if r := &s.rules[i]; r.Pattern == nil {
			s.addRule(r, providers[r.Provider], made, gauges)
		}
	}
}

func (s *Set) addRule(r *Rule, provider int, made expressions, gauges map[string]gauge) {
	var mates []*shape
	for i := range r.Parts {
		mates = append(mates, newShape(r, &r.Parts[i], provider, made, gauges))
	}
	for _, sh := range mates {
		sh.mates, sh.rivals = mates, &s.providers[provider].shapes
		switch {
		case sh.part.Form == FormWords:
			s.words[sh.part.Check] = sh
		case r.Contexts == ContextNone && sh.part.Form == FormInts:
			s.ints = append(s.ints, sh)
		case r.Contexts == ContextNone && sh.part.Form == FormJSON:
			s.objects = append(s.objects, sh)
		case r.Contexts == ContextNone && sh.part.Form == FormRows:
			s.rows = append(s.rows, sh)
		case sh.part.Form == FormBeside:
			s.addAnchored(sh)
		case r.Contexts == ContextNone && sh.part.Form == FormPEM:
			s.pemShapes = append(s.pemShapes, sh)
		case r.Contexts == ContextNone && sh.part.Form == FormToken:
			s.shapes = append(s.shapes, sh)
		}
		if r.Contexts == ContextName && sh.part.Form != FormText {
			s.named = append(s.named, sh)
		}
		if sh.part.Form == FormToken && r.Contexts != ContextNone {
			s.addNeedy(sh)
		}
		if sh.part.Stated != "" {
			s.stated = append(s.stated, sh)
		}
		if r.Fallback {
			s.fallbacks = append(s.fallbacks, sh)
		}
		s.providers[provider].shapes = append(s.providers[provider].shapes, sh)
	}
}

// Names that a part has when its rule gives none, as normalize writes them. Short words count only where the name ends
// with them.
var defaultNames = map[string]string{
	"key": `(api|app|access|consumer|auth|account|trading|read|write|live|test|prod|rest|exchange)_?(key|token)(_?id)?|(api|app|access)_?id|api_?key(_?id|_?name|_?value)?|key_?id|` +
		`(user_?)?access_?key(_?id)?|client_?(id|key)|public_?key|(key|api|ak|token)_?\d*$`,
	"secret": `((api|app|client|access|consumer|trading|account|private|user|exchange)_?)*(secret|private)(_?(api_?|access_?)?(key|token|value))?|` +
		`(api_?)?key_?secret|sign(ing|ature)?_?(key|secret)|priv(ate)?_?key|api_?sec|hmac(_?(key|secret))?|(sk|pk|sec|priv)_?\d*$`,
	"passphrase": `((api|account|key)_?)*(pass_?phrase|pass_?word|passwd)|(api_?)?(pwd|pass|phrase)_?\d*$`,
}

// Words that make a name one of something else than a part, wherever they stand in it.
const defaultNot = `(?:^|_)(?:hash|tx_?hash|tx_?id|txn|digest|checksum|sha_?\d+|md_?5|etag|integrity|address|addr|topic|slot|salt|nonce|bytecode|block|root|merkle|commit|revision|` +
	`(public|primary|foreign|cache|partition|sort|routing|idempotency|translation|i18n|storage|redis|dict|map|group|object|row|column|hash|index|registry|event|message|topic|lookup|join|shard|dedup|host|layout|state|query)_?key|` +
	`monkey|keyboard|order_?(client_?)?id|client_?order_?id|trade_?id|request_?id|trace_?id|session_?id|` +
	`fingerprint|public_?key_?hash|cert(ificate)?|placeholder|regex|pattern|listen_?key|uuid|version|guid|tag|cid|ipfs|contract|token_?address|pool|signature|sig)(?:\d*$|_)`

func newShape(r *Rule, p *Part, provider int, made expressions, gauges map[string]gauge) *shape {
	sh := &shape{rule: r, part: p, provider: provider, gauge: gauges[p.Regex.String()]}
	names := alternatives(p.Names)
	if names == "" {
		names = defaultNames[p.Name]
	}
	if names != "" {
		sh.names = made.get(`(?:^|_)(?:`+names+`)(?:\d*$|\d*_|$)`, true)
		if p.Form == FormText {
			loose := strings.NewReplacer(`_?`, `[_. -]?`, `_`, `[_. -]`, `$`, ``).Replace(names)
			sh.search = made.get(`(?i)(?:`+loose+`)`, false)
		}
	}
	sh.notNames = append(sh.notNames, made.get(defaultNot, true))
	if extra := alternatives(p.NotNames); extra != "" {
		sh.notNames = append(sh.notNames, made.get(`(?:^|_)(?:`+extra+`)(?:\d*$|_)`, true))
	}
	if calls := alternatives(p.Calls); calls != "" {
		sh.calls = made.get(`(?i)(?:^|[.:_ ])(?:`+calls+`)$`, false)
	}
	return sh
}

func alternatives(list []string) string {
	var out []string
	for _, expr := range list {
		expr = strings.ReplaceAll(expr, "[_-]?", "_?")
		if len(expr) <= 2 { // pk, sk: too short to count within a name
			expr += `_?\d*$`
		}
		out = append(out, expr)
	}
	return strings.Join(out, "|")
}

// hintWords are what stands near most keys. The words of all providers join them.
var hintWords = []string{
	"key", "secret", "token", "pass", "pwd", "priv", "pk", "sk", "auth", "cred", "api", "seed", "wallet", "account", "sign", "memo", "login", "client",
	"bearer", "mnemonic", "access", "owner", "deploy", "signer", "webhook", "rpc",
}

// partWords are words of which almost every name of a part holds one.
var partWords = []string{
	"key", "secret", "token", "priv", "pass", "pwd", "phrase", "auth", "cred", "seed", "mnemonic", "api", "access", "bearer", "pk", "sk", "ak", "sec", "client_id", "app_id",
}

// indexNames builds what tells, without the rules, whether a name may be that of a part.
func (s *Set) indexNames() {
	var literals, anchors, named, near, calls []string
	for i, sh := range s.shapes {
		for _, text := range sh.holds {
			literals, s.leads = append(literals, text), append(s.leads, []int{i})
		}
		if len(sh.holds) == 0 {
			s.plainest = append(s.plainest, i)
		}
	}
	for _, sh := range s.objects {
		for _, text := range sh.part.Anchors {
			literals, s.leads = append(literals, text), append(s.leads, nil)
		}
		anchors = append(anchors, sh.part.Anchors...)
	}
	s.anchors = newKeywords(anchors)
	s.partWords = newKeywords(partWords)
	for _, p := range s.providers {
		for _, sh := range p.shapes {
			for _, name := range sh.part.Names {
				expr := alternatives([]string{name})
				if s.partWords.contains([]byte(expr)) {
					continue
				}
				if sh.rule.Contexts == ContextName {
					named = append(named, expr)
					s.hinting = append(s.hinting, literalsOf(expr)...)
				}
			}
			if sh.calls != nil {
				calls = append(calls, alternatives(sh.part.Calls))
				s.hinting = append(s.hinting, hintsOf(sh.part.Calls)...)
			}
		}
	}
	for i := range s.rules {
		if s.rules[i].Contexts == ContextName {
			near = append(near, s.rules[i].Near...)
		}
	}
	s.near = newKeywords(near)
	for _, l := range s.needy {
		if slices.ContainsFunc(l.shapes, func(sh *shape) bool { return len(sh.rule.Near)+len(sh.rule.Paths) > 0 }) {
			s.placed = append(s.placed, l.outline)
		}
	}
	s.nameWords = union(`(?:^|_)(?:`, named, `)(?:\d*$|\d*_|$)`)
	slices.Sort(calls)
	s.literals = newKeywords(literals)
	s.calls = union(`(?i)(?:^|[.:_ ])(?:`, slices.Compact(calls), `)$`)
}

// hintsOf lists literals of calls that no hint stands in, such as startBroadcast.
func hintsOf(calls []string) (out []string) {
	for _, expr := range calls {
		low := strings.ToLower(expr)
		if !slices.ContainsFunc(hintWords, func(w string) bool { return strings.Contains(low, w) }) {
			out = append(out, literalsOf(low)...)
		}
	}
	return slices.DeleteFunc(out, func(text string) bool { return len(text) < leastHint })
}

const leastHint = 7 // letters of a call; shorter ones stand everywhere

func union(open string, list []string, end string) *Expression {
	if len(list) == 0 {
		return newExpression(`[^\s\S]`, false)
	}
	return newExpression(open+strings.Join(list, "|")+end, false)
}

// mentionedWords are those of mentions.
func (s *Set) mentionedWords() []string {
	words := make([]string, len(s.mentioned))
	for i, m := range s.mentioned {
		words[i] = m.text
	}
	return words
}

// tellingWords are those of mentions that make the text near them worth a look. Common words do not: a part needs a name,
// or a call, that hints at it.
func (s *Set) tellingWords() []string {
	var words []string
	for _, m := range s.mentioned {
		if !m.common {
			words = append(words, m.text)
		}
	}
	return words
}

// plain reports whether a name stands for a part and has no word of the provider, so that others may use it too: X-SECRET-KEY.
func (w *mentionWord) plain() bool { return w.env != nil && !w.env.rule.says(w.text) }

// says reports whether the name of a variable has one of the rule's words.
func (r *Rule) says(env string) bool {
	name := normalize(env)
	return slices.ContainsFunc(slices.Concat(r.Keywords, r.Common, []string{r.Provider}), func(w string) bool {
		return strings.Contains(name, strings.Trim(normalize(w), "_"))
	})
}

// index builds the automata for words that name providers. It needs no shapes; linkEnvs adds those.
func (s *Set) index(providers map[string]int) {
	var envs []string
	known := make(map[mentionWord]bool, 8*len(s.rules))
	s.mentioned = make([]mentionWord, 0, 8*len(s.rules))
	add := func(text string, m mentionWord) {
		if m.text = strings.ToLower(text); known[m] {
			return // the rules of a provider share its words
		}
		known[m] = true
		s.mentioned = append(s.mentioned, m)
	}
	for i := range s.rules {
		r := &s.rules[i]
		if r.Pattern != nil {
			continue
		}
		p := providers[r.Provider]
		for _, w := range r.Keywords {
			add(w, mentionWord{provider: p})
		}
		for _, w := range r.Common {
			add(w, mentionWord{provider: p, common: true})
		}
		for _, w := range r.Hosts {
			add(w, mentionWord{provider: p, host: true})
		}
		for _, w := range r.TestHosts {
			add(w, mentionWord{provider: p, host: true, test: true})
		}
	}
	for i := range s.rules {
		r := &s.rules[i]
		if r.Pattern != nil {
			continue
		}
		for k := range r.Parts {
			envs = append(envs, r.Parts[k].Env...)
			for _, env := range r.Parts[k].Env {
				add(env, mentionWord{provider: providers[r.Provider], part: &r.Parts[k]})
			}
		}
	}
	s.mentions = newKeywords(s.mentionedWords())
	s.envs = newLateKeywords(envs)
}

// linkEnvs finds the shapes of the parts that exact names stand for.
func (s *Set) linkEnvs() {
	shapes := make(map[*Part]*shape, 2*len(s.rules))
	for _, p := range s.providers {
		for _, sh := range p.shapes {
			shapes[sh.part] = sh
		}
	}
	for i := range s.mentioned {
		if m := &s.mentioned[i]; m.part != nil {
			m.env = shapes[m.part]
		}
	}
}
