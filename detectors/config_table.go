package detectors

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// configFile is a decoded file and its first error.
type configFile struct {
	name  string
	lines *configLines
	err   error
}

// fail notes an error at a key, unless there is one already.
func (f *configFile) fail(key string, err error) {
	if f.err == nil {
		f.err = fmt.Errorf("%s:%d: %s: %w", f.name, f.lines.of(key), key, err)
	}
}

// configTable is a table of which every key must be read. Keys are found in any case, as gitleaks finds them. A value of
// the wrong type is an error of the file, and reads as if it was not there.
type configTable struct {
	file   *configFile
	path   string
	values map[string]any
	keys   map[string]string // as written, by key in lower case; those already read are gone
}

func (f *configFile) table(path string, values map[string]any) *configTable {
	t := &configTable{file: f, path: path, values: values, keys: map[string]string{}}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		low := strings.ToLower(key)
		if other, ok := t.keys[low]; ok {
			f.fail(joinKey(path, key), fmt.Errorf("the same key as %s", other))
		}
		t.keys[low] = key
	}
	return t
}

// key returns the path of a key of the table, written as in the file as long as it was not read.
func (t *configTable) key(name string) string {
	if written, ok := t.keys[strings.ToLower(name)]; ok {
		name = written
	}
	return joinKey(t.path, name)
}

func joinKey(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// has says whether the table holds a key that was not read yet.
func (t *configTable) has(name string) bool {
	_, ok := t.keys[strings.ToLower(name)]
	return ok
}

// take returns a value and the path of its key.
func (t *configTable) take(name string) (any, string) {
	low := strings.ToLower(name)
	written, ok := t.keys[low]
	if !ok {
		return nil, t.key(name)
	}
	delete(t.keys, low)
	return t.values[written], t.key(written)
}

// done makes what was not read an error: the first unknown key of the table.
func (t *configTable) done() {
	left := slices.SortedFunc(maps.Values(t.keys), func(a, b string) int {
		return cmp.Or(t.file.lines.of(t.key(a))-t.file.lines.of(t.key(b)), strings.Compare(a, b))
	})
	if len(left) > 0 {
		t.file.fail(t.key(left[0]), errors.New("unknown key"))
	}
}

func (t *configTable) str(name string) string {
	v, key := t.take(name)
	if v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		t.file.fail(key, errors.New("not a string"))
	}
	return s
}

func (t *configTable) boolean(name string) bool {
	v, key := t.take(name)
	if v == nil {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		t.file.fail(key, errors.New("neither true nor false"))
	}
	return b
}

// integer returns nil for a key that is not there.
func (t *configTable) integer(name string) *int {
	v, key := t.take(name)
	if v == nil {
		return nil
	}
	n, ok := v.(int64)
	if !ok {
		t.file.fail(key, errors.New("not a whole number"))
	}
	i := int(n)
	return &i
}

func (t *configTable) number(name string) float64 {
	v, key := t.take(name)
	switch v := v.(type) {
	case nil:
		return 0
	case float64:
		return v
	case int64:
		return float64(v)
	}
	t.file.fail(key, errors.New("not a number"))
	return 0
}

// list returns strings. A single string stands for a list divided by commas, as in gitleaks.
func (t *configTable) list(name string) []string {
	v, key := t.take(name)
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return strings.Split(v, ",")
	case []any:
		list := make([]string, 0, len(v))
		for i, e := range v {
			s, ok := e.(string)
			if !ok {
				t.file.fail(fmt.Sprintf("%s[%d]", key, i), errors.New("not a string"))
			}
			list = append(list, s)
		}
		return list
	}
	t.file.fail(key, errors.New("not a list of strings"))
	return nil
}

// tables returns the tables of an array; a single table is an array of one.
func (t *configTable) tables(name string) []*configTable {
	v, key := t.take(name)
	var list []map[string]any
	switch v := v.(type) {
	case nil:
		return nil
	case map[string]any:
		return []*configTable{t.file.table(key, v)}
	case []map[string]any:
		list = v
	case []any:
		for _, e := range v {
			m, ok := e.(map[string]any)
			if !ok {
				t.file.fail(key, errors.New("not an array of tables"))
				return nil
			}
			list = append(list, m)
		}
	default:
		t.file.fail(key, errors.New("not an array of tables"))
	}
	tables := make([]*configTable, len(list))
	for i, m := range list {
		tables[i] = t.file.table(fmt.Sprintf("%s[%d]", key, i), m)
	}
	return tables
}

// table returns one table, or nil if there is none.
func (t *configTable) table(name string) *configTable {
	tables := t.tables(name)
	switch len(tables) {
	case 0:
		return nil
	case 1:
		return tables[0]
	}
	t.file.fail(tables[1].path, errors.New("there can be one only"))
	return nil
}
