package bucket

import (
	"encoding/json"
	"slices"
	"strings"
)

// bucketPolicy is the part of a bucket policy that says who may read objects.
type bucketPolicy struct {
	Statement statements
}

type statements []statement

// UnmarshalJSON reads a list of statements, or a single one.
func (s *statements) UnmarshalJSON(data []byte) error {
	var one statement
	if json.Unmarshal(data, (*[]statement)(s)) == nil {
		return nil
	}
	err := json.Unmarshal(data, &one)
	*s = statements{one}
	return err
}

type statement struct {
	Effect       string
	Principal    principal
	Action       words
	NotAction    words
	Resource     words
	NotResource  words
	Condition    map[string]map[string]words
	NotPrincipal json.RawMessage
}

// words is a text, or a list of them.
type words []string

// UnmarshalJSON reads either. Numbers and truth values, which conditions may have, count as texts.
func (w *words) UnmarshalJSON(data []byte) error {
	var many []any
	if json.Unmarshal(data, &many) != nil {
		var one any
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		many = []any{one}
	}
	for _, v := range many {
		if s, ok := v.(string); ok {
			*w = append(*w, s)
		}
	}
	return nil
}

// principal is whether a statement is about everyone.
type principal bool

// UnmarshalJSON finds "*", {"AWS": "*"} and lists with one.
func (p *principal) UnmarshalJSON(data []byte) error {
	var text words
	var kinds map[string]words
	if err := json.Unmarshal(data, &kinds); err == nil {
		text = kinds["AWS"]
	} else if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*p = principal(slices.Contains(text, "*"))
	return nil
}

func parsePolicy(text string) (*bucketPolicy, error) {
	p := new(bucketPolicy)
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return nil, errPolicy
	}
	return p, nil
}

// opens reports whether anyone may read the object. A statement with a condition opens nothing: nearly all of them name
// addresses, networks or accounts. One that forbids it to everyone closes it.
func (p *bucketPolicy) opens(bucket, key string) bool {
	if p == nil {
		return false
	}
	resource := "arn:aws:s3:::" + bucket + "/" + key
	open := false
	for _, s := range p.Statement {
		if !bool(s.Principal) || len(s.Condition) > 0 || len(s.NotPrincipal) > 0 || !s.reads() || !s.covers(resource) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		open = open || s.Effect == "Allow"
	}
	return open
}

func (s statement) reads() bool {
	is := func(pattern string) bool { return fits(strings.ToLower(pattern), "s3:getobject") }
	return slices.ContainsFunc(s.Action, is) || len(s.NotAction) > 0 && !slices.ContainsFunc(s.NotAction, is)
}

func (s statement) covers(resource string) bool {
	// China and the government have ARNs of their own.
	is := func(pattern string) bool {
		if _, rest, ok := strings.Cut(pattern, ":s3:::"); ok {
			pattern = "arn:aws:s3:::" + rest
		}
		return fits(pattern, resource)
	}
	return slices.ContainsFunc(s.Resource, is) || len(s.NotResource) > 0 && !slices.ContainsFunc(s.NotResource, is)
}

// fits matches * and ? as policies do.
func fits(pattern, text string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(text) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == text[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}
