package gitpack

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Modes of tree entries.
const (
	modeType = 0o170000
	modeTree = 0o040000
	modeLink = 0o160000 // a commit of another repository
)

// treeEntry reads the entry that data starts with. The name is part of data.
func treeEntry(data []byte, hash int) (mode uint32, name, id, rest []byte, ok bool) {
	i := 0
	for ; i < len(data) && data[i] != ' '; i++ {
		if i > 7 || data[i] < '0' || data[i] > '7' {
			return 0, nil, nil, nil, false
		}
		mode = mode<<3 | uint32(data[i]-'0')
	}
	if i == 0 || i >= len(data) {
		return 0, nil, nil, nil, false
	}
	data = data[i+1:]
	end := bytes.IndexByte(data, 0)
	if end < 0 || len(data)-end-1 < hash {
		return 0, nil, nil, nil, false
	}
	return mode, data[:end], data[end+1:][:hash], data[end+1+hash:], true
}

// hexID reads a name of the given length in bytes.
func hexID(text []byte, hash int) (id ID, ok bool) {
	if len(text) != 2*hash {
		return id, false
	}
	_, err := hex.Decode(id[:], text)
	return id, err == nil
}

// headers splits a commit or tag into its header lines and message. A header that goes on over several lines stays one.
func headers(data []byte, each func(key, value []byte)) (message []byte) {
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		if len(line) == 0 {
			return rest
		}
		data = rest
		if line[0] != ' ' {
			key, value, _ := bytes.Cut(line, []byte{' '})
			each(key, value)
		}
	}
	return nil
}

// parseCommit reads a commit; it is false when there is no tree in it.
func parseCommit(data []byte, hash int) (c CommitInfo, ok bool) {
	message := headers(data, func(key, value []byte) {
		switch string(key) {
		case "tree":
			if !ok {
				c.Tree, ok = hexID(value, hash)
			}
		case "parent":
			if id, ok := hexID(value, hash); ok {
				c.Parents = append(c.Parents, id)
			}
		case "author":
			c.Author = parsePerson(value)
		case "committer":
			c.Committer = parsePerson(value)
		}
	})
	c.Message = string(message)
	return c, ok
}

// tagTarget reads what a tag points to.
func tagTarget(data []byte, hash int) (id ID, kind Type, ok bool) {
	headers(data, func(key, value []byte) {
		switch string(key) {
		case "object":
			if !ok {
				id, ok = hexID(value, hash)
			}
		case "type":
			kind = typeNamed(string(value))
		}
	})
	return id, kind, ok
}

// parseTag reads a tag as if it were a commit: its tagger stands for author and committer.
func parseTag(data []byte) (c CommitInfo) {
	c.Message = string(headers(data, func(key, value []byte) {
		if string(key) == "tagger" {
			c.Author = parsePerson(value)
			c.Committer = c.Author
		}
	}))
	return c
}

// parsePerson reads "Name <email> seconds zone"; what is odd is left empty.
func parsePerson(line []byte) (p Person) {
	open, end := bytes.IndexByte(line, '<'), bytes.LastIndexByte(line, '>')
	if open < 0 || end < open {
		p.Name = string(line)
		return p
	}
	p.Name = strings.TrimSpace(string(line[:open]))
	p.Email = string(line[open+1 : end])
	words := strings.Fields(string(line[end+1:]))
	if len(words) == 0 {
		return p
	}
	sec, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || sec < 0 || sec > 1<<37 {
		return p
	}
	p.When = time.Unix(sec, 0).UTC()
	if len(words) > 1 {
		p.When = p.When.In(zone(words[1]))
	}
	return p
}

func zone(text string) *time.Location {
	n, err := strconv.Atoi(text)
	if err != nil || n == 0 || n < -1400 || n > 1400 {
		return time.UTC
	}
	return time.FixedZone("", (n/100*60+n%100)*60)
}

// seconds reads the committer's time of a commit without parsing the rest; 0 when there is none.
func seconds(line []byte) int64 {
	i := bytes.LastIndexByte(line, '>')
	if i < 0 || i+2 > len(line) {
		return 0
	}
	n := int64(0)
	for _, b := range line[i+2:] {
		if b < '0' || b > '9' || n > 1<<37 {
			break
		}
		n = n*10 + int64(b-'0')
	}
	return n
}
