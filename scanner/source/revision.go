package source

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// revisions turns what people write into commits, as gitrevisions describes: names, object names whole or shortened,
// "@", "^2", "~3", "^{commit}", "@{1}", "@{upstream}", and the ranges "A..B", "A...B", "A^!" and "^A". Searches by date or
// message are not among them.
type revisions struct {
	repo  *repository
	refs  *refs
	store *gitpack.Store
}

// ranges adds what a list of ranges includes and excludes. In the first place of a range, a name of zeros, as hooks and
// CI events give it for a new branch, excludes nothing.
func (v *revisions) ranges(text string, tips *gitpack.Tips) error {
	for _, word := range strings.Fields(text) {
		if err := v.word(word, tips); err != nil {
			return err
		}
	}
	return nil
}

func (v *revisions) word(word string, tips *gitpack.Tips) error {
	if name, ok := strings.CutPrefix(word, "^"); ok {
		id, err := v.object(name)
		tips.Exclude = append(tips.Exclude, id)
		return err
	}
	if name, ok := strings.CutSuffix(word, "^!"); ok {
		return v.alone(name, tips)
	}
	from, to, both := strings.Cut(word, "...")
	if both {
		return v.symmetric(from, to, tips)
	}
	from, to, ranged := strings.Cut(word, "..")
	if !ranged {
		from, to = "", word
	}
	id, err := v.object(to)
	if err != nil {
		return err
	}
	tips.Include = append(tips.Include, id)
	if !ranged || from != "" && strings.Trim(from, "0") == "" {
		return nil
	}
	id, err = v.object(from)
	tips.Exclude = append(tips.Exclude, id)
	return err
}

// alone includes a commit without its parents.
func (v *revisions) alone(name string, tips *gitpack.Tips) error {
	id, err := v.resolve(name)
	if err != nil {
		return err
	}
	c, err := v.store.Commit(id)
	if err != nil {
		return fmt.Errorf("%w %q: %w", ErrBadRevision, name, err)
	}
	tips.Include = append(tips.Include, id)
	tips.Exclude = append(tips.Exclude, c.Parents...)
	return nil
}

// symmetric includes two histories and excludes what they share.
func (v *revisions) symmetric(a, b string, tips *gitpack.Tips) error {
	left, err := v.resolve(a)
	if err != nil {
		return err
	}
	right, err := v.resolve(b)
	if err != nil {
		return err
	}
	ancestors := map[gitpack.ID]bool{}
	v.walk(left, ancestors, func(gitpack.ID) bool { return true })
	v.walk(right, map[gitpack.ID]bool{}, func(id gitpack.ID) bool {
		if ancestors[id] {
			tips.Exclude = append(tips.Exclude, id)
		}
		return !ancestors[id]
	})
	tips.Include = append(tips.Include, left, right)
	return nil
}

// walk visits a commit and, while visit says so, its parents. What cannot be read ends there; the scan tells of it.
func (v *revisions) walk(id gitpack.ID, seen map[gitpack.ID]bool, visit func(gitpack.ID) bool) {
	queue := []gitpack.ID{id}
	for len(queue) > 0 {
		id := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		if !visit(id) {
			continue
		}
		if c, err := v.store.Commit(id); err == nil {
			queue = append(queue, c.Parents...)
		}
	}
}

func (v *revisions) branch(name string) (gitpack.ID, error) {
	for _, prefix := range []string{"refs/heads/", "refs/remotes/", "refs/remotes/origin/", ""} {
		if id, ok := v.refs.lookup(prefix + name); ok {
			return id, nil
		}
	}
	return v.resolve(name)
}

// object returns the object that a revision names, of whatever type; a tag's message belongs to what a range adds.
func (v *revisions) object(text string) (gitpack.ID, error) {
	id, err := v.expression(text)
	if err == nil && !v.store.Has(id) {
		err = gitpack.ErrMissing
	}
	if err != nil {
		return gitpack.ID{}, fmt.Errorf("%w %q: %w", ErrBadRevision, text, err)
	}
	return id, nil
}

// resolve returns the commit that a revision names; an empty one is HEAD.
func (v *revisions) resolve(text string) (gitpack.ID, error) {
	id, err := v.expression(text)
	if err == nil {
		var c gitpack.CommitInfo
		c, err = v.store.Commit(id)
		id = c.ID
	}
	if err != nil {
		return gitpack.ID{}, fmt.Errorf("%w %q: %w", ErrBadRevision, text, err)
	}
	return id, nil
}

func (v *revisions) expression(text string) (gitpack.ID, error) {
	name, steps := text, ""
	if i := strings.IndexAny(text, "^~"); i >= 0 {
		name, steps = text[:i], text[i:]
	}
	name, selector, selected := strings.Cut(name, "@{")
	if name == "" || name == "@" {
		name = "HEAD"
	}
	var id gitpack.ID
	var err error
	if selected {
		id, err = v.selected(name, strings.TrimSuffix(selector, "}"))
	} else {
		id, err = v.name(name)
	}
	for err == nil && steps != "" {
		id, steps, err = v.step(id, steps)
	}
	return id, err
}

// step applies one suffix: "^", "^2", "^{commit}" or "~3".
func (v *revisions) step(id gitpack.ID, steps string) (gitpack.ID, string, error) {
	kind, rest := steps[0], steps[1:]
	if kind != '^' && kind != '~' {
		return id, "", fmt.Errorf("unknown suffix %q", steps)
	}
	if kind == '^' && strings.HasPrefix(rest, "{") {
		what, rest, _ := strings.Cut(rest, "}")
		if what != "{" && what != "{commit" {
			return id, "", errors.New("only ^{commit} is known")
		}
		c, err := v.store.Commit(id)
		return c.ID, rest, err
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	n := 1
	if digits > 0 {
		var err error
		if n, err = strconv.Atoi(rest[:digits]); err != nil {
			return id, "", errors.New("number is too large")
		}
	}
	up, err := v.ancestor(id, kind, n)
	return up, rest[digits:], err
}

func (v *revisions) ancestor(id gitpack.ID, kind byte, n int) (gitpack.ID, error) {
	c, err := v.store.Commit(id)
	if err != nil || n == 0 {
		return c.ID, err
	}
	if kind == '^' {
		if n > len(c.Parents) {
			return id, fmt.Errorf("there is no parent %d", n)
		}
		return c.Parents[n-1], nil
	}
	for range n {
		if len(c.Parents) == 0 {
			return id, errors.New("history is shorter than that")
		}
		if c, err = v.store.Commit(c.Parents[0]); err != nil {
			return id, err
		}
	}
	return c.ID, nil
}

// name resolves a name without suffixes, with git's precedence.
func (v *revisions) name(name string) (gitpack.ID, error) {
	if id, err := gitpack.ParseID(name); err == nil && len(name) == 2*v.repo.hash() {
		if !v.store.Has(id) {
			return id, gitpack.ErrMissing
		}
		return id, nil
	}
	if _, id, ok := v.ref(name); ok {
		return id, nil
	}
	short := name
	if i := strings.LastIndex(name, "-g"); i >= 0 { // as git describe prints it
		short = name[i+2:]
	}
	if len(short) < 4 || strings.Trim(short, "0123456789abcdefABCDEF") != "" {
		return gitpack.ID{}, errors.New("no such ref")
	}
	return v.short(short)
}

// ref finds a ref by a name that may leave out its beginning.
func (v *revisions) ref(name string) (string, gitpack.ID, bool) {
	if name == "HEAD" && v.repo.gitDir != v.repo.common {
		name = "worktrees/" + filepath.Base(v.repo.gitDir) + "/HEAD"
	}
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		full := strings.Replace(pattern, "%s", name, 1)
		if id, ok := v.refs.lookup(full); ok {
			return full, id, true
		}
	}
	return "", gitpack.ID{}, false
}

func (v *revisions) short(text string) (gitpack.ID, error) {
	var commits []gitpack.ID
	const enough = 1000
	for _, id := range v.store.Prefix(strings.ToLower(text), enough) {
		if _, err := v.store.Commit(id); err == nil {
			commits = append(commits, id)
		}
	}
	switch len(commits) {
	case 0:
		return gitpack.ID{}, errors.New("no such ref or commit")
	case 1:
		return commits[0], nil
	}
	return gitpack.ID{}, errors.New("short name fits more than one commit")
}

// selected resolves "name@{2}", an earlier value by the reflog, and "name@{upstream}".
func (v *revisions) selected(name, selector string) (gitpack.ID, error) {
	full, _, ok := v.ref(name)
	if !ok {
		return gitpack.ID{}, errors.New("no such ref")
	}
	switch strings.ToLower(selector) {
	case "u", "upstream", "push":
		return v.upstream(full)
	}
	n, err := strconv.Atoi(selector)
	if err != nil || n < 0 {
		return gitpack.ID{}, errors.New("only @{number} and @{upstream} are known")
	}
	return v.earlier(full, n)
}

func (v *revisions) earlier(full string, n int) (gitpack.ID, error) {
	dir, name := v.repo.common, full
	if own, ok := strings.CutPrefix(full, "worktrees/"); ok {
		worktree, ref, _ := strings.Cut(own, "/")
		dir, name = filepath.Join(v.repo.common, "worktrees", worktree), ref
	}
	values, err := v.repo.values(dir, name)
	if err != nil {
		return gitpack.ID{}, err
	}
	if n >= len(values) {
		return gitpack.ID{}, fmt.Errorf("the reflog has %d entries", len(values))
	}
	return values[len(values)-1-n], nil
}

// upstream is the remote branch that a branch follows by the repository's config.
func (v *revisions) upstream(full string) (gitpack.ID, error) {
	if target, ok := v.refs.symbolic[full]; ok {
		full = target
	}
	branch := strings.TrimPrefix(full, "refs/heads/")
	section := v.repo.config.Section("branch").Subsection(branch)
	remote, merge := section.Option("remote"), section.Option("merge")
	if remote == "." {
		return v.name(merge)
	}
	name := "refs/remotes/" + remote + "/" + strings.TrimPrefix(merge, "refs/heads/")
	if id, ok := v.refs.lookup(name); ok && remote != "" && merge != "" {
		return id, nil
	}
	return gitpack.ID{}, errors.New("no upstream is known")
}
