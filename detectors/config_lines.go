package detectors

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// configLines knows where in a TOML text its keys stand. The n-th table or value of an array has [n] after its name, so
// that each has a line of its own: rules[1].regexes[0].
type configLines struct {
	text  []byte
	at    int
	line  int
	path  string // of the current table, with a dot at its end
	count map[string]int
	lines map[string]int
	areas []configArea
}

// configArea is a stretch of the text: a table with its keys, or a key and its value outside any table.
type configArea struct {
	name       string // first word of the key
	start, end int
}

const (
	maxNesting = 64
	maxKey     = 256
)

var (
	errNesting = errors.New("values are nested too deep")
	errKey     = fmt.Errorf("a key is longer than %d bytes, with those of the tables around it", maxKey)
)

// newConfigLines reads the text. It makes no errors of its own but for nesting that a recursive parser might not survive,
// and for keys so long that to hold all their paths would take the memory; of a text that is not TOML it knows the keys
// before the fault.
func newConfigLines(text []byte) (*configLines, error) {
	c := &configLines{text: text, line: 1, count: map[string]int{}, lines: map[string]int{}}
	inTable := false
	for c.blank(); c.at < len(text); c.blank() {
		start := c.at
		if text[c.at] == '[' {
			if err := c.header(start); err != nil {
				return c, err
			}
			inTable = true
			continue
		}
		words := c.key('=')
		if !inTable {
			c.areas = append(c.areas, configArea{words[0], start, len(text)})
		}
		c.take('=')
		if err := c.pair(c.path+strings.Join(words, "."), 0); err != nil {
			return c, err
		}
		c.skipTo("\n")
	}
	for i := range c.areas[:max(0, len(c.areas)-1)] {
		c.areas[i].end = c.areas[i+1].start
	}
	return c, nil
}

// note keeps the line of a key.
func (c *configLines) note(key string) error {
	if len(key) > maxKey {
		return errKey
	}
	c.lines[key] = c.line
	return nil
}

// pair notes a key, or element of an array, and passes over its value.
func (c *configLines) pair(key string, depth int) error {
	if err := c.note(key); err != nil {
		return err
	}
	return c.value(key, depth)
}

// header reads [a.b] or [[a.b]].
func (c *configLines) header(start int) error {
	c.take('[')
	array := c.take('[')
	words := c.key(']')
	if len(strings.Join(words, ".")) > maxKey {
		return errKey
	}
	done := ""
	for i, w := range words {
		done += w
		if array && i == len(words)-1 {
			if c.count[done]++; c.count[done] == 1 {
				c.lines[done] = c.line
			}
		}
		if n := c.count[done]; n > 0 {
			done += "[" + strconv.Itoa(n-1) + "]"
		}
		if i < len(words)-1 {
			done += "."
		}
	}
	c.path = done + "."
	c.areas = append(c.areas, configArea{words[0], start, len(c.text)})
	c.skipTo("\n")
	return c.note(done)
}

// key reads a dotted key up to stop or the end of the line.
func (c *configLines) key(stop byte) []string {
	var words []string
	var word []byte
	quoted := false
	for c.at < len(c.text) && c.text[c.at] != stop && c.text[c.at] != '\n' {
		switch b := c.text[c.at]; b {
		case '"', '\'':
			word, quoted = []byte(c.quoted()), true
			continue
		case '.':
			words, word, quoted = append(words, string(word)), nil, false
		case ' ', '\t', '\r':
		default:
			if !quoted {
				word = append(word, b)
			}
		}
		c.at++
	}
	return append(words, string(word))
}

// value passes over a value and notes the keys and elements in it.
func (c *configLines) value(path string, depth int) error {
	if depth > maxNesting {
		return errNesting
	}
	c.spaces()
	if c.at >= len(c.text) {
		return nil
	}
	switch c.text[c.at] {
	case '"', '\'':
		c.quoted()
	case '[':
		return c.array(path, depth)
	case '{':
		return c.inline(path, depth)
	default:
		c.skipTo(",]}#\n")
	}
	return nil
}

func (c *configLines) array(path string, depth int) error {
	c.take('[')
	for n := 0; ; n++ {
		c.blank()
		if c.at >= len(c.text) || c.take(']') {
			return nil
		}
		before := c.at
		if err := c.pair(path+"["+strconv.Itoa(n)+"]", depth+1); err != nil {
			return err
		}
		c.blank()
		if !c.take(',') && c.at == before {
			return nil
		}
	}
}

func (c *configLines) inline(path string, depth int) error {
	c.take('{')
	for {
		c.blank()
		if c.at >= len(c.text) || c.take('}') {
			return nil
		}
		before := c.at
		key := path + "." + strings.Join(c.key('='), ".")
		c.take('=')
		if err := c.pair(key, depth+1); err != nil {
			return err
		}
		c.blank()
		if !c.take(',') && c.at == before {
			return nil
		}
	}
}

// quoted passes over a string of any of the four kinds, and returns what is between its quotes.
func (c *configLines) quoted() string {
	quote := c.text[c.at]
	mark := strings.Repeat(string(quote), 3)
	if !strings.HasPrefix(string(c.text[c.at:min(c.at+3, len(c.text))]), mark) {
		mark = mark[:1]
	}
	c.at += len(mark)
	start := c.at
	for c.at < len(c.text) && !strings.HasPrefix(string(c.text[c.at:min(c.at+3, len(c.text))]), mark) {
		switch {
		case c.text[c.at] == '\\' && quote == '"':
			c.step()
		case c.text[c.at] == '\n' && len(mark) == 1:
			return string(c.text[start:c.at])
		}
		c.step()
	}
	end := min(c.at, len(c.text))
	c.at = end + len(mark)
	for len(mark) == 3 && c.at < len(c.text) && c.text[c.at] == quote {
		c.at++ // up to two more quotes belong to the text
	}
	c.at = min(c.at, len(c.text))
	return string(c.text[start:end])
}

func (c *configLines) step() {
	if c.at < len(c.text) && c.text[c.at] == '\n' {
		c.line++
	}
	c.at++
}

func (c *configLines) take(b byte) bool {
	if c.at < len(c.text) && c.text[c.at] == b {
		c.at++
		return true
	}
	return false
}

func (c *configLines) spaces() {
	for c.at < len(c.text) && strings.IndexByte(" \t\r", c.text[c.at]) >= 0 {
		c.at++
	}
}

// blank passes over white space, line breaks and comments.
func (c *configLines) blank() {
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case ' ', '\t', '\r', '\n':
			c.step()
		case '#':
			c.skipTo("\n")
		default:
			return
		}
	}
}

func (c *configLines) skipTo(stops string) {
	for c.at < len(c.text) && strings.IndexByte(stops, c.text[c.at]) < 0 {
		c.at++
	}
}

// of returns the line of a key, or of the nearest table around it.
func (c *configLines) of(key string) int {
	for key != "" {
		if n, ok := c.lines[key]; ok {
			return n
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return 1
}

// only returns the text with all but the areas that keep accepts made blank, so that lines stay where they are.
func (c *configLines) only(keep func(name string) bool) []byte {
	text := make([]byte, len(c.text))
	for i, b := range c.text {
		if b != '\n' {
			b = ' '
		}
		text[i] = b
	}
	for _, a := range c.areas {
		if keep(a.name) {
			copy(text[a.start:a.end], c.text[a.start:a.end])
		}
	}
	return text
}
