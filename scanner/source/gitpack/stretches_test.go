package gitpack

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStretchesLeaveOutWhatGitWrote(t *testing.T) {
	id := strings.Repeat("ab", 20)
	cases := []struct {
		name string
		kind Type
		data string
		want []string
	}{
		{"a blob", Blob, "tree " + id + "\n", []string{"tree " + id + "\n"}},
		{"a commit", Commit, "tree " + id + "\nparent " + id + "\nauthor A <a> 1 +0000\ncommitter C <c> 1 +0000\n\ntree " + id + "\n",
			[]string{"author A <a> 1 +0000\ncommitter C <c> 1 +0000\n\ntree " + id + "\n"}},
		{"a signed commit", Commit, "tree " + id + "\nauthor A <a> 1 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n abc\n -----END\nencoding x\n\nm",
			[]string{"author A <a> 1 +0000\n", "encoding x\n\nm"}},
		{"a header that is no signature", Commit, "tree " + id + "\ngpgsig key=abc\n more\n\nm", []string{"gpgsig key=abc\n more\n\nm"}},
		{"a name that is none", Commit, "tree key=abc\nparent " + id + "\n\nm", []string{"tree key=abc\n", "\nm"}},
		{"a tag", Tag, "object " + id + "\ntype commit\ntag v1\ntagger T <t> 1 +0000\n\nm", []string{"tag v1\ntagger T <t> 1 +0000\n\nm"}},
		{"a header without an end", Commit, "tree " + id, nil},
		{"nothing", Commit, "", nil},
	}
	for _, c := range cases {
		var got []string
		stretches(c.kind, []byte(c.data), func(from, to int) {
			if from < to {
				got = append(got, c.data[from:to])
			}
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
