package main

import "testing"

func TestExcluder(t *testing.T) {
	cases := map[string]struct {
		glob, path string
		want       bool
	}{
		"a name anywhere":                {"node_modules", "web/node_modules/x/y.js", true},
		"not a part of a name":           {"test", "contest/a", false},
		"a star stays within an element": {"src/*.go", "src/a/b.go", false},
		"a star fits the last element":   {"*.min.js", "./web/app.min.js", true},
		"two stars cross folders":        {"src/**/testdata", "src/a/b/testdata/x", true},
		"two stars fit no folder":        {"src/**/testdata", "src/testdata/x", true},
		"a class":                        {"[ab].txt", "d/b.txt", true},
		"a dot is a dot":                 {"a.c", "abc", false},
		"a trailing slash":               {"dist/", "dist/x", true},
		"an escaped star":                {`a\*`, "ab", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			fits, err := excluder([]string{c.glob})
			if err != nil {
				t.Fatal(err)
			}
			if got := fits(c.path, false); got != c.want {
				t.Errorf("%q on %q = %v, want %v", c.glob, c.path, got, c.want)
			}
		})
	}
}

func TestExcluderRejectsWhatIsNoGlob(t *testing.T) {
	for _, glob := range []string{"", "/", "[", "a[", `[\]`, "[]a]"} {
		if _, err := excluder([]string{glob}); err == nil {
			t.Errorf("excluder(%q) took it", glob)
		}
	}
}
