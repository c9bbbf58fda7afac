package bucket

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// counter counts requests for the content of objects.
type counter struct {
	mu   sync.Mutex
	keys map[string]int
}

func newCounter() *counter { return &counter{keys: map[string]int{}} }

func (c *counter) add(r *http.Request) int {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 2)
	if r.Method != http.MethodGet || len(parts) < 2 || parts[1] == "" || r.URL.Query().Has("acl") || r.Header.Get("Authorization") == "" {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[parts[1]]++
	return c.keys[parts[1]]
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, k := range c.keys {
		n += k
	}
	return n
}

func (c *counter) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for k := range c.keys {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (c *counter) of(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keys[key]
}
