package detectors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Piece is a named stretch of a part's value, such as the id of a key that stands before its secret. It is cut out when a
// call names it: it is no part of a finding and does not change the fingerprint.
type Piece struct {
	Name  string
	Of    string      // the part
	Regex *Expression // its first group is the piece
}

// Gives reports whether calls of the rule may name a value so: whether a part or a piece has that name.
func (r *Rule) Gives(name string) bool {
	return r.Part(name) != nil || slices.ContainsFunc(r.Pieces, func(p Piece) bool { return p.Name == name })
}

// Values returns the parts of the credential and the pieces of them that are there, by name: what its calls may send.
func (c Credential) Values() map[string]Secret {
	all := maps.Clone(c.Parts)
	if c.Rule == nil {
		return all
	}
	for _, p := range c.Rule.Pieces {
		whole, ok := c.Parts[p.Of]
		if !ok {
			continue
		}
		if m := p.Regex.Regexp().FindStringSubmatch(whole.Reveal()); m != nil && m[1] != "" {
			all[p.Name] = NewSecret(m[1])
		}
	}
	return all
}

// pieces reads the pieces of a credential, whose parts are read already.
func (l *loader) pieces(r *Rule, raw []named[rawPiece], key string) error {
	for _, n := range raw {
		name, one := n.name, n.value
		at := key + ".pieces." + name
		p := Piece{Name: name, Of: one.Of}
		var err error
		if p.Regex, err = l.expression(one.Regex); err != nil {
			return l.at(at+".regex", err)
		}
		switch {
		case r.Part(name) != nil:
			return l.at(at, errors.New("a part has that name"))
		case r.Part(one.Of) == nil:
			return l.at(at+".of", fmt.Errorf("no part is called %q", one.Of))
		case !l.known && p.Regex.Regexp().NumSubexp() != 1:
			return l.at(at+".regex", errors.New("a piece is what the one group holds"))
		}
		r.Pieces = append(r.Pieces, p)
	}
	return nil
}
