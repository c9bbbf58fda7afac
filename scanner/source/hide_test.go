package source

import (
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// toySpotter finds markers.
type toySpotter struct{}

func (toySpotter) Reach() int { return 64 }

func (toySpotter) Spots(dst []gitpack.Span, data []byte, from, to int) []gitpack.Span {
	lo, hi := max(0, from-64), min(len(data), to+64)
	for _, m := range marker().FindAllIndex(data[lo:hi], -1) {
		if lo+m[1] > from && lo+m[0] < to {
			dst = append(dst, gitpack.Span{Start: lo + m[0], End: lo + m[1]})
		}
	}
	return dst
}

// attributed scans a history and returns, by marker, each of its places in one line: place, file, commit, and "head" or
// "unreachable". Commits stand there by the name that labels gives them.
func attributed(t *testing.T, g *Git, labels map[string]string) (map[string][]string, *harvest) {
	t.Helper()
	t.Cleanup(func() { must(t, g.Close()) })
	h := collect(t, g)
	units := map[string][]string{}
	for m, us := range h.found {
		for _, u := range us {
			units[u] = append(units[u], m)
		}
	}
	places := map[string][]string{}
	must(t, g.Attribute(t.Context(), slices.Sorted(maps.Keys(units)), func(unit string, at scanner.Occurrence) error {
		for _, m := range units[unit] {
			places[m] = append(places[m], describe(at, labels))
		}
		return nil
	}))
	for m := range h.found {
		if len(places[m]) == 0 {
			places[m] = []string{"nowhere"}
		}
	}
	return places, h
}

func describe(at scanner.Occurrence, labels map[string]string) string {
	words := []string{string(at.Place), at.File}
	if at.Commit != "" {
		label, ok := labels[at.Commit]
		if !ok {
			label = at.Commit
		}
		words = append(words, "in "+label)
	}
	if at.AtHead {
		words = append(words, "head")
	}
	if at.Unreachable {
		words = append(words, "unreachable")
	}
	return strings.Join(words, " ")
}

func plantWord(name string) string { return "PLANT-" + name + "-END" }

// hiding is a repository with a marker in every place where one can hide.
type hiding struct {
	testRepo
	labels map[string]string
	want   map[string][]string // what a scan of all refs says
	lost   map[string][]string // what --unreachable adds
}

// put commits a file with a marker of the same name, expects it there, and labels the commit.
func (h *hiding) put(name, file string) string {
	id := h.commit(file, "key = "+plantWord(name)+"\n")
	h.labels[id] = name
	h.expect(name, "blob "+file+" in "+name)
	return id
}

func (h *hiding) expect(name string, places ...string) {
	h.want[plantWord(name)] = append(h.want[plantWord(name)], places...)
}

func (h *hiding) label(name string) string {
	id := h.git("rev-parse", "HEAD")
	h.labels[id] = name
	return id
}

func newHiding(t *testing.T, format string) *hiding {
	h := &hiding{newRepo(t, "--object-format="+format), map[string]string{}, map[string][]string{}, map[string][]string{}}
	h.root()
	h.files()
	h.attributes()
	h.branches()
	h.words()
	h.stashes()
	h.outside()
	h.worktree()
	h.replaced()
	return h
}

// root begins history with a commit that has an empty tree.
func (h *hiding) root() {
	tree := h.input("", "mktree")
	id := h.git("commit-tree", tree, "-m", "empty "+plantWord("empty-root"))
	h.git("update-ref", "refs/heads/main", id)
	h.labels[id] = "empty-root"
	h.expect("empty-root", "message  in empty-root")
	h.git("reset", "-q", "--hard")
}

func (h *hiding) files() {
	h.put("deleted", "deleted.txt")
	h.git("rm", "-q", "deleted.txt")
	h.put("edited", "edited.txt")
	h.commit("edited.txt", "nothing\n")
	h.put("renamed", "old/name.txt")
	h.git("mv", "old", "new")
	h.commit("other.txt", "other\n")
	h.label("renaming")
	h.expect("renamed", "blob new/name.txt in renaming head")
	h.want[plantWord("renamed")][0] = "blob old/name.txt in renamed"
	h.put("named", plantWord("file-name")+".txt")
	h.want[plantWord("named")] = []string{"blob PLANT-file-name-END.txt in named head"}
	h.expect("file-name", "name PLANT-file-name-END.txt in named head")
	must(h.t, os.Symlink("/etc/"+plantWord("symlink"), filepath.Join(h.dir, "link")))
	h.put("beside-link", "beside")
	h.want[plantWord("beside-link")] = []string{"blob beside in beside-link head"}
	h.expect("symlink", "blob link in beside-link head")
	h.put("gitmodules", ".gitmodules")
	h.want[plantWord("gitmodules")] = []string{"blob .gitmodules in gitmodules head"}
}

func (h *hiding) attributes() {
	h.commit(".gitattributes", "*.bin binary\n*.nodiff -diff\n")
	for name, file := range map[string]string{"binary-attribute": "a.bin", "no-diff-attribute": "a.nodiff", "nul-bytes": "nul.dat", "lfs": "big.iso"} {
		text := "key = " + plantWord(name) + "\n"
		if name == "nul-bytes" {
			text = "\x00\x01\x02\x00" + text
		}
		if name == "lfs" {
			text = "version https://git-lfs.github.com/spec/v1\next-0-" + plantWord(name) + " sha256:" + strings.Repeat("a", 64) +
				"\noid sha256:" + strings.Repeat("b", 64) + "\nsize 12345\n"
		}
		h.commit(file, text)
		h.label(name)
		h.expect(name, "blob "+file+" in "+name+" head")
	}
	for name, order := range map[string]binary.AppendByteOrder{"utf-16le": binary.LittleEndian, "utf-16be": binary.BigEndian} {
		h.commit(name+".txt", "\xff\xfe"[:0]+string(wide(order, "\uFEFFkey = "+plantWord(name)+"\r\n")))
		h.label(name)
		h.expect(name, "blob "+name+".txt in "+name+" head")
	}
}

func (h *hiding) branches() {
	h.git("checkout", "-q", "-b", plantWord("name-of-a-ref"))
	h.expect("name-of-a-ref", "name refs/heads/PLANT-name-of-a-ref-END")
	h.put("side-branch", "side.txt")
	for _, name := range []string{"one", "two", "three"} {
		h.git("checkout", "-q", "-b", name, "main")
		h.commit(name+".txt", name)
	}
	h.git("checkout", "-q", "main")
	h.git("merge", "-q", "--no-ff", "--no-commit", "one")
	h.put("evil-merge", "merged.txt")
	h.git("merge", "-q", "--no-ff", "--no-commit", "two", "three")
	h.put("octopus", "octopus.txt")
	for _, name := range []string{"evil-merge", "octopus"} {
		h.want[plantWord(name)][0] += " head"
	}
	for name, ref := range map[string]string{"tag-only": "refs/tags/light", "pull-request": "refs/pull/1/head", "remote": "refs/remotes/origin/x", "any-ref": "refs/custom/x"} {
		h.git("checkout", "-q", "--detach", "main")
		h.git("update-ref", ref, h.put(name, name+".txt"))
		h.git("checkout", "-q", "main")
	}
}

// words plants markers in messages, notes and headers.
func (h *hiding) words() {
	h.git("commit", "-q", "--allow-empty", "-m", "say\n\n"+plantWord("message"))
	h.label("message")
	h.expect("message", "message  in message")
	h.git("commit", "-q", "--allow-empty", "-m", "x", "--author", plantWord("author")+" <a@example.org>")
	h.label("author")
	h.expect("author", "message  in author")
	h.git("tag", "-a", "annotated", "-m", plantWord("tag-message"), "HEAD")
	h.expect("tag-message", "tag  in author")
	h.git("notes", "add", "-m", plantWord("note"), "HEAD")
	h.labels[h.git("rev-parse", "refs/notes/commits")] = "noting"
	h.expect("note", "note "+h.git("rev-parse", "HEAD")+" in noting")
	h.git("tag", "of-a-blob", h.input(plantWord("tagged-blob"), "hash-object", "-w", "--stdin"))
	h.expect("tagged-blob", "blob ")
	h.git("config", "remote.origin.url", "https://user:"+plantWord("config")+"@example.org/x.git")
	h.expect("config", "file .git/config")
	h.git("config", "submodule.lib.url", "https://user:"+plantWord("submodule")+"@example.org/y.git")
	h.expect("submodule", "file .git/config")
}

func (h *hiding) stashes() {
	h.file("other.txt", plantWord("older-stash"))
	h.git("stash", "push", "-q")
	h.labels[h.git("rev-parse", "stash@{0}")] = "older-stash"
	h.expect("older-stash", "blob other.txt in older-stash")
	h.file("other.txt", plantWord("stash-index"))
	h.git("add", "-A")
	h.file("other.txt", plantWord("stash"))
	h.file("untracked.txt", plantWord("stash-untracked"))
	h.git("stash", "push", "-q", "-u")
	h.labels[h.git("rev-parse", "stash@{0}")] = "stash"
	h.labels[h.git("rev-parse", "stash@{0}^2")] = "stash-index"
	h.labels[h.git("rev-parse", "stash@{0}^3")] = "stash-untracked"
	h.expect("stash", "blob other.txt in stash")
	h.expect("stash-index", "blob other.txt in stash-index")
	h.expect("stash-untracked", "blob untracked.txt in stash-untracked")
}

// outside plants what no ref leads to.
func (h *hiding) outside() {
	h.lost[plantWord("reflog")] = []string{"blob reflog.txt in reflog unreachable"}
	h.put("reflog", "reflog.txt")
	h.git("reset", "-q", "--hard", "HEAD~1")
	h.input(plantWord("dangling"), "hash-object", "-w", "--stdin")
	h.lost[plantWord("dangling")] = []string{"blob  unreachable"}
	tree := h.git("rev-parse", "HEAD^{tree}")
	h.labels[h.git("commit-tree", tree, "-m", plantWord("dangling-message"))] = "dangling-message"
	h.lost[plantWord("dangling-message")] = []string{"message  in dangling-message unreachable"}
	delete(h.want, plantWord("reflog"))
}

func (h *hiding) worktree() {
	h.git("worktree", "add", "-q", "--detach", "../linked")
	linked := testRepo{h.t, filepath.Join(filepath.Dir(h.dir), "linked"), h.clock}
	id := linked.commit("linked.txt", plantWord("worktree-head"))
	h.labels[id] = "worktree-head"
	h.expect("worktree-head", "blob linked.txt in worktree-head head")
	linked.file("staged.txt", plantWord("worktree-index"))
	linked.git("add", "-A")
	h.expect("worktree-index", "index staged.txt")
	h.file("staged-too.txt", plantWord("index"))
	h.git("add", "-A")
	h.expect("index", "index staged-too.txt")
}

// replaced plants what replace refs and grafts hide, and what they show.
func (h *hiding) replaced() {
	hidden := h.git("commit-tree", h.input("", "mktree"), "-m", plantWord("grafted"))
	h.labels[hidden] = "grafted"
	h.expect("grafted", "message  in grafted")
	old := h.git("rev-parse", "main:edited.txt")
	h.git("replace", old, h.input(plantWord("replacement"), "hash-object", "-w", "--stdin"))
	h.expect("replacement", "blob ")
	plant(h.t, h.dir, map[string]string{".git/info/grafts": h.git("rev-parse", "two") + " " + hidden + "\n"})
}

func TestNothingHidesInHistory(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		h := newHiding(t, format)
		for _, state := range []string{"loose", "packed"} {
			if state == "packed" {
				h.git("-c", "gc.reflogExpire=never", "repack", "-q", "-a", "-d", "-k", "--depth=50")
				h.git("pack-refs", "--all")
			}
			for name, spotter := range map[string]gitpack.Spotter{"every object": nil, "objects with spots": toySpotter{}} {
				t.Run(fmt.Sprint(format, " ", state, " ", name), func(t *testing.T) {
					g := &Git{Repository: h.dir, Spotter: spotter}
					got, harvest := attributed(t, g, h.labels)
					if diff := cmp.Diff(h.want, got); diff != "" {
						t.Error(diff)
					}
					want := []skipRow{{h.git("rev-parse", "main:big.iso") + " content", SkipLFS, true}}
					if diff := cmp.Diff(want, harvest.skips); diff != "" {
						t.Error(diff)
					}
					all := maps.Clone(h.want)
					maps.Copy(all, h.lost)
					got, _ = attributed(t, &Git{Repository: h.dir, Spotter: spotter, Unreachable: true}, h.labels)
					if diff := cmp.Diff(all, got); diff != "" {
						t.Errorf("with unreachable objects: %s", diff)
					}
				})
			}
		}
	}
}
