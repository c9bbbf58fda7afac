package source

import (
	"context"
	"strings"

	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// attribution sorts units by what is known of them.
type attribution struct {
	*history
	yield   func(string, scanner.Occurrence) error
	objects []gitpack.ID
	units   map[gitpack.ID][]string
}

// attribute yields the places of units: those of objects from history, the others as they were yielded.
func (h *history) attribute(ctx context.Context, units []string, yield func(string, scanner.Occurrence) error) error {
	a := attribution{history: h, yield: yield, units: map[gitpack.ID][]string{}}
	for _, unit := range units {
		if err := a.unit(unit); err != nil {
			return err
		}
	}
	if h.reached == nil {
		return nil
	}
	if err := h.reached.Attribute(ctx, a.objects, a.place); err != nil {
		return err
	}
	for _, unit := range units {
		if err := a.indexed(unit); err != nil {
			return err
		}
	}
	return a.namePlaces(ctx, units)
}

// unit takes up a unit to attribute.
func (a *attribution) unit(unit string) error {
	if at, ok := a.fixed[unit]; ok {
		return a.yield(unit, at)
	}
	id, ok := object(unit)
	if !ok {
		return nil
	}
	if len(a.units[id]) == 0 {
		a.objects = append(a.objects, id)
	}
	a.units[id] = append(a.units[id], unit)
	return nil
}

// object is the object that a unit is of, if it is of one.
func object(unit string) (gitpack.ID, bool) {
	text, _, _ := strings.Cut(unit, " ")
	id, err := gitpack.ParseID(text)
	return id, err == nil
}

// place yields one place of an object for each unit that is of it.
func (a *attribution) place(id gitpack.ID, p gitpack.At) error {
	at := a.occurrence(id, p)
	if a.hidden(at.File) || p.First.ID == (gitpack.ID{}) && len(a.staged[id]) > 0 {
		return nil
	}
	for _, unit := range a.units[id] {
		if err := a.yield(unit, at); err != nil {
			return err
		}
	}
	return nil
}

func (a *attribution) occurrence(id gitpack.ID, p gitpack.At) scanner.Occurrence {
	at := a.commit(p.First)
	at.File, at.AtHead, at.Unreachable, at.Place = p.Path, p.Head, p.Unreachable, scanner.InBlob
	if p.Last != (gitpack.ID{}) {
		at.LastCommit = p.Last.String()
	}
	a.mu.Lock()
	kind := a.kinds[id]
	a.mu.Unlock()
	switch {
	case kind == gitpack.Commit:
		at.Place, at.LastCommit = scanner.InMessage, at.Commit
	case kind == gitpack.Tag:
		at.Place = scanner.InTag
		if c, err := a.store.Commit(id); err == nil {
			at.Commit, at.LastCommit = c.ID.String(), c.ID.String()
		}
	case a.notes[p.First.ID]:
		at.Place = scanner.InNote
	}
	at.Link = link(a.repo.origin(), at)
	return at
}

func (a *attribution) commit(c gitpack.CommitInfo) scanner.Occurrence {
	at := scanner.Occurrence{Author: c.Author.Name, Email: c.Author.Email, Date: c.Author.When, Message: c.Message}
	if c.ID != (gitpack.ID{}) {
		at.Commit = c.ID.String()
	}
	return at
}

// indexed yields the places of an object in indexes, which history does not know.
func (a *attribution) indexed(unit string) error {
	id, _ := object(unit)
	for _, file := range a.staged[id] {
		if a.hidden(file) {
			continue
		}
		if err := a.yield(unit, scanner.Occurrence{File: file, Place: scanner.InIndex}); err != nil {
			return err
		}
	}
	return nil
}

// link is the page of a file in a commit, or of a commit, on the site of the remote; empty when the site is not known.
func link(remote string, at scanner.Occurrence) string {
	site := webSite(remote)
	if site == "" || at.Commit == "" || at.Unreachable {
		return ""
	}
	forge := forgeOf(site)
	switch {
	case forge.host == "":
		return ""
	case at.File == "" || at.Place != scanner.InBlob:
		return site + forge.commit + at.Commit
	}
	return site + forge.file + at.Commit + "/" + escapePath(at.File)
}
