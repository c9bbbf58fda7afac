package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPeopleKeepsWhatPeopleWrote(t *testing.T) {
	id := strings.Repeat("a1", 20)
	header := "tree " + id + "\nparent " + id + "\nauthor Ada <ada@example.org> 1700000000 +0000\ncommitter Ada <ada@example.org> 1700000000 +0000\n" +
		"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEz\n -----END PGP SIGNATURE-----\nencoding latin1\nmergetag object " + id + "\n type commit\n tag v1\n \n a word\n" +
		"tree not an id\ngpgsig a word\n more words\n"
	want := "author Ada <ada@example.org> 1700000000 +0000\ncommitter Ada <ada@example.org> 1700000000 +0000\nencoding latin1\nmergetag object " + id +
		"\n type commit\n tag v1\n \n a word\ntree not an id\ngpgsig a word\n more words\n"
	if diff := cmp.Diff(want, string(people([]byte(header)))); diff != "" {
		t.Error(diff)
	}
	if got := people(nil); len(got) > 0 {
		t.Errorf("got %q of nothing", got)
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 name\x00aaaaaaaaaaaaaaaaaaaa40000 dir\x00bbbbbbbbbbbbbbbbbbbb"))
	f.Add([]byte("1 \x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if entries, err := parseTree(data, 20); err == nil && len(data) > 0 && len(entries) == 0 {
			t.Error("a tree without entries")
		}
		if kept := people(data); len(kept) > len(data) {
			t.Error("more was kept than there is")
		}
	})
}
