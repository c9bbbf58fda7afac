package gitpack

// cacheKey is an object by table and offset (in a pack) or position (of loose objects).
type cacheKey struct {
	table uint32
	at    uint64
}

type cached struct {
	key          cacheKey
	kind         Type
	data         []byte
	newer, older *cached
}

// cache keeps the objects used last, up to a budget of bytes. The zero value keeps nothing.
type cache struct {
	budget, used int64
	byKey        map[cacheKey]*cached
	ends         cached // ends.older is the newest, ends.newer the oldest
}

// overhead is what an entry costs besides its data.
const overhead = 160

func (c *cache) get(key cacheKey) (Type, []byte, bool) {
	e, ok := c.byKey[key]
	if !ok {
		return 0, nil, false
	}
	c.unlink(e)
	c.link(e)
	return e.kind, e.data, true
}

func (c *cache) put(key cacheKey, kind Type, data []byte) {
	cost := int64(len(data)) + overhead
	if cost > c.budget/4 {
		return
	}
	if c.byKey == nil {
		c.byKey = map[cacheKey]*cached{}
		c.ends.older, c.ends.newer = &c.ends, &c.ends
	}
	if _, ok := c.byKey[key]; ok {
		return
	}
	for c.used += cost; c.used > c.budget; {
		old := c.ends.newer
		c.unlink(old)
		delete(c.byKey, old.key)
		c.used -= int64(len(old.data)) + overhead
	}
	e := &cached{key: key, kind: kind, data: data}
	c.byKey[key] = e
	c.link(e)
}

func (c *cache) unlink(e *cached) {
	e.newer.older, e.older.newer = e.older, e.newer
}

func (c *cache) link(e *cached) {
	first := c.ends.older
	e.newer, e.older = &c.ends, first
	c.ends.older, first.newer = e, e
}
