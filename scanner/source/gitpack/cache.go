package gitpack

// cacheKey is an object by table and offset (in a pack) or position (of loose objects).
type cacheKey struct {
	table uint32
	at    uint64
}

type cached struct {
	key  cacheKey
	kind Type // zero in an empty slot
	data []byte
}

// cache keeps objects used lately, up to a budget of bytes. A key has two slots, next to each other: the newer object
// goes to one and pushes what was there into the other. The zero value keeps nothing.
type cache struct {
	budget, used int64
	slots        []cached // a power of two
	hand         int      // where to make room next
}

// home is the first of a key's slots; the other one differs in the last bit.
func (c *cache) home(key cacheKey) int {
	h := (key.at ^ uint64(key.table)<<48) * 0x9e3779b97f4a7c15
	return int(h>>32) & (len(c.slots) - 1)
}

func (c *cache) get(key cacheKey) (Type, []byte, bool) {
	if len(c.slots) == 0 {
		return 0, nil, false
	}
	i := c.home(key)
	if e := &c.slots[i]; e.key == key && e.kind != 0 {
		return e.kind, e.data, true
	}
	if e := &c.slots[i^1]; e.key == key && e.kind != 0 {
		return e.kind, e.data, true
	}
	return 0, nil, false
}

// put adds an object that get did not find.
func (c *cache) put(key cacheKey, kind Type, data []byte) {
	if int64(len(data)) > c.budget/8 {
		return
	}
	if c.slots == nil {
		n := 64
		for int64(n) < c.budget/2048 && n < 1<<15 {
			n *= 2
		}
		c.slots = make([]cached, n)
	}
	i := c.home(key)
	if c.slots[i].kind != 0 {
		c.empty(i ^ 1)
		c.slots[i^1] = c.slots[i]
	}
	c.slots[i] = cached{key, kind, data}
	for c.used += int64(cap(data)); c.used > c.budget; c.hand = (c.hand + 1) & (len(c.slots) - 1) {
		if c.hand != i {
			c.empty(c.hand)
		}
	}
}

func (c *cache) empty(i int) {
	c.used -= int64(cap(c.slots[i].data))
	c.slots[i] = cached{}
}
