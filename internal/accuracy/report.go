package accuracy

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// Write prints the tables: per group, the worst kinds and the worst syntaxes; with verbose, every fault too.
func (r Report) Write(out io.Writer, verbose bool) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%d documents, %d look-alikes\n\n", r.Documents, r.Decoys)
	table(w, "group", r.Kinds, func(a, b *Tally) int { return 0 }, len(r.Kinds))
	table(w, "kind, worst first", r.IDs, worst, limit(verbose))
	table(w, "syntax, worst first", r.Contexts, worst, limit(verbose))
	if r.Encoded.Secrets > 0 {
		table(w, "class", map[string]*Tally{"encoded": &r.Encoded}, worst, 1)
	}
	if verbose {
		r.faults(w)
	}
	return w.Flush()
}

func limit(verbose bool) int {
	if verbose {
		return 1 << 20
	}
	return 40
}

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

func (r Report) faults(w io.Writer) {
	faults := slices.Clone(r.Faults)
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Context, b.Context))
	})
	for _, f := range faults {
		fmt.Fprintf(w, "%s %s: %s:%d [%s] %s | %s\n", f.Sort, f.ID, f.Path, f.Line, f.Context, f.Note, f.Text)
	}
}
