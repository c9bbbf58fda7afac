package accuracy

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// Write prints the tables, worst kinds and syntaxes first, and the faults that show chooses; nil shows none.
func (r Report) Write(out io.Writer, show func(Fault) bool) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%d documents, %d look-alikes\n\n", r.Documents, r.Decoys)
	table(w, "group", r.Kinds, func(a, b *Tally) int { return 0 }, len(r.Kinds))
	table(w, "kind, worst first", r.IDs, worst, mostRows)
	table(w, "syntax, worst first", r.Contexts, worst, mostRows)
	if r.Encoded.Secrets > 0 {
		table(w, "class", map[string]*Tally{"encoded": &r.Encoded}, worst, 1)
	}
	r.faults(w, show)
	return w.Flush()
}

const mostRows = 40

// worst orders by what was missed, crossed or invented.
func worst(a, b *Tally) int { return cmp.Compare(b.bad(), a.bad()) }

func (t *Tally) bad() int {
	return 3*(t.Secrets-t.Found) + 3*t.False + (t.Found - t.Named) + (t.Multi - t.Paired) + (t.Marked - t.Graded) + t.Misgraded
}

func table(w io.Writer, head string, rows map[string]*Tally, order func(a, b *Tally) int, most int) {
	fmt.Fprintf(w, "%s\tsecrets\trecall\tnamed\tpaired\tprecision\tfalse\ttestnet\tmisgraded\textra\n", head)
	names := slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
		return cmp.Or(order(rows[a], rows[b]), cmp.Compare(a, b))
	})
	for _, name := range names[:min(most, len(names))] {
		t := rows[name]
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%d\t%s\t%d\t%d\n", name, t.Secrets, percent(t.Found, t.Secrets),
			percent(t.Named, t.Found), percent(t.Paired, t.Multi), percent(t.Values-t.False, t.Values), t.False,
			percent(t.Graded, t.Marked), t.Misgraded, t.Extra)
	}
	fmt.Fprintln(w)
}

func percent(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100*share(part, whole))
}

// figures are the shares of a tally in percent, and what a floor asks of them.
type figures struct{ Recall, Naming, Pairing, Precision, Environment float64 }

func (t Tally) figures() figures {
	return figures{100 * t.Recall(), 100 * t.Naming(), 100 * t.Pairing(), 100 * t.Precision(), 100 * t.Environment()}
}

func (t Tally) reaches(f figures) bool {
	got := t.figures()
	return got.Recall >= f.Recall && got.Naming >= f.Naming && got.Pairing >= f.Pairing && got.Precision >= f.Precision &&
		got.Environment >= f.Environment
}

// tally is that of a group of kinds, of everything (all), or of what lies under an encoding (encoded).
func (r Report) tally(name string) Tally {
	var sum Tally
	switch {
	case name == "encoded":
		return r.Encoded
	case name == "all":
		for _, t := range r.Kinds {
			sum.add(*t)
		}
	case r.Kinds[name] != nil:
		return *r.Kinds[name]
	}
	return sum
}

func (r Report) faults(w io.Writer, show func(Fault) bool) {
	if show == nil {
		return
	}
	faults := slices.Clone(r.Faults)
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Context, b.Context))
	})
	for _, f := range faults {
		if show(f) {
			fmt.Fprintln(w, f)
		}
	}
}

// String is the fault on one line, with the value masked.
func (f Fault) String() string {
	return fmt.Sprintf("%s %s: %s:%d [%s] %s | %s", f.Sort, f.ID, f.Path, f.Line, f.Context, f.Note, f.Text)
}
