package gitpack

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Prefix lists the objects whose hex name starts with text, of 4 digits or more, at most max of them.
func (s *Store) Prefix(text string, max int) []ID {
	text = strings.ToLower(text)
	if len(text) < 4 || len(text) > 2*s.hash {
		return nil
	}
	low, err1 := hex.DecodeString(text + strings.Repeat("0", 2*s.hash-len(text)))
	high, err2 := hex.DecodeString(text + strings.Repeat("f", 2*s.hash-len(text)))
	if err1 != nil || err2 != nil {
		return nil
	}
	var list []ID
	for _, tab := range s.tables.Load().list {
		n := tab.count()
		from := sort.Search(n, func(i int) bool {
			id := tab.id(i)
			return bytes.Compare(id[:s.hash], low) >= 0
		})
		for i := from; i < n && len(list) < max; i++ {
			id := tab.id(i)
			if bytes.Compare(id[:s.hash], high) > 0 {
				break
			}
			if !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	return list
}

// Commit reads a commit, or the commit that a tag leads to.
func (s *Store) Commit(id ID) (CommitInfo, error) {
	for range maxChain {
		kind, data, err := s.Read(id, 0)
		if err != nil {
			return CommitInfo{}, err
		}
		switch kind {
		case Commit:
			c, ok := parseCommit(data, s.hash)
			if !ok {
				return c, fmt.Errorf("commit %s: %w", id, ErrCorrupt)
			}
			c.ID = id
			return c, nil
		case Tag:
			target, _, ok := tagTarget(data, s.hash)
			if !ok {
				return CommitInfo{}, fmt.Errorf("tag %s: %w", id, ErrCorrupt)
			}
			id = target
		default:
			return CommitInfo{}, fmt.Errorf("%s is a %s, not a commit", id, kind)
		}
	}
	return CommitInfo{}, fmt.Errorf("tag %s: %w", id, ErrCorrupt)
}
