package detectors

import (
	"errors"
	"strings"
)

var errPath = errors.New("not a path: members and list indexes joined by dots, list[member={part}], or . for the whole answer")

// ParsePath reads a path: members and list indexes joined by dots, and list[member={part}] for the one element of a list
// whose member has that value. A backslash takes the next byte as it is; "." is the whole answer.
func ParsePath(text string) (Path, error) {
	switch text {
	case "":
		return nil, nil
	case ".":
		return Path{{}}, nil
	}
	p := pathParser{rest: text}
	for {
		if err := p.step(); err != nil {
			return nil, err
		}
		if p.rest == "" {
			return p.path, nil
		}
	}
}

type pathParser struct {
	rest string
	path Path
}

// step reads a key with the selectors after it, up to the next dot.
func (p *pathParser) step() error {
	key, selected := p.key(), false
	if key != "" {
		p.path = append(p.path, Step{Key: key})
	}
	for strings.HasPrefix(p.rest, "[") {
		inside, after, ok := strings.Cut(p.rest[1:], "]")
		member, value, equals := strings.Cut(inside, "=")
		if !ok || !equals || member == "" || value == "" {
			return errPath
		}
		p.path, p.rest, selected = append(p.path, Step{Member: member, Value: value}), after, true
	}
	if key == "" && (!selected || len(p.path) > 1) {
		return errPath
	}
	if p.rest == "" {
		return nil
	}
	if p.rest[0] != '.' || len(p.rest) == 1 {
		return errPath
	}
	p.rest = p.rest[1:]
	return nil
}

func (p *pathParser) key() string {
	var b strings.Builder
	i := 0
	for ; i < len(p.rest) && p.rest[i] != '.' && p.rest[i] != '['; i++ {
		if p.rest[i] == '\\' && i+1 < len(p.rest) {
			i++
		}
		b.WriteByte(p.rest[i])
	}
	p.rest = p.rest[i:]
	return b.String()
}
