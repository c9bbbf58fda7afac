package accuracy

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Corpus holds the kinds of credentials, the syntaxes and the look-alikes that documents are made of.
type Corpus struct {
	kinds      []kind
	tags       []map[string]bool // of each kind
	syntaxes   []syntax
	quiet      []syntax // documents that hold look-alikes only
	near       []kindPart
	holders    []string
	shapes     shapes
	perKind    int // documents of a kind, unless credentials.txt says otherwise
	perSyntax  int // further documents of every syntax
	perSplit   int // groups of a syntax of several files
	perQuiet   int // documents of a syntax that holds look-alikes only
	perHolders int // documents of any syntax with placeholders
}

// Open reads the corpus from the root of the repository.
func Open(root fs.FS) (*Corpus, error) {
	dir, err := fs.Sub(root, "testdata/corpus")
	if err != nil {
		return nil, err
	}
	lists, err := fs.Sub(root, "detectors/check/wordlists")
	if err != nil {
		return nil, err
	}
	words, err := readWordLists(lists)
	if err != nil {
		return nil, fmt.Errorf("word lists: %w", err)
	}
	c := &Corpus{shapes: shapes{named: general(newRSAPool(newRandom(1, "rsa"), 2))}, perKind: 12, perSyntax: 4, perSplit: 25, perQuiet: 14, perHolders: 8}
	maps.Copy(c.shapes.named, wallets(words))
	maps.Copy(c.shapes.named, lookalikes())
	maps.Copy(c.shapes.named, keyFiles())
	maps.Copy(c.shapes.named, broken(c.shapes.named, words))
	return c, c.read(dir)
}

func (c *Corpus) read(dir fs.FS) error {
	text, err := fs.ReadFile(dir, "credentials.txt")
	if err != nil {
		return err
	}
	if c.kinds, err = readKinds(bytes.NewReader(text)); err != nil {
		return fmt.Errorf("credentials.txt: %w", err)
	}
	if text, err = fs.ReadFile(dir, "lookalikes.txt"); err != nil {
		return err
	}
	near, err := readKinds(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("lookalikes.txt: %w", err)
	}
	for _, k := range near {
		c.near = append(c.near, k.Parts...)
	}
	if text, err = fs.ReadFile(dir, "placeholders.txt"); err != nil {
		return err
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if line := lines.Text(); line != "" && line[0] != '#' {
			c.holders = append(c.holders, line)
		}
	}
	if c.syntaxes, err = readSyntaxes(dir, "contexts"); err != nil {
		return err
	}
	if c.quiet, err = readSyntaxes(dir, "lookalikes"); err != nil {
		return err
	}
	return c.tag()
}

// tag makes one credential of each kind to learn what it is like.
func (c *Corpus) tag() error {
	for _, k := range c.kinds {
		sample, err := newCredential(newRandom(1, "tags "+k.ID), c.shapes, k)
		if err != nil {
			return err
		}
		c.tags = append(c.tags, sample.tags())
	}
	return nil
}

// Generate writes the documents. The same seed gives the same documents.
func (c *Corpus) Generate(seed uint64) ([]Document, error) {
	var docs []Document
	for i := range c.kinds {
		more, err := c.kindDocuments(seed, i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.kinds[i].ID, err)
		}
		docs = append(docs, more...)
	}
	more, err := c.splitDocuments(seed)
	if err != nil {
		return nil, err
	}
	docs = append(docs, more...)
	if more, err = c.syntaxDocuments(seed); err != nil {
		return nil, err
	}
	docs = append(docs, more...)
	for _, s := range c.quiet {
		for i := range c.perQuiet {
			r := newRandom(seed, "quiet "+s.name+strconv.Itoa(i))
			more, err := c.quietDocument(r, s)
			if err != nil {
				return nil, err
			}
			docs = append(docs, more...)
		}
	}
	more, err = c.placeholderDocuments(seed)
	return append(docs, more...), err
}

// syntaxDocuments write every syntax with credentials of any kinds it can hold.
func (c *Corpus) syntaxDocuments(seed uint64) ([]Document, error) {
	return c.each("syntax", seed, c.perSyntax, func(s syntax) bool { return !s.multiple })
}

// splitDocuments write credentials whose parts lie in several files.
func (c *Corpus) splitDocuments(seed uint64) ([]Document, error) {
	return c.each("split", seed, c.perSplit, func(s syntax) bool { return s.multiple })
}

func (c *Corpus) each(name string, seed uint64, n int, wanted func(syntax) bool) ([]Document, error) {
	var docs []Document
	for _, s := range c.syntaxes {
		for i := 0; wanted(s) && i < n; i++ {
			p, err := c.fittingPage(newRandom(seed, name+" "+s.name+strconv.Itoa(i)), s)
			if err != nil {
				return nil, err
			}
			more, err := p.write(s)
			if err != nil {
				return nil, err
			}
			docs = append(docs, more...)
		}
	}
	return docs, nil
}

func (c *Corpus) kindDocuments(seed uint64, index int) ([]Document, error) {
	k := c.kinds[index]
	r := newRandom(seed, "order "+k.ID)
	fits := slices.DeleteFunc(slices.Clone(c.syntaxes), func(s syntax) bool { return s.multiple || !s.holds(c.tags[index]) })
	if len(fits) == 0 {
		return nil, fmt.Errorf("no syntax holds it")
	}
	r.Shuffle(len(fits), func(i, j int) { fits[i], fits[j] = fits[j], fits[i] })
	n := c.perKind
	if v, err := strconv.Atoi(k.Props["docs"]); err == nil {
		n = v
	}
	var docs []Document
	for i := range n {
		s := fits[i%len(fits)]
		p, err := c.newPage(newRandom(seed, k.ID+strconv.Itoa(i)), s, k)
		if err != nil {
			return nil, err
		}
		more, err := p.write(s)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	return docs, nil
}

// newPage draws the credentials of one document: the given kind first, others that the syntax can hold after it.
func (c *Corpus) newPage(r random, s syntax, k kind) (*page, error) {
	p := &page{r: r, s: c.shapes, near: c.near}
	n, style := s.least+r.IntN(s.most-s.least+1), r.IntN(4)
	kinds := []kind{k}
	for _, i := range r.Perm(len(c.kinds)) {
		other := c.kinds[i]
		if len(kinds) < n && !s.same && other.Group == k.Group && other.ID != k.ID && s.holds(c.tags[i]) {
			kinds = append(kinds, other)
		}
	}
	for s.same && len(kinds) < n {
		kinds = append(kinds, k)
	}
	for i, k := range kinds {
		cred, err := newCredential(r, c.shapes, k)
		if err != nil {
			return nil, err
		}
		if s.same && len(kinds) > 1 {
			cred = cred.numbered(i, style)
		}
		p.Creds = append(p.Creds, cred)
	}
	return p, nil
}

var folders = strings.Fields("bot backend infra services/trader apps/api tools research ops packages/sdk legacy")

// write executes the template and splits the result into its files.
func (p *page) write(s syntax) ([]Document, error) {
	p.holder = func(f field) string { return f.Value }
	text, err := p.execute(s)
	if err != nil {
		return nil, err
	}
	at := ""
	if p.r.chance(60) {
		at = pick(p.r, folders)
	}
	file := strings.ReplaceAll(pick(p.r, s.paths), "{id}", p.C().ID())
	truth := p.truth(s.envs)
	if !s.multiple {
		return []Document{{Path: path.Join(at, file), Text: text, Context: s.name, Encoded: s.encoded, Truth: truth, Decoys: p.decoys}}, nil
	}
	group := path.Join(at, "g"+p.r.hex(6))
	var docs []Document
	for _, file := range strings.Split("\n"+text, "\n=== ")[1:] {
		name, body, _ := strings.Cut(file, "\n")
		docs = append(docs, Document{Path: path.Join(group, name), Text: body, Context: s.name, Group: group, Truth: truth})
	}
	docs[0].Decoys = p.decoys
	return docs, nil
}

func (p *page) execute(s syntax) (string, error) {
	var out strings.Builder
	t, err := s.body.Clone()
	if err == nil {
		err = t.Funcs(p.funcs()).Execute(&out, p)
	}
	if err != nil {
		return "", fmt.Errorf("syntax %s: %w", s.name, err)
	}
	return out.String(), nil
}

func (p *page) truth(envs []string) []Truth {
	var out []Truth
	for i, c := range p.Creds {
		env := c.kind.Props["environment"]
		if len(envs) > 0 {
			env = envs[min(i, len(envs)-1)]
		}
		out = append(out, c.truth(strings.TrimPrefix(env, "live")))
	}
	return out
}

func (c *Corpus) quietDocument(r random, s syntax) ([]Document, error) {
	s2 := s
	p, err := c.newPage(r, s2, pick(r, c.kinds))
	if err != nil {
		return nil, err
	}
	p.holder = c.hold(p)
	p.Creds = nil
	for range s.most {
		cred, err := newCredential(r, c.shapes, pick(r, c.kinds))
		if err != nil {
			return nil, err
		}
		p.Creds = append(p.Creds, c.emptied(p, cred))
	}
	text, err := p.execute(s)
	return []Document{{Path: path.Join(pick(r, folders), pick(r, s.paths)), Text: text, Context: s.name, Decoys: p.decoys}}, err
}

// placeholderDocuments write every syntax again with placeholders in place of values.
func (c *Corpus) placeholderDocuments(seed uint64) ([]Document, error) {
	var docs []Document
	for _, s := range c.syntaxes {
		if s.encoded || s.multiple {
			continue
		}
		for i := range c.perHolders {
			r := newRandom(seed, "placeholder "+s.name+strconv.Itoa(i))
			p, err := c.emptyPage(r, s)
			if err != nil {
				return nil, err
			}
			text, err := p.execute(s)
			if err != nil {
				return nil, err
			}
			docs = append(docs, Document{
				Path: path.Join(pick(r, folders), strings.ReplaceAll(pick(r, s.paths), "{id}", p.C().ID())), Text: text, Context: s.name + " (placeholders)", Decoys: p.decoys,
			})
		}
	}
	return docs, nil
}

func (c *Corpus) emptyPage(r random, s syntax) (*page, error) {
	p, err := c.fittingPage(r, s)
	if err != nil {
		return nil, err
	}
	p.holder = c.hold(p)
	for i := range p.Creds {
		p.Creds[i] = c.emptied(p, p.Creds[i])
	}
	return p, nil
}

// fittingPage draws credentials of any kinds that the syntax can hold.
func (c *Corpus) fittingPage(r random, s syntax) (*page, error) {
	for _, i := range r.Perm(len(c.kinds)) {
		if s.holds(c.tags[i]) {
			return c.newPage(r, s, c.kinds[i])
		}
	}
	return nil, fmt.Errorf("syntax %s fits no kind", s.name)
}

func (c *Corpus) emptied(p *page, cred credential) credential {
	fields := slices.Clone(cred.Fields)
	for i := range fields {
		fields[i].Value = p.placeholder(fields[i])
	}
	cred.Fields = fields
	return cred
}

// hold writes a placeholder for a field in the manner of one author: the same line of placeholders.txt mostly.
func (c *Corpus) hold(p *page) func(field) string {
	favourite := pick(p.r, c.holders)
	return func(f field) string {
		pattern := favourite
		if p.r.chance(25) {
			pattern = pick(p.r, c.holders)
		}
		pattern = strings.NewReplacer("{ENV}", f.Env(), "{snake}", f.Snake(), "{camel}", f.Camel(), "{kebab}", f.FullKebab(),
			"{SNAKE}", f.Upper(), "{title}", f.FullTitle()).Replace(pattern)
		v, err := p.s.write(p.r, pattern)
		if err != nil {
			return pattern
		}
		return v
	}
}
