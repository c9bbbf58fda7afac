package gitpack

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// seeds are a pack, its index and the objects in it, written by git.
func seeds(f *testing.F) (pack, index []byte, objects map[Type][][]byte) {
	f.Helper()
	r := newRepo(f)
	generate(r, rand.New(rand.NewPCG(6, 6)), 30)
	r.git("repack", "-adfq", "--depth=50")
	objects = map[Type][][]byte{}
	s := r.open(Options{})
	t := s.tables.Load()
	for num := range t.total() {
		kind, data, err := s.Read(t.id(num), 0)
		if err != nil {
			f.Fatal(err)
		}
		if len(objects[kind]) < 8 {
			objects[kind] = append(objects[kind], data)
		}
	}
	for _, p := range []struct {
		glob string
		into *[]byte
	}{{"*.pack", &pack}, {"*.idx", &index}} {
		names, _ := filepath.Glob(filepath.Join(r.dir, "objects/pack", p.glob))
		data, err := os.ReadFile(names[0])
		if err != nil {
			f.Fatal(err)
		}
		*p.into = data
	}
	return pack, index, objects
}

func FuzzIndex(f *testing.F) {
	_, index, _ := seeds(f)
	f.Add(index, byte(0))
	f.Fuzz(func(t *testing.T, data []byte, first byte) {
		x, err := parseIndex(data, 20)
		if err != nil {
			return
		}
		for i := range min(x.count(), 1000) {
			id := x.id(i)
			x.offset(i)
			x.find(id)
		}
		id := named(first)
		x.find(id)
	})
}

func FuzzMultiPackIndex(f *testing.F) {
	r := newRepo(f)
	generate(r, rand.New(rand.NewPCG(6, 6)), 30)
	r.several()
	r.git("multi-pack-index", "write")
	data, err := os.ReadFile(filepath.Join(r.dir, "objects/pack/multi-pack-index"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, byte(0))
	f.Fuzz(func(t *testing.T, data []byte, first byte) {
		m := &midx{hash: 20}
		if m.parse(data) != nil {
			return
		}
		id := named(first)
		m.find(id)
	})
}

func FuzzEntry(f *testing.F) {
	pack, _, _ := seeds(f)
	f.Add(pack[12:min(len(pack), 4000)])
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		e, err := parseEntry(data, 1000, 20)
		if err == nil && (e.body <= 1000 || e.body > 1000+uint64(len(data)) || e.base >= 1000) {
			t.Errorf("entry %+v of %d bytes", e, len(data))
		}
	})
}

func FuzzDelta(f *testing.F) {
	rnd := rand.New(rand.NewPCG(8, 8))
	for range 20 {
		base := randomText(rnd, 20)
		ops, result := randomDelta(rnd, base)
		f.Add(base, delta(len(base), int64(len(result)), ops))
	}
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		from, to, ops, err := deltaSizes(delta)
		if err != nil || from != uint64(len(base)) || to > 1<<16 {
			return
		}
		data, runs := make([]byte, to), []run{}
		if patch(data, base, ops, &runs) != nil {
			return
		}
		all := sortSpots(toy{}.Spots(nil, data, 0, len(data)))
		got, _ := respot(toy{}, data, runs, sortSpots(toy{}.Spots(nil, base, 0, len(base))), len(base))
		if len(all) != len(got) {
			t.Errorf("%d spots in the whole, %d by delta", len(all), len(got))
		}
	})
}

func FuzzTree(f *testing.F) {
	_, _, objects := seeds(f)
	trees := objects[Tree]
	for i := range trees {
		f.Add(trees[i], trees[(i+1)%len(trees)])
	}
	f.Fuzz(func(t *testing.T, data, old []byte) {
		var rows, have [][]byte
		fresh(data, nil, 20, func(_ uint32, name, id []byte) { rows = append(rows, bytes.Join([][]byte{name, id}, nil)) })
		fresh(old, nil, 20, func(_ uint32, name, id []byte) { have = append(have, bytes.Join([][]byte{name, id}, nil)) })
		shown := map[string]bool{}
		fresh(data, old, 20, func(_ uint32, name, id []byte) { shown[string(name)+string(id)] = true })
		for _, h := range have {
			shown[string(h)] = true
		}
		for _, r := range rows {
			if !shown[string(r)] {
				t.Errorf("entry %q is lost", r)
			}
		}
	})
}

func FuzzCommit(f *testing.F) {
	_, _, objects := seeds(f)
	for _, data := range objects[Commit] {
		f.Add(data)
	}
	f.Add([]byte("tree 0\nauthor A <a@b> 99999999999999 +9999\ngpgsig x\n y\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _ := parseCommit(data, 20)
		_ = c.Author.When.String()
	})
}

func FuzzTag(f *testing.F) {
	_, _, objects := seeds(f)
	for _, data := range objects[Tag] {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tagTarget(data, 20)
		parseTag(data)
	})
}
