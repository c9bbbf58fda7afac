package source

import (
	"context"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// manyCommits is where looking through all of them for a name takes longer than its exact commits are worth.
const manyCommits = 200_000

// namePlace is a name that was found, and the commits that have it.
type namePlace struct {
	name
	unit        string
	parts       []string
	first, last gitpack.CommitInfo
	unreachable bool
	known       map[nameKey]bool
}

type nameKey struct {
	tree  gitpack.ID
	depth int
}

// namePlaces yields the places of names. An object stands at a path only for a while, a name until it is removed: so
// these are looked for by path, in all commits.
func (a *attribution) namePlaces(ctx context.Context, units []string) error {
	var places []*namePlace
	for _, unit := range units {
		if n, ok := a.names[unit]; ok {
			places = append(places, &namePlace{name: n, unit: unit, parts: strings.Split(n.path, "/"), known: map[nameKey]bool{}})
		}
	}
	if len(places) == 0 {
		return nil
	}
	if a.store.Stats().Commits.Load() <= manyCommits {
		if err := a.locate(ctx, places); err != nil {
			return err
		}
	}
	for _, p := range places {
		if err := a.yield(p.unit, a.named(p)); err != nil {
			return err
		}
	}
	return nil
}

// locate walks the commits that tips reach, then those that only reflogs do.
func (a *attribution) locate(ctx context.Context, places []*namePlace) error {
	seen := map[gitpack.ID]bool{}
	err := a.eachCommit(ctx, a.start.Exclude, seen, func(gitpack.CommitInfo) {})
	if err == nil {
		err = a.eachCommit(ctx, a.start.Include, seen, func(c gitpack.CommitInfo) { a.look(places, c, false) })
	}
	if err == nil {
		err = a.eachCommit(ctx, a.start.Logs, seen, func(c gitpack.CommitInfo) { a.look(places, c, true) })
	}
	return err
}

// eachCommit visits commits and their ancestors, children first. What cannot be read was told before.
func (h *history) eachCommit(ctx context.Context, from []gitpack.ID, seen map[gitpack.ID]bool, visit func(gitpack.CommitInfo)) error {
	queue := slices.Clone(from)
	for len(queue) > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		id := queue[0]
		queue = queue[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		c, err := h.store.Commit(id)
		if err != nil {
			continue
		}
		seen[c.ID] = true
		visit(c)
		queue = append(queue, c.Parents...)
	}
	return nil
}

func (a *attribution) look(places []*namePlace, c gitpack.CommitInfo, unreachable bool) {
	for _, p := range places {
		found := p.first.ID != gitpack.ID{}
		if found && unreachable && !p.unreachable || !a.stands(p, c.Tree, 0) {
			continue
		}
		p.unreachable = unreachable
		if !found || !c.Committer.When.After(p.first.Committer.When) {
			p.first = c
		}
		if !found || c.Committer.When.After(p.last.Committer.When) {
			p.last = c
		}
	}
}

// stands reports whether the rest of a path, from depth on, leads somewhere in a tree.
func (a *attribution) stands(p *namePlace, tree gitpack.ID, depth int) bool {
	key := nameKey{tree, depth}
	if known, ok := p.known[key]; ok {
		return known
	}
	e, ok := a.lookup(tree, p.parts[depth])
	if ok && depth+1 < len(p.parts) {
		ok = e.mode&modeType == modeFolder && a.stands(p, e.id, depth+1)
	}
	p.known[key] = ok
	return ok
}

// lookup finds an entry of a tree.
func (h *history) lookup(tree gitpack.ID, name string) (treeEntry, bool) {
	_, data, err := h.store.Read(tree, 0)
	if err != nil {
		return treeEntry{}, false
	}
	entries, _ := parseTree(data, h.store.Hash())
	at := slices.IndexFunc(entries, func(e treeEntry) bool { return e.name == name })
	if at < 0 {
		return treeEntry{}, false
	}
	return entries[at], true
}

// named is the occurrence of a name. Where no commit was found, the one that the walk met it in stands for it.
func (a *attribution) named(p *namePlace) scanner.Occurrence {
	if p.first.ID == (gitpack.ID{}) {
		p.first, _ = a.store.Commit(p.commit)
		p.last, p.unreachable = p.first, a.Unreachable
	}
	at := a.commit(p.first)
	at.File, at.Place, at.Unreachable = p.path, scanner.InName, p.unreachable
	if p.last.ID != (gitpack.ID{}) {
		at.LastCommit = p.last.ID.String()
	}
	for _, id := range a.start.Head {
		if c, err := a.store.Commit(id); err == nil && a.stands(p, c.Tree, 0) {
			at.AtHead = true
		}
	}
	at.Link = link(a.repo.origin(), at)
	return at
}
